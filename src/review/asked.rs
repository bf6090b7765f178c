//! What a step did beside its picture, in lines that two runs can be compared by: its requests, what JSON they were answered
//! with, what else happened.

use std::collections::{BTreeMap, BTreeSet};

use crate::detect::Shape;
use crate::evidence::{Body, Content, Exchange, Happening, Outcome, Resource, StepRun};

/// What came of comparing answers; more of it is no help to a reader.
const MOST_LISTED: usize = 20;

/// What the page asked and how it was answered, a line each, sorted: order and number of requests change from run to run.
pub(super) fn requests(seen: &StepRun, origins: &[String]) -> Vec<String> {
    let lines = asked(seen).map(|exchange| line(exchange, origins));
    let lines: BTreeSet<_> = lines.collect();
    lines.into_iter().collect()
}

/// Requests for data, without those of checks.
fn asked(seen: &StepRun) -> impl Iterator<Item = &Exchange> {
    seen.exchanges.iter().filter(|exchange| {
        let is_data = matches!(
            exchange.resource,
            Resource::Document
                | Resource::Frame
                | Resource::Fetch
                | Resource::Xhr
                | Resource::WebSocket
                | Resource::EventSource
        );
        is_data && !exchange.is_of_check()
    })
}

/// The files with the JSON that requests were answered with, each with its request's line.
pub(super) fn answers(seen: &StepRun, origins: &[String]) -> BTreeSet<(String, String)> {
    let file = |exchange: &Exchange| match &exchange.answer()?.body {
        Body::Kept(kept) if kept.content == Content::Json => Some(kept.file.clone()),
        _ => None,
    };
    asked(seen)
        .filter_map(|exchange| Some((line(exchange, origins), file(exchange)?)))
        .collect()
}

/// Which fields the answers had, and of which type: all answers to one line have one shape. `read` has the bytes of a file.
pub(super) fn shapes(
    answers: &BTreeSet<(String, String)>,
    read: impl Fn(&str) -> Option<Vec<u8>>,
) -> BTreeMap<String, Shape> {
    let mut shapes: BTreeMap<String, Shape> = BTreeMap::new();
    for (line, file) in answers {
        let value = read(file).and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(value) = value {
            shapes.entry(line.clone()).or_default().take(&value);
        }
    }
    shapes
}

/// What the answers have otherwise than then, of requests that were made then and now.
pub(super) fn reshaped(
    then: &BTreeMap<String, Shape>,
    now: &BTreeMap<String, Shape>,
    requests: &BTreeSet<String>,
) -> Vec<String> {
    let mut told = Vec::new();
    for line in requests {
        match (then.get(line), now.get(line)) {
            (None, None) => {}
            (Some(_), None) => told.push(format!("{line}: was answered with JSON")),
            (None, Some(_)) => told.push(format!("{line}: is answered with JSON now")),
            (Some(then), Some(now)) => {
                let changes = then.changes(now).into_iter();
                told.extend(changes.map(|change| {
                    let (path, then, now) = (change.path, change.one, change.other);
                    format!("{line}: {path} is {now}, was {then}")
                }));
            }
        }
    }
    told.truncate(MOST_LISTED);
    told
}

/// What else happened, a line each, in its order: a dialog with its words, a file with its digest, another tab.
pub(super) fn happenings(seen: &StepRun) -> Vec<String> {
    let lines = seen.happenings.iter().map(|happening| match happening {
        Happening::Dialog {
            kind,
            text,
            is_accepted,
            ..
        } => {
            let answer = if *is_accepted {
                "accepted"
            } else {
                "dismissed"
            };
            format!("dialog {kind} “{text}”, {answer}")
        }
        Happening::Download { name, file, .. } => match file {
            Some(file) => format!("download {name}, sha-256 {}", file.sha256),
            None => format!("download {name}, not kept"),
        },
        Happening::Withheld { method, url } => {
            format!("not sent: {method} {}", path_of(url))
        }
        Happening::NewTab { url } => format!("new tab {}", path_of(url)),
        Happening::Network { state } => format!("network {state}"),
    });
    lines.collect()
}

/// A preview has another origin each time, and a query what changes.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split(['?', '#']).next().unwrap_or(path)
}

/// `POST /api/quotes/*/sign 200 application/json`; a preview has another origin each time.
fn line(exchange: &Exchange, origins: &[String]) -> String {
    let route = exchange.route();
    let is_own = |origin: &&String| route.starts_with(origin.as_str());
    let route = match origins.iter().find(is_own) {
        Some(origin) => &route[origin.len()..],
        None => &route,
    };
    let outcome = match &exchange.outcome {
        Outcome::Answered(answer) => format!("{} {}", answer.status, answer.mime),
        Outcome::Failed { error } => error.clone(),
        Outcome::Pending => "no answer".to_owned(),
    };
    format!("{} {route} {}", exchange.method, outcome.trim_end())
}
