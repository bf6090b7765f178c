//! From a bundle and the walk over it to the statement: facts in, nothing decided here.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::Timestamp;

use super::{
    facts::{
        apart, configuration, each_step, engine, not_run, real_devices, subjects, target, viewport,
    },
    ladder::ladder,
    review::Reviewed,
    statement::{
        Decided, FORMAT, Finding, Outcome, Overall, PREDICATE_TYPE, Policy, Reviewer,
        STATEMENT_TYPE, Said, Signoff, Statement, Step, TestResult, Tools,
    },
};
use crate::bundle::{Decision, StepEntry, StepWalk, Verdict};
use crate::detect::{Status, StepRef};
use crate::evidence::{Body, StepRun};

/// What the signer brings to a statement.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    /// Who signs.
    pub reviewer: Reviewer,
    /// When.
    pub signed_at: Timestamp,
    /// SHA-256 of this program.
    pub program_sha256: Option<String>,
    /// Whether the checkout held changes that weren't committed.
    pub dirty_tree: Option<bool>,
    /// Why the whole is rejected, whatever was said of single steps; `None` when it isn't.
    pub rejection: Option<String>,
    /// What the project demands.
    pub policy: Option<Policy>,
    /// Whether an envelope is written too.
    pub has_envelope: bool,
    /// The statement that this one replaces.
    pub supersedes: Option<String>,
}

/// What a signature can't prove, said in the statement itself.
const DOES_NOT_PROVE: [&str; 8] = [
    "that the time is true: it is the signer's own word",
    "that a human looked: how long each step lay open was measured on the signer's own machine",
    "that whoever signs walked it: `walkedBy` names whose machine wrote the walk, by that machine's own word, and a second signature over the same statement needs no walk of its own",
    "that nobody else had the signer's key",
    "that the deployment told the truth about its commit",
    "that anything works beyond these steps, as these personas, with these data, in this browser at this width",
    "that a real phone was one, or who was signed in on it: it said so itself, and the machine didn't watch it",
    "that no secret is left in a picture: texts and headers were searched, pixels were not",
];

/// The statement over a bundle and what a human said of it.
pub(super) fn compose(reviewed: &Reviewed, terms: Terms) -> Statement {
    let document = &reviewed.bundle.document;
    let steps = steps(reviewed);
    let verdict = overall(
        &steps,
        terms.rejection.is_some() || reviewed.walk.is_rejection(),
    );
    Statement {
        kind: STATEMENT_TYPE.to_owned(),
        subject: subjects(document, &reviewed.manifest_sha256),
        predicate_type: PREDICATE_TYPE.to_owned(),
        predicate: TestResult {
            result: result(&steps, verdict),
            configuration: configuration(document),
            url: document.target.url.clone(),
            passed: test_names(&steps, Outcome::Passed),
            warned: test_names(&steps, Outcome::Warned),
            failed: test_names(&steps, Outcome::Failed),
            shippass_signoff: signoff(reviewed, terms, steps, verdict),
        },
    }
}

fn signoff(reviewed: &Reviewed, terms: Terms, steps: Vec<Step>, verdict: Overall) -> Signoff {
    let document = &reviewed.bundle.document;
    let real_devices = real_devices(document, &reviewed.walk);
    Signoff {
        format: FORMAT.to_owned(),
        verdict,
        reason: terms.rejection,
        run_id: document.run.id.clone(),
        journal_head: reviewed.journal_head.clone(),
        tool: Tools {
            name: document.tool.name.clone(),
            version: document.tool.version.clone(),
            signed_with: env!("CARGO_PKG_VERSION").to_owned(),
            signed_with_sha256: terms.program_sha256,
        },
        engine: engine(&document.engine),
        viewport: viewport(&document.device),
        target: target(document),
        dirty_tree: terms.dirty_tree,
        reviewer: terms.reviewer,
        walked_by: reviewed.walk.walkers.clone(),
        signed_at: terms.signed_at,
        findings: findings(reviewed),
        not_run: not_run(document),
        ladder: ladder(document, reviewed.run.as_ref(), &real_devices),
        real_devices,
        redactions: redactions(reviewed),
        walk: reviewed.walk_seal.clone(),
        policy: terms.policy,
        envelope: terms.has_envelope,
        supersedes: terms.supersedes,
        does_not_prove: DOES_NOT_PROVE.map(str::to_owned).into(),
        steps,
    }
}

fn steps(reviewed: &Reviewed) -> Vec<Step> {
    let nothing = StepWalk::default();
    each_step(&reviewed.bundle.document)
        .map(|(seq, at, step)| {
            let checklist = &reviewed.bundle.document.checklists[at.checklist];
            let said = reviewed.walk.steps.get(&at).unwrap_or(&nothing);
            let ticked = step.confirm.iter().enumerate();
            let ticked = ticked.filter(|(question, _)| said.is_ticked(*question));
            let (engine, viewport) = apart(checklist);
            Step {
                seq,
                id: step.id.clone(),
                name: step.name.clone(),
                checklist: checklist.name.clone(),
                persona: checklist.persona.clone(),
                engine,
                viewport,
                machine: step.status,
                human: said.verdict.as_ref().map(word),
                ticked: ticked.map(|(_, sentence)| sentence.clone()).collect(),
                note: note(said),
                looked_ms: said.looked_ms,
                looked_on: said.on.iter().copied().collect(),
                carried_from: said.carried_from.clone(),
                marks: said.marks.clone(),
                evidence: evidence(reviewed, &at, step, said),
            }
        })
        .collect()
}

