//! Where a finding's evidence stands: exchanges and console lines by id, steps by place.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
    io,
};

use crate::bundle::{BundleDocument, FindingEntry};
use crate::detect::StepRef;
use crate::evidence::{ConsoleLine, Exchange, Recorded, Run, StepRun, hops_to};

/// How many bytes of pictures a page may hold that a phone is to open at once.
const ROOM: usize = 24 << 20;
/// So many exchanges of a finding are laid open, and so many lines of the console.
pub(super) const LAID_OPEN: usize = 50;

/// What is left of the room for pictures.
pub(super) struct Room(Cell<usize>);

impl Default for Room {
    fn default() -> Self {
        Self(Cell::new(ROOM))
    }
}

/// What findings point at in other parts of a run than the one where they were seen first.
#[derive(Default)]
pub(super) struct Exhibits {
    exchanges: HashMap<String, Exchange>,
    console: HashMap<String, ConsoleLine>,
}

impl Exhibits {
    /// Of a run that is one part everything is at hand.
    pub(super) fn of(recorded: &dyn Recorded, document: &BundleDocument) -> io::Result<Self> {
        let mut exhibits = Self::default();
        let parts = recorded.parts();
        for part in parts.iter().filter(|_| parts.len() > 1) {
            let run = recorded.read(part).map_err(io::Error::other)?;
            let at_hand = Index::of(&run);
            for finding in &document.findings {
                // What lies in its own part is at hand there.
                if !part.contains(&finding.at.checklist) {
                    exhibits.take(finding, &at_hand);
                }
            }
        }
        Ok(exhibits)
    }

    fn take(&mut self, finding: &FindingEntry, at_hand: &Index<'_>) {
        let ids = finding.requests.iter().take(LAID_OPEN);
        for exchange in ids.filter_map(|id| at_hand.exchange(id)) {
            let hops = hops_to(exchange, |id| at_hand.exchange(id));
            for exchange in hops.into_iter().chain([exchange]) {
                self.exchanges.insert(exchange.id.clone(), exchange.clone());
            }
        }
        let ids = finding.console.iter().take(LAID_OPEN);
        for line in ids.filter_map(|id| at_hand.console.get(id.as_str())) {
            self.console.insert(line.id.clone(), (*line).clone());
        }
    }
}

/// What was seen in a run or a part of one, by its ids.
struct Index<'a> {
    exchanges: HashMap<&'a str, &'a Exchange>,
    console: HashMap<&'a str, &'a ConsoleLine>,
}

impl<'a> Index<'a> {
    fn of(run: &'a Run) -> Self {
        let steps = || run.steps().map(|(_, step)| step);
        let exchanges = steps().flat_map(|step| &step.exchanges);
        let console = steps().flat_map(|step| &step.console);
        Self {
            exchanges: exchanges.map(|it| (it.id.as_str(), it)).collect(),
            console: console.map(|it| (it.id.as_str(), it)).collect(),
        }
    }

    fn exchange(&self, id: &str) -> Option<&'a Exchange> {
        self.exchanges.get(id).copied()
    }
}

/// What the judgement points with, over the whole report.
pub(super) struct Pointed<'a> {
    findings: HashMap<&'a str, (usize, &'a FindingEntry)>,
    noise: HashSet<&'a str>,
    exhibits: Exhibits,
    room: Room,
}

impl<'a> Pointed<'a> {
    pub(super) fn new(document: &'a BundleDocument, exhibits: Exhibits) -> Self {
        let findings = document.findings.iter().enumerate();
        let noise = document.noise.iter();
        Self {
            findings: findings
                .map(|(index, it)| (it.id.as_str(), (index, it)))
                .collect(),
            noise: noise.map(|noise| noise.evidence.as_str()).collect(),
            exhibits,
            room: Room::default(),
        }
    }
}

/// Everything that can be pointed at in one part of the report.
pub(super) struct Evidence<'a> {
    run: &'a Run,
    at_hand: Index<'a>,
    pointed: &'a Pointed<'a>,
    own_origin: &'a str,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(run: &'a Run, pointed: &'a Pointed<'a>) -> Self {
        Self {
            run,
            at_hand: Index::of(run),
            pointed,
            own_origin: run.target.origins.first().map_or("", String::as_str),
        }
    }

    /// What was seen in a step.
    pub(super) fn step(&self, checklist: usize, id: &str) -> Option<&'a StepRun> {
        let checklist = self.run.checklists.get(checklist)?;
        checklist.steps.iter().find(|step| step.id == id)
    }

    /// Takes room for a picture; false when there isn't enough, and nobody insists.
    pub(super) fn takes(&self, size: usize, insists: bool) -> bool {
        let Room(room) = &self.pointed.room;
        let left = room.get().checked_sub(size);
        room.set(left.unwrap_or(if insists { 0 } else { room.get() }));
        insists || left.is_some()
    }

    pub(super) fn exchange(&self, id: &str) -> Option<&'a Exchange> {
        let elsewhere = || self.pointed.exhibits.exchanges.get(id);
        self.at_hand.exchange(id).or_else(elsewhere)
    }

    pub(super) fn console(&self, id: &str) -> Option<&'a ConsoleLine> {
        let here = self.at_hand.console.get(id).copied();
        here.or_else(|| self.pointed.exhibits.console.get(id))
    }

    /// A finding with its place in the list, which its anchor is made of.
    pub(super) fn finding(&self, id: &str) -> Option<(usize, &'a FindingEntry)> {
        self.pointed.findings.get(id).copied()
    }

    /// Whether a console line or an exchange was filed as noise.
    pub(super) fn is_noise(&self, id: &str) -> bool {
        self.pointed.noise.contains(id)
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
