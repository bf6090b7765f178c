//! What a step does and waits for, on small pages.

use axum::{Router, routing::get};
use std::time::Duration;

use crate::support::{Ended, Site, Workshop, page};

fn walk(site: &Site, steps: &str) -> Ended {
    let workshop = Box::leak(Box::new(Workshop::new()));
    workshop.write("list.yaml", &format!("name: Test\nsteps:\n{steps}"));
    let ended = workshop.shippass(&[
        "run",
        "--url",
        &site.url,
        "--out",
        "out",
        "--format",
        "json",
        "list.yaml",
    ]);
    assert!(
        ended.bundle.join("bundle.json").is_file(),
        "{}",
        ended.stderr
    );
    ended
}

fn site(body: &'static str) -> Site {
    Site::serve(Router::new().route("/", get(move || async move { page(body) })))
}

#[test]
#[ignore = "needs a browser driver"]
fn a_button_that_comes_late_moves_and_is_covered_at_first_is_waited_for() {
    let site = site(
        "<div id=cover style='position:fixed;inset:0;background:#fff'></div><p id=out></p><script>
         setTimeout(() => { const b = document.createElement('button'); b.textContent = 'Save'; b.disabled = true;
           b.style.cssText = 'transition:margin-left .3s'; b.onclick = () => out.textContent = 'Saved'; document.body.append(b);
           requestAnimationFrame(() => b.style.marginLeft = '120px');
           setTimeout(() => b.disabled = false, 300); setTimeout(() => cover.remove(), 600); }, 300);</script>",
    );
    let ended = walk(
        &site,
        "  - name: Save\n    do:\n      - visit: /\n      - tap: Save\n    expect:\n      - see: Saved\n",
    );
    assert_eq!(ended.status, 0, "{:#?}", ended.steps());
}

