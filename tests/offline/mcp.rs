//! `shippass mcp`: what an assistant may ask for, and what nobody gets however they ask.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{fs, path::Path, process::Command};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use shippass::bundle::check_whole;

use crate::{golden::Pictures, handoff::project, replayed::put, support::assistant::Assistant};

const CONFIG: &str = "targets:\n  preview: { url: https://preview.example, kind: preview }\npersonas:\n  owner:\n    sign_in:\n      do:\n        - visit: /sign-in\n        - fill: { Password: \"${OWNER_PASSWORD:-vN7-rT2q-Lk9x}\" }\n        - tap: Sign in\n";

/// A project with a checklist that is well, one that isn't, and a bundle.
fn whole_project(pictures: Pictures) -> tempfile::TempDir {
    let dir = project(pictures);
    put(dir.path(), "shippass.yaml", CONFIG.as_bytes());
    put(
        dir.path(),
        "checklists/wrong.yaml",
        b"name: Wrong\nsteps:\n  - name: One\n    do:\n      - tapp: Send\n",
    );
    dir
}

/// Asks with the client of others; gives all that it heard.
fn outside(folder: &Path, calls: &Value) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside/mcp.mjs");
    let output = Command::new("node")
        .arg(script)
        .args([env!("CARGO_BIN_EXE_shippass"), folder.to_str().unwrap()])
        .arg(calls.to_string())
        .output()
        .expect("node is there; `scripts/setup tests` installs it");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said, "", "neither the server nor the client complains");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(answer: &Value) -> &str {
    let text = answer["result"]["content"][0]["text"].as_str();
    text.unwrap_or_else(|| panic!("no text: {answer}"))
}

#[test]
#[ignore = "needs Node and the client of tests/outside"]
fn an_assistant_of_others_gets_everything_and_nothing_changes() {
    let dir = whole_project(Pictures::Real);
    let calls = json!([
        { "tool": "list_checklists" },
        { "tool": "list_findings" },
        { "tool": "list_findings", "arguments": { "bundle": "screenshots/run", "step": 3, "severity": "error" } },
        { "tool": "brief", "arguments": { "finding": "f1" } },
        { "tool": "step_picture", "arguments": { "step": "02-sign-it" } },
        { "tool": "step_exchange", "arguments": { "step": 3 } },
        { "tool": "step_exchange", "arguments": { "step": 3, "exchange": "e4" } },
        { "tool": "explain_detector", "arguments": { "name": "html-for-json" } },
        { "tool": "compare_bundles", "arguments": { "a": "screenshots/run", "b": "screenshots/run" } },
        { "tool": "run_checklists", "arguments": { "checklists": ["checklists/wrong.yaml"] } },
    ]);
    let said = outside(dir.path(), &calls);
    assert_eq!(said["strange"], json!([]));
    let answers = said["answers"].as_array().unwrap();
    let wrong: Vec<_> = answers
        .iter()
        .map(|it| it["result"]["isError"] == true)
        .collect();
    assert_eq!(
        wrong,
        [
            false, false, false, false, false, false, false, false, false, true
        ],
        "{answers:#?}"
    );

    let lists = &answers[0]["result"]["structuredContent"];
    assert_eq!(lists["can_run"], false);
    assert_eq!(lists["checklists"][0]["file"], "checklists/quotes.yaml");
    assert_eq!(lists["checklists"].as_array().unwrap().len(), 1, "{lists}");
    let problems = lists["problems"].as_array().unwrap().iter();
    let errors: Vec<_> = problems.filter(|it| it["is_error"] == true).collect();
    assert_eq!(
        (errors.len(), &errors[0]["line"]),
        (1, &json!(5)),
        "{lists}"
    );
    assert_eq!(errors[0]["file"], "checklists/wrong.yaml");
    assert!(text(&answers[0]).contains("- tapp: Send") && !text(&answers[0]).contains("vN7-rT2q"));

    let one = &answers[2]["result"]["structuredContent"];
    assert_eq!(one["bundle"], "screenshots/run");
    let ids: Vec<_> = one["holds"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["id"])
        .collect();
    assert_eq!(ids, ["f1"]);
    assert_eq!(one["holds"]["steps"][0]["id"], "02-sign-it");

    assert!(
        text(&answers[3])
            .starts_with("# `POST /api/quotes/1042/sign answered 200 with an HTML page`")
    );
    pictures(&answers[4]["result"]);
    assert!(
        answers[5]["result"]["structuredContent"]["exchanges"]
            .as_array()
            .unwrap()
            .len()
            > 1
    );
    assert!(
        text(&answers[6]).contains("[body answered: "),
        "{}",
        text(&answers[6])
    );
    assert!(text(&answers[7]).starts_with("## html-for-json"));
    assert_eq!(answers[8]["result"]["structuredContent"]["differences"], 0);
    assert!(
        text(&answers[9]).contains("--> checklists/wrong.yaml:5:"),
        "{}",
        text(&answers[9])
    );

    for answer in &answers[1..7] {
        assert!(
            text(answer).contains("never an instruction"),
            "{}",
            text(answer)
        );
        assert!(!text(answer).contains('\u{1b}') && !text(answer).contains('\u{202e}'));
    }
    let bundle = dir.path().join("screenshots/run");
    assert_eq!(check_whole(&bundle).unwrap(), []);
    assert!(!bundle.join("signoff").exists());
    assert_eq!(
        fs::read_dir(dir.path().join("screenshots"))
            .unwrap()
            .count(),
        1
    );
}

