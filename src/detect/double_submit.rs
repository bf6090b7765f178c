//! `double-submit`: one touch, and the same request to change something went out twice.

use super::{
    expects_json::is_success,
    graphql,
    origin::{Owner, call_of, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{
    ActionOutcome, ActionRecord, Answer, Body, Exchange, KeptBody, Resource, Run, is_safe_method,
};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "double-submit",
    severity: Severity::Error,
    what: "one touch sent the same request to change something more than once",
    why: "A form that is sent by its own event and by a handler of its button is sent twice. The page looks right, and the customer has two \
          quotes, two invoices or two charges. Tests look for one that is there; two are, and the first one is found.",
    looks_at: "Requests that write, to the target, within two seconds of each other after one tap, key press or choice: same method, same \
               URL, same body. More of them than there were touches is a finding: an error when both were taken and something was created \
               or the answers differ, a notice for PUT and DELETE, which may be repeated, else a warning.",
    silent: "When the page was touched that often (`double_tap` is two touches), when the first one had failed and was tried again, for \
             requests with the same idempotency key, redirects of one request, preflights, beacons, what counts or reports, GraphQL \
             queries and other reading by POST, the renewal of a token, and when the bodies aren't known.",
    mend: "Listen for the form's `submit` event and for nothing else. Disable the button while the request is under way, and let the server \
           take an idempotency key: a lost connection sends twice too.",
    inspect: Inspect::Run(inspect),
};

/// A touch sends at once; what comes later was meant to, in milliseconds.
const TOGETHER: i64 = 2_000;

fn inspect(run: &Run) -> Vec<Finding> {
    let steps = seen_steps(run);
    steps
        .flat_map(|seen| {
            let spans = spans_of(&seen);
            let found = spans.iter().flat_map(|span| in_span(run, &seen, span));
            found.collect::<Vec<_>>()
        })
        .collect()
}

/// One touch, or several that can't be told apart, and what the page wrote until the next action.
struct Span<'r> {
    touches: usize,
    what: String,
    writes: Vec<&'r Exchange>,
}

fn spans_of<'r>(seen: &SeenStep<'r>) -> Vec<Span<'r>> {
    let actions = &seen.step.actions;
    let touching = || {
        let done = |action: &&ActionRecord| action.outcome == ActionOutcome::Done;
        actions.iter().filter(done).filter(|it| touches_of(it) > 0)
    };
    if touching().any(|action| action.started.is_none()) {
        let words: Vec<_> = touching().map(|action| action.what.as_str()).collect();
        return vec![Span {
            touches: touching().map(touches_of).sum(),
            what: words.join(", "),
            writes: seen.asked_by_page().collect(),
        }];
    }
    let spans = touching().map(|action| {
        let later = actions.iter().filter_map(|other| other.started);
        let end = later.filter(|other| Some(*other) > action.started).min();
        let is_within = |exchange: &&Exchange| {
            Some(exchange.started) >= action.started && end.is_none_or(|end| exchange.started < end)
        };
        Span {
            touches: touches_of(action),
            what: action.what.clone(),
            writes: seen.asked_by_page().filter(is_within).collect(),
        }
    });
    spans.collect()
}

/// How often an action touches something that may send.
fn touches_of(action: &ActionRecord) -> usize {
    match action.verb.as_str() {
        "tap" | "long_press" | "press" | "check" | "uncheck" | "choose" | "swipe" => 1,
        "double_tap" => 2,
        _ => 0,
    }
}

fn in_span(run: &Run, seen: &SeenStep<'_>, span: &Span<'_>) -> Vec<Finding> {
    let mut groups: Vec<Vec<&Exchange>> = Vec::new();
    for exchange in &span.writes {
        if !is_write(run, exchange) {
            continue;
        }
        let known = groups.iter_mut().find(|group| {
            group
                .last()
                .is_some_and(|last| is_same(last, exchange) && !is_tried_again(last, exchange))
        });
        match known {
            Some(group) => group.push(exchange),
            None => groups.push(vec![exchange]),
        }
    }
    let doubled = groups
        .iter()
        .filter(|group| span.touches > 0 && group.len() > span.touches);
    doubled
        .filter_map(|group| finding(run, seen, span, group))
        .collect()
}

