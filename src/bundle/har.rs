//! `network.har`: HAR 1.2, written entry by entry so that memory doesn't grow with the run.
//!
//! Spec: <http://www.softwareishard.com/blog/har-12-spec/>. What it has no field for goes into
//! fields that begin with `_`, as the spec allows.

use std::{
    io::{self, Write},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use url::Url;

use crate::evidence::{Answer, Body, Exchange, Header, Outcome, Run, StepRun, Timings};

/// Writes every exchange of the run; each step is a page.
pub(super) fn write_har(out: &mut impl Write, folder: &Path, run: &Run) -> io::Result<()> {
    let creator = json!({"name": "shippass", "version": run.info.tool_version});
    let browser = json!({"name": run.engine.name, "version": run.engine.version});
    write!(
        out,
        "{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"browser\":{browser},\"pages\":["
    )?;
    let mut first = true;
    for (id, step) in pages(run) {
        if let Some(started) = step.started {
            let title = format!("{} ({})", step.name, step.id);
            let page = json!({
                "startedDateTime": started.to_string(),
                "id": id,
                "title": title,
                "pageTimings": {"onContentLoad": -1, "onLoad": -1},
            });
            write_item(out, &mut first, &page)?;
        }
    }
    out.write_all(b"],\"entries\":[")?;
    first = true;
    for (id, step) in pages(run) {
        for exchange in &step.exchanges {
            let page = step.started.map(|_| id.as_str());
            write_item(out, &mut first, &entry(exchange, page, folder))?;
        }
    }
    out.write_all(b"]}}\n")
}

fn pages(run: &Run) -> impl Iterator<Item = (String, &StepRun)> {
    run.checklists
        .iter()
        .enumerate()
        .flat_map(|(index, checklist)| {
            let id = move |step: &StepRun| format!("page_{index}_{}", step.id);
            checklist.steps.iter().map(move |step| (id(step), step))
        })
}

fn write_item(out: &mut impl Write, first: &mut bool, item: &Value) -> io::Result<()> {
    if !std::mem::take(first) {
        out.write_all(b",")?;
    }
    out.write_all(b"\n")?;
    serde_json::to_writer(out, item).map_err(io::Error::from)
}

fn entry(exchange: &Exchange, page: Option<&str>, folder: &Path) -> Value {
    let timings = timings(&exchange.timings);
    let time: f64 = ["blocked", "dns", "connect", "send", "wait", "receive"]
        .iter()
        .filter_map(|part| timings[part].as_f64())
        .filter(|milliseconds| *milliseconds > 0.0)
        .sum();
    let mut entry = Map::new();
    if let Some(page) = page {
        entry.insert("pageref".to_owned(), json!(page));
    }
    entry.insert(
        "startedDateTime".to_owned(),
        json!(exchange.started.to_string()),
    );
    entry.insert("time".to_owned(), json!(time));
    entry.insert("request".to_owned(), request(exchange, folder));
    entry.insert("response".to_owned(), response(exchange, folder));
    entry.insert("cache".to_owned(), json!({}));
    entry.insert("timings".to_owned(), timings);
    entry.insert("_id".to_owned(), json!(exchange.id));
    entry.insert("_resourceType".to_owned(), json!(exchange.resource));
    if let Some(initiator) = &exchange.initiator {
        entry.insert(
            "_initiator".to_owned(),
            json!({"type": initiator.kind, "url": initiator.url, "lineNumber": initiator.line}),
        );
    }
    if let Some(previous) = &exchange.redirected_from {
        entry.insert("_redirectedFrom".to_owned(), json!(previous));
    }
    if !exchange.read_as.is_empty() {
        entry.insert("_readAs".to_owned(), json!(exchange.read_as));
    }
    Value::Object(entry)
}

fn request(exchange: &Exchange, folder: &Path) -> Value {
    let query: Vec<_> = Url::parse(&exchange.url)
        .map(|url| {
            let pairs = url.query_pairs();
            pairs
                .map(|(name, value)| json!({"name": name, "value": value}))
                .collect()
        })
        .unwrap_or_default();
    let protocol = exchange
        .answer()
        .map_or("", |answer| answer.protocol.as_str());
    let mut request = json!({
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": protocol,
        "cookies": [],
        "headers": headers(&exchange.request_headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": size(&exchange.request_body),
    });
    let mime = exchange.request_header("content-type").unwrap_or_default();
    match &exchange.request_body {
        Body::None => {}
        Body::Kept(_) => {
            let mut data = text_of(&exchange.request_body, folder);
            data.insert("mimeType".to_owned(), json!(mime));
            request["postData"] = Value::Object(data);
        }
        Body::Described { why, .. } | Body::Missing { why } => {
            request["postData"] = json!({"mimeType": mime, "text": "", "comment": why});
        }
    }
    request
}

fn response(exchange: &Exchange, folder: &Path) -> Value {
    match &exchange.outcome {
        Outcome::Answered(answer) => answered(answer, folder),
        Outcome::Failed { error } => unanswered(error),
        Outcome::Pending => unanswered("still open when the run ended"),
    }
}

fn answered(answer: &Answer, folder: &Path) -> Value {
    let mut content = match &answer.body {
        Body::None => Map::new(),
        Body::Kept(_) => text_of(&answer.body, folder),
        Body::Described { why, .. } | Body::Missing { why } => {
            let mut content = Map::new();
            content.insert("comment".to_owned(), json!(why));
            content
        }
    };
    content.insert("size".to_owned(), json!(size(&answer.body)));
    content.insert(
        "mimeType".to_owned(),
        json!(answer.header("content-type").unwrap_or(&answer.mime)),
    );
    json!({
        "status": answer.status,
        "statusText": answer.status_text,
        "httpVersion": answer.protocol,
        "cookies": [],
        "headers": headers(&answer.headers),
        "content": content,
        "redirectURL": answer.header("location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": -1,
        "_transferSize": answer.bytes_received,
        "_fromCache": answer.from_cache,
    })
}

fn unanswered(why: &str) -> Value {
    json!({
        "status": 0, "statusText": "", "httpVersion": "", "cookies": [], "headers": [],
        "content": {"size": 0, "mimeType": "x-unknown"},
        "redirectURL": "", "headersSize": -1, "bodySize": -1, "_error": why,
    })
}

/// A kept body: text as text, bytes in base64.
fn text_of(body: &Body, folder: &Path) -> Map<String, Value> {
    let mut content = Map::new();
    let Body::Kept(kept) = body else {
        return content;
    };
    match std::fs::read(folder.join(&kept.file)) {
        Err(error) => {
            content.insert(
                "comment".to_owned(),
                json!(format!("{}: {error}", kept.file)),
            );
        }
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => {
                content.insert("text".to_owned(), json!(text));
            }
            Err(error) => {
                content.insert("text".to_owned(), json!(STANDARD.encode(error.as_bytes())));
                content.insert("encoding".to_owned(), json!("base64"));
            }
        },
    }
    content
}

fn size(body: &Body) -> i64 {
    let size = match body {
        Body::None => 0,
        Body::Kept(kept) => kept.size,
        Body::Described { size, .. } => *size,
        Body::Missing { .. } => return -1,
    };
    i64::try_from(size).unwrap_or(-1)
}

fn headers(headers: &[Header]) -> Value {
    headers
        .iter()
        .map(|header| json!({"name": header.name, "value": header.value}))
        .collect()
}

/// Milliseconds; -1 where the browser gave nothing. `send` and `wait` and `receive` may not be -1.
fn timings(timings: &Timings) -> Value {
    let optional = |part: Option<f64>| json!(part.unwrap_or(-1.0));
    let needed = |part: Option<f64>| json!(part.unwrap_or(0.0));
    json!({
        "blocked": optional(timings.blocked),
        "dns": optional(timings.dns),
        "connect": optional(timings.connect),
        "ssl": optional(timings.tls),
        "send": 0.0,
        "wait": needed(timings.wait.or(timings.total)),
        "receive": needed(timings.receive),
    })
}
