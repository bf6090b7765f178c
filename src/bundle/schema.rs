//! The JSON Schema of `bundle.json`, made from the types that write it.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::document::BundleDocument;

/// The JSON Schema (draft 2020-12) of `bundle.json`. A later version of shippass may add keys.
pub fn bundle_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let made = settings
        .into_generator()
        .into_root_schema_for::<BundleDocument>()
        .to_value();
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), made["$schema"].clone());
    schema.insert(
        "title".to_owned(),
        "The facts of a bundle of shippass".into(),
    );
    if let Value::Object(made) = made {
        for (key, value) in made {
            schema.entry(key).or_insert(value);
        }
    }
    Value::Object(schema)
}
