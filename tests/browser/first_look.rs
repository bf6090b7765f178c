//! `init` and `doctor`, on pages as people have them.

use axum::{Router, http::StatusCode, response::Redirect, routing::get};
use serde_json::Value;
use shippass::demo::{Demo, FaultSet};

use crate::support::{Ended, Site, Workshop, page};

/// What `-v` lets through of it.
const DRIVER_SPEAKS: &str = "driver: Starting ChromeDriver";

fn read(workshop: &Workshop, name: &str) -> String {
    std::fs::read_to_string(workshop.path().join(name)).expect("written")
}

/// `shippass doctor --format json`, as name and line.
fn doctor(workshop: &Workshop, environment: &[(&str, &str)]) -> (Ended, Value) {
    let mut command = workshop.command(&["doctor", "--format", "json"]);
    command.envs(environment.iter().copied());
    let ended = workshop.ended(&command.output().expect("the binary runs"));
    let report = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", ended.stdout, ended.stderr));
    (ended, report)
}

fn line<'r>(report: &'r Value, what: &str) -> (&'r str, &'r str) {
    let checks = report["checks"].as_array().expect("checks");
    let check = checks.iter().find(|check| check["what"] == what);
    let check = check.unwrap_or_else(|| panic!("no {what} in {report:#}"));
    let text = |key: &str| check[key].as_str().expect("a text");
    (text("health"), text("found"))
}

#[test]
#[ignore = "needs a browser"]
fn init_on_a_plain_page_writes_what_runs_as_it_is() {
    let site = Site::serve(Router::new().route(
        "/shop",
        get(|| async { page("<h1>Bread: “Rye” #1, {fresh}</h1><p>Every day</p>") }),
    ));
    let workshop = Workshop::new();
    let address = format!("{}/shop?day=1", site.url);
    let bare = address.trim_start_matches("http://");
    let ended = workshop.shippass(&["init", "-v", bare]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains(DRIVER_SPEAKS), "{}", ended.stderr);
    assert!(ended.stdout.contains("shippass run"), "{}", ended.stdout);
    let config = read(&workshop, "shippass.yaml");
    assert!(config.starts_with("# yaml-language-server: $schema=.shippass/config.schema.json\n"));
    assert!(
        config.contains("kind: local") && !config.contains("personas"),
        "{config}"
    );
    let checklist = read(&workshop, "checklists/first-look.yaml");
    assert!(checklist.contains("/shop?day=1"), "{checklist}");
    let ran = workshop.shippass(&["run", "--out", "out"]);
    assert_eq!(ran.status, 0, "{}\n{}\n{checklist}", ran.stdout, ran.stderr);

    let again = workshop.shippass(&["init", bare]);
    assert_eq!(again.status, 2, "{}", again.stderr);
    assert!(
        again.stderr.contains("there is a shippass.yaml already"),
        "{}",
        again.stderr
    );
    assert_eq!(read(&workshop, "shippass.yaml"), config);
}

#[test]
#[ignore = "needs a browser"]
fn init_takes_a_page_where_its_own_code_has_led_and_asks_for_what_its_form_asks_for() {
    let led = "<p>Bread</p><script>history.replaceState(0, '', '/shop/here')</script>";
    let form = "<form><label>Password <input type=password></label><button>Log in</button></form>";
    let routes = Router::new()
        .route("/", get(move || async move { page(led) }))
        .route("/lab", get(move || async move { page(form) }));
    let site = Site::serve(routes);
    let workshop = Workshop::new();
    workshop.shippass(&["init", &site.url]);
    let checklist = read(&workshop, "checklists/first-look.yaml");
    assert!(checklist.contains("- url: /shop/here"), "{checklist}");
    let ran = workshop.shippass(&["run", "--out", "out"]);
    assert_eq!(ran.status, 0, "{}\n{}\n{checklist}", ran.stdout, ran.stderr);

    let workshop = Workshop::new();
    let ended = workshop.shippass(&["init", &format!("{}/lab", site.url)]);
    let wanted = "export OWNER_PASSWORD=…";
    assert!(ended.stdout.contains(wanted), "{}", ended.stdout);
    let config = read(&workshop, "shippass.yaml");
    assert!(!config.contains("OWNER_EMAIL"), "{config}");
}

