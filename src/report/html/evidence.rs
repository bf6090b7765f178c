//! Where a finding's evidence stands: exchanges and console lines by id, steps by place.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use crate::bundle::{BundleDocument, FindingEntry};
use crate::detect::StepRef;
use crate::evidence::{ConsoleLine, Exchange, Run, hops_to};

/// How many bytes of pictures a page may hold that a phone is to open at once.
const ROOM: usize = 24 << 20;

/// Everything that can be pointed at.
pub(super) struct Evidence<'a> {
    exchanges: HashMap<&'a str, &'a Exchange>,
    console: HashMap<&'a str, &'a ConsoleLine>,
    findings: HashMap<&'a str, (usize, &'a FindingEntry)>,
    noise: HashSet<&'a str>,
    own_origin: &'a str,
    /// What is left of the room for pictures.
    room: Cell<usize>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(run: &'a Run, document: &'a BundleDocument) -> Self {
        let steps = || run.steps().map(|(_, step)| step);
        Self {
            exchanges: steps()
                .flat_map(|step| &step.exchanges)
                .map(|exchange| (exchange.id.as_str(), exchange))
                .collect(),
            console: steps()
                .flat_map(|step| &step.console)
                .map(|line| (line.id.as_str(), line))
                .collect(),
            findings: document
                .findings
                .iter()
                .enumerate()
                .map(|(index, finding)| (finding.id.as_str(), (index, finding)))
                .collect(),
            noise: document
                .noise
                .iter()
                .map(|noise| noise.evidence.as_str())
                .collect(),
            own_origin: run.target.origins.first().map_or("", String::as_str),
            room: Cell::new(ROOM),
        }
    }

    /// Takes room for a picture; false when there isn't enough, and nobody insists.
    pub(super) fn takes(&self, size: usize, insists: bool) -> bool {
        let left = self.room.get().checked_sub(size);
        self.room
            .set(left.unwrap_or(if insists { 0 } else { self.room.get() }));
        insists || left.is_some()
    }

    pub(super) fn exchange(&self, id: &str) -> Option<&'a Exchange> {
        self.exchanges.get(id).copied()
    }

    pub(super) fn console(&self, id: &str) -> Option<&'a ConsoleLine> {
        self.console.get(id).copied()
    }

    /// A finding with its place in the list, which its anchor is made of.
    pub(super) fn finding(&self, id: &str) -> Option<(usize, &'a FindingEntry)> {
        self.findings.get(id).copied()
    }

    /// Whether a console line or an exchange was filed as noise.
    pub(super) fn is_noise(&self, id: &str) -> bool {
        self.noise.contains(id)
    }

    /// A URL as a path when it is on the target's own origin, else whole.
    pub(super) fn short_url<'u>(&self, url: &'u str) -> &'u str {
        match url.strip_prefix(self.own_origin) {
            Some(path) if path.starts_with('/') && !self.own_origin.is_empty() => path,
            _ => url,
        }
    }

    /// The exchanges that led to one by redirects, the first hop first, itself last.
    pub(super) fn chain(&self, last: &'a Exchange) -> Vec<&'a Exchange> {
        let mut chain = hops_to(last, |id| self.exchange(id));
        chain.push(last);
        chain
    }
}

/// The anchor of a step: places are counted from 1, since ids of steps come from outside.
pub(super) fn step_anchor(checklist: usize, step: usize) -> String {
    format!("s{}-{}", checklist + 1, step + 1)
}

/// The anchor of a finding.
pub(super) fn finding_anchor(index: usize) -> String {
    format!("f{}", index + 1)
}

/// A step as a finding names it: its anchor, the checklist's name and its own.
pub(super) fn place<'a>(
    document: &'a BundleDocument,
    at: &StepRef,
) -> Option<(String, &'a str, &'a str)> {
    let checklist = document.checklists.get(at.checklist)?;
    let index = checklist.steps.iter().position(|step| step.id == at.step)?;
    Some((
        step_anchor(at.checklist, index),
        &checklist.name,
        &checklist.steps[index].name,
    ))
}
