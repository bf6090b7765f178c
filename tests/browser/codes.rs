//! Codes and links that are only known while a persona signs in.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Query, State},
    response::{Html, Redirect},
    routing::get,
};
use serde_json::{Value, json};
use shippass::{config::Authenticator, evidence::read_run};

use crate::support::{Ended, Site, Workshop, page, write_program};

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// An app that asks for a code, and the mail catcher that gets what it sends.
#[derive(Clone, Default)]
struct App {
    mails: Arc<Mutex<Vec<Value>>>,
    typed: Arc<Mutex<Vec<String>>>,
}

impl App {
    fn serve(&self) -> Site {
        let router = Router::new()
            .route("/", get(|| async { page("<h1>Hello, Ada</h1>") }))
            .route("/in", get(open_link))
            .route("/code", get(code_form).post(take_code))
            .route("/send/code", get(send_code))
            .route("/send/link", get(send_link))
            .route("/api/v1/messages", get(messages))
            .with_state(self.clone());
        Site::serve(router)
    }

    /// A mail comes a moment after the page has said that it was sent.
    fn send(&self, text: String) {
        let app = self.clone();
        std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(1200));
            let mut mails = app.mails.lock().expect("not poisoned");
            let mail = json!({"ID": format!("mail-{}", mails.len()), "Snippet": text});
            mails.insert(0, mail);
        });
    }

    fn typed(&self) -> Vec<String> {
        self.typed.lock().expect("not poisoned").clone()
    }
}

async fn messages(State(app): State<App>) -> Json<Value> {
    let mails = app.mails.lock().expect("not poisoned").clone();
    Json(json!({"total": mails.len(), "messages": mails}))
}

async fn code_form() -> Html<String> {
    page(
        "<form method=post action=/code><label>Code <input name=code></label><button>Go on</button></form>",
    )
}

async fn take_code(State(app): State<App>, body: String) -> Redirect {
    let code = body.strip_prefix("code=").unwrap_or(&body).to_owned();
    app.typed.lock().expect("not poisoned").push(code);
    Redirect::to("/")
}

async fn send_code(State(app): State<App>) -> Html<String> {
    app.send("Your code is 482913. It is good for ten minutes.".to_owned());
    code_form().await
}

async fn send_link(State(app): State<App>) -> Html<String> {
    app.send("Sign in: http://HOST/in?key=Zk3TT0vQ98xW".to_owned());
    page("<p>Look into your inbox</p>")
}

async fn open_link(
    State(app): State<App>,
    Query(link): Query<std::collections::BTreeMap<String, String>>,
) -> Redirect {
    let key = link.get("key").cloned().unwrap_or_default();
    app.typed.lock().expect("not poisoned").push(key);
    Redirect::to("/")
}

fn walk(site: &Site, workshop: &Workshop, persona: &str) -> Ended {
    let config = format!("personas:\n  owner:\n{persona}    proof: [{{ see: \"Hello, Ada\" }}]\n");
    workshop.write("shippass.yaml", &config);
    workshop.write(
        "checklists/a.yaml",
        "name: A\nas: owner\nsteps:\n  - name: Home\n    do:\n      - visit: /\n",
    );
    let mut command = workshop.command(&[
        "run", "--url", &site.url, "--out", "out", "--format", "json",
    ]);
    let output = command
        .env("OWNER_TOTP", SECRET)
        .output()
        .expect("the binary runs");
    workshop.ended(&output)
}

fn sign_in_of(ended: &Ended) -> Vec<String> {
    let run = read_run(&ended.bundle).expect("the journal is readable");
    let step = &run.checklists[0].steps[0];
    step.actions
        .iter()
        .map(|action| action.what.clone())
        .collect()
}

fn now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.expect("after 1970").as_secs()
}

