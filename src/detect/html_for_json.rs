//! `html-for-json`: an API call answered with a page. Why this tool exists.

use std::fmt::Write;

use super::{
    across::Across,
    expects_json::{Call, Signal, is_success},
    html::{Html, html_of, title_of},
    html_on_purpose::{asks_for_html, is_json_type},
    origin::{Owner, call_of, is_sent_by_own_code, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::checklist::PathPattern;
use crate::evidence::{Exchange, ExpectationOutcome, ReadAs, Run, StepRun};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "html-for-json",
    severity: Severity::Error,
    what: "an API call was answered 2xx with an HTML page where the page's code expected JSON",
    why: "A route that isn't on the middleware's allowlist, an expired session or a single-page app's catch-all answers 200 with a page. \
          The status is fine, so nothing fails: in the incident behind this rule the page said “Signed. Thank you.” and the signature was \
          stored nowhere. It was blamed on three other things before anybody read the response.",
    looks_at: "The body decides what is HTML: a doctype, or an html, head or body start, whatever the header says; a piece of HTML counts \
               when the answer calls itself JSON or the page's code read it as JSON. That JSON was expected is decided from signals, each \
               named in the finding: the Accept header, a JSON request body, the page's code calling .json() or JSON.parse on the answer, an \
               XHR's response type, an Inertia visit, the answer's own content type being JSON, the same endpoint having answered JSON at another time, a path declared under `api`, a \
               redirect chain that ends on a sign-in page (or such a page as the answer itself), and the checklist's own `response … json` \
               line.",
    silent: "For documents and frames, htmx, Turbo, Unpoly, PJAX, `wire:navigate` of Livewire, jQuery.load, React server components, \
             prefetches, requests whose Accept would rather have HTML, paths that end with .html, answers that the page puts into itself as \
             markup, pieces of HTML otherwise, downloads and answers read as bytes, signing out, trackers, and statuses other than 2xx \
             (those are `http-error`). An update of Livewire is answered with JSON, so a page is found there, unless the update was \
             redirected: then Livewire itself goes to the page.",
    mend: "Let the API answer 401 with JSON when nobody is signed in, put the route on the middleware's allowlist, and let the client check \
           `response.headers.get(\"content-type\")` before it believes an answer.",
    inspect: Inspect::Across(inspect),
};

fn inspect(run: &Run, across: &Across) -> Vec<Finding> {
    let api: Vec<_> = run.api.iter().map(PathPattern::new).collect();
    let mut findings = Vec::new();
    for seen in seen_steps(run) {
        for exchange in seen.asked_by_page() {
            let Some(call) = html_call(seen, exchange) else {
                continue;
            };
            if asks_for_html(call.first(), call.last) || !is_of_interest(run, call.first()) {
                continue;
            }
            let signals = across.endpoints.signals(&call, &api);
            if !signals.is_empty() {
                findings.push(finding(run, &call, &signals));
            }
        }
    }
    findings
}

/// A call that came to a 2xx answer with HTML in it.
fn html_call<'r>(seen: SeenStep<'r>, exchange: &'r Exchange) -> Option<Call<'r>> {
    let answer = exchange
        .answer()
        .filter(|answer| is_success(answer.status))?;
    let html = html_of(answer)?;
    let is_read_as_json = exchange
        .read_as
        .iter()
        // axios gives every text to `JSON.parse`, so that proves nothing of a piece of HTML.
        .any(|how| matches!(how, ReadAs::JsonMethod | ReadAs::XhrJson));
    let counts = html == Html::Page || is_json_type(&answer.mime) || is_read_as_json;
    counts.then(|| Call {
        seen,
        chain: seen.chain_to(exchange),
        last: exchange,
        html,
    })
}

/// What a third party's script asks of a third party is none of the app's business.
fn is_of_interest(run: &Run, exchange: &Exchange) -> bool {
    match owner_of(run, &exchange.url) {
        Owner::Target | Owner::Site => true,
        Owner::Tracker => false,
        Owner::Stranger => is_sent_by_own_code(run, exchange),
    }
}

fn finding(run: &Run, call: &Call<'_>, signals: &[Signal]) -> Finding {
    let first = call.first();
    let status = call.last.answer().map_or(0, |answer| answer.status);
    let thing = thing_of(call);
    let title = format!(
        "{} answered {status} with {thing} instead of JSON",
        call_of(run, first)
    );
    let fault = format!("{} {}", first.method, first.route());
    let last_first = std::iter::once(call.last).chain(call.chain.iter().copied());
    Finding {
        detail: detail(call, status),
        signals: signals.iter().map(ToString::to_string).collect(),
        requests: last_first.map(|hop| hop.id.clone()).collect(),
        ..RULE.finding(call.seen.at(), title, fault)
    }
}

fn thing_of(call: &Call<'_>) -> &'static str {
    match call.html {
        Html::Page => "an HTML page",
        Html::Piece => "a piece of HTML",
    }
}

fn detail(call: &Call<'_>, status: u16) -> String {
    let thing = thing_of(call);
    let mut detail = String::new();
    if call.chain.is_empty() {
        let _ = write!(detail, "The answer's body is {thing}.");
    } else {
        detail.push_str("The call was redirected: ");
        for hop in &call.chain {
            let status = hop.answer().map_or(0, |answer| answer.status);
            let _ = write!(detail, "{} ({status}) → ", hop.call());
        }
        let _ = write!(
            detail,
            "{} ({status}), whose body is {thing}. It ended at {}.",
            call.last.call(),
            call.last.url
        );
    }
    if let Some(title) = call.last.answer().and_then(title_of) {
        let _ = write!(detail, " Its title is “{title}”.");
    }
    if let Some(words) = words_of_page(call.seen.step) {
        let _ = write!(detail, " The page said “{words}”.");
    }
    detail.push_str(
        " Such an answer mostly comes from something in front of the API (a middleware, a catch-all route): look whether the call itself ever ran.",
    );
    detail
}

/// What the page told the person: its alerts, else a text that the checklist waited for and saw.
fn words_of_page(step: &StepRun) -> Option<String> {
    let alert = step.page.as_ref().and_then(|page| page.alerts.first());
    let words = alert.map(String::as_str).or_else(|| {
        let mut held = step
            .expectations
            .iter()
            .filter(|line| line.outcome == ExpectationOutcome::Held);
        held.find_map(|line| line.what.strip_prefix("see “")?.strip_suffix('”'))
    })?;
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then(|| words.chars().take(120).collect())
}
