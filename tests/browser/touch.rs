//! Touch verbs and what happens around a page: files, the network, dialogs, tabs, downloads.
//!
//! The pages lie in `tests/fixtures/site/touch`.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use shippass::evidence::{self, Happening, read_run};

use crate::support::{Ended, Site, Workshop};

fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/site/touch")
}

async fn file(uri: Uri) -> Response {
    let path = match uri.path() {
        "/" => "other.html",
        path => path.trim_start_matches('/'),
    };
    let path = pages().join(path);
    match tokio::fs::read(path).await {
        Ok(bytes) => ([(header::CONTENT_TYPE, "text/html")], bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn pay(State(payments): State<Arc<AtomicU32>>) -> Json<Value> {
    let payments = payments.fetch_add(1, Ordering::Relaxed) + 1;
    Json(json!({ "payments": payments }))
}

fn attached(name: &str, body: impl Into<Body>) -> Response {
    let disposition = format!("attachment; filename={name}");
    ([(header::CONTENT_DISPOSITION, disposition)], body.into()).into_response()
}

/// Begins to come, and comes no further.
async fn endless() -> Response {
    let chunks = futures_util::stream::unfold(0, |sent| async move {
        if sent > 0 {
            tokio::time::sleep(Duration::from_mins(1)).await;
        }
        Some((Ok::<_, std::io::Error>(vec![0_u8; 1000]), sent + 1))
    });
    attached("endless.bin", Body::from_stream(chunks))
}

fn site() -> Site {
    Site::serve(
        Router::new()
            .route("/api/payments", post(pay))
            .route("/api/terms", get(async || Json(json!({ "version": 7 }))))
            .route(
                "/api/moved",
                get(async || Redirect::temporary("/api/terms")),
            )
            .route("/notes", get(async || "n".repeat(20_000)))
            .route(
                "/quote.pdf",
                get(async || attached("quote.pdf", "%PDF-1.7 a quote")),
            )
            .route("/endless.bin", get(endless))
            .fallback(get(file))
            .with_state(Arc::default()),
    )
}

/// Walks a checklist in a folder that holds the photos.
fn walk(site: &Site, steps: &str) -> Ended {
    let workshop = Box::leak(Box::new(Workshop::new()));
    workshop.write("list.yaml", &format!("name: Test\nsteps:\n{steps}"));
    let photos = workshop.path().join("photos");
    std::fs::create_dir(&photos).expect("a folder");
    for photo in std::fs::read_dir(pages().join("photos")).expect("photos") {
        let photo = photo.expect("a photo").path();
        let name = photo.file_name().expect("a name");
        std::fs::copy(&photo, photos.join(name)).expect("copied");
    }
    let url = site.url.as_str();
    let ended = workshop.shippass(&[
        "run",
        "--url",
        url,
        "--out",
        "out",
        "--format",
        "json",
        "list.yaml",
    ]);
    let has_bundle = ended.bundle.join("bundle.json").is_file();
    assert!(has_bundle, "{}", ended.stderr);
    ended
}

fn assert_clean(ended: &Ended) {
    let findings = ended.document()["findings"].clone();
    assert_eq!(ended.status, 0, "{:#?}\n{findings:#}", ended.steps());
}

/// What happened around the page, in the order of steps.
fn happened(ended: &Ended) -> Vec<Happening> {
    let run = read_run(&ended.bundle).expect("a journal");
    let happenings = run.steps().flat_map(|(_, step)| step.happenings.clone());
    happenings.collect()
}

#[test]
#[ignore = "needs a browser driver"]
fn a_double_tap_sends_a_form_twice_unless_the_page_sees_to_it() {
    let ended = walk(
        &site(),
        "  - name: Twice\n    do:\n      - visit: /taps.html\n      - double_tap: Pay now\n    expect:\n      - see: 2 payments\n  \
         - name: Once\n    do:\n      - double_tap: Pay once\n    expect:\n      - see: 3 payments\n  \
         - name: Never\n    do:\n      - double_tap: Not yet\n",
    );
    assert_eq!(ended.statuses(), ["clean", "clean", "failed"]);
    let why = ended.why("Never");
    assert!(why.contains("stayed disabled"), "{why}");
}

#[test]
#[ignore = "needs a browser driver"]
fn a_long_press_opens_the_context_menu_and_is_no_tap() {
    let ended = walk(
        &site(),
        "  - name: Hold\n    do:\n      - visit: /taps.html\n      - long_press: Roof.jpg\n    \
         expect:\n      - see: Delete photo\n      - see: held\n      - not_see: tapped\n  \
         - name: Tap\n    do:\n      - tap: Roof.jpg\n    expect:\n      - see: tapped\n  \
         - name: Missing\n    do:\n      - long_press: Wall.jpg\n",
    );
    assert_eq!(
        ended.statuses(),
        ["clean", "clean", "failed"],
        "{:#?}",
        ended.steps()
    );
    let why = ended.why("Missing");
    assert!(why.contains("found no “Wall.jpg”"), "{why}");
}

#[test]
#[ignore = "needs a browser driver"]
fn a_swipe_turns_a_carousel_draws_a_row_aside_scrolls_and_loads_anew() {
    let ended = walk(
        &site(),
        "  - name: Carousel\n    do:\n      - visit: /swipes.html\n      - swipe: { direction: left, on: { role: region, name: Photos } }\n    expect:\n      - see: { text: Roof, in: { css: \"#shown\" } }\n  \
         - name: Back again\n    do:\n      - swipe: { direction: right, on: { role: region, name: Photos } }\n    expect:\n      - see: { text: Front, in: { css: \"#shown\" } }\n  \
         - name: Row\n    do:\n      - swipe: { direction: left, on: { test_id: quote } }\n      - tap: Delete\n    expect:\n      - see: Deleted\n  \
         - name: Pull\n    do:\n      - swipe: down\n      - wait_for: Loaded again\n  \
         - name: Scroll\n    do:\n      - swipe: up\n      - swipe: up\n    expect:\n      - see: The end\n  \
         - name: Missing\n    do:\n      - swipe: { direction: left, on: { role: region, name: Videos } }\n",
    );
    let statuses = ended.statuses();
    assert_eq!(
        statuses,
        ["clean", "clean", "clean", "clean", "clean", "failed"],
        "{:#?}",
        ended.steps()
    );
    let journal = std::fs::read_to_string(ended.bundle.join("journal.ndjson")).expect("a journal");
    assert!(
        journal.contains("\"scroll\""),
        "a swipe up scrolls the page"
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn what_is_waited_for_in_the_middle_fails_as_an_action_does() {
    let ended = walk(
        &site(),
        "  - name: Wait\n    do:\n      - visit: /network.html\n      - wait_for: Notes\n      - wait_for: { role: button, name: Load notes }\n  \
         - name: In vain\n    do:\n      - wait_for: { text: Ready, in: { role: status } }\n      - tap: Load notes\n  \
         - name: After it\n    do:\n      - tap: Load notes\n",
    );
    assert_eq!(ended.statuses(), ["clean", "failed", "not-run"]);
    let why = ended.why("In vain");
    assert!(why.contains("wait for “Ready” in status"), "{why}");
}

#[test]
#[ignore = "needs a browser driver"]
fn files_reach_their_field_however_the_page_dresses_it_up() {
    let ended = walk(
        &site(),
        "  - name: Fields\n    do:\n      - visit: /uploads.html\n      - upload: { Photo: photos/roof.jpg, Add a plan: [photos/plan.pdf, photos/wall.png] }\n    expect:\n      \
           - see: \"field: roof.jpg, image/jpeg, roof\"\n      - see: \"plan: plan.pdf, application/pdf, plan\"\n      - see: \"plan: wall.png, image/png, wall\"\n  \
         - name: Buttons\n    do:\n      - upload: { Take a photo: photos/wall.png }\n      - upload: { Attach a receipt: photos/plan.pdf }\n    expect:\n      \
           - see: \"camera: wall.png\"\n      - see: \"made: plan.pdf, application/pdf, plan\"\n  \
         - name: Hidden\n    do:\n      - upload:\n          - { field: { test_id: dropped }, file: photos/notes.txt }\n          - { field: { role: group, name: Drop zone }, file: photos/roof.jpg }\n    expect:\n      \
           - see: \"field: notes.txt, text/plain, words\"\n",
    );
    assert_clean(&ended);
}

#[test]
#[ignore = "needs a browser driver"]
fn files_that_a_field_does_not_take_are_refused_in_words() {
    let refused = [
        (
            "Photo: photos/plan.pdf",
            "“Photo” doesn't take photos/plan.pdf: it accepts `image/*`",
        ),
        (
            "Photo: [photos/roof.jpg, photos/wall.png]",
            "“Photo” takes one file, and the step gives it 2",
        ),
        (
            "Attach a receipt: photos/notes.txt",
            "it accepts `image/*,application/pdf`",
        ),
        ("Signature: photos/roof.jpg", "“Signature” is disabled"),
        (
            "Send: photos/roof.jpg",
            "“Send” is button “Send”, and touching it opened no file field",
        ),
        ("Video: photos/roof.jpg", "found no “Video”"),
    ];
    let mut steps = String::new();
    for (upload, _) in refused {
        let name = upload.split(':').next().expect("a name");
        let _ = write!(
            steps,
            "  - name: Refused {name}\n    do:\n      - visit: /uploads.html\n      - upload: {{ {upload} }}\n"
        );
    }
    let ended = walk(&site(), &steps);
    for ((_, wanted), line) in refused.iter().zip(ended.steps()) {
        assert!(
            line.starts_with("failed") && line.contains(wanted),
            "{line}"
        );
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn the_network_is_taken_away_for_the_rest_of_a_step() {
    let ended = walk(
        &site(),
        "  - name: Online\n    do:\n      - visit: /network.html\n      - tap: Load notes\n    expect:\n      - see: 20000 bytes, quick\n  \
         - name: Offline\n    do:\n      - network: offline\n      - tap: Load notes\n    expect:\n      - see: You are offline\n  \
         - name: Online again\n    do:\n      - tap: Load notes\n    expect:\n      - see: Notes again\n      - see: 20000 bytes, quick\n  \
         - name: Slow\n    do:\n      - network: slow\n      - tap: Load notes\n    expect:\n      - see: 20000 bytes, slow\n  \
         - name: There and back\n    do:\n      - network: offline\n      - tap: Load notes\n      - wait_for: You are offline\n      - network: online\n      - tap: Load notes\n    expect:\n      - see: 20000 bytes, quick\n",
    );
    assert_clean(&ended);
    let states: Vec<_> = happened(&ended)
        .into_iter()
        .filter_map(|happening| match happening {
            Happening::Network { state } => Some(state),
            _ => None,
        })
        .collect();
    assert_eq!(states, ["offline", "slow", "offline", "online"]);
}

#[test]
#[ignore = "needs a browser driver"]
fn a_page_that_did_not_expect_to_be_offline_and_one_that_cannot_be_reached_are_told() {
    let ended = walk(
        &site(),
        "  - name: Careless\n    do:\n      - visit: /network.html\n      - network: offline\n      - tap: Load carelessly\n  \
         - name: Unreachable\n    do:\n      - network: offline\n      - visit: /other.html\n",
    );
    assert_eq!(
        ended.statuses(),
        ["flagged", "failed"],
        "{:#?}",
        ended.steps()
    );
    assert!(ended.detectors().contains("page-crash"));
    let why = ended.why("Unreachable");
    assert!(why.contains("ERR_INTERNET_DISCONNECTED"), "{why}");
}

#[test]
#[ignore = "needs a browser driver"]
fn dialogs_are_answered_as_the_step_says() {
    let ended = walk(
        &site(),
        "  - name: Delete\n    dialog: accept\n    do:\n      - visit: /dialogs.html\n      - tap: Delete\n    expect:\n      - see: Delete quote 1042?\n      - see: Deleted\n  \
         - name: Keep\n    dialog: dismiss\n    do:\n      - tap: Delete\n    expect:\n      - see: Kept\n  \
         - name: Name\n    dialog: { accept: West roof }\n    do:\n      - tap: Rename\n    expect:\n      - see: Named “West roof”\n  \
         - name: Its own name\n    dialog: accept\n    do:\n      - tap: Rename\n    expect:\n      - see: what is it called\n      - see: Named “Roof”\n  \
         - name: Told\n    dialog: accept\n    do:\n      - tap: Save\n      - wait_for: Saved for good\n    expect:\n      - see: { text: Saved, in: { role: status } }\n  \
         - name: Leave\n    dialog: accept\n    do:\n      - fill: { Note: x }\n      - tap: Leave\n    expect:\n      - see: Other page\n  \
         - name: Stay\n    dialog: dismiss\n    do:\n      - visit: /dialogs.html\n      - fill: { Note: x }\n      - tap: Leave\n    expect:\n      - see: Quote 1042\n  \
         - name: At once\n    dialog: accept\n    do:\n      - visit: /alert-at-once.html\n    expect:\n      - see: Cookies are great\n      - see: Welcome\n",
    );
    assert_clean(&ended);
    let is_accepted: Vec<_> = happened(&ended)
        .into_iter()
        .filter_map(|happening| match happening {
            Happening::Dialog {
                is_accepted,
                is_expected: true,
                ..
            } => Some(is_accepted),
            _ => None,
        })
        .collect();
    let wanted = [true, false, true, true, true, true, false, true, true];
    assert_eq!(is_accepted, wanted, "{:#?}", happened(&ended));
}

#[test]
#[ignore = "needs a browser driver"]
fn dialogs_that_no_step_expects_are_flagged_and_hang_nothing() {
    let ended = walk(
        &site(),
        "  - name: Delete\n    do:\n      - visit: /dialogs.html\n      - tap: Delete\n    expect:\n      - see: Delete quote 1042?\n      - see: Kept\n  \
         - name: Name\n    do:\n      - tap: Rename\n    expect:\n      - see: Not renamed\n  \
         - name: Leave\n    do:\n      - fill: { Note: x }\n      - tap: Leave\n    expect:\n      - see: Other page\n  \
         - name: Go elsewhere\n    do:\n      - visit: /dialogs.html\n      - fill: { Note: x }\n      - visit: /other.html\n    expect:\n      - see: Other page\n  \
         - name: At once\n    do:\n      - visit: /alert-at-once.html\n    expect:\n      - see: Welcome\n  \
         - name: Not said\n    do:\n      - visit: /dialogs.html\n    expect:\n      - see: Delete quote 1042?\n",
    );
    assert_eq!(
        ended.statuses(),
        [
            "flagged", "flagged", "flagged", "flagged", "flagged", "failed"
        ],
        "{:#?}",
        ended.steps()
    );
    let why = ended.why("Delete");
    assert!(
        why.contains("an unexpected confirm opened: “Delete quote 1042?”"),
        "{why}"
    );
    assert_eq!(ended.detectors(), ["unexpected-dialog".to_owned()].into());
}

#[test]
#[ignore = "needs a browser driver"]
fn a_tab_that_the_page_opens_is_the_page_until_it_is_closed() {
    let site = site();
    let ended = walk(
        &site,
        "  - name: Terms\n    do:\n      - visit: /tabs.html\n      - tap: Terms\n    expect:\n      - see: Version 7\n      - see: 375 px at 3, a phone\n      - url: /terms.html\n      - response: GET /api/terms 200 json\n  \
         - name: Further and back\n    do:\n      - tap: Further\n      - wait_for: Other page\n      - back\n    expect:\n      - see: Version 7\n  \
         - name: Back to the opener\n    do:\n      - back\n    expect:\n      - url: /tabs.html\n      - see: Opener\n  \
         - name: Window\n    do:\n      - tap: Open a window\n      - tap: Agree\n    expect:\n      - see: Agreed\n      - url: /tabs.html\n  \
         - name: Late\n    do:\n      - tap: Open later\n    expect:\n      - see: Version 7\n  \
         - name: Visit in the tab\n    do:\n      - visit: /other.html\n      - back\n      - back\n    expect:\n      - see: Opener\n  \
         - name: While it is waited for\n    do:\n      - tap: Open after a while\n    expect:\n      - see: Version 7\n",
    );
    assert_clean(&ended);
    let tabs: Vec<_> = happened(&ended)
        .into_iter()
        .filter_map(|happening| match happening {
            Happening::NewTab { url } => Some(url),
            _ => None,
        })
        .collect();
    assert_eq!(tabs, vec![format!("{}/terms.html", site.url); 4]);
}

/// A page in a new tab asks before the browser's observers are there.
#[test]
#[ignore = "needs a browser driver"]
fn what_a_new_tab_asks_for_at_once_is_recorded() {
    let ended = walk(
        &site(),
        "  - name: Early\n    do:\n      - visit: /tabs.html\n      - tap: Early\n    expect:\n      - see: Streamed 1000 bytes\n      - see: Version 7\n      - see: Paid 1 times\n      - response: POST /api/payments 200 json\n      - response: GET /api/moved 307\n      - response: GET /api/terms 200 json\n",
    );
    // A stream is let through unread; where the browser watched in time it is told as one.
    let why = ended.why("Early");
    let is_stream = why.contains("GET /endless.bin") && why.contains("might have been a stream");
    assert!(ended.status == 0 || is_stream, "{:#?}", ended.steps());
    let run = read_run(&ended.bundle).expect("a journal");
    let exchanges: Vec<_> = run
        .steps()
        .flat_map(|(_, step)| step.exchanges.clone())
        .collect();
    let named = |path: &str| {
        let mut named = exchanges.iter().filter(|it| it.url.ends_with(path));
        let found = named.next().expect("an exchange");
        assert!(named.next().is_none(), "{path} is told twice");
        found
    };
    let (paid, moved, terms) = (
        named("/api/payments"),
        named("/api/moved"),
        named("/api/terms"),
    );
    assert_eq!(paid.method, "POST");
    assert!(
        matches!(paid.request_body, evidence::Body::Kept(_)),
        "{:?}",
        paid.request_body
    );
    assert_eq!(
        (moved.method.as_str(), terms.method.as_str()),
        ("GET", "GET")
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn downloads_are_told_with_size_and_hash_and_not_kept() {
    let ended = walk(
        &site(),
        "  - name: Attached\n    do:\n      - visit: /downloads.html\n      - tap: Quote as PDF\n    expect:\n      - see: Downloads\n  \
         - name: By name\n    do:\n      - tap: Notes\n  \
         - name: Made in the page\n    do:\n      - tap: Export\n  \
         - name: Endless\n    do:\n      - tap: Endless\n",
    );
    assert_eq!(
        ended.statuses()[..3],
        ["clean", "clean", "clean"],
        "{:#?}",
        ended.steps()
    );
    let told: Vec<_> = happened(&ended)
        .into_iter()
        .filter_map(|happening| match happening {
            Happening::Download { name, file, .. } => Some((name, file)),
            _ => None,
        })
        .collect();
    let sizes: Vec<_> = told
        .iter()
        .map(|(name, file)| (name.as_str(), file.as_ref().map(|file| file.size)))
        .collect();
    assert_eq!(
        sizes,
        [
            ("quote.pdf", Some(16)),
            ("notes.txt", Some(20_000)),
            ("quotes.csv", Some(8)),
            ("endless.bin", None),
        ]
    );
    let hash = "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470";
    let exported = told[2].1.as_ref().expect("a whole file");
    assert_eq!(exported.sha256, hash);
    let report = std::fs::read_to_string(ended.bundle.join("report.html")).expect("a report");
    assert!(report.contains("quotes.csv") && report.contains(hash));
}
