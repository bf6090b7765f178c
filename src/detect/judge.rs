//! What the machine says of a step, by the contract: the worst one counts. Nothing unseen is ever clean.

use super::rule::{Finding, Findings, Severity, Status};
use crate::evidence::{ActionOutcome, ExpectationOutcome, Run, StepRun};

/// What the machine says of a step, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The status.
    pub status: Status,
    /// The reason, for a person; `None` for a clean step that settled.
    pub why: Option<String>,
}

impl Findings {
    /// The findings that a step showed, first or again.
    pub fn at<'f>(&'f self, checklist: usize, step: &'f str) -> impl Iterator<Item = &'f Finding> {
        self.findings.iter().filter(move |finding| {
            std::iter::once(&finding.at)
                .chain(&finding.also_at)
                .any(|at| at.checklist == checklist && at.step == step)
        })
    }
}

/// Judges every step, checklist by checklist.
pub fn judge_all(run: &Run, findings: &Findings) -> Vec<Vec<Judgement>> {
    let checklists = run.checklists.iter().enumerate();
    checklists
        .map(|(index, checklist)| {
            checklist
                .steps
                .iter()
                .map(|step| judge(index, step, findings))
                .collect()
        })
        .collect()
}

/// Judges one step of the checklist with that index.
pub fn judge(checklist: usize, step: &StepRun, findings: &Findings) -> Judgement {
    let flag = findings
        .at(checklist, &step.id)
        .find(|finding| finding.severity >= Severity::Warning);
    let (status, why) = if let Some(why) = failure(step) {
        (Status::Failed, Some(why))
    } else if let Some(finding) = flag {
        (Status::Flagged, Some(finding.title.clone()))
    } else if step.started.is_none() || step.not_run.is_some() {
        let why = step
            .not_run
            .clone()
            .unwrap_or_else(|| "the run ended before it".to_owned());
        (Status::NotRun, Some(why))
    } else if let Some(why) = unknown(checklist, step, findings) {
        (Status::Unknown, Some(why))
    } else {
        let note = step
            .unsettled
            .as_ref()
            .map(|why| format!("taken before it had settled: {why}"));
        (Status::Clean, note)
    };
    Judgement { status, why }
}

fn failure(step: &StepRun) -> Option<String> {
    let action = step
        .actions
        .iter()
        .find_map(|action| match &action.outcome {
            ActionOutcome::Failed { why } => Some(format!("{}: {why}", action.what)),
            ActionOutcome::Done | ActionOutcome::NotRun => None,
        });
    action.or_else(|| {
        step.expectations
            .iter()
            .find_map(|expectation| match &expectation.outcome {
                ExpectationOutcome::Broken { seen } => {
                    Some(format!("expected {}: {seen}", expectation.what))
                }
                ExpectationOutcome::Held
                | ExpectationOutcome::Undecided { .. }
                | ExpectationOutcome::NotRun => None,
            })
    })
}

fn unknown(checklist: usize, step: &StepRun, findings: &Findings) -> Option<String> {
    if !step.finished {
        return Some("the run was cut off in it".to_owned());
    }
    let gap = || {
        let mut gaps = findings.undecided.iter();
        gaps.find(|gap| gap.at.checklist == checklist && gap.at.step == step.id)
            .map(|gap| gap.why.clone())
    };
    let picture = || {
        let is_missing = step.pictures.is_empty() && !step.is_traffic_only;
        is_missing.then(|| "no picture of it could be kept".to_owned())
    };
    let page = || {
        let is_missing = step.page.is_none() && !step.is_traffic_only;
        is_missing.then(|| "the page couldn't be looked at at its end".to_owned())
    };
    step.undecided
        .first()
        .cloned()
        .or_else(|| undecided_part(step))
        .or_else(gap)
        .or_else(picture)
        .or_else(page)
}

/// An expectation that couldn't be decided, or something planned that was never done.
fn undecided_part(step: &StepRun) -> Option<String> {
    let action = step
        .actions
        .iter()
        .find(|action| action.outcome == ActionOutcome::NotRun)
        .map(|action| format!("{}: it was not done", action.what));
    action.or_else(|| {
        step.expectations
            .iter()
            .find_map(|expectation| match &expectation.outcome {
                ExpectationOutcome::Undecided { why } => {
                    Some(format!("{}: {why}", expectation.what))
                }
                ExpectationOutcome::NotRun => {
                    Some(format!("{}: it was not looked for", expectation.what))
                }
                ExpectationOutcome::Held | ExpectationOutcome::Broken { .. } => None,
            })
    })
}
