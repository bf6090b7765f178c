//! One cause, one finding: what follows from another finding becomes its evidence, and the same
//! fault in several steps is told once.

use std::fmt::Write;

use super::{
    cause::{follows, lines_about},
    rule::Finding,
};
use crate::evidence::Run;

/// Adds the console's lines that speak of a finding to its evidence.
pub(super) fn with_lines(run: &Run, mut found: Vec<Finding>) -> Vec<Finding> {
    for finding in &mut found {
        let lines: Vec<_> = lines_about(run, finding)
            .map(|line| line.id.clone())
            .collect();
        add_new(&mut finding.console, lines);
    }
    found
}

/// Orders by step and numbers.
pub(super) fn number(run: &Run, findings: &mut [Finding]) {
    findings.sort_by_key(|finding| place_of(run, finding));
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.id = format!("f{}", index + 1);
    }
}

/// What follows from another finding is told by it.
pub(super) fn take_in_effects(run: &Run, found: &[Finding]) -> Vec<Finding> {
    let cause_of = |effect: &Finding| found.iter().position(|cause| follows(run, effect, cause));
    let causes: Vec<_> = found.iter().map(cause_of).collect();
    let mut kept = found.to_vec();
    // The last first: an effect of an effect has been handed on by then, or is the cause's own.
    for (index, cause) in causes.iter().enumerate().rev() {
        if let Some(cause) = root_of(&causes, *cause) {
            let effect = found[index].clone();
            take_in(&mut kept[cause], effect);
        }
    }
    let is_root = |index: &usize| causes[*index].is_none();
    (0..kept.len())
        .filter(is_root)
        .map(|index| kept[index].clone())
        .collect()
}

/// Where a chain of causes begins; they are never round, since no detector causes itself.
fn root_of(causes: &[Option<usize>], cause: Option<usize>) -> Option<usize> {
    let mut root = cause?;
    while let Some(further) = causes[root] {
        root = further;
    }
    Some(root)
}

fn take_in(cause: &mut Finding, effect: Finding) {
    // A logged line says it itself, among the evidence.
    let is_told = effect.detector == "console-error" || repeats(cause, &effect);
    if !is_told {
        // A loss is found after what it follows from was seen.
        let lead = match cause.detector.as_str() {
            "not-persisted" => "When it was done",
            _ => "It brought about",
        };
        let _ = write!(cause.detail, "\n{lead}: {}.", effect.title);
    }
    if effect.detector == "page-crash" && !effect.detail.is_empty() {
        let _ = write!(cause.detail, " {}", effect.detail);
    }
    cause.severity = cause.severity.max(effect.severity);
    cause.named_by.extend(effect.named_by);
    add_new(&mut cause.requests, effect.requests);
    add_new(&mut cause.console, effect.console);
}

/// The cause's own words say it already.
fn repeats(cause: &Finding, effect: &Finding) -> bool {
    if cause.detector == "auth-lost" && effect.detector == "http-error" {
        return true;
    }
    let said = effect.title.strip_prefix("the page said “");
    said.and_then(|said| said.split_once('”'))
        .is_some_and(|(words, _)| cause.detail.contains(words))
}

/// The same fault again is the same finding.
pub(super) fn merge_equal(found: Vec<Finding>) -> Vec<Finding> {
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
    grouped
}

fn absorb(known: &mut Finding, other: Finding) {
    if other.at == known.at {
        add_new(&mut known.boxes, other.boxes);
    } else {
        add_new(&mut known.also_at, vec![other.at]);
    }
    add_new(&mut known.requests, other.requests);
    add_new(&mut known.console, other.console);
    add_new(&mut known.signals, other.signals);
    known.severity = known.severity.max(other.severity);
    known.named_by.extend(other.named_by);
}

fn add_new<T: PartialEq>(known: &mut Vec<T>, others: Vec<T>) {
    for other in others {
        if !known.contains(&other) {
            known.push(other);
        }
    }
}

/// Checklist, then step; findings of one step stay in the detectors' order.
pub(super) fn place_of(run: &Run, finding: &Finding) -> (usize, usize) {
    let list = run.checklists.get(finding.at.checklist);
    let step = list.and_then(|list| {
        let mut steps = list.steps.iter();
        steps.position(|step| step.id == finding.at.step)
    });
    (finding.at.checklist, step.unwrap_or_default())
}
