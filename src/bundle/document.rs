//! `bundle.json`: the facts of a run and the judgement over it.

use std::{fmt, ops::Range};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::detect::{Finding, Findings, IgnoreUse, Noise, Severity, Status, StepRef, judge};
use crate::evidence::{
    Area, ChecklistRun, DeviceFacts, EngineFacts, EvidenceError, Recorded, Run, RunInfo, Shard,
    StepRun, TargetFacts,
};

/// The format that is written, and the newest that is read.
pub(super) const FORMAT: &str = "shippass-bundle/1";

/// The whole of `bundle.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BundleDocument {
    /// `shippass-bundle/1`.
    pub format: String,
    /// What made it.
    pub tool: ToolEntry,
    /// Facts about the run itself.
    pub run: RunEntry,
    /// The deployment looked at.
    pub target: TargetFacts,
    /// The device, as measured in the page.
    pub device: DeviceFacts,
    /// The browser.
    pub engine: EngineFacts,
    /// One entry per checklist and persona.
    pub checklists: Vec<ChecklistEntry>,
    /// What the detectors found.
    pub findings: Vec<FindingEntry>,
    /// What was filed apart from findings.
    #[serde(default)]
    pub noise: Vec<Noise>,
    /// Ignore rules that somebody should look at: over, of no use in this run, or more than three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<IgnoreUse>,
    /// How many steps of each status.
    pub counts: Counts,
}

/// What made a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToolEntry {
    /// `shippass`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Facts about the run itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunEntry {
    /// A ULID.
    pub id: String,
    /// When it began.
    pub started: Timestamp,
    /// When it was taken up again after it had been cut off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<Timestamp>,
    /// When it ended; `None` when it was cut off.
    pub finished: Option<Timestamp>,
    /// Whether it came to its plan's end.
    pub complete: bool,
    /// Why it didn't.
    #[serde(default)]
    pub cut_short: Option<String>,
    /// The part of a plan that it walked; not there when it walked the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}

/// One checklist as one persona.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistEntry {
    /// The name a person reads.
    pub name: String,
    /// Its file.
    pub file: String,
    /// SHA-256 of its file.
    pub sha256: String,
    /// The persona; `None` signed out.
    pub persona: Option<String>,
    /// The persona's tier.
    #[serde(default)]
    pub tier: Option<String>,
    /// The browser, where bundles of several were merged and this one isn't the first's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineFacts>,
    /// The device, in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceFacts>,
    /// Its steps.
    pub steps: Vec<StepEntry>,
}

/// One step and what the machine says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepEntry {
    /// Unique in its checklist: `02-sign-it`.
    pub id: String,
    /// The name a person reads.
    pub name: String,
    /// What the machine says.
    pub status: Status,
    /// Why it is failed, unknown or not run.
    pub why: Option<String>,
    /// When it began; `None` when it never did.
    pub started: Option<Timestamp>,
    /// How long it took.
    pub duration_ms: u64,
    /// Its pictures, as paths in the bundle.
    pub screens: Vec<String>,
    /// Sentences that a human confirms.
    pub confirm: Vec<String>,
    /// Ids of findings that were seen in it.
    pub findings: Vec<String>,
}

/// A finding, and the evidence that it points at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingEntry {
    /// Unique in the run: `f1`.
    pub id: String,
    /// The detector's name.
    pub detector: String,
    /// How heavy it weighs.
    pub severity: Severity,
    /// The name of the checklist where it was seen first.
    pub checklist: String,
    /// The id of the step where it was seen first.
    pub step: String,
    /// One line.
    pub title: String,
    /// What was seen, in sentences.
    pub detail: String,
    /// `_id`s of entries in `network.har`, the decisive one first.
    pub requests: Vec<String>,
    /// The picture that shows it, as a path in the bundle.
    pub picture: Option<String>,
    /// The step where it was seen first, without doubt when two checklists share a name.
    #[serde(default)]
    pub at: StepRef,
    /// Every further step that showed the same.
    #[serde(default)]
    pub also_at: Vec<StepRef>,
    /// Why the detector thinks so, one signal a line.
    #[serde(default)]
    pub signals: Vec<String>,
    /// Ids of lines in `console.ndjson`.
    #[serde(default)]
    pub console: Vec<String>,
    /// What it points at on the page where it was seen first, in CSS pixels from the viewport's corner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boxes: Vec<Area>,
}

/// How many steps there are of each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// All of them.
    pub steps: usize,
    /// Clean ones.
    pub clean: usize,
    /// Flagged ones.
    pub flagged: usize,
    /// Failed ones.
    pub failed: usize,
    /// Unknown ones.
    pub unknown: usize,
    /// Those that never began.
    pub not_run: usize,
}

/// The text of `bundle.json`.
impl fmt::Display for BundleDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string_pretty(self).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl BundleDocument {
    /// The facts of a run and the judgement over it.
    pub fn new(run: &Run, findings: &Findings) -> Self {
        let mut document = Self::outline(run, findings);
        document.take(run, &(0..run.checklists.len()), findings);
        document
    }

    /// The same of one that may be too long for memory.
    ///
    /// # Errors
    ///
    /// A part of it can't be read.
    pub fn of(recorded: &dyn Recorded, findings: &Findings) -> Result<Self, EvidenceError> {
        let mut document = Self::outline(recorded.outline(), findings);
        for part in recorded.parts() {
            document.take(&*recorded.read(&part)?, &part, findings);
        }
        Ok(document)
    }

