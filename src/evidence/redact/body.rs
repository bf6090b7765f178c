//! Bodies: JSON by its keys, forms, multipart, HTML's hidden fields; known secrets and shapes everywhere.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::{
    Redactor,
    known::Reach,
    lists::{is_secret_key, is_value_key},
    multipart, url,
    values::is_token_segment,
};

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

/// Takes secrets out of a body and leaves its form.
pub(super) fn clean(redactor: &Redactor, mime: &str, body: &str) -> String {
    let mime = mime.to_ascii_lowercase();
    let trimmed = body.trim_start();
    let structured = if trimmed.starts_with(['{', '[']) || mime.contains("json") {
        clean_json(redactor, body)
    } else if mime.contains("x-www-form-urlencoded") {
        Some(url::clean_pairs(redactor, body))
    } else if mime.contains("multipart") {
        multipart::clean(redactor, body.as_bytes())
    } else if trimmed.starts_with('<') {
        Some(clean_markup(redactor, body))
    } else {
        None
    };
    redactor.text(structured.as_deref().unwrap_or(body))
}

/// What a key says of the values below it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    /// Nothing.
    Plain,
    /// They stand directly under a secret's key, or in a list there: they are the secret.
    Secret,
    /// They are parts of a thing that bears a secret's name, a session or a ticket: its facts and texts are none, and
    /// what only a program can remember may be one.
    PartOf,
}

impl Below {
    /// What a key inside says.
    fn key(self, key: &str) -> Self {
        match self {
            _ if is_secret_key(key) => Self::Secret,
            Self::Secret | Self::PartOf if is_value_key(key) => Self::Secret,
            Self::Secret | Self::PartOf => Self::PartOf,
            Self::Plain => Self::Plain,
        }
    }
}

/// `None` when nothing had to be taken out or it is no JSON: the text stays as it was sent.
fn clean_json(redactor: &Redactor, body: &str) -> Option<String> {
    let mut value: Value = serde_json::from_str(body).ok()?;
    clean_value(redactor, &mut value, Below::Plain, DEPTH).then(|| value.to_string())
}

/// Whether anything was taken out.
fn clean_value(redactor: &Redactor, value: &mut Value, below: Below, depth: usize) -> bool {
    match value {
        Value::Object(map) => {
            let mut has_changed = false;
            for (key, item) in map.iter_mut() {
                has_changed |= clean_value(redactor, item, below.key(key), depth);
            }
            has_changed
        }
        Value::Array(items) => items
            .iter_mut()
            .map(|item| clean_value(redactor, item, below, depth))
            .fold(false, |any, this| any | this),
        Value::Number(number) if below == Below::Secret => {
            *value = Value::String(redactor.replacement("json", &number.to_string()));
            true
        }
        Value::String(text) => {
            let clean = match below {
                Below::Secret => {
                    learn(redactor, "answer", text);
                    redactor.taken_out("json", text)
                }
                Below::PartOf if is_random(text) => redactor.taken_out("json", text),
                Below::PartOf | Below::Plain => clean_text(redactor, text, depth),
            };
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
        && clean_value(redactor, &mut inner, Below::Plain, depth - 1)
    {
        return inner.to_string();
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return redactor.url(text);
    }
    redactor.text(text)
}

/// A token that an answer or a page brought will be sent back in other places.
fn learn(redactor: &Redactor, kind: &str, value: &str) {
    if is_token(value) {
        redactor.state().known.add(kind, value, Reach::FromNowOn);
    }
}

/// Learns a stored value: by its leaves when it is JSON, else as a whole.
pub(super) fn learn_stored(redactor: &Redactor, kind: &str, value: &str, depth: usize) {
    let leaves: Vec<Value> = match serde_json::from_str(value) {
        Ok(Value::Object(map)) if depth > 0 => map.into_iter().map(|(_, leaf)| leaf).collect(),
        Ok(Value::Array(items)) if depth > 0 => items,
        Ok(Value::String(text)) if depth > 0 => vec![Value::String(text)],
        _ => {
            learn(redactor, kind, value);
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

/// Apps store and send much that is no secret and stands on their pages: sentences, addresses, times, ids, names.
fn is_token(value: &str) -> bool {
    is_learnable(value)
        && !value.contains(char::is_whitespace)
        && !value.starts_with("http")
        && !value.starts_with('/')
        && !is_time(value)
        && !is_uuid(value)
        && !is_address(value)
        && !is_wordy(value)
}

/// Nobody chose it and it names nothing: a secret when its key says so.
pub(super) fn is_random(value: &str) -> bool {
    let is_part = |next: char| next.is_ascii_alphanumeric() || matches!(next, '-' | '_');
    let mut parts = value.split(|next| !is_part(next));
    !value.contains(char::is_whitespace)
        && !value.starts_with("http")
        && parts.any(|part| is_token_segment(part) && !is_wordy(part))
}

fn is_time(value: &str) -> bool {
    value.parse::<jiff::Timestamp>().is_ok() || value.parse::<jiff::civil::DateTime>().is_ok()
}

/// `ada1815@example.com`
fn is_address(value: &str) -> bool {
    let host = value.split_once('@').map(|(_, host)| host);
    host.is_some_and(|host| host.contains('.') && !host.contains('@'))
}

/// Words and numbers with signs between them, as in `team-blue-2026`, `v2.14.0-beta.3` and `q3_report.pdf`.
fn is_wordy(value: &str) -> bool {
    let is_word = |part: &str| {
        let bare = part.trim_start_matches(char::is_alphabetic);
        let letters = part.len() - bare.len();
        let is_number = bare.len() <= 13 && bare.bytes().all(|byte| byte.is_ascii_digit());
        is_number && (bare.is_empty() || letters <= 1) && letters <= LONGEST_WORD
    };
    let is_sign = |next: char| matches!(next, '-' | '_' | '.' | ':' | '~');
    value.split(is_sign).all(is_word)
}

/// What is longer without a sign in it is no word.
const LONGEST_WORD: usize = 20;

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
            learn(redactor, "hidden field", inner);
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
