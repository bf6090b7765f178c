//! An OpenAPI 3 document: which operation a request is, and what it says of an answer.

use serde_json::{Map, Value};

use super::Clause;

/// A JSON Pointer to the operation that a request is.
pub(super) fn operation(document: &Value, base: &str, method: &str, path: &str) -> Option<String> {
    let below = path.strip_prefix(base.trim_end_matches('/'))?;
    let paths = document.get("paths")?.as_object()?;
    let fitting = paths.keys().filter(|template| fits(template, below));
    // A path written out wins over one with a parameter in that place.
    let template = fitting.min_by_key(|template| template.matches('{').count())?;
    let pointer = format!("/paths/{}", escaped(template));
    let pointer = resolved(document, &pointer)?;
    let pointer = format!("{pointer}/{}", method.to_ascii_lowercase());
    document.pointer(&pointer).map(|_| pointer)
}

fn fits(template: &str, path: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        let text = text.trim_end_matches('/');
        text.split('/').map(str::to_owned).collect()
    };
    let (template, path) = (parts(template), parts(path));
    template.len() == path.len()
        && template.iter().zip(&path).all(|(wanted, part)| {
            let is_parameter = wanted.contains('{') && wanted.contains('}');
            wanted == part || (is_parameter && !part.is_empty())
        })
}

/// What an operation says of an answer.
pub(super) fn clause(document: &Value, operation: &str, status: u16, mime: &str) -> Option<Clause> {
    let responses = format!("{operation}/responses");
    let known = object_at(document, &responses)?;
    let class = format!("{}XX", status / 100);
    let keys = [status.to_string(), class, "default".to_owned()];
    let Some(key) = keys.iter().find_map(|wanted| find_key(known, wanted)) else {
        return Some(Clause::OtherStatus(known.keys().cloned().collect()));
    };
    let response = format!("{responses}/{}", escaped(key));
    let response = resolved(document, &response).unwrap_or(response);
    let content = format!("{response}/content");
    let types = object_at(document, &content).filter(|types| !types.is_empty())?;
    let Some(kind) = types.keys().find(|kind| is_type(kind, mime)) else {
        return Some(Clause::OtherType(types.keys().cloned().collect()));
    };
    let schema = format!("{content}/{}/schema", escaped(kind));
    let is_promised = document.pointer(&schema).is_some() && is_json(mime);
    is_promised.then_some(Clause::Body(schema))
}

/// Every schema of an answer that the document holds, by its pointer.
pub(super) fn schemas(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (template, operations) in paths.into_iter().flatten() {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            let responses = operation.get("responses").and_then(Value::as_object);
            for (status, response) in responses.into_iter().flatten() {
                let content = response.get("content").and_then(Value::as_object);
                for (kind, media) in content.into_iter().flatten() {
                    if is_json(kind) && media.get("schema").is_some() {
                        let parts = [
                            "paths",
                            template,
                            method,
                            "responses",
                            status,
                            "content",
                            kind,
                            "schema",
                        ];
                        found.push(parts.map(|part| format!("/{}", escaped(part))).concat());
                    }
                }
            }
        }
    }
    found
}

fn find_key<'k>(known: &'k Map<String, Value>, wanted: &str) -> Option<&'k String> {
    known.keys().find(|key| key.eq_ignore_ascii_case(wanted))
}

/// `application/json; charset=utf-8`, `application/*` and `*/*` name a media type too.
fn is_type(kind: &str, mime: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind == "*/*"
        || kind.eq_ignore_ascii_case(mime)
        || kind
            .strip_suffix("/*")
            .is_some_and(|group| mime.split('/').next() == Some(group))
}

fn is_json(mime: &str) -> bool {
    let mime = mime.split(';').next().unwrap_or_default().trim();
    mime == "application/json" || mime.ends_with("+json") || mime == "*/*"
}

fn object_at<'d>(document: &'d Value, pointer: &str) -> Option<&'d Map<String, Value>> {
    document.pointer(pointer)?.as_object()
}

/// Where a pointer leads when a reference stands there.
fn resolved(document: &Value, pointer: &str) -> Option<String> {
    let mut pointer = pointer.to_owned();
    // A ring of references leads nowhere.
    for _ in 0..10 {
        let reference = document
            .pointer(&pointer)?
            .get("$ref")
            .and_then(Value::as_str);
        match reference.and_then(|text| text.strip_prefix('#')) {
            Some(next) => next.clone_into(&mut pointer),
            None => return Some(pointer),
        }
    }
    None
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
