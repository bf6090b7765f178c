//! What is handed over one by one: a finding, or a step that isn't clean and that no finding explains.

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
    /// Every finding that flags a step, and every step that failed or couldn't be decided without one.
    Flagged,
    /// One finding.
    Finding(String),
    /// One step with all its findings: its number in the walk, or its id.
    Step(String),
}

/// One thing to hand over.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// Where it was seen first.
    pub(super) walked: WalkedStep<'a>,
    /// The finding; without one the step itself is told.
    pub(super) finding: Option<&'a FindingEntry>,
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
                (Some(walked), Some(_)) => Ok(vec![Case { walked, finding }]),
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
                .map(|finding| Case {
                    walked,
                    finding: Some(finding),
                })
                .collect();
            let itself = Case {
                walked,
                finding: None,
            };
            Ok(if found.is_empty() {
                vec![itself]
            } else {
                found
            })
        }
    }
}

fn flagged<'a>(view: &BundleView<'a>) -> Vec<Case<'a>> {
    let mut cases = Vec::new();
    for walked in view.steps() {
        let findings = view.document.findings.iter().filter(|finding| {
            finding.severity >= Severity::Warning
                && finding.at.checklist == walked.index
                && finding.at.step == walked.step.id
        });
        cases.extend(findings.map(|finding| Case {
            walked,
            finding: Some(finding),
        }));
        let is_open = matches!(walked.step.status, Status::Failed | Status::Unknown);
        if is_open && !walked.is_told_by_findings(view) {
            cases.push(Case {
                walked,
                finding: None,
            });
        }
    }
    cases
}

impl<'a> Case<'a> {
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
        code(&capped(self.title(), LONGEST_HEADING))
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
