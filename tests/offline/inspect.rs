//! `shippass inspect`: the same findings over what was recorded, whole, cut off or hostile.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{fs, path::Path, process::Command, sync::mpsc, time::Duration};

use jiff::civil::date;
use serde_json::{Value, json};
use shippass::{
    bundle::write_derived,
    detect,
    evidence::{
        Body, ChecklistRun, JOURNAL, Outcome, Run, RunEvent, StepRun, hex_sha256, read_run,
    },
};

use crate::{
    golden::{self, Pictures},
    replayed::{events, record},
};

/// The golden run as a bundle, judged as `run` judges it, and its `bundle.json`.
fn golden_bundle(dir: &Path) -> Value {
    let files = tempfile::tempdir().unwrap();
    let run = golden::run(files.path(), Pictures::Tiny);
    record(dir, &run, events(&run));
    golden::run(dir, Pictures::Tiny);
    let run = read_run(dir).unwrap();
    let findings = detect::inspect(&run, &[], date(2026, 11, 21));
    write_derived(dir, &run, &findings).unwrap();
    serde_json::from_slice(&fs::read(dir.join("bundle.json")).unwrap()).unwrap()
}

fn inspect(arguments: &[&str]) -> (i32, String, String) {
    inspect_in(tempfile::tempdir().unwrap().path(), arguments)
}

fn inspect_in(project: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_shippass"))
        .arg("inspect")
        .args(arguments)
        .current_dir(project)
        .env("CI", "1")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let status = output.status.code().unwrap();
    (status, text(output.stdout), text(output.stderr))
}

fn inspect_json(of: &Path) -> (i32, Value) {
    let of = of.to_str().unwrap();
    let (status, out, err) = inspect(&["--format", "json", of]);
    let found = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {err}"));
    (status, found)
}

/// Cuts the journal behind so many of its records and a part of the next one.
#[expect(clippy::disallowed_methods, reason = "the test damages a journal")]
fn cut(dir: &Path, records: usize) {
    let path = dir.join(JOURNAL);
    let text = fs::read_to_string(&path).unwrap();
    let whole: usize = text.split_inclusive('\n').take(records).map(str::len).sum();
    fs::write(&path, &text.as_bytes()[..whole + 100]).unwrap();
}

#[test]
fn a_bundle_shows_again_what_the_run_found() {
    let dir = tempfile::tempdir().unwrap();
    let document = golden_bundle(dir.path());
    let (status, found) = inspect_json(dir.path());
    assert_eq!(status, 1);
    assert_eq!(found["format"], "shippass-inspection/1");
    assert_eq!(found["of"], dir.path().to_str().unwrap());
    assert!(!found["findings"].as_array().unwrap().is_empty());
    for part in ["findings", "noise", "counts"] {
        assert_eq!(found[part], document[part], "{part}");
    }
    assert_eq!(found["not_shown"], json!([]));

    let (status, out, err) = inspect(&[dir.path().to_str().unwrap()]);
    assert_eq!((status, err.as_str()), (1, ""));
    let titles = document["findings"].as_array().unwrap();
    assert!(!out.contains("not shown:") && out.contains("f1"), "{out}");
    assert!(
        out.contains(&format!("; {} finding", titles.len())),
        "{out}"
    );
}

#[test]
fn a_journal_that_was_cut_off_is_inspected_as_far_as_it_is_whole_and_is_never_clean() {
    let dir = tempfile::tempdir().unwrap();
    golden_bundle(dir.path());
    let records = fs::read_to_string(dir.path().join(JOURNAL)).unwrap();
    let half = records.lines().count() / 2;
    cut(dir.path(), half);
    let (status, found) = inspect_json(dir.path());
    assert_eq!(status, 1);
    assert!(!found["findings"].as_array().unwrap().is_empty());
    let lost = format!("the rest; the journal is damaged at record {half}: it breaks off");
    assert_eq!(found["not_shown"], json!([lost]));
    let (_, out, _) = inspect(&[dir.path().to_str().unwrap()]);
    assert!(out.contains(&format!("not shown: {lost}")), "{out}");
}

