//! Every request of a step, folded: method, path, status, type, size, time.

use maud::{Markup, html};

use super::{
    evidence::Evidence,
    exchange::{milliseconds, resource, status},
    shown::shown,
};
use crate::evidence::{Body, Exchange, Outcome};
use crate::report::words;

/// The table of a step's exchanges; URLs on the target's own origins are shown as paths.
pub(super) fn network(evidence: &Evidence<'_>, exchanges: &[Exchange]) -> Markup {
    html! {
        @if !exchanges.is_empty() {
            details.fold {
                summary { "Network " span.quiet { (words::plural(exchanges.len(), "request")) } }
                table.network {
                    thead { tr { th.method { "Method" } th.url { "URL" } th.answer { "Status" } th.type { "Type" } th.size { "Size" } th.time { "Time" } } }
                    tbody { @for exchange in exchanges { (row(evidence, exchange)) } }
                }
            }
        }
    }
}

fn row(evidence: &Evidence<'_>, exchange: &Exchange) -> Markup {
    html! {
        tr {
            td.method { (shown(&exchange.method)) }
            td.url { code { (shown(evidence.short_url(&exchange.url))) } }
            td.answer { (status(exchange)) }
            td.type { (kind(exchange)) }
            td.size { @if let Some(size) = size(exchange) { (words::size(size)) } }
            td.time { @if let Some(total) = exchange.timings.total { (words::duration(milliseconds(total))) } }
        }
    }
}

fn kind(exchange: &Exchange) -> Markup {
    let mime = exchange.answer().map_or("", |answer| answer.mime.as_str());
    html! {
        @match &exchange.outcome {
            Outcome::Failed { error } => (shown(error)),
            _ if mime.is_empty() => (resource(exchange.resource)),
            _ => { (resource(exchange.resource)) ", " (shown(mime)) },
        }
    }
}

/// The size of the answer's body, when there is one.
fn size(exchange: &Exchange) -> Option<u64> {
    match &exchange.answer()?.body {
        Body::Kept(kept) => Some(kept.size),
        Body::Described { size, .. } => Some(*size),
        Body::None | Body::Missing { .. } => None,
    }
}