    /// Everything but what its steps tell.
    fn outline(run: &Run, findings: &Findings) -> Self {
        Self {
            format: FORMAT.to_owned(),
            tool: ToolEntry {
                name: "shippass".to_owned(),
                version: run.info.tool_version.clone(),
            },
            run: RunEntry::new(&run.info),
            target: run.target.clone(),
            device: run.device.clone(),
            engine: run.engine.clone(),
            counts: Counts::default(),
            findings: findings
                .findings
                .iter()
                .map(|finding| FindingEntry::new(finding, run))
                .collect(),
            noise: findings.noise.clone(),
            ignore: findings.ignore.clone(),
            checklists: Vec::new(),
        }
    }

    /// What the steps of some checklists tell.
    fn take(&mut self, run: &Run, part: &Range<usize>, findings: &Findings) {
        let lists = run.checklists.iter().enumerate();
        for (index, list) in lists.skip(part.start).take(part.len()) {
            let entry = ChecklistEntry::new(index, list, findings);
            entry.steps.iter().for_each(|step| self.counts.add(step));
            self.checklists.push(entry);
        }
        let of_part = |finding: &&mut FindingEntry| part.contains(&finding.at.checklist);
        for finding in self.findings.iter_mut().filter(of_part) {
            let list = run.checklists.get(finding.at.checklist);
            let mut steps = list.into_iter().flat_map(|list| &list.steps);
            let step = steps.find(|step| step.id == finding.at.step);
            finding.picture = step.and_then(final_picture);
        }
    }

    /// The device that one of its checklists was walked on; bundles of several may have been merged.
    pub fn device_of<'d>(&'d self, list: &'d ChecklistEntry) -> &'d DeviceFacts {
        list.device.as_ref().unwrap_or(&self.device)
    }

    /// The browser that one of its checklists was walked in.
    pub fn engine_of<'d>(&'d self, list: &'d ChecklistEntry) -> &'d EngineFacts {
        list.engine.as_ref().unwrap_or(&self.engine)
    }

    /// The worst status of all steps; a run that was cut short or had no step is never clean.
    pub fn worst(&self) -> Status {
        let worst = self
            .checklists
            .iter()
            .flat_map(|checklist| &checklist.steps)
            .map(|step| step.status)
            .max()
            .unwrap_or(Status::NotRun);
        if self.run.complete {
            worst
        } else {
            worst.max(Status::NotRun)
        }
    }
}

impl RunEntry {
    fn new(info: &RunInfo) -> Self {
        Self {
            id: info.id.clone(),
            started: info.started,
            resumed: info.resumed.clone(),
            finished: info.finished,
            complete: info.finished.is_some() && info.cut_short.is_none(),
            cut_short: info.cut_short.clone(),
            shard: info.shard,
        }
    }
}

impl ChecklistEntry {
    /// ` in firefox 144.0, on 360x800@3`: where it was walked, when that isn't where its run was.
    pub fn walked_in(&self) -> String {
        let engine = self.engine.as_ref();
        let engine = engine.map(|engine| format!(" in {} {}", engine.name, engine.version));
        let device = self.device.as_ref();
        let device = device.map(|device| format!(" on {}", device.name));
        let parts: Vec<String> = engine.into_iter().chain(device).collect();
        parts.join(",")
    }

    fn new(index: usize, checklist: &ChecklistRun, findings: &Findings) -> Self {
        Self {
            name: checklist.name.clone(),
            file: checklist.file.clone(),
            sha256: checklist.sha256.clone(),
            persona: checklist.persona.clone(),
            tier: checklist.tier.clone(),
            engine: checklist.engine.clone(),
            device: checklist.device.clone(),
            steps: checklist
                .steps
                .iter()
                .map(|step| StepEntry::new(index, step, findings))
                .collect(),
        }
    }
}

impl StepEntry {
    fn new(checklist: usize, step: &StepRun, findings: &Findings) -> Self {
        let judgement = judge(checklist, step, findings);
        Self {
            id: step.id.clone(),
            name: step.name.clone(),
            status: judgement.status,
            why: judgement.why,
            started: step.started,
            duration_ms: step.duration_ms,
            screens: step.pictures.iter().map(|it| it.file.clone()).collect(),
            confirm: step.confirm.clone(),
            findings: findings
                .at(checklist, &step.id)
                .map(|finding| finding.id.clone())
                .collect(),
        }
    }
}

impl FindingEntry {
    fn new(finding: &Finding, run: &Run) -> Self {
        let checklist = run.checklists.get(finding.at.checklist);
        Self {
            id: finding.id.clone(),
            detector: finding.detector.clone(),
            severity: finding.severity,
            checklist: checklist
                .map(|checklist| checklist.name.clone())
                .unwrap_or_default(),
            step: finding.at.step.clone(),
            title: finding.title.clone(),
            detail: finding.detail.clone(),
            requests: finding.requests.clone(),
            picture: None,
            at: finding.at.clone(),
            also_at: finding.also_at.clone(),
            signals: finding.signals.clone(),
            console: finding.console.clone(),
            boxes: finding.boxes.clone(),
        }
    }
}

/// The page at the step's end; other pictures say in their caption what they show.
fn final_picture(step: &StepRun) -> Option<String> {
    let plain = step.pictures.iter().rfind(|it| it.caption.is_none());
    plain
        .or(step.pictures.last())
        .map(|picture| picture.file.clone())
}

impl Counts {
    fn add(&mut self, step: &StepEntry) {
        self.steps += 1;
        *match step.status {
            Status::Clean => &mut self.clean,
            Status::Flagged => &mut self.flagged,
            Status::Failed => &mut self.failed,
            Status::Unknown => &mut self.unknown,
            Status::NotRun => &mut self.not_run,
        } += 1;
    }

    /// The count of one status.
    pub fn get(&self, status: Status) -> usize {
        match status {
            Status::Clean => self.clean,
            Status::Flagged => self.flagged,
            Status::Failed => self.failed,
            Status::Unknown => self.unknown,
            Status::NotRun => self.not_run,
        }
    }
}
