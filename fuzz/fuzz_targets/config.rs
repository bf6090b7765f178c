//! Any text as `shippass.yaml`: read without a panic, and every mistake within the file.
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

libfuzzer_sys::fuzz_target!(|text: &str| {
    let environment = Environment::from(vec![
        ("PREVIEW_URL".to_owned(), "https://preview.example".to_owned()),
        ("PADDED".to_owned(), " padded\n".to_owned()),
    ]);
    let source = Source {
        name: "shippass.yaml",
        text,
    };
    if let Err(mistakes) = read_project(Some(source), &[], &environment, &["http-error"]) {
        places::check(&mistakes, "shippass.yaml", text);
    }
});
