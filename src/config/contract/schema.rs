//! A JSON Schema that a body is held against. Nothing is fetched from anywhere.

use std::fmt::Write as _;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// A schema, ready to be held against.
#[derive(Debug)]
pub struct Held(Validator);

/// Where a body doesn't fit, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// A JSON Pointer into the body.
    pub at: String,
    /// In words.
    pub what: String,
    /// What stands there.
    pub value: Value,
}

impl Held {
    /// Takes a schema by itself, of the draft that it names.
    pub(super) fn new(schema: &Value) -> Result<Self, String> {
        jsonschema::validator_for(schema)
            .map(Self)
            .map_err(|error| error.to_string())
    }

    /// Takes a schema within an OpenAPI document.
    ///
    /// OpenAPI 3.1 is JSON Schema; 3.0 is an older draft with words of its own.
    pub(super) fn within(document: &Value, pointer: &str) -> Result<Self, String> {
        let version = document.get("openapi").and_then(Value::as_str);
        let is_old = version.is_some_and(|version| version.starts_with("3.0"));
        let mut root = document.clone();
        if is_old {
            for part in ["paths", "components"] {
                root.get_mut(part).into_iter().for_each(nullable_to_type);
            }
        }
        if let Some(members) = root.as_object_mut() {
            members.insert("$ref".to_owned(), json!(fragment(pointer)));
        }
        let draft = if is_old {
            Draft::Draft4
        } else {
            Draft::Draft202012
        };
        jsonschema::options()
            .with_draft(draft)
            .build(&root)
            .map(Self)
            .map_err(|error| error.to_string())
    }

    /// Where a body doesn't fit; empty when it does.
    pub fn misfits(&self, body: &Value) -> Vec<Misfit> {
        let errors = self.0.iter_errors(body);
        errors
            .map(|error| Misfit {
                at: error.instance_path().to_string(),
                what: error.to_string(),
                value: error.instance().clone().into_owned(),
            })
            .collect()
    }
}

/// A JSON Pointer as a URI's fragment: what stands for itself in neither is written as `%7B`.
fn fragment(pointer: &str) -> String {
    let mut fragment = String::from("#");
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"/~-._".contains(&byte) {
            fragment.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(fragment, "%{byte:02X}");
        }
    }
    fragment
}

/// `nullable: true` in the words of JSON Schema.
fn nullable_to_type(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(nullable_to_type),
        Value::Object(members) => {
            members.values_mut().for_each(nullable_to_type);
            if members.remove("nullable") != Some(json!(true)) {
                return;
            }
            if let Some(Value::Array(values)) = members.get_mut("enum") {
                values.push(Value::Null);
            }
            if let Some(Value::String(kind)) = members.get("type") {
                let kinds = json!([kind, "null"]);
                members.insert("type".to_owned(), kinds);
            } else {
                let other = Value::Object(std::mem::take(members));
                *schema = json!({"anyOf": [other, {"type": "null"}]});
            }
        }
        _ => {}
    }
}
