//! `shippass gate`: a finding becomes a line of its checklist, or is refused with the reason.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use jiff::civil::date;
use shippass::{
    bundle::BundleDocument,
    checklist::{Place, Source, with_expectation},
    config::{Environment, read_project},
    detect::{RULES, inspect},
    evidence::{Run, hex_sha256},
    handoff::gate,
};

use crate::{
    golden::{self, Pictures},
    replayed::bundle,
    support::Workshop,
};

const CHECKLIST: &str = "# ours\nname: Customer signs a quote\nas: owner\nsteps:\n  - name: Open the quote\n    do:\n      - visit: /quotes/1042   # the one\n    expect:\n      - see: Quote 1042\n  - name: Sign it # twice\n    do: [tap: Sign quote]\n\n    # the customer looks\n    confirm: [The page thanks the customer]\n  - name: The signature is really there\n    do: [visit: /quotes/1042]\n";
const CONFIG: &str = "targets: { preview: { url: https://preview.example, kind: preview } }\npersonas: { owner: { sign_in: { do: [{ visit: / }] } } }\n";

/// Whether `check` takes a step that expects the line.
fn is_accepted(line: &str) -> bool {
    let text = "name: A\nsteps:\n  - name: One\n    do: [back]\n";
    let place = Place { line: 3, column: 5 };
    let Some(text) = with_expectation(text, place, line) else {
        return false;
    };
    let source = Source {
        name: "a.yaml",
        text: &text,
    };
    let project = read_project(None, &[source], &Environment::default(), &[]);
    project.is_ok_and(|project| {
        project.warnings.is_empty() && project.checklists[0].steps[0].expectations.len() == 1
    })
}

fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|it| it == "yaml") {
            found.push(path);
        }
    }
}

/// Every way of writing that the fixtures of checklists know.
#[test]
fn every_step_of_every_good_checklist_takes_a_line_and_keeps_every_byte() {
    const LINE: &str = "response: GET /api/never/asked 2xx json";
    let mut files = Vec::new();
    yaml_files(Path::new("tests/fixtures/checklists/accepted"), &mut files);
    yaml_files(Path::new("checklists"), &mut files);
    let (mut taken, mut refused) = (0, Vec::new());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let read = |text: &str| {
            let source = Source {
                name: "a.yaml",
                text,
            };
            let mut config = "targets: { preview: { url: https://preview.example, kind: preview } }\ndatabases: { app: \"sqlite:app.db\" }\npersonas:\n".to_owned();
            for name in ["owner", "member", "admin", "customer"] {
                writeln!(
                    config,
                    "  {name}: {{ sign_in: {{ do: [{{ visit: / }}] }} }}"
                )
                .unwrap();
            }
            let config = Source {
                name: "shippass.yaml",
                text: &config,
            };
            let project = read_project(Some(config), &[source], &Environment::default(), &[]);
            project.ok()?.checklists.pop()
        };
        let Some(list) = read(&text) else { continue };
        for (at, step) in list.steps.iter().enumerate() {
            let Some(new) = with_expectation(&text, step.place, LINE) else {
                refused.push(format!("{} {}", file.display(), step.id));
                continue;
            };
            let same = text
                .bytes()
                .zip(new.bytes())
                .take_while(|(a, b)| a == b)
                .count();
            let rest = new.len() - (text.len() - same);
            assert_eq!(
                &new.as_bytes()[rest..],
                &text.as_bytes()[same..],
                "{}",
                file.display()
            );
            let again = read(&new).unwrap_or_else(|| panic!("{}: {new}", file.display()));
            for (index, (old, new)) in list.steps.iter().zip(&again.steps).enumerate() {
                let more = usize::from(index == at);
                assert_eq!(
                    new.expectations.len(),
                    old.expectations.len() + more,
                    "{new:?}"
                );
            }
            taken += 1;
        }
    }
    assert!(taken > 60, "{taken} steps took a line");
    assert_eq!(refused, Vec::<String>::new());
}

/// Every finding of every fixture of every detector.
#[test]
fn every_kind_of_finding_gives_a_line_that_check_accepts_or_a_refusal() {
    let mut told: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for rule in RULES {
        let folder = Path::new("tests/fixtures/detectors").join(rule.name);
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.file_name()
                    .unwrap()
                    .to_string_lossy()
                    .starts_with("fires")
            })
            .collect();
        files.sort();
        for file in files {
            let run: Run = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
            let findings = inspect(&run, &[], date(2026, 11, 21));
            for finding in BundleDocument::new(&run, &findings).findings {
                if finding.detector != rule.name {
                    continue;
                }
                let line = match gate(&run, &finding) {
                    Ok(gate) => {
                        assert!(is_accepted(&gate.line), "{}: {}", file.display(), gate.line);
                        format!("- {}", gate.line)
                    }
                    Err(why) => {
                        assert!(
                            !why.contains("no expectation is known"),
                            "{} has no reason of its own",
                            rule.name
                        );
                        assert!(why.len() > 20, "{}: {why}", file.display());
                        format!("refused: {why}")
                    }
                };
                let lines = told.entry(rule.name).or_default();
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
    }
    assert_eq!(told.len(), RULES.len(), "every detector was asked");
    let mut text = String::new();
    for (name, lines) in told {
        writeln!(text, "{name}\n  {}", lines.join("\n  ")).unwrap();
    }
    insta::assert_snapshot!(text);
}

