//! The shapes of the BiDi events in use; what isn't read isn't named.

use std::{borrow::Cow, path::PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// `network.beforeRequestSent`, `responseStarted`, `responseCompleted`, `fetchError`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NetworkEvent {
    pub(crate) context: Option<String>,
    #[serde(default)]
    pub(crate) redirect_count: u32,
    pub(crate) request: RequestData,
    pub(crate) initiator: Option<InitiatorData>,
    pub(crate) response: Option<ResponseData>,
    pub(crate) error_text: Option<String>,
    /// Milliseconds since the epoch, by the browser's clock.
    #[serde(default)]
    pub(crate) timestamp: f64,
}

/// What BiDi calls the method and the URL of a request that it hasn't seen begin.
const UNTOLD: &str = "UNKNOWN";

impl NetworkEvent {
    /// Which hop of which request it is about.
    pub(crate) fn key(&self) -> (String, u32) {
        (self.request.request.clone(), self.redirect_count)
    }

    /// Whether the page gave the request up, as Chromium and Firefox say it.
    pub(crate) fn is_given_up(&self) -> bool {
        let error = self.error_text.as_deref();
        matches!(error, Some("net::ERR_ABORTED" | "NS_BINDING_ABORTED"))
    }
}

/// `network.RequestData`, with Chromium's own resource type where it is given.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestData {
    pub(crate) request: String,
    pub(crate) url: String,
    pub(crate) method: String,
    #[serde(default)]
    pub(crate) headers: Vec<HeaderData>,
    pub(crate) body_size: Option<u64>,
    pub(crate) destination: Option<String>,
    pub(crate) initiator_type: Option<String>,
    #[serde(rename = "goog:resourceType")]
    pub(crate) resource_type: Option<String>,
    #[serde(default)]
    pub(crate) timings: TimingData,
    /// The bodies of a request that BiDi hasn't seen begin.
    #[serde(skip)]
    pub(crate) early: Option<EarlyBodies>,
}

impl RequestData {
    /// Whether BiDi hasn't seen it begin.
    pub(crate) fn is_untold(&self) -> bool {
        self.method == UNTOLD
    }

    /// Whether BiDi doesn't know either where it went.
    pub(crate) fn is_unknown(&self) -> bool {
        self.is_untold() && self.url == UNTOLD
    }

    /// The value of a header, name without regard to case.
    pub(crate) fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut headers = self.headers.iter();
        headers
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value.to_text())
    }
}

/// What DevTools kept of a request that a new tab made before BiDi listened there.
#[derive(Debug, Clone, Default)]
pub(crate) struct EarlyBodies {
    pub(crate) request: Option<String>,
    pub(crate) response: Option<BytesValue>,
}

impl EarlyBodies {
    /// The bytes of the `request` or the `response`.
    pub(crate) fn body(&self, part: &str) -> Option<Vec<u8>> {
        match part {
            "request" => self.request.clone().map(String::into_bytes),
            _ => self.response.clone().map(BytesValue::into_bytes),
        }
    }
}

/// `network.Header`.
#[derive(Debug, Deserialize)]
pub(crate) struct HeaderData {
    pub(crate) name: String,
    pub(crate) value: BytesValue,
}

/// `network.BytesValue`.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "lowercase")]
pub(crate) enum BytesValue {
    String(String),
    Base64(String),
}

impl BytesValue {
    /// The bytes as text, replacement characters where they are none.
    pub(crate) fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::String(text) => Cow::Borrowed(text),
            Self::Base64(_) => {
                Cow::Owned(String::from_utf8_lossy(&self.clone().into_bytes()).into_owned())
            }
        }
    }

    /// The bytes; broken base64 is kept as the text it is.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        use base64::{Engine, engine::general_purpose::STANDARD};
        match self {
            Self::String(text) => text.into_bytes(),
            Self::Base64(text) => STANDARD.decode(&text).unwrap_or_else(|_| text.into_bytes()),
        }
    }
}

/// `network.FetchTimingInfo`: milliseconds from `timeOrigin`; 0 where unknown.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct TimingData {
    pub(crate) request_time: f64,
    pub(crate) dns_start: f64,
    pub(crate) dns_end: f64,
    pub(crate) connect_start: f64,
    pub(crate) connect_end: f64,
    pub(crate) tls_start: f64,
    pub(crate) request_start: f64,
    pub(crate) response_start: f64,
    pub(crate) response_end: f64,
}

