//! Noise: what is filed apart from findings, with the rule that filed it; never lost.

use std::path::Path;

use super::{
    expects_json::is_success,
    leaving::was_left,
    origin::{Owner, is_extension, owner_of},
    rule::Noise,
    seen_step::{SeenStep, seen_steps},
    slow_response::is_held_back,
};
use crate::evidence::{ConsoleKind, ConsoleLine, Exchange, Outcome, Resource, Run, is_safe_method};

/// Files all noise of a run.
pub(super) fn file(run: &Run) -> Vec<Noise> {
    let mut noise = Vec::new();
    for seen in seen_steps(run) {
        for exchange in seen.asked_by_page() {
            let filed = file_of(run, &seen, exchange);
            if let Some(rule) = filed.or_else(|| rule_of_answer(&seen, exchange)) {
                let what = format!("{} {}", exchange.method, exchange.url);
                noise.push(entry(rule, &seen, what, &exchange.id));
            }
        }
        for line in &seen.step.console {
            if let Some(rule) = rule_of_line(run, &seen, line) {
                let what = line.text.lines().next().unwrap_or_default().to_owned();
                noise.push(entry(rule, &seen, what, &line.id));
            }
        }
    }
    noise
}

fn entry(rule: &str, seen: &SeenStep<'_>, what: String, evidence: &str) -> Noise {
    Noise {
        rule: rule.to_owned(),
        at: seen.at(),
        what,
        evidence: evidence.to_owned(),
    }
}

/// The rule that files an exchange as noise; `None` when it counts.
pub(super) fn file_of(run: &Run, seen: &SeenStep<'_>, exchange: &Exchange) -> Option<&'static str> {
    let is_of_extension = |url: &str| is_extension(url);
    let initiator = exchange.initiator.as_ref().map(|from| from.url.as_str());
    if is_of_extension(&exchange.url) || initiator.is_some_and(is_of_extension) {
        return Some("browser extension");
    }
    let owner = owner_of(run, &exchange.url);
    match &exchange.outcome {
        Outcome::Failed { .. } if owner == Owner::Tracker => Some("tracker"),
        Outcome::Failed { .. } if exchange.resource == Resource::Preflight => Some("preflight"),
        Outcome::Failed { error } if is_cut_off(error) && seen.step.was_offline() => Some(OFFLINE),
        Outcome::Failed { error } if is_aborted(error) => Some(if was_left(seen, exchange) {
            LEFT
        } else {
            GIVEN_UP
        }),
        Outcome::Answered(answer) if answer.status >= 400 => {
            refusal(seen, exchange, answer.status, owner)
        }
        Outcome::Failed { .. } | Outcome::Answered(_) | Outcome::Pending => None,
    }
}

/// What is as it should be and yet looks odd in a list of requests. It is judged all the same.
fn rule_of_answer(seen: &SeenStep<'_>, exchange: &Exchange) -> Option<&'static str> {
    let status = exchange.answer().map(|answer| answer.status);
    if status == Some(304) {
        Some("304: the browser had it already")
    } else if is_held_back(seen, exchange) {
        Some("long poll")
    } else {
        None
    }
}

/// The step itself took the network away. What the page makes of that still counts.
const OFFLINE: &str = "the step was offline";

fn is_cut_off(error: &str) -> bool {
    [
        "ERR_INTERNET_DISCONNECTED",
        "ERR_NETWORK_CHANGED",
        "NS_ERROR_OFFLINE",
    ]
    .iter()
    .any(|words| error.contains(words))
}

const LEFT: &str = "aborted by leaving the page";
/// An `AbortController`, mostly a time limit or a newer question.
pub(super) const GIVEN_UP: &str = "given up by the page's code";

/// The page was left, or its code gave the request up.
fn is_aborted(error: &str) -> bool {
    [
        "ERR_ABORTED",
        "NS_BINDING_ABORTED",
        "NS_ERROR_ABORT",
        "cancelled",
    ]
    .iter()
    .any(|words| error.contains(words))
}

/// Why an answer of 400 and more is of no interest.
fn refusal(
    seen: &SeenStep<'_>,
    exchange: &Exchange,
    status: u16,
    owner: Owner,
) -> Option<&'static str> {
    let path = exchange.path();
    let is_there_asked = exchange.method == "HEAD" && status < 500;
    if owner == Owner::Tracker {
        Some("tracker")
    } else if let Some(rule) = extra_file(exchange, &path) {
        Some(rule)
    } else if path.ends_with("/com.chrome.devtools.json") {
        Some("looked for by the browser itself")
    } else if exchange.resource == Resource::Preflight {
        Some("preflight")
    } else if exchange.resource == Resource::Prefetch && status < 500 {
        Some("prefetch")
    } else if is_there_asked {
        Some("asked whether it is there")
    } else if is_probe(seen, exchange, status) {
        Some("401 probe before sign-in")
    } else {
        None
    }
}

/// A file that browsers look for by themselves; an API may have a resource of such a name.
fn extra_file(exchange: &Exchange, path: &str) -> Option<&'static str> {
    let file = path.rsplit('/').next().unwrap_or_default();
    let is_call = matches!(exchange.resource, Resource::Fetch | Resource::Xhr);
    let is_icon = file == "favicon.ico"
        || (!is_call && (file.starts_with("favicon") || file.starts_with("apple-touch-icon")));
    let map = Path::new(file)
        .extension()
        .filter(|extension| extension.eq_ignore_ascii_case("map"));
    let is_of_code = || {
        [".js.map", ".mjs.map", ".css.map"]
            .iter()
            .any(|end| file.ends_with(end))
    };
    if !matches!(exchange.method.as_str(), "GET" | "HEAD") {
        None
    } else if is_icon {
        Some("favicon")
    } else if map.is_some() && (!is_call || is_of_code()) {
        Some("source map")
    } else {
        None
    }
}

