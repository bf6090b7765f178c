//! `http-error`: an answer that says by its status that something went wrong.

use super::{
    html::title_of,
    noise::file_of,
    origin::{Owner, call_of, owner_of},
    request_failed::is_made_up_for,
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::checklist::ResponsePattern;
use crate::evidence::{Answer, Exchange, ExpectationOutcome, Resource, Run, StepRun};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "http-error",
    severity: Severity::Error,
    what: "a request was answered with a 4xx or 5xx status",
    why: "A key that was never set in an environment, a route that doesn't exist there, a permission that is missing: the build can't see \
          them, the signed-in page asks for them. In one incident a required key was on the hand-over list and nobody looked whether it was set.",
    looks_at: "The status of every exchange. On the target's own origins 5xx is an error, and so is 4xx of a page, an API call or a script; \
               4xx of a picture, a font, a style or a beacon is a warning. On other origins both are notices: declare an origin under \
               `origins` when it belongs to the target. A 401 that was sent again in the step and answered, with a fresh token, is a notice.",
    silent: "When the checklist itself expects that status (`response: POST /x 422`), for what a `denied` line was rightly refused, for reads that are refused with 401 or 403, \
             and the renewal of a session with 400 too, while nobody is signed in yet, for prefetches, for HEAD requests that only ask whether something is there, for favicons, source maps \
             and what browsers look for by themselves, for preflights, and for trackers.",
    mend: "Read the answer's body in the report: it usually says why. Set the missing value in that environment, or mend the route.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let mut findings = Vec::new();
    for seen in seen_steps(run) {
        for exchange in seen.asked_by_page() {
            let Some(answer) = exchange.answer().filter(|answer| answer.status >= 400) else {
                continue;
            };
            let is_noise = file_of(run, &seen, exchange).is_some();
            if !is_noise && !is_refusal_wanted(&seen, exchange) {
                findings.push(finding(run, &seen, exchange, answer));
            }
        }
    }
    findings
}

fn finding(run: &Run, seen: &SeenStep<'_>, exchange: &Exchange, answer: &Answer) -> Finding {
    let Answer {
        status,
        status_text,
        ..
    } = answer;
    let title = format!("{} answered {status} {status_text}", call_of(run, exchange));
    let fault = format!("{} {} {status}", exchange.method, exchange.route());
    let decisive = std::iter::once(exchange);
    let requests = decisive.chain(seen.chain_to(exchange));
    // A token had run out, and the page's code got a new one.
    let is_renewed = *status == 401 && is_made_up_for(seen, exchange);
    let detail = detail(run, exchange, answer);
    Finding {
        severity: if is_renewed {
            Severity::Notice
        } else {
            severity(run, exchange, *status)
        },
        detail: if is_renewed {
            format!("{detail} It was sent again and answered.")
        } else {
            detail
        },
        requests: requests.map(|hop| hop.id.clone()).collect(),
        ..RULE.finding(seen.at(), title.trim_end().to_owned(), fault)
    }
}

fn detail(run: &Run, exchange: &Exchange, answer: &Answer) -> String {
    let start = answer.body.start().unwrap_or_default().trim();
    let said = if let Some(title) = title_of(answer) {
        format!("The answer is a page with the title “{title}”.")
    } else if start.is_empty() {
        "The answer has no text.".to_owned()
    } else {
        let start: String = start.chars().take(300).collect();
        format!("The answer begins: {start}")
    };
    if owner_of(run, &exchange.url) == Owner::Target {
        return said;
    }
    let origin = exchange.origin();
    format!(
        "{said} {origin} is none of the target's origins; declare it under `origins` if it belongs to the target."
    )
}

/// Whether the checklist wants this request to be refused, by a `response` or a `denied` line.
pub(super) fn is_refusal_wanted(seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    let status = exchange.answer().map_or(0, |answer| answer.status);
    status >= 400 && (is_expected(seen.step, exchange, status) || seen.is_denial(exchange, status))
}

/// The checklist's own line names this status: it is what should happen.
fn is_expected(step: &StepRun, exchange: &Exchange, status: u16) -> bool {
    step.expectations.iter().any(|expectation| {
        let line = expectation.what.strip_prefix("response ");
        let pattern = line.and_then(|line| line.parse::<ResponsePattern>().ok());
        expectation.outcome == ExpectationOutcome::Held
            && pattern.is_some_and(|pattern| {
                let is_named = expectation.exchange.as_ref() == Some(&exchange.id);
                let is_like_it = pattern.method == exchange.method
                    && (pattern.path.matches(&exchange.path())
                        || pattern.path.matches(&exchange.url));
                pattern.status.is_some_and(|wanted| wanted.matches(status))
                    && (is_named || is_like_it)
            })
    })
}

fn severity(run: &Run, exchange: &Exchange, status: u16) -> Severity {
    if owner_of(run, &exchange.url) != Owner::Target {
        return Severity::Notice;
    }
    match exchange.resource {
        _ if status >= 500 => Severity::Error,
        Resource::Image
        | Resource::Font
        | Resource::Style
        | Resource::Media
        | Resource::Manifest
        | Resource::Beacon => Severity::Warning,
        _ => Severity::Error,
    }
}
