//! What a new tab asked for before BiDi knew it, as DevTools held it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use tokio::time::Instant;

use super::{
    exchange::media_type,
    messages::{
        BytesValue, EarlyBodies, HeaderData, NetworkEvent, RequestData, ResponseData, TimingData,
    },
};

/// An ended request of a tab that BiDi didn't know yet.
#[derive(Debug)]
pub(super) struct EarlyCall {
    /// As BiDi would have told of it.
    pub(super) event: NetworkEvent,
    /// Whether the browser had an id for it; otherwise it gets one that is not known here.
    has_id: bool,
}

/// What DevTools tell of a tab that BiDi doesn't know yet.
#[derive(Debug)]
pub(super) enum EarlyNews {
    /// A request went out that BiDi will tell the end of, without having seen it begin now and then.
    Begun(Box<NetworkEvent>),
    /// A call was answered.
    Ended(Box<EarlyCall>),
}

/// What was told of by DevTools.
#[derive(Debug, Default)]
pub(super) struct EarlyCalls {
    /// Calls with their URLs and ids: BiDi's word of them is no news.
    ended: Vec<(String, Option<String>)>,
    /// Requests that BiDi may have no name for.
    begun: Vec<NetworkEvent>,
}

/// `Fetch.requestPaused`, of a tab that is held.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Held {
    pub(super) request_id: String,
    request: HeldRequest,
    frame_id: String,
    resource_type: String,
    network_id: Option<String>,
    /// The request whose answer led here.
    redirected_request_id: Option<String>,
    /// One of these two is there when it is the answer that is held.
    response_status_code: Option<u16>,
    response_error_reason: Option<String>,
    #[serde(default)]
    response_status_text: String,
    #[serde(default)]
    response_headers: Vec<HeldHeader>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeldRequest {
    url: String,
    method: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    post_data: Option<String>,
}

#[derive(Debug, Deserialize)]
struct HeldHeader {
    name: String,
    value: String,
}

/// A request that was let out.
#[derive(Debug)]
pub(super) struct Out {
    held: Held,
    at: Timestamp,
    since: Instant,
}

impl Out {
    pub(super) fn new(held: Held) -> Self {
        Self {
            held,
            at: Timestamp::now(),
            since: Instant::now(),
        }
    }

    /// The event that BiDi would have told.
    pub(super) fn end(self, answer: Held, body: Option<HeldBody>) -> EarlyCall {
        let Self { held, at, since } = self;
        let has_id = held.network_id.is_some();
        let mut event = held.begin(at);
        event.error_text = answer.response_error_reason;
        event.request.timings.response_end = since.elapsed().as_secs_f64() * 1000.0;
        if let Some(early) = &mut event.request.early {
            early.response = body.map(BytesValue::from);
        }
        if let Some(status) = answer.response_status_code {
            let headers = answer.response_headers.into_iter();
            let headers: Vec<_> = headers.map(|it| header(it.name, it.value)).collect();
            let kind = headers
                .iter()
                .find(|it| it.name.eq_ignore_ascii_case("content-type"));
            event.response = Some(ResponseData {
                status,
                status_text: answer.response_status_text,
                protocol: String::new(),
                mime_type: kind
                    .map(|it| it.value.to_text().into_owned())
                    .unwrap_or_default(),
                headers,
                from_cache: false,
                bytes_received: 0,
            });
        }
        EarlyCall { event, has_id }
    }
}
/// `Fetch.getResponseBody`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HeldBody {
    body: String,
    base64_encoded: bool,
}

impl From<HeldBody> for BytesValue {
    fn from(
        HeldBody {
            body,
            base64_encoded,
        }: HeldBody,
    ) -> Self {
        if base64_encoded {
            Self::Base64(body)
        } else {
            Self::String(body)
        }
    }
}

impl EarlyCalls {
    /// From now on what BiDi tells of it is no news.
    pub(super) fn add(&mut self, call: &EarlyCall) {
        let request = &call.event.request;
        let id = call.has_id.then(|| request.request.clone());
        self.ended.push((request.url.clone(), id));
    }

    /// From now on it has a name.
    pub(super) fn add_begun(&mut self, event: NetworkEvent) {
        self.begun.push(event);
    }

    /// Puts what is known of a request in the place of what BiDi couldn't tell.
    pub(super) fn complete(&mut self, event: &mut NetworkEvent) {
        if !event.request.is_untold() {
            return;
        }
        let mut begun = self.begun.iter();
        let Some(place) = begun.position(|begun| begun.request.url == event.request.url) else {
            return;
        };
        let NetworkEvent {
            context, request, ..
        } = self.begun.swap_remove(place);
        event.context = event.context.take().or(context);
        event.request.method = request.method;
        event.request.resource_type = event.request.resource_type.take().or(request.resource_type);
        if event.request.headers.is_empty() {
            event.request.headers = request.headers;
        }
    }

    /// Whether this is one of them.
    pub(super) fn has(&mut self, event: &NetworkEvent) -> bool {
        let request = &event.request;
        let is_untold = request.is_untold();
        let mut calls = self.ended.iter_mut();
        // The next request of a redirect bears the same id.
        let found = calls.find(|(url, id)| {
            let is_it = id.as_ref().map_or(is_untold, |id| *id == request.request);
            is_it && *url == request.url
        });
        if let Some((_, id)) = found {
            *id = Some(request.request.clone());
            return true;
        }
        false
    }
}

fn header(name: String, value: String) -> HeaderData {
    let value = BytesValue::String(value);
    HeaderData { name, value }
}

