//! `permission`: somebody got where they must not get.

use super::{
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{About, ExpectationOutcome, ExpectationRecord, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "permission",
    severity: Severity::Error,
    what: "a persona got to see or to read what must be kept from them",
    why: "A check of whose data it is was lost in a rewrite: whoever was signed in could read any company's quotes by their number. Every \
          test signed in as the owner of what it read, so nothing failed.",
    looks_at: "The checklist's `denied` lines. A page is denied when it is answered 401, 403 or 404, when it leads elsewhere, or when the \
               data named by `shows` is not on it; an API when it answers anything but 2xx, or sends its caller to a page elsewhere. What is \
               reached all the same is a finding.",
    silent: "Without `denied` lines: nobody else knows what must be kept from whom. When a line couldn't be decided the step is `unknown`.",
    mend: "Decide on the server, for every request, whether whoever asks may have what they ask for; answer 404 or 403 when not.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let mut findings = Vec::new();
    for seen in seen_steps(run) {
        let lines = seen.step.expectations.iter();
        for line in lines.filter(|line| line.about == About::Access) {
            if let ExpectationOutcome::Broken { seen: what } = &line.outcome {
                findings.push(finding(&seen, line, what));
            }
        }
    }
    findings
}

fn finding(seen: &SeenStep<'_>, line: &ExpectationRecord, what: &str) -> Finding {
    let place = line.what.strip_prefix("denied ").unwrap_or(&line.what);
    let place = place.split(", which shows").next().unwrap_or(place);
    let who = match &seen.list.persona {
        Some(persona) => persona.clone(),
        None => "a visitor who isn't signed in".to_owned(),
    };
    Finding {
        detail: format!("Seen: {what}."),
        requests: line.exchange.iter().cloned().collect(),
        ..RULE.finding(
            seen.at(),
            format!("{who} gets to {place}"),
            line.what.clone(),
        )
    }
}
