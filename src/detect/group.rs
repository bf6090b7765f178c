//! One cause, one finding; then what is known and accepted is set aside.

use jiff::civil::Date;

use super::rule::{Finding, Findings, Noise};
use crate::config::IgnoreRule;
use crate::evidence::{ConsoleLine, Exchange, Run};

/// Merges what is the same fault, orders by step and numbers.
pub(super) fn group(run: &Run, found: Vec<Finding>) -> Vec<Finding> {
    let mut grouped: Vec<Finding> = Vec::new();
    for finding in found {
        let same = grouped
            .iter_mut()
            .find(|known| known.detector == finding.detector && known.fault == finding.fault);
        match same {
            Some(known) => absorb(known, finding),
            None => grouped.push(finding),
        }
    }
    let mut grouped = absorb_consequences(grouped);
    for finding in &mut grouped {
        attach_console(run, finding);
    }
    let order = |finding: &Finding| {
        let steps = run
            .checklists
            .get(finding.at.checklist)
            .map(|list| &list.steps);
        let step = steps.and_then(|steps| steps.iter().position(|step| step.id == finding.at.step));
        (finding.at.checklist, step)
    };
    grouped.sort_by_key(order);
    for (index, finding) in grouped.iter_mut().enumerate() {
        finding.id = format!("f{}", index + 1);
    }
    grouped
}

/// An error status of a request that another detector explains is a consequence, not a second cause.
fn absorb_consequences(found: Vec<Finding>) -> Vec<Finding> {
    let (statuses, mut causes): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|finding| finding.detector == "http-error");
    let mut kept = Vec::new();
    for status in statuses {
        let cause = causes.iter_mut().find(|cause| {
            status
                .requests
                .iter()
                .all(|request| cause.requests.contains(request))
        });
        match cause {
            Some(cause) => cause.signals.push(status.title),
            None => kept.push(status),
        }
    }
    causes.extend(kept);
    causes
}

fn absorb(known: &mut Finding, other: Finding) {
    if other.at != known.at && !known.also_at.contains(&other.at) {
        known.also_at.push(other.at);
    }
    for id in other.requests {
        if !known.requests.contains(&id) {
            known.requests.push(id);
        }
    }
    known.console.extend(other.console);
    known.severity = known.severity.max(other.severity);
}

/// A console line that names a finding's request is evidence of it.
fn attach_console(run: &Run, finding: &mut Finding) {
    let Some(list) = run.checklists.get(finding.at.checklist) else {
        return;
    };
    let Some(step) = list.steps.iter().find(|step| step.id == finding.at.step) else {
        return;
    };
    let requests: Vec<&Exchange> = step
        .exchanges
        .iter()
        .filter(|exchange| finding.requests.contains(&exchange.id))
        .collect();
    let is_about = |line: &ConsoleLine| {
        line.level == "error"
            && (requests
                .iter()
                .any(|exchange| line.text.contains(&exchange.path()) && exchange.path().len() > 1)
                || (finding.detector == "html-for-json"
                    && line.text.contains("Unexpected token '<'")))
    };
    for line in step.console.iter().filter(|line| is_about(line)) {
        if !finding.console.contains(&line.id) {
            finding.console.push(line.id.clone());
        }
    }
}

/// Moves findings that a rule accepts to the noise, with the rule's reason; an expired rule holds no more.
pub(super) fn set_aside(
    run: &Run,
    mut findings: Findings,
    rules: &[IgnoreRule],
    today: Date,
) -> Findings {
    let (set_aside, kept): (Vec<_>, Vec<_>) = findings
        .findings
        .into_iter()
        .partition(|finding| rules.iter().any(|rule| accepts(run, rule, finding, today)));
    for finding in set_aside {
        let rule = rules
            .iter()
            .find(|rule| accepts(run, rule, &finding, today));
        let why = rule.map(|rule| rule.why.as_str()).unwrap_or_default();
        findings.noise.push(Noise {
            rule: format!("ignored: {why}"),
            at: finding.at,
            what: finding.title,
            evidence: finding.requests.first().cloned().unwrap_or_default(),
        });
    }
    findings.findings = kept;
    findings
}

fn accepts(run: &Run, rule: &IgnoreRule, finding: &Finding, today: Date) -> bool {
    if rule.detector != finding.detector || rule.until.is_some_and(|until| until < today) {
        return false;
    }
    let Some(pattern) = &rule.request else {
        return true;
    };
    let mut exchanges = run.steps().flat_map(|(_, step)| &step.exchanges);
    exchanges.any(|exchange| {
        finding.requests.contains(&exchange.id)
            && pattern
                .method
                .as_ref()
                .is_none_or(|method| *method == exchange.method)
            && (pattern.path.matches(&exchange.path()) || pattern.path.matches(&exchange.url))
    })
}
