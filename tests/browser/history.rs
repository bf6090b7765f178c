//! What is wrong again in a third run, after two that flagged the same.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::get,
};
use serde_json::{Value, json};

use crate::support::{Ended, Site, Workshop, page};

const LIST: &str = "name: Quotes\nsteps:\n  - name: Look\n    do:\n      - visit: /\n    expect:\n      - see: Quotes\n";

/// Deployed anew before each run; its API fails when it is told to.
struct Deployment {
    site: Site,
    number: Arc<AtomicUsize>,
    is_broken: Arc<AtomicUsize>,
}

fn deploy() -> Deployment {
    let number = Arc::new(AtomicUsize::new(0));
    let is_broken = Arc::new(AtomicUsize::new(1));
    let (served, broken) = (Arc::clone(&number), Arc::clone(&is_broken));
    let home = move || {
        let commit = format!("{:040x}", 0xabc0 + served.load(Ordering::SeqCst));
        let headers = HeaderMap::from_iter([(
            "x-app-commit".parse().expect("a name"),
            commit.parse().expect("a value"),
        )]);
        async {
            (
                headers,
                page("<h1>Quotes</h1><script>fetch('/api/quotes/1042')</script>"),
            )
        }
    };
    let api = move || {
        let is_broken = broken.load(Ordering::SeqCst) == 1;
        async move {
            if is_broken {
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            } else {
                Json(json!({"total": 4500})).into_response()
            }
        }
    };
    let router = Router::new()
        .route("/", get(home))
        .route("/api/quotes/{id}", get(api));
    Deployment {
        site: Site::serve(router),
        number,
        is_broken,
    }
}

/// Runs and gives what came back of it, as severity and title.
fn pass(workshop: &Workshop) -> (Ended, Vec<(Value, Value)>) {
    let ended = workshop.shippass(&["run", "list.yaml", "--out", "out"]);
    assert!(ended.bundle.exists(), "{}", ended.stderr);
    let document = ended.document();
    let findings = document["findings"].as_array().expect("findings").clone();
    let recurring = findings
        .iter()
        .filter(|finding| finding["detector"] == "recurring")
        .map(|finding| (finding["severity"].clone(), finding["title"].clone()));
    let recurring = recurring.collect();
    std::fs::remove_dir_all(&ended.bundle).expect("removed");
    (ended, recurring)
}

#[test]
#[ignore = "needs a browser driver"]
fn a_surface_that_is_flagged_in_the_third_run_is_told_and_never_stops_a_run() {
    let deployment = deploy();
    let workshop = Workshop::new();
    let url = &deployment.site.url;
    let config = format!(
        "targets:\n  preview:\n    url: {url}\n    kind: preview\n    commit: {{ header: x-app-commit }}\napi: [/api/**]\n"
    );
    workshop
        .write("shippass.yaml", &config)
        .write("list.yaml", LIST);
    let next = |is_broken: usize| {
        deployment.number.fetch_add(1, Ordering::SeqCst);
        deployment.is_broken.store(is_broken, Ordering::SeqCst);
    };
    let title = |nth: &str| {
        json!(format!(
            "http-error on GET /api/quotes/* again: the {nth} run that flags it"
        ))
    };

    assert_eq!(pass(&workshop).1, []);
    next(0);
    let (mended, nothing) = pass(&workshop);
    assert_eq!((mended.status, nothing), (0, vec![]), "{}", mended.stderr);
    next(1);
    assert_eq!(pass(&workshop).1, []);
    // The same commit again: nobody has patched it in between.
    assert_eq!(pass(&workshop).1, [(json!("notice"), title("3rd"))]);
    next(1);
    assert_eq!(pass(&workshop).1, [(json!("warning"), title("4th"))]);

    let history = workshop.path().join("screenshots/history.ndjson");
    let text = std::fs::read_to_string(&history).expect("a history");
    assert_eq!(text.lines().count(), 5, "{text}");
    workshop.write(
        "screenshots/history.ndjson",
        &text.replacen("{\"run\"", "{\"ran\"", 1),
    );
    next(1);
    let (torn, recurring) = pass(&workshop);
    assert_eq!(recurring, [(json!("warning"), title("4th"))]);
    assert!(
        torn.stderr
            .contains("history.ndjson can't be read in line 1"),
        "{}",
        torn.stderr
    );
}
