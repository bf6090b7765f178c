//! How a contract is declared, and what can be wrong with its file.

use serde_json::Value;

use super::{super::ignore::request, Contract, Terms, openapi::schemas, schema::Held};
use crate::checklist::{Kind, Node, Reader, Shape, Source, Variables, given, nowhere};

/// Reads a file that the configuration names; `Err` in words.
pub(crate) type Files<'f> = &'f dyn Fn(&str) -> Result<String, String>;

pub(crate) const CONTRACT: Shape = Shape {
    what: "a contract",
    keys: &["request", "schema", "openapi", "base"],
    later: &[],
    elsewhere: nowhere,
};

const EXAMPLE: &str = "- { request: GET /api/quotes/*, schema: contracts/quote.json }";
const OPENAPI_EXAMPLE: &str = "- { openapi: contracts/api.yaml, base: /api }";

/// The contracts, in the order of the file.
pub(crate) fn contracts(
    reader: &mut Reader<'_>,
    node: &Node,
    files: Files<'_>,
) -> Option<Vec<Contract>> {
    let items = reader.list(node, "`contract`", EXAMPLE)?;
    let contracts: Vec<Option<Contract>> = items
        .iter()
        .map(|item| contract(reader, item, files))
        .collect();
    contracts.into_iter().collect()
}

fn contract(reader: &mut Reader<'_>, node: &Node, files: Files<'_>) -> Option<Contract> {
    let fields = reader.fields(node, &CONTRACT, EXAMPLE)?;
    let wrong = match (
        fields.get("schema"),
        fields.get("openapi"),
        fields.get("request"),
        fields.get("base"),
    ) {
        (Some(schema), None, Some(wanted), None) => {
            return by_schema(reader, schema, wanted, files);
        }
        (None, Some(document), None, base) => return by_openapi(reader, document, base, files),
        (Some(_), None, None, _) => "a `schema` needs the `request` whose answers it is about",
        (Some(_), None, Some(_), Some(_)) => "`base` goes with `openapi`",
        (None, Some(_), Some(_), _) => {
            "`request` goes with `schema`; an OpenAPI document has its own"
        }
        (Some(_), Some(_), ..) => {
            "a contract is a `schema` or an `openapi` document, and here are both"
        }
        (None, None, ..) => "a contract names a `schema` or an `openapi` document",
    };
    let help = format!("write `{EXAMPLE}` or `{OPENAPI_EXAMPLE}`");
    reader.error(fields.node(), wrong.to_owned(), &help);
    None
}

fn by_schema(
    reader: &mut Reader<'_>,
    node: &Node,
    wanted: &Node,
    files: Files<'_>,
) -> Option<Contract> {
    let pattern = request(reader, wanted);
    let (file, schema) = document(reader, node, "`schema`", files)?;
    if let Err(why) = Held::new(&schema) {
        let message = format!("`{file}` is no JSON Schema that can be used: {why}");
        reader.error(
            node,
            message,
            "mend the schema; what it refers to must stand in the same file",
        );
        return None;
    }
    let pattern = pattern?;
    let method = pattern.method.as_deref().unwrap_or("GET");
    Some(Contract {
        file,
        terms: Terms::Schema {
            request: format!("{method} {}", pattern.path),
            schema,
        },
    })
}

fn by_openapi(
    reader: &mut Reader<'_>,
    node: &Node,
    base: Option<&Node>,
    files: Files<'_>,
) -> Option<Contract> {
    let base = given(base.map(|node| base_path(reader, node)));
    let (file, document) = document(reader, node, "`openapi`", files)?;
    let version = document.get("openapi").and_then(Value::as_str);
    if !version.is_some_and(|version| version.starts_with("3.")) || document.get("paths").is_none()
    {
        let message = format!("`{file}` is no OpenAPI 3 document");
        let help = "it begins with `openapi: 3.…` and has `paths`; convert an older one first";
        reader.error(node, message, help);
        return None;
    }
    for pointer in schemas(&document) {
        if let Err(why) = Held::within(&document, &pointer) {
            let message = format!("the schema at {pointer} of `{file}` can't be used: {why}");
            reader.error(
                node,
                message,
                "mend the schema; what it refers to must stand in the same file",
            );
            return None;
        }
    }
    Some(Contract {
        file,
        terms: Terms::OpenApi {
            base: base?.unwrap_or_default(),
            document,
        },
    })
}

fn base_path(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let text = reader.shown_text(node, "`base`", "base: /api")?;
    if text.starts_with('/') && !text.contains(['*', '?', '#']) {
        return Some(text);
    }
    let help = "it stands before every path of the document: `base: /api`";
    reader.error(
        node,
        "`base` is a path and begins with `/`".to_owned(),
        help,
    );
    None
}

/// A file's name and what it holds, JSON or YAML.
fn document(
    reader: &mut Reader<'_>,
    node: &Node,
    subject: &str,
    files: Files<'_>,
) -> Option<(String, Value)> {
    let file = reader.shown_text(node, subject, "schema: contracts/quote.json")?;
    let help = "name a file of JSON or YAML beside `shippass.yaml`: `contracts/quote.json`";
    match files(&file).and_then(|text| parse(&file, &text)) {
        Ok(value) => Some((file, value)),
        Err(why) => {
            reader.error(node, format!("`{file}` {why}"), help);
            None
        }
    }
}

fn parse(file: &str, text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| format!("isn't JSON: {error}"));
    }
    let mut variables = Variables::default();
    let (reader, root) = Reader::open(Source { name: file, text }, &mut variables);
    let mistakes = reader.finish();
    if let Some(first) = mistakes.iter().find(|mistake| mistake.is_error()) {
        return Err(format!(
            "isn't YAML: line {}: {}",
            first.place.line, first.message
        ));
    }
    root.map(|root| to_json(&root))
        .ok_or_else(|| "is empty".to_owned())
}

fn to_json(node: &Node) -> Value {
    match &node.kind {
        Kind::Scalar {
            text,
            is_plain: true,
        } => match text.as_str() {
            "" | "~" => Value::Null,
            _ => serde_json::from_str(text)
                .ok()
                .filter(|value: &Value| !value.is_string())
                .unwrap_or_else(|| text.clone().into()),
        },
        Kind::Scalar { text, .. } => text.clone().into(),
        Kind::List(items) => items.iter().map(to_json).collect::<Vec<_>>().into(),
        Kind::Map(pairs) => Value::Object(
            pairs
                .iter()
                .map(|(key, value)| (key.written().to_owned(), to_json(value)))
                .collect(),
        ),
    }
}
