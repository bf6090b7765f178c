//! Whether the page's code expected JSON, and whether it asked for HTML on purpose.

use std::collections::BTreeSet;

use crate::checklist::PathPattern;
use crate::evidence::{Content, Exchange, ReadAs, Resource, Run, StepRun};

/// What the whole run tells about its endpoints.
pub(super) struct JsonSignals {
    /// Method and route of endpoints that have answered JSON.
    answered_json: BTreeSet<String>,
    api: Vec<PathPattern>,
}

impl JsonSignals {
    pub(super) fn new(run: &Run) -> Self {
        let exchanges = run.steps().flat_map(|(_, step)| &step.exchanges);
        let answered_json = exchanges
            .filter(|exchange| {
                exchange.answer().is_some_and(|answer| {
                    (200..300).contains(&answer.status)
                        && answer.body.content() == Some(Content::Json)
                })
            })
            .map(endpoint)
            .collect();
        Self {
            answered_json,
            api: run.api.iter().map(PathPattern::new).collect(),
        }
    }

    /// Each reason to believe that the call wanted JSON, for the exchange and the hops that led to it.
    pub(super) fn of(
        &self,
        exchange: &Exchange,
        step: &StepRun,
        chain: &[&Exchange],
    ) -> Vec<String> {
        let first = chain.first().copied().unwrap_or(exchange);
        let hops = || std::iter::once(exchange).chain(chain.iter().copied());
        let mut signals = Vec::new();
        if first.request_header("accept").is_some_and(names_json) {
            signals.push("the request's Accept header asks for JSON".to_owned());
        }
        let sent_json = first.request_header("content-type").is_some_and(names_json)
            || first.request_body.content() == Some(Content::Json);
        if sent_json {
            signals.push("the request carried a JSON body".to_owned());
        }
        for how in hops().flat_map(|hop| &hop.read_as) {
            let signal = match how {
                ReadAs::JsonMethod => "the page's code called .json() on the answer",
                ReadAs::JsonParse => "the page's code gave the answer to JSON.parse",
                ReadAs::XhrJson => "the request's response type is json",
                ReadAs::TextMethod | ReadAs::Bytes | ReadAs::Markup => continue,
            };
            if !signals.iter().any(|known| known == signal) {
                signals.push(signal.to_owned());
            }
        }
        if self.answered_json.contains(&endpoint(first)) {
            signals.push("the same endpoint answered JSON at another time in this run".to_owned());
        }
        if let Some(pattern) = self
            .api
            .iter()
            .find(|pattern| pattern.matches(&first.path()))
        {
            signals.push(format!("the configuration declares {pattern} as an API"));
        }
        let expected = step.expectations.iter().find(|expectation| {
            expectation.wants_json
                && hops().any(|hop| expectation.exchange.as_ref() == Some(&hop.id))
        });
        if let Some(expectation) = expected {
            signals.push(format!("the checklist expects {}", expectation.what));
        }
        signals
    }
}

fn endpoint(exchange: &Exchange) -> String {
    format!("{} {}", exchange.method, exchange.route())
}

/// `application/json`, `application/problem+json`; `*/*` asks for nothing in particular.
fn names_json(header: &str) -> bool {
    header.split(',').any(|part| {
        let kind = part
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        kind.ends_with("/json") || kind.ends_with("+json")
    })
}

/// Whether HTML is what was asked for: such an answer is as it should be.
pub(super) fn asks_for_html(exchange: &Exchange) -> bool {
    if !matches!(
        exchange.resource,
        Resource::Fetch | Resource::Xhr | Resource::Other
    ) {
        return true;
    }
    let has = |name: &str| exchange.request_header(name).is_some();
    // htmx, Turbo, Unpoly, PJAX, Inertia's own partial pages, React server components, prefetches.
    let library = [
        "hx-request",
        "turbo-frame",
        "x-turbo-request-id",
        "x-up-version",
        "x-up-target",
        "x-pjax",
        "rsc",
        "next-router-state-tree",
    ];
    if library.iter().any(|name| has(name)) {
        return true;
    }
    let is_prefetch = ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        exchange
            .request_header(name)
            .is_some_and(|value| value.contains("prefetch"))
    });
    if is_prefetch || exchange.read_as.contains(&ReadAs::Markup) {
        return true;
    }
    let accept = exchange
        .request_header("accept")
        .unwrap_or_default()
        .to_ascii_lowercase();
    // jQuery.load sends `text/html, */*; q=0.01`; a call that names both wants JSON first.
    let html = accept.find("html");
    let json = accept.find("json");
    match (html, json) {
        (Some(html), Some(json)) => html < json,
        (Some(_), None) => true,
        (None, _) => accept.contains("turbo-stream") || accept.contains("x-component"),
    }
}
