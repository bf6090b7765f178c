//! `http-error`: an answer that says by its status that something went wrong.

use super::{
    noise::file_of,
    rule::{Finding, Rule, Severity, StepRef},
};
use crate::evidence::{Exchange, ExpectationOutcome, Resource, Run, StepRun};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "http-error",
    severity: Severity::Error,
    what: "a request was answered with a 4xx or 5xx status",
    why: "A key that was never set in an environment, a route that doesn't exist there, a permission that is missing: the build can't see \
          them, the signed-in page asks for them. In one incident a required key was on the hand-over list and nobody looked whether it was set.",
    looks_at: "The status of every exchange. Failures of the target's own pages and API calls are errors, of its pictures, scripts and \
               styles warnings, of other origins notices.",
    silent: "When the checklist itself expects that status (`response: POST /x 422`), for a 401 before anybody is signed in, for favicons and \
             source maps, and for preflights.",
    mend: "Read the answer's body in the report: it usually says why. Set the missing value in that environment, or mend the route.",
    inspect,
};

fn inspect(run: &Run) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (checklist, list) in run.checklists.iter().enumerate() {
        for step in &list.steps {
            for exchange in &step.exchanges {
                let Some(answer) = exchange.answer().filter(|answer| answer.status >= 400) else {
                    continue;
                };
                if is_expected(step, exchange) || file_of(run, checklist, step, exchange).is_some()
                {
                    continue;
                }
                let start = answer.body.start().unwrap_or_default();
                let detail = match start.trim() {
                    "" => "The answer has no text.".to_owned(),
                    text => format!(
                        "The answer begins: {}",
                        text.chars().take(300).collect::<String>()
                    ),
                };
                findings.push(Finding {
                    detector: RULE.name.to_owned(),
                    severity: severity(run, exchange),
                    at: StepRef {
                        checklist,
                        step: step.id.clone(),
                    },
                    title: format!(
                        "{} answered {}{}",
                        exchange.call(),
                        answer.status,
                        words(&answer.status_text)
                    ),
                    detail,
                    requests: vec![exchange.id.clone()],
                    fault: format!("{} {} {}", exchange.method, exchange.route(), answer.status),
                    ..Finding::default()
                });
            }
        }
    }
    findings
}

fn words(status_text: &str) -> String {
    if status_text.is_empty() {
        String::new()
    } else {
        format!(" {status_text}")
    }
}

/// The checklist's own line names this status: it is what should happen.
fn is_expected(step: &StepRun, exchange: &Exchange) -> bool {
    step.expectations.iter().any(|expectation| {
        expectation.outcome == ExpectationOutcome::Held
            && expectation.exchange.as_ref() == Some(&exchange.id)
            && names_status(&expectation.what)
    })
}

fn names_status(line: &str) -> bool {
    line.split_whitespace()
        .any(|word| word.len() == 3 && (word.starts_with('4') || word.starts_with('5')))
}

fn severity(run: &Run, exchange: &Exchange) -> Severity {
    let is_own = run.target.origins.is_empty() || run.target.origins.contains(&exchange.origin());
    match exchange.resource {
        _ if !is_own => Severity::Notice,
        Resource::Document
        | Resource::Frame
        | Resource::Fetch
        | Resource::Xhr
        | Resource::EventSource => Severity::Error,
        _ => Severity::Warning,
    }
}
