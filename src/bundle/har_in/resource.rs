//! What asked for a request: by the tool's own word, else by what the browser sent, else by what came.

use super::entry::Entry;
use crate::evidence::Resource;

/// What asked for it.
pub(super) fn resource(entry: &Entry, mime: &str) -> Resource {
    let header = |name: &str| {
        let mut headers = entry.request.headers.iter();
        let found = headers.find(|header| header.name.eq_ignore_ascii_case(name));
        found.map_or("", |header| header.value.trim())
    };
    let destination = header("sec-fetch-dest");
    by_tool(&entry.resource_type, destination)
        .or_else(|| by_destination(destination, header("sec-fetch-mode")))
        .unwrap_or_else(|| {
            let is_xhr = header("x-requested-with").eq_ignore_ascii_case("xmlhttprequest");
            by_answer(entry, mime, header("accept"), is_xhr)
        })
}

/// The words of Chromium's developer tools, which others took over.
fn by_tool(word: &str, destination: &str) -> Option<Resource> {
    Some(match word.to_ascii_lowercase().as_str() {
        "document" if matches!(destination, "iframe" | "frame" | "embed" | "object") => {
            Resource::Frame
        }
        "document" => Resource::Document,
        "fetch" => Resource::Fetch,
        "xhr" => Resource::Xhr,
        "script" | "wasm" => Resource::Script,
        "stylesheet" => Resource::Style,
        "image" => Resource::Image,
        "font" => Resource::Font,
        "media" | "texttrack" => Resource::Media,
        "websocket" => Resource::WebSocket,
        "eventsource" => Resource::EventSource,
        "prefetch" => Resource::Prefetch,
        "preflight" => Resource::Preflight,
        "ping" | "beacon" | "csp-violation-report" | "cspviolationreport" => Resource::Beacon,
        "manifest" => Resource::Manifest,
        "other" => Resource::Other,
        _ => return None,
    })
}

/// What the browser itself said of it (Fetch Metadata).
fn by_destination(destination: &str, mode: &str) -> Option<Resource> {
    Some(match destination {
        "document" => Resource::Document,
        "iframe" | "frame" | "embed" | "object" => Resource::Frame,
        "empty" if mode == "websocket" => Resource::WebSocket,
        "empty" | "json" => Resource::Fetch,
        "script" | "worker" | "sharedworker" | "serviceworker" | "audioworklet" => Resource::Script,
        "style" | "xslt" => Resource::Style,
        "image" => Resource::Image,
        "font" => Resource::Font,
        "audio" | "video" | "track" => Resource::Media,
        "manifest" => Resource::Manifest,
        "websocket" => Resource::WebSocket,
        "report" => Resource::Beacon,
        _ => return None,
    })
}

fn by_answer(entry: &Entry, mime: &str, accept: &str, is_xhr: bool) -> Resource {
    let method = entry.request.method.as_str();
    let is_url = |scheme: &str| entry.request.url.starts_with(scheme);
    if is_url("ws:") || is_url("wss:") {
        return Resource::WebSocket;
    }
    if method.eq_ignore_ascii_case("OPTIONS") {
        return Resource::Preflight;
    }
    if is_xhr {
        return Resource::Xhr;
    }
    // Browsers open pages, and nothing else, with an Accept that begins with HTML and takes XHTML.
    if accept.starts_with("text/html") && accept.contains("application/xhtml+xml") {
        return Resource::Document;
    }
    match mime.split_once('/').unwrap_or((mime, "")) {
        (_, "css") => Resource::Style,
        (_, kind) if kind.contains("javascript") || kind.contains("ecmascript") => Resource::Script,
        ("image", _) => Resource::Image,
        ("font", _) => Resource::Font,
        (_, kind) if kind.contains("font") => Resource::Font,
        ("audio" | "video", _) => Resource::Media,
        // Without a word of what was asked for, a page that was simply got is taken for one.
        ("text", "html") if method.eq_ignore_ascii_case("GET") && accept.is_empty() => {
            Resource::Document
        }
        _ => Resource::Fetch,
    }
}
