//! What follows from another finding: a console line that speaks of its request, an error that the
//! page's code threw over its answer.

use super::{
    noise::{bare_error, is_lost_request},
    not_persisted::is_between,
    origin::is_sent_by_own_code,
    rule::{Finding, Severity},
    seen_step::step_at,
};
use crate::evidence::{ConsoleKind, ConsoleLine, Exchange, Outcome, Resource, Run, StepRun};

/// What three engines say when a page is parsed as JSON.
const HTML_AS_JSON: [&str; 4] = [
    "Unexpected token '<'",
    "Unexpected token < in JSON",
    "JSON.parse: unexpected character at line 1 column 1",
    "Unrecognized token '<'",
];

/// What three engines say of a body that is empty or stops in the middle.
const BROKEN_JSON: [&str; 6] = [
    "Unexpected end of JSON input",
    "Unexpected end of input",
    "in JSON at position",
    "is not valid JSON",
    "JSON.parse: ",
    "JSON Parse error",
];

/// Detectors whose findings are about a request that didn't go well.
const OF_REQUESTS: [&str; 7] = [
    "cors-blocked",
    "html-for-json",
    "http-error",
    "malformed-request",
    "mixed-content",
    "not-json",
    "request-failed",
];

/// Detectors whose findings are about what a page makes of it when it throws somebody out.
const OF_PAGE: [&str; 5] = [
    "console-error",
    "failure-shown",
    "page-crash",
    "success-without-write",
    "wrong-target",
];

/// Whether a finding follows from another one of the same step.
pub(super) fn follows(run: &Run, effect: &Finding, cause: &Finding) -> bool {
    if effect.detector == "not-persisted" {
        return is_loss_by(run, effect, cause);
    }
    if (cause.detector.as_str(), effect.detector.as_str())
        == ("not-persisted", "success-without-write")
    {
        return is_between(run, &effect.at, &cause.at);
    }
    let shares_request = || effect.requests.iter().any(|id| cause.requests.contains(id));
    // A picture stays broken on the page for as many steps as it stands there.
    if effect.detector == "broken-image" {
        return OF_REQUESTS.contains(&cause.detector.as_str()) && shares_request();
    }
    // No detector causes itself, or chains of causes would go round.
    if effect.at != cause.at || effect.detector == cause.detector {
        return false;
    }
    let shares_line = || effect.console.iter().any(|id| cause.console.contains(id));
    if cause.detector == "auth-lost" {
        return shares_request() || OF_PAGE.contains(&effect.detector.as_str());
    }
    match (cause.detector.as_str(), effect.detector.as_str()) {
        // A malformed request is refused, also after redirects.
        ("malformed-request", "http-error" | "request-failed" | "cors-blocked" | "not-json") => {
            shares_request()
        }
        // A page in JSON's place, or an error, is told by its own detector.
        ("html-for-json" | "http-error", "contract")
        | ("contract", "not-json")
        // What was upgraded to https may not be there.
        | ("mixed-content", "http-error" | "request-failed")
        // The second of two is often refused.
        | ("double-submit", "http-error") => shares_request(),
        // A socket that is refused throws in the code that opens it.
        ("mixed-content", "page-crash") if shares_line() => true,
        // Who lost the request has told of what the page said over it.
        (cause_name, "success-without-write") if OF_REQUESTS.contains(&cause_name) => {
            shares_request()
        }
        // An error that is thrown in the handler keeps it from doing anything.
        ("page-crash", "no-effect" | "success-without-write") => !cause.console.is_empty(),
        // What broke, and what was logged or said over it.
        (
            "page-crash" | "no-effect" | "contract" | "double-submit" | "success-without-write",
            "console-error" | "failure-shown",
        )
        | ("console-error", "failure-shown")
        // What broke while it was being shown may never have been.
        | ("page-crash", "blank-screen") => true,
        (cause_name, "console-error" | "failure-shown") if OF_REQUESTS.contains(&cause_name) => {
            logged_over(run, effect, cause)
        }
        (cause_name, "page-crash") if OF_REQUESTS.contains(&cause_name) => {
            crashes_over(run, effect, cause)
        }
        _ => false,
    }
}

/// What went wrong when it was done, or when it was looked for, explains that it isn't there.
fn is_loss_by(run: &Run, effect: &Finding, cause: &Finding) -> bool {
    const CAUSES: [&str; 4] = ["auth-lost", "no-effect", "page-crash", "typed-differs"];
    let name = cause.detector.as_str();
    (CAUSES.contains(&name) || OF_REQUESTS.contains(&name))
        && cause.severity >= Severity::Warning
        && is_between(run, &cause.at, &effect.at)
}

