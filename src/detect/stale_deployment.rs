//! `stale-deployment`: the deployment serves another commit than the one to be merged.

use super::{
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::first_step,
};
use crate::evidence::Run;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "stale-deployment",
    severity: Severity::Error,
    what: "the deployment serves another commit than the expected one, or doesn't tell which",
    why: "A comment with a check mark said success while the deployment had failed: two merged changes sat un-deployed and production ran \
          old code. What was looked at was not what was to be shipped.",
    looks_at: "The commit that the target tells (a header, a meta element or a JSON document) and the one given with --expect-commit, else \
               HEAD of the checkout that one stands in. When the target doesn't tell, that is a warning: it may be the right commit, and \
               nobody knows.",
    silent: "When no commit is expected, when the target was never reached, and when one commit is the beginning of the other, from 7 digits \
             on.",
    mend: "Wait until the deployment is done, or look why it failed; then run again.",
    inspect: Inspect::Run(inspect),
};

/// The shortest beginning of a commit that says which one is meant.
const SHORTEST: usize = 7;

fn inspect(run: &Run) -> Vec<Finding> {
    let target = &run.target;
    let Some(expected) = target.expected_commit.as_deref().map(str::trim) else {
        return Vec::new();
    };
    let source = target.commit_source.as_deref();
    let (severity, title, detail) = match target.commit.as_deref().map(str::trim) {
        Some(commit) if is_same_commit(commit, expected) => return Vec::new(),
        Some(commit) => (
            Severity::Error,
            format!("the deployment serves commit {commit}, not {expected}"),
            format!("Learned from {}.", source.unwrap_or("the target")),
        ),
        // A run that never reached the target has nothing to say of its commit.
        None if target.final_url.is_none() => return Vec::new(),
        None => (
            Severity::Warning,
            format!("it can't be told whether the deployment serves commit {expected}"),
            source
                .unwrap_or("The configuration doesn't say how the target tells its commit.")
                .to_owned(),
        ),
    };
    vec![Finding {
        severity,
        detail,
        ..RULE.finding(first_step(run), title, "commit".to_owned())
    }]
}

/// The same, or one a shortened form of the other; only hashes are shortened, `v1.2` isn't `v1.2.3`.
pub fn is_same_commit(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    let is_hash = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let may_be_short = one.len().min(other.len()) >= SHORTEST && is_hash(&one) && is_hash(&other);
    one == other || (may_be_short && (one.starts_with(&other) || other.starts_with(&one)))
}