#[test]
fn a_clean_run_is_clean_again_and_one_without_an_end_is_not() {
    let step: StepRun = serde_json::from_value(json!({
        "id": "01-open", "name": "Open", "started": "2026-11-21T10:00:00Z",
        "page": { "url": "https://preview.example/", "title": "Home", "text": "Welcome", "text_length": 7, "visuals": 3 },
        "pictures": [{ "file": "screens/a/01-open.jpg", "width": 1125, "height": 2436 }]
    }))
    .unwrap();
    let mut run: Run = serde_json::from_value(json!({
        "target": { "name": "preview", "url": "https://preview.example/", "kind": "preview", "origins": ["https://preview.example"] },
        "checklists": [{ "name": "Look" }]
    }))
    .unwrap();
    run.checklists[0].steps.push(step);
    run.info.finished = Some("2026-11-21T10:00:09Z".parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let mut all = events(&run);
    if let RunEvent::RunStarted { info, .. } = &mut all[0] {
        info.finished = None;
    }
    record(dir.path(), &run, all);
    let (status, found) = inspect_json(dir.path());
    assert_eq!((status, &found["findings"]), (0, &json!([])), "{found}");

    let path = dir.path().join(JOURNAL);
    let text = fs::read_to_string(&path).unwrap();
    let last = text.lines().last().unwrap().len() + 1;
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len((text.len() - last) as u64).unwrap();
    let (status, found) = inspect_json(dir.path());
    assert_eq!(status, 1);
    assert_eq!(
        found["not_shown"],
        json!(["the rest; the journal ends before the run did"])
    );
}

#[test]
fn what_is_no_bundle_is_said_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    for of in [dir.path().to_owned(), dir.path().join("nothing")] {
        let (status, out, err) = inspect(&[of.to_str().unwrap()]);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(
            err.contains("journal.ndjson") && err.contains("help:"),
            "{err}"
        );
    }
    fs::File::create(dir.path().join(JOURNAL)).unwrap();
    let (status, _, err) = inspect(&[dir.path().to_str().unwrap()]);
    assert!(status == 2 && err.contains("it is empty"), "{err}");
    let (status, _, err) = inspect(&[dir.path().to_str().unwrap(), "--config", "none.yaml"]);
    assert!(status == 2 && err.contains("none.yaml"), "{err}");
}

