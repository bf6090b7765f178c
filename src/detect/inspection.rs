//! All detectors over a run, whole or in parts: what is one fault is told once, noise is filed, what is accepted is set aside.

use std::{collections::HashSet, ops::Range};

use jiff::civil::Date;

use super::{
    RULES,
    across::Across,
    group,
    ignore::{self, Accepted},
    noise, protected,
    rule::{Finding, Findings, Inspect, Noise, Undecided},
    surface::surface_of,
    undecided,
};
use crate::config::IgnoreRule;
use crate::evidence::{EvidenceError, Recorded, Run};

/// Runs every detector over a run.
pub fn inspect(run: &Run, ignore: &[IgnoreRule], today: Date) -> Findings {
    let mut across = Across::default();
    across.learn(run);
    let mut inspection = Inspection::new(&across, ignore, today);
    inspection.take(run, &(0..run.checklists.len()));
    inspection.end(run)
}

/// The same over one that may be too long for memory: each part is read twice, first for what all of them need of it.
///
/// # Errors
///
/// A part can't be read.
pub fn inspect_recorded(
    recorded: &dyn Recorded,
    ignore: &[IgnoreRule],
    today: Date,
) -> Result<Findings, EvidenceError> {
    let mut across = Across::default();
    for part in recorded.parts() {
        across.learn(&*recorded.read(&part)?);
    }
    let mut inspection = Inspection::new(&across, ignore, today);
    for part in recorded.parts() {
        inspection.take(&*recorded.read(&part)?, &part);
    }
    Ok(inspection.end(recorded.outline()))
}

/// What was found so far.
struct Inspection<'a> {
    across: &'a Across,
    ignore: &'a [IgnoreRule],
    today: Date,
    /// One finding a cause; the same fault may still stand there several times.
    found: Vec<Finding>,
    accepted: Vec<Accepted<'a>>,
    noise: Vec<Noise>,
    undecided: Vec<Undecided>,
}

impl<'a> Inspection<'a> {
    fn new(across: &'a Across, ignore: &'a [IgnoreRule], today: Date) -> Self {
        Self {
            across,
            ignore,
            today,
            found: Vec::new(),
            accepted: Vec::new(),
            noise: Vec::new(),
            undecided: Vec::new(),
        }
    }

    /// Judges what was seen in some checklists of a run.
    fn take(&mut self, run: &Run, checklists: &Range<usize>) {
        let mut found = protected::without(run, self.found_in(run));
        // What is said of the whole target is said where the run begins, and only there it is known what stood in its way.
        found.retain(|finding| checklists.contains(&finding.at.checklist));
        let mut found = group::with_lines(run, found);
        ignore::mark(run, &mut found, self.ignore);
        let (found, accepted) = ignore::split(run, found, self.ignore, self.today);
        let mut found = group::take_in_effects(run, &found);
        for finding in &mut found {
            finding.surface = surface_of(run, finding);
        }
        self.found.extend(found);
        self.accepted.extend(accepted);
        self.noise.extend(noise::file(run));
        self.undecided.extend(undecided::undecided(run));
    }

    fn end(mut self, outline: &Run) -> Findings {
        let mut findings = group::merge_equal(self.found);
        let said = found_about(outline, &findings);
        let (said, accepted) = ignore::split(outline, said, self.ignore, self.today);
        findings.extend(said);
        self.accepted.extend(accepted);
        group::number(outline, &mut findings);
        self.accepted
            .sort_by_key(|(finding, _)| group::place_of(outline, finding));
        let ignore = ignore::worth_a_look(self.ignore, &self.accepted, self.today);
        // What counts is told once: as a finding.
        let accepted = self.accepted.iter().map(|(finding, _)| finding);
        let told = findings.iter().chain(accepted);
        let told: HashSet<&str> = told
            .flat_map(|finding| finding.requests.iter().map(String::as_str))
            .collect();
        self.noise
            .retain(|noise| !told.contains(noise.evidence.as_str()));
        self.noise.extend(ignore::file(self.accepted));
        Findings {
            findings,
            noise: self.noise,
            undecided: self.undecided,
            ignore,
        }
    }

    /// What is wrong in what was seen.
    fn found_in(&self, run: &Run) -> Vec<Finding> {
        let of = |inspect: &Inspect| match inspect {
            Inspect::Run(inspect) => inspect(run),
            Inspect::Across(inspect) => inspect(run, self.across),
            Inspect::Findings(_) => Vec::new(),
        };
        RULES.iter().flat_map(|rule| of(&rule.inspect)).collect()
    }
}

/// What there is to say of what was found.
fn found_about(outline: &Run, findings: &[Finding]) -> Vec<Finding> {
    let of = |inspect: &Inspect| match inspect {
        Inspect::Findings(inspect) => inspect(outline, findings),
        Inspect::Run(_) | Inspect::Across(_) => Vec::new(),
    };
    RULES.iter().flat_map(|rule| of(&rule.inspect)).collect()
}