/// A page asks who is there before anybody has signed in, and is refused.
fn is_probe(seen: &SeenStep<'_>, exchange: &Exchange, status: u16) -> bool {
    let is_call = matches!(exchange.resource, Resource::Fetch | Resource::Xhr);
    let is_read = exchange.method == "GET" && matches!(status, 401 | 403);
    // Without a token to renew, some call it a bad request.
    let is_renewal = renews_session(exchange) && matches!(status, 400 | 401 | 403);
    if !is_call || !(is_read || is_renewal) {
        return false;
    }
    if seen.is_sign_in() || seen.signs_in_anew() {
        return !has_signed_in(seen, exchange);
    }
    // Signed out, only the question who is there is a probe: what else is refused was needed.
    seen.list.persona.is_none()
        && (is_renewal || asks_who(&exchange.path()))
        && !was_answered_before(seen, exchange)
}

/// In a step that signs in, all is a probe until something was sent and taken.
fn has_signed_in(seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    let before = seen
        .step
        .exchanges
        .iter()
        .take_while(|earlier| earlier.id != exchange.id);
    before
        .filter(|earlier| !is_safe_method(&earlier.method))
        .filter(|earlier| !matches!(earlier.resource, Resource::Beacon | Resource::Preflight))
        .filter_map(Exchange::answer)
        .any(|answer| is_success(answer.status) || answer.is_redirect())
}

/// A page that has just begun asks for its session by renewing it, since its token is a cookie that no script can read.
fn renews_session(exchange: &Exchange) -> bool {
    const OF_SESSIONS: [&str; 6] = ["auth", "token", "session", "jwt", "login", "account"];
    if exchange.method != "POST" {
        return false;
    }
    let path = exchange.path().to_lowercase();
    let last = path.trim_end_matches('/').rsplit('/').next();
    let is_named = last.is_some_and(|last| last.contains("refresh") || last.contains("renew"));
    is_named && OF_SESSIONS.iter().any(|word| path.contains(word))
        || exchange.url.contains("grant_type=refresh_token")
}

