//! A statement read back, and held against the bundle that it speaks of.

use std::collections::BTreeSet;

use super::{
    compose::{decided, outcome_of, test_names, word},
    facts::{
        apart, configuration, each_step, engine, not_run, real_devices, subjects, target, viewport,
    },
    refusal::Refusal,
    statement::{
        FORMAT, Finding, Outcome, Overall, PREDICATE_TYPE, STATEMENT_TYPE, Said, Signoff,
        Statement, Step,
    },
};
use crate::bundle::{
    Bundle, BundleDocument, FindingEntry, SignoffFiles, StepEntry, StepWalk, Walk, photo_digest,
};
use crate::detect::StepRef;

/// Whether everything that a statement shows of a step lies in the bundle, sealed or as a photo.
pub(super) fn shows_its_own(bundle: &Bundle, files: &SignoffFiles, signoff: &Signoff) -> bool {
    let sealed = bundle.manifest.iter().flat_map(|manifest| &manifest.files);
    let sealed = sealed.map(|file| &file.sha256);
    let known: BTreeSet<&String> = sealed.chain(files.photos.values()).collect();
    let mut evidence = signoff.steps.iter().flat_map(|step| &step.evidence);
    evidence.all(|digest| known.contains(digest))
}

/// Reads a statement; one of another kind is refused.
pub(super) fn read_statement(bytes: &[u8]) -> Result<Statement, String> {
    let statement: Statement = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let format = &statement.predicate.shippass_signoff.format;
    for (found, known) in [
        (&statement.kind, STATEMENT_TYPE),
        (&statement.predicate_type, PREDICATE_TYPE),
        (format, FORMAT),
    ] {
        if found != known {
            return Err(format!("`{}` instead of `{known}`", found.escape_debug()));
        }
    }
    Ok(statement)
}

/// Where a statement says something else than the bundle, or than itself.
pub(super) fn contradictions(
    bundle: &Bundle,
    manifest: &str,
    statement: &Statement,
) -> Vec<Refusal> {
    let result = &statement.predicate;
    let signoff = &result.shippass_signoff;
    let document = &bundle.document;
    let steps = each_step(document);
    let entries = document.findings.iter();
    let same = [
        (
            statement.subject == subjects(document, manifest),
            "its subject isn't the run's",
        ),
        (
            result.configuration == configuration(document),
            "its checklists aren't the run's",
        ),
        (
            signoff.target == target(document) && result.url == document.target.url,
            "its target isn't the run's",
        ),
        (
            signoff.engine == engine(&document.engine),
            "its browser isn't the run's",
        ),
        (
            signoff.viewport == viewport(&document.device),
            "its viewport isn't the run's",
        ),
        (
            steps.count() == signoff.steps.len()
                && each_step(document)
                    .zip(&signoff.steps)
                    .all(|(step, said)| is_same_step(document, step, said)),
            "its steps aren't the run's",
        ),
        (
            signoff.not_run == not_run(document),
            "what it calls not run did run, or didn't",
        ),
        (
            entries.len() == signoff.findings.len()
                && entries
                    .zip(&signoff.findings)
                    .all(|(entry, said)| is_same_finding(entry, said)),
            "its findings aren't the run's",
        ),
        (
            is_result_of(statement),
            "its result and its lists aren't what its steps say",
        ),
    ];
    let wrong = same.into_iter().filter(|(is_same, _)| !is_same);
    let wrong = wrong.map(|(_, what)| Refusal::Contradiction {
        what: what.to_owned(),
    });
    wrong.collect()
}

fn is_same_step(
    document: &BundleDocument,
    (seq, at, step): (usize, StepRef, &StepEntry),
    said: &Step,
) -> bool {
    let list = document.checklists.get(at.checklist);
    said.seq == seq
        && said.id == step.id
        && said.name == step.name
        && list.is_some_and(|list| {
            let (engine, viewport) = apart(list);
            (&said.checklist, &said.persona) == (&list.name, &list.persona)
                && (&said.engine, &said.viewport) == (&engine, &viewport)
        })
        && said.machine == step.status
        && said
            .ticked
            .iter()
            .all(|sentence| step.confirm.contains(sentence))
}

fn is_same_finding(entry: &FindingEntry, said: &Finding) -> bool {
    (&entry.id, &entry.detector, entry.severity) == (&said.id, &said.detector, said.severity)
        && (&entry.checklist, &entry.step, &entry.title)
            == (&said.checklist, &said.step, &said.title)
}

/// Where a statement says something else than the walk that was sealed with it.
pub(super) fn unlike_walk(
    document: &BundleDocument,
    walk: &Walk,
    signoff: &Signoff,
) -> Vec<Refusal> {
    let said_of = |(_, at, _): (_, StepRef, _)| walk.steps.get(&at);
    let is_same = |(walked, said): (Option<&StepWalk>, &Step)| {
        let verdict = walked.and_then(|walked| walked.verdict.as_ref());
        let carried = walked.and_then(|walked| walked.carried_from.as_ref());
        verdict.map(word) == said.human && carried == said.carried_from.as_ref()
    };
    let steps = each_step(document).map(said_of).zip(&signoff.steps);
    let mut found = Vec::new();
    let mut steps = steps;
    if !steps.all(is_same) {
        found.push("its word on a step isn't the walk's");
    }
    let mut findings = signoff.findings.iter();
    if !findings.all(|finding| walk.findings.get(&finding.id).map(decided) == finding.human) {
        found.push("its word on a finding isn't the walk's");
    }
    if signoff.real_devices != real_devices(document, walk) {
        found.push("what it says of real phones isn't the walk's");
    }
    if signoff.walked_by != walk.walkers {
        found.push("it names others than those who walked");
    }
    let shown = signoff.steps.iter().flat_map(|step| &step.evidence);
    let shown: BTreeSet<&str> = shown.map(String::as_str).collect();
    let mut digests = walk.photos().filter_map(|file| photo_digest(file));
    if !digests.all(|digest| shown.contains(digest)) {
        found.push("it leaves a photo out");
    }
    if signoff.verdict != Overall::Rejected && !walk.missing(document).is_empty() {
        found.push("it signs what the walk had left open");
    }
    let found = found.into_iter();
    let found = found.map(|what| Refusal::Contradiction {
        what: what.to_owned(),
    });
    found.collect()
}

fn is_result_of(statement: &Statement) -> bool {
    let result = &statement.predicate;
    let signoff = &result.shippass_signoff;
    let worst = signoff.steps.iter().filter_map(outcome_of).max();
    let rejects = signoff
        .steps
        .iter()
        .any(|step| step.human == Some(Said::Rejected));
    let lists = [
        (Outcome::Passed, &result.passed),
        (Outcome::Warned, &result.warned),
        (Outcome::Failed, &result.failed),
    ];
    worst.is_none_or(|worst| result.result >= worst)
        && (!rejects || signoff.verdict == Overall::Rejected)
        && (signoff.verdict != Overall::Rejected || result.result == Outcome::Failed)
        && lists
            .into_iter()
            .all(|(outcome, list)| test_names(&signoff.steps, outcome) == *list)
}
