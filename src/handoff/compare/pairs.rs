//! What belongs together: checklists by name and persona, steps by id, findings by what they say.

use std::collections::BTreeMap;

use super::{
    Side, Which,
    model::{ChecklistComparison, FindingLine, StepComparison},
    names::Names,
    picture, routes,
};
use crate::bundle::{ChecklistEntry, FindingEntry, StepEntry};

/// A checklist's index on each side.
pub(super) struct Pair {
    a: Option<usize>,
    b: Option<usize>,
}

/// Checklists of both sides, A's order first. Of several that are called the same, the first belongs to the first.
pub(super) fn checklists(a: Side<'_>, b: Side<'_>) -> Vec<Pair> {
    let mut in_b: BTreeMap<_, _> = keys(b).into_iter().zip(0..).collect();
    let mut pairs: Vec<Pair> = keys(a)
        .into_iter()
        .enumerate()
        .map(|(at, key)| Pair {
            a: Some(at),
            b: in_b.remove(&key),
        })
        .collect();
    let mut rest: Vec<usize> = in_b.into_values().collect();
    rest.sort_unstable();
    pairs.extend(rest.into_iter().map(|at| Pair {
        a: None,
        b: Some(at),
    }));
    pairs
}

/// Name, persona, browser and device where they aren't the run's, and which of several that are alike in all this.
type Key = ([Option<String>; 4], usize);

fn keys(side: Side<'_>) -> Vec<Key> {
    let mut seen: BTreeMap<[Option<String>; 4], usize> = BTreeMap::new();
    let lists = side.bundle.document.checklists.iter();
    lists
        .map(|list| {
            let engine = list.engine.as_ref().map(|engine| engine.name.clone());
            let device = list.device.as_ref().map(|device| device.name.clone());
            let key = [
                Some(list.name.clone()),
                list.persona.clone(),
                engine,
                device,
            ];
            let nth = seen.entry(key.clone()).or_default();
            *nth += 1;
            (key, *nth)
        })
        .collect()
}

/// A step's entry and where its checklist stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    checklist: usize,
    entry: &'a StepEntry,
}

pub(super) fn compare_checklist(
    pair: &Pair,
    sides: (Side<'_>, Side<'_>),
    names: &Names,
) -> ChecklistComparison {
    let entry = |side: Side<'_>, at: Option<usize>| -> Option<ChecklistEntry> {
        side.bundle.document.checklists.get(at?).cloned()
    };
    let (a, b) = (entry(sides.0, pair.a), entry(sides.1, pair.b));
    let one = a.as_ref().or(b.as_ref());
    let steps = |entry: &Option<ChecklistEntry>| {
        entry
            .as_ref()
            .map_or_else(Vec::new, |entry| entry.steps.clone())
    };
    let (steps_a, mut steps_b) = (steps(&a), steps(&b));
    let mut compared = Vec::new();
    for step in &steps_a {
        let twin = steps_b.iter().position(|other| other.id == step.id);
        let twin = twin.map(|at| steps_b.remove(at));
        let a = place(pair.a, Some(step));
        compared.push(compare_step(
            (a, place(pair.b, twin.as_ref())),
            sides,
            names,
        ));
    }
    for step in &steps_b {
        compared.push(compare_step(
            (None, place(pair.b, Some(step))),
            sides,
            names,
        ));
    }
    ChecklistComparison {
        name: one.map(|entry| entry.name.clone()).unwrap_or_default(),
        persona: one.and_then(|entry| entry.persona.clone()),
        engine: one
            .and_then(|entry| entry.engine.as_ref())
            .map(|engine| format!("{} {}", engine.name, engine.version)),
        device: one
            .and_then(|entry| entry.device.as_ref())
            .map(|device| device.name.clone()),
        is_rewritten: a.zip(b).is_some_and(|(a, b)| a.sha256 != b.sha256),
        steps: compared,
    }
}

fn place(checklist: Option<usize>, entry: Option<&StepEntry>) -> Option<Place<'_>> {
    Some(Place {
        checklist: checklist?,
        entry: entry?,
    })
}

fn compare_step(
    (a, b): (Option<Place<'_>>, Option<Place<'_>>),
    sides: (Side<'_>, Side<'_>),
    names: &Names,
) -> StepComparison {
    let one = a.or(b).map(|place| place.entry);
    let seen = |side: Side<'_>, place: Place<'_>| {
        let list = side.run.checklists.get(place.checklist)?;
        list.steps
            .iter()
            .find(|step| step.id == place.entry.id)
            .cloned()
    };
    let runs = a
        .zip(b)
        .and_then(|(a, b)| seen(sides.0, a).zip(seen(sides.1, b)));
    let exchanges = runs
        .as_ref()
        .map_or_else(Vec::new, |(a, b)| routes::differences((a, b), sides, names));
    let findings = |side, place: Option<Place<'_>>, which| {
        place.map_or_else(Vec::new, |place| {
            findings_of(side, place.entry, which, names)
        })
    };
    let in_a = findings(sides.0, a, Which::A);
    let in_b = findings(sides.1, b, Which::B);
    StepComparison {
        id: one.map(|step| step.id.clone()).unwrap_or_default(),
        name: one.map(|step| step.name.clone()).unwrap_or_default(),
        a: a.map(|place| place.entry.status),
        b: b.map(|place| place.entry.status),
        new: only(&in_b, &in_a),
        gone: only(&in_a, &in_b),
        picture: runs.and_then(|(a, b)| picture::compare((&a, &b), sides)),
        exchanges,
        differences: 0,
    }
    .counted()
}

/// A step's findings, each with what makes it the same one on the other side.
fn findings_of<'s>(
    side: Side<'s>,
    step: &StepEntry,
    which: Which,
    names: &Names,
) -> Vec<(String, &'s FindingEntry)> {
    let all = side.bundle.document.findings.iter();
    let own = all.filter(|finding| step.findings.contains(&finding.id));
    own.map(|finding| {
        let title = names.title(which, &finding.title);
        (format!("{} {title}", finding.detector), finding)
    })
    .collect()
}

fn only(own: &[(String, &FindingEntry)], others: &[(String, &FindingEntry)]) -> Vec<FindingLine> {
    let is_there = |key: &String| others.iter().any(|(other, _)| other == key);
    let new = own.iter().filter(|(key, _)| !is_there(key));
    new.map(|(_, finding)| FindingLine {
        id: finding.id.clone(),
        detector: finding.detector.clone(),
        severity: finding.severity,
        title: finding.title.clone(),
    })
    .collect()
}
