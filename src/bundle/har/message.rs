//! The request and the response of an entry, with their bodies.

use std::{borrow::Cow, fmt::Display, fmt::Write as _};

use base64::{display::Base64Display, prelude::BASE64_STANDARD};
use serde::{Serialize, Serializer};
use url::Url;

use crate::{
    bundle::paths::BundlePaths,
    evidence::{Answer, Body, Content, Exchange, Header, Outcome},
};

const UNKNOWN: &str = "unknown";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a> {
    method: &'a str,
    url: Cow<'a, str>,
    http_version: &'a str,
    cookies: Vec<Cookie<'a>>,
    headers: &'a [Header],
    query_string: Vec<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData<'a>>,
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response<'a> {
    status: u16,
    status_text: &'a str,
    http_version: &'a str,
    cookies: Vec<Cookie<'a>>,
    headers: &'a [Header],
    content: ResponseContent<'a>,
    #[serde(rename = "redirectURL")]
    redirect_url: &'a str,
    headers_size: i64,
    body_size: i64,
    #[serde(rename = "_transferSize", skip_serializing_if = "Option::is_none")]
    transfer_size: Option<u64>,
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cookie<'a> {
    name: &'a str,
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
    http_only: bool,
    secure: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData<'a> {
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Bytes>,
    #[serde(rename = "_encoding", skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseContent<'a> {
    size: i64,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

impl<'a> Request<'a> {
    pub(super) fn new(exchange: &'a Exchange, paths: &BundlePaths) -> Self {
        let protocol = exchange.answer().map_or("", |it| it.protocol.as_str());
        Self {
            method: &exchange.method,
            url: uri(&exchange.url),
            http_version: or_unknown(protocol),
            cookies: sent_cookies(&exchange.request_headers),
            headers: &exchange.request_headers,
            query_string: query(&exchange.url),
            post_data: post_data(exchange, paths),
            headers_size: -1,
            body_size: size(&exchange.request_body),
        }
    }
}

impl<'a> Response<'a> {
    pub(super) fn new(outcome: &'a Outcome, paths: &BundlePaths) -> Self {
        match outcome {
            Outcome::Answered(answer) => Self::answered(answer, paths),
            Outcome::Failed { error } => Self::none(Some(error)),
            Outcome::Pending => Self::none(None),
        }
    }

    fn answered(answer: &'a Answer, paths: &BundlePaths) -> Self {
        let file = BodyFile::new(&answer.body, paths);
        Self {
            status: answer.status,
            status_text: &answer.status_text,
            http_version: or_unknown(&answer.protocol),
            cookies: set_cookies(&answer.headers),
            headers: &answer.headers,
            content: ResponseContent {
                size: size(&answer.body),
                mime_type: answer.header("content-type").unwrap_or(&answer.mime),
                encoding: file.encoding(),
                text: file.bytes,
                comment: file.comment,
            },
            redirect_url: answer.header("location").unwrap_or_default(),
            headers_size: -1,
            body_size: if answer.from_cache { 0 } else { -1 },
            transfer_size: Some(answer.bytes_received),
            error: None,
        }
    }

    fn none(error: Option<&'a str>) -> Self {
        Self {
            status: 0,
            status_text: "",
            http_version: UNKNOWN,
            cookies: Vec::new(),
            headers: &[],
            content: ResponseContent {
                size: 0,
                mime_type: "",
                text: None,
                encoding: None,
                comment: Some("no answer came".to_owned()),
            },
            redirect_url: "",
            headers_size: -1,
            body_size: -1,
            transfer_size: None,
            error,
        }
    }
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { UNKNOWN } else { text }
}

fn post_data<'a>(exchange: &'a Exchange, paths: &BundlePaths) -> Option<PostData<'a>> {
    if exchange.request_body == Body::None {
        return None;
    }
    let file = BodyFile::new(&exchange.request_body, paths);
    Some(PostData {
        mime_type: exchange.request_header("content-type").unwrap_or_default(),
        encoding: file.encoding(),
        text: file.bytes,
        comment: file.comment,
    })
}

