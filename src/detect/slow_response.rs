//! `slow-response`: an answer that people give up waiting for.

use std::{
    collections::HashMap,
    fmt::Write,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{
    across::Across,
    leaving::open_for,
    noise::{GIVEN_UP, file_of},
    origin::{Owner, call_of, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{Answer, Body, Content, Exchange, Happening, Outcome, ReadAs, Resource, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "slow-response",
    severity: Severity::Warning,
    what: "a page or an API call of the target took ten seconds or more to be answered",
    why: "A test's database has ten rows and a mock answers at once. On the deployment the same query walks a table without an index, and \
          nobody waits: people tap again, and what they did is done twice.",
    looks_at: "How long pages and API calls of the target took from the request to the first byte, and to the last byte of JSON: from 10 s \
               on it is a warning; from 3 s on a notice, and so is a call that was slow once and fast at another time in the run (a cold \
               start), and everything on a target of the kind `local`, which may compile a page first. \
               A call that got no answer in that time, until the page's own code gave it up, counts like one that took as long.",
    silent: "For event streams, long polling and answers that are read while they come, for downloads, for uploads of 500 kB and more, for \
             steps with `network: slow` or `offline`, for third parties and trackers, for answers from the browser's cache, and for error \
             statuses (those are `http-error`).",
    mend: "Look at the server's log for that call, at the number of its queries and their indexes first. What has to take long is begun \
           by the call and asked for later; the page says meanwhile that it is at work.",
    inspect: Inspect::Across(inspect),
};

/// From here on people wonder, in milliseconds.
const LONG: f64 = 3_000.0;
/// From here on they have given up (Nielsen 1993: what attention lasts for).
const TOO_LONG: f64 = 10_000.0;
/// From here on the phone's own sending may be what takes long, in bytes.
const LARGE: u64 = 500_000;

fn inspect(run: &Run, across: &Across) -> Vec<Finding> {
    let in_step = |seen: SeenStep<'_>| {
        let calls = seen.asked_by_page();
        let slow = calls.filter(|exchange| is_of_interest(run, exchange));
        let found: Vec<_> = slow
            .filter_map(|exchange| finding((run, across), &seen, exchange))
            .collect();
        found
    };
    seen_steps(run)
        .filter(|seen| !has_changed_network(seen))
        .flat_map(in_step)
        .collect()
}

/// The step itself made its answers slow.
fn has_changed_network(seen: &SeenStep<'_>) -> bool {
    let mut happenings = seen.step.happenings.iter();
    happenings.any(|happening| matches!(happening, Happening::Network { .. }))
}

fn is_of_interest(run: &Run, exchange: &Exchange) -> bool {
    let is_asked = matches!(
        exchange.resource,
        Resource::Document | Resource::Fetch | Resource::Xhr
    );
    is_asked && matches!(owner_of(run, &exchange.url), Owner::Target | Owner::Site)
}

fn finding(of: (&Run, &Across), seen: &SeenStep<'_>, exchange: &Exchange) -> Option<Finding> {
    let (run, _) = of;
    if matches!(exchange.outcome, Outcome::Failed { .. }) {
        return given_up(of, seen, exchange);
    }
    let answer = exchange.answer().filter(|answer| answer.status < 400)?;
    let took = took(exchange, answer).filter(|took| *took >= LONG)?;
    if answer.from_cache
        || is_stream(exchange, answer)
        || is_download(exchange, answer)
        || is_upload(exchange)
        || is_long_poll(seen, exchange)
    {
        return None;
    }
    let title = format!(
        "{} took {} to be answered",
        call_of(run, exchange),
        seconds(took)
    );
    let detail = match exchange.timings.wait {
        Some(wait) => format!("The first byte came after {}.", seconds(wait)),
        None => format!("It was answered after {}.", seconds(took)),
    };
    let said = answer.header("server-timing");
    let signals = said.map(|said| format!("the server says of its own time: {said}"));
    Some(Finding {
        signals: signals.into_iter().collect(),
        ..weighed(of, seen, exchange, took, (title, detail))
    })
}

/// Nobody left the page, and its code waited no longer: a time limit of its own.
fn given_up(of: (&Run, &Across), seen: &SeenStep<'_>, exchange: &Exchange) -> Option<Finding> {
    let (run, _) = of;
    let took = open_for(exchange).filter(|took| *took >= LONG)?;
    let is_counted = file_of(run, seen, exchange) == Some(GIVEN_UP);
    let accept = exchange.request_header("accept").unwrap_or_default();
    if !is_counted || is_stream_type(accept) || is_upload(exchange) || is_long_poll(seen, exchange)
    {
        return None;
    }
    let call = call_of(run, exchange);
    let title = format!(
        "{call} had no answer after {} and was given up",
        seconds(took)
    );
    let detail =
        "The page's code stopped waiting for it, and the page was not left meanwhile.".to_owned();
    Some(weighed(of, seen, exchange, took, (title, detail)))
}

/// A finding as heavy as the time is long.
fn weighed(
    (run, across): (&Run, &Across),
    seen: &SeenStep<'_>,
    exchange: &Exchange,
    took: f64,
    (title, mut detail): (String, String),
) -> Finding {
    let fastest = across.fastest.of(exchange);
    let is_once = fastest < LONG;
    let is_warning = took >= TOO_LONG && !is_once && run.target.kind != "local";
    if is_once {
        let _ = write!(
            detail,
            " At another time in this run the same call took {}.",
            seconds(fastest)
        );
    }
    let fault = format!("{} {}", exchange.method, exchange.route());
    Finding {
        severity: if is_warning {
            Severity::Warning
        } else {
            Severity::Notice
        },
        detail,
        requests: vec![exchange.id.clone()],
        ..RULE.finding(seen.at(), title, fault)
    }
}

/// How long its answer took, in milliseconds: the server's time, and for JSON all of it, since nobody
/// can use half of it. Waiting for a free connection is none of it.
fn took(exchange: &Exchange, answer: &Answer) -> Option<f64> {
    let timings = &exchange.timings;
    let rest = match answer.body.content() {
        Some(Content::Json) if size_of(&answer.body) < LARGE => timings.receive.unwrap_or(0.0),
        _ => 0.0,
    };
    timings.wait.map(|wait| wait + rest).or(timings.total)
}

/// The best time of each call in the whole run, in milliseconds.
#[derive(Debug, Default)]
pub(super) struct Fastest(HashMap<u64, f64>);

impl Fastest {
    /// Learns from a run, or from the next part of one.
    pub(super) fn learn(&mut self, run: &Run) {
        for exchange in run.steps().flat_map(|(_, step)| &step.exchanges) {
            let is_real = |answer: &&Answer| answer.status < 400 && !answer.from_cache;
            let answer = exchange.answer().filter(is_real);
            if let Some(time) = answer.and_then(|answer| took(exchange, answer)) {
                let best = self.0.entry(key_of(exchange)).or_insert(f64::INFINITY);
                *best = best.min(time);
            }
        }
    }

    fn of(&self, exchange: &Exchange) -> f64 {
        let known = self.0.get(&key_of(exchange));
        known.copied().unwrap_or(f64::INFINITY)
    }
}

/// What is the same call: a long run has many, and their whole texts would fill the memory.
fn key_of(exchange: &Exchange) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&exchange.method, &exchange.url).hash(&mut hasher);
    exchange.request_body.start().hash(&mut hasher);
    hasher.finish()
}

