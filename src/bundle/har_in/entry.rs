//! An entry as tools write it: HAR 1.2, and the fields of their own that say more.

use serde::Deserialize;

use super::loose::{Part, Scalar, list, part, scalar};
use crate::evidence::{ReadAs, TEXT_LIMIT};

/// A request and its answer.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Entry {
    #[serde(deserialize_with = "scalar")]
    pub(super) pageref: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) started_date_time: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) time: Option<f64>,
    #[serde(deserialize_with = "part")]
    pub(super) request: Request,
    #[serde(deserialize_with = "part")]
    pub(super) response: Response,
    #[serde(deserialize_with = "part")]
    pub(super) timings: Timings,
    /// Chromium's developer tools, Playwright, chrome-har.
    #[serde(rename = "_resourceType", deserialize_with = "scalar")]
    pub(super) resource_type: String,
    /// Chromium's developer tools an object, chrome-har a text.
    #[serde(rename = "_initiator", deserialize_with = "part")]
    pub(super) initiator: Initiator,
    #[serde(rename = "_initiator_type", deserialize_with = "scalar")]
    pub(super) initiator_type: String,
    #[serde(rename = "_fromCache", deserialize_with = "scalar")]
    pub(super) from_cache: String,
    /// Safari: `Network`, `Memory Cache`, `Disk Cache`.
    #[serde(rename = "_fetchType", deserialize_with = "scalar")]
    pub(super) fetch_type: String,
    #[serde(rename = "_error", deserialize_with = "scalar")]
    pub(super) error: String,
    #[serde(rename = "_charlesStatus", deserialize_with = "scalar")]
    pub(super) charles_status: String,
    /// Of shippass itself.
    #[serde(rename = "_readAs", deserialize_with = "list")]
    pub(super) read_as: Vec<Read>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Request {
    #[serde(deserialize_with = "scalar")]
    pub(super) method: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) url: String,
    #[serde(deserialize_with = "list")]
    pub(super) headers: Vec<Pair>,
    #[serde(deserialize_with = "part")]
    pub(super) post_data: PostData,
    #[serde(deserialize_with = "scalar")]
    pub(super) body_size: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Response {
    #[serde(deserialize_with = "scalar")]
    pub(super) status: Option<f64>,
    #[serde(deserialize_with = "scalar")]
    pub(super) status_text: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) http_version: String,
    #[serde(deserialize_with = "list")]
    pub(super) headers: Vec<Pair>,
    #[serde(deserialize_with = "part")]
    pub(super) content: Content,
    #[serde(rename = "redirectURL", deserialize_with = "scalar")]
    pub(super) redirect_url: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) body_size: Option<f64>,
    #[serde(rename = "_transferSize", deserialize_with = "scalar")]
    pub(super) transfer_size: Option<f64>,
    #[serde(rename = "_error", deserialize_with = "scalar")]
    pub(super) error: String,
    /// Playwright.
    #[serde(rename = "_failureText", deserialize_with = "scalar")]
    pub(super) failure_text: String,
    #[serde(rename = "_charlesStatus", deserialize_with = "scalar")]
    pub(super) charles_status: String,
}

/// A header, or a field of a form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Pair {
    #[serde(deserialize_with = "scalar")]
    pub(super) name: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) value: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PostData {
    #[serde(deserialize_with = "scalar")]
    pub(super) mime_type: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) text: Text,
    #[serde(deserialize_with = "list")]
    pub(super) params: Vec<Pair>,
    #[serde(alias = "_encoding", deserialize_with = "scalar")]
    pub(super) encoding: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Content {
    #[serde(deserialize_with = "scalar")]
    pub(super) size: Option<f64>,
    #[serde(deserialize_with = "scalar")]
    pub(super) mime_type: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) text: Text,
    #[serde(deserialize_with = "scalar")]
    pub(super) encoding: String,
    /// Why there is no text, or not the whole of it.
    #[serde(deserialize_with = "scalar")]
    pub(super) comment: String,
    /// Playwright: the body lies in a file beside the archive.
    #[serde(rename = "_file", deserialize_with = "scalar")]
    pub(super) file: String,
}

/// A body's text; one that is too long is not kept.
#[derive(Default)]
pub(super) enum Text {
    #[default]
    Absent,
    Whole(String),
    TooLong(usize),
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Timings {
    #[serde(deserialize_with = "scalar")]
    pub(super) blocked: Option<f64>,
    #[serde(deserialize_with = "scalar")]
    pub(super) dns: Option<f64>,
    #[serde(deserialize_with = "scalar")]
    pub(super) connect: Option<f64>,
    #[serde(deserialize_with = "scalar")]
    pub(super) ssl: Option<f64>,
    #[serde(deserialize_with = "scalar")]
    pub(super) wait: Option<f64>,
    #[serde(deserialize_with = "scalar")]
    pub(super) receive: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Initiator {
    #[serde(rename = "type", deserialize_with = "scalar")]
    pub(super) kind: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) url: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) line_number: Option<f64>,
    #[serde(deserialize_with = "part")]
    pub(super) stack: Stack,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Stack {
    #[serde(deserialize_with = "list")]
    pub(super) call_frames: Vec<Frame>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Frame {
    #[serde(deserialize_with = "scalar")]
    pub(super) url: String,
}

/// What the page's code did with the answer; only shippass itself writes it.
#[derive(Default, Deserialize)]
pub(super) struct Read {
    #[serde(skip)]
    pub(super) how: Option<ReadAs>,
}

/// A page: what a tool calls one, for shippass a step.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Page {
    #[serde(deserialize_with = "scalar")]
    pub(super) id: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) title: String,
}

/// Who wrote the archive, and whose traffic it is.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Product {
    #[serde(deserialize_with = "scalar")]
    pub(super) name: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) version: String,
}

impl Scalar for Text {
    fn from_text(text: &str) -> Self {
        // Base64 makes four bytes of three.
        if text.len() > TEXT_LIMIT / 3 * 4 + 4 {
            Self::TooLong(text.len())
        } else {
            Self::Whole(text.to_owned())
        }
    }

    fn from_number(number: f64) -> Self {
        Self::Whole(number.to_string())
    }
}

impl Part for Entry {}
impl Part for Request {}
impl Part for Response {}
impl Part for Pair {}
impl Part for PostData {}
impl Part for Content {}
impl Part for Timings {}
impl Part for Stack {}
impl Part for Page {}
impl Part for Product {}

impl Part for Frame {
    fn from_text(text: &str) -> Self {
        Self {
            url: text.to_owned(),
        }
    }
}

impl Part for Initiator {
    fn from_text(text: &str) -> Self {
        Self {
            url: text.to_owned(),
            ..Self::default()
        }
    }
}

impl Part for Read {
    fn from_text(text: &str) -> Self {
        Self {
            how: serde_json::from_value(text.into()).ok(),
        }
    }
}
