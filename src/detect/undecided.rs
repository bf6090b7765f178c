//! What a detector needed and couldn't have: a step with such a gap is `unknown`, never clean.

use super::{
    contract, crash_sight,
    expects_json::is_success,
    html_on_purpose::asks_for_html,
    no_effect,
    noise::file_of,
    origin::{Owner, is_sent_by_own_code, owner_of},
    protected,
    request_failed::is_made_up_for,
    rule::Undecided,
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{Body, Exchange, Outcome, Resource, Run};

/// Every gap of a run, in the order of steps.
pub(super) fn undecided(run: &Run) -> Vec<Undecided> {
    seen_steps(run)
        .flat_map(|seen| {
            let calls = seen.asked_by_page();
            let gaps = calls.filter_map(move |exchange| {
                gap(run, &seen, exchange).map(|why| Undecided { at: seen.at(), why })
            });
            let whole = protected::undecided(run, &seen);
            let whole = whole.map(|why| Undecided { at: seen.at(), why });
            whole
                .into_iter()
                .chain(gaps)
                .chain(no_effect::undecided(&seen))
                .chain(crash_sight::undecided(run, &seen))
        })
        .chain(contract::undecided(run))
        .collect()
}

/// What isn't known of a call of the target's own pages.
fn gap(run: &Run, seen: &SeenStep<'_>, exchange: &Exchange) -> Option<String> {
    let is_call = matches!(exchange.resource, Resource::Fetch | Resource::Xhr);
    let is_own =
        owner_of(run, &exchange.url) == Owner::Target && is_sent_by_own_code(run, exchange);
    if !is_call || !is_own || file_of(run, seen, exchange).is_some() {
        return None;
    }
    let call = exchange.call();
    match &exchange.outcome {
        Outcome::Failed { .. } if is_made_up_for(seen, exchange) => None,
        Outcome::Failed { error } => Some(format!("{call} got no answer: {error}")),
        // Reads may stay open for good, as streams of events do; a change must be answered.
        Outcome::Pending if !matches!(exchange.method.as_str(), "GET" | "HEAD") => {
            Some(format!("{call} was still unanswered at the end of the run"))
        }
        Outcome::Answered(answer) => match &answer.body {
            Body::Missing { why } if needs_body(exchange, seen, answer.status) => {
                Some(format!("the body of {call} couldn't be had: {why}"))
            }
            _ => None,
        },
        Outcome::Pending => None,
    }
}

/// Whether the body decides: an answer that may be HTML in place of JSON.
fn needs_body(exchange: &Exchange, seen: &SeenStep<'_>, status: u16) -> bool {
    let chain = seen.chain_to(exchange);
    let first = chain.first().copied().unwrap_or(exchange);
    let has_body = exchange.method != "HEAD" && !matches!(status, 204 | 205);
    is_success(status) && has_body && !asks_for_html(first, exchange)
}