/// `network.Initiator`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InitiatorData {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) line_number: Option<u32>,
    pub(crate) stack_trace: Option<StackTrace>,
}

/// `network.ResponseData`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResponseData {
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) status_text: String,
    #[serde(default)]
    pub(crate) protocol: String,
    #[serde(default)]
    pub(crate) headers: Vec<HeaderData>,
    #[serde(default)]
    pub(crate) mime_type: String,
    #[serde(default)]
    pub(crate) from_cache: bool,
    #[serde(default)]
    pub(crate) bytes_received: u64,
}

impl ResponseData {
    /// Whether it is known to have no body, without asking for one.
    pub(crate) fn is_empty(&self, method: &str) -> bool {
        let mut headers = self.headers.iter();
        method == "HEAD"
            || matches!(self.status, 204 | 205)
            || headers.any(|header| {
                header.name.eq_ignore_ascii_case("content-length") && header.value.to_text() == "0"
            })
    }

    /// Whether it says all that matters when its page has given up the rest: that it was refused, or that no more was to come.
    pub(crate) fn stands_alone(&self, method: &str) -> bool {
        self.status >= 400 || self.is_empty(method)
    }
}

/// `script.StackTrace`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StackTrace {
    #[serde(default)]
    pub(crate) call_frames: Vec<CallFrame>,
}

/// `script.StackFrame`; lines and columns counted from 0.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallFrame {
    #[serde(default)]
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) function_name: String,
    #[serde(default)]
    pub(crate) line_number: u32,
    #[serde(default)]
    pub(crate) column_number: u32,
}

/// `log.entryAdded`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogEntry {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) level: String,
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) timestamp: f64,
    pub(crate) stack_trace: Option<StackTrace>,
    #[serde(default)]
    args: Vec<LogArgument>,
}

impl LogEntry {
    /// Whether an error stands in it, of which its text says no more than that.
    pub(crate) fn has_error(&self) -> bool {
        self.args.iter().any(|argument| argument.kind == "error")
    }
}

/// A `script.RemoteValue` that was written to the console.
#[derive(Debug, Deserialize)]
struct LogArgument {
    #[serde(rename = "type")]
    kind: String,
}

/// `browsingContext.navigationStarted` and its kin.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NavigationEvent {
    pub(crate) context: String,
    #[serde(default)]
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) timestamp: f64,
}

/// `browsingContext.downloadWillBegin` and `downloadEnd`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DownloadEvent {
    #[serde(default)]
    pub(crate) url: String,
    /// The same at its begin and its end.
    pub(crate) download: Option<String>,
    pub(crate) suggested_filename: Option<String>,
    /// `complete` or `canceled`, at its end.
    #[serde(default)]
    pub(crate) status: String,
    pub(crate) filepath: Option<PathBuf>,
}

/// `browsingContext.contextCreated` and `contextDestroyed`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContextEvent {
    pub(crate) context: String,
    pub(crate) parent: Option<String>,
    /// The context that opened it, when a page did.
    pub(crate) original_opener: Option<String>,
    #[serde(default)]
    pub(crate) url: String,
}

/// `browsingContext.userPromptOpened`.
#[derive(Debug, Deserialize)]
pub(crate) struct PromptEvent {
    pub(crate) context: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) message: String,
    /// What a `prompt` stands filled with.
    #[serde(rename = "defaultValue")]
    pub(crate) default_value: Option<String>,
    /// What the browser does with it by itself: `accept`, `dismiss` or `ignore`.
    pub(crate) handler: Option<String>,
}

/// `input.fileDialogOpened`.
#[derive(Debug, Deserialize)]
pub(crate) struct FileDialogEvent {
    pub(crate) context: String,
    /// Missing when no field asked for files.
    pub(crate) element: Option<SharedReference>,
}

/// `script.SharedReference`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SharedReference {
    pub(crate) shared_id: String,
}

/// `script.message`: what the preload script sends over its channel, as one JSON text.
#[derive(Debug, Deserialize)]
pub(crate) struct ChannelMessage {
    pub(crate) channel: String,
    pub(crate) data: Value,
}
