//! What goes wrong around the product: said with what to do, never hung on.

use axum::{Router, response::Redirect, routing::get};

use crate::support::{Site, Workshop, page};

const LIST: &str = "name: Test\nsteps:\n  - name: Open\n    do:\n      - visit: /\n";

fn run(url: &str, more: &[&str]) -> crate::support::Ended {
    let workshop = Box::leak(Box::new(Workshop::new()));
    workshop.write("list.yaml", LIST);
    let mut arguments = vec!["run", "--url", url, "--out", "out", "list.yaml"];
    arguments.extend(more);
    workshop.shippass(&arguments)
}

#[test]
#[ignore = "needs a browser driver"]
fn a_target_that_refuses_connections() {
    let ended = run("http://127.0.0.1:9", &[]);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("can't be reached"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.statuses(), ["not-run"]);
}

#[test]
#[ignore = "needs a browser driver"]
fn a_target_whose_name_is_not_known() {
    let ended = run("http://no-such-preview.invalid", &[]);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("NAME_NOT_RESOLVED") && ended.stderr.contains("help:"),
        "{}",
        ended.stderr
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_target_that_leads_elsewhere_is_not_touched() {
    let elsewhere =
        Site::serve(Router::new().route("/", get(|| async { page("<h1>Production</h1>") })));
    let url = elsewhere.url.clone();
    let site = Site::serve(
        Router::new().route("/", get(move || async move { Redirect::temporary(&url) })),
    );
    let ended = run(&site.url, &[]);
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert_eq!(ended.statuses(), ["flagged"]);
    assert!(!ended.bundle.join("screens").exists(), "no step was walked");
    assert!(
        ended.detectors().contains("wrong-target"),
        "{:#?}",
        ended.steps()
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_driver_that_is_not_there_says_how_to_mend_it() {
    let workshop = Workshop::new();
    workshop.write("list.yaml", LIST);
    let mut command = workshop.command(&[
        "run",
        "--url",
        "http://127.0.0.1:9",
        "--out",
        "out",
        "list.yaml",
    ]);
    let output = command
        .env("PATH", workshop.path())
        .output()
        .expect("the binary runs");
    let ended = workshop.ended(&output);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("chromedriver") && ended.stderr.contains("help:"),
        "{}",
        ended.stderr
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_remote_driver_that_does_not_answer() {
    let ended = run("http://127.0.0.1:9", &["--webdriver", "http://127.0.0.1:9"]);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("http://127.0.0.1:9"),
        "{}",
        ended.stderr
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_page_that_is_not_laid_out_for_the_device_fails_its_step() {
    let wide = "<!doctype html><title>Wide</title><h1>Desktop only</h1>";
    let site = Site::serve(
        Router::new().route("/", get(move || async move { axum::response::Html(wide) })),
    );
    let ended = run(&site.url, &["-v"]);
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let is_told = ended.stderr.contains("driver: Starting ChromeDriver");
    assert!(is_told, "{}", ended.stderr);
    let why = ended.why("Open");
    assert!(why.contains("viewport: the page is laid out 98"), "{why}");
}

#[test]
#[ignore = "needs a browser driver"]
fn a_sign_in_that_does_not_work_is_a_failed_first_step_with_a_picture() {
    let site =
        Site::serve(Router::new().route("/", get(|| async { page("<h1>No form here</h1>") })));
    let workshop = Workshop::new();
    workshop.write(
        "list.yaml",
        "name: Test\nas: owner\nsteps:\n  - name: Open\n    do:\n      - visit: /\n",
    );
    workshop.write(
        "shippass.yaml",
        &format!("targets:\n  t:\n    url: {}\n    kind: local\npersonas:\n  owner:\n    sign_in:\n      do:\n        - visit: /\n        - fill: {{ Email: ada@example.com }}\n        - tap: Sign in\n", site.url),
    );
    let ended = workshop.shippass(&["run", "--out", "out", "list.yaml"]);
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert_eq!(
        ended.statuses(),
        ["failed", "not-run"],
        "{:#?}",
        ended.steps()
    );
    let document = ended.document();
    let screens = &document["checklists"][0]["steps"][0]["screens"];
    let file = screens[0].as_str().expect("a picture");
    assert!(ended.bundle.join(file).is_file());
}
