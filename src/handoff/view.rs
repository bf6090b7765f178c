//! A bundle as everything here reads it: facts, evidence, and where both stand.

use super::{error::HandoffError, lines::StepLines};
use crate::bundle::{BundleDocument, BundlePaths, ChecklistEntry, FindingEntry, StepEntry};
use crate::detect::{Severity, Status, StepRef};
use crate::evidence::{ConsoleLine, DeviceFacts, EngineFacts, Exchange, Run, StepRun};

/// A bundle to be handed over.
#[derive(Clone, Copy)]
pub struct BundleView<'a> {
    /// The facts.
    pub document: &'a BundleDocument,
    /// What was seen; empty where the bundle has no journal.
    pub run: &'a Run,
    /// The bundle's folder as its pictures are referred to; `None` where they are packed in a file.
    pub folder: Option<&'a str>,
    /// Where steps stand in their checklists' files.
    pub lines: &'a StepLines,
    /// Where the bundle's files are.
    pub paths: &'a BundlePaths,
}

/// A step of the walk.
#[derive(Clone, Copy)]
pub(super) struct WalkedStep<'a> {
    /// Counted through the whole walk, from 1.
    pub(super) number: usize,
    /// The index of its checklist.
    pub(super) index: usize,
    pub(super) list: &'a ChecklistEntry,
    pub(super) step: &'a StepEntry,
}

impl<'a> BundleView<'a> {
    /// Every step, numbered through.
    pub(super) fn steps(&self) -> impl Iterator<Item = WalkedStep<'a>> + use<'a> {
        let lists = self.document.checklists.iter().enumerate();
        let steps = lists.flat_map(|(index, list)| {
            let steps = list.steps.iter();
            steps.map(move |step| (index, list, step))
        });
        steps
            .zip(1..)
            .map(|((index, list, step), number)| WalkedStep {
                number,
                index,
                list,
                step,
            })
    }

    /// Every browser with the device that it was on, in the order of the walk.
    pub(super) fn places(&self) -> Vec<(&'a EngineFacts, &'a DeviceFacts)> {
        let document = self.document;
        let mut places = vec![(&document.engine, &document.device)];
        for list in &document.checklists {
            let place = (document.engine_of(list), document.device_of(list));
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// The names of all devices.
    pub(super) fn device_names(&self) -> String {
        let names = self.places().into_iter();
        distinct(names.map(|(_, device)| device.name.clone()))
    }

    /// The names and versions of all browsers.
    pub(super) fn engine_names(&self) -> String {
        let names = self.places().into_iter();
        distinct(names.map(|(engine, _)| format!("{} {}", engine.name, engine.version)))
    }

    /// As many steps as there is room for, in the order of the walk: clean ones give way to those that aren't.
    pub(super) fn weightiest(&self, room: usize) -> Vec<WalkedStep<'a>> {
        let mut steps: Vec<_> = self.steps().collect();
        if steps.len() > room {
            steps.sort_by_key(|walked| walked.step.status == Status::Clean);
            steps.truncate(room);
            steps.sort_by_key(|walked| walked.number);
        }
        steps
    }

    /// The step that a finding names.
    pub(super) fn step_at(&self, at: &StepRef) -> Option<WalkedStep<'a>> {
        let mut steps = self.steps();
        steps.find(|walked| walked.index == at.checklist && walked.step.id == at.step)
    }

    /// The step of that number in the walk, or of that id.
    pub(super) fn step_named(&self, name: &str) -> Result<WalkedStep<'a>, HandoffError> {
        let number: Option<usize> = name.parse().ok();
        let fitting: Vec<_> = self
            .steps()
            .filter(|walked| match number {
                Some(number) => walked.number == number,
                None => walked.step.id == name,
            })
            .collect();
        match fitting.as_slice() {
            [walked] => Ok(*walked),
            [] => Err(HandoffError::NoSuchStep {
                step: name.to_owned(),
                count: self.steps().count(),
            }),
            several => Err(HandoffError::SeveralSteps {
                step: name.to_owned(),
                numbers: several.iter().map(|walked| walked.number).collect(),
            }),
        }
    }

    /// What was seen in a step.
    pub(super) fn seen(&self, walked: &WalkedStep<'_>) -> Option<&'a StepRun> {
        let list = self.run.checklists.get(walked.index)?;
        list.steps.iter().find(|step| step.id == walked.step.id)
    }

    /// The findings of a step.
    pub(super) fn findings(
        &self,
        step: &'a StepEntry,
    ) -> impl Iterator<Item = &'a FindingEntry> + use<'a> {
        let findings = self.document.findings.iter();
        findings.filter(|finding| step.findings.contains(&finding.id))
    }

    /// An exchange by its id.
    pub(super) fn exchange(&self, id: &str) -> Option<&'a Exchange> {
        self.run.exchange(id)
    }

    /// A console line by its id.
    pub(super) fn console(&self, id: &str) -> Option<&'a ConsoleLine> {
        self.run.console_line(id)
    }

    /// Whether a console line or an exchange was filed as noise.
    pub(super) fn is_noise(&self, id: &str) -> bool {
        self.document.noise.iter().any(|noise| noise.evidence == id)
    }

    /// Why the run isn't the whole plan; `None` when it came to its end.
    pub fn cut_off(&self) -> Option<&'a str> {
        let run = &self.document.run;
        let why = run.cut_short.as_deref();
        (!run.complete).then_some(why.unwrap_or("it ended before its plan did"))
    }

    /// The bytes of a file of the bundle, when it is there and plain.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.paths.read(name).ok()
    }

    /// A file of the bundle as it is referred to from outside.
    pub fn path(&self, name: &str) -> Option<String> {
        let folder = self.folder?.trim_end_matches('/');
        // Nothing of a bundle is referred to by a name that leads out of it.
        self.paths.inside(name)?;
        Some(match folder {
            "" | "." => name.to_owned(),
            folder => format!("{folder}/{name}"),
        })
    }
}

/// Each once.
fn distinct(names: impl Iterator<Item = String>) -> String {
    let mut told: Vec<String> = Vec::new();
    for name in names {
        if !told.contains(&name) {
            told.push(name);
        }
    }
    told.join(", ")
}

/// `The quote (as owner)`, and where it was walked when that isn't where its run was.
pub(super) fn list_name(list: &ChecklistEntry) -> String {
    let walker = match &list.persona {
        Some(persona) => format!("{} (as {persona})", list.name),
        None => list.name.clone(),
    };
    walker + &list.walked_in()
}

impl WalkedStep<'_> {
    /// The checklist's name, with who walked it and where.
    pub(super) fn list_name(&self) -> String {
        list_name(self.list)
    }

    /// Whether a finding was made here first and tells of it, so that it needs no word of its own.
    pub(super) fn is_told_by_findings(&self, view: &BundleView<'_>) -> bool {
        let mut findings = view.document.findings.iter();
        findings.any(|finding| {
            let is_here = finding.at.checklist == self.index && finding.at.step == self.step.id;
            finding.severity >= Severity::Warning && is_here
        })
    }
}