#[test]
#[ignore = "needs a browser driver"]
fn two_matches_are_an_error_that_lists_both_and_the_next_visit_goes_on() {
    let site = site("<h1>Things</h1><button>Save</button><a href='/x'>Save</a>");
    let ended = walk(
        &site,
        "  - name: Ambiguous\n    do:\n      - visit: /\n      - tap: Save\n  - name: Depends\n    do:\n      - tap: Save\n  \
         - name: Goes on\n    do:\n      - visit: /\n    expect:\n      - see: Things\n",
    );
    assert_eq!(ended.statuses(), ["failed", "not-run", "clean"]);
    let why = ended.why("Ambiguous");
    assert!(
        why.contains("2 elements fit “Save”")
            && why.contains("button “Save”")
            && why.contains("link “Save”"),
        "{why}"
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_covered_button_names_what_covers_it() {
    let site = site(
        "<button>Pay</button><div role=dialog aria-label='Cookie banner' style='position:fixed;inset:0;background:#fff'>We use cookies</div>",
    );
    let ended = walk(
        &site,
        "  - name: Pay\n    do:\n      - visit: /\n      - tap: Pay\n",
    );
    let why = ended.why("Pay");
    assert!(why.contains("covered by dialog “Cookie banner”"), "{why}");
}

#[test]
#[ignore = "needs a browser driver"]
fn a_button_under_a_sticky_bar_is_scrolled_free() {
    let site = site(
        "<div style='height:740px'></div><button onclick=\"out.textContent='Paid'\">Pay</button><p id=out></p><div style='height:900px'></div>
         <div style='position:fixed;bottom:0;left:0;right:0;height:90px;background:#fff'>Tabs</div>",
    );
    let ended = walk(
        &site,
        "  - name: Pay\n    do:\n      - visit: /\n      - tap: Pay\n    expect:\n      - see: Paid\n",
    );
    assert_eq!(ended.status, 0, "{:#?}", ended.steps());
}

#[test]
#[ignore = "needs a browser driver"]
fn text_goes_in_key_by_key_and_replaces_what_was_there() {
    let site = site(
        "<label>Name <input id=n value=old></label><label>Note <textarea>x</textarea></label><label>Size <select><option>Small<option>Large</select></label>
         <p id=keys></p><script>let k = 0; n.addEventListener('keydown', () => keys.textContent = ++k + ' keys');</script>",
    );
    let ended = walk(
        &site,
        "  - name: Type\n    do:\n      - visit: /\n      - fill: { Name: Ada 😀 Lovelace, Note: \"two\" }\n      - choose: { Size: Large }\n    \
         expect:\n      - value: { Name: Ada 😀 Lovelace, Note: two, Size: Large }\n      - see: keys\n",
    );
    assert_eq!(ended.status, 0, "{:#?}\n{}", ended.steps(), ended.stderr);
}

#[test]
#[ignore = "needs a browser driver"]
fn pages_that_never_settle_are_taken_anyway_and_the_step_says_so() {
    let router = Router::new()
        .route("/", get(|| async { page("<p id=t>0</p><script>(function grow() { t.textContent++; requestAnimationFrame(grow); })()</script>") }))
        .route("/poll", get(|| async {
            page("<p>Polling</p><script>(async () => { for (;;) await fetch('/slow?since=' + Date.now()) })();
                  (function poll() { const request = new XMLHttpRequest(); request.open('GET', '/slower'); request.onloadend = poll; request.send() })()</script>")
        }))
        .route("/stream", get(|| async { page("<p>Stream</p><script>new EventSource('/events')</script>") }))
        .route("/slow", get(|| async {
            tokio::time::sleep(Duration::from_secs(30)).await;
            "late"
        }))
        .route("/slower", get(std::future::pending::<String>))
        .route("/events", get(|| async {
            tokio::time::sleep(Duration::from_secs(30)).await;
            "late"
        }));
    let site = Site::serve(router);
    let ended = walk(
        &site,
        "  - name: Restless\n    do:\n      - visit: /\n  - name: Poll\n    do:\n      - visit: /poll\n    expect:\n      - see: Polling\n  \
         - name: Poll again\n    do:\n      - reload\n    expect:\n      - see: Polling\n  - name: Stream\n    do:\n      - visit: /stream\n    expect:\n      - see: Stream\n",
    );
    let why = ended.why("Restless");
    assert!(why.contains("keeps changing"), "{why}");
    let document = ended.document();
    let steps = document["checklists"][0]["steps"]
        .as_array()
        .expect("steps")
        .clone();
    let took = |index: usize| steps[index]["duration_ms"].as_u64().expect("a time");
    // What never ended once is not waited for a second time, a stream never is.
    assert_eq!(ended.why("Poll again"), "clean Poll again");
    assert!(took(2) < took(1), "{} and {}", took(2), took(1));
    assert!(took(3) < took(1), "{} and {}", took(3), took(1));
    assert!(steps.iter().all(|step| {
        step["screens"]
            .as_array()
            .is_some_and(|screens| !screens.is_empty())
    }));
}

#[test]
#[ignore = "needs a browser driver"]
fn a_link_whose_page_never_answers_is_not_clean() {
    let router = Router::new()
        .route("/", get(|| async { page("<a href=/never>Next</a>") }))
        .route("/never", get(std::future::pending::<String>));
    let site = Site::serve(router);
    let ended = walk(
        &site,
        "  - name: Go on\n    do:\n      - visit: /\n      - tap: Next\n",
    );
    let why = ended.why("Go on");
    assert!(
        why.starts_with("unknown ") && why.contains("the page that it led to gave no answer for"),
        "{why}"
    );
    assert_eq!(ended.status, 1);
}

#[test]
#[ignore = "needs a browser driver"]
fn a_dialog_is_captured_flagged_and_does_not_hang() {
    let site =
        site("<button onclick=\"alert('Are you there?'); document.title = 'after'\">Ask</button>");
    let ended = walk(
        &site,
        "  - name: Ask\n    do:\n      - visit: /\n      - tap: Ask\n    expect:\n      - see: Ask\n",
    );
    let journal = std::fs::read_to_string(ended.bundle.join("journal.ndjson")).expect("a journal");
    assert!(journal.contains("Are you there?"), "{:#?}", ended.steps());
    assert_eq!(ended.statuses(), ["flagged"], "{:#?}", ended.steps());
}

#[test]
#[ignore = "needs a browser driver"]
fn back_reload_press_and_urls() {
    let router = Router::new()
        .route("/", get(|| async { page("<a href='/two'>Two</a><form action='/found'><label>Search <input name=q></label></form>") }))
        .route("/two", get(|| async { page("<h1>Second</h1>") }))
        .route("/found", get(|| async { page("<h1>Found</h1>") }));
    let site = Site::serve(router);
    let ended = walk(
        &site,
        "  - name: Go\n    do:\n      - visit: /\n      - tap: Two\n    expect:\n      - url: /two\n      - see: Second\n  \
         - name: Return\n    do:\n      - back\n      - reload\n    expect:\n      - url: /\n      - not_see: Second\n  \
         - name: Search\n    do:\n      - fill: { Search: tea }\n      - press: Enter\n    expect:\n      - url: /found?q=tea\n      - see: Found\n",
    );
    assert_eq!(ended.status, 0, "{:#?}", ended.steps());
}
