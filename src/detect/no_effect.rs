//! `no-effect`: a tap after which nothing happened.

use super::rule::{Finding, Rule, Severity, StepRef};
use crate::evidence::{ActionOutcome, ActionRecord, Effects, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "no-effect",
    severity: Severity::Error,
    what: "a tap after which no request was sent, nothing on the page changed and no navigation happened",
    why: "Two step types of an automation stood in the schema and the editor and did nothing. The code compiled; the feature did not exist.",
    looks_at: "What the page, the network and the browser did between a tap and the moment at which the page had settled again.",
    silent: "After anything at all: a focused field, a changed value, a scroll, a copy, a dialog, a download, a new tab, media, a canvas.",
    mend: "Give the control its handler, or take it away until it has one.",
    inspect,
};

fn inspect(run: &Run) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (checklist, list) in run.checklists.iter().enumerate() {
        for step in &list.steps {
            for action in step.actions.iter().filter(|action| is_dead(action)) {
                findings.push(Finding {
                    detector: RULE.name.to_owned(),
                    severity: RULE.severity,
                    at: StepRef { checklist, step: step.id.clone() },
                    title: format!("{} did nothing", action.what),
                    detail: "No request was sent, nothing on the page changed, and the page stayed where it was.".to_owned(),
                    fault: action.what.clone(),
                    ..Finding::default()
                });
            }
        }
    }
    findings
}

fn is_dead(action: &ActionRecord) -> bool {
    action.verb == "tap"
        && action.outcome == ActionOutcome::Done
        && action.effects == Some(Effects::default())
}
