//! Pages that stand before a deployment: look-alikes of the true ones' marks are named, healthy ones aren't.
//!
//! A fixture whose name begins with `none-` is healthy; one that begins with `door-` is known on the first visit only.

use std::{fs, path::Path};

use serde::Deserialize;
use shippass::evidence::{Answered, Protection, protection_at_the_door, protection_of};

#[derive(Deserialize)]
struct Fixture {
    protection: Option<String>,
    url: String,
    status: u16,
    headers: std::collections::BTreeMap<String, String>,
    words: String,
}

fn fixtures() -> Vec<(String, Fixture)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/protections");
    let mut fixtures: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a fixture");
            let name = path.file_stem().expect("a name").to_string_lossy();
            let fixture = serde_json::from_str(&text);
            let fixture = fixture.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (name.into_owned(), fixture)
        })
        .collect();
    fixtures.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(fixtures.len() > 25, "the fixtures are found");
    fixtures
}

fn name_by(
    judge: fn(&Answered<'_>) -> Option<Protection>,
    fixture: &Fixture,
) -> Option<&'static str> {
    let headers = fixture.headers.iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answered = Answered {
        url: &fixture.url,
        status: fixture.status,
        headers: &headers,
        words: &fixture.words,
    };
    judge(&answered).map(|protection| protection.name)
}

#[test]
fn each_page_is_named_and_healthy_ones_are_not() {
    for (name, fixture) in fixtures() {
        let expected = fixture.protection.as_deref();
        assert_eq!(expected.is_none(), name.starts_with("none-"), "{name}");
        let at_the_door = name_by(protection_at_the_door, &fixture);
        assert_eq!(at_the_door, expected, "{name}");
        let later = expected.filter(|_| !name.starts_with("door-"));
        assert_eq!(name_by(protection_of, &fixture), later, "{name} in a step");
    }
}
