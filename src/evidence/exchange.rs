//! A request and its answer, one per redirect hop, as the browser told it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::header::{Header, HeaderTexts, find_header};

/// What a check of shippass accepts beside JSON: the mark by which its requests are told from the page's.
/// A header of one's own would be asked about beforehand at every other origin.
pub const CHECK_ACCEPT: &str = "application/json, application/x-shippass;q=0.1";

/// A request and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Unique in the run: `e17`; the `_id` of its HAR entry.
    pub id: String,
    /// The exchange that redirected to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected_from: Option<String>,
    /// Upper-case method.
    #[serde(default = "get")]
    pub method: String,
    /// The whole URL, secrets taken out.
    pub url: String,
    /// What asked for it.
    #[serde(default)]
    pub resource: Resource,
    /// The script or document that caused it, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiator: Option<Initiator>,
    /// Request headers, in order.
    #[serde(default)]
    pub request_headers: Vec<Header>,
    /// What was sent.
    #[serde(default)]
    pub request_body: Body,
    /// When it began.
    #[serde(default)]
    pub started: Timestamp,
    /// How long its parts took.
    #[serde(default)]
    pub timings: Timings,
    /// What came of it.
    pub outcome: Outcome,
    /// What the page's own code did with the answer, as the preload script saw it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_as: Vec<ReadAs>,
    /// The browser's rule that kept it, or its answer, from the page; `None` when none did or none was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_back: Option<KeptBack>,
}

fn get() -> String {
    "GET".to_owned()
}

impl Exchange {
    /// The answer, when there was one.
    pub fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Outcome::Answered(answer) => Some(answer),
            Outcome::Failed { .. } | Outcome::Pending => None,
        }
    }

    /// Holds its headers' texts together with those of other exchanges: a long run has thousands of them.
    pub(super) fn share_headers(&mut self, texts: &mut HeaderTexts) {
        texts.share(&mut self.request_headers);
        if let Outcome::Answered(answer) = &mut self.outcome {
            texts.share(&mut answer.headers);
        }
    }

    /// Whether a check asked, and not the page.
    pub fn is_of_check(&self) -> bool {
        self.request_header("accept") == Some(CHECK_ACCEPT)
    }

    /// The value of a request header, name without regard to case.
    pub fn request_header(&self, name: &str) -> Option<&str> {
        find_header(&self.request_headers, name)
    }
}

/// The browser itself kept a request from leaving, or its answer from the page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptBack {
    /// The browser's name of the rule: `MissingAllowOriginHeader`, `mixed-content`, `csp`.
    pub rule: String,
    /// The rule is one of those for requests across origins (CORS).
    #[serde(default)]
    pub is_cors: bool,
    /// What it failed on: a header's name or value, a method; often empty.
    #[serde(default)]
    pub parameter: String,
    /// The status of the answer that was kept back, when one came.
    #[serde(default)]
    pub status: Option<u16>,
    /// What that answer allowed: its `access-control-` headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
}

impl KeptBack {
    /// The value of a header of the answer, name without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An answer came.
    Answered(Answer),
    /// None came; the browser's own words: `net::ERR_FAILED`.
    Failed {
        /// The browser's own words.
        error: String,
    },
    /// Still open when the run ended.
    Pending,
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The status line's words; empty over HTTP/2.
    #[serde(default)]
    pub status_text: String,
    /// `http/1.1`, `h2`, …
    #[serde(default)]
    pub protocol: String,
    /// Response headers, in order.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// Media type without parameters, lower case; empty when none was given.
    #[serde(default)]
    pub mime: String,
    /// What was answered.
    #[serde(default)]
    pub body: Body,
    /// Whether it came from the browser's cache.
    #[serde(default)]
    pub from_cache: bool,
    /// Bytes received for headers and body, as the browser counted.
    #[serde(default)]
    pub bytes_received: u64,
}

impl Answer {
    /// The value of a header, name without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }

    /// Whether the status is a redirect that names a new place.
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308) && self.header("location").is_some()
    }
}

/// Whether a request of that method only reads; TRACE, which browsers don't send, is left out.
///
/// <https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1>
pub fn is_safe_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

