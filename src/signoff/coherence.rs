//! A statement read back, and held against the bundle that it speaks of.

use super::{
    compose::{outcome_of, test_names},
    refusal::Refusal,
    statement::{FORMAT, Outcome, Overall, PREDICATE_TYPE, STATEMENT_TYPE, Said, Statement, Step},
};
use crate::bundle::{Bundle, StepEntry};

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