/// Whether a crash speaks of the finding's request, or is the page that the request was for.
fn crashes_over(run: &Run, crash: &Finding, cause: &Finding) -> bool {
    let Some(step) = step_at(run, &cause.at) else {
        return false;
    };
    if crash.console.is_empty() {
        return requests_of(step, cause).any(is_document_error);
    }
    let mut lines = step
        .console
        .iter()
        .filter(|line| crash.console.contains(&line.id));
    lines.any(|line| is_about(line, step, cause))
}

fn is_lost_call(exchange: &Exchange) -> bool {
    matches!(exchange.resource, Resource::Fetch | Resource::Xhr)
        && matches!(exchange.outcome, Outcome::Failed { .. })
}

/// Whether a logged error or a message speaks of the finding's request, or may well: one that the
/// page's code waited for went wrong in the step.
fn logged_over(run: &Run, logged: &Finding, cause: &Finding) -> bool {
    step_at(run, &cause.at).is_some_and(|step| {
        let lines = step.console.iter();
        let mut own = lines.filter(|line| logged.console.contains(&line.id));
        is_of_call(run, step, cause) || own.any(|line| is_about(line, step, cause))
    })
}

/// The page's own code waited for one of its requests.
fn is_of_call(run: &Run, step: &StepRun, cause: &Finding) -> bool {
    use crate::evidence::Resource::{Document, EventSource, Fetch, Script, WebSocket, Xhr};
    requests_of(step, cause).any(|exchange| {
        let is_waited_for = matches!(
            exchange.resource,
            Document | EventSource | Fetch | Script | WebSocket | Xhr
        );
        is_waited_for && is_sent_by_own_code(run, exchange)
    })
}

/// The error page is the answer itself.
fn is_document_error(exchange: &Exchange) -> bool {
    let is_error = |status| status >= 400;
    exchange.resource == Resource::Document
        && exchange
            .answer()
            .is_some_and(|answer| is_error(answer.status))
}

/// The console's errors that speak of a finding's requests.
pub(super) fn lines_about<'r>(
    run: &'r Run,
    finding: &Finding,
) -> impl Iterator<Item = &'r ConsoleLine> {
    let step = step_at(run, &finding.at);
    let lines = step.map(|step| {
        let caught = step
            .console
            .iter()
            .filter(|line| line.level == "error" && line.kind != ConsoleKind::UncaughtError);
        caught
            .filter(|line| is_about(line, step, finding))
            .collect::<Vec<_>>()
    });
    lines.into_iter().flatten()
}

fn is_about(line: &ConsoleLine, step: &StepRun, finding: &Finding) -> bool {
    let words = bare_error(&line.text);
    if finding.detector == "html-for-json" && HTML_AS_JSON.iter().any(|said| words.contains(said)) {
        return true;
    }
    let is_lost = match finding.detector.as_str() {
        "request-failed" | "cors-blocked" => true,
        "mixed-content" => requests_of(step, finding).any(is_lost_call),
        _ => false,
    };
    if is_lost && is_lost_request(words) {
        return true;
    }
    if finding.detector == "not-json" && BROKEN_JSON.iter().any(|said| words.contains(said)) {
        return true;
    }
    requests_of(step, finding).any(|exchange| names_request(line, exchange))
}

/// The line gives the request's URL, its path or, as axios does, nothing but its status.
pub(super) fn names_request(line: &ConsoleLine, exchange: &Exchange) -> bool {
    let path = exchange.path();
    let status = exchange.answer().map_or(0, |answer| answer.status);
    let says_status =
        |words: &str| status >= 400 && line.text.contains(&format!("{words}{status}"));
    line.source == exchange.url
        || line.text.contains(&exchange.url)
        || (path.len() > 1 && names_path(&line.text, &path))
        || says_status("status code ")
        || says_status("HTTP ")
        || says_status("status: ")
}

/// The path as a whole: `/api/quotes` isn't named by `/api/quotes/7`.
fn names_path(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let after = text[at + path.len()..].chars().next();
        after.is_none_or(|next| !next.is_alphanumeric() && !matches!(next, '/' | '-' | '_' | '%'))
    })
}

fn requests_of<'r>(step: &'r StepRun, finding: &Finding) -> impl Iterator<Item = &'r Exchange> {
    step.exchanges
        .iter()
        .filter(|exchange| finding.requests.contains(&exchange.id))
}