/// It is read while it comes; a model's answer, a log, a feed of events.
fn is_stream(exchange: &Exchange, answer: &Answer) -> bool {
    let accept = exchange.request_header("accept").unwrap_or_default();
    is_stream_type(&answer.mime) || is_stream_type(accept)
}

fn is_stream_type(text: &str) -> bool {
    const TYPES: [&str; 6] = [
        "text/event-stream",
        "ndjson",
        "jsonl",
        "json-seq",
        "multipart/x-mixed-replace",
        "grpc",
    ];
    TYPES.iter().any(|kind| text.contains(kind))
}

/// A file: it is made while somebody waits for it, and the browser shows that it is coming.
fn is_download(exchange: &Exchange, answer: &Answer) -> bool {
    let disposition = answer.header("content-disposition").unwrap_or_default();
    let is_saved = disposition.to_ascii_lowercase().starts_with("attachment");
    is_saved
        || answer.body.content() == Some(Content::Binary)
        || exchange.read_as.contains(&ReadAs::Bytes)
        || size_of(&answer.body) >= LARGE
}

/// What was sent is large, or it is a form with files whose size isn't known.
fn is_upload(exchange: &Exchange) -> bool {
    let kind = exchange.request_header("content-type").unwrap_or_default();
    let is_file = [
        "multipart/",
        "image/",
        "video/",
        "audio/",
        "application/octet",
    ]
    .iter()
    .any(|begin| kind.starts_with(begin));
    let is_unknown = matches!(exchange.request_body, Body::Missing { .. });
    size_of(&exchange.request_body) >= LARGE || (is_file && is_unknown)
}

