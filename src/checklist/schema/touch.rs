//! The schemas of gestures, of files to upload, and of what is around a page.

use serde_json::{Value, json};

use super::{Key, Schemas, defined, list_of, map_of, one_of, text_or_empty};
use crate::checklist::{
    dialog::ACCEPT,
    network::STATES,
    swipe::{DIRECTIONS, SWIPE},
    upload::ITEM,
};

/// The verbs of a finger and of what is around a page.
pub(super) fn verbs() -> Vec<Key> {
    vec![
        Key::new(
            "double_tap",
            "Touches the element's middle twice, as quickly as a person does.",
            json!("Sign quote"),
            defined("element"),
        ),
        Key::new(
            "long_press",
            "Rests a finger on the element until its menu opens.",
            json!("Quote 1042"),
            defined("element"),
        ),
        Key::new(
            "swipe",
            "Draws a finger over the page, or over an element.",
            json!({"direction": "left", "on": "Photos"}),
            defined("swipe"),
        ),
        Key::new(
            "upload",
            "Gives a field files of the project; paths begin at this file's folder.",
            json!({"Photo": "photos/roof.jpg"}),
            defined("upload"),
        ),
        Key::new(
            "wait_for",
            "Waits until something shows up in the middle of the step.",
            json!("Ready to sign"),
            defined("sight"),
        ),
        Key::new(
            "network",
            "What the network is like for the rest of the step.",
            json!("offline"),
            network(),
        ),
    ]
}

pub(super) fn swipe(schemas: &mut Schemas) -> Value {
    let directions = one_of(DIRECTIONS.iter().map(|(word, _)| *word));
    let keys = [
        Key::new(
            "direction",
            "Where the finger goes.",
            json!("left"),
            directions.clone(),
        )
        .required(),
        Key::new(
            "on",
            "The element that it goes over; the page when not given.",
            json!({"role": "region", "name": "Photos"}),
            defined("element"),
        ),
    ];
    json!({"anyOf": [directions, schemas.map(&SWIPE, &keys)]})
}

pub(super) fn upload(schemas: &mut Schemas) -> Value {
    let path = json!({"type": "string", "pattern": "^[^/\\\\].*"});
    let files = json!({"anyOf": [path, list_of(&path)]});
    let keys = [
        Key::new(
            "field",
            "The field, its label, or the button that opens it.",
            json!({"label": "Photo"}),
            defined("element"),
        )
        .required(),
        Key::new(
            "file",
            "A file, or a list of them, from this file's folder.",
            json!("photos/roof.jpg"),
            files.clone(),
        )
        .required(),
    ];
    json!({"anyOf": [map_of(&files), list_of(&schemas.map(&ITEM, &keys))]})
}

fn network() -> Value {
    one_of(STATES.iter().map(|(word, _)| *word))
}

pub(super) fn dialog(schemas: &mut Schemas) -> Value {
    let keys = [Key::new(
        "accept",
        "The text that a prompt is given.",
        json!("the text for a prompt"),
        text_or_empty(),
    )
    .required()];
    json!({"anyOf": [one_of(["accept", "dismiss"]), schemas.map(&ACCEPT, &keys)]})
}
