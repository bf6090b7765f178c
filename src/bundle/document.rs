//! `bundle.json`: the facts, in the shape that others' scripts hold on to.

use serde::{Deserialize, Serialize};

use crate::detect::{self, Finding, Findings, Severity, Status};
use crate::evidence::{ChecklistRun, DeviceFacts, EngineFacts, Run, StepRun};

/// The format's name and version.
pub const FORMAT: &str = "shippass-bundle/1";

/// The whole document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is in the contract by this name")]
pub struct BundleDocument {
    pub format: String,
    pub tool: Tool,
    pub run: RunFacts,
    pub target: Target,
    pub device: Device,
    pub engine: Engine,
    pub checklists: Vec<DocumentChecklist>,
    pub findings: Vec<BundleFinding>,
    /// What was filed apart, with the rule that filed it.
    #[serde(default)]
    pub noise: Vec<BundleNoise>,
    pub counts: Counts,
}

/// Who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is in the contract by this name")]
pub struct Tool {
    pub name: String,
    pub version: String,
}

/// When it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is in the contract by this name")]
pub struct RunFacts {
    pub id: String,
    pub started: String,
    pub finished: Option<String>,
    pub complete: bool,
    /// Why it isn't complete.
    #[serde(default)]
    pub why: Option<String>,
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is in the contract by this name")]
pub struct Target {
    pub name: String,
    pub url: String,
    pub kind: String,
    pub commit: Option<String>,
    pub expected_commit: Option<String>,
    /// How the commit was learned, or why not.
    #[serde(default)]
    pub commit_source: Option<String>,
    /// Where the URL led.
    #[serde(default)]
    pub final_url: Option<String>,
}

/// With what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is in the contract by this name")]
pub struct Device {
    pub name: String,
    pub width: u32,
    pub height: u32,
    pub scale: f64,
    pub touch: bool,
}

/// In what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is in the contract by this name")]
pub struct Engine {
    pub name: String,
    pub version: String,
    #[serde(default)]
    pub driver: String,
}

/// One checklist as one persona.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is in the contract by this name")]
pub struct DocumentChecklist {
    pub name: String,
    pub file: String,
    pub sha256: String,
    pub persona: Option<String>,
    #[serde(default)]
    pub tier: Option<String>,
    pub steps: Vec<DocumentStep>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is in the contract by this name")]
pub struct DocumentStep {
    pub id: String,
    pub name: String,
    pub status: Status,
    pub why: Option<String>,
    pub started: Option<String>,
    pub duration_ms: u64,
    pub screens: Vec<String>,
    pub confirm: Vec<String>,
    pub findings: Vec<String>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is in the contract by this name")]
pub struct BundleFinding {
    pub id: String,
    pub detector: String,
    pub severity: Severity,
    pub checklist: String,
    pub step: String,
    pub title: String,
    pub detail: String,
    pub requests: Vec<String>,
    pub picture: Option<String>,
    /// Why the detector thinks so.
    #[serde(default)]
    pub signals: Vec<String>,
    /// Ids of console lines.
    #[serde(default)]
    pub console: Vec<String>,
    /// Further steps that showed the same: `checklist › step id`.
    #[serde(default)]
    pub also: Vec<String>,
}

/// Something filed apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is in the contract by this name")]
pub struct BundleNoise {
    pub rule: String,
    pub checklist: String,
    pub step: String,
    pub what: String,
    pub evidence: String,
}

/// How many steps ended how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is in the contract by this name")]
pub struct Counts {
    pub steps: usize,
    pub clean: usize,
    pub flagged: usize,
    pub failed: usize,
    pub unknown: usize,
    pub not_run: usize,
}

impl Counts {
    fn add(&mut self, status: Status) {
        self.steps += 1;
        match status {
            Status::Clean => self.clean += 1,
            Status::Flagged => self.flagged += 1,
            Status::Failed => self.failed += 1,
            Status::Unknown => self.unknown += 1,
            Status::NotRun => self.not_run += 1,
        }
    }
}

/// Derives the document from a run and its judgement.
pub fn document(run: &Run, findings: &Findings) -> BundleDocument {
    let checklists: Vec<_> = run
        .checklists
        .iter()
        .enumerate()
        .map(|(index, checklist)| checklist_of(index, checklist, findings))
        .collect();
    let mut counts = Counts::default();
    let steps = checklists.iter().flat_map(|checklist| &checklist.steps);
    steps.for_each(|step| counts.add(step.status));
    BundleDocument {
        format: FORMAT.to_owned(),
        tool: Tool {
            name: "shippass".to_owned(),
            version: run.info.tool_version.clone(),
        },
        run: RunFacts {
            id: run.info.id.clone(),
            started: run.info.started.to_string(),
            finished: run.info.finished.map(|at| at.to_string()),
            complete: run.info.finished.is_some() && run.info.cut_short.is_none(),
            why: run.info.cut_short.clone(),
        },
        target: target_of(run),
        device: device_of(&run.device),
        engine: engine_of(&run.engine),
        checklists,
        findings: findings
            .findings
            .iter()
            .map(|finding| finding_of(run, finding))
            .collect(),
        noise: findings
            .noise
            .iter()
            .map(|noise| BundleNoise {
                rule: noise.rule.clone(),
                checklist: name_of(run, noise.at.checklist),
                step: noise.at.step.clone(),
                what: noise.what.clone(),
                evidence: noise.evidence.clone(),
            })
            .collect(),
        counts,
    }
}

fn checklist_of(index: usize, checklist: &ChecklistRun, findings: &Findings) -> DocumentChecklist {
    let step_of = |step: &StepRun| {
        let judgement = detect::judge(index, step, findings);
        DocumentStep {
            id: step.id.clone(),
            name: step.name.clone(),
            status: judgement.status,
            why: judgement.why,
            started: step.started.map(|at| at.to_string()),
            duration_ms: step.duration_ms,
            screens: step
                .pictures
                .iter()
                .map(|picture| picture.file.clone())
                .collect(),
            confirm: step.confirm.clone(),
            findings: findings
                .at(index, &step.id)
                .map(|finding| finding.id.clone())
                .collect(),
        }
    };
    DocumentChecklist {
        name: checklist.name.clone(),
        file: checklist.file.clone(),
        sha256: checklist.sha256.clone(),
        persona: checklist.persona.clone(),
        tier: checklist.tier.clone(),
        steps: checklist.steps.iter().map(step_of).collect(),
    }
}

fn finding_of(run: &Run, finding: &Finding) -> BundleFinding {
    let checklist = run.checklists.get(finding.at.checklist);
    let step = checklist.and_then(|list| list.steps.iter().find(|step| step.id == finding.at.step));
    let also = finding
        .also_at
        .iter()
        .map(|at| format!("{} › {}", name_of(run, at.checklist), at.step));
    BundleFinding {
        id: finding.id.clone(),
        detector: finding.detector.clone(),
        severity: finding.severity,
        checklist: name_of(run, finding.at.checklist),
        step: finding.at.step.clone(),
        title: finding.title.clone(),
        detail: finding.detail.clone(),
        requests: finding.requests.clone(),
        picture: step
            .and_then(|step| step.pictures.first())
            .map(|picture| picture.file.clone()),
        signals: finding.signals.clone(),
        console: finding.console.clone(),
        also: also.collect(),
    }
}

fn name_of(run: &Run, checklist: usize) -> String {
    run.checklists
        .get(checklist)
        .map(|list| list.name.clone())
        .unwrap_or_default()
}

fn target_of(run: &Run) -> Target {
    let facts = run.target.clone();
    Target {
        name: facts.name,
        url: facts.url,
        kind: facts.kind,
        commit: facts.commit,
        expected_commit: facts.expected_commit,
        commit_source: facts.commit_source,
        final_url: facts.final_url,
    }
}

fn device_of(facts: &DeviceFacts) -> Device {
    Device {
        name: facts.name.clone(),
        width: facts.width,
        height: facts.height,
        scale: facts.scale,
        touch: facts.touch,
    }
}

fn engine_of(facts: &EngineFacts) -> Engine {
    Engine {
        name: facts.name.clone(),
        version: facts.version.clone(),
        driver: facts.driver.clone(),
    }
}
