//! Personas: signed in once a run, taken up again, proven each time.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use shippass::evidence::{Run, StepRun, read_run};

use crate::support::{Ended, Site, Workshop, page};

/// An app with a form to sign in by; its session is a cookie.
#[derive(Clone, Default)]
struct App {
    sign_ins: Arc<AtomicUsize>,
    open: Arc<Mutex<Vec<String>>>,
}

impl App {
    fn serve(&self) -> Site {
        let router = Router::new()
            .route("/", get(home))
            .route("/drafts", get(drafts))
            .route("/loop", get(endless))
            .route("/sign-in", get(form).post(sign_in))
            .route("/sign-out", get(sign_out))
            .with_state(self.clone());
        Site::serve(router)
    }

    fn sign_ins(&self) -> usize {
        self.sign_ins.load(Ordering::SeqCst)
    }

    fn token_of(&self, headers: &HeaderMap) -> Option<String> {
        let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
        let token = cookies
            .split("; ")
            .find_map(|cookie| cookie.strip_prefix("session="))?;
        let open = self.open.lock().expect("not poisoned");
        open.iter()
            .any(|known| known == token)
            .then(|| token.to_owned())
    }
}

async fn home(State(app): State<App>, headers: HeaderMap) -> Response {
    match app.token_of(&headers) {
        Some(_) => page("<h1>Hello, Ada</h1><p>You are on Free</p>").into_response(),
        None => Redirect::to("/sign-in").into_response(),
    }
}

/// A page that remembers in its own storage that it was there.
async fn drafts(State(app): State<App>, headers: HeaderMap) -> Response {
    match app.token_of(&headers) {
        Some(_) => page(
            "<p id=out></p><script>out.textContent = localStorage.draft ? 'There is a draft' : 'No draft yet';
             localStorage.draft = 'yes'; sessionStorage.draft = 'yes'; document.cookie = 'draft=yes'</script>",
        )
        .into_response(),
        None => Redirect::to("/sign-in").into_response(),
    }
}

async fn endless() -> Html<String> {
    page("<button onclick='for(;;);'>Loop</button>")
}

async fn form() -> Html<String> {
    page("<form method=post><label>Email <input name=email></label><button>Sign in</button></form>")
}