fn size_of(body: &Body) -> u64 {
    match body {
        Body::Kept(kept) => kept.size,
        Body::Described { size, .. } => *size,
        Body::None | Body::Missing { .. } => 0,
    }
}

/// Whether it is a long poll that was kept waiting.
pub(super) fn is_held_back(seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    is_held(exchange) && is_long_poll(seen, exchange)
}

/// The server holds its answer back until there is news: said by the address or a header, or seen by its being
/// asked again at once, and held back again.
fn is_long_poll(seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    const SEGMENTS: [&str; 10] = [
        "poll",
        "polling",
        "longpoll",
        "longpolling",
        "long-poll",
        "comet",
        "socket.io",
        "sockjs",
        "signalr",
        "_changes",
    ];
    const KEYS: [&str; 4] = ["wait=", "timeout=", "feed=", "lastEventId="];
    let path = exchange.path().to_ascii_lowercase();
    let query = exchange.url.split_once('?').map_or("", |(_, query)| query);
    let is_key = |pair: &str| KEYS.iter().any(|key| pair.starts_with(key));
    path.split('/').any(|segment| SEGMENTS.contains(&segment))
        || query.split('&').any(is_key)
        || exchange.request_header("prefer").is_some()
        || is_held_again(seen, exchange)
}

/// The same page asked for it again as soon as it was answered, and was kept waiting again.
fn is_held_again(seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    let all = || seen.list.steps.iter().flat_map(|step| &step.exchanges);
    let is_new_page = |first: &Exchange, next: &Exchange| {
        let mut documents = all().filter(|other| other.resource == Resource::Document);
        documents.any(|page| (first.started..next.started).contains(&page.started))
    };
    let follow =
        |first: &Exchange, next: &Exchange| is_at_once(first, next) && !is_new_page(first, next);
    let is_call = exchange.resource != Resource::Document;
    let is_same = |other: &&Exchange| {
        other.id != exchange.id
            && other.method == exchange.method
            && other.path() == exchange.path()
            && is_held(other)
    };
    is_call
        && all()
            .filter(is_same)
            .any(|other| follow(exchange, other) || follow(other, exchange))
}

fn is_held(exchange: &Exchange) -> bool {
    let took = exchange.answer().and_then(|answer| took(exchange, answer));
    exchange.outcome == Outcome::Pending || took.is_some_and(|took| took >= LONG)
}

fn is_at_once(first: &Exchange, next: &Exchange) -> bool {
    let parts = &first.timings;
    let Some(took) = parts.total.or(parts.wait) else {
        return false;
    };
    #[expect(clippy::cast_possible_truncation, reason = "a time within a run")]
    let ended = first.started.as_millisecond() + took as i64;
    (0..1_500).contains(&(next.started.as_millisecond() - ended))
}

fn seconds(milliseconds: f64) -> String {
    format!("{:.1} s", milliseconds / 1000.0)
}
