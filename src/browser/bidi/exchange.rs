//! From BiDi's network events to an `Exchange`: what asked, how long, which headers.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{
    messages::{HeaderData, InitiatorData, NetworkEvent, RequestData, ResponseData, TimingData},
    resource::resource_of,
};
use crate::evidence::{
    Answer, Body, Exchange, Header, Initiator, KeptBack, Outcome, Redactor, Resource, Timings,
    is_safe_method,
};

/// A request that has begun; becomes an `Exchange` when it ends.
#[derive(Debug)]
pub(super) struct OpenExchange {
    exchange: Exchange,
    /// The URL as it went over the wire, for matching only.
    raw_url: String,
    has_request_body: bool,
    /// What its answer began with.
    started: Option<ResponseData>,
    /// The browsing context that asked.
    context: Option<String>,
    /// Nobody waits for it any more.
    is_given_up: bool,
    /// When its beginning was told, by one's own clock: a remote browser's may differ.
    begun: Instant,
}

/// What a redirect hands on to the request that it leads to.
#[derive(Debug)]
pub(super) struct Hop {
    id: String,
    resource: Resource,
    accept: Option<Header>,
}

impl OpenExchange {
    /// What a page isn't whole without. Calls of its code are counted in the page, where it is known which of
    /// them never end.
    pub(super) fn is_awaited(&self) -> bool {
        let is_part = matches!(
            self.resource(),
            Resource::Document
                | Resource::Frame
                | Resource::Script
                | Resource::Style
                | Resource::Font
        );
        is_part && !self.is_given_up
    }

    pub(super) fn is_of(&self, context: &str) -> bool {
        self.context.as_deref() == Some(context)
    }

    /// Whether it asked for this document of the tab.
    pub(super) fn is_document(&self, context: &str, url: &str) -> bool {
        let bare = |url: &str| url.split('#').next().unwrap_or_default().to_owned();
        self.resource() == Resource::Document
            && self.is_of(context)
            && bare(&self.raw_url) == bare(url)
    }

    /// Its answer has begun.
    pub(super) fn hear_answer(&mut self, response: ResponseData) {
        self.started = Some(response);
    }

    /// The answer that had come before the request broke off, where that says all that matters. Of a call whose empty answer
    /// nobody reads Chromium tells no more than that the page gave it up, when the network's own word of it comes late.
    pub(super) fn answer_before_the_end(&mut self) -> Option<ResponseData> {
        let method = self.method();
        let is_enough = self.started.as_ref()?.stands_alone(method);
        self.started.take().filter(|_| is_enough)
    }

    /// From now on nobody waits for it.
    pub(super) fn give_up(&mut self) {
        self.is_given_up = true;
    }

    /// Takes a request as it begins.
    pub(super) fn begin(
        id: String,
        event: &NetworkEvent,
        is_top: bool,
        redactor: &Redactor,
    ) -> Self {
        let request = &event.request;
        let has_request_body = !is_safe_method(&request.method) && request.body_size != Some(0);
        let initiator = event.initiator.as_ref();
        let exchange = Exchange {
            id,
            redirected_from: None,
            method: request.method.to_uppercase(),
            url: redactor.url(&request.url),
            resource: resource_of(request, initiator, is_top),
            initiator: initiator.and_then(|data| initiator_of(data, redactor)),
            request_headers: redact_headers(&request.headers, redactor),
            request_body: Body::None,
            started: timestamp(event.timestamp),
            timings: Timings::default(),
            outcome: Outcome::Pending,
            read_as: Vec::new(),
            kept_back: None,
        };
        Self {
            exchange,
            raw_url: request.url.clone(),
            has_request_body,
            started: None,
            context: event.context.clone(),
            is_given_up: false,
            begun: Instant::now(),
        }
    }

    /// Ties a redirect's next hop to the hop before; later hops don't tell what asked, nor always what was asked for.
    pub(super) fn follow(&mut self, before: &Hop) {
        self.exchange.redirected_from = Some(before.id.clone());
        self.exchange.resource = before.resource;
        if self.exchange.request_header("accept").is_none() {
            let headers = &mut self.exchange.request_headers;
            headers.extend(before.accept.clone());
        }
    }

