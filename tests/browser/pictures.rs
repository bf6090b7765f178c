//! Pictures that can be compared: what moves stands still in them, what nobody should read is blank, what is masked counts for nothing.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use axum::{
    Router,
    http::{
        HeaderMap,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST},
    },
    response::IntoResponse,
    routing::get,
};
use serde_json::Value;

use crate::support::{Site, Workshop, page};

/// A page with another number on every visit, and nothing else that differs.
fn numbered(body: &'static str) -> axum::routing::MethodRouter {
    let visits = Arc::new(AtomicU32::new(0));
    get(move || {
        let visit = visits.fetch_add(1, Ordering::Relaxed) + 11;
        async move { page(&body.replace("{visit}", &visit.to_string())) }
    })
}

fn site() -> Site {
    let endless = "<style>@keyframes turn { to { transform: translateX(200px) } } \
         div { width: 40px; height: 40px; background: #1b4; animation: turn 1.7s linear infinite }</style>\
         <h1>Loading</h1><div></div><label>Name <input autofocus></label><button onclick=\"this.textContent = document.getAnimations()[0].playState\">State</button>";
    let number = || {
        let visit = std::time::SystemTime::now();
        let visit = visit
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        visit.as_nanos() % 1_000_000
    };
    let field = move |name: &str, kind: &str| {
        format!(
            "<link rel=stylesheet href=/field.css><input aria-label={name} autocomplete='{kind}' value={}>",
            number()
        )
    };
    // Its own rule against styles must not keep the field from being blanked, nor a shadow root, nor another origin.
    let code = move |headers: HeaderMap| async move {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let other = host.unwrap_or_default().replace("127.0.0.1", "localhost");
        let body = format!(
            "<h1>Code</h1>{}<div><template shadowrootmode=open>{}</template></div>\
             <iframe title=Payment width=320 height=120 src='http://{other}/card'></iframe>",
            field("Code", "one-time-code"),
            field("Number", "cc-number"),
        );
        ([(CONTENT_SECURITY_POLICY, "style-src 'self'")], page(&body)).into_response()
    };
    let clock = "<h1>Quote</h1><p><time>10:{visit}</time></p><p>Three rooms</p>";
    Site::serve(
        Router::new()
            .route("/", get(|| async { page("<h1>Home</h1>") }))
            .route("/clock", numbered(clock))
            .route("/endless", get(move || async move { page(endless) }))
            .route("/code", get(code))
            .route(
                "/card",
                get(move || async move { page(&field("Card", "billing cc-number")) }),
            )
            .route(
                "/field.css",
                get(|| async {
                    (
                        [(CONTENT_TYPE, "text/css")],
                        "input { font-size: 16px; height: 28px }",
                    )
                }),
            ),
    )
}

const STEPS: &str = "steps:
  - name: Masked
    do: [{ visit: /clock }]
  - name: Endless
    do: [{ visit: /endless }]
  - name: Goes on
    do: [{ tap: State }]
    expect: [{ see: running }]
  - name: Private
    do: [{ visit: /code }]
";

fn sights(workshop: &Workshop) -> Vec<(String, String)> {
    let compared = workshop.shippass(&["compare", "a", "b", "--format", "json"]);
    let document: Value = serde_json::from_str(&compared.stdout).expect("JSON");
    let steps = document["checklists"][0]["steps"].as_array();
    let told = steps.expect("steps").iter().map(|step| {
        let name = step["name"].as_str().unwrap_or_default().to_owned();
        (name, step["picture"]["sight"].to_string())
    });
    told.collect()
}

#[test]
#[ignore = "needs a browser driver"]
fn two_runs_of_a_page_that_moves_have_the_same_pictures() {
    let site = site();
    let workshop = Workshop::new();
    workshop.write(
        "list.yaml",
        &format!("name: Test\nmask: [{{ css: time }}]\n{STEPS}"),
    );
    for out in ["a", "b"] {
        let run = ["run", "--url", &site.url, "--out", out, "list.yaml"];
        let ended = workshop.shippass(&run);
        assert_eq!(ended.status, 0, "{}", ended.stdout);
    }
    for (name, sight) in sights(&workshop) {
        assert_eq!(sight, "\"same\"", "{name}");
    }
    let journal = std::fs::read_to_string(workshop.path().join("a/journal.ndjson"));
    let journal = journal.expect("a journal");
    let masked = journal
        .lines()
        .filter(|line| line.contains("\"masked\":[{"));
    assert_eq!(masked.count(), 1, "one page has a clock");
}

#[test]
#[ignore = "needs a browser driver"]
fn a_clock_that_nobody_masks_is_a_difference_and_a_wrong_selector_is_said() {
    let site = site();
    let workshop = Workshop::new();
    workshop.write(
        "list.yaml",
        "name: Test\nsteps:\n  - name: Clock\n    do: [{ visit: /clock }]\n    mask: [{ css: \"time[\" }]\n",
    );
    for out in ["a", "b"] {
        let run = ["run", "--url", &site.url, "--out", out, "list.yaml"];
        let ended = workshop.shippass(&run);
        assert_eq!(ended.status, 1, "{}", ended.stdout);
        let why = "`mask` names css `time[`, which is no CSS selector";
        assert!(ended.stdout.contains(why), "{}", ended.stdout);
    }
    let sights = sights(&workshop);
    assert!(sights[0].1.contains("differs"), "{sights:?}");
}

#[test]
#[ignore = "needs a browser driver"]
fn a_page_with_more_frames_than_are_looked_into_is_not_clean() {
    let frames = "<iframe width=40 height=20 srcdoc='<input type=password value=x style=font-size:16px>'></iframe>";
    let body = format!("<h1>Advertised</h1>{}", frames.repeat(25));
    let site = Site::serve(Router::new().route("/", get(move || async move { page(&body) })));
    let workshop = Workshop::new();
    let checklist = "name: Frames\nsteps:\n  - name: Look\n    do:\n      - visit: /\n";
    workshop.write("list.yaml", checklist);
    let ended = workshop.shippass(&["run", "--url", &site.url, "--out", "out", "list.yaml"]);
    let why = ended.why("Look");
    assert!(
        why.starts_with("unknown ") && why.contains("more than 23 frames"),
        "{why}"
    );
}
