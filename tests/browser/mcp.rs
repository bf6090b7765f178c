//! `shippass mcp` with a real browser: a run is a real one, and however nobody waits for it any longer, it ends in order.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use serde_json::{Value, json};
use shippass::bundle::{check_whole, open};

use crate::{
    app::{App, SIGNING},
    support::{Site, Workshop, assistant::Assistant, page},
};

#[test]
#[ignore = "needs a browser driver, Node and the client of tests/outside"]
fn an_assistant_of_others_runs_a_checklist_of_the_demo() {
    let app = App::with("sign-bounced");
    let workshop = Workshop::new();
    workshop.write("checklists/signs.yaml", SIGNING).write(
        "shippass.yaml",
        &format!(
            "targets: {{ demo: {{ url: \"{}\", kind: local }} }}\napi: [/api/**]\n",
            app.url
        ),
    );
    let calls = json!([
        { "tool": "run_checklists", "arguments": { "checklists": ["checklists/signs.yaml"], "minutes": 3 } },
        { "tool": "brief", "arguments": { "finding": "f1" } },
        { "tool": "step_picture", "arguments": { "finding": "f1" } },
    ]);
    let output = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside/mcp.mjs"))
        .args([
            env!("CARGO_BIN_EXE_shippass"),
            workshop.path().to_str().expect("a path"),
        ])
        .arg(calls.to_string())
        .output()
        .expect("node is there; `scripts/setup tests` installs it");
    let said: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(said["strange"], json!([]));
    let run = &said["answers"][0];
    let progress: Vec<_> = run["progress"]
        .as_array()
        .expect("progress")
        .iter()
        .map(|it| it["message"].as_str().expect("a line"))
        .collect();
    assert!(progress[0].starts_with("target "), "{progress:?}");
    assert!(
        progress
            .iter()
            .any(|line| line.contains("The customer signs the quote › Sign")),
        "{progress:?}"
    );
    let told = &run["result"]["structuredContent"];
    assert_eq!(told["status"], "flagged", "{run:#}");
    assert_eq!(told["holds"]["findings"][0]["detector"], "html-for-json");
    let folder = workshop
        .path()
        .join(told["bundle"].as_str().expect("a bundle"));
    assert_eq!(check_whole(&folder).expect("sealed"), []);
    let brief = &said["answers"][1]["result"]["structuredContent"]["markdown"];
    assert!(
        brief
            .as_str()
            .expect("a brief")
            .contains("whose body is an HTML page"),
        "{brief}"
    );
    let picture = &said["answers"][2]["result"]["content"][1];
    assert_eq!(picture["mimeType"], "image/jpeg", "{picture}");
}

/// A server in the middle of a run, in a step that waits for what never comes.
struct Midway {
    assistant: Assistant,
    workshop: Workshop,
    run: u64,
    _site: Site,
}

impl Midway {
    fn start() -> Self {
        Self::asking(&json!({}))
    }

    fn asking(arguments: &Value) -> Self {
        let site = Site::serve(Router::new().route("/", get(|| async { page("<h1>Here</h1>") })));
        let workshop = Workshop::new();
        workshop
            .write("shippass.yaml", &format!("targets: {{ site: {{ url: \"{}\", kind: local }} }}\n", site.url))
            .write(
                "checklists/list.yaml",
                "name: Test\nsteps:\n  - name: First\n    do:\n      - visit: /\n    expect:\n      - see: Here\n  - name: Hangs\n    expect:\n      - see: Never\n        within: 60s\n",
            );
        let mut assistant = Assistant::start(workshop.path());
        let run = assistant.begin(
            "tools/call",
            &json!({ "name": "run_checklists", "arguments": arguments, "_meta": { "progressToken": "p" } }),
        );
        // The first step's line says that the second has begun.
        let is_first = |message: &Value| {
            let line = message["params"]["message"].as_str();
            line.is_some_and(|line| line.contains("First"))
        };
        loop {
            let message = assistant.hear();
            assert_ne!(message["id"], run, "it goes on: {message}");
            if is_first(&message) {
                break;
            }
        }
        Self {
            assistant,
            workshop,
            run,
            _site: site,
        }
    }

    /// Waits for the seal of what was seen until then; nothing of a browser is left then.
    fn is_ended_in_order(&self) {
        let bundle = wait_for(|| {
            let bundle = self.bundle()?;
            bundle.join("manifest.json").is_file().then_some(bundle)
        });
        let document = open(&bundle).expect("a bundle").document;
        assert_eq!(document.run.cut_short.as_deref(), Some("interrupted"));
        assert_eq!(document.counts.clean, 1);
        assert_eq!(check_whole(&bundle).expect("sealed"), []);
        wait_for(|| self.traces().is_empty().then_some(()));
    }

    fn bundle(&self) -> Option<PathBuf> {
        let bundles = self.workshop.path().join("screenshots").read_dir();
        let paths = bundles.ok()?.flatten().map(|entry| entry.path());
        paths.into_iter().find(|path| path.is_dir())
    }

    /// Processes of this run's browser, by its own temporary folder in their names.
    fn traces(&self) -> Vec<String> {
        let mark = self
            .workshop
            .path()
            .join("shippass-profile-")
            .display()
            .to_string();
        let processes = std::fs::read_dir("/proc").expect("processes").flatten();
        let commands = processes.filter_map(|it| std::fs::read(it.path().join("cmdline")).ok());
        let commands = commands.map(|command| String::from_utf8_lossy(&command).into_owned());
        commands.filter(|command| command.contains(&mark)).collect()
    }
}

fn wait_for<T>(is_so: impl Fn() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = is_so() {
            return seen;
        }
        assert!(
            started.elapsed() < Duration::from_mins(1),
            "it never came to that"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn a_run_that_is_cancelled_ends_in_order_and_the_next_question_is_answered() {
    let mut midway = Midway::start();
    assert!(
        !midway.traces().is_empty(),
        "the browser runs under a name that is found"
    );
    let (is_wrong, said) = midway.assistant.call("run_checklists", &json!({}));
    assert!(
        is_wrong && said.contains("a run is going on already"),
        "{said}"
    );
    let run = midway.run;
    midway.assistant.say(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": run } }).to_string());
    midway.is_ended_in_order();
    let (is_wrong, said) = midway.assistant.call("list_findings", &json!({}));
    assert!(
        !is_wrong && said.contains("The run was cut short: `interrupted`"),
        "{said}"
    );
    assert_eq!(midway.assistant.status(), 0);
}

#[test]
#[ignore = "needs a browser driver"]
fn a_run_that_takes_longer_than_it_may_ends_in_order_and_its_answer_says_so() {
    let mut midway = Midway::asking(&json!({ "minutes": 0.3 }));
    let run = midway.run;
    let answer = midway.assistant.answer(run);
    midway.is_ended_in_order();
    let told = answer["result"].to_string();
    assert!(
        told.contains("After 0.3 min the run was ended in order"),
        "{told}"
    );
    assert_eq!(
        answer["result"]["structuredContent"]["holds"]["cut_short"],
        "interrupted"
    );
    assert_eq!(midway.assistant.status(), 0);
}

#[test]
#[ignore = "needs a browser driver"]
fn a_server_that_is_left_or_killed_leaves_no_run_behind() {
    let mut left = Midway::start();
    left.assistant.close();
    left.is_ended_in_order();
    assert_eq!(
        left.assistant.server.wait().expect("it ends").code(),
        Some(0)
    );
    let mut killed = Midway::start();
    killed.assistant.server.kill().expect("killed");
    killed.is_ended_in_order();
    killed.assistant.server.wait().expect("it ended");
}
