//! `html-for-json`: an API call answered with a page. Why this tool exists.

use std::fmt::Write;

use super::{
    expects_json::{JsonSignals, asks_for_html},
    page::{chain_to, names_sign_in, title_of},
    rule::{Finding, Rule, Severity, StepRef},
};
use crate::evidence::{Content, Exchange, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "html-for-json",
    severity: Severity::Error,
    what: "an API call was answered 2xx with an HTML page where the page's code expected JSON",
    why: "A route that isn't on the middleware's allowlist, an expired session or a single-page app's catch-all answers 200 with a page. \
          The status is fine, so nothing fails: in the incident behind this rule the page said “Signed. Thank you.” and the signature was \
          stored nowhere. It was blamed on three other things before anybody read the response.",
    looks_at: "The body decides what is HTML: a doctype, or an html, head or body start, whatever the header says. That JSON was expected is \
               decided from signals, each named in the finding: the Accept header, a JSON request body, the page's code calling .json() or \
               JSON.parse on the answer, an XHR's response type, the same endpoint having answered JSON before, a path declared under `api`, \
               a redirect chain that ends on a sign-in page, and the checklist's own `response … json` line.",
    silent: "For documents and frames, htmx, Turbo, Unpoly, jQuery.load, React server components, prefetches, requests whose Accept asks for \
             HTML, answers that the page puts into itself as markup, pieces of HTML without a document's start, and statuses other than 2xx \
             (those are `http-error`).",
    mend: "Let the API answer 401 with JSON when nobody is signed in, put the route on the middleware's allowlist, and let the client check \
           `response.headers.get(\"content-type\")` before it believes an answer.",
    inspect,
};

fn inspect(run: &Run) -> Vec<Finding> {
    let signals = JsonSignals::new(run);
    let mut findings = Vec::new();
    for (checklist, list) in run.checklists.iter().enumerate() {
        for step in &list.steps {
            for exchange in &step.exchanges {
                if !is_html_page(exchange) || asks_for_html(exchange) {
                    continue;
                }
                let chain = chain_to(run, checklist, exchange);
                let mut reasons = signals.of(exchange, step, &chain);
                if !chain.is_empty() && names_sign_in(&exchange.url, exchange) {
                    reasons.push("the redirect chain ends on a sign-in page".to_owned());
                }
                if !reasons.is_empty() {
                    let at = StepRef {
                        checklist,
                        step: step.id.clone(),
                    };
                    findings.push(finding(exchange, &chain, reasons, at));
                }
            }
        }
    }
    findings
}

fn is_html_page(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| {
        (200..300).contains(&answer.status) && answer.body.content() == Some(Content::HtmlDocument)
    })
}

fn finding(exchange: &Exchange, chain: &[&Exchange], signals: Vec<String>, at: StepRef) -> Finding {
    let first = chain.first().copied().unwrap_or(exchange);
    let status = exchange.answer().map_or(0, |answer| answer.status);
    let call = first.call();
    let mut detail = String::new();
    if chain.is_empty() {
        detail.push_str("The answer's body is an HTML page.");
    } else {
        detail.push_str("The call was redirected: ");
        for hop in chain {
            let status = hop.answer().map_or(0, |answer| answer.status);
            let _ = write!(detail, "{} ({status}) → ", hop.path());
        }
        let _ = write!(
            detail,
            "{} ({status}), whose body is an HTML page.",
            exchange.path()
        );
    }
    if let Some(title) = title_of(exchange) {
        let _ = write!(detail, " Its title is “{title}”.");
    }
    detail.push_str(" Whatever the page said afterwards, the API never ran.");
    Finding {
        detector: RULE.name.to_owned(),
        severity: RULE.severity,
        at,
        title: format!("{call} answered {status} with an HTML page instead of JSON"),
        detail,
        signals,
        requests: std::iter::once(exchange)
            .chain(chain.iter().copied())
            .map(|hop| hop.id.clone())
            .collect(),
        fault: format!("{} {}", first.method, first.route()),
        ..Finding::default()
    }
}