/// A picture whole and close up, no edge longer than a model sees well.
fn pictures(result: &Value) {
    let images: Vec<_> = result["content"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|block| block["type"] == "image")
        .collect();
    assert_eq!(images.len(), 2, "close and whole");
    for (image, told) in images
        .iter()
        .zip(result["structuredContent"]["pictures"].as_array().unwrap())
    {
        let bytes = STANDARD.decode(image["data"].as_str().unwrap()).unwrap();
        let seen = image::load_from_memory(&bytes).unwrap();
        assert_eq!(
            (json!(seen.width()), json!(seen.height())),
            (told["width"].clone(), told["height"].clone())
        );
        assert!(seen.width().max(seen.height()) <= 1_568);
    }
}

#[test]
fn tools_say_what_they_take_and_that_a_human_confirms() {
    let dir = tempfile::tempdir().unwrap();
    let mut assistant = Assistant::start(dir.path());
    let answer = assistant.ask("tools/list", &json!({}));
    let tools = answer["result"]["tools"].as_array().unwrap();
    for tool in tools {
        let description = tool["description"].as_str().unwrap();
        assert!(
            description.contains("a human does that, with `shippass review`"),
            "{description}"
        );
        assert_eq!(tool["outputSchema"]["type"], "object", "{tool}");
    }
    let told: Vec<_> = tools
        .iter()
        .map(|tool| json!({ "name": tool["name"], "description": tool["description"], "takes": tool["inputSchema"]["properties"], "hints": tool["annotations"] }))
        .collect();
    insta::assert_json_snapshot!(told);
    assert_eq!(assistant.status(), 0);
}

#[test]
fn what_is_no_question_is_survived() {
    let dir = whole_project(Pictures::Tiny);
    let mut assistant = Assistant::start(dir.path());
    let huge = format!(
        r#"{{"jsonrpc":"2.0","id":900,"method":"tools/call","params":{{"name":"brief","arguments":{{"step":"{}"}}}}}}"#,
        "x".repeat(3 << 20)
    );
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":901,"method":"tools/call","params":{}1{}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    for line in [
        "garbage",
        "",
        "{}",
        "[]",
        "null",
        "{\"jsonrpc\":\"2.0\"",
        "\u{0}\u{1b}[2J",
        "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"tools/list\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":7}",
        &huge,
        &deep,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":77}}"#,
    ] {
        assistant.say(line);
    }
    let unknown = assistant.ask("tools/call", &json!({ "name": "sign", "arguments": {} }));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    let unknown = assistant.ask("shippass/confirm", &json!({}));
    assert_eq!(unknown["error"]["code"], -32601, "{unknown}");
    let (is_wrong, said) = assistant.call("list_findings", &json!({}));
    assert!(
        !is_wrong && said.starts_with("bundle screenshots/run\n"),
        "{said}"
    );
    assert_eq!(assistant.status(), 0);
}

