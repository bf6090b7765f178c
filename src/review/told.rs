//! What the page is told of the whole: the facts once, and how far the walk is after each word.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{before::Group, desk::Review};
use crate::bundle::{Decision, Mark, Missing, Phone, RunEntry, StepEntry, Surface, Verdict, Walk};
use crate::detect::{Severity, Status, StepRef};
use crate::evidence::{DeviceFacts, EngineFacts, TargetFacts};

/// The facts, which don't change while the page is open.
#[derive(Serialize)]
pub(super) struct Facts<'a> {
    run: &'a RunEntry,
    target: &'a TargetFacts,
    device: &'a DeviceFacts,
    engine: &'a EngineFacts,
    checklists: Vec<ChecklistFacts<'a>>,
    findings: Vec<FindingFacts<'a>>,
    sign: &'a str,
    accepted: String,
    is_comparing: bool,
    /// What of the pictures last accepted can't be read, and what to do.
    notices: &'a [String],
}

/// Which part of the walk each step belongs to, as far as pictures are compared.
#[derive(Serialize)]
pub(super) struct Groups {
    groups: Vec<Vec<Group>>,
    is_comparing: bool,
}

impl Groups {
    pub(super) fn new(review: &Review) -> Self {
        let lists = review.document().checklists.iter().enumerate();
        let group = |at, step: &StepEntry| {
            let has_findings = !step.findings.is_empty();
            review.before().group(at, step.status, has_findings)
        };
        Self {
            // Asked for first: what is compared meanwhile is told once more.
            is_comparing: review.before().is_comparing(),
            groups: lists
                .map(|(index, list)| {
                    let steps = list.steps.iter().enumerate();
                    steps
                        .map(|(step, entry)| group((index, step), entry))
                        .collect()
                })
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct ChecklistFacts<'a> {
    name: &'a str,
    file: &'a str,
    persona: Option<&'a str>,
    tier: Option<&'a str>,
    /// The names of the device that it was walked on and of the engine.
    device: &'a str,
    engine: &'a str,
    steps: Vec<StepFacts<'a>>,
}

#[derive(Serialize)]
struct StepFacts<'a> {
    id: &'a str,
    name: &'a str,
    status: Status,
    /// The sentences to confirm.
    confirm: &'a [String],
    findings: &'a [String],
    picture: Option<&'a str>,
    group: Group,
    /// Whether the fields of its answers are compared with those accepted.
    compares_answers: bool,
}

#[derive(Serialize)]
struct FindingFacts<'a> {
    id: &'a str,
    severity: Severity,
    title: &'a str,
    at: &'a StepRef,
}

impl<'a> Facts<'a> {
    pub(super) fn new(review: &'a Review) -> Self {
        let document = review.document();
        let is_comparing = review.before().is_comparing();
        Self {
            is_comparing,
            notices: review.notices(),
            run: &document.run,
            target: &document.target,
            device: &document.device,
            engine: &document.engine,
            checklists: (document.checklists.iter().enumerate())
                .map(|(index, checklist)| ChecklistFacts {
                    name: &checklist.name,
                    file: &checklist.file,
                    persona: checklist.persona.as_deref(),
                    tier: checklist.tier.as_deref(),
                    device: &document.device_of(checklist).name,
                    engine: &document.engine_of(checklist).name,
                    steps: (checklist.steps.iter().enumerate())
                        .map(|(step, entry)| StepFacts::new(review, (index, step), entry))
                        .collect(),
                })
                .collect(),
            findings: (document.findings.iter())
                .map(|finding| FindingFacts {
                    id: &finding.id,
                    severity: finding.severity,
                    title: &finding.title,
                    at: &finding.at,
                })
                .collect(),
            sign: review.sign(),
            accepted: review.before().root().display().to_string(),
        }
    }
}

impl<'a> StepFacts<'a> {
    fn new(review: &Review, at: (usize, usize), step: &'a StepEntry) -> Self {
        let has_findings = !step.findings.is_empty();
        Self {
            group: review.before().group(at, step.status, has_findings),
            id: &step.id,
            name: &step.name,
            status: step.status,
            confirm: &step.confirm,
            findings: &step.findings,
            picture: step.screens.last().map(String::as_str),
            compares_answers: review.before().knows_answers(at),
        }
    }
}

/// How far the walk is: all of it, or what one word changed.
#[derive(Serialize)]
pub(super) struct State {
    /// How much was said before it: of two answers the one with more is the newer one.
    said: u64,
    /// How many things are missing, of all steps and findings.
    left: usize,
    is_rejection: bool,
    /// What is missing of the run itself.
    general: Vec<Missing>,
    steps: Vec<StepState>,
    decisions: BTreeMap<String, Decision>,
    /// The phones that it was walked on.
    phones: Vec<Phone>,
}

#[derive(Serialize)]
struct StepState {
    #[serde(flatten)]
    at: StepRef,
    looked_ms: u64,
    on: BTreeSet<Surface>,
    ticked: BTreeSet<usize>,
    verdict: Option<Verdict>,
    comments: Vec<String>,
    marks: Vec<Mark>,
    photos: Vec<String>,
    /// On which of the phones it was opened.
    phones: Vec<usize>,
    is_carried: bool,
    missing: Vec<Missing>,
}

impl State {
    /// All of it, or what concerns one step only.
    pub(super) fn new(review: &Review, only: Option<&StepRef>) -> Self {
        let log = review.log();
        let walk = log.walk();
        let missing = walk.missing(review.document());
        let left = missing.len();
        let mut general = Vec::new();
        let mut of_steps: BTreeMap<StepRef, Vec<Missing>> = BTreeMap::new();
        for one in missing {
            match &one {
                Missing::Incomplete { .. } => general.push(one),
                Missing::Undecided { .. } => {}
                Missing::Unseen { step }
                | Missing::Unjudged { step }
                | Missing::Unticked { step, .. }
                | Missing::Unexplained { step }
                | Missing::NotRun { step } => of_steps.entry(step.clone()).or_default().push(one),
            }
        }
        let all: BTreeSet<_> = match only {
            Some(step) => BTreeSet::from([step]),
            None => walk.steps.keys().chain(of_steps.keys()).collect(),
        };
        let steps = all
            .into_iter()
            .map(|at| StepState::new(walk, at, of_steps.get(at).cloned().unwrap_or_default()))
            .collect();
        Self {
            said: log.length(),
            left,
            is_rejection: walk.is_rejection(),
            general,
            steps,
            decisions: walk.findings.clone(),
            phones: walk.phones.iter().map(|pass| pass.phone.clone()).collect(),
        }
    }
}

impl StepState {
    fn new(walk: &Walk, at: &StepRef, missing: Vec<Missing>) -> Self {
        let seen = walk.steps.get(at).cloned().unwrap_or_default();
        Self {
            at: at.clone(),
            looked_ms: seen.looked_ms,
            on: seen.on,
            ticked: seen.ticked.iter().map(|(_, question)| *question).collect(),
            verdict: seen.verdict,
            comments: seen.comments,
            marks: seen.marks,
            photos: seen.photos,
            phones: (walk.phones.iter().enumerate())
                .filter(|(_, pass)| pass.steps.contains(at))
                .map(|(index, _)| index)
                .collect(),
            is_carried: seen.carried_from.is_some(),
            missing,
        }
    }
}
