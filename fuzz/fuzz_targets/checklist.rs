//! Any text as a checklist: read without a panic, and every mistake within the file.
#![no_main]
#![allow(dead_code, unreachable_pub, unused_imports, missing_docs)]

#[path = "../../src/checklist/mod.rs"]
mod checklist;
#[path = "../../src/config/mod.rs"]
mod config;
#[path = "../places.rs"]
mod places;

use checklist::Source;
use config::{Environment, read_project};

const CONFIG: Source<'static> = Source {
    name: "shippass.yaml",
    text: "personas: { owner: { sign_in: { do: [{ visit: /sign-in }] } } }\n",
};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let environment = Environment::from(vec![
        ("OWNER_EMAIL".to_owned(), "ada@example.com".to_owned()),
        ("PADDED".to_owned(), " padded\n".to_owned()),
    ]);
    // What a checklist runs is looked for among these.
    let checklists = [
        Source {
            name: "checklists/a.yaml",
            text,
        },
        Source {
            name: "checklists/parts/leaf.yaml",
            text: "name: Leaf\nsteps: [{ name: \"Look\", do: [{ visit: \"/${where:-}\" }] }]\n",
        },
    ];
    if let Err(mistakes) = read_project(Some(CONFIG), &checklists, &environment, &[]) {
        places::check(&mistakes, "checklists/a.yaml", text);
    }
});
