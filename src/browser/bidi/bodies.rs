//! Fetching the bodies of an ended exchange, and recording it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{
    exchange::{Bodies, OpenExchange, media_type},
    kept_back::rule_behind,
    messages::{BytesValue, NetworkEvent, RequestData, ResponseData},
    observer::{SeenExchange, Shared},
    socket::Bidi,
};
use crate::browser::error::BrowserError;
use crate::evidence::{Body, CapturedBody, Exchange, Resource, RunEvent, StepIndex};

/// How long a body may come after its response (w3c/webdriver-bidi#1015).
const BODY_PATIENCE: Duration = Duration::from_secs(2);

/// Why a new tab's early answer has no body.
const EARLY_STREAM: &str =
    "a new tab asked for it before the browser watched it, and it might have been a stream";

/// Why an answer that says to go on using the last one has no body.
const NOT_MODIFIED: &str = "a 304 brings none: what was had before is still good";

/// Why an answer that stands without its body has none.
const GIVEN_UP: &str = "the page gave the answer up before it was read";

/// Fetches the bodies of an ended exchange and records it.
pub(super) async fn finish_exchange(
    shared: Arc<Shared>,
    at: Option<StepIndex>,
    open: OpenExchange,
    event: NetworkEvent,
) {
    let NetworkEvent {
        request,
        response,
        error_text,
        ..
    } = event;
    let was_open = open.was_open();
    let url = open.raw_url().to_owned();
    let method = open.method().to_owned();
    let resource = open.resource();
    let sent = if open.has_request_body() {
        as_sent(fetch_body(&shared, &request, "request", content_type(&request)).await)
    } else {
        CapturedBody::None
    };
    let is_first_party = shared.is_first_party(&url);
    if let Some(response) = &response {
        let headers = response.headers.iter();
        let headers = headers.map(|header| (&*header.name, header.value.to_text().into_owned()));
        shared.redactor().learn_cookies(headers);
    }
    let sent = shared
        .witness
        .recorder
        .keep_body(sent, resource, is_first_party);
    let exchange = if let Some(response) = response {
        let came = match error_text {
            Some(_) if !response.is_empty(&method) => missing(GIVEN_UP.to_owned()),
            _ => body_of(&shared, &request, &response, resource).await,
        };
        let recorder = &shared.witness.recorder;
        let bodies = Bodies {
            request: sent,
            response: recorder.keep_body(came, resource, is_first_party),
        };
        open.answer(&request, response, bodies, shared.redactor())
    } else {
        let error = error_text.unwrap_or_else(|| "no reason given".to_owned());
        let rule = rule_behind(&shared, &request.request).await;
        open.fail((&request, was_open), (error, rule), sent, shared.redactor())
    };
    record_exchange(&shared, at, method, url, exchange);
}

/// What an answer brought.
async fn body_of(
    shared: &Shared,
    request: &RequestData,
    response: &ResponseData,
    resource: Resource,
) -> CapturedBody {
    let mime = media_type(&response.mime_type);
    match response.status {
        204 | 205 => CapturedBody::None,
        304 => missing(NOT_MODIFIED.to_owned()),
        300..400 => missing("browsers don't give the body of a redirect".to_owned()),
        _ if !is_body_wanted(resource, &mime) => CapturedBody::NotFetched {
            size: response.bytes_received,
        },
        _ if response.is_empty(&request.method) => {
            let bytes = Vec::new();
            CapturedBody::Bytes { mime, bytes }
        }
        _ => fetch_body(shared, request, "response", mime).await,
    }
}

