//! What is exported and signed, held against the validators of others, and `mcp`, asked by the inspector of the protocol's
//! makers: `make outside`. Needs Node, Python and what is pinned in `tests/outside`, and no network.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::{
    golden::{self, Pictures, seal},
    handoff::project,
    replayed::put,
    signoff::prepared::{KEYS, signed},
};

fn outside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/outside")
        .join(name)
}

fn validate(format: &str, file: &Path) -> (bool, String) {
    let output = Command::new("node")
        .arg(outside("validate.mjs"))
        .arg(format)
        .arg(file)
        .output();
    let output = output.expect("node is there; `scripts/setup tests` installs it");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said)
}

#[test]
#[ignore = "needs Node and the validators of tests/outside"]
fn every_format_is_valid_to_those_who_read_it() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = dir.path().join("bundle");
    fs::create_dir(&bundle).unwrap();
    let run = golden::run(&bundle, Pictures::Tiny);
    seal(&bundle, &run, &golden::findings());
    for format in ["junit", "sarif", "ctrf", "har"] {
        let file = dir.path().join(format!("out.{format}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_shippass"));
        command
            .arg("export")
            .arg(&bundle)
            .args(["--format", format, "--out"])
            .arg(&file);
        assert!(command.status().unwrap().success());
        let (is_valid, said) = validate(format, &file);
        assert!(is_valid, "{format}: {said}");
    }
}

#[test]
#[ignore = "needs Node and the validators of tests/outside"]
fn the_validators_see_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    for (format, text) in [
        ("junit", "<testsuites tests=\"1\"><testcase/></testsuites>"),
        (
            "sarif",
            r#"{"version":"2.1.0","runs":[{"results":[{"message":{}}]}]}"#,
        ),
        (
            "ctrf",
            r#"{"reportFormat":"CTRF","specVersion":"0.0.0","results":{"tests":[]}}"#,
        ),
        ("har", r#"{"log":{"version":"1.2","entries":[{}]}}"#),
    ] {
        let file = dir.path().join(format!("wrong.{format}"));
        shippass::bundle::write_whole(&file, |out| out.write_all(text.as_bytes())).unwrap();
        let (is_valid, said) = validate(format, &file);
        assert!(!is_valid && said.len() > 10, "{format}: {said}");
    }
}

/// Asks in-toto's own readers; gives what they find wrong.
fn refused_by_in_toto(what: &str, files: &[&Path]) -> Option<String> {
    let output = Command::new(outside("venv/bin/python"))
        .arg(outside("in_toto.py"))
        .arg(what)
        .args(files)
        .output();
    let output = output.expect("Python is there; `scripts/setup tests` installs it");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then_some(said)
}

#[test]
#[ignore = "needs Python and the readers of tests/outside"]
fn a_sign_off_is_read_by_those_who_made_its_formats() {
    let bundle = signed(1);
    let file = |name: &str| bundle.path().join("signoff").join(name);
    let (statement, envelope) = (file("statement.json"), file("statement.dsse.json"));
    let key = |name: &str| KEYS.path(&format!("{name}.pub"));
    assert_eq!(refused_by_in_toto("statement", &[&statement]), None);
    assert_eq!(
        refused_by_in_toto("envelope", &[&envelope, &key("ada")]),
        None
    );

    // Nobody else's key, no other bytes, and no statement of something else.
    let other = refused_by_in_toto("envelope", &[&envelope, &key("eve")]).unwrap();
    assert!(other.starts_with("VerificationError: "), "{other}");
    let changed = |file: &Path, change: &dyn Fn(&mut Value)| {
        let mut read: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        change(&mut read);
        put(bundle.path(), "changed.json", read.to_string().as_bytes());
        bundle.path().join("changed.json")
    };
    let longer = changed(&envelope, &|read| {
        let payload = read["payload"].as_str().unwrap();
        read["payload"] = format!("{}Cg==", payload.trim_end_matches('=')).into();
    });
    assert!(refused_by_in_toto("envelope", &[&longer, &key("ada")]).is_some());
    let aimless = changed(&statement, &|read| read["subject"] = json!([]));
    let said = refused_by_in_toto("statement", &[&aimless]).unwrap();
    assert!(said.contains("At least one subject required"), "{said}");
    let strange = changed(&statement, &|read| read["verdict"] = json!("confirmed"));
    assert!(refused_by_in_toto("statement", &[&strange]).is_some());
}

/// Asks `shippass mcp` in a folder with the inspector's command line.
fn inspected(folder: &Path, arguments: &[&str]) -> Value {
    let output = Command::new(outside("node_modules/.bin/mcp-inspector"))
        .args(["--cli", env!("CARGO_BIN_EXE_shippass"), "mcp"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the inspector is there; `scripts/setup tests` installs it");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
#[ignore = "needs Node and the inspector of tests/outside"]
fn the_inspector_of_the_protocols_makers_lists_the_tools_and_calls_one() {
    let dir = project(Pictures::Tiny);
    let listed = inspected(dir.path(), &["--method", "tools/list"]);
    let tools = listed["tools"].as_array().unwrap();
    let names: Vec<_> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"list_findings") && names.contains(&"run_checklists"),
        "{names:?}"
    );
    let call = [
        "--method",
        "tools/call",
        "--tool-name",
        "list_findings",
        "--tool-arg",
        "bundle=screenshots/run",
        "--tool-arg",
        "severity=error",
    ];
    let answer = inspected(dir.path(), &call);
    let told = &answer["structuredContent"];
    assert_eq!(
        told["holds"]["findings"][0]["detector"], "html-for-json",
        "{answer}"
    );
    assert_eq!(told["status"], "failed");
}