impl Held {
    /// The begin of the request as BiDi would have told it.
    pub(super) fn begin(self, at: Timestamp) -> NetworkEvent {
        let headers = self.request.headers.into_iter();
        let sent = self.request.post_data;
        let request = RequestData {
            request: self.network_id.unwrap_or(self.request_id),
            url: self.request.url,
            method: self.request.method,
            headers: headers.map(|(name, value)| header(name, value)).collect(),
            body_size: sent.as_ref().map(|data| data.len() as u64),
            destination: None,
            initiator_type: None,
            resource_type: Some(self.resource_type),
            timings: TimingData::default(),
            early: Some(EarlyBodies {
                request: sent,
                response: None,
            }),
        };
        NetworkEvent {
            context: Some(self.frame_id),
            redirect_count: 0,
            request,
            initiator: None,
            response: None,
            error_text: None,
            #[expect(
                clippy::cast_precision_loss,
                reason = "milliseconds since 1970 fit a float"
            )]
            timestamp: at.as_millisecond() as f64,
        }
    }

    pub(super) fn is_document(&self) -> bool {
        self.resource_type == "Document"
    }

    pub(super) fn is_answer(&self) -> bool {
        self.response_status_code.is_some() || self.response_error_reason.is_some()
    }

    /// A body that is asked for is held until it is whole, so never one that may be a stream.
    pub(super) fn has_end(&self) -> bool {
        let header = |name: &str| {
            let mut headers = self.response_headers.iter();
            let header = headers.find(|header| header.name.eq_ignore_ascii_case(name));
            header.map(|header| header.value.as_str())
        };
        let kind = media_type(header("content-type").unwrap_or_default());
        header("content-length").is_some()
            || kind.ends_with("/json")
            || kind.ends_with("+json")
            || kind == "text/html"
    }

    /// Whether another answer led here.
    pub(super) fn is_redirected(&self) -> bool {
        self.redirected_request_id.is_some()
    }

    /// A call of the page's code. What it answers ends, unlike a stream of events.
    pub(super) fn is_call(&self) -> bool {
        matches!(self.resource_type.as_str(), "XHR" | "Fetch")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn held(network_id: Option<&str>, answer: &Value) -> Held {
        let mut held = json!({
            "requestId": "interception-job-1.0",
            "request": {"url": "http://localhost/api", "method": "POST", "headers": {"Accept": "*/*"}, "postData": "a=b"},
            "frameId": "TAB",
            "resourceType": "XHR",
            "networkId": network_id,
        });
        for (name, value) in answer.as_object().into_iter().flatten() {
            held[name] = value.clone();
        }
        serde_json::from_value(held).expect("a paused request")
    }

    fn call(network_id: Option<&str>) -> EarlyCall {
        let answer = json!({"responseStatusCode": 200, "responseHeaders": [{"name": "Content-Type", "value": "text/html"}]});
        let body = HeldBody {
            body: "<html>".to_owned(),
            base64_encoded: false,
        };
        Out::new(held(network_id, &Value::Null)).end(held(network_id, &answer), Some(body))
    }

    fn told(id: &str, method: &str) -> NetworkEvent {
        let request = json!({"request": id, "url": "http://localhost/api", "method": method});
        serde_json::from_value(json!({"request": request})).expect("an event")
    }

    #[test]
    fn an_early_call_is_told_as_bidi_would_have() {
        let event = call(None).event;
        assert_eq!(event.context.as_deref(), Some("TAB"));
        assert_eq!(
            (event.request.method.as_str(), event.request.body_size),
            ("POST", Some(3))
        );
        assert!(event.request.header("accept").is_some());
        let early = event.request.early.expect("bodies");
        assert_eq!(early.body("request"), Some(b"a=b".to_vec()));
        assert_eq!(early.body("response"), Some(b"<html>".to_vec()));
        let response = event.response.expect("an answer");
        assert_eq!(
            (response.status, response.mime_type.as_str()),
            (200, "text/html")
        );
    }

    #[test]
    fn a_call_that_failed_is_told_with_its_reason() {
        let answer = held(None, &json!({"responseErrorReason": "ConnectionRefused"}));
        assert!(answer.is_answer());
        let event = Out::new(held(None, &Value::Null)).end(answer, None).event;
        assert_eq!(event.error_text.as_deref(), Some("ConnectionRefused"));
        assert!(event.response.is_none());
    }

    #[test]
    fn what_bidi_has_no_name_for_is_completed() {
        let mut calls = EarlyCalls::default();
        calls.add_begun(held(None, &Value::Null).begin(Timestamp::now()));
        let mut other = told("1.2", "GET");
        calls.complete(&mut other);
        assert_eq!(other.context, None, "it has one");
        for method in ["POST", "UNKNOWN"] {
            let mut event = told("1.1", "UNKNOWN");
            calls.complete(&mut event);
            assert_eq!(event.request.method, method, "told once");
        }
    }

    #[test]
    fn what_bidi_says_of_an_early_call_is_no_news() {
        let mut calls = EarlyCalls::default();
        calls.add(&call(None));
        calls.add(&call(Some("9.9")));
        assert!(!calls.has(&told("1.1", "GET")), "another one");
        assert!(calls.has(&told("1.2", "UNKNOWN")));
        assert!(
            calls.has(&told("1.2", "UNKNOWN")),
            "its end after its begin"
        );
        assert!(calls.has(&told("9.9", "POST")));
        assert!(!calls.has(&told("1.3", "UNKNOWN")), "a third one");
    }
}
