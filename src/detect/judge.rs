//! What the machine says of a step, by the contract: the worst one counts. Nothing unseen is ever clean.

use super::rule::{Finding, Findings, Severity, Status};
use crate::evidence::{ActionOutcome, Body, ExpectationOutcome, Outcome, Resource, Run, StepRun};

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
    } else if step.started.is_none() {
        let why = step
            .not_run
            .clone()
            .unwrap_or_else(|| "the run ended before it".to_owned());
        (Status::NotRun, Some(why))
    } else if let Some(why) = unknown(step) {
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
                _ => None,
            })
    })
}

fn unknown(step: &StepRun) -> Option<String> {
    if !step.finished {
        return Some("the run was cut off in it".to_owned());
    }
    if let Some(why) = step.undecided.first() {
        return Some(why.clone());
    }
    let expectation = step
        .expectations
        .iter()
        .find_map(|expectation| match &expectation.outcome {
            ExpectationOutcome::Undecided { why } => Some(format!("{}: {why}", expectation.what)),
            _ => None,
        });
    expectation.or_else(|| missing_body(step)).or_else(|| {
        step.pictures
            .is_empty()
            .then(|| "no picture of it could be kept".to_owned())
    })
}

/// An API's answer whose body never arrived could be anything.
fn missing_body(step: &StepRun) -> Option<String> {
    step.exchanges.iter().find_map(|exchange| {
        let is_api = matches!(exchange.resource, Resource::Fetch | Resource::Xhr);
        match &exchange.outcome {
            Outcome::Answered(answer) if is_api && !(300..400).contains(&answer.status) => {
                match &answer.body {
                    Body::Missing { why } => Some(format!(
                        "the body of {} {} couldn't be had: {why}",
                        exchange.method, exchange.url
                    )),
                    _ => None,
                }
            }
            _ => None,
        }
    })
}
