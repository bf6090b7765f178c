//! Which deployment one is on: production is only looked at, the commit is held against the checkout, foreign pages
//! aren't touched.

use std::{
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    response::IntoResponse,
    routing::{get, post},
};

use crate::support::{Ended, Site, Workshop, page};

const SHOP: &str = r#"<h1>Shop</h1><a href="/about">About</a>
    <form action="/order" method="post"><label>Name <input name="name"></label><button>Order</button></form>
    <button type="button" onclick="fetch('/api/like', { method: 'POST' }).catch(() => {})">Like</button>"#;

/// A shop that counts what is written to it.
fn shop() -> (Site, Arc<Mutex<Vec<&'static str>>>) {
    let written: Arc<Mutex<Vec<&'static str>>> = Arc::default();
    let (orders, likes) = (Arc::clone(&written), Arc::clone(&written));
    let router = Router::new()
        .route("/", get(|| async { page(SHOP) }))
        .route("/about", get(|| async { page("<h1>About us</h1>") }))
        .route(
            "/order",
            post(move || async move {
                orders.lock().expect("no panic").push("order");
                page("<h1>Thank you</h1>")
            }),
        )
        .route(
            "/api/like",
            post(move || async move {
                likes.lock().expect("no panic").push("like");
                axum::Json(serde_json::json!({"ok": true}))
            }),
        );
    (Site::serve(router), written)
}

const LIST: &str = "
name: Shop
steps:
  - name: Look about
    do:
      - visit: /
      - tap: About
    expect:
      - see: About us
  - name: Type
    do:
      - visit: /
      - fill: { Name: Ada }
      - tap: Order
  - name: Send
    do:
      - visit: /
      - tap: Order
    expect:
      - see: Thank you
  - name: Like
    do:
      - visit: /
      - tap: Like
";

fn config(url: &str, kind: &str) -> String {
    format!("targets:\n  live:\n    url: {url}\n    kind: {kind}\n")
}

fn run(workshop: &Workshop, arguments: &[&str]) -> Ended {
    let mut all = vec!["run", "--out", "out", "list.yaml"];
    all.extend(arguments);
    workshop.shippass(&all)
}