/// What asked for the request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// A page in the top window.
    Document,
    /// A page in a frame.
    Frame,
    /// `fetch()`.
    #[default]
    Fetch,
    /// `XMLHttpRequest`.
    Xhr,
    /// A script, module or worker.
    Script,
    /// A style sheet.
    Style,
    /// An image.
    Image,
    /// A font.
    Font,
    /// Audio, video or a text track.
    Media,
    /// A web socket's handshake.
    WebSocket,
    /// `EventSource`.
    EventSource,
    /// `<link rel=prefetch>` or speculation.
    Prefetch,
    /// A CORS preflight.
    Preflight,
    /// `sendBeacon` or `<a ping>`.
    Beacon,
    /// A web app manifest.
    Manifest,
    /// Anything else.
    Other,
}

/// What caused a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Initiator {
    /// `script`, `parser`, `preflight`, `other`.
    pub kind: String,
    /// The script or document.
    #[serde(default)]
    pub url: String,
    /// Its line, from 1; 0 when unknown.
    #[serde(default)]
    pub line: u32,
}

/// Milliseconds of each part; `None` where the browser gave nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// Waiting for a connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<f64>,
    /// Name look-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns: Option<f64>,
    /// Connecting, TLS included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<f64>,
    /// TLS alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<f64>,
    /// From the request to the first byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<f64>,
    /// From the first byte to the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receive: Option<f64>,
    /// From first to last, all in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<f64>,
}

/// The body of a request or an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// There is none: a GET's request, a 204, a redirect without one.
    #[default]
    None,
    /// Kept as a file of the bundle.
    Kept(KeptBody),
    /// Had, described, and not kept.
    Described {
        /// Bytes, decoded.
        size: u64,
        /// What the bytes are; `None` when they weren't asked for.
        #[serde(default)]
        content: Option<Content>,
        /// Why it isn't kept.
        why: String,
    },
    /// It couldn't be had; never to be taken for empty.
    Missing {
        /// The reason.
        why: String,
    },
}

impl Body {
    /// What the bytes are, when they were had.
    pub fn content(&self) -> Option<Content> {
        match self {
            Self::Kept(kept) => Some(kept.content),
            Self::Described { content, .. } => *content,
            Self::None | Self::Missing { .. } => None,
        }
    }

    /// The first characters of a kept text.
    pub fn start(&self) -> Option<&str> {
        match self {
            Self::Kept(kept) => Some(&kept.start),
            Self::None | Self::Described { .. } | Self::Missing { .. } => None,
        }
    }
}

/// A body that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptBody {
    /// Its path in the bundle: `bodies/<sha256>.json`.
    #[serde(default)]
    pub file: String,
    /// Bytes before redaction, decoded.
    #[serde(default)]
    pub size: u64,
    /// What the bytes are.
    pub content: Content,
    /// The first 2,000 characters of a text, redacted; empty for binary.
    #[serde(default)]
    pub start: String,
    /// Keys in it that only a server may have, as they were taken out: `server-key-Stripe:1a2b`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub server_keys: Vec<String>,
    /// The whole text, where a contract speaks of it; read when the journal is, never written to it.
    #[serde(skip)]
    pub text: Option<String>,
}

impl KeptBody {
    /// The whole text, when it is known: read from its file, or short enough to be its own start.
    pub fn whole(&self) -> Option<&str> {
        let is_short = self.start.len() as u64 >= self.size;
        self.text
            .as_deref()
            .or_else(|| is_short.then_some(self.start.as_str()))
    }
}

/// What bytes are, decided from the bytes alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Nothing, or white space.
    Empty,
    /// An HTML document: a doctype, or an html, head or body start.
    HtmlDocument,
    /// HTML without a document's start: `<div …>`.
    HtmlFragment,
    /// Valid JSON.
    Json,
    /// Begins as JSON and isn't valid.
    BrokenJson,
    /// XML other than HTML.
    Xml,
    /// Other text.
    Text,
    /// Not text.
    Binary,
}

impl Content {
    /// What the bytes are, as a person says it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::HtmlDocument => "an HTML page",
            Self::HtmlFragment => "a piece of HTML",
            Self::Json => "JSON",
            Self::BrokenJson => "broken JSON",
            Self::Xml => "XML",
            Self::Text => "text",
            Self::Binary => "binary",
        }
    }
}

/// What the page's code did with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadAs {
    /// `response.json()`.
    JsonMethod,
    /// `JSON.parse` over its text.
    JsonParse,
    /// `xhr.responseType = "json"`.
    XhrJson,
    /// `response.text()`.
    TextMethod,
    /// `response.blob()`, `arrayBuffer()`, `formData()`.
    Bytes,
    /// Its text went into the page as markup (`innerHTML` and its kin).
    Markup,
}
