//! What the server itself says: `fetch`, asked as whoever is signed in.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde_json::json;

use crate::support::{Ended, Site, Workshop, page};

const CONFIG: &str = "targets: { here: { url: \"${SITE}\", kind: local } }
personas:
  owner: { sign_in: { do: [{ visit: /sign-in }, { fill: { Name: ada } }, { tap: Sign in }] } }
";

fn who(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get("cookie")?.to_str().ok()?;
    let session = cookies
        .split("; ")
        .find_map(|one| one.strip_prefix("session="))?;
    Some(session.trim_start_matches("session-of-").to_owned())
}

async fn me(headers: HeaderMap) -> Response {
    match who(&headers) {
        Some(name) => Json(json!({
            "name": name, "seats": [1, 2], "total": 4500, "plan": null, "api_token": "tok-abcdefgh12345678",
        }))
        .into_response(),
        None => (StatusCode::UNAUTHORIZED, Json(json!({ "error": "who are you?" }))).into_response(),
    }
}

/// A small app that knows who is signed in by a cookie that scripts can't read.
fn app() -> Router {
    let sign_in = page(
        "<form method=post><label>Name <input name=name></label><button>Sign in</button></form>",
    );
    let home = "<h1>Home</h1><script>
         window.fetch = () => Promise.reject(new Error('the page has its own ideas'));
         Response.prototype.text = () => Promise.resolve('{}');</script>";
    Router::new()
        .route(
            "/sign-in",
            get(move || async move { sign_in }).post(|body: String| async move {
                let name = body.trim_start_matches("name=").to_owned();
                let cookie = format!("session=session-of-{name}; HttpOnly; SameSite=Lax; Path=/");
                ([(SET_COOKIE, cookie)], Redirect::to("/"))
            }),
        )
        .route("/", get(move || async move { page(home) }))
        .route("/api/me", get(me))
        .route("/api/old", get(|| async { Redirect::to("/sign-in") }))
        .route("/api/page", get(|| async { page("no JSON") }))
}

fn walk(site: &Site, checklist: &str) -> Ended {
    let workshop = Box::leak(Box::new(Workshop::new()));
    workshop
        .write("shippass.yaml", CONFIG)
        .write("checklists/list.yaml", checklist);
    let output = workshop
        .command(&["run", "--out", "out", "--format", "json"])
        .env("SITE", &site.url)
        .output()
        .expect("the binary runs");
    let ended = workshop.ended(&output);
    assert!(
        ended.bundle.join("bundle.json").is_file(),
        "{}",
        ended.stderr
    );
    ended
}

/// A signed-in checklist of one step with these expectations.
fn expecting(site: &Site, expectations: &str) -> Ended {
    walk(
        site,
        &format!("name: Test\nas: owner\nsteps:\n  - name: Ask\n    expect:\n{expectations}"),
    )
}

