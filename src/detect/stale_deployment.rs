//! `stale-deployment`: the deployment serves another commit than the one to be merged.

use super::rule::{Finding, Rule, Severity, StepRef};
use crate::evidence::Run;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "stale-deployment",
    severity: Severity::Error,
    what: "the deployment serves another commit than the expected one, or doesn't tell which",
    why: "A comment with a check mark said success while the deployment had failed: two merged changes sat un-deployed and production ran \
          old code. What was looked at was not what was to be shipped.",
    looks_at: "The commit that the target tells (a header, a meta element or a JSON document) and the one given with --expect-commit.",
    silent: "When no commit is expected, and when one is the beginning of the other, from 7 digits on.",
    mend: "Wait until the deployment is done, or look why it failed; then run again.",
    inspect,
};

/// The shortest beginning of a commit that says which one is meant.
const SHORTEST: usize = 7;

fn inspect(run: &Run) -> Vec<Finding> {
    let target = &run.target;
    let Some(expected) = &target.expected_commit else {
        return Vec::new();
    };
    let (severity, title, detail) = match &target.commit {
        Some(commit) if is_same(commit, expected) => return Vec::new(),
        Some(commit) => (
            Severity::Error,
            format!("the deployment serves commit {commit}, not {expected}"),
            format!(
                "Learned from {}.",
                target.commit_source.as_deref().unwrap_or("the target")
            ),
        ),
        // A run that never reached the target has nothing to say of its commit.
        None if target.final_url.is_none() => return Vec::new(),
        None => (
            Severity::Warning,
            format!("it can't be told whether the deployment serves commit {expected}"),
            target.commit_source.clone().unwrap_or_else(|| {
                "The configuration doesn't say how the target tells its commit.".to_owned()
            }),
        ),
    };
    let step = run.checklists.first().and_then(|list| list.steps.first());
    let at = StepRef {
        checklist: 0,
        step: step.map(|step| step.id.clone()).unwrap_or_default(),
    };
    vec![Finding {
        detector: RULE.name.to_owned(),
        severity,
        at,
        title,
        detail,
        fault: "commit".to_owned(),
        ..Finding::default()
    }]
}

fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    let shorter = one.len().min(other.len());
    one == other || (shorter >= SHORTEST && (one.starts_with(&other) || other.starts_with(&one)))
}
