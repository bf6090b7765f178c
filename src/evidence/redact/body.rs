//! Bodies: JSON by its keys, forms, multipart, HTML's hidden fields; known secrets and shapes everywhere.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::{Redactor, known::Reach, lists::is_secret_key, url};

/// How deep JSON inside JSON strings is looked into.
pub(super) const DEPTH: usize = 6;

static TAG: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?is)<(?:input|meta)\b[^>]*>").ok());
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)\b(?:name|id|property|http-equiv)\s*=\s*["']?([^"'\s>]+)"#).ok()
});
static VALUE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?is)\b(?:value|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))"#).ok()
});
static PART: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?is)(\bname="?([^"\r\n;]+)"?[^\r\n]*(?:\r?\n[^\r\n]+)*\r?\n\r?\n)(.*?)(\r?\n--)"#,
    )
    .ok()
});

/// Takes secrets out of a body and leaves its form.
pub(super) fn clean(redactor: &Redactor, mime: &str, body: &str) -> String {
    let mime = mime.to_ascii_lowercase();
    let trimmed = body.trim_start();
    let structured = if trimmed.starts_with(['{', '[']) || mime.contains("json") {
        clean_json(redactor, body)
    } else if mime.contains("x-www-form-urlencoded") {
        Some(url::clean_pairs(redactor, body))
    } else if mime.contains("multipart") {
        Some(clean_parts(redactor, body))
    } else if trimmed.starts_with('<') {
        Some(clean_markup(redactor, body))
    } else {
        None
    };
    redactor.text(structured.as_deref().unwrap_or(body))
}

/// `None` when nothing had to be taken out or it is no JSON: the text stays as it was sent.
fn clean_json(redactor: &Redactor, body: &str) -> Option<String> {
    let mut value: Value = serde_json::from_str(body).ok()?;
    clean_value(redactor, &mut value, false, DEPTH).then(|| value.to_string())
}

/// Whether anything was taken out.
fn clean_value(redactor: &Redactor, value: &mut Value, is_secret: bool, depth: usize) -> bool {
    match value {
        Value::Object(map) => {
            let mut has_changed = false;
            for (key, item) in map.iter_mut() {
                has_changed |= clean_value(redactor, item, is_secret || is_secret_key(key), depth);
            }
            has_changed
        }
        Value::Array(items) => items
            .iter_mut()
            .map(|item| clean_value(redactor, item, is_secret, depth))
            .fold(false, |any, this| any | this),
        Value::String(text) if is_secret => {
            let clean = redactor.taken_out("json", text);
            learn(redactor, text);
            let has_changed = clean != *text;
            *text = clean;
            has_changed
        }
        Value::Number(number) if is_secret => {
            *value = Value::String(redactor.replacement("json", &number.to_string()));
            true
        }
        Value::String(text) => {
            let clean = clean_text(redactor, text, depth);
            let has_changed = clean != *text;
            *text = clean;
            has_changed
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn clean_text(redactor: &Redactor, text: &str, depth: usize) -> String {
    if depth > 0
        && text.trim_start().starts_with(['{', '['])
        && let Ok(mut inner) = serde_json::from_str::<Value>(text)
        && clean_value(redactor, &mut inner, false, depth - 1)
    {
        return inner.to_string();
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return redactor.url(text);
    }
    redactor.text(text)
}

/// A token that an answer brought will be sent back in other places.
fn learn(redactor: &Redactor, value: &str) {
    if is_learnable(value) {
        redactor.learn("answer", value);
    }
}

/// Learns a stored value: by its leaves when it is JSON, else as a whole.
pub(super) fn learn_stored(redactor: &Redactor, kind: &str, value: &str, depth: usize) {
    let leaves: Vec<Value> = match serde_json::from_str(value) {
        Ok(Value::Object(map)) if depth > 0 => map.into_iter().map(|(_, leaf)| leaf).collect(),
        Ok(Value::Array(items)) if depth > 0 => items,
        Ok(Value::String(text)) if depth > 0 => vec![Value::String(text)],
        _ => {
            if is_token(value) {
                redactor.state().known.add(kind, value, Reach::FromNowOn);
            }
            return;
        }
    };
    for leaf in leaves {
        let text = match leaf {
            Value::String(text) => text,
            other => other.to_string(),
        };
        learn_stored(redactor, kind, &text, depth - 1);
    }
}

/// Apps store much that is no secret and stands on their pages: sentences, addresses, times, ids.
fn is_token(value: &str) -> bool {
    is_learnable(value)
        && !value.contains(char::is_whitespace)
        && !value.starts_with("http")
        && !value.starts_with('/')
        && value.parse::<jiff::Timestamp>().is_err()
        && !is_uuid(value)
}

/// Names things in addresses everywhere.
fn is_uuid(value: &str) -> bool {
    let parts: Vec<usize> = value.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12]
        && value
            .chars()
            .all(|next| next.is_ascii_hexdigit() || next == '-')
}

/// Long and varied enough not to be a word that stands elsewhere by chance.
pub(super) fn is_learnable(value: &str) -> bool {
    let has_digit = value.chars().any(|next| next.is_ascii_digit());
    let has_letter = value.chars().any(char::is_alphabetic);
    value.len() >= 12
        && has_digit
        && has_letter
        && super::values::entropy(value) >= 3.0
        && !value.contains("[redacted:")
}

fn clean_markup(redactor: &Redactor, body: &str) -> String {
    let (Some(tag), Some(name), Some(value)) = (&*TAG, &*NAME, &*VALUE) else {
        return body.to_owned();
    };
    let replaced = tag.replace_all(body, |found: &Captures<'_>| {
        let whole = &found[0];
        let lower = whole.to_ascii_lowercase();
        let is_secret = name
            .captures_iter(whole)
            .any(|names| is_secret_key(&names[1]))
            || lower.contains("type=\"password\"");
        if !is_secret {
            return whole.to_owned();
        }
        let cleaned = value.replace(whole, |values: &Captures<'_>| {
            let inner = values
                .get(1)
                .or(values.get(2))
                .or(values.get(3))
                .map_or("", |inner| inner.as_str());
            if is_learnable(inner) {
                redactor.learn("hidden field", inner);
            }
            if inner.is_empty() {
                values[0].to_owned()
            } else {
                values[0].replacen(inner, &redactor.taken_out("html", inner), 1)
            }
        });
        cleaned.into_owned()
    });
    replaced.into_owned()
}

fn clean_parts(redactor: &Redactor, body: &str) -> String {
    let Some(part) = &*PART else {
        return body.to_owned();
    };
    let replaced = part.replace_all(body, |found: &Captures<'_>| {
        if is_secret_key(&found[2]) {
            format!(
                "{}{}{}",
                &found[1],
                redactor.taken_out("multipart", &found[3]),
                &found[4]
            )
        } else {
            found[0].to_owned()
        }
    });
    replaced.into_owned()
}