/// The size of a body, decoded; -1 when it is not known.
fn size(body: &Body) -> i64 {
    let bytes = match body {
        Body::None => 0,
        Body::Kept(kept) => kept.size,
        Body::Described { size, .. } => *size,
        Body::Missing { .. } => return -1,
    };
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// A body as it stands in the bundle, or why it doesn't.
struct BodyFile {
    bytes: Option<Bytes>,
    comment: Option<String>,
}

/// The bytes of a body, as the archive can hold them.
enum Bytes {
    Text(String),
    Binary(Vec<u8>),
}

impl BodyFile {
    fn new(body: &Body, paths: &BundlePaths) -> Self {
        match body {
            Body::None => Self::without("there is none".to_owned()),
            Body::Described { why, .. } => Self::without(format!("not kept: {why}")),
            Body::Missing { why } => Self::without(format!("not to be had: {why}")),
            Body::Kept(kept) => match paths.read(&kept.file) {
                Ok(bytes) => Self {
                    bytes: Some(Bytes::new(bytes, kept.content)),
                    comment: None,
                },
                Err(error) => Self::without(lost(&kept.file, &error)),
            },
        }
    }

    fn without(why: String) -> Self {
        Self {
            bytes: None,
            comment: Some(why),
        }
    }

    fn encoding(&self) -> Option<&'static str> {
        matches!(self.bytes, Some(Bytes::Binary(_))).then_some("base64")
    }
}

fn lost(file: &str, error: &dyn Display) -> String {
    format!("{file} can't be read: {error}")
}

impl Bytes {
    fn new(bytes: Vec<u8>, content: Content) -> Self {
        if content == Content::Binary {
            return Self::Binary(bytes);
        }
        String::from_utf8(bytes).map_or_else(|error| Self::Binary(error.into_bytes()), Self::Text)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Binary(bytes) => {
                serializer.collect_str(&Base64Display::new(bytes, &BASE64_STANDARD))
            }
        }
    }
}

/// A URL in the letters of RFC 3986, which is what the format asks for: a browser takes more than those, and where a part was taken
/// out stands a mark of ours.
fn uri(url: &str) -> Cow<'_, str> {
    let host = url.find("://").map_or(0, |at| at + 3);
    let path = url[host..]
        .find(['/', '?', '#'])
        .map_or(url.len(), |at| host + at);
    let is_foreign = |at: usize, letter: char| match letter {
        '[' | ']' => at >= path || host == 0,
        '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' => true,
        letter => !letter.is_ascii_graphic(),
    };
    if !url
        .char_indices()
        .any(|(at, letter)| is_foreign(at, letter))
    {
        return Cow::Borrowed(url);
    }
    let mut uri = String::with_capacity(url.len() + 16);
    for (at, letter) in url.char_indices() {
        if !is_foreign(at, letter) {
            uri.push(letter);
            continue;
        }
        for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    Cow::Owned(uri)
}

fn query(url: &str) -> Vec<Pair> {
    let Ok(url) = Url::parse(url) else {
        return Vec::new();
    };
    url.query_pairs()
        .map(|(name, value)| Pair {
            name: name.into_owned(),
            value: value.into_owned(),
        })
        .collect()
}

fn values<'a>(headers: &'a [Header], name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .iter()
        .filter(move |header| header.name.eq_ignore_ascii_case(name))
        .map(|header| &*header.value)
}

fn sent_cookies(headers: &[Header]) -> Vec<Cookie<'_>> {
    values(headers, "cookie")
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| Cookie::named(pair.trim()))
        .collect()
}

/// One header line may hold several cookies, a line each, as the browser joined them.
fn set_cookies(headers: &[Header]) -> Vec<Cookie<'_>> {
    values(headers, "set-cookie")
        .flat_map(str::lines)
        .filter_map(|line| {
            let mut parts = line.split(';').map(str::trim);
            let mut cookie = Cookie::named(parts.next()?)?;
            for part in parts {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                match name.to_ascii_lowercase().as_str() {
                    "path" => cookie.path = Some(value),
                    "domain" => cookie.domain = Some(value),
                    "httponly" => cookie.http_only = true,
                    "secure" => cookie.secure = true,
                    _ => {}
                }
            }
            Some(cookie)
        })
        .collect()
}

impl<'a> Cookie<'a> {
    fn named(pair: &'a str) -> Option<Self> {
        let (name, value) = pair.split_once('=')?;
        Some(Self {
            name,
            value,
            path: None,
            domain: None,
            http_only: false,
            secure: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_of_the_archive_has_no_letter_that_a_url_may_not_have() {
        for (url, expected) in [
            ("http://[::1]:80/a?b=[c]#d", "http://[::1]:80/a?b=%5Bc%5D#d"),
            (
                "https://a.example/q?x=|\"é",
                "https://a.example/q?x=%7C%22%C3%A9",
            ),
            ("data:image/svg+xml,…", "data:image/svg+xml,%E2%80%A6"),
            ("about:blank", "about:blank"),
            ("https://a.example/x%0A?y=z", "https://a.example/x%0A?y=z"),
        ] {
            assert_eq!(uri(url), expected);
        }
    }
}
