//! One exchange as an entry of the archive.

use jiff::Timestamp;
use serde::Serialize;

use super::message::{Request, Response};
use crate::{
    bundle::paths::BundlePaths,
    evidence::{self, Exchange, Initiator, Outcome, ReadAs, Resource},
};

/// An entry: a request, what came of it, and how long it took.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<'a> {
    #[serde(rename = "_id")]
    id: &'a str,
    pageref: String,
    started_date_time: Timestamp,
    time: f64,
    request: Request<'a>,
    response: Response<'a>,
    cache: Cache,
    timings: Timings,
    #[serde(rename = "_resourceType")]
    resource_type: &'static str,
    #[serde(rename = "_initiator", skip_serializing_if = "Option::is_none")]
    initiator: Option<Cause<'a>>,
    #[serde(rename = "_redirectedFrom", skip_serializing_if = "Option::is_none")]
    redirected_from: Option<&'a str>,
    #[serde(rename = "_readAs", skip_serializing_if = "<[_]>::is_empty")]
    read_as: &'a [ReadAs],
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'static str>,
}

/// What the browser's cache did.
#[derive(Serialize)]
struct Cache {
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'static str>,
}

/// What caused the request, in the words of Chromium's developer tools.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cause<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_number: Option<u32>,
}

/// Milliseconds of each part; -1 where nothing is known and the format allows to say so.
#[derive(Serialize)]
struct Timings {
    blocked: f64,
    dns: f64,
    connect: f64,
    ssl: f64,
    send: f64,
    wait: f64,
    receive: f64,
    comment: String,
}

impl<'a> Entry<'a> {
    pub(super) fn new(exchange: &'a Exchange, pageref: String, paths: &'a BundlePaths) -> Self {
        let timings = Timings::new(&exchange.timings);
        let from_cache = exchange.answer().is_some_and(|answer| answer.from_cache);
        Self {
            id: &exchange.id,
            pageref,
            started_date_time: exchange.started,
            time: timings.sum(),
            request: Request::new(exchange, paths),
            response: Response::new(&exchange.outcome, paths),
            cache: Cache {
                comment: from_cache.then_some("answered from the browser's cache"),
            },
            timings,
            resource_type: resource_type(exchange.resource),
            initiator: exchange.initiator.as_ref().map(Cause::new),
            redirected_from: exchange.redirected_from.as_deref(),
            read_as: &exchange.read_as,
            comment: matches!(exchange.outcome, Outcome::Pending)
                .then_some("still open when the run ended"),
        }
    }
}

impl<'a> Cause<'a> {
    fn new(initiator: &'a Initiator) -> Self {
        Self {
            kind: &initiator.kind,
            url: &initiator.url,
            line_number: (initiator.line > 0).then_some(initiator.line),
        }
    }
}

impl Timings {
    /// The format wants numbers for `send`, `wait` and `receive`, so an unknown one is 0 and named in the comment;
    /// an unknown `wait` holds what is left of the whole time.
    fn new(timings: &evidence::Timings) -> Self {
        let optional = |part: Option<f64>| part.unwrap_or(-1.0);
        let mut parts = Self {
            blocked: optional(timings.blocked),
            dns: optional(timings.dns),
            connect: optional(timings.connect),
            ssl: optional(timings.tls),
            send: 0.0,
            wait: timings.wait.unwrap_or_default(),
            receive: timings.receive.unwrap_or_default(),
            comment: "send is part of wait".to_owned(),
        };
        if timings.receive.is_none() {
            parts.comment.push_str("; receive is unknown");
        }
        if timings.wait.is_none() {
            parts.comment.push_str("; wait is unknown");
            if let Some(total) = timings.total {
                parts.wait = (total - parts.sum()).max(0.0);
                parts.comment.push_str(" and holds the rest");
            }
        }
        parts
    }

    /// What is known, without TLS, which the format counts in `connect`.
    fn sum(&self) -> f64 {
        let parts = [
            self.blocked,
            self.dns,
            self.connect,
            self.send,
            self.wait,
            self.receive,
        ];
        parts.into_iter().map(|part| part.max(0.0)).sum()
    }
}

/// The words of Chromium's developer tools, which filter by them.
fn resource_type(resource: Resource) -> &'static str {
    match resource {
        Resource::Document | Resource::Frame => "document",
        Resource::Fetch => "fetch",
        Resource::Xhr => "xhr",
        Resource::Script => "script",
        Resource::Style => "stylesheet",
        Resource::Image => "image",
        Resource::Font => "font",
        Resource::Media => "media",
        Resource::WebSocket => "websocket",
        Resource::EventSource => "eventsource",
        Resource::Prefetch => "prefetch",
        Resource::Preflight => "preflight",
        Resource::Beacon => "ping",
        Resource::Manifest => "manifest",
        Resource::Other => "other",
    }
}
