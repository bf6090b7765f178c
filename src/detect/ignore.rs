//! What is known and accepted: findings that a rule of the configuration takes out, with its reason.

use std::fmt;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    cause::follows,
    rule::{Finding, IGNORED, Noise},
};
use crate::config::{IgnoreRule, RequestPattern};
use crate::evidence::{Exchange, Run};

/// A finding, and the rule that accepts it.
pub(super) type Accepted<'i> = (Finding, &'i IgnoreRule);

/// Notes with each finding which rules name one of its requests: later these may not be at hand any more.
pub(super) fn mark(run: &Run, found: &mut [Finding], rules: &[IgnoreRule]) {
    let patterns = rules.iter().enumerate();
    let patterns: Vec<_> = patterns
        .filter_map(|(index, rule)| Some((index, rule.request.as_ref()?)))
        .collect();
    if patterns.is_empty() {
        return;
    }
    for finding in found {
        let ids = finding.requests.iter();
        let exchanges: Vec<_> = ids.filter_map(|id| run.exchange(id)).collect();
        let naming = patterns.iter().filter(|(_, pattern)| {
            let mut exchanges = exchanges.iter();
            exchanges.any(|exchange| is_named(pattern, exchange))
        });
        finding.named_by = naming.map(|(index, _)| *index).collect();
    }
}

/// Findings that no rule accepts, and those that one does, with the rule.
///
/// Asked before anything is merged: a rule that accepts one request must not hide another. What follows from nothing but
/// accepted findings is accepted with them, or it would stand there as a fault of its own.
pub(super) fn split<'i>(
    run: &Run,
    found: Vec<Finding>,
    rules: &'i [IgnoreRule],
    today: Date,
) -> (Vec<Finding>, Vec<Accepted<'i>>) {
    let (mut kept, mut accepted) = (Vec::new(), Vec::new());
    for finding in found {
        let holds = |(index, rule): &(usize, &IgnoreRule)| {
            // The last day on which it holds is one on which it holds.
            rule.until.is_none_or(|until| today <= until) && accepts(*index, rule, &finding)
        };
        match rules.iter().enumerate().find(holds) {
            Some((_, rule)) => accepted.push((finding, rule)),
            None => kept.push(finding),
        }
    }
    while let Some((effect, rule)) = next_effect(run, &kept, &accepted) {
        accepted.push((kept.remove(effect), rule));
    }
    (kept, accepted)
}

/// A finding that only accepted ones explain, and the rule that accepts the first of them.
fn next_effect<'i>(
    run: &Run,
    kept: &[Finding],
    accepted: &[Accepted<'i>],
) -> Option<(usize, &'i IgnoreRule)> {
    kept.iter().enumerate().find_map(|(at, effect)| {
        let mut causes = accepted.iter();
        let (_, rule) = causes.find(|(cause, _)| brings_about(run, cause, effect))?;
        let is_explained = kept.iter().any(|cause| follows(run, effect, cause));
        (!is_explained).then_some((at, *rule))
    })
}

/// A loss is too heavy to be set aside with whatever went wrong meanwhile: it must be about the same request.
fn brings_about(run: &Run, cause: &Finding, effect: &Finding) -> bool {
    let shares_request = || effect.requests.iter().any(|id| cause.requests.contains(id));
    follows(run, effect, cause) && (effect.detector != "not-persisted" || shares_request())
}

/// So many rules are nothing to speak of.
const FEW: usize = 3;

/// What became of an ignore rule in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IgnoreUse {
    /// What it accepts: `http-error GET /favicon.ico`.
    pub rule: String,
    /// Why.
    pub why: String,
    /// The last day on which it holds, as `2026-12-31`.
    #[serde(default)]
    pub until: Option<String>,
    /// That day was over before the run was judged.
    pub is_over: bool,
    /// How many findings it accepted.
    pub accepted: usize,
}

impl fmt::Display for IgnoreUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, why, .. } = self;
        write!(f, "{rule} ({why})")?;
        match (&self.until, self.accepted) {
            (Some(until), _) if self.is_over => {
                write!(f, " ended on {until} and no longer holds; take it out")
            }
            (_, 0) => f.write_str(" accepted nothing in this run; take it out if it is mended"),
            (until, count) => {
                let findings = if count == 1 { "finding" } else { "findings" };
                write!(f, " accepted {count} {findings}")?;
                until
                    .iter()
                    .try_for_each(|until| write!(f, " and ends on {until}"))
            }
        }
    }
}

/// The rules that somebody should look at: those that are over or accepted nothing, and all of them when there are
/// more than a few.
pub(super) fn worth_a_look(
    rules: &[IgnoreRule],
    accepted: &[Accepted<'_>],
    today: Date,
) -> Vec<IgnoreUse> {
    let uses = rules.iter().map(|rule| {
        let mine = accepted.iter().filter(|(_, by)| std::ptr::eq(*by, rule));
        let request = rule.request.as_ref().map(|request| {
            let method = request.method.as_deref().unwrap_or_default();
            format!(" {method} {}", request.path).replace("  ", " ")
        });
        IgnoreUse {
            rule: format!("{}{}", rule.detector, request.unwrap_or_default()),
            why: rule.why.clone(),
            until: rule.until.map(|until| until.to_string()),
            is_over: rule.until.is_some_and(|until| today > until),
            accepted: mine.count(),
        }
    });
    uses.filter(|it| rules.len() > FEW || it.is_over || it.accepted == 0)
        .collect()
}

/// Files what was accepted.
pub(super) fn file(accepted: Vec<Accepted<'_>>) -> impl Iterator<Item = Noise> {
    accepted.into_iter().map(|(finding, rule)| Noise {
        rule: format!("{IGNORED}{}", rule.why),
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

fn accepts(index: usize, rule: &IgnoreRule, finding: &Finding) -> bool {
    rule.detector == finding.detector
        && (rule.request.is_none() || finding.named_by.contains(&index))
}

fn is_named(pattern: &RequestPattern, exchange: &Exchange) -> bool {
    let has_method = pattern
        .method
        .as_ref()
        .is_none_or(|method| *method == exchange.method);
    has_method && (pattern.path.matches(&exchange.path()) || pattern.path.matches(&exchange.url))
}
