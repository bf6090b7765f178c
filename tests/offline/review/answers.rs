//! What a step's requests were answered with counts as the same while it has the same fields.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::door::Served;
use crate::{
    signoff::prepared::walk_all,
    support::recorded::{quotes, seal},
};

/// A bundle whose first step's request is answered with this.
fn bundle(body: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::remove_dir(folder.path()).unwrap();
    let mut lists = quotes();
    let shippass::evidence::Outcome::Answered(answer) = &mut lists[0].steps[0].exchanges[0].outcome
    else {
        panic!("it is answered");
    };
    if let shippass::evidence::Body::Kept(kept) = &mut answer.body {
        kept.text = Some(body.to_owned());
    }
    seal(folder.path(), "01JD5M3Q8ZK4V7T2N9XW6R1YHB", &lists, |_| 4);
    folder
}

/// How the first step of a bundle with that answer stands beside what was accepted: its group, and what answers have otherwise.
fn beside(accepted: &Path, body: &str) -> (Value, Value) {
    let served = Served::of(bundle(body), accepted);
    let told = |path: &str| -> Value { serde_json::from_str(&served.ask(path).body).unwrap() };
    let step = told("/api/steps/0/0");
    let groups = told("/api/groups");
    (
        groups["groups"][0][0].clone(),
        step["change"]["answers"].clone(),
    )
}

#[test]
fn an_answer_that_lost_a_field_is_changed_and_one_with_another_value_is_not() {
    let accepted = tempfile::tempdir().unwrap();
    let before = bundle(r#"{"title":"three rooms painted","cost":4500}"#);
    walk_all(before.path());
    let served = Served::of(before, accepted.path());
    let (seat, held) = served.sit(false);
    assert_eq!(served.post("/api/accept", &seat, "{}").status, 200);
    drop((held, served));

    let call = "GET /api/quotes/* 200 application/json";
    let changed = |words: &str| (json!("changed"), json!([format!("{call}: {words}")]));
    let same = || (json!("same"), json!([]));
    let beside = |body: &str| beside(accepted.path(), body);
    assert_eq!(beside(r#"{"title":"two rooms","cost":1}"#), same());
    let lost = r#"{"title":"three rooms painted"}"#;
    assert_eq!(beside(lost), changed("/cost is nothing, was number"));
    let text = r#"{"title":"three rooms painted","cost":"4500"}"#;
    assert_eq!(beside(text), changed("/cost is string, was number"));
    // The machine flags it by itself.
    let (group, told) = beside("{\"title\":");
    let was = changed("was answered with JSON").1;
    assert_eq!((group, told), (json!("flagged"), was));

    // What an older shippass accepted says nothing of answers, and goes on to mean what it meant.
    let checklist = &entries(accepted.path())[0];
    let index = entries(checklist)[0].join("accepted.json");
    let mut told: Value = serde_json::from_slice(&fs::read(&index).unwrap()).unwrap();
    for step in told["steps"].as_object_mut().unwrap().values_mut() {
        let step = step.as_object_mut().unwrap();
        assert!(step.remove("shapes").is_some(), "{step:?}");
    }
    shippass::bundle::write_whole(&index, |out| out.write_all(told.to_string().as_bytes()))
        .unwrap();
    assert_eq!(beside(lost), same());
}

fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}
