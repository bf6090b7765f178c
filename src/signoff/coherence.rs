//! A statement read back, and held against the bundle that it speaks of.

use super::{
    compose::{decided, each_step, outcome_of, test_names, word},
    refusal::Refusal,
    statement::{
        FORMAT, Outcome, Overall, PREDICATE_TYPE, STATEMENT_TYPE, Said, Signoff, Statement, Step,
    },
};
use crate::bundle::{Bundle, BundleDocument, StepEntry, StepWalk, Walk};
use crate::detect::StepRef;

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
pub(super) fn contradictions(bundle: &Bundle, statement: &Statement) -> Vec<Refusal> {
    let signoff = &statement.predicate.shippass_signoff;
    let document = &bundle.document;
    let mut found = Vec::new();
    let mut say = |is_wrong: bool, what: &str| {
        if is_wrong {
            found.push(Refusal::Contradiction {
                what: what.to_owned(),
            });
        }
    };
    let steps = document.checklists.iter().flat_map(|list| {
        let persona = list.persona.as_ref();
        list.steps
            .iter()
            .map(move |step| (&list.name, persona, step))
    });
    let steps: Vec<_> = steps.collect();
    let is_other = steps.len() != signoff.steps.len()
        || (steps.iter().zip(&signoff.steps).enumerate())
            .any(|(at, ((list, persona, step), said))| !is_same(at, list, *persona, step, said));
    say(is_other, "its steps aren't the run's");
    let target = &document.target;
    let mut commits = statement.subject.iter();
    let commits = commits.find_map(|subject| subject.digest.get("gitCommit"));
    say(
        commits != target.commit.as_ref(),
        "its subject isn't the run's commit",
    );
    say(
        target.commit != signoff.target.commit || target.url != signoff.target.url,
        "its target isn't the run's",
    );
    say(
        document.engine.name != signoff.engine.name,
        "its browser isn't the run's",
    );
    say(
        document.device.width != signoff.viewport.width,
        "its width isn't the run's",
    );
    let ids = document.findings.iter().map(|finding| &finding.id);
    say(
        !ids.eq(signoff.findings.iter().map(|finding| &finding.id)),
        "its findings aren't the run's",
    );
    let is_confirmed = signoff.verdict == Overall::Confirmed;
    say(
        is_confirmed && !document.run.complete,
        "it confirms a run that was cut off",
    );
    say(
        is_confirmed
            && signoff
                .findings
                .iter()
                .any(|finding| finding.human.is_none()),
        "it confirms over a finding that nobody decided",
    );
    say(
        !is_result_of(statement),
        "its result and its lists aren't what its steps say",
    );
    found
}

fn is_same(
    at: usize,
    checklist: &str,
    persona: Option<&String>,
    step: &StepEntry,
    said: &Step,
) -> bool {
    said.seq == at + 1
        && said.id == step.id
        && said.checklist == checklist
        && said.persona.as_ref() == persona
        && said.machine == step.status
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
