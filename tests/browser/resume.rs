//! A run that was killed or interrupted is taken up where it was, and becomes a whole one.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use axum::{Json, Router, routing::get};
use serde_json::json;

use crate::support::{Ended, Site, Workshop, page};

/// Its third step needs what its second one leaves on the page, and stands still until it is let go on.
const LIST: &str = "name: Quotes\nsteps:\n  - name: Open\n    do:\n      - visit: /\n    expect:\n      - see: Quotes\n\
    \x20 - name: Ask\n    do:\n      - visit: /ask\n      - fill: { Name: Ada }\n\
    \x20 - name: Answer\n    do:\n      - tap: Send\n    expect:\n      - see: Thank you, Ada\n        within: 60s\n\
    \x20 - name: Leave\n    do:\n      - visit: /\n";
const ASK: &str = "<h1>Ask</h1><label>Name <input id=name></label><button id=send>Send</button><p id=out></p><script>\
    send.onclick = async () => { while (!(await (await fetch('/api/open')).json()).open) await new Promise((go) => setTimeout(go, 100));\
    out.textContent = 'Thank you, ' + document.getElementById('name').value }</script>";

struct Shop {
    site: Site,
    is_open: Arc<AtomicBool>,
    visits: Arc<AtomicU32>,
}

fn shop() -> Shop {
    let is_open = Arc::new(AtomicBool::new(false));
    let visits = Arc::new(AtomicU32::new(0));
    let (open, visited) = (Arc::clone(&is_open), Arc::clone(&visits));
    let home = move || {
        visited.fetch_add(1, Ordering::SeqCst);
        async { page("<h1>Quotes</h1>") }
    };
    let api = move || {
        let is_open = open.load(Ordering::SeqCst);
        async move { Json(json!({"open": is_open})) }
    };
    let router = Router::new()
        .route("/", get(home))
        .route("/ask", get(async || page(ASK)))
        .route("/api/open", get(api));
    Shop {
        site: Site::serve(router),
        is_open,
        visits,
    }
}

/// Runs until the second step is done, then ends it with that signal.
fn cut_off(workshop: &Workshop, shop: &Shop, signal: &str) {
    workshop.write("list.yaml", LIST);
    let mut child = workshop
        .command(&["run", "--url", &shop.site.url, "--out", "out", "list.yaml"])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let is_done = |line: Result<String, _>| line.is_ok_and(|line| line.contains("Ask"));
    assert!(lines.any(is_done), "the second step is done");
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args([signal, &pid])
        .status();
    assert!(sent.expect("kill runs").success());
    // Whoever stops reading would be ended by its pipe.
    lines.for_each(drop);
    child.wait().expect("it ends");
}

fn resume(workshop: &Workshop) -> Ended {
    workshop.shippass(&["run", "--resume", "out"])
}

#[test]
#[ignore = "needs a browser driver"]
fn a_killed_and_an_interrupted_run_are_taken_up_where_a_step_stands_by_itself() {
    for signal in ["-KILL", "-INT"] {
        let (shop, workshop) = (shop(), Workshop::new());
        cut_off(&workshop, &shop, signal);
        // Signed out, so the target's look and the first step came to `/` before.
        let before = shop.visits.load(Ordering::SeqCst);
        shop.is_open.store(true, Ordering::SeqCst);

        let ended = resume(&workshop);
        assert_eq!(
            ended.status, 0,
            "{signal}: {}{}",
            ended.stdout, ended.stderr
        );
        assert_eq!(ended.statuses(), ["clean"; 4], "{:#?}", ended.steps());
        // The second step was walked anew, since the third one needs its page, and the first one was not.
        assert!(ended.stderr.contains("Ask"), "{}", ended.stderr);
        assert!(!ended.stderr.contains("Open  "), "{}", ended.stderr);
        assert!(shop.visits.load(Ordering::SeqCst) > before, "{signal}");
        let document = ended.document();
        assert_eq!(document["run"]["complete"], true);
        let report = std::fs::read_to_string(ended.bundle.join("report.html")).expect("a report");
        assert!(report.contains("taken up again"), "the report says so");

        let again = resume(&workshop);
        assert_eq!(again.status, 2, "{}", again.stderr);
        assert!(
            again.stderr.contains("every step of it was walked"),
            "{}",
            again.stderr
        );
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn what_would_not_go_together_is_refused() {
    let (shop, workshop) = (shop(), Workshop::new());
    cut_off(&workshop, &shop, "-INT");
    let refused = |why: &str| {
        let ended = resume(&workshop);
        assert_eq!(ended.status, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(why), "{}", ended.stderr);
    };
    workshop.write("list.yaml", &LIST.replace("Leave", "Go"));
    refused("list.yaml was changed since");
    workshop.write("list.yaml", LIST);
    std::fs::create_dir(workshop.path().join("out/signoff")).expect("made");
    // Whoever has only looked says nothing, and is no hindrance; see `bundle::unseal`.
    workshop.write("out/signoff/statement.json", "{}");
    refused("somebody has reviewed it");
}