    /// What the next hop follows.
    pub(super) fn hop(&self) -> Hop {
        let mut headers = self.exchange.request_headers.iter();
        Hop {
            id: self.exchange.id.clone(),
            resource: self.exchange.resource,
            accept: headers
                .find(|header| header.name.eq_ignore_ascii_case("accept"))
                .cloned(),
        }
    }

    /// When its beginning was told.
    pub(super) fn begun(&self) -> Instant {
        self.begun
    }

    /// How long ago its beginning was told.
    pub(super) fn was_open(&self) -> Duration {
        self.begun.elapsed()
    }

    pub(super) fn resource(&self) -> Resource {
        self.exchange.resource
    }

    /// Whether a check asked, and not the page.
    pub(super) fn is_of_check(&self) -> bool {
        self.exchange.is_of_check()
    }

    pub(super) fn raw_url(&self) -> &str {
        &self.raw_url
    }

    pub(super) fn method(&self) -> &str {
        &self.exchange.method
    }

    pub(super) fn has_request_body(&self) -> bool {
        self.has_request_body
    }

    /// Headers that the network stack added are known only later.
    fn update(&mut self, request: &RequestData, redactor: &Redactor) {
        if request.headers.len() > self.exchange.request_headers.len() {
            self.exchange.request_headers = redact_headers(&request.headers, redactor);
        }
        self.exchange.timings = timings_of(&request.timings);
    }

    /// The request was answered; bodies are put in by the caller.
    pub(super) fn answer(
        mut self,
        request: &RequestData,
        response: ResponseData,
        bodies: Bodies,
        redactor: &Redactor,
    ) -> Exchange {
        self.update(request, redactor);
        self.exchange.request_body = bodies.request;
        self.exchange.outcome = answered(response, bodies.response, redactor);
        self.exchange
    }

    /// The request failed, after so long; browsers time only what is answered.
    pub(super) fn fail(
        mut self,
        (request, was_open): (&RequestData, Duration),
        (error, kept_back): (String, Option<KeptBack>),
        request_body: Body,
        redactor: &Redactor,
    ) -> Exchange {
        self.update(request, redactor);
        let known = self.exchange.timings.total;
        self.exchange.timings.total = known.or(Some(was_open.as_secs_f64() * 1000.0));
        self.exchange.kept_back = kept_back;
        self.exchange.request_body = request_body;
        self.exchange.outcome = Outcome::Failed { error };
        self.exchange
    }

    /// The run ended before the request did.
    pub(super) fn leave(mut self, redactor: &Redactor) -> Exchange {
        if let Some(response) = self.answer_before_the_end() {
            let why = "the run ended before it was read".to_owned();
            let body = if response.is_empty(self.method()) {
                Body::None
            } else {
                Body::Missing { why }
            };
            self.exchange.outcome = answered(response, body, redactor);
        }
        self.exchange
    }
}

fn answered(response: ResponseData, body: Body, redactor: &Redactor) -> Outcome {
    Outcome::Answered(Answer {
        status: response.status,
        status_text: response.status_text,
        protocol: response.protocol,
        headers: redact_headers(&response.headers, redactor),
        mime: media_type(&response.mime_type),
        body,
        from_cache: response.from_cache,
        bytes_received: response.bytes_received,
    })
}

/// What was sent and what came.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    pub(super) request: Body,
    pub(super) response: Body,
}

/// The media type without parameters, in lower case.
pub(super) fn media_type(header: &str) -> String {
    let kind = header.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

/// Milliseconds since the epoch as a point in time. A browser that hasn't seen something begin tells 0: then it is the
/// moment at which it is told.
pub(super) fn timestamp(milliseconds: f64) -> Timestamp {
    if milliseconds <= 0.0 {
        return Timestamp::now();
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "microseconds since 1970 fit i64 until long after this program"
    )]
    let microseconds = (milliseconds * 1000.0) as i64;
    Timestamp::from_microsecond(microseconds).unwrap_or_default()
}

fn redact_headers(headers: &[HeaderData], redactor: &Redactor) -> Vec<Header> {
    let mut kept: Vec<Header> = Vec::with_capacity(headers.len());
    for header in headers {
        let value = redactor.header(&header.name, &header.value.to_text());
        // Chromium tells of some twice: by its page's process and by its network's.
        let is_known = kept
            .iter()
            .any(|known| known.name.eq_ignore_ascii_case(&header.name) && *known.value == *value);
        if !is_known {
            kept.push(Header::new(header.name.as_str(), value));
        }
    }
    kept
}

