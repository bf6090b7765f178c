//! The schema of a checklist.

use serde_json::{Map, Value, json};

use super::{
    DIALECT, Key, Schemas, defined, list_of, map_of, name, text, text_or_empty, touch, truth,
    words::{checks, element, verbs},
};
use crate::checklist::{
    action::VERBS,
    ask::ASK,
    check::{CHECKS, COUNT, TEXT_IN},
    element::{ELEMENT, entry_shape},
    fields::Shape,
    include::RUN,
    steps::{CHECKLIST, STEP},
};

/// The JSON Schema (draft 2020-12) of a checklist.
pub fn checklist_schema() -> Value {
    write(&mut Schemas::default())
}

fn write(schemas: &mut Schemas) -> Value {
    let step = step(schemas);
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!(DIALECT));
    schema.insert("title".to_owned(), json!("A checklist of shippass"));
    if let Value::Object(map) = schemas.map(&CHECKLIST, &checklist_keys(&step)) {
        schema.extend(map);
    }
    schema.insert("$defs".to_owned(), Value::Object(definitions(schemas)));
    Value::Object(schema)
}

fn checklist_keys(step: &Value) -> Vec<Key> {
    let persona = json!({"type": "string", "minLength": 1});
    vec![
        Key::new(
            "name",
            "What the checklist is called in the report.",
            json!("Customer signs a quote"),
            name(),
        )
        .required(),
        Key::new(
            "as",
            "The persona of `shippass.yaml` that walks it, or several, each in a pass of its own; signed out when not given.",
            json!("owner"),
            json!({"anyOf": [persona, list_of(&persona)]}),
        ),
        mask_key(
            "Elements that change by themselves, such as a clock or an avatar: wherever they stand in a picture, it isn't compared.",
        ),
        Key::new(
            "steps",
            "What is done, checked and confirmed, in order.",
            json!([{"name": "Open the quote", "do": [{"visit": "/quotes/1042"}]}]),
            list_of(step),
        )
        .required(),
    ]
}

fn step(schemas: &mut Schemas) -> Value {
    let keys = [
        Key::new(
            "name",
            "What the step is called in the report.",
            json!("Open the quote"),
            name(),
        )
        .required(),
        Key::new(
            "fresh",
            "Begins in a new signed-in session: no cache, no page state.",
            json!(true),
            json!({"type": "boolean"}),
        ),
        Key::new(
            "dialog",
            "How JavaScript dialogs of this step are answered; one that no step expects is dismissed and flagged.",
            json!("accept"),
            touch::dialog(schemas),
        ),
        actions_key(),
        Key::new(
            "expect",
            "What the machine checks afterwards. Waiting is never written.",
            json!([{"see": "Signed. Thank you."}]),
            list_of(&defined("check")),
        ),
        Key::new(
            "confirm",
            "Sentences that a human confirms by looking at the pictures.",
            json!(["Nothing is cut off at the right edge"]),
            list_of(&text()),
        ),
        mask_key(
            "Elements that change by themselves in this step's picture, beside those of the checklist.",
        ),
    ];
    let mut step = schemas.map(&STEP, &keys);
    step["anyOf"] = json!([
        {"required": ["do"]},
        {"required": ["expect"]},
        {"required": ["confirm"]},
    ]);
    step
}

fn mask_key(what: &'static str) -> Key {
    Key::new(
        "mask",
        what,
        json!([{"css": "time"}]),
        list_of(&defined("element")),
    )
}

/// `do`, of a step and of a persona's sign-in.
pub(crate) fn actions_key() -> Key {
    Key::new(
        "do",
        "What the machine does, in order. Waiting is never written.",
        json!([{"visit": "/quotes"}, {"tap": "Sign in"}]),
        list_of(&defined("action")),
    )
}