/// A folder with the checklist and configuration, and the golden run of that checklist in `out`.
fn workshop() -> Workshop {
    let workshop = Workshop::new();
    workshop
        .write("checklists/quotes.yaml", CHECKLIST)
        .write("shippass.yaml", CONFIG);
    let files = tempfile::tempdir().unwrap();
    let mut run = golden::run(files.path(), Pictures::Tiny);
    run.checklists.truncate(1);
    run.checklists[0].sha256 = hex_sha256(CHECKLIST.as_bytes());
    bundle(&workshop.path().join("out"), &run, |dir| {
        golden::run(dir, Pictures::Tiny);
    });
    workshop
}

fn checklist(workshop: &Workshop) -> String {
    fs::read_to_string(workshop.path().join("checklists/quotes.yaml")).unwrap()
}

/// The id of the finding of a detector.
fn id_of(workshop: &Workshop, detector: &str) -> String {
    let document = fs::read(workshop.path().join("out/bundle.json")).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let found = findings.iter().find(|it| it["detector"] == detector);
    let found = found.unwrap_or_else(|| panic!("{findings:#?}"));
    found["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_line_stands_in_the_right_step_and_everything_else_as_it_was() {
    let workshop = workshop();
    let id = id_of(&workshop, "html-for-json");
    let ended = workshop.shippass(&["gate", "out", &id]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    insta::assert_snapshot!(ended.stdout);
    let expected = CHECKLIST.replace(
        "    do: [tap: Sign quote]\n",
        "    do: [tap: Sign quote]\n    expect:\n      - response: POST /api/quotes/*/sign 2xx json\n",
    );
    assert_eq!(checklist(&workshop), expected);
    assert_eq!(workshop.shippass(&["check"]).status, 0);
    let left: Vec<_> = fs::read_dir(workshop.path().join("checklists"))
        .unwrap()
        .collect();
    assert_eq!(left.len(), 1, "nothing is left beside it");

    // The bundle speaks of the checklist as it was.
    let again = workshop.shippass(&["gate", "out", &id]);
    assert_eq!(again.status, 2);
    assert!(
        again.stderr.contains("has changed since the run"),
        "{}",
        again.stderr
    );
    assert_eq!(checklist(&workshop), expected);
}

#[test]
fn no_variable_needs_to_be_set() {
    let workshop = workshop();
    workshop.write("shippass.yaml", "targets: { preview: { url: \"${NO_URL}\", kind: preview } }\ndevice: ${NO_DEVICE}\npersonas: { owner: { sign_in: { do: [{ fill: { Password: \"${NO_PASSWORD}\" } }] } } }\n");
    let text = CHECKLIST.replace("/quotes/1042   #", "\"/quotes/${NO_QUOTE}\"   #");
    workshop.write("checklists/quotes.yaml", &text);
    let files = tempfile::tempdir().unwrap();
    let mut run = golden::run(files.path(), Pictures::Tiny);
    run.checklists.truncate(1);
    run.checklists[0].sha256 = hex_sha256(text.as_bytes());
    fs::remove_dir_all(workshop.path().join("out")).unwrap();
    bundle(&workshop.path().join("out"), &run, |dir| {
        golden::run(dir, Pictures::Tiny);
    });
    let id = id_of(&workshop, "html-for-json");
    let ended = workshop.shippass(&["gate", "out", &id]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(checklist(&workshop).contains("${NO_QUOTE}"));
    // Whoever walks still needs them.
    assert_eq!(workshop.shippass(&["check"]).status, 2);
    // Another mistake is one here too.
    workshop.write(
        "shippass.yaml",
        "targets: { preview: { url: \"${NO_URL}\", kind: preview } }\ndevise: phone\n",
    );
    let ended = workshop.shippass(&["gate", "out", &id]);
    assert_eq!(ended.status, 2);
    assert!(ended.stderr.contains("devise"), "{}", ended.stderr);
}

#[test]
fn a_finding_is_taken_from_a_zip_too() {
    let workshop = workshop();
    let id = id_of(&workshop, "html-for-json");
    assert_eq!(workshop.shippass(&["pack", "out"]).status, 0);
    fs::remove_dir_all(workshop.path().join("out")).unwrap();
    let ended = workshop.shippass(&["gate", "out.zip", &id]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(checklist(&workshop).contains("- response: POST /api/quotes/*/sign 2xx json"));
}

#[test]
fn a_line_of_ones_own_is_checked_before_it_is_written() {
    let workshop = workshop();
    let id = id_of(&workshop, "html-for-json");
    for (line, why) in [
        (
            "sea: Signed",
            "`sea: Signed` is no expectation: unknown check `sea`",
        ),
        ("tap: Sign", "is no expectation"),
        ("see: \"open", "no line can be put in"),
    ] {
        let ended = workshop.shippass(&["gate", "out", &id, "--expect", line]);
        assert_eq!(ended.status, 2, "{line}: {}", ended.stdout);
        assert!(ended.stderr.contains(why), "{line}: {}", ended.stderr);
        assert_eq!(checklist(&workshop), CHECKLIST, "{line}");
    }
    let ended = workshop.shippass(&["gate", "out", &id, "--expect", "- see: { role: status }"]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(checklist(&workshop).contains("    expect:\n      - see: { role: status }\n\n"));
}

#[test]
fn what_no_expectation_can_say_and_what_is_not_there_is_told() {
    let workshop = workshop();
    let unknown = workshop.shippass(&["gate", "out", "f99"]);
    assert_eq!(unknown.status, 2);
    assert!(
        unknown.stderr.contains("no finding `f99`"),
        "{}",
        unknown.stderr
    );
    assert!(
        unknown.stderr.contains("its findings are f1"),
        "{}",
        unknown.stderr
    );

    fs::remove_file(workshop.path().join("checklists/quotes.yaml")).unwrap();
    let gone = workshop.shippass(&["gate", "out", &id_of(&workshop, "html-for-json")]);
    assert_eq!(gone.status, 2, "{}", gone.stderr);
}

/// A call that fails in a step.
fn failing(id: &str, exchange: &str) -> serde_json::Value {
    serde_json::json!({
        "id": id, "name": id, "started": "2026-11-21T10:00:00Z",
        "exchanges": [{
            "id": exchange, "url": format!("https://preview.example/api/{exchange}"), "resource": "fetch",
            "started": "2026-11-21T10:00:01Z",
            "outcome": { "answered": { "status": 500, "mime": "application/json" } }
        }]
    })
}

#[test]
fn steps_of_another_file_are_told_apart_and_the_last_of_them_is_the_running_steps() {
    const OUTER: &str = "name: Quotes\nsteps:\n  - name: Sign it\n    do: [run: parts/sign.yaml]\n";
    const PART: &str =
        "name: Sign\nsteps:\n  - name: Fill\n    do: [back]\n  - name: Tap\n    do: [back]\n";
    let workshop = Workshop::new();
    workshop
        .write("checklists/quotes.yaml", OUTER)
        .write("checklists/parts/sign.yaml", PART);
    let sums = [OUTER, PART].map(|text| hex_sha256(text.as_bytes()) + "\n");
    let run: Run = serde_json::from_value(serde_json::json!({
        "info": { "id": "R", "tool_version": "0.1.0", "started": "2026-11-21T10:00:00Z", "finished": "2026-11-21T10:01:00Z", "cut_short": null },
        "target": { "name": "preview", "url": "https://preview.example/", "kind": "preview", "origins": ["https://preview.example"] },
        "checklists": [{
            "name": "Quotes", "file": "checklists/quotes.yaml", "sha256": hex_sha256(sums.concat().as_bytes()),
            "steps": [failing("01-sign-it-fill", "e1"), failing("02-sign-it-tap", "e2"), failing("00-sign-in", "e3")]
        }]
    }))
    .unwrap();
    bundle(&workshop.path().join("out"), &run, |_| ());
    let first = workshop.shippass(&["gate", "out", "f1"]);
    assert_eq!(first.status, 2);
    assert!(
        first
            .stderr
            .contains("“Sign it: Fill” stands in a file that checklists/quotes.yaml runs"),
        "{}",
        first.stderr
    );
    let sign_in = workshop.shippass(&["gate", "out", "f3"]);
    assert_eq!(sign_in.status, 2);
    assert!(
        sign_in.stderr.contains("while signing in"),
        "{}",
        sign_in.stderr
    );
    let last = workshop.shippass(&["gate", "out", "f2"]);
    assert_eq!(last.status, 0, "{}", last.stderr);
    let expected = format!("{OUTER}    expect:\n      - response: GET /api/e2 2xx\n");
    assert_eq!(checklist(&workshop), expected);
    assert_eq!(workshop.shippass(&["check"]).status, 0);
}

#[test]
fn a_line_that_the_step_has_already_is_refused() {
    let workshop = workshop();
    let id = id_of(&workshop, "html-for-json");
    let line = "response: POST /api/quotes/*/sign 2xx json";
    let text = CHECKLIST.replace(
        "    do: [tap: Sign quote]\n",
        &format!("    do: [tap: Sign quote]\n    expect: [{line}]\n"),
    );
    workshop.write("checklists/quotes.yaml", &text);
    let path = workshop.path().join("out/bundle.json");
    let document = fs::read_to_string(&path).unwrap();
    let sums = [CHECKLIST, &text].map(|text| hex_sha256(text.as_bytes()));
    workshop.write("out/bundle.json", &document.replace(&sums[0], &sums[1]));
    let ended = workshop.shippass(&["gate", "out", &id]);
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("expects exactly that already"),
        "{}",
        ended.stderr
    );
    assert_eq!(checklist(&workshop), text);
}
