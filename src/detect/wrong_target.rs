//! `wrong-target`: the walk left the deployment that it was to look at.

use std::collections::BTreeSet;

use super::{
    origin::foreign_origin,
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, first_step, seen_steps},
};
use crate::evidence::{Answer, ChecklistRun, Exchange, Outcome, Resource, Run, StepRun};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "wrong-target",
    severity: Severity::Error,
    what: "the page went to an origin that doesn't belong to the target",
    why: "More than once a fix was judged failed, wrongly: the page looked at was a preview taken for production, or the reverse.",
    looks_at: "Where the target's URL led, and every page that a step went to in its own window.",
    silent: "In traffic that another tool recorded, when a page of the target follows, else it is a notice. For an identity provider that the sign-in passes through and comes back from, also when a later step signs in again; for \
             redirects that pass through another origin and come home, new tabs, frames, downloads, and origins declared under `origins`.",
    mend: "Mend the link. If the origin belongs to the target, declare it under `origins`.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let led = run.target.final_url.as_deref();
    if let Some(origin) = led.and_then(|url| foreign_origin(run, url)) {
        let title = format!("{} leads to {origin}", run.target.url);
        return vec![Finding {
            detail: "The target's own URL led there; no step was walked.".to_owned(),
            ..RULE.finding(first_step(run), title, origin)
        }];
    }
    seen_steps(run)
        .filter_map(|seen| left_in(run, &seen))
        .collect()
}

const CAME_BACK: &str =
    "It came back within the step; what was seen there says nothing of the target.";
const STAYED: &str = "The rest of the checklist was not walked there.";

/// The first foreign page of a step.
fn left_in(run: &Run, seen: &SeenStep<'_>) -> Option<Finding> {
    if seen.step.is_traffic_only {
        return left_in_traffic(run, seen);
    }
    let is_home = is_home_again(run, seen.step);
    let providers = identity_providers(run, seen.list);
    let (url, exchange) = foreign_pages(run, seen.step)
        .into_iter()
        .find(|page| !(is_home && providers.contains(&page.origin)))
        .map(|page| (page.url, page.exchange))?;
    let origin = foreign_origin(run, url)?;
    let title = format!("the page left the target for {origin}");
    Some(Finding {
        detail: format!(
            "The page went to {url}. {}",
            if is_home { CAME_BACK } else { STAYED }
        ),
        requests: exchange
            .map(|exchange| exchange.id.clone())
            .into_iter()
            .collect(),
        ..RULE.finding(seen.at(), title, origin)
    })
}

/// The first foreign page of recorded traffic behind which nobody came back. Who browses follows links on purpose, and an
/// identity provider can't be told from them.
fn left_in_traffic(run: &Run, seen: &SeenStep<'_>) -> Option<Finding> {
    let pages = || seen.list.steps.iter().flat_map(|step| &step.exchanges);
    let last = pages()
        .filter(|exchange| is_page(exchange) && foreign_origin(run, &exchange.url).is_none())
        .map(|page| page.started)
        .max();
    let mut foreign = foreign_pages(run, seen.step).into_iter();
    let page = foreign.find(|page| {
        let started = page.exchange.map(|exchange| exchange.started);
        last.is_none_or(|last| started.is_none_or(|started| started > last))
    })?;
    Some(Finding {
        severity: Severity::Notice,
        detail: format!(
            "The page went to {}, and no page of the target followed.",
            page.url
        ),
        requests: page
            .exchange
            .map(|exchange| exchange.id.clone())
            .into_iter()
            .collect(),
        ..RULE.finding(
            seen.at(),
            format!("the page left the target for {}", page.origin),
            page.origin,
        )
    })
}

/// A page outside the target.
struct ForeignPage<'r> {
    url: &'r str,
    origin: String,
    exchange: Option<&'r Exchange>,
}

/// Pages outside the target that a step went to, by its navigations, else by its documents.
fn foreign_pages<'r>(run: &Run, step: &'r StepRun) -> Vec<ForeignPage<'r>> {
    let documents = step.exchanges.iter().filter(|exchange| is_page(exchange));
    let documents: Vec<_> = documents.collect();
    let of_navigations = step.navigations.iter().map(|navigation| {
        let mut documents = documents.iter();
        let exchange = documents.find(|document| document.url == navigation.url);
        (navigation.url.as_str(), exchange.copied())
    });
    let of_documents = documents
        .iter()
        .map(|document| (document.url.as_str(), Some(*document)));
    of_navigations
        .chain(of_documents)
        .filter_map(|(url, exchange)| {
            let origin = foreign_origin(run, url)?;
            Some(ForeignPage {
                url,
                origin,
                exchange,
            })
        })
        .collect()
}

/// A document that came to stand in the window: no hop of a redirect, no download.
fn is_page(exchange: &Exchange) -> bool {
    let is_shown = |answer: &Answer| {
        let disposition = answer.header("content-disposition").unwrap_or_default();
        !answer.is_redirect() && answer.status != 204 && !disposition.starts_with("attachment")
    };
    exchange.resource == Resource::Document
        && matches!(&exchange.outcome, Outcome::Answered(answer) if is_shown(answer))
}

/// Origins that the sign-in passed through and came back from.
fn identity_providers(run: &Run, list: &ChecklistRun) -> BTreeSet<String> {
    let sign_in = list.steps.iter().filter(|step| step.id == "00-sign-in");
    sign_in
        .filter(|step| is_home_again(run, step))
        .flat_map(|step| foreign_pages(run, step))
        .map(|page| page.origin)
        .collect()
}

fn is_home_again(run: &Run, step: &StepRun) -> bool {
    let page = step.page.as_ref();
    page.is_some_and(|page| foreign_origin(run, &page.url).is_none())
}