fn record_exchange(
    shared: &Shared,
    at: Option<StepIndex>,
    method: String,
    url: String,
    exchange: Exchange,
) {
    let answer = exchange.answer();
    let seen = SeenExchange {
        id: exchange.id.clone(),
        method,
        url,
        status: answer.map(|answer| answer.status),
        content: answer.and_then(|answer| answer.body.content()),
        body_missing: answer.and_then(|answer| match &answer.body {
            Body::Missing { why } => Some(why.clone()),
            _ => None,
        }),
        is_of_check: exchange.is_of_check(),
        is_document: exchange.resource == Resource::Document,
    };
    if let Some(at) = at {
        let exchange = Box::new(exchange);
        shared
            .witness
            .recorder
            .record(RunEvent::ExchangeFinished { at, exchange });
    }
    let mut stage = shared.stage();
    if stage.at == at {
        stage.seen.push(seen);
    }
    drop(stage);
    shared.mark(|marks| {
        marks.recorded += 1;
        marks.unrecorded = marks.unrecorded.saturating_sub(1);
    });
}

/// Scripts, styles, fonts and pictures are not fetched, unless their type says they are something else.
fn is_body_wanted(resource: Resource, mime: &str) -> bool {
    match resource {
        Resource::Script | Resource::Style | Resource::Font | Resource::Media | Resource::Image => {
            matches!(mime, "text/html" | "application/json")
        }
        Resource::WebSocket | Resource::Preflight => false,
        _ => true,
    }
}

fn content_type(request: &RequestData) -> String {
    let header = request
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-type"));
    match header.map(|header| &header.value) {
        Some(BytesValue::String(value)) => value.clone(),
        _ => String::new(),
    }
}

/// Asks for a body, again for a bounded time when the browser hasn't got it yet.
async fn fetch_body(
    shared: &Shared,
    request: &RequestData,
    part: &str,
    mime: String,
) -> CapturedBody {
    if let Some(early) = &request.early {
        return match early.body(part) {
            Some(bytes) => CapturedBody::Bytes { mime, bytes },
            None => missing(EARLY_STREAM.to_owned()),
        };
    }
    let started = Instant::now();
    let mut marks = shared.marks.subscribe();
    loop {
        let (error, message) = match ask(&shared.bidi, &request.request, part).await {
            Ok(bytes) => {
                let bytes = bytes.into_bytes();
                return CapturedBody::Bytes { mime, bytes };
            }
            Err(BrowserError::BidiCommand { error, message, .. }) => (error, message),
            Err(error) => return missing(error.to_string()),
        };
        let left = BODY_PATIENCE.saturating_sub(started.elapsed());
        if error != "no such network data" || left.is_zero() {
            return missing(format!("{error}: {message}"));
        }
        // Whatever the browser tells next may bring it; else once more a little later.
        let _ = tokio::time::timeout(left.min(Duration::from_millis(50)), marks.changed()).await;
    }
}

/// Chromium tells what isn't text, a form with a picture in it, as the base64 of its bytes, and calls that a text.
fn as_sent(body: CapturedBody) -> CapturedBody {
    let CapturedBody::Bytes { mime, bytes } = body else {
        return body;
    };
    let kind = mime.to_ascii_lowercase();
    let is_form = kind.starts_with("multipart/");
    let mut texts = ["text/", "json", "xml", "urlencoded", "graphql"].iter();
    let is_text = kind.is_empty() || texts.any(|text| kind.contains(text));
    let is_told = |sent: &Vec<u8>| {
        if is_form {
            sent.starts_with(b"--")
        } else {
            std::str::from_utf8(sent).is_err()
        }
    };
    let sent = (!is_text && !bytes.starts_with(b"--"))
        .then(|| STANDARD.decode(&bytes).ok())
        .flatten()
        .filter(is_told);
    CapturedBody::Bytes {
        mime,
        bytes: sent.unwrap_or(bytes),
    }
}

/// From what BiDi's collector keeps.
async fn ask(bidi: &Bidi, request: &str, part: &str) -> Result<BytesValue, BrowserError> {
    let method = "network.getData";
    let data = json!({"dataType": part, "request": request});
    let mut data = bidi.send(method, data).await?;
    serde_json::from_value(data["bytes"].take()).map_err(|error| BrowserError::Nonsense {
        script: method,
        reason: error.to_string(),
    })
}

fn missing(why: String) -> CapturedBody {
    CapturedBody::Missing { why }
}