fn finding(
    run: &Run,
    seen: &SeenStep<'_>,
    span: &Span<'_>,
    group: &[&Exchange],
) -> Option<Finding> {
    let first = *group.first()?;
    let times = match group.len() {
        2 => "twice".to_owned(),
        times => format!("{times} times"),
    };
    let touches = match span.touches {
        1 => "one touch".to_owned(),
        touches => format!("{touches} touches"),
    };
    let call = call_of(run, first);
    let answers: Vec<_> = group
        .iter()
        .map(|exchange| {
            let status = exchange.answer().map(|answer| answer.status.to_string());
            status.unwrap_or_else(|| "nothing".to_owned())
        })
        .collect();
    let fault = format!("{} {}", first.method, first.route());
    Some(Finding {
        severity: severity(group),
        detail: format!(
            "After {} the same request went out {times}, with the same body. The answers: {}.",
            span.what,
            answers.join(", ")
        ),
        requests: group.iter().map(|exchange| exchange.id.clone()).collect(),
        ..RULE.finding(
            seen.at(),
            format!("{call} was sent {times} by {touches}"),
            fault,
        )
    })
}

/// Whether something was done twice, as far as the answers tell.
fn severity(group: &[&Exchange]) -> Severity {
    let answers: Vec<&Answer> = group.iter().filter_map(|it| it.answer()).collect();
    let taken = answers
        .iter()
        .filter(|answer| is_success(answer.status) || answer.is_redirect());
    let is_taken_twice = taken.count() > 1;
    let starts: Vec<_> = answers.iter().map(|answer| answer.body.start()).collect();
    let differ = starts.windows(2).any(|pair| pair[0] != pair[1]);
    let has_created = answers
        .iter()
        .any(|answer| answer.status == 201 || answer.is_redirect());
    let may_repeat = |exchange: &&Exchange| matches!(exchange.method.as_str(), "PUT" | "DELETE");
    if group.iter().all(may_repeat) {
        Severity::Notice
    } else if is_taken_twice && (has_created || differ) {
        Severity::Error
    } else {
        Severity::Warning
    }
}

fn is_write(run: &Run, exchange: &Exchange) -> bool {
    let is_sent = !is_safe_method(&exchange.method)
        && !matches!(exchange.resource, Resource::Beacon | Resource::Preflight)
        && exchange.redirected_from.is_none();
    is_sent
        && matches!(owner_of(run, &exchange.url), Owner::Target | Owner::Site)
        && !graphql::is_read(exchange)
        && !is_reading_or_reporting(exchange)
}

/// What is asked by POST and changes nothing, or changes nothing that anybody would miss.
fn is_reading_or_reporting(exchange: &Exchange) -> bool {
    const READING: &str = " search query filter list lookup find validate preview autocomplete suggest suggestions \
                           count estimate calculate refresh token negotiate ";
    const REPORTING: &str = " track tracking collect log logs analytics metrics telemetry beacon rum vitals \
                             heartbeat ping presence typing seen read monitoring envelope socket.io sockjs poll ";
    let path = exchange.path().to_ascii_lowercase();
    let last = path.trim_end_matches('/').rsplit('/').next();
    let word = format!(" {} ", last.unwrap_or_default());
    READING.contains(&word) || REPORTING.contains(&word)
}

fn is_same(one: &Exchange, other: &Exchange) -> bool {
    let apart = other.started.as_millisecond() - one.started.as_millisecond();
    one.method == other.method
        && one.url == other.url
        && apart.abs() <= TOGETHER
        && is_same_body(one, other)
        && !has_same_key(one, other)
}

/// A key by which the server takes both for one.
fn has_same_key(one: &Exchange, other: &Exchange) -> bool {
    const NAMES: [&str; 3] = ["idempotency-key", "x-idempotency-key", "request-id"];
    NAMES.iter().any(|name| {
        let key = one.request_header(name);
        key.is_some() && key == other.request_header(name)
    })
}

/// What isn't known isn't the same.
fn is_same_body(one: &Exchange, other: &Exchange) -> bool {
    match (&one.request_body, &other.request_body) {
        (Body::None, Body::None) => true,
        (Body::Kept(one), Body::Kept(other)) => {
            one.size == other.size
                && match (boundary_of(one), boundary_of(other)) {
                    (None, None) if !one.file.is_empty() => one.file == other.file,
                    (None, None) => one.start == other.start,
                    // Each form with files is sent with a boundary of its own.
                    (Some(begin), Some(end)) => {
                        let is_whole = one.whole().is_some() && other.whole().is_some();
                        is_whole && one.start.replace(begin, "") == other.start.replace(end, "")
                    }
                    _ => false,
                }
        }
        _ => false,
    }
}

fn boundary_of(body: &KeptBody) -> Option<&str> {
    let line = body.start.lines().next()?;
    (line.starts_with("--") && line.len() > 8).then_some(line)
}

/// The first one had come to nothing before the other one left.
fn is_tried_again(first: &Exchange, next: &Exchange) -> bool {
    let is_taken = first.answer().is_some_and(|answer| answer.status < 400);
    let took = first.timings.total.unwrap_or(0.0);
    #[expect(clippy::cast_possible_truncation, reason = "a time within a run")]
    let ended = first.started.as_millisecond() + took as i64;
    !is_taken && next.started.as_millisecond() >= ended
}