/// The text of an answer that a contract speaks of and that a journal says to lie in that file.
fn text_of(dir: &Path, file: &str) -> Option<String> {
    let _ = fs::remove_file(dir.join(JOURNAL));
    let exchange = serde_json::from_value(json!({
        "id": "e1", "url": "https://preview.example/api/me",
        "outcome": { "answered": { "status": 200, "mime": "application/json",
            "body": { "kept": { "file": file, "size": 9000, "content": "json", "start": "{" } } } }
    }))
    .unwrap();
    let mut run = Run::default();
    run.info.finished = Some(jiff::Timestamp::UNIX_EPOCH);
    run.contracts = serde_json::from_value(json!([
        { "file": "me.json", "terms": { "schema": { "request": "GET /api/me", "schema": {} } } }
    ]))
    .unwrap();
    let step = StepRun {
        exchanges: vec![exchange],
        ..StepRun::default()
    };
    let list = ChecklistRun {
        steps: vec![step],
        ..ChecklistRun::default()
    };
    run.checklists.push(list);
    let journal = tempfile::tempdir().unwrap();
    record(journal.path(), &run, events(&run));
    fs::copy(journal.path().join(JOURNAL), dir.join(JOURNAL)).unwrap();
    let (sent, got) = mpsc::channel();
    let folder = dir.to_owned();
    // A pipe that is opened waits for good.
    std::thread::spawn(move || sent.send(read_run(&folder).ok()).is_ok());
    let read = got
        .recv_timeout(Duration::from_secs(20))
        .expect("it waits for a pipe");
    let run = read.unwrap();
    match &run.checklists[0].steps[0].exchanges[0].outcome {
        Outcome::Answered(answer) => match &answer.body {
            Body::Kept(kept) => kept.text.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[cfg(unix)]
#[test]
#[expect(clippy::disallowed_methods, reason = "the test makes a hostile bundle")]
fn a_hostile_bundle_reads_nothing_but_its_own_bodies() {
    let dir = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let name = |bytes: &[u8], extension: &str| format!("bodies/{}.{extension}", hex_sha256(bytes));
    fs::create_dir(dir.path().join("bodies")).unwrap();
    let own = name(b"{\"own\":1}", "json");
    fs::write(dir.path().join(&own), b"{\"own\":1}").unwrap();
    assert_eq!(text_of(dir.path(), &own).as_deref(), Some("{\"own\":1}"));

    let secret = outside.path().join("secret.json");
    fs::write(&secret, b"{\"secret\":1}").unwrap();
    let by_path = secret.to_str().unwrap().to_owned();
    let up = format!(
        "bodies/../../{}/secret.json",
        outside.path().file_name().unwrap().to_str().unwrap()
    );
    for file in [
        by_path,
        up,
        "bodies".to_owned(),
        String::new(),
        own.replace(".json", ".html"),
    ] {
        assert_eq!(text_of(dir.path(), &file), None, "{file}");
    }

    let linked = name(b"{\"secret\":1}", "json");
    std::os::unix::fs::symlink(&secret, dir.path().join(&linked)).unwrap();
    assert_eq!(text_of(dir.path(), &linked), None, "a link");
    let swapped = name(b"{\"other\":1}", "txt");
    fs::write(dir.path().join(&swapped), b"{\"swapped\":1}").unwrap();
    assert_eq!(
        text_of(dir.path(), &swapped),
        None,
        "another body under its name"
    );
    let large = vec![b' '; 9 << 20];
    let huge = name(&large, "txt");
    fs::write(dir.path().join(&huge), &large).unwrap();
    assert_eq!(text_of(dir.path(), &huge), None, "too large");
    let pipe = name(b"pipe", "bin");
    let made = Command::new("mkfifo")
        .arg(dir.path().join(&pipe))
        .status()
        .unwrap();
    assert!(made.success());
    assert_eq!(text_of(dir.path(), &pipe), None, "a pipe");

    let journal = dir.path().join(JOURNAL);
    fs::rename(&journal, outside.path().join(JOURNAL)).unwrap();
    std::os::unix::fs::symlink(outside.path().join(JOURNAL), &journal).unwrap();
    let error = read_run(dir.path()).unwrap_err();
    assert!(error.to_string().contains("not a plain file"), "{error}");

    let whole = dir.path().join("bodies");
    fs::rename(&whole, outside.path().join("bodies")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("bodies"), &whole).unwrap();
    assert_eq!(text_of(dir.path(), &own), None, "a folder that is a link");
}

fn har(name: &str) -> std::path::PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/har");
    fixtures.join(format!("{name}.har"))
}

fn detectors(found: &Value) -> Vec<&str> {
    let findings = found["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| finding["detector"].as_str().unwrap())
        .collect()
}

#[test]
fn an_archive_of_chrome_shows_the_write_that_a_sign_in_page_answered() {
    let (status, found) = inspect_json(&har("chrome-write-bounced"));
    assert_eq!(status, 1, "{found}");
    assert_eq!(detectors(&found), ["html-for-json"]);
    // The redirect and what it led to are one call.
    assert_eq!(found["findings"][0]["requests"], json!(["e6", "e5"]));
    assert_eq!(
        found["findings"][0]["step"],
        "01-https-preview-example-quotes-1042"
    );
    assert_eq!(found["counts"]["flagged"], 1);
    let noise: Vec<_> = found["noise"].as_array().unwrap().iter().collect();
    assert_eq!((noise.len(), &noise[0]["rule"]), (1, &json!("tracker")));
    let not_shown = found["not_shown"].as_array().unwrap();
    assert_eq!(not_shown.len(), 6);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test writes a project")]
fn an_archive_is_inspected_beside_a_configuration_whose_variables_are_not_set() {
    let project = tempfile::tempdir().unwrap();
    let config = "targets:\n  preview: { url: \"${NOBODY_SET_THIS_URL}\", kind: preview }\npersonas:\n  owner:\n    sign_in:\n      do:\n\
                  \x20       - visit: /sign-in\n        - fill: { Password: \"${NOBODY_SET_THIS}\" }\n\
                  ignore:\n  - { detector: html-for-json, why: known }\n";
    fs::write(project.path().join("shippass.yaml"), config).unwrap();
    let of = har("chrome-write-bounced");
    let (status, out, err) = inspect_in(project.path(), &[of.to_str().unwrap()]);
    assert_eq!(status, 0, "its ignore rule counts: {out}{err}");
}

#[test]
fn an_archive_of_firefox_without_a_fault_is_clean_page_by_page() {
    let (status, found) = inspect_json(&har("firefox-healthy"));
    assert_eq!((status, detectors(&found).len()), (0, 0), "{found}");
    assert_eq!(found["counts"]["clean"], 2);
    let (status, out, err) = inspect(&[har("firefox-healthy").to_str().unwrap()]);
    assert_eq!((status, err.as_str()), (0, ""));
    insta::assert_snapshot!(out);
}

#[test]
fn an_archive_of_mitmproxy_has_neither_pages_nor_an_order() {
    let (status, found) = inspect_json(&har("mitmproxy-server-error"));
    assert_eq!(status, 1, "{found}");
    assert_eq!(detectors(&found), ["http-error"]);
    assert_eq!(found["findings"][0]["requests"], json!(["e3"]));
    assert_eq!(found["counts"]["steps"], 1);

    // To the owner of another app the same failure is a stranger's.
    let of = har("mitmproxy-server-error");
    let of = of.to_str().unwrap();
    let (_, out, _) = inspect(&["--url", "https://other.test", of]);
    assert!(
        out.contains("notice http-error") && out.contains("wrong-target"),
        "{out}"
    );
}

#[test]
fn an_archive_of_playwright_shows_the_bounced_signature() {
    let (status, found) = inspect_json(&har("playwright-sign-bounced"));
    assert_eq!(status, 1);
    let findings = found["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0]["detector"], "html-for-json");
    let title = findings[0]["title"].as_str().unwrap();
    assert!(
        title.contains("/sign answered 200 with an HTML page"),
        "{title}"
    );
}

#[expect(clippy::disallowed_methods, reason = "the test makes archives")]
fn with_archive(text: &[u8]) -> (i32, String, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.har");
    fs::write(&path, text).unwrap();
    inspect(&["--format", "json", path.to_str().unwrap()])
}

#[test]
fn secrets_of_an_archive_are_not_printed() {
    let password = "correct-horse-9-battery";
    let session = "s3ss10n-Zk3jf92Kdl10Qx";
    let long = "x".repeat(9000);
    let entry = |path: &str, body: &str| {
        json!({
            "startedDateTime": "2026-11-21T10:00:00Z", "time": 20, "_resourceType": "fetch",
            "request": { "method": "POST", "url": format!("https://preview.example{path}"), "headers": [
                { "name": "cookie", "value": format!("sid={session}") },
                { "name": "authorization", "value": format!("Bearer {session}") }
            ], "postData": { "mimeType": "application/json", "text": format!("{{\"password\":\"{password}\"}}") } },
            "response": { "status": 500, "headers": [], "content": { "size": 1, "mimeType": "application/json", "text": body } }
        })
    };
    let archive = json!({ "log": { "version": "1.2", "entries": [
        entry(&format!("/api/in?token={session}"), &format!("{{\"password\":\"{password}\",\"echo\":\"{session}\"}}")),
        entry("/api/out", &format!("{{\"password\":\"{password}\",\"long\":\"{long}\"}}")),
    ] } });
    let (status, out, err) = with_archive(archive.to_string().as_bytes());
    assert_eq!(status, 1, "{err}");
    assert!(
        out.contains("/api/in") && out.contains("[redacted:"),
        "{out}"
    );
    for secret in [password, session] {
        assert!(!out.contains(secret) && !err.contains(secret), "{out}{err}");
    }
}

/// An entry of a page's code.
fn call(at: f64, method: &str, path: &str, (status, location): (u16, &str), body: &str) -> Value {
    let mime = if body.starts_with('<') {
        "text/html"
    } else {
        "application/json"
    };
    json!({
        "startedDateTime": format!("2026-11-21T10:00:{at:06.3}Z"), "time": 20, "_resourceType": "fetch",
        "request": { "method": method, "url": format!("https://preview.example{path}"), "headers": [] },
        "response": { "status": status, "redirectURL": location, "headers": [],
            "content": { "size": body.len(), "mimeType": mime, "text": body } }
    })
}

#[test]
fn two_calls_that_are_bounced_at_the_same_time_are_two_findings() {
    let page = "<!doctype html><html><head><title>Sign in</title></head><body></body></html>";
    let entries = json!([
        call(0.0, "GET", "/api/me", (200, ""), "{}"),
        call(1.0, "POST", "/api/quotes/1042/sign", (302, "/sign-in"), ""),
        call(1.001, "GET", "/api/notifications", (302, "/sign-in"), ""),
        call(1.050, "GET", "/sign-in", (200, ""), page),
        call(1.051, "GET", "/sign-in", (200, ""), page),
        // Long after: nobody follows a redirect that late.
        call(20.0, "GET", "/api/late", (302, "/sign-in"), ""),
        call(29.0, "GET", "/sign-in", (200, ""), page),
    ]);
    let archive = json!({ "log": { "version": "1.2", "entries": entries } });
    let (_, out, err) = with_archive(archive.to_string().as_bytes());
    let found: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {err}"));
    let requests: Vec<_> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["requests"])
        .collect();
    assert_eq!(
        requests,
        [&json!(["e4", "e2"]), &json!(["e5", "e3"])],
        "{out}"
    );
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test makes a project")]
fn what_was_set_aside_is_counted_under_the_table() {
    let dir = tempfile::tempdir().unwrap();
    let entries = json!([
        call(0.0, "GET", "/api/me", (200, ""), "{}"),
        call(1.0, "GET", "/api/avatar", (404, ""), "{\"error\":\"none\"}"),
        call(2.0, "GET", "/favicon.ico", (404, ""), ""),
        call(3.0, "GET", "/api/quotes", (304, ""), ""),
    ]);
    let archive = json!({ "log": { "version": "1.2", "entries": entries } });
    fs::write(dir.path().join("x.har"), archive.to_string()).unwrap();
    let config = "targets: { preview: { url: https://preview.example, kind: preview } }\n\
                  ignore: [{ detector: http-error, request: GET /api/avatar, why: drawn next week }]\n";
    fs::write(dir.path().join("shippass.yaml"), config).unwrap();
    let of = dir.path().join("x.har");
    let config = dir.path().join("shippass.yaml");
    let (status, out, err) = inspect(&["--config", config.to_str().unwrap(), of.to_str().unwrap()]);
    assert_eq!(status, 0, "{out}{err}");
    let line =
        "set aside: 2 filed as noise, 1 accepted by an ignore rule; `--format json` lists them";
    assert!(out.lines().any(|it| it == line), "{out}");
}

#[test]
fn what_is_no_archive_or_breaks_off_is_said_and_odd_values_are_left_out() {
    for text in [
        &b""[..],
        b"{}",
        b"[1]",
        b"{\"log\":{\"entries\":[{\"request\":{\"url\":\"https",
        b"\x1f\x8b\x08\x00",
    ] {
        let (status, out, err) = with_archive(text);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.contains("x.har") && err.contains("help:"), "{err}");
    }
    let mut odd = b"\xEF\xBB\xBF".to_vec();
    odd.extend_from_slice(
        br#"{"log":{"entries":[null,3,{},{"request":{"url":"https://a.example/","method":7,"headers":{"a":1}},"time":-1e300,
        "startedDateTime":"-009999-01-01T00:00:00Z","response":{"status":"200","headers":null,"content":[]}}],"pages":"none"}}"#,
    );
    let (status, out, err) = with_archive(&odd);
    // An answer of which nothing is known is not a clean one.
    assert_eq!((status, err.as_str()), (1, ""), "{out}");
    assert!(out.contains("\"unknown\": 1"), "{out}");
}
