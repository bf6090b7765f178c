//! Schemas as the tools of all assistants read them: in one piece, one type a value, without what only Rust knows.

use std::{mem, sync::Arc};

use rmcp::model::JsonObject;
use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::{Value, json};

/// What a tool takes. What may be left out is left out, and never `null`.
pub(super) fn taken<T: JsonSchema>() -> Arc<JsonObject> {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    of::<T>(settings.with_transform(RecursiveTransform(without_null)))
}

/// What a tool gives.
pub(super) fn given<T: JsonSchema>() -> Arc<JsonObject> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    of::<T>(settings.with_transform(RecursiveTransform(with_null_apart)))
}

fn of<T: JsonSchema>(settings: SchemaSettings) -> Arc<JsonObject> {
    let settings = settings
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(RecursiveTransform(without_format));
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    let object = schema.ensure_object();
    object.remove("title");
    // Some assistants want to see it even where there is none.
    object.entry("properties").or_insert_with(|| json!({}));
    Arc::new(mem::take(object))
}

/// Sizes of numbers aren't JSON Schema's, and validators complain of each.
fn without_format(schema: &mut Schema) {
    let format = schema.get("format").and_then(Value::as_str);
    if format.is_some_and(|format| format.contains("int") || format == "double") {
        schema.remove("format");
    }
}

fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    if let Some(name) = or_null(object) {
        object.insert("type".to_owned(), name);
    }
    let Some(Value::Array(kinds)) = object.get_mut("anyOf") else {
        return;
    };
    kinds.retain(|kind| kind["type"] != "null");
    if let [Value::Object(only)] = kinds.as_mut_slice() {
        let only = mem::take(only);
        object.remove("anyOf");
        for (key, value) in only {
            object.entry(key).or_insert(value);
        }
    }
}

fn with_null_apart(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    if let Some(name) = or_null(object) {
        let description = object.remove("description");
        let mut kind = mem::take(object);
        kind.insert("type".to_owned(), name);
        object.extend(description.map(|text| ("description".to_owned(), text)));
        object.insert("anyOf".to_owned(), json!([kind, { "type": "null" }]));
    }
}

/// The type of what may be `null` instead.
fn or_null(object: &JsonObject) -> Option<Value> {
    match object.get("type")?.as_array()?.as_slice() {
        [name, null] if null == "null" => Some(name.clone()),
        _ => None,
    }
}