/// What the schemas of both files refer to.
pub(crate) fn definitions(schemas: &mut Schemas) -> Map<String, Value> {
    let definitions = json!({
        "action": schemas.item(&VERBS, &verbs()),
        "check": schemas.item(&CHECKS, &checks()),
        "element": element_schema(schemas),
        "sight": sight(schemas),
        "texts": entries(schemas, "text"),
        "options": entries(schemas, "option"),
        "run": run(schemas),
        "count": count(schemas),
        "ask": ask(schemas),
        "swipe": touch::swipe(schemas),
        "upload": touch::upload(schemas),
        "denied": truth::denied(schemas),
        "fetch": truth::fetch(schemas),
        "query": truth::query(schemas),
    });
    match definitions {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn element_schema(schemas: &mut Schemas) -> Value {
    let mut map = schemas.map(&ELEMENT, &element());
    let ways = ["role", "name", "label", "test_id", "css"];
    map["anyOf"] = ways.iter().map(|way| json!({"required": [way]})).collect();
    // Only `role` and `name` go together.
    let alone = |way: &&&str| matches!(**way, "label" | "test_id" | "css");
    let without_others = |way: &&str| {
        let others = ways.iter().filter(|other| *other != way);
        let others: Vec<Value> = others.map(|other| json!({"required": [other]})).collect();
        ((*way).to_owned(), json!({"not": {"anyOf": others}}))
    };
    let alone: Map<String, Value> = ways.iter().filter(alone).map(without_others).collect();
    map["dependentSchemas"] = Value::Object(alone);
    json!({
        "description": "An element: its label or visible text, or a map that says more.",
        "anyOf": [text(), map],
    })
}

fn sight(schemas: &mut Schemas) -> Value {
    let keys = [
        Key::new("text", "The text to be seen.", json!("Signed"), text()).required(),
        Key::new(
            "in",
            "Looks inside this element only.",
            json!({"role": "dialog"}),
            defined("element"),
        ),
    ];
    json!({
        "description": "A text anywhere on the page, an element, or a text inside an element.",
        "anyOf": [defined("element"), schemas.map(&TEXT_IN, &keys)],
    })
}

/// Fields and what belongs to them, as a map or as a list.
fn entries(schemas: &mut Schemas, value: &'static str) -> Value {
    let shape: Shape = entry_shape(value);
    let text = if value == "option" {
        text()
    } else {
        text_or_empty()
    };
    let keys = [
        Key::new(
            "field",
            "The field.",
            json!({"label": "Email"}),
            defined("element"),
        )
        .required(),
        Key::new(
            value,
            "What belongs to it.",
            json!("ada@example.com"),
            text.clone(),
        )
        .required(),
    ];
    json!({
        "description": "A map of field to text, or a list that names each field as an element.",
        "anyOf": [map_of(&text), list_of(&schemas.map(&shape, &keys))],
    })
}

fn count(schemas: &mut Schemas) -> Value {
    let keys = [
        Key::new(
            "of",
            "The element, without `nth`.",
            json!({"role": "listitem"}),
            defined("element"),
        )
        .required(),
        Key::new(
            "is",
            "How many there are.",
            json!(3),
            json!({"type": "integer", "minimum": 0}),
        )
        .required(),
    ];
    schemas.map(&COUNT, &keys)
}

fn ask(schemas: &mut Schemas) -> Value {
    let keys = [
        Key::new(
            "tell",
            "What to tell.",
            json!("The code from the SMS"),
            text(),
        )
        .required(),
        Key::new(
            "into",
            "The field that it goes into.",
            json!("Code"),
            defined("element"),
        )
        .required(),
    ];
    json!({"anyOf": [text(), schemas.map(&ASK, &keys)]})
}

fn run(schemas: &mut Schemas) -> Value {
    let path = json!({"type": "string", "pattern": "^[^/\\\\:$][^\\\\:$]*$"});
    let keys = [
        Key::new(
            "checklist",
            "The file to run, from this file's folder.",
            json!("parts/sign-quote.yaml"),
            path.clone(),
        )
        .required(),
        Key::new(
            "with",
            "Values for `${NAME}` in that file; they go before the environment's.",
            json!({"quote": "1042"}),
            json!({
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
                "additionalProperties": text_or_empty(),
            }),
        ),
    ];
    json!({"anyOf": [path, schemas.map(&RUN, &keys)]})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_and_key_is_described() {
        let mut schemas = Schemas::default();
        write(&mut schemas);
        assert_eq!(schemas.undescribed(), <[String; 0]>::default());
    }
}