async fn sign_in(State(app): State<App>) -> Response {
    let number = app.sign_ins.fetch_add(1, Ordering::SeqCst);
    let token = format!("q8Zr1mWv0Tg5Yb3K{number}");
    app.open.lock().expect("not poisoned").push(token.clone());
    let cookie = format!("session={token}; Path=/; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], Redirect::to("/?code=once")).into_response()
}

async fn sign_out(State(app): State<App>) -> Html<String> {
    app.open.lock().expect("not poisoned").clear();
    page("<p>Signed out</p>")
}

const PROVEN: &str = "personas:
  owner:
    sign_in: { do: [{ visit: /sign-in }, { fill: { Email: ada@example.com } }, { tap: Sign in }] }
    proof: [{ see: \"Hello, Ada\" }]
";

const UNPROVEN: &str = "personas:
  owner:
    sign_in: { do: [{ visit: /sign-in }, { fill: { Email: ada@example.com } }, { tap: Sign in }] }
";

fn walk(site: &Site, config: &str, lists: &[&str]) -> (Workshop, Ended) {
    let workshop = Workshop::new();
    workshop.write("shippass.yaml", config);
    for (index, steps) in lists.iter().enumerate() {
        let text = format!("name: List {index}\nas: owner\nsteps:\n{steps}");
        workshop.write(&format!("checklists/{index}.yaml"), &text);
    }
    let ended = workshop.shippass(&[
        "run", "--url", &site.url, "--out", "out", "--format", "json",
    ]);
    (workshop, ended)
}

fn run_of(ended: &Ended) -> Run {
    read_run(&ended.bundle).expect("the journal is readable")
}

fn done(step: &StepRun) -> Vec<&str> {
    step.actions
        .iter()
        .map(|action| action.what.as_str())
        .collect()
}

const DRAFTS: &str =
    "  - name: Drafts\n    do:\n      - visit: /drafts\n    expect:\n      - see: No draft yet\n";

#[test]
#[ignore = "needs a browser driver"]
fn a_persona_signs_in_once_and_every_page_is_new_all_the_same() {
    let app = App::default();
    let site = app.serve();
    let fresh = format!(
        "{DRAFTS}  - name: Again\n    fresh: true\n    do:\n      - visit: /drafts\n    expect:\n      - see: No draft yet\n"
    );
    let (_workshop, ended) = walk(&site, PROVEN, &[DRAFTS, &fresh, DRAFTS]);
    assert_eq!(ended.status, 0, "{:#?}\n{}", ended.steps(), ended.stderr);
    assert_eq!(app.sign_ins(), 1);
    let run = run_of(&ended);
    let steps: Vec<&StepRun> = run.steps().map(|(_, step)| step).collect();
    assert_eq!(done(steps[0]).len(), 3, "{:?}", done(steps[0]));
    let again = "take up the session of owner again, signed in in “List 0”";
    for restored in [steps[2], steps[5]] {
        assert_eq!(done(restored), [again]);
        assert_eq!(restored.expectations.len(), 1, "the proof is told");
        assert_eq!(restored.pictures.len(), 1);
        assert!(
            restored
                .page
                .as_ref()
                .is_some_and(|page| page.url.ends_with('/')),
            "home without its code"
        );
    }
    assert_eq!(
        done(steps[4]),
        [again, "visit /drafts"],
        "a fresh step says where it comes from"
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn an_endless_loop_ends_in_a_named_status_and_the_next_step_is_walked_signed_in() {
    let app = App::default();
    let site = app.serve();
    let endless = "  - name: Loop\n    do:\n      - visit: /loop\n      - tap: Loop\n".to_owned();
    let (_workshop, ended) = walk(&site, PROVEN, &[&(endless + DRAFTS)]);
    let statuses = ended.statuses();
    assert_ne!(statuses[1], "clean", "{:#?}", ended.steps());
    assert_eq!(statuses[2], "clean", "{:#?}", ended.steps());
    assert_eq!(app.sign_ins(), 1);
    let run = run_of(&ended);
    let (_, drafts) = run.steps().nth(2).expect("a step");
    let again = "take up the session of owner again, signed in in “List 0”";
    assert_eq!(done(drafts), [again, "visit /drafts"]);
}

#[test]
#[ignore = "needs a browser driver"]
fn tokens_in_storage_are_taken_up_too_and_stand_nowhere_in_the_bundle() {
    const APP: &str = "<p id=out></p><script>
        const token = (seed) => seed.split('').reverse().join('');
        const [user, tab] = ['K3bY5gT0vWm1rZ8q', '7Tbv0qLd92kX'].map(token);
        const kept = JSON.parse(localStorage.user ?? 'null');
        if (location.pathname === '/sign-in') {
          out.innerHTML = '<button>Sign in</button>';
          out.firstChild.onclick = () => {
            localStorage.user = JSON.stringify({ name: 'Ada', token: user });
            sessionStorage.tab = tab; location.href = '/';
          };
        } else if (kept?.token !== user || sessionStorage.tab !== tab) location.href = '/sign-in';
        else {
          const count = Number(localStorage.visits ?? 0) + 1;
          localStorage.visits = count;
          const keys = Object.keys(sessionStorage).length;
          // What an app shows carelessly once it is signed in is hidden all the same.
          out.textContent = `Hello, ${kept.name}, visit ${count}, ${keys} kept` + (count > 2 ? user + ' ' + tab : '');
        }</script>";
    let serve = || async { page(APP) };
    let site = Site::serve(
        Router::new()
            .route("/", get(serve))
            .route("/sign-in", get(serve)),
    );
    let config = "personas:\n  owner:\n    sign_in: { do: [{ visit: /sign-in }, { tap: Sign in }] }\n    proof: [{ see: \"Hello, Ada\" }]\n";
    // Home was seen once when signing in, and again when taken up; then the page's own storage goes on counting.
    let first =
        "  - name: Home\n    do:\n      - visit: /\n    expect:\n      - see: visit 2, 1 kept\n";
    let second =
        "  - name: Home\n    do:\n      - visit: /\n    expect:\n      - see: visit 3, 1 kept\n";
    let (_workshop, ended) = walk(&site, config, &[first, second]);
    assert_eq!(ended.status, 0, "{:#?}\n{}", ended.steps(), ended.stderr);
    assert!(done(run_of(&ended).steps().nth(2).expect("a step").1)[0].starts_with("take up"));
    for secret in ["q8Zr1mWv0Tg5Yb3K", "Xk29dLq0vbT7"] {
        assert_eq!(
            files_with(&ended.bundle, secret),
            Vec::<String>::new(),
            "{secret}"
        );
    }
}

fn files_with(folder: &std::path::Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if String::from_utf8_lossy(&std::fs::read(&path).expect("a file")).contains(text) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
#[ignore = "needs a browser driver"]
fn a_session_that_ended_is_found_out_at_once_and_signed_in_anew() {
    let sign_out =
        "  - name: Out\n    do:\n      - visit: /sign-out\n    expect:\n      - see: Signed out\n";
    for config in [PROVEN, UNPROVEN] {
        let app = App::default();
        let site = app.serve();
        let (_workshop, ended) = walk(&site, config, &[sign_out, DRAFTS, DRAFTS]);
        assert_eq!(ended.status, 0, "{:#?}\n{}", ended.steps(), ended.stderr);
        assert_eq!(app.sign_ins(), 2);
        let run = run_of(&ended);
        let lists: Vec<Vec<&str>> = run
            .checklists
            .iter()
            .map(|list| done(&list.steps[0]))
            .collect();
        assert!(
            lists[1][0].contains("it didn’t hold") && lists[1].len() == 4,
            "{lists:#?}"
        );
        assert!(lists[2][0].ends_with("signed in in “List 1”"), "{lists:#?}");
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn a_proof_that_does_not_hold_stops_all_that_the_persona_walks() {
    let app = App::default();
    let site = app.serve();
    let config = PROVEN.replace("Hello, Ada\" }", "You are on Pro\", within: 1s }");
    let (_workshop, ended) = walk(&site, &config, &[DRAFTS, DRAFTS]);
    assert_eq!(
        ended.statuses(),
        ["failed", "not-run", "not-run", "not-run"]
    );
    assert_eq!(
        app.sign_ins(),
        1,
        "an account isn't locked by trying on and on"
    );
    let why = ended.why("Sign in");
    assert!(
        why.contains("You are on Pro") && why.contains("You are on Free"),
        "{why}"
    );
    let steps = ended.steps();
    assert!(
        steps[3].contains("it isn’t proven who is signed in as owner"),
        "{steps:#?}"
    );
    assert_eq!(run_of(&ended).checklists[0].steps[0].pictures.len(), 1);
}

/// Runs one checklist with `--keep-session`, its state in the workshop's neighbour.
fn walk_and_keep(site: &Site, workshop: &Workshop, state: &std::path::Path, config: &str) -> Ended {
    workshop.write("shippass.yaml", config);
    workshop.write(
        "checklists/a.yaml",
        &format!("name: A\nas: owner\nsteps:\n{DRAFTS}"),
    );
    let _ = std::fs::remove_dir_all(workshop.path().join("out"));
    let mut command =
        workshop.command(&["run", "--url", &site.url, "--out", "out", "--keep-session"]);
    let output = command
        .env("XDG_STATE_HOME", state)
        .output()
        .expect("the binary runs");
    workshop.ended(&output)
}

#[test]
#[ignore = "needs a browser driver"]
fn a_session_is_kept_between_runs_when_asked_and_proven_before_it_is_trusted() {
    let app = App::default();
    let site = app.serve();
    let (workshop, state) = (Workshop::new(), tempfile::tempdir().expect("a folder"));
    let first = walk_and_keep(&site, &workshop, state.path(), PROVEN);
    assert_eq!(first.status, 0, "{:#?}\n{}", first.steps(), first.stderr);
    let again = walk_and_keep(&site, &workshop, state.path(), PROVEN);
    assert_eq!(again.status, 0, "{:#?}\n{}", again.steps(), again.stderr);
    assert_eq!(app.sign_ins(), 1);
    let taken_up = done(&run_of(&again).checklists[0].steps[0])[0].to_owned();
    assert!(taken_up.contains("kept since 20"), "{taken_up}");
    assert_eq!(
        files_with(&again.bundle, "q8Zr1mWv0Tg5Yb3K0"),
        Vec::<String>::new()
    );
    assert_eq!(files_with(state.path(), "q8Zr1mWv0Tg5Yb3K0").len(), 1);
    app.open.lock().expect("not poisoned").clear();
    let ended = walk_and_keep(&site, &workshop, state.path(), PROVEN);
    assert_eq!(
        (ended.status, app.sign_ins()),
        (0, 2),
        "{:#?}",
        ended.steps()
    );
    assert_eq!(
        files_with(state.path(), "q8Zr1mWv0Tg5Yb3K1").len(),
        1,
        "the new one is kept"
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn without_a_proof_or_in_the_project_nothing_is_kept() {
    let app = App::default();
    let site = app.serve();
    let (workshop, state) = (Workshop::new(), tempfile::tempdir().expect("a folder"));
    let ended = walk_and_keep(&site, &workshop, state.path(), UNPROVEN);
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("`--keep-session` needs a proof"),
        "{}",
        ended.stderr
    );
    let inside = workshop.path().canonicalize().expect("there").join("state");
    let ended = walk_and_keep(&site, &workshop, &inside, PROVEN);
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("is part of the project"),
        "{}",
        ended.stderr
    );
}
