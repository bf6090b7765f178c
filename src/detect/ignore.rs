//! What is known and accepted: findings that a rule of the configuration takes out, with its reason.

use jiff::civil::Date;

use super::rule::{Finding, Noise};
use crate::config::{IgnoreRule, RequestPattern};
use crate::evidence::{Exchange, Run};

/// Findings that no rule accepts, and those that one does, with the rule.
///
/// Asked before equal findings are merged: a rule that accepts one request must not hide another.
pub(super) fn split<'i>(
    run: &Run,
    found: Vec<Finding>,
    rules: &'i [IgnoreRule],
    today: Date,
) -> (Vec<Finding>, Vec<(Finding, &'i IgnoreRule)>) {
    let (mut kept, mut accepted) = (Vec::new(), Vec::new());
    for finding in found {
        let holds = |rule: &&IgnoreRule| {
            // The last day on which it holds is one on which it holds.
            rule.until.is_none_or(|until| today <= until) && accepts(run, rule, &finding)
        };
        match rules.iter().find(holds) {
            Some(rule) => accepted.push((finding, rule)),
            None => kept.push(finding),
        }
    }
    (kept, accepted)
}

/// Files what was accepted.
pub(super) fn file(accepted: Vec<(Finding, &IgnoreRule)>) -> impl Iterator<Item = Noise> {
    accepted.into_iter().map(|(finding, rule)| Noise {
        rule: format!("ignored: {}", rule.why),
        at: finding.at,
        what: finding.title,
        evidence: finding
            .requests
            .into_iter()
            .chain(finding.console)
            .next()
            .unwrap_or_default(),
    })
}

fn accepts(run: &Run, rule: &IgnoreRule, finding: &Finding) -> bool {
    if rule.detector != finding.detector {
        return false;
    }
    let Some(pattern) = &rule.request else {
        return true;
    };
    let mut exchanges = run.steps().flat_map(|(_, step)| &step.exchanges);
    exchanges.any(|exchange| finding.requests.contains(&exchange.id) && is_named(pattern, exchange))
}

fn is_named(pattern: &RequestPattern, exchange: &Exchange) -> bool {
    let has_method = pattern
        .method
        .as_ref()
        .is_none_or(|method| *method == exchange.method);
    has_method && (pattern.path.matches(&exchange.path()) || pattern.path.matches(&exchange.url))
}
