//! What is exported, held against the validators of others: `make outside`. Needs Node and what is pinned in
//! `tests/outside`, and no network.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{fs, path::Path, process::Command};

use crate::golden::{self, Pictures, seal};

fn validate(format: &str, file: &Path) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside/validate.mjs");
    let output = Command::new("node")
        .arg(script)
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