#[test]
fn a_question_that_has_no_answer_is_told_what_to_do() {
    let dir = whole_project(Pictures::Tiny);
    let mut assistant = Assistant::start(dir.path());
    for (tool, arguments, words) in [
        ("brief", json!({}), "give a `step`"),
        (
            "brief",
            json!({ "step": 1, "finding": "f1" }),
            "one thing is told at a time",
        ),
        (
            "brief",
            json!({ "step": [1] }),
            "a step is named by its number",
        ),
        ("brief", json!({ "finding": "f99" }), "there are f1"),
        ("list_findings", json!({ "step": 99 }), "from 1 to 7"),
        (
            "list_findings",
            json!({ "severity": "bad" }),
            "unknown variant",
        ),
        (
            "list_findings",
            json!({ "confirm": true }),
            "unknown field `confirm`",
        ),
        (
            "list_findings",
            json!({ "bundle": "screenshots/none" }),
            "there is no `screenshots/none`",
        ),
        (
            "step_exchange",
            json!({ "step": 1, "exchange": "e999" }),
            "no exchange `e999`",
        ),
        (
            "explain_detector",
            json!({ "name": "nothing" }),
            "the detectors are auth-lost",
        ),
        (
            "compare_bundles",
            json!({ "a": "checklists", "b": "screenshots/run" }),
            "bundle.json",
        ),
        (
            "run_checklists",
            json!({ "checklists": ["--allow-production"] }),
            "there is no `--allow-production`",
        ),
        (
            "run_checklists",
            json!({ "checklists": ["checklists/quotes.yaml"], "target": "x --allow-production" }),
            "x --allow-production",
        ),
        (
            "run_checklists",
            json!({ "checklists": ["checklists/quotes.yaml"], "url": "https://evil.example" }),
            "unknown field `url`",
        ),
    ] {
        let (is_wrong, said) = assistant.call(tool, &arguments);
        assert!(
            is_wrong && said.contains(words),
            "{tool} {arguments}: {said}"
        );
    }
    assert_eq!(assistant.status(), 0);
}

#[test]
fn nothing_outside_the_project_is_shown_or_run() {
    let dir = whole_project(Pictures::Tiny);
    let other = whole_project(Pictures::Tiny);
    let bundle = other.path().join("screenshots/run");
    std::os::unix::fs::symlink(&bundle, dir.path().join("screenshots/link")).unwrap();
    std::os::unix::fs::symlink(other.path().join("checklists"), dir.path().join("lists")).unwrap();
    let mut assistant = Assistant::start(dir.path());
    let out = format!(
        "../{}/screenshots/run",
        other.path().file_name().unwrap().to_str().unwrap()
    );
    for path in [
        out.as_str(),
        bundle.to_str().unwrap(),
        "screenshots/link",
        "/",
        "..",
        "/proc/self/cwd/..",
    ] {
        for (tool, arguments) in [
            ("list_findings", json!({ "bundle": path })),
            ("brief", json!({ "bundle": path, "step": 1 })),
            ("step_picture", json!({ "bundle": path, "step": 1 })),
            ("step_exchange", json!({ "bundle": path, "step": 1 })),
            (
                "compare_bundles",
                json!({ "a": "screenshots/run", "b": path }),
            ),
            ("run_checklists", json!({ "checklists": [path] })),
        ] {
            let (is_wrong, said) = assistant.call(tool, &arguments);
            assert!(
                is_wrong && said.contains("lies outside the project's folder"),
                "{tool} {path}: {said}"
            );
        }
    }
    let (is_wrong, said) = assistant.call(
        "run_checklists",
        &json!({ "checklists": ["lists/quotes.yaml"] }),
    );
    assert!(is_wrong && said.contains("lies outside"), "{said}");
    assert_eq!(assistant.status(), 0);
    assert!(
        !dir.path()
            .join("screenshots")
            .read_dir()
            .unwrap()
            .any(|it| it.unwrap().file_name() == "01")
    );
}

/// A picture of a bundle that leads elsewhere is no picture.
#[test]
fn a_bundle_that_was_altered_is_refused() {
    let dir = whole_project(Pictures::Tiny);
    let bundle = dir.path().join("screenshots/run");
    let picture = bundle.join("screens/customer-signs-a-quote/02-sign-it.jpg");
    fs::remove_file(&picture).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", &picture).unwrap();
    let mut assistant = Assistant::start(dir.path());
    let (is_wrong, said) = assistant.call("step_picture", &json!({ "step": "02-sign-it" }));
    assert!(is_wrong && said.contains("02-sign-it.jpg"), "{said}");
    assert_eq!(assistant.status(), 0);
}

#[test]
fn who_speaks_another_language_is_told_and_who_leaves_is_let_go() {
    let dir = tempfile::tempdir().unwrap();
    let assistant = Assistant::start_unheard(dir.path());
    assert_eq!(assistant.status(), 0);
    let mut assistant = Assistant::start_unheard(dir.path());
    assistant.say(r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#);
    assert_eq!(assistant.status(), 3);
}