fn asks_who(path: &str) -> bool {
    const WHO: &[&str] = &[
        "me",
        "self",
        "whoami",
        "who-am-i",
        "session",
        "sessions",
        "user",
        "current_user",
        "current-user",
        "currentuser",
        "account",
        "profile",
        "identity",
        "viewer",
        "userinfo",
        "refresh",
        "token",
        "auth",
        "check-auth",
        "status",
    ];
    let last = path.trim_end_matches('/').rsplit('/').next();
    last.is_some_and(|last| WHO.contains(&last.to_lowercase().as_str()))
}

fn was_answered_before(seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    let steps = seen.so_far().iter();
    let mut earlier = steps
        .flat_map(|step| &step.exchanges)
        .take_while(|earlier| earlier.id != exchange.id);
    earlier.any(|earlier| {
        let is_answered = earlier
            .answer()
            .is_some_and(|answer| is_success(answer.status));
        is_answered && earlier.route() == exchange.route()
    })
}

/// The rule that files a console line as noise; `None` when it counts or was no error anyway.
pub(super) fn rule_of_line(
    run: &Run,
    seen: &SeenStep<'_>,
    line: &ConsoleLine,
) -> Option<&'static str> {
    let is_uncaught = line.kind == ConsoleKind::UncaughtError;
    if line.level != "error" && !is_uncaught {
        return None;
    }
    if is_of_extension(line) {
        return Some("browser extension");
    }
    if owner_of(run, &line.source) == Owner::Tracker {
        return Some("tracker");
    }
    if !is_uncaught {
        return None;
    }
    let text = bare_error(&line.text);
    if text.starts_with("ResizeObserver loop") {
        Some("layout that took another frame")
    } else if text.trim_end_matches('.').trim() == "Script error" {
        Some("error of another origin's script, which the browser hides")
    } else if is_abort(text) || (is_lost_request(text) && has_aborted_request(run, seen)) {
        Some("aborted by leaving the page")
    } else {
        None
    }
}

/// Its script, or a script that called it, belongs to an extension.
fn is_of_extension(line: &ConsoleLine) -> bool {
    is_extension(&line.source)
        || line.stack.iter().any(|frame| is_extension(frame))
        || (line.kind == ConsoleKind::Browser && is_extension(&line.text))
        || (line.source.is_empty() && is_extension(&line.text))
}

/// An error's own words, without what browsers put before them.
pub(super) fn bare_error(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix("Uncaught ").unwrap_or(text);
    let text = text.strip_prefix("(in promise) ").unwrap_or(text);
    let text = text.strip_prefix("DOMException: ").unwrap_or(text);
    text.strip_prefix("Error: ").unwrap_or(text)
}

/// An `AbortController` or a newer navigation ended it on purpose.
fn is_abort(text: &str) -> bool {
    text.starts_with("AbortError")
        || text.starts_with("signal is aborted")
        || text.starts_with("The user aborted a request")
        || text.starts_with("The operation was aborted")
}

/// What `fetch` says, in three engines, when its request was cut off.
pub(super) fn is_lost_request(text: &str) -> bool {
    [
        "TypeError: Failed to fetch",
        "TypeError: NetworkError when attempting to fetch",
        "TypeError: Load failed",
    ]
    .iter()
    .any(|words| text.starts_with(words))
}

/// All requests of the step that failed were given up; so the error is of one of them.
/// One that failed for want of a network is the page's to catch.
fn has_aborted_request(run: &Run, seen: &SeenStep<'_>) -> bool {
    let mut failed = seen
        .step
        .exchanges
        .iter()
        .filter(|exchange| matches!(exchange.outcome, Outcome::Failed { .. }))
        .peekable();
    failed.peek().is_some()
        && failed.all(|exchange| file_of(run, seen, exchange).is_some_and(|rule| rule != OFFLINE))
}
