//! Runs whose answers hold words under a secret's name, and a run that can't be sealed.

use axum::{
    Json, Router,
    http::{HeaderMap, header::SET_COOKIE},
    routing::get,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::support::{Ended, Site, Workshop, page};

/// A session that its app also tells under another name.
const SESSION: &str = "Zx9Qw7Er5Ty3Ui1Op8As6Df4";
const TOKEN: &str = "tok_4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c";

fn walk(site: &Site, checklist: &str) -> (Workshop, Ended) {
    let workshop = Workshop::new();
    let config = format!(
        "targets: {{ here: {{ url: \"{}\", kind: local }} }}\n",
        site.url
    );
    workshop
        .write("shippass.yaml", &config)
        .write("list.yaml", checklist);
    let mut command = workshop.command(&["run", "--out", "out", "list.yaml"]);
    let output = command.env("PLANTED", TOKEN).output();
    let ended = workshop.ended(&output.expect("the binary runs"));
    (workshop, ended)
}

/// Sessions, tickets and workspaces as ordinary apps send them.
fn desk() -> Router {
    let script = "<h1>Help desk</h1><p id=out></p><script>(async () => {
        const ask = async path => (await fetch(path)).json();
        const entered = await ask('/api/enter');
        const { session } = await ask('/api/auth/get-session');
        const list = await ask('/api/tickets');
        const { ticket } = await ask('/api/tickets/7');
        const teams = await ask('/api/teams');
        const team = await ask('/api/team');
        out.innerText = [`Signed in with ${session.userAgent}`, `${list.length} tickets: ${ticket.subject}`,
          `Team ${team.slug} of ${teams.length}`].join('\\n');
    })()</script>";
    let subject = "Printer 3 is on fire";
    Router::new()
        .route("/", get(move || async move { page(script) }))
        .route(
            "/api/enter",
            get(|| async {
                let cookie = format!("app_session={SESSION}; HttpOnly; Path=/");
                ([(SET_COOKIE, cookie)], Json(json!({ "value": SESSION })))
            }),
        )
        .route(
            "/api/auth/get-session",
            get(|headers: HeaderMap| async move {
                let agent = headers["user-agent"]
                    .to_str()
                    .unwrap_or_default()
                    .to_owned();
                Json(json!({ "session": { "userAgent": agent, "userId": "u-1815" } }))
            }),
        )
        .route(
            "/api/tickets",
            get(move || async move { Json(json!([{ "id": 7, "subject": subject }])) }),
        )
        .route(
            "/api/tickets/7",
            get(move || async move { Json(json!({ "ticket": { "subject": subject } })) }),
        )
        .route(
            "/api/teams",
            get(|| async { Json(json!([{ "slug": "team-blue-2026" }])) }),
        )
        .route(
            "/api/team",
            get(|| async {
                let cookie = "workspace=team-blue-2026; Path=/";
                (
                    [(SET_COOKIE, cookie)],
                    Json(json!({ "slug": "team-blue-2026" })),
                )
            }),
        )
}

#[test]
#[ignore = "needs a browser driver"]
fn words_below_a_secrets_name_stay_readable_and_cost_no_run() {
    let site = Site::serve(desk());
    let (_workshop, ended) = walk(
        &site,
        "name: Desk\nsteps:\n  - name: Look\n    do: [{ visit: / }]\n    expect:\n      \
         - see: Signed in with Mozilla/5.0\n      - see: \"1 tickets: Printer 3 is on fire\"\n      \
         - see: Team team-blue-2026 of 1\n",
    );
    assert_eq!(ended.status, 0, "{}\n{}", ended.stdout, ended.stderr);
    assert!(ended.bundle.join("manifest.json").is_file());
    let read = |name: &str| std::fs::read_to_string(ended.bundle.join(name)).expect(name);
    let journal = read("journal.ndjson");
    let step = journal.lines().find(|line| line.contains("Signed in with"));
    let step = step.expect("the page's text");
    assert!(!step.contains("[redacted:"), "{step}");
    let archive = read("network.har");
    for told in [
        r#"{\"ticket\":{\"subject\":\"Printer 3 is on fire\"}}"#,
        r#"\"userId\":\"u-1815\""#,
        r#"{\"slug\":\"team-blue-2026\"}"#,
    ] {
        assert!(archive.contains(told), "{told} in {archive}");
    }
    // A real session is hidden in the very answer that brings it, whatever it is called there.
    assert!(
        archive.contains(r#"{\"value\":\"[redacted:cookie:"#),
        "{archive}"
    );
    for text in [&journal, &archive] {
        assert!(!text.contains(SESSION), "{text}");
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn a_secret_that_no_rule_reaches_is_found_at_the_end_and_nothing_is_sealed() {
    // Encoded twice, and not at its beginning: what stands in the answer is no form of it.
    let twice = STANDARD.encode(STANDARD.encode(format!("..{TOKEN}")));
    let site = Site::serve(
        Router::new()
            .route(
                "/",
                get(|| async { page("<h1>Home</h1><script>fetch('/api/state')</script>") }),
            )
            .route(
                "/api/state",
                get(move || async move { Json(json!({ "state": twice })) }),
            ),
    );
    let (workshop, ended) = walk(
        &site,
        "name: Home\nsteps:\n  - name: Look\n    do: [{ visit: / }]\n    expect: [{ see: Home }, { not_see: \"${PLANTED}\" }, { response: GET /api/state 200 }]\n",
    );
    assert_eq!(ended.status, 3, "{}\n{}", ended.stdout, ended.stderr);
    let told = "a known secret stands in the bundle, so it isn't sealed: PLANTED in ";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
    assert!(
        !ended.stderr.contains(TOKEN) && ended.stdout.is_empty(),
        "{}",
        ended.stdout
    );
    assert!(!ended.bundle.join("manifest.json").exists());
    for arguments in [
        &["review", "out", "--no-open"][..],
        &["run", "--resume", "out"],
    ] {
        let again = workshop.shippass(arguments);
        assert_eq!(again.status, 2, "{arguments:?}: {}", again.stderr);
        assert!(
            again.stderr.contains("out was refused: "),
            "{}",
            again.stderr
        );
    }
}