/// Whether a text stands in a file that is written for people or scripts; pictures are bytes.
fn stands_in_bundle(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_picture = path.extension().is_some_and(|extension| extension == "jpg");
        if path.is_dir() {
            found.extend(stands_in_bundle(&path, text));
        } else if !is_picture
            && String::from_utf8_lossy(&std::fs::read(&path).expect("a file")).contains(text)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
#[ignore = "needs a browser driver"]
fn the_code_of_the_moment_is_typed_and_stands_nowhere() {
    let app = App::default();
    let site = app.serve();
    let workshop = Workshop::new();
    let before = now();
    let persona = "    totp: ${OWNER_TOTP}\n    sign_in: { do: [{ visit: /code }, { fill: { Code: \"${totp}\" } }, { tap: Go on }] }\n";
    let ended = walk(&site, &workshop, persona);
    assert_eq!(ended.status, 0, "{:#?}\n{}", ended.steps(), ended.stderr);
    let shown = Authenticator::parse(SECRET).expect("a secret");
    let good: Vec<String> = (before..=now()).map(|now| shown.code_at(now).0).collect();
    let typed = app.typed();
    assert!(typed.len() == 1 && good.contains(&typed[0]), "{typed:?}");
    assert!(
        sign_in_of(&ended)[1].contains("with “[redacted:totp:"),
        "{:?}",
        sign_in_of(&ended)
    );
    assert_eq!(
        stands_in_bundle(&ended.bundle, SECRET),
        Vec::<String>::new()
    );
    let written = std::fs::read_to_string(ended.bundle.join("journal.ndjson")).expect("a journal");
    assert!(
        !written.contains(&format!("“{}”", typed[0]))
            && !written.contains(&format!("={}", typed[0]))
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_code_from_the_mail_catcher_is_the_new_one() {
    let app = App::default();
    let old = json!({"ID": "old", "Snippet": "Your code is 111111. It is good for ten minutes."});
    app.mails.lock().expect("not poisoned").push(old);
    let site = app.serve();
    let persona = format!(
        "    inbox: {{ url: \"{}/api/v1/messages\", find: \"code is ([0-9]{{6}})\" }}\n    sign_in: {{ do: [{{ visit: /send/code }}, {{ fill: {{ Code: \"${{inbox}}\" }} }}, {{ tap: Go on }}] }}\n",
        site.url
    );
    let workshop = Workshop::new();
    let ended = walk(&site, &workshop, &persona);
    assert_eq!(ended.status, 0, "{:#?}\n{}", ended.steps(), ended.stderr);
    assert_eq!(app.typed(), ["482913"]);
    assert!(
        sign_in_of(&ended)[1].contains("with “[redacted:inbox:"),
        "{:?}",
        sign_in_of(&ended)
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_link_that_a_command_prints_is_opened_and_its_key_is_hidden() {
    let app = App::default();
    let site = app.serve();
    let workshop = Workshop::new();
    let host = site.url.trim_start_matches("http://");
    let script = format!(
        "#!/bin/sh\ncurl -s {}/api/v1/messages | sed 's/HOST/{host}/g'\n",
        site.url
    );
    write_program(&workshop.path().join("latest.sh"), &script);
    let persona = "    inbox: { command: [./latest.sh], find: \"http://[^ \\\"]+\" }\n    sign_in: { do: [{ visit: /send/link }, { visit: \"${inbox}\" }] }\n";
    let ended = walk(&site, &workshop, persona);
    assert_eq!(ended.status, 0, "{:#?}\n{}", ended.steps(), ended.stderr);
    assert_eq!(app.typed(), ["Zk3TT0vQ98xW"]);
    assert!(
        sign_in_of(&ended)[1].contains("/in?key=[redacted:"),
        "{:?}",
        sign_in_of(&ended)
    );
    assert_eq!(
        stands_in_bundle(&ended.bundle, "Zk3TT0vQ98xW"),
        Vec::<String>::new()
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_message_that_never_comes_fails_the_sign_in_and_says_so() {
    let app = App::default();
    let site = app.serve();
    let persona = "    inbox: { command: [sh, -c, \"echo no mail today >&2; exit 3\"], find: x }\n    sign_in: { do: [{ visit: /code }, { fill: { Code: \"${inbox}\" } }, { tap: Go on }] }\n";
    let workshop = Workshop::new();
    let ended = walk(&site, &workshop, persona);
    assert_eq!(ended.statuses(), ["failed", "not-run"]);
    let why = ended.why("Sign in");
    assert!(
        why.contains("no message has come into the inbox") && why.contains("no mail today"),
        "{why}"
    );
    assert_eq!(app.typed(), Vec::<String>::new());
}
