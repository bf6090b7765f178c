//! What became of the requests of a step that write.

use std::fmt;

use serde_json::Value;
use url::Url;

use super::{
    expects_json::is_success,
    graphql,
    html::{is_sign_in_path, is_sign_out_path, sign_in_mark},
    json_start,
    noise::file_of,
    origin::{Owner, is_sent_by_own_code, owner_of},
    seen_step::SeenStep,
};
use crate::evidence::{Answer, Body, Exchange, Outcome, Resource, Run, is_safe_method};

/// What became of a request that writes.
pub(super) enum Fate<'r> {
    /// It was answered with success.
    Taken,
    /// It may have arrived.
    Unknown,
    /// It came to a sign-in page.
    Bounced {
        /// The exchange that says so.
        at: &'r Exchange,
    },
    /// It was answered with an error's status.
    Refused(u16),
    /// Its answer's body says that it failed.
    Denied,
    /// It got no answer.
    Lost(&'r str),
}

impl fmt::Display for Fate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken => f.write_str("was taken"),
            Self::Unknown => f.write_str("may have arrived"),
            Self::Bounced { .. } => f.write_str("was sent on to a sign-in page"),
            Self::Refused(status) => write!(f, "was answered {status}"),
            Self::Denied => {
                f.write_str("was answered with success, and the answer's body says that it failed")
            }
            Self::Lost(error) => write!(f, "got no answer: {error}"),
        }
    }
}

/// Every request of the page's own code in a step that writes, and what became of it.
pub(super) fn fates_of<'r>(run: &Run, seen: &SeenStep<'r>) -> Vec<(&'r Exchange, Fate<'r>)> {
    let writes = seen
        .asked_by_page()
        .filter(|exchange| is_write(run, exchange));
    writes
        .map(|write| (write, fate_of(run, seen, write)))
        .collect()
}

fn is_write(run: &Run, exchange: &Exchange) -> bool {
    let is_sent = !is_safe_method(&exchange.method);
    let is_sent_on = exchange.redirected_from.is_some();
    let is_own =
        owner_of(run, &exchange.url) != Owner::Tracker && is_sent_by_own_code(run, exchange);
    is_sent
        && is_own
        && !is_sent_on
        && exchange.resource != Resource::Preflight
        && !graphql::is_read(exchange)
        && !is_sign_in_path(&exchange.url)
        && !is_sign_out_path(&exchange.url)
        && !only_counts(exchange)
}

/// It tells of visits and errors, and of nothing that a person did.
fn only_counts(exchange: &Exchange) -> bool {
    const SEGMENTS: [&str; 14] = [
        "telemetry",
        "analytics",
        "track",
        "tracking",
        "collect",
        "metrics",
        "vitals",
        "rum",
        "log",
        "logs",
        "beacon",
        "heartbeat",
        "ping",
        "csp-report",
    ];
    let path = exchange.path().to_lowercase();
    path.split('/').any(|segment| SEGMENTS.contains(&segment))
}

fn fate_of<'r>(run: &Run, seen: &SeenStep<'r>, write: &'r Exchange) -> Fate<'r> {
    let last = last_hop(seen, write);
    match &last.outcome {
        Outcome::Pending => Fate::Unknown,
        Outcome::Failed { .. } if file_of(run, seen, last).is_some() => Fate::Unknown,
        Outcome::Failed { error } => Fate::Lost(error),
        Outcome::Answered(answer) if answer.is_redirect() => {
            // Nobody followed it.
            if leads_to_sign_in(last, answer) {
                Fate::Bounced { at: last }
            } else {
                Fate::Taken
            }
        }
        Outcome::Answered(answer) if answer.status >= 400 => Fate::Refused(answer.status),
        Outcome::Answered(answer) if is_success(answer.status) => {
            if is_bounce(write, last) {
                Fate::Bounced { at: last }
            } else if says_that_it_failed(answer) {
                Fate::Denied
            } else {
                Fate::Taken
            }
        }
        Outcome::Answered(_) => Fate::Taken,
    }
}

/// Whether a redirect leads to where one signs in, seen from the request's own address.
pub(super) fn leads_to_sign_in(redirected: &Exchange, answer: &Answer) -> bool {
    let base = Url::parse(&redirected.url).ok();
    let place = answer
        .header("location")
        .and_then(|place| base?.join(place).ok());
    place.is_some_and(|place| is_sign_in_path(place.as_str()))
}

/// The exchange in which a chain of redirects ends.
fn last_hop<'r>(seen: &SeenStep<'r>, write: &'r Exchange) -> &'r Exchange {
    let mut last = write;
    // A chain that names itself would have no end.
    for _ in 0..20 {
        let next = seen
            .asked_by_page()
            .find(|exchange| exchange.redirected_from.as_ref() == Some(&last.id));
        let Some(next) = next else { break };
        last = next;
    }
    last
}

/// It was sent elsewhere, to sign in there; a page that is answered in place must be one for signing in.
fn is_bounce(write: &Exchange, last: &Exchange) -> bool {
    let is_page = last
        .answer()
        .is_some_and(|answer| answer.mime.contains("html"));
    if write.id == last.id {
        let is_call = matches!(write.resource, Resource::Fetch | Resource::Xhr);
        return is_call && is_page && sign_in_mark(last).is_some();
    }
    is_page && is_sign_in_path(&last.url)
}

/// JSON that says itself that nothing was done; of a long one the beginning is known.
fn says_that_it_failed(answer: &Answer) -> bool {
    let Some(json) = answer.body.start().and_then(json_start::read) else {
        return false;
    };
    let says_no = ["ok", "success"]
        .iter()
        .any(|key| json.get(key) == Some(&Value::Bool(false)));
    let errors = json.get("errors").and_then(Value::as_array);
    let has_errors = errors.is_some_and(|errors| !errors.is_empty());
    let is_whole = matches!(&answer.body, Body::Kept(kept) if kept.whole().is_some());
    let has_data = match json.get("data") {
        // It may stand behind what was kept.
        None => !is_whole,
        Some(Value::Object(members)) => members.values().any(|value| !value.is_null()),
        Some(data) => !data.is_null(),
    };
    says_no || (has_errors && !has_data)
}