fn initiator_of(data: &InitiatorData, redactor: &Redactor) -> Option<Initiator> {
    // The preload script wraps `fetch`; it has no URL, the page's own code has.
    let trace = data.stack_trace.as_ref();
    let frame =
        trace.and_then(|trace| trace.call_frames.iter().find(|frame| !frame.url.is_empty()));
    let line = frame.map_or(data.line_number, |frame| Some(frame.line_number));
    Some(Initiator {
        kind: data.kind.clone()?,
        url: frame
            .map(|frame| redactor.url(&frame.url))
            .unwrap_or_default(),
        line: line.map_or(0, |line| line + 1),
    })
}

fn timings_of(data: &TimingData) -> Timings {
    let part = |from: f64, to: f64| (from > 0.0 && to >= from).then_some(to - from);
    let begun = data.request_time;
    // Fetch timings are relative to `timeOrigin`; a begin of 0 with a later end is a real span.
    let total = (data.response_end > begun).then_some(data.response_end - begun);
    let until_connected = [data.dns_start, data.connect_start, data.request_start]
        .into_iter()
        .find(|start| *start > 0.0);
    Timings {
        blocked: until_connected.and_then(|start| part(begun, start)),
        dns: part(data.dns_start, data.dns_end),
        connect: part(data.connect_start, data.connect_end),
        tls: part(data.tls_start, data.connect_end),
        wait: part(data.request_start, data.response_start),
        receive: part(data.response_start, data.response_end),
        total,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// What is left of a call that was told so to have begun to be answered.
    fn given_up(method: &str, answer: &Value) -> Option<u16> {
        let request = json!({"request": "1.1", "url": "http://localhost/api", "method": method});
        let event =
            json!({"request": request, "response": answer, "errorText": "net::ERR_ABORTED"});
        let mut event: NetworkEvent = serde_json::from_value(event).expect("an event");
        assert!(event.is_given_up());
        let mut open = OpenExchange::begin("e1".to_owned(), &event, false, &Redactor::default());
        open.hear_answer(event.response.take().expect("an answer"));
        Some(open.answer_before_the_end()?.status)
    }

    #[test]
    fn a_refusal_and_an_empty_answer_stand_though_nobody_read_them() {
        let empty = json!([{"name": "Content-Length", "value": {"type": "string", "value": "0"}}]);
        assert_eq!(given_up("GET", &json!({"status": 500})), Some(500));
        assert_eq!(
            given_up("GET", &json!({"status": 200, "headers": empty})),
            Some(200)
        );
        assert_eq!(given_up("GET", &json!({"status": 204})), Some(204));
        assert_eq!(
            given_up("GET", &json!({"status": 200})),
            None,
            "maybe a stream"
        );
        assert_eq!(given_up("HEAD", &json!({"status": 200})), Some(200));
    }

    /// By it a check's own requests are told from the page's, to the end of the chain.
    #[test]
    fn a_redirect_asks_for_what_the_request_before_it_asked_for() {
        let begin = |headers: &Value| {
            let request = json!({"request": "1.1", "url": "http://localhost/api", "method": "GET", "headers": headers});
            let event = serde_json::from_value(json!({"request": request})).expect("an event");
            OpenExchange::begin("e1".to_owned(), &event, false, &Redactor::default())
        };
        let accept =
            |value: &str| json!([{"name": "Accept", "value": {"type": "string", "value": value}}]);
        let first = begin(&accept("application/json"));
        for (own, expected) in [(json!([]), "application/json"), (accept("*/*"), "*/*")] {
            let mut next = begin(&own);
            next.follow(&first.hop());
            assert_eq!(next.exchange.request_header("accept"), Some(expected));
            assert_eq!(next.exchange.request_headers.len(), 1);
        }
    }

    #[test]
    fn what_the_browser_has_not_seen_begin_is_no_matter_of_1970() {
        let told = timestamp(1_795_212_000_123.0);
        assert_eq!(told.to_string(), "2026-11-20T22:00:00.123Z");
        let before = Timestamp::now();
        assert!(timestamp(0.0) >= before);
    }
}