#[test]
#[ignore = "needs a browser driver"]
fn an_api_is_read_with_the_pages_own_cookies_and_past_its_own_code() {
    let site = Site::serve(app());
    let ended = expecting(
        &site,
        "      - fetch: /api/me
      - fetch: { path: /api/me, at: /name, equals: ada }
      - fetch: { path: /api/me, at: /total, equals: 4500.00 }
      - fetch: { path: /api/me, at: /seats, count: 2 }
      - fetch: { path: /api/me, at: /seats, contains: 2 }
      - fetch: { path: /api/me, at: /plan, equals: null }
      - fetch: { path: /api/me, at: /nobody, exists: false }
      - fetch: { path: /api/nothing, status: 404 }
      - { no_response: GET /api/** }
",
    );
    assert_eq!(ended.status, 0, "{:#?}\n{}", ended.steps(), ended.stderr);
    let har = std::fs::read_to_string(ended.bundle.join("network.har")).expect("an archive");
    assert!(
        har.contains("/api/nothing"),
        "a check's reads are evidence too"
    );
    assert!(!har.contains("session-of-ada"));
}

#[test]
#[ignore = "needs a browser driver"]
fn what_was_there_instead_is_told_without_secrets() {
    let site = Site::serve(app());
    let broken = |expectation: &str| {
        let ended = expecting(
            &site,
            &format!("      - {{ fetch: {expectation}, within: 300ms }}\n"),
        );
        assert_eq!(ended.status, 1, "{}", ended.stderr);
        ended.why("Ask")
    };
    let why = broken("{ path: /api/me, at: /name, equals: bob }");
    assert_eq!(
        why,
        "failed Ask: expected fetch /api/me: /name equals bob: it was “ada”"
    );
    let why = broken("{ path: /api/me, at: /total, equals: \"4500\" }");
    assert!(why.ends_with("it was 4500"), "{why}");
    let why = broken("{ path: /api/me, count: 0 }");
    assert!(
        why.contains("it has 5:") && !why.contains("tok-abcdefgh"),
        "{why}"
    );
    let why = broken("{ path: /api/old, status: 200 }");
    assert!(
        why.ends_with("it was redirected to /sign-in, answered 200"),
        "{why}"
    );
    let why = broken("{ path: /api/page, at: /a, equals: b }");
    assert!(why.contains("it isn't JSON: <!doctype html>"), "{why}");
}

#[test]
#[ignore = "needs a browser driver"]
fn it_is_asked_again_until_it_holds() {
    let count = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&count);
    let slow = move || async move {
        let state = if asked.fetch_add(1, Ordering::SeqCst) < 3 {
            "pending"
        } else {
            "paid"
        };
        Json(json!({ "state": state }))
    };
    let site = Site::serve(app().route("/api/payment", get(slow)));
    let ended = expecting(
        &site,
        "      - fetch: { path: /api/payment, at: /state, equals: paid }\n",
    );
    assert_eq!(ended.status, 0, "{:#?}", ended.steps());
    assert_eq!(count.load(Ordering::SeqCst), 4);
}

#[test]
#[ignore = "needs a browser driver"]
fn what_cannot_be_asked_is_unknown_and_never_clean() {
    let site = Site::serve(app());
    let ended = walk(
        &site,
        "name: Signed out\nsteps:\n  - name: Elsewhere\n    do:\n      - visit: /\n    expect:\n      \
         - { fetch: \"https://other.example/api\", within: 300ms }\n  \
         - name: Signed out\n    do:\n      - visit: /\n    expect:\n      - { fetch: { path: /api/me, status: 401 } }\n",
    );
    assert_eq!(
        ended.statuses(),
        ["unknown", "clean"],
        "{:#?}",
        ended.steps()
    );
    assert!(
        ended
            .why("Elsewhere")
            .contains("none of the target's origins")
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_checks_own_request_is_no_effect_of_a_tap_and_no_response_of_the_page() {
    let site = Site::serve(app().route(
        "/dead",
        get(|| async { page("<h1>Dead</h1><button>Save</button>") }),
    ));
    let ended = walk(
        &site,
        "name: Test\nas: owner\nsteps:\n  - name: Save\n    do:\n      - visit: /dead\n      - tap: Save\n    expect:\n      \
         - fetch: /api/me\n  - name: Listen\n    do:\n      - visit: /dead\n    expect:\n      - fetch: /api/me\n      \
         - { response: GET /api/me, within: 300ms }\n",
    );
    assert_eq!(
        ended.detectors().into_iter().collect::<Vec<_>>(),
        ["no-effect"]
    );
    assert!(
        ended.why("Listen").contains("the step sent GET /dead"),
        "{}",
        ended.why("Listen")
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_response_that_must_not_come_is_looked_for_until_the_page_has_settled() {
    let charging = "<button onclick=\"setTimeout(() => fetch('/api/charges', { method: 'POST' }), 200)\">Look</button>";
    let site = Site::serve(
        Router::new()
            .route("/", get(move || async move { page(charging) }))
            .route("/api/charges", post(|| async { Json(json!({})) })),
    );
    let ended = walk(
        &site,
        "name: Test\nsteps:\n  - name: Look\n    do:\n      - visit: /\n      - tap: Look\n    expect:\n      \
         - { no_response: POST /api/charges, within: 2s }\n  - name: Only open\n    do:\n      - visit: /\n    expect:\n      \
         - no_response: POST /api/charges\n",
    );
    assert_eq!(
        ended.statuses(),
        ["failed", "clean"],
        "{:#?}",
        ended.steps()
    );
    assert!(
        ended
            .why("Look")
            .ends_with("no response POST /api/charges: such a response came")
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_database_is_asked_until_it_holds_and_its_address_stays_a_secret() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("app-database-of-the-test.sqlite");
    let url = format!("sqlite:{}", file.display());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let pool = runtime
        .block_on(sqlx::SqlitePool::connect(&format!("{url}?mode=rwc")))
        .expect("opened");
    let schema = "create table signatures (quote int, signer text, api_key text)";
    runtime
        .block_on(sqlx::query(schema).execute(&pool))
        .expect("made");
    let late = move || async move {
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        sqlx::query("insert into signatures values (1042, 'Ada Lovelace', 'key-1234567890abcdef')")
            .execute(&pool)
            .await
            .expect("inserted");
        Json(json!({}))
    };
    let signing = "<button onclick=\"fetch('/api/sign', { method: 'POST' }); this.textContent = 'Signed'\">Sign</button>";
    let site = Site::serve(
        Router::new()
            .route("/", get(move || async move { page(signing) }))
            .route("/api/sign", post(late)),
    );
    let workshop = Workshop::new();
    workshop
        .write(
            "shippass.yaml",
            "targets: { here: { url: \"${SITE}\", kind: local } }\ndatabases: { app: \"${DATABASE}\", gone: \"sqlite:gone.db\" }\n",
        )
        .write(
            "checklists/list.yaml",
            "name: Test\nsteps:\n  - name: Sign\n    do:\n      - visit: /\n      - tap: Sign\n    expect:\n      \
             - query: { db: app, sql: \"select signer from signatures where quote = 1042\", rows: [[Ada Lovelace]] }\n  \
             - name: Other\n    do:\n      - visit: /\n    expect:\n      \
             - { query: { db: app, sql: select * from signatures, rows: [[1042, Bob, x]] }, within: 300ms }\n  \
             - name: Gone\n    do:\n      - visit: /\n    expect:\n      - { query: { db: gone, sql: select 1, count: 1 }, within: 300ms }\n",
        );
    let output = workshop
        .command(&["run", "--out", "out", "--format", "json"])
        .env("SITE", &site.url)
        .env("DATABASE", &url)
        .output()
        .expect("the binary runs");
    let ended = workshop.ended(&output);
    assert_eq!(
        ended.statuses(),
        ["clean", "failed", "unknown"],
        "{:#?}",
        ended.steps()
    );
    let why = ended.why("Other");
    assert!(
        why.contains("it gave 1 row: [{\"quote\":\"1042\",\"signer\":\"Ada Lovelace\""),
        "{why}"
    );
    assert!(!why.contains("key-1234567890abcdef"), "{why}");
    let why = ended.why("Gone");
    assert!(
        why.contains("the database `gone` can't be reached"),
        "{why}"
    );
    for name in ["journal.ndjson", "bundle.json", "report.html"] {
        let text = std::fs::read_to_string(ended.bundle.join(name)).expect("a file");
        assert!(!text.contains("app-database-of-the-test"), "{name}");
    }
}

/// Pages and APIs that keep from ada what isn't hers, or don't.
fn tenants() -> Router {
    let shell = |call: &'static str, otherwise: &'static str| {
        page(&format!(
            "<main>Loading</main><script>
             fetch('{call}').then(async (answer) => {{
               const text = answer.ok ? (await answer.json()).job : '{otherwise}';
               document.querySelector('main').textContent = text;
             }});</script>"
        ))
    };
    app()
        .route(
            "/api/quotes/77",
            get(|| async { (StatusCode::NOT_FOUND, Json(json!({}))) }),
        )
        .route(
            "/api/quotes/78",
            get(|| async { Json(json!({ "job": "Roof repair" })) }),
        )
        .route(
            "/quotes/77",
            get(move || async move { shell("/api/quotes/77", "Nothing here") }),
        )
        .route(
            "/quotes/78",
            get(move || async move { shell("/api/quotes/78", "Nothing here") }),
        )
        .route(
            "/admin",
            get(|| async { (StatusCode::FORBIDDEN, page("<h1>403 Forbidden</h1>")) }),
        )
        .route("/settings", get(|| async { Redirect::to("/sign-in") }))
        .route(
            "/client-side",
            get(|| async { page("<script>location.replace('/sign-in')</script>") }),
        )
        .route("/open", get(|| async { page("<h1>All users</h1>") }))
}

#[test]
#[ignore = "needs a browser driver"]
fn what_is_denied_is_clean_and_nobody_complains_of_the_refusals() {
    let site = Site::serve(tenants());
    let ended = expecting(
        &site,
        "      - denied: GET /api/quotes/77
      - denied: GET /api/old
      - denied: /settings
      - denied: /client-side
      - denied: { path: /quotes/77, shows: Roof repair }
      - denied: /admin
",
    );
    assert_eq!(ended.status, 0, "{:#?}\n{}", ended.steps(), ended.stderr);
    assert_eq!(ended.document()["findings"], json!([]));
}

#[test]
#[ignore = "needs a browser driver"]
fn what_is_reached_all_the_same_is_a_permission_finding() {
    let site = Site::serve(tenants());
    for (line, seen) in [
        (
            "denied: GET /api/quotes/78",
            "it was answered 200: {\"job\":\"Roof repair\"}",
        ),
        (
            "denied: { path: /quotes/78, shows: Roof repair }",
            "the page showed it",
        ),
        ("denied: /open", "the page stayed there"),
    ] {
        let ended = expecting(&site, &format!("      - {{ {line}, within: 300ms }}\n"));
        assert_eq!(
            ended.statuses(),
            ["clean", "failed"],
            "{line}: {:#?}",
            ended.steps()
        );
        assert!(
            ended.why("failed").contains(seen),
            "{line}: {}",
            ended.why("failed")
        );
        let found: Vec<_> = ended.detectors().into_iter().collect();
        assert_eq!(found, ["permission"], "{line}");
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn a_long_answer_is_held_against_its_contract_whole() {
    let long: Vec<_> = (0..400)
        .map(|number| json!({ "number": number, "job": "Roof repair" }))
        .collect();
    let mut wrong = long.clone();
    wrong[399] = json!({ "number": "399", "job": "Roof repair" });
    let shown = "<h1>Quotes</h1><script>fetch('/api/quotes'); fetch('/api/drafts')</script>";
    let site = Site::serve(
        Router::new()
            .route("/", get(move || async move { page(shown) }))
            .route("/api/quotes", get(move || async move { Json(wrong) }))
            .route("/api/drafts", get(move || async move { Json(long) })),
    );
    let workshop = Workshop::new();
    workshop
        .write(
            "shippass.yaml",
            "targets: { here: { url: \"${SITE}\", kind: local } }\ncontract: [{ request: GET /api/*, schema: quotes.yaml }]\n",
        )
        .write(
            "quotes.yaml",
            "type: array\nitems: { type: object, required: [number], properties: { number: { type: integer } } }\n",
        )
        .write(
            "checklists/list.yaml",
            "name: Test\nsteps:\n  - name: Look\n    do:\n      - visit: /\n    expect:\n      - see: Quotes\n",
        );
    let output = workshop
        .command(&["run", "--out", "out", "--format", "json"])
        .env("SITE", &site.url)
        .output()
        .expect("the binary runs");
    let ended = workshop.ended(&output);
    assert_eq!(
        ended.statuses(),
        ["flagged"],
        "{:#?}\n{}",
        ended.steps(),
        ended.stderr
    );
    assert!(
        ended
            .why("Look")
            .contains("GET /api/quotes doesn't keep to quotes.yaml: /399/number"),
        "{}",
        ended.why("Look")
    );
}
