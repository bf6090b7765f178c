//! What is handed over one by one: a finding, or a step that isn't clean and that no finding explains. Steps that never ran
//! for one reason are one thing.

use super::{
    error::HandoffError,
    quoted::{capped, code},
    view::{BundleView, WalkedStep},
};
use crate::bundle::{FindingEntry, paths::slug};
use crate::detect::{Severity, Status};

/// How long a heading may be, in characters.
const LONGEST_HEADING: usize = 140;

/// What is to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Every finding that flags a step, and every step that isn't clean without one.
    Flagged,
    /// One finding.
    Finding(String),
    /// One step with all its findings: its number in the walk, or its id.
    Step(String),
}

/// One thing to hand over.
#[derive(Clone)]
pub struct Case<'a> {
    /// Where it was seen first.
    pub(super) walked: WalkedStep<'a>,
    /// The finding; without one the step itself is told.
    pub(super) finding: Option<&'a FindingEntry>,
    /// Further steps that never ran, for the same reason.
    pub(super) alike: Vec<WalkedStep<'a>>,
}

/// What was chosen, in the order of the walk.
pub fn cases<'a>(view: &BundleView<'a>, choice: &Choice) -> Result<Vec<Case<'a>>, HandoffError> {
    let findings = &view.document.findings;
    match choice {
        Choice::Flagged => Ok(flagged(view)),
        Choice::Finding(id) => {
            let finding = findings.iter().find(|finding| finding.id == *id);
            let walked = finding.and_then(|finding| view.step_at(&finding.at));
            match (walked, finding) {
                (Some(walked), Some(finding)) => Ok(vec![Case::of_finding(walked, finding)]),
                _ => Err(HandoffError::NoSuchFinding {
                    id: id.clone(),
                    known: findings.iter().map(|finding| finding.id.clone()).collect(),
                }),
            }
        }
        Choice::Step(name) => {
            let walked = view.step_named(name)?;
            let found: Vec<_> = view
                .findings(walked.step)
                .map(|finding| Case::of_finding(walked, finding))
                .collect();
            Ok(if found.is_empty() {
                vec![Case::of_step(walked)]
            } else {
                found
            })
        }
    }
}

fn flagged<'a>(view: &BundleView<'a>) -> Vec<Case<'a>> {
    let mut cases: Vec<Case<'a>> = Vec::new();
    for walked in view.steps() {
        let findings = view.document.findings.iter().filter(|finding| {
            finding.severity >= Severity::Warning
                && finding.at.checklist == walked.index
                && finding.at.step == walked.step.id
        });
        cases.extend(findings.map(|finding| Case::of_finding(walked, finding)));
        match walked.step.status {
            Status::NotRun => add_unrun(&mut cases, walked),
            Status::Failed | Status::Unknown if !walked.is_told_by_findings(view) => {
                cases.push(Case::of_step(walked));
            }
            _ => {}
        }
    }
    cases
}

/// A step that never ran joins those that didn't for the same reason.
fn add_unrun<'a>(cases: &mut Vec<Case<'a>>, walked: WalkedStep<'a>) {
    let mut unrun = cases.iter_mut().filter(|case| case.is_unrun());
    match unrun.find(|case| case.walked.step.why == walked.step.why) {
        Some(case) => case.alike.push(walked),
        None => cases.push(Case::of_step(walked)),
    }
}

impl<'a> Case<'a> {
    fn of_finding(walked: WalkedStep<'a>, finding: &'a FindingEntry) -> Self {
        Self {
            walked,
            finding: Some(finding),
            alike: Vec::new(),
        }
    }

    fn of_step(walked: WalkedStep<'a>) -> Self {
        Self {
            walked,
            finding: None,
            alike: Vec::new(),
        }
    }

    /// Whether nothing was seen of it: its step never ran.
    pub(super) fn is_unrun(&self) -> bool {
        self.finding.is_none() && self.walked.step.status == Status::NotRun
    }

    /// The picture that shows it, as a path in the bundle.
    pub fn picture(&self) -> Option<&'a str> {
        let named = self.finding.and_then(|finding| finding.picture.as_deref());
        named.or(self.walked.step.screens.last().map(String::as_str))
    }

    /// What that picture shows.
    pub fn picture_in_words(&self) -> String {
        format!(
            "{}: the screen at the end of step {}",
            self.id(),
            self.walked.number
        )
    }

    /// What is wrong, in one line.
    pub(super) fn title(&self) -> &'a str {
        match self.finding {
            Some(finding) => &finding.title,
            None => self
                .walked
                .step
                .why
                .as_deref()
                .unwrap_or(&self.walked.step.name),
        }
    }

    /// The same for a heading or a row of a table.
    pub(super) fn heading(&self) -> String {
        let title = code(&capped(self.title(), LONGEST_HEADING));
        if self.is_unrun() {
            return format!("Never ran: {title}");
        }
        title
    }

    /// What kind of wrong: `html-for-json, error`, `failed`.
    pub(super) fn kind(&self) -> String {
        match self.finding {
            Some(finding) => {
                format!("{}, {}", finding.detector, finding.severity.in_words())
            }
            None => self.walked.step.status.in_words().to_owned(),
        }
    }

    /// A word for files and headings: `f4`, or `step-13`. A stranger's bundle may call a finding anything, a way out too.
    pub(super) fn id(&self) -> String {
        match self.finding {
            Some(finding) => slug(&finding.id),
            None => format!("step-{}", self.walked.number),
        }
    }
}
