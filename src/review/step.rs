//! What the page is told of one step: all that was done, expected, seen and found in it.

use serde::Serialize;

use super::{before::Change, desk::Review};
use crate::bundle::{FindingEntry, StepEntry};
use crate::detect::explain;
use crate::evidence::{
    ActionRecord, ConsoleLine, Exchange, ExpectationRecord, Happening, Layout, Outcome, PageFacts,
    Picture, Resource, hops_to,
};

/// A step, with everything that a person may want to see of it at once.
#[derive(Serialize)]
pub(super) struct StepTold<'a> {
    #[serde(flatten)]
    entry: &'a StepEntry,
    pictures: Vec<Picture>,
    actions: &'a [ActionRecord],
    expectations: &'a [ExpectationRecord],
    page: Option<&'a PageFacts>,
    happenings: &'a [Happening],
    unsettled: Option<&'a str>,
    undecided: &'a [String],
    console: &'a [ConsoleLine],
    requests: Vec<RequestTold<'a>>,
    found: Vec<FindingTold<'a>>,
    noise: Vec<&'a str>,
    /// What of the page the last picture shows, in CSS pixels; boxes of findings are places on it.
    shown: Option<(f64, f64)>,
    change: Option<Change>,
}

/// A request in one line.
#[derive(Serialize)]
struct RequestTold<'a> {
    id: &'a str,
    method: &'a str,
    url: &'a str,
    resource: Resource,
    status: Option<u16>,
    error: Option<&'a str>,
    mime: &'a str,
    ms: Option<f64>,
}

/// A finding with its evidence.
#[derive(Serialize)]
struct FindingTold<'a> {
    #[serde(flatten)]
    entry: &'a FindingEntry,
    /// Whether its boxes are places on this step's picture; they are measured where it was seen first.
    is_here: bool,
    mend: Option<&'static str>,
    exchanges: Vec<ExchangeTold<'a>>,
    lines: Vec<&'a ConsoleLine>,
}

/// An exchange with the redirects that led to it, the first hop first.
#[derive(Serialize)]
pub(super) struct ExchangeTold<'a> {
    #[serde(flatten)]
    exchange: &'a Exchange,
    chain: Vec<RequestTold<'a>>,
}

impl<'a> StepTold<'a> {
    pub(super) fn new(review: &'a Review, checklist: usize, step: usize) -> Option<Self> {
        let (entry, seen) = review.step(checklist, step)?;
        let findings = review.document().findings.iter();
        let is_here = |finding: &&FindingEntry| entry.findings.contains(&finding.id);
        let noise = review.document().noise.iter();
        Some(Self {
            entry,
            pictures: if seen.pictures.is_empty() {
                entry.screens.iter().map(|file| unmeasured(file)).collect()
            } else {
                seen.pictures.clone()
            },
            actions: &seen.actions,
            expectations: &seen.expectations,
            page: seen.page.as_ref(),
            happenings: &seen.happenings,
            unsettled: seen.unsettled.as_deref(),
            undecided: &seen.undecided,
            console: &seen.console,
            requests: seen.exchanges.iter().map(RequestTold::new).collect(),
            found: findings
                .filter(is_here)
                .map(|it| FindingTold::new(review, it, (checklist, &entry.id)))
                .collect(),
            noise: noise
                .filter(|noise| noise.at.checklist == checklist && noise.at.step == entry.id)
                .map(|noise| noise.evidence.as_str())
                .collect(),
            shown: (seen.layout.as_ref().and_then(Layout::facts))
                .map(|facts| (facts.shown_width, facts.shown_height)),
            change: review.before().change((checklist, step)),
        })
    }
}

fn unmeasured(file: &str) -> Picture {
    Picture {
        file: file.to_owned(),
        ..Picture::default()
    }
}

impl<'a> RequestTold<'a> {
    fn new(exchange: &'a Exchange) -> Self {
        let answer = exchange.answer();
        let error = match &exchange.outcome {
            Outcome::Failed { error } => Some(error.as_str()),
            Outcome::Answered(_) | Outcome::Pending => None,
        };
        Self {
            id: &exchange.id,
            method: &exchange.method,
            url: &exchange.url,
            resource: exchange.resource,
            status: answer.map(|answer| answer.status),
            error,
            mime: answer.map_or("", |answer| &answer.mime),
            ms: exchange.timings.total,
        }
    }
}

impl<'a> FindingTold<'a> {
    fn new(review: &'a Review, entry: &'a FindingEntry, (checklist, step): (usize, &str)) -> Self {
        let line = |id: &String| review.run().console_line(id);
        let requests = entry.requests.iter();
        Self {
            entry,
            is_here: entry.at.checklist == checklist && entry.at.step == step,
            mend: explain(&entry.detector).map(|rule| rule.mend),
            exchanges: requests
                .filter_map(|id| ExchangeTold::new(review, id))
                .collect(),
            lines: entry.console.iter().filter_map(line).collect(),
        }
    }
}

impl<'a> ExchangeTold<'a> {
    /// The exchange of that id.
    pub(super) fn new(review: &'a Review, id: &str) -> Option<Self> {
        let run = review.run();
        let exchange = run.exchange(id)?;
        let hops = hops_to(exchange, |id| run.exchange(id));
        let chain = hops.into_iter().map(RequestTold::new).collect();
        Some(Self { exchange, chain })
    }
}
