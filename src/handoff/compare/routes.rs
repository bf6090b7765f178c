//! Exchanges by route: status, content type, what the body is, its JSON shape, headers that matter.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Side, Which,
    headers::Headers,
    model::{Change, RouteDifference},
    names::Names,
};
use crate::detect::Shape;
use crate::evidence::{Body, Content, Exchange, Outcome, Resource, StepRun};

/// More of one answer is no help to a reader.
const MOST_CHANGES: usize = 12;

/// All answers to the calls of one route in one step.
#[derive(Default)]
struct Answers {
    statuses: BTreeSet<String>,
    types: BTreeSet<String>,
    bodies: BTreeSet<&'static str>,
    shape: Shape,
    headers: Headers,
}

/// How the exchanges of a step differ.
pub(super) fn differences(
    steps: (&StepRun, &StepRun),
    (a, b): (Side<'_>, Side<'_>),
    names: &Names,
) -> Vec<RouteDifference> {
    let in_a = by_route(steps.0, a, Which::A, names);
    let in_b = by_route(steps.1, b, Which::B, names);
    let mut routes: BTreeSet<&String> = in_a.keys().collect();
    routes.extend(in_b.keys());
    routes
        .into_iter()
        .filter_map(|route| difference(route, in_a.get(route), in_b.get(route)))
        .collect()
}

fn by_route(
    step: &StepRun,
    side: Side<'_>,
    which: Which,
    names: &Names,
) -> BTreeMap<String, Answers> {
    let mut routes: BTreeMap<String, Answers> = BTreeMap::new();
    for exchange in step.exchanges.iter().filter(|it| counts(it, side)) {
        let answers = routes.entry(names.route(which, exchange)).or_default();
        answers.take(exchange, side, which, names);
    }
    routes
}

/// Scripts, styles and pictures are called otherwise after each build; one that is missing is a finding. What was filed
/// as noise is noise here too.
pub(super) fn counts(exchange: &Exchange, side: Side<'_>) -> bool {
    let carries_data = !matches!(
        exchange.resource,
        Resource::Script
            | Resource::Style
            | Resource::Image
            | Resource::Font
            | Resource::Media
            | Resource::Prefetch
            | Resource::Manifest
    );
    let noise = &side.bundle.document.noise;
    carries_data
        && exchange.outcome != Outcome::Pending
        && !noise.iter().any(|noise| noise.evidence == exchange.id)
}

impl Answers {
    fn take(&mut self, exchange: &Exchange, side: Side<'_>, which: Which, names: &Names) {
        let answer = match &exchange.outcome {
            Outcome::Answered(answer) => answer,
            Outcome::Failed { error } => {
                self.statuses.insert(format!("no answer ({error})"));
                return;
            }
            Outcome::Pending => return,
        };
        if answer.status == 304 {
            // The browser asked whether what it has is still good: the answer is the one before.
            return;
        }
        self.statuses.insert(answer.status.to_string());
        if !answer.mime.is_empty() {
            self.types.insert(answer.mime.clone());
        }
        self.headers.take(answer, which, names);
        self.bodies.extend(answer.body.content().map(content));
        if let Body::Kept(kept) = &answer.body
            && kept.content == Content::Json
            && let Ok(bytes) = side.bundle.paths.read(&kept.file)
            && let Ok(value) = serde_json::from_slice(&bytes)
        {
            self.shape.take(&value);
        }
    }
}

fn content(content: Content) -> &'static str {
    match content {
        Content::Empty => "empty",
        Content::HtmlDocument => "an HTML page",
        Content::HtmlFragment => "a piece of HTML",
        Content::Json => "JSON",
        Content::BrokenJson => "broken JSON",
        Content::Xml => "XML",
        Content::Text => "text",
        Content::Binary => "bytes",
    }
}

fn difference(route: &str, a: Option<&Answers>, b: Option<&Answers>) -> Option<RouteDifference> {
    let (only_in, mut changes) = match (a, b) {
        (Some(a), Some(b)) => (None, changes(a, b)),
        (Some(_), None) => (Some(Which::A), Vec::new()),
        (None, _) => (Some(Which::B), Vec::new()),
    };
    if only_in.is_none() && changes.is_empty() {
        return None;
    }
    let left_out = changes.len().saturating_sub(MOST_CHANGES);
    changes.truncate(MOST_CHANGES);
    Some(RouteDifference {
        route: route.to_owned(),
        only_in,
        changes,
        left_out,
    })
}

fn changes(a: &Answers, b: &Answers) -> Vec<Change> {
    if a.statuses.is_empty() || b.statuses.is_empty() {
        return Vec::new();
    }
    let mut changes = Vec::new();
    let mut hold = |what: &str, a: String, b: String| {
        if a != b {
            changes.push(Change {
                what: what.to_owned(),
                a,
                b,
            });
        }
    };
    hold("status", words(&a.statuses), words(&b.statuses));
    hold("content type", words(&a.types), words(&b.types));
    hold("body", words(&a.bodies), words(&b.bodies));
    // What an error says and how it is cached follows from its being one.
    if a.statuses == b.statuses && a.bodies == b.bodies {
        let shapes = a.shape.changes(&b.shape).into_iter();
        changes.extend(shapes.map(|change| Change {
            what: format!("json {}", change.path),
            a: change.one,
            b: change.other,
        }));
    }
    if a.statuses == b.statuses {
        changes.extend(a.headers.changes(&b.headers));
    }
    changes
}

fn words<T: AsRef<str>>(values: &BTreeSet<T>) -> String {
    if values.is_empty() {
        return "none".to_owned();
    }
    values
        .iter()
        .map(AsRef::as_ref)
        .collect::<Vec<_>>()
        .join(", ")
}