pub(super) fn word(verdict: &Verdict) -> Said {
    match verdict {
        Verdict::Confirmed => Said::Confirmed,
        Verdict::Rejected { .. } => Said::Rejected,
        Verdict::Unchecked { .. } => Said::Unchecked,
    }
}

/// The reason, then the comments.
fn note(said: &StepWalk) -> Option<String> {
    let reason = match &said.verdict {
        Some(Verdict::Rejected { why } | Verdict::Unchecked { why }) => Some(why),
        Some(Verdict::Confirmed) | None => None,
    };
    let texts: Vec<&str> = reason
        .into_iter()
        .chain(&said.comments)
        .map(String::as_str)
        .filter(|text| !text.trim().is_empty())
        .collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// The digests of everything that shows a step, each once, pictures first.
fn evidence(reviewed: &Reviewed, at: &StepRef, step: &StepEntry, said: &StepWalk) -> Vec<String> {
    let recorded = reviewed.step_run(at);
    let bodies = recorded.into_iter().flat_map(bodies_of);
    let files = step.screens.iter().map(String::as_str).chain(bodies);
    let mut digests: Vec<String> = Vec::new();
    let sealed = files.filter_map(|file| reviewed.sealed.get(file));
    let photos = said
        .photos
        .iter()
        .filter_map(|file| reviewed.photos.get(file));
    for digest in sealed.chain(photos) {
        if !digests.contains(digest) {
            digests.push(digest.clone());
        }
    }
    digests
}

fn bodies_of(step: &StepRun) -> impl Iterator<Item = &str> {
    step.exchanges.iter().flat_map(|exchange| {
        let answer = exchange.answer().map(|answer| &answer.body);
        let bodies = std::iter::once(&exchange.request_body).chain(answer);
        bodies.filter_map(|body| match body {
            Body::Kept(kept) => Some(kept.file.as_str()),
            Body::None | Body::Described { .. } | Body::Missing { .. } => None,
        })
    })
}

fn findings(reviewed: &Reviewed) -> Vec<Finding> {
    let document = &reviewed.bundle.document;
    document
        .findings
        .iter()
        .map(|finding| {
            let decision = reviewed.walk.findings.get(&finding.id);
            let why = decision.map(|(Decision::Accepted { why } | Decision::Rejected { why })| why);
            Finding {
                id: finding.id.clone(),
                detector: finding.detector.clone(),
                severity: finding.severity,
                checklist: finding.checklist.clone(),
                step: finding.step.clone(),
                title: finding.title.clone(),
                human: decision.map(decided),
                why: why.filter(|why| !why.is_empty()).cloned(),
            }
        })
        .collect()
}

pub(super) fn decided(decision: &Decision) -> Decided {
    match decision {
        Decision::Accepted { .. } => Decided::Accepted,
        Decision::Rejected { .. } => Decided::Rejected,
    }
}

fn redactions(reviewed: &Reviewed) -> BTreeMap<String, u64> {
    let run = reviewed.run.as_ref();
    run.map(|run| run.redactions.clone()).unwrap_or_default()
}

fn overall(steps: &[Step], is_rejection: bool) -> Overall {
    if is_rejection {
        Overall::Rejected
    } else if steps.iter().all(|step| step.human == Some(Said::Confirmed)) && !steps.is_empty() {
        Overall::Confirmed
    } else {
        Overall::NotConfirmed
    }
}

/// A step as a test's outcome; one that nobody judged is none.
pub(super) fn outcome_of(step: &Step) -> Option<Outcome> {
    match step.human? {
        Said::Confirmed if step.machine == Status::Clean => Some(Outcome::Passed),
        Said::Confirmed | Said::Unchecked => Some(Outcome::Warned),
        Said::Rejected => Some(Outcome::Failed),
    }
}

/// As bad as the worst step, never better than the verdict.
fn result(steps: &[Step], verdict: Overall) -> Outcome {
    let worst = steps.iter().filter_map(outcome_of).max();
    let least = match verdict {
        Overall::Confirmed => Outcome::Passed,
        Overall::NotConfirmed => Outcome::Warned,
        Overall::Rejected => Outcome::Failed,
    };
    worst.map_or(least, |worst| worst.max(least))
}

/// The names of the steps with that outcome.
pub(super) fn test_names(steps: &[Step], outcome: Outcome) -> Vec<String> {
    let steps = steps
        .iter()
        .filter(|step| outcome_of(step) == Some(outcome));
    steps.map(test_name).collect()
}

/// `Customer signs a quote / 02-sign-it as owner`, and where, when that isn't the run's own device or browser.
fn test_name(step: &Step) -> String {
    let Step {
        checklist,
        id,
        persona,
        engine,
        viewport,
        ..
    } = step;
    let mut name = format!("{checklist} / {id}");
    for (word, text) in [
        ("as", persona.as_ref()),
        ("in", engine.as_ref().map(|engine| &engine.name)),
        ("at", viewport.as_ref().map(|viewport| &viewport.name)),
    ] {
        if let Some(text) = text {
            let _ = write!(name, " {word} {text}");
        }
    }
    name
}
