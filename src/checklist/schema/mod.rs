//! The JSON Schema of what a person writes, made from the tables that it is read by.
//!
//! Every key of a [`Shape`] and every word of a [`Vocabulary`] needs a [`Key`] that describes it; one without is left
//! out of the schema and named by [`Schemas::undescribed`], which a test holds empty.

mod checklist;
mod touch;
mod truth;
mod words;

use serde_json::{Map, Value, json};

use super::{fields::Shape, vocabulary::Vocabulary};
pub use checklist::checklist_schema;
pub(crate) use checklist::{actions_key, definitions};

/// The dialect that schemas are written in.
pub(crate) const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A key or a word, for people: what it is and how it is written.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// One sentence.
    pub(crate) what: &'static str,
    /// A value of it.
    pub(crate) example: Value,
    /// What may stand there.
    pub(crate) schema: Value,
    pub(crate) is_required: bool,
}

impl Key {
    /// A key that may be left out.
    pub(crate) fn new(
        name: &'static str,
        what: &'static str,
        example: Value,
        schema: Value,
    ) -> Self {
        Self {
            name,
            what,
            example,
            schema,
            is_required: false,
        }
    }

    /// A key that must be there.
    pub(crate) fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    fn described(&self) -> Value {
        let mut schema = match self.schema.clone() {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        schema.insert("description".to_owned(), json!(self.what));
        schema.insert("examples".to_owned(), json!([self.example]));
        Value::Object(schema)
    }
}

/// Puts schemas together, and notes which keys and words nobody describes.
#[derive(Default)]
pub(crate) struct Schemas {
    undescribed: Vec<String>,
}

impl Schemas {
    /// Keys and words that are read and have no description, and such that have one and aren't read.
    #[cfg(test)]
    pub(crate) fn undescribed(&self) -> &[String] {
        &self.undescribed
    }

    /// A map of known keys.
    pub(crate) fn map(&mut self, shape: &Shape, keys: &[Key]) -> Value {
        let properties = self.properties(shape.what, shape.keys.iter().copied(), keys);
        let required = keys.iter().filter(|key| key.is_required);
        let required: Vec<&str> = required.map(|key| key.name).collect();
        let mut schema = json!({
            "type": "object",
            "additionalProperties": false,
            "properties": properties,
        });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    }

    /// An item that says what it is about by one word of a vocabulary.
    pub(super) fn item<T>(&mut self, vocabulary: &Vocabulary<T>, keys: &[Key]) -> Value {
        let words = || vocabulary.names();
        let all = words().chain(vocabulary.beside.iter().copied());
        let properties = self.properties(vocabulary.noun, all, keys);
        let mut map = json!({
            "type": "object",
            "additionalProperties": false,
            "properties": properties,
        });
        if vocabulary.beside.is_empty() {
            map["minProperties"] = json!(1);
            map["maxProperties"] = json!(1);
        } else {
            map["oneOf"] = words().map(|word| json!({"required": [word]})).collect();
        }
        let takes_nothing = |key: &&Key| key.schema["type"] == "null";
        let bare: Vec<&str> = keys
            .iter()
            .filter(takes_nothing)
            .map(|key| key.name)
            .collect();
        if bare.is_empty() {
            map
        } else {
            json!({"anyOf": [{"enum": bare}, map]})
        }
    }

    fn properties(
        &mut self,
        of: &str,
        names: impl Iterator<Item = &'static str>,
        keys: &[Key],
    ) -> Map<String, Value> {
        let mut properties = Map::new();
        for name in names {
            match keys.iter().find(|key| key.name == name) {
                Some(key) => {
                    properties.insert(name.to_owned(), key.described());
                }
                None => self.undescribed.push(format!("`{name}` of {of}")),
            }
        }
        let unread = keys.iter().filter(|key| !properties.contains_key(key.name));
        let unread: Vec<String> = unread
            .map(|key| format!("`{}` isn't in {of}", key.name))
            .collect();
        self.undescribed.extend(unread);
        properties
    }
}

/// A text; what other readers take for a number or a boolean is one too. `${NAME}` may stand in it.
pub(crate) fn text() -> Value {
    json!({"type": ["string", "number", "boolean"], "pattern": "\\S"})
}

/// A name as it is written: no variable can stand in it.
pub(crate) fn name() -> Value {
    json!({
        "type": ["string", "number", "boolean"],
        "pattern": "\\S",
        "not": {"type": "string", "pattern": "(^|[^$])\\$\\{"},
    })
}

/// A text that may be empty.
pub(super) fn text_or_empty() -> Value {
    json!({"type": ["string", "number", "boolean"]})
}

/// A text of a known form, or one that a variable completes.
pub(crate) fn text_like(pattern: &str) -> Value {
    json!({"type": "string", "pattern": format!("{pattern}|\\$\\{{")})
}

/// One of these words, or a variable.
pub(crate) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    let words: Vec<&str> = words.into_iter().collect();
    json!({"anyOf": [{"enum": words}, {"type": "string", "pattern": "\\$\\{"}]})
}

/// A list of at least one.
pub(crate) fn list_of(items: &Value) -> Value {
    json!({"type": "array", "minItems": 1, "items": items})
}

/// A map of free names to one kind of value.
pub(crate) fn map_of(values: &Value) -> Value {
    json!({"type": "object", "minProperties": 1, "additionalProperties": values})
}

/// What is described under a name in `$defs`.
pub(crate) fn defined(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}