#[test]
#[ignore = "needs a browser driver"]
fn production_is_only_looked_at() {
    let (site, written) = shop();
    let workshop = Workshop::new();
    workshop.write("list.yaml", LIST);
    workshop.write("shippass.yaml", &config(&site.url, "production"));
    // By its name, and by its address alone.
    for by_address in [false, true] {
        let arguments = if by_address {
            vec!["--url", site.url.as_str()]
        } else {
            vec![]
        };
        let ended = run(&workshop, &arguments);
        assert_eq!(ended.status, 1, "{}", ended.stderr);
        assert_eq!(
            ended.statuses(),
            ["clean", "not-run", "not-run", "unknown"],
            "{:#?}",
            ended.steps()
        );
        assert!(
            ended.why("Type").contains("it would fill"),
            "{}",
            ended.why("Type")
        );
        assert!(
            ended.why("Send").contains("would send a form"),
            "{}",
            ended.why("Send")
        );
        let why = ended.why("Like");
        assert!(
            why.contains("POST") && why.contains("--allow-production"),
            "{why}"
        );
        assert_eq!(ended.document()["findings"], serde_json::json!([]));
        assert_eq!(ended.document()["target"]["kind"], "production");
        assert_eq!(*written.lock().expect("no panic"), Vec::<&str>::new());
        std::fs::remove_dir_all(&ended.bundle).expect("removed");
    }
    let preview = format!("  preview:\n    url: {}\n    kind: preview\n", site.url);
    let mixed = config(&site.url, "production") + &preview;
    workshop.write("shippass.yaml", &mixed);
    let ended = run(&workshop, &["--target", "preview"]);
    for said in ["it is taken for production", "(production, only looked at)"] {
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
    }
    assert_eq!(*written.lock().expect("no panic"), Vec::<&str>::new());
    std::fs::remove_dir_all(&ended.bundle).expect("removed");
    workshop.write("shippass.yaml", &config(&site.url, "production"));
    let ended = run(&workshop, &["--allow-production"]);
    assert_eq!(ended.status, 0, "{:#?}\n{}", ended.steps(), ended.stderr);
    assert_eq!(
        *written.lock().expect("no panic"),
        ["order", "order", "like"]
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn nobody_who_types_signs_in_on_production() {
    let (site, written) = shop();
    let workshop = Workshop::new();
    workshop.write(
        "list.yaml",
        &LIST.replacen("name: Shop\n", "name: Shop\nas: owner\n", 1),
    );
    let personas = "personas:\n  owner:\n    sign_in:\n      do:\n        - visit: /\n        - fill: { Name: Ada }\n        - tap: Order\n";
    let config = config(&site.url, "production") + personas;
    workshop.write("shippass.yaml", &config);
    let ended = run(&workshop, &[]);
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert!(
        ended.statuses().iter().all(|status| status == "not-run"),
        "{:#?}",
        ended.steps()
    );
    assert!(
        ended.why("Sign in").contains("no persona that types"),
        "{:#?}",
        ended.steps()
    );
    assert_eq!(*written.lock().expect("no panic"), Vec::<&str>::new());
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
#[ignore = "needs a browser driver"]
fn the_commit_is_held_against_the_checkout() {
    let served: Arc<Mutex<String>> = Arc::default();
    let told = Arc::clone(&served);
    let site = Site::serve(Router::new().route(
        "/",
        get(move || async move {
            let commit = told.lock().expect("no panic").clone();
            ([("x-app-commit", commit)], page("<h1>Home</h1>")).into_response()
        }),
    ));
    let workshop = Workshop::new();
    workshop.write(
        "list.yaml",
        "name: One\nsteps:\n  - name: Open\n    do:\n      - visit: /\n",
    );
    let config = config(&site.url, "local") + "    commit: { header: x-app-commit }\n";
    workshop.write("shippass.yaml", &config);
    let run = |commit: &str| {
        commit.clone_into(&mut served.lock().expect("no panic"));
        let _ = std::fs::remove_dir_all(workshop.path().join("out"));
        run(&workshop, &[])
    };
    let outside = run("4f2a91c");
    assert_eq!(outside.status, 0, "{}", outside.stderr);
    assert_eq!(
        outside.document()["target"]["expected_commit"],
        serde_json::Value::Null
    );

    git(workshop.path(), &["init", "--quiet"]);
    git(workshop.path(), &["add", "list.yaml", "shippass.yaml"]);
    git(workshop.path(), &["commit", "--quiet", "--message", "One"]);
    let head = git(workshop.path(), &["rev-parse", "HEAD"]);
    let same = run(&head[..8]);
    assert_eq!(same.status, 0, "{:#?}\n{}", same.steps(), same.stderr);
    assert_eq!(same.document()["target"]["expected_commit"], head);
    assert_eq!(
        same.document()["target"]["expected_from"],
        "HEAD of this checkout"
    );
    let first = same.stderr.lines().next().unwrap_or_default();
    let said = format!(
        "{}/ (local), commit {} by header x-app-commit",
        site.url,
        &head[..8]
    );
    assert!(first.contains(&said), "{first}");
    let report = std::fs::read_to_string(same.bundle.join("report.html")).expect("a report");
    assert!(report.matches(&said).count() >= 1, "under the picture");

    workshop.write(
        "list.yaml",
        "name: Two\nsteps:\n  - name: Open\n    do:\n      - visit: /\n",
    );
    let stale = run("0000000000000000000000000000000000000000");
    assert_eq!(stale.status, 1, "{}", stale.stderr);
    assert!(stale.detectors().contains("stale-deployment"));
    let from = stale.document()["target"]["expected_from"].to_string();
    assert!(from.contains("aren't committed"), "{from}");
}

#[test]
#[ignore = "needs a browser driver"]
fn nothing_is_touched_on_a_page_of_another_origin() {
    let touched: Arc<Mutex<u32>> = Arc::default();
    let count = Arc::clone(&touched);
    let elsewhere = Site::serve(
        Router::new()
            .route("/", get(|| async { page("<h1>Production</h1><label>Name <input></label><button onclick=\"fetch('/touched',{method:'POST'})\">Delete</button>") }))
            .route("/touched", post(move || async move { *count.lock().expect("no panic") += 1; })),
    );
    let link = format!("<h1>Home</h1><a href=\"{}/\">Dashboard</a>", elsewhere.url);
    let site = Site::serve(Router::new().route("/", get(move || async move { page(&link) })));
    let workshop = Workshop::new();
    workshop.write(
        "list.yaml",
        "name: Leave\nsteps:\n  - name: Home\n    do:\n      - visit: /\n  - name: Go\n    do:\n      - tap: Dashboard\n      - tap: Delete\n  - name: After\n    do:\n      - visit: /\n",
    );
    let ended = run(&workshop, &["--url", &site.url]);
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert_eq!(
        ended.statuses(),
        ["clean", "failed", "not-run"],
        "{:#?}",
        ended.steps()
    );
    assert!(
        ended.why("Go").contains("none of the target's origins"),
        "{}",
        ended.why("Go")
    );
    assert!(ended.detectors().contains("wrong-target"));
    assert_eq!(*touched.lock().expect("no panic"), 0);
}
