//! `typed-differs`: a field holds another text than the one typed into it.

use super::rule::{Finding, Rule, Severity, StepRef};
use crate::evidence::Run;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "typed-differs",
    severity: Severity::Error,
    what: "a field holds something else than what was typed into it, key by key",
    why: "A money input formatted its text after every key: whoever typed $4500 got $4.00. Tests that set the value in one go never saw it.",
    looks_at: "Every text that a step typed, compared with what the field held after the last key, and again when the page had settled.",
    silent: "When only the form differs: case, white space, grouping and decimals of the same number, punctuation between the same digits.",
    mend: "Keep what is typed as it is while the field has the focus, and format it when the focus leaves.",
    inspect,
};

fn inspect(run: &Run) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (checklist, list) in run.checklists.iter().enumerate() {
        for step in &list.steps {
            for typed in step.actions.iter().flat_map(|action| &action.typed) {
                if typed.is_same {
                    continue;
                }
                findings.push(Finding {
                    detector: RULE.name.to_owned(),
                    severity: RULE.severity,
                    at: StepRef { checklist, step: step.id.clone() },
                    title: format!("{} held “{}” after “{}” was typed", typed.field, typed.held, typed.typed),
                    detail: "The text was typed key by key, as a person types, and read back from the field.".to_owned(),
                    fault: typed.field.clone(),
                    ..Finding::default()
                });
            }
        }
    }
    findings
}
