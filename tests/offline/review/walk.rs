//! What is said is kept: over a restart, by one page at a time, and what was accepted changes the next walk.

use std::{io::Read, path::Path};

use shippass::{
    evidence::{Picture, PixelArea},
    review::{Review, ReviewError},
};

use super::door::{Served, bundle};
use crate::recorded::{quotes, seal};

pub(crate) const STEPS: [&str; 3] = ["01-open-the-quote", "02-sign-it", "03-see-it"];

fn said(said: &str, step: &str, more: &str) -> String {
    format!(r#"{{"said":"{said}","step":{{"checklist":0,"step":"{step}"}},{more}}}"#)
}

/// What a page says of a step that is looked at and confirmed.
pub(crate) fn confirming(step: &str) -> [String; 2] {
    [
        said("looked", step, r#""on":"page","ms":900"#),
        said("judged", step, r#""verdict":{"verdict":"confirmed"}"#),
    ]
}

fn confirm(served: &Served, seat: &str, step: &str) {
    for word in confirming(step) {
        assert_eq!(served.post("/api/said", seat, &word).status, 200, "{word}");
    }
}

fn open(dir: &Path) -> Result<Review, ReviewError> {
    let (sign, by) = (
        "shippass sign x".to_owned(),
        "Ada <ada@example.com>".to_owned(),
    );
    Review::open(dir, &dir.join("none"), sign, by)
}

#[test]
fn a_walk_goes_on_where_it_was_after_a_restart() {
    let mut served = Served::new();
    let (seat, held) = served.sit(false);
    assert_eq!(served.state()["left"], 4, "{}", served.state());
    confirm(&served, &seat, STEPS[0]);
    let tick = said(
        "ticked",
        STEPS[0],
        r#""question":0,"on":"page","holds":true"#,
    );
    served.post("/api/said", &seat, &tick);
    let state = served.state();
    assert_eq!(state["left"], 3, "{state}");
    drop(held);

    let folder = std::mem::replace(&mut served.bundle, tempfile::tempdir().unwrap());
    drop(served);
    // What a power cut left of a word that was never acknowledged.
    let log = folder.path().join("signoff/walk.ndjson");
    let mut file = std::fs::OpenOptions::new().append(true).open(&log).unwrap();
    std::io::Write::write_all(&mut file, br#"{"at":"2026-11-21T12:00:00Z","said":"jud"#).unwrap();
    drop(file);

    let none = folder.path().join("none");
    let again = Served::of(folder, &none);
    assert_eq!(again.state(), state);
    let (seat, _held) = again.sit(false);
    confirm(&again, &seat, STEPS[2]);
    assert_eq!(again.state()["left"], 2);
}

#[test]
fn one_page_writes_and_a_second_one_is_told() {
    let served = Served::new();
    let (first, mut held) = served.sit(false);
    let refused = served.post("/api/seat", "", r#"{"takes_over":false}"#);
    assert_eq!(refused.body, r#"{"ticket":null}"#);

    let (second, _held) = served.sit(true);
    let mut last = [0; 64];
    let read = held.read(&mut last).unwrap();
    assert!(String::from_utf8_lossy(&last[..read]).contains("taken"));
    let look = said("looked", STEPS[0], r#""on":"page","ms":900"#);
    assert_eq!(served.post("/api/said", &first, &look).status, 409);
    assert_eq!(served.post("/api/said", "", &look).status, 409);
    assert_eq!(served.post("/api/accept", &first, "{}").status, 409);
    assert_eq!(served.post("/api/said", &second, &look).status, 200);

    let elsewhere = open(served.bundle.path()).err().unwrap().to_string();
    assert!(elsewhere.contains("open in another review"), "{elsewhere}");
}

#[test]
fn a_bundle_that_was_changed_is_not_reviewed_and_nor_is_what_changes_meanwhile() {
    let served = Served::new();
    let picture = served
        .bundle
        .path()
        .join("screens/customer-signs-a-quote/03-see-it.jpg");
    let path = "/api/files/screens/customer-signs-a-quote/03-see-it.jpg";
    assert_eq!(served.ask(path).status, 200);
    std::fs::OpenOptions::new()
        .append(true)
        .open(&picture)
        .unwrap()
        .set_len(100)
        .unwrap();
    let reply = served.ask(path);
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (409, "it was altered after it was sealed")
    );

    let folder = bundle();
    std::fs::remove_file(folder.path().join("network.har")).unwrap();
    let refused = open(folder.path()).err().unwrap();
    assert_eq!(
        refused.to_string(),
        format!(
            "{} is not what was sealed: network.har: missing",
            folder.path().display()
        )
    );
}

/// How `shippass review` ends where there is nothing to walk, and what it says.
fn refused(folder: &Path, port: &str) -> (i32, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_shippass"));
    command
        .args(["review", "--no-open", "--port", port])
        .arg(folder);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), said)
}

#[test]
fn what_cant_be_reviewed_is_refused_with_what_to_do() {
    let served = Served::new();
    let (status, said) = refused(served.bundle.path(), "0");
    assert_eq!(status, 2, "{said}");
    assert!(
        said.contains("help: go on in the page that is open already"),
        "{said}"
    );

    let folder = bundle();
    let port = served.host.rsplit(':').next().unwrap();
    let (status, said) = refused(folder.path(), port);
    assert_eq!(status, 3, "{said}");
    assert!(said.contains("help: leave `--port` away"), "{said}");

    // Without its journal nobody can make the seal anew.
    for name in ["manifest.json", "journal.ndjson"] {
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    let (status, said) = refused(folder.path(), "0");
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("is not sealed"), "{said}");
}

#[test]
fn what_was_accepted_is_compared_with_and_decides_the_order() {
    let accepted = tempfile::tempdir().unwrap();
    let served = Served::of(bundle(), accepted.path());
    let groups = |served: &Served| {
        let facts: serde_json::Value =
            serde_json::from_str(&served.ask("/api/facts").body).unwrap();
        let steps = facts["checklists"][0]["steps"].as_array().unwrap().clone();
        steps
            .iter()
            .map(|step| step["group"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(groups(&served), ["new", "flagged", "new"]);
    let (seat, _held) = served.sit(false);
    for step in [STEPS[0], STEPS[2]] {
        confirm(&served, &seat, step);
    }
    assert_eq!(
        served.post("/api/accept", &seat, "{}").body,
        r#"{"pictures":2}"#
    );
    assert!(
        accepted
            .path()
            .join("customer-signs-a-quote/375x812-3-chromium/accepted.json")
            .is_file()
    );
    drop(served);

    let same = Served::of(bundle(), accepted.path());
    assert_eq!(groups(&same), ["same", "flagged", "same"]);
    drop(same);

    // One picture has a row less, and one step asks for something else.
    let folder = tempfile::tempdir().unwrap();
    let mut later = quotes();
    later[0].steps[0].exchanges[0].url = "https://preview.example/api/quotes/1042/lines".to_owned();
    seal(
        folder.path(),
        "01JD5M3Q8ZK4V7T2N9XW6R1YHC",
        &later,
        |step| if step == STEPS[2] { 3 } else { 4 },
    );
    let changed = Served::of(folder, accepted.path());
    assert_eq!(groups(&changed), ["changed", "flagged", "changed"]);
    let told = |step: usize| -> serde_json::Value {
        let reply = changed.ask(&format!("/api/steps/0/{step}"));
        serde_json::from_str::<serde_json::Value>(&reply.body).unwrap()["change"].clone()
    };
    let asks = told(0);
    assert_eq!(asks["picture"], "same");
    assert_eq!(
        asks["more"][0],
        "GET /api/quotes/*/lines 200 application/json"
    );
    assert_eq!(asks["fewer"][0], "GET /api/quotes/* 200 application/json");
    let row = told(2);
    assert_eq!(row["picture"], "pixels");
    assert!(row["count"].as_u64().unwrap() > 1_000, "{row}");
    let before = changed.ask("/api/accepted/0/2");
    assert_eq!(before.status, 200);
    assert!(before.head.contains("content-type: image/jpeg"));
    drop(changed);

    // The row that is gone is one that changes by itself.
    let folder = tempfile::tempdir().unwrap();
    let mut masked = quotes();
    masked[0].steps[2].pictures = vec![Picture {
        masked: vec![PixelArea {
            x: 15,
            y: 330,
            width: 345,
            height: 66,
        }],
        ..Picture::default()
    }];
    seal(
        folder.path(),
        "01JD5M3Q8ZK4V7T2N9XW6R1YHD",
        &masked,
        |step| if step == STEPS[2] { 3 } else { 4 },
    );
    let same = Served::of(folder, accepted.path());
    let told = same.ask("/api/steps/0/2").body;
    assert!(told.contains("\"picture\":\"same\""), "{told}");
    assert_eq!(groups(&same), ["same", "flagged", "same"]);
}

#[test]
fn an_index_with_a_conflict_of_gits_is_told_and_nothing_is_accepted_over_it() {
    let accepted = tempfile::tempdir().unwrap();
    let index = accepted
        .path()
        .join("customer-signs-a-quote/375x812-3-chromium/accepted.json");
    let text = "{\n<<<<<<< HEAD\n=======\n>>>>>>> other\n}\n";
    std::fs::create_dir_all(index.parent().unwrap()).unwrap();
    let mut file = std::fs::File::create(&index).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    let served = Served::of(bundle(), accepted.path());
    let facts: serde_json::Value = serde_json::from_str(&served.ask("/api/facts").body).unwrap();
    let notice = facts["notices"][0].as_str().unwrap();
    assert!(
        notice.contains("accepted.json can't be read: git left a conflict"),
        "{notice}"
    );
    let (seat, _held) = served.sit(false);
    confirm(&served, &seat, STEPS[2]);
    let refused = served.post("/api/accept", &seat, "{}");
    assert_eq!(refused.status, 507, "{}", refused.body);
    assert!(
        refused.body.contains("settle it in that file"),
        "{}",
        refused.body
    );
    assert_eq!(std::fs::read_to_string(&index).unwrap(), text);
    // Settled meanwhile, it is taken as it is.
    std::fs::remove_file(&index).unwrap();
    assert_eq!(
        served.post("/api/accept", &seat, "{}").body,
        r#"{"pictures":1}"#
    );
}

#[test]
fn the_code_that_opens_the_browser_is_good_once_and_the_walk_says_who_opened_it() {
    let served = Served::new();
    let code = served.code.strip_prefix("once-").unwrap();
    assert_ne!(code, served.token);
    let exchange = |code: &str| {
        let (host, body) = (&served.host, format!(r#"{{"code":"{code}"}}"#));
        served.knock(
            format!(
                "POST /once HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: close\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .as_bytes(),
        )
    };
    for wrong in ["", &code[1..], &served.token] {
        exchange(wrong).gives_nothing_away(&served.token, "a wrong code");
    }
    let given: serde_json::Value = serde_json::from_str(&exchange(code).body).unwrap();
    assert_eq!(given["token"], served.token);
    exchange(code).gives_nothing_away(&served.token, "the code once more");
    assert!(
        served
            .walk()
            .contains(r#""said":"opened","by":"Ada <ada@example.com>""#),
        "{}",
        served.walk()
    );
}
