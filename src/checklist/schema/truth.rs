//! The schema of checks that ask for the truth behind the page.

use serde_json::{Value, json};

use super::{Key, Schemas, name, text, text_like};
use crate::checklist::{denied::DENIED, fetch::FETCH, query::QUERY};

pub(super) fn fetch(schemas: &mut Schemas) -> Value {
    let path = text_like("^\\s*/|://");
    let keys = [
        Key::new(
            "path",
            "The path to read, with GET.",
            json!("/api/me"),
            path.clone(),
        )
        .required(),
        Key::new(
            "status",
            "The status it must be answered with.",
            json!("2xx"),
            json!({"type": ["integer", "string"], "pattern": "^[1-5]([0-9][0-9]|xx)$"}),
        ),
        Key::new(
            "at",
            "Where in the JSON (RFC 6901); all of it when not given.",
            json!("/email"),
            text_like("^\\s*(/|$)"),
        ),
        Key::new(
            "equals",
            "What stands there, exactly.",
            json!("pro"),
            json!({}),
        ),
        Key::new(
            "contains",
            "What is a part of what stands there: of a text, or an item of a list.",
            json!("pro"),
            json!({}),
        ),
        Key::new(
            "exists",
            "Whether anything stands there.",
            json!(true),
            json!({"type": "boolean"}),
        ),
        Key::new("count", "How many items stand there.", json!(3), count()),
    ];
    json!({"anyOf": [path, schemas.map(&FETCH, &keys)]})
}

pub(super) fn query(schemas: &mut Schemas) -> Value {
    let keys = [
        Key::new("db", "A database of `shippass.yaml`.", json!("app"), name()).required(),
        Key::new(
            "sql",
            "One statement that reads.",
            json!("select count(*) from quotes"),
            text(),
        )
        .required(),
        Key::new(
            "rows",
            "The rows that it must give, cell by cell.",
            json!([["Ada Lovelace"]]),
            json!({"type": "array", "items": {"type": "array"}}),
        ),
        Key::new("count", "How many rows it must give.", json!(3), count()),
    ];
    let mut query = schemas.map(&QUERY, &keys);
    query["anyOf"] = json!([{"required": ["rows"]}, {"required": ["count"]}]);
    query
}

pub(super) fn denied(schemas: &mut Schemas) -> Value {
    let path = text_like("^\\s*(GET\\s+)?(/|\\S+://)\\S*\\s*$");
    let keys = [
        Key::new("path", "The page.", json!("/quotes/77"), path.clone()).required(),
        Key::new(
            "shows",
            "The data that must not be seen there.",
            json!("Roof repair"),
            text(),
        ),
    ];
    json!({"anyOf": [path, schemas.map(&DENIED, &keys)]})
}

fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}
