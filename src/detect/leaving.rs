//! When a page was left: its requests end then, and nobody misses their answers.

use jiff::{SignedDuration, Timestamp};

use super::seen_step::SeenStep;
use crate::evidence::{Exchange, Resource, StepRun};

/// Requests end when the next page has come, or the session is closed: by so much the records of both may differ.
const SLACK: SignedDuration = SignedDuration::from_millis(150);

/// Whether the page that sent a request was left while it was open. What can't be told counts as left: when the request
/// ended isn't always known.
pub(super) fn was_left(seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    let Some(ended) = end_of(exchange) else {
        return true;
    };
    let steps = seen.with_those_after();
    let is_while_open = |at: Timestamp| exchange.started <= at && at <= ended + SLACK;
    steps.iter().flat_map(leavings).any(is_while_open)
        || steps
            .last()
            .and_then(end_of_step)
            .is_some_and(|end| ended + SLACK >= end)
}

/// How long a request was open that got no answer, in milliseconds.
pub(super) fn open_for(exchange: &Exchange) -> Option<f64> {
    exchange.timings.total.filter(|total| *total > 0.0)
}

fn end_of(exchange: &Exchange) -> Option<Timestamp> {
    let took = SignedDuration::try_from_secs_f64(open_for(exchange)? / 1_000.0).ok()?;
    exchange.started.checked_add(took).ok()
}

/// Pages gone to, views that a router changed, and sessions that a step began anew.
fn leavings(step: &StepRun) -> impl Iterator<Item = Timestamp> {
    let documents = step.exchanges.iter().filter(|it| is_page(it));
    let navigations = step.navigations.iter().enumerate();
    let navigations = navigations
        .filter(|(index, _)| !was_asked_for(step, *index))
        .map(|(_, navigation)| navigation.at);
    let anew = step.started.filter(|_| step.fresh);
    documents
        .map(|page| page.started)
        .chain(navigations)
        .chain(anew)
}

fn is_page(exchange: &Exchange) -> bool {
    matches!(exchange.resource, Resource::Document | Resource::Frame)
}

/// Whether a page came by a request, which left the one before it. That it is there may be told only when its own script
/// has asked for something.
fn was_asked_for(step: &StepRun, index: usize) -> bool {
    let (before, rest) = step.navigations.split_at(index);
    let Some(navigation) = rest.first().filter(|it| !it.is_same_document) else {
        return false;
    };
    let earlier = before.iter().rev().find(|it| !it.is_same_document);
    let bare = |url: &str| url.split('#').next().map(str::to_owned);
    let mut pages = step.exchanges.iter().filter(|it| is_page(it));
    pages.any(|page| {
        bare(&page.url) == bare(&navigation.url)
            && page.started <= navigation.at
            && earlier.is_none_or(|earlier| earlier.at < page.started)
    })
}

/// The session is closed behind the last step; an archive's own end closes nothing.
fn end_of_step(step: &StepRun) -> Option<Timestamp> {
    let took = i64::try_from(step.duration_ms).ok()?;
    let end = step.started?.checked_add(SignedDuration::from_millis(took));
    end.ok().filter(|_| !step.is_traffic_only)
}
