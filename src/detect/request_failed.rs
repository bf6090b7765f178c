//! `request-failed`: a request that got no answer.

use super::{
    noise::file_of,
    origin::{Owner, call_of, is_sent_by_own_code, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{Exchange, Happening, Outcome, Resource, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "request-failed",
    severity: Severity::Error,
    what: "a request of the page got no answer at all: its host has no address, the connection was refused or reset, or time ran out",
    why: "A host name that only resolves in the office, a service that was never started in the preview, a certificate that ran out: the build \
          has no network and can't see them. The page mostly shows an empty list. Beside a browser's rule that keeps an answer back \
          (`cors-blocked`) it looks the same from inside the page, and one is mended in the server's headers, the other in its address.",
    looks_at: "Every request that failed, with the browser's own words. Pages, API calls and scripts of the target are errors; pictures, fonts, \
               styles, media and event streams are warnings, and so is what lies on the target's site without being declared. A call of \
               the app's own code to another origin is a warning, else on other origins it is a notice: declare an origin under `origins` when it belongs to the target.",
    silent: "For requests that were given up because the page was left, or by the page's own code; while the step has taken the network away \
             (`network: offline`); for trackers, extensions, preflights (their request is told) and what shippass kept from leaving; for an event \
             stream that was open and ended. A request that was sent again and answered in the same step is a notice.",
    mend: "Read the browser's words: an unknown name or a refused connection is a wrong address or a service that isn't there; a reset or an \
           empty answer is a server that died over the request; let the page say that it couldn't load.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let in_step = |seen: SeenStep<'_>| {
        let calls = seen.asked_by_page();
        let found: Vec<_> = calls
            .filter_map(|exchange| finding(run, &seen, exchange))
            .collect();
        found
    };
    seen_steps(run).flat_map(in_step).collect()
}

fn finding(run: &Run, seen: &SeenStep<'_>, exchange: &Exchange) -> Option<Finding> {
    let Outcome::Failed { error } = &exchange.outcome else {
        return None;
    };
    let is_told_elsewhere = exchange
        .kept_back
        .as_ref()
        .is_some_and(|kept| kept.is_cors || kept.rule == "mixed-content");
    if is_told_elsewhere
        || file_of(run, seen, exchange).is_some()
        || is_kept_in(seen, exchange)
        || is_stream_that_ended(exchange, error)
    {
        return None;
    }
    let rule = exchange.kept_back.as_ref().map(|kept| kept.rule.as_str());
    let may_be_cors = seen.step.is_traffic_only && is_call_to_another_origin(run, exchange);
    let why = match rule {
        Some(rule) => of_rule(rule),
        None if may_be_cors && is_vague(error) => EITHER,
        None => in_words(error),
    };
    let title = format!("{} got no answer: {why}", call_of(run, exchange));
    let mut detail = format!("The browser says {error}.");
    if why == EITHER {
        detail.push_str(" An archive doesn't say which of the two; ask that server from elsewhere: if it answers, its CORS rules don't let this page in.");
    }
    if is_made_up_for(seen, exchange) {
        detail.push_str(" It was sent again and answered.");
    }
    if owner_of(run, &exchange.url) == Owner::Stranger {
        detail.push_str(&undeclared(&exchange.origin()));
    }
    let fault = format!("{} {} {error}", exchange.method, exchange.route());
    let decisive = std::iter::once(exchange);
    let requests = decisive.chain(seen.chain_to(exchange));
    Some(Finding {
        severity: severity(run, seen, exchange),
        detail,
        requests: requests.map(|hop| hop.id.clone()).collect(),
        ..RULE.finding(seen.at(), title, fault)
    })
}

fn severity(run: &Run, seen: &SeenStep<'_>, exchange: &Exchange) -> Severity {
    let is_extra = matches!(
        exchange.resource,
        Resource::Prefetch | Resource::Beacon | Resource::Manifest
    );
    if is_extra || is_made_up_for(seen, exchange) {
        return Severity::Notice;
    }
    match (owner_of(run, &exchange.url), exchange.resource) {
        // Known to be the app's own: it waits for the answer, as for an upload's.
        (Owner::Stranger, _) if is_call_to_another_origin(run, exchange) && is_missed(exchange) => {
            Severity::Warning
        }
        (Owner::Stranger | Owner::Tracker, _) => Severity::Notice,
        (Owner::Site, _) if !is_sent_by_own_code(run, exchange) => Severity::Notice,
        (Owner::Site, _)
        | (
            Owner::Target,
            Resource::Image
            | Resource::Font
            | Resource::Style
            | Resource::Media
            | Resource::EventSource
            | Resource::WebSocket
            | Resource::Other,
        ) => Severity::Warning,
        (Owner::Target, _) => Severity::Error,
    }
}

const EITHER: &str = "its server is dead, or its CORS rules keep this page out";

/// By code, and not to the target; what the app's own code didn't send is none of its business.
fn is_call_to_another_origin(run: &Run, exchange: &Exchange) -> bool {
    let is_call = matches!(exchange.resource, Resource::Fetch | Resource::Xhr);
    is_call
        && matches!(owner_of(run, &exchange.url), Owner::Site | Owner::Stranger)
        && is_sent_by_own_code(run, exchange)
}

/// The record names the script, and no extension of the browser stopped its request.
fn is_missed(exchange: &Exchange) -> bool {
    let sender = exchange.initiator.as_ref();
    let is_stopped = matches!(&exchange.outcome, Outcome::Failed { error } if error.contains("BLOCKED_BY_CLIENT"));
    sender.is_some_and(|sender| !sender.url.is_empty()) && !is_stopped
}

/// Words that three engines have for a dead server and for an answer kept back by CORS alike.
fn is_vague(error: &str) -> bool {
    let words = [
        "ERR_FAILED",
        "NS_ERROR_DOM_BAD_URI",
        "NS_ERROR_FAILURE",
        "Load failed",
    ];
    words.iter().any(|words| error.contains(words))
}

/// Whether the same request was sent again in the step, and answered.
pub(super) fn is_made_up_for(seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    let later = seen
        .asked_by_page()
        .skip_while(|other| other.id != exchange.id)
        .skip(1);
    later
        .filter(|other| other.method == exchange.method && other.url == exchange.url)
        .any(|other| other.answer().is_some_and(|answer| answer.status < 400))
}

/// shippass kept it from leaving; that is told as such.
fn is_kept_in(seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    seen.step.happenings.iter().any(|happening| {
        matches!(happening, Happening::Withheld { method, url } if *method == exchange.method && *url == exchange.url)
    })
}

/// Streams of events end when the server closes them, and the browser connects again.
fn is_stream_that_ended(exchange: &Exchange, error: &str) -> bool {
    let has_ended = [
        "ERR_INCOMPLETE_CHUNKED_ENCODING",
        "ERR_HTTP2_PROTOCOL_ERROR",
        "ERR_QUIC_PROTOCOL_ERROR",
        "ERR_CONTENT_LENGTH_MISMATCH",
        "ERR_EMPTY_RESPONSE",
    ];
    let is_stream = matches!(
        exchange.resource,
        Resource::EventSource | Resource::WebSocket
    ) || exchange
        .request_header("accept")
        .is_some_and(|accept| accept.contains("text/event-stream"));
    is_stream && has_ended.iter().any(|words| error.contains(words))
}

/// What the browser's words mean.
fn in_words(error: &str) -> &str {
    const MEANINGS: &[(&str, &str)] = &[
        ("NAME_NOT_RESOLVED", "its host's name has no address"),
        ("UNKNOWN_HOST", "its host's name has no address"),
        ("CONNECTION_REFUSED", "nothing listens at its address"),
        ("CONNECTION_RESET", "the connection was reset"),
        ("NET_RESET", "the connection was reset"),
        ("CONNECTION_CLOSED", "the connection was closed"),
        (
            "EMPTY_RESPONSE",
            "the server closed the connection without a word",
        ),
        ("CONNECTION_TIMED_OUT", "the connection took too long"),
        ("ERR_TIMED_OUT", "it took too long"),
        ("NET_TIMEOUT", "it took too long"),
        ("ADDRESS_UNREACHABLE", "its address can't be reached"),
        ("ERR_CERT", "its certificate isn't valid"),
        ("ERR_SSL", "no secure connection came about"),
        (
            "CONTENT_LENGTH_MISMATCH",
            "the answer was shorter than it had said",
        ),
        ("INCOMPLETE_CHUNKED_ENCODING", "the answer broke off"),
        ("TOO_MANY_REDIRECTS", "it was redirected round and round"),
        ("INTERNET_DISCONNECTED", "there is no network"),
        ("UNSAFE_PORT", "browsers don't connect to its port"),
        (
            "RESPONSE_CODE_FAILURE",
            "the server answered an error without a page",
        ),
        (
            "BLOCKED_BY_ORB",
            "the browser kept the answer back, since its type isn't what was asked for",
        ),
    ];
    let known = MEANINGS.iter().find(|(words, _)| error.contains(words));
    known.map_or(error, |(_, meaning)| meaning)
}

/// What DevTools' name of a rule means.
fn of_rule(rule: &str) -> &str {
    match rule {
        "csp" => "the page's own Content-Security-Policy forbids it",
        "inspector" => "the browser's tools kept it in",
        "coep-frame-resource-needs-coep-header" => {
            "the frame has no Cross-Origin-Embedder-Policy header"
        }
        "corp-not-same-origin"
        | "corp-not-same-site"
        | "corp-not-same-origin-after-defaulted-to-same-origin-by-coep" => {
            "its Cross-Origin-Resource-Policy header keeps it from other origins"
        }
        other => other,
    }
}

fn undeclared(origin: &str) -> String {
    format!(
        " {origin} is none of the target's origins; declare it under `origins` if it belongs to the target."
    )
}