#[test]
#[ignore = "needs a browser"]
fn init_on_the_demo_app_finds_the_sign_in_and_the_commit() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let none = FaultSet::parse(&["none".to_owned()]).expect("none");
    let demo = runtime.block_on(Demo::start_on(0, none)).expect("the demo");
    let workshop = Workshop::new();
    let ended = workshop.shippass(&["init", demo.url()]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let config = read(&workshop, "shippass.yaml");
    for wanted in [
        "header: x-app-commit",
        "Email: ${OWNER_EMAIL}",
        "tap: Sign in",
    ] {
        assert!(config.contains(wanted), "{wanted} in {config}");
    }
    let unset = workshop.shippass(&["check"]);
    assert!(
        unset.status == 2 && unset.stderr.contains("OWNER_EMAIL"),
        "{}",
        unset.stderr
    );
    let mut command = workshop.command(&["run", "--out", "out"]);
    let output = command.envs(demo.environment()).output().expect("runs");
    let ran = workshop.ended(&output);
    assert_eq!(ran.status, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(ran.statuses(), ["clean", "clean"]);

    let environment = demo.environment();
    let password = environment
        .iter()
        .find(|(name, _)| name == "OWNER_PASSWORD");
    let padded = format!("{}\n", password.expect("a password").1);
    let values = [
        ("OWNER_EMAIL", "ada@example.com"),
        ("OWNER_PASSWORD", padded.as_str()),
    ];
    let (told, report) = doctor(&workshop, &values);
    assert_eq!(told.status, 0, "{report:#}");
    let (health, found) = line(&report, "${OWNER_PASSWORD}");
    assert!(
        health == "warn" && found.contains("1 character of white space"),
        "{found}"
    );
    let (health, found) = line(&report, "target local");
    let commit = demo.expected_commit();
    assert!(
        health == "ok" && found.contains("200") && found.contains(commit),
        "{found}"
    );
    assert_eq!(line(&report, "viewport").0, "ok", "{report:#}");
    assert!(
        line(&report, "viewport")
            .1
            .starts_with("375 by 812 at 3 with touch")
    );
    assert!(
        !told.stdout.contains(padded.trim()),
        "the value is never told"
    );
    runtime.block_on(demo.stop());
}

#[test]
#[ignore = "needs a browser"]
fn init_follows_a_link_and_names_fields_that_lack_a_label() {
    let form = "<form><input name=who placeholder='User &amp; name' autocomplete=username><input type=password>\
         <button type=button>Forgot?</button><button>Anmelden</button></form>";
    let site = Site::serve(
        Router::new()
            .route(
                "/",
                get(|| async {
                    page("<h1>Start</h1><a href=https://elsewhere.example/login>Log in</a><a href=/anmelden>Anmelden</a>")
                }),
            )
            .route("/anmelden", get(move || async move { page(form) })),
    );
    let workshop = Workshop::new();
    let ended = workshop.shippass(&["init", &site.url]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let config = read(&workshop, "shippass.yaml");
    for wanted in [
        "visit: /anmelden",
        "{ field: \"User & name\", text: \"${OWNER_EMAIL}\" }",
        "{ css: \"input[type=\\\"password\\\"]\" }",
        "tap: Anmelden",
    ] {
        assert!(config.contains(wanted), "{wanted} in {config}");
    }
    let mut command = workshop.command(&["check"]);
    let values = [("OWNER_EMAIL", "ada"), ("OWNER_PASSWORD", "correct horse")];
    let checked = command.envs(values).output().expect("runs");
    assert!(
        checked.status.success(),
        "{}",
        workshop.ended(&checked).stderr
    );
}

#[test]
#[ignore = "needs a browser"]
fn doctor_tells_each_target_by_itself() {
    let site = Site::serve(
        Router::new()
            .route("/", get(|| async { page("<h1>Here</h1>") }))
            .route(
                "/gone",
                get(|| async { (StatusCode::NOT_FOUND, page("Gone")) }),
            )
            .route(
                "/away",
                get(|| async { Redirect::temporary("http://localhost:9/") }),
            ),
    );
    let url = &site.url;
    // A port that is taken, so that nobody else gets it, and where nobody listens.
    let taken = tokio::net::TcpSocket::new_v4().expect("a socket");
    taken.bind(([127, 0, 0, 1], 0).into()).expect("a free port");
    let nobody = taken.local_addr().expect("bound").port();
    let workshop = Workshop::new();
    workshop.write(
        "shippass.yaml",
        &format!(
            "targets:\n  a-gone: {{ url: {url}/gone, kind: local }}\n  b-silent: {{ url: {url}, kind: local, commit: {{ header: x-app-commit }} }}\n\
             \x20 c-nobody: {{ url: 'http://127.0.0.1:{nobody}', kind: local }}\n  d-good: {{ url: '{url}/?day=1', kind: local }}\n  e-secure: {{ url: '{}', kind: local }}\n",
            url.replace("http:", "https:")
        ),
    );
    let (ended, report) = doctor(&workshop, &[]);
    assert_eq!(ended.status, 3, "{report:#}");
    let healths = ["a-gone", "b-silent", "c-nobody", "d-good", "e-secure"]
        .map(|name| line(&report, &format!("target {name}")).0);
    assert_eq!(
        healths,
        ["fail", "warn", "fail", "ok", "fail"],
        "{report:#}"
    );
    let (_, found) = line(&report, "target c-nobody");
    assert!(found.contains("ERR_CONNECTION_REFUSED"), "{found}");
    let mut command = workshop.command(&["doctor", "-v", "--target", "d-good"]);
    let only = workshop.ended(&command.output().expect("runs"));
    assert_eq!(only.status, 0, "{}", only.stdout);
    assert!(only.stderr.contains(DRIVER_SPEAKS), "{}", only.stderr);
    assert!(!only.stdout.contains("a-gone"), "{}", only.stdout);
}

#[test]
#[ignore = "needs a browser"]
fn init_of_an_address_where_nothing_answers_writes_nothing() {
    let workshop = Workshop::new();
    let ended = workshop.shippass(&["init", "http://127.0.0.1:9"]);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("can't be reached"),
        "{}",
        ended.stderr
    );
    assert_eq!(
        std::fs::read_dir(workshop.path()).expect("there").count(),
        0
    );
}
