//! `typed-differs`: a field holds another text than the one typed into it.

use std::collections::BTreeMap;

use super::{
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{Run, StepRun, Typed};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "typed-differs",
    severity: Severity::Error,
    what: "a field holds something else than what was typed into it, key by key",
    why: "A money input formatted its text after every key: whoever typed $4500 got $4.00. Tests that set the value in one go never saw it.",
    looks_at: "Every text that a step typed, compared with what the field held after the last key, and again when the page had settled. Of \
               several texts typed into one field the last one counts.",
    silent: "When only the form differs: case, white space, grouping and decimals of the same number, punctuation between the same digits.",
    mend: "Keep what is typed as it is while the field has the focus, and format it when the focus leaves.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    seen_steps(run)
        .flat_map(|seen| {
            let last = last_typed(seen.step).into_iter();
            last.filter(|typed| !typed.is_same)
                .map(move |typed| finding(&seen, typed))
        })
        .collect()
}

/// The last text of each field, in the order of the fields.
fn last_typed(step: &StepRun) -> Vec<&Typed> {
    let mut fields: Vec<&Typed> = Vec::new();
    let mut places = BTreeMap::new();
    for typed in step.actions.iter().flat_map(|action| &action.typed) {
        if let Some(place) = places.get(&typed.field) {
            fields[*place] = typed;
        } else {
            places.insert(&typed.field, fields.len());
            fields.push(typed);
        }
    }
    fields
}

fn finding(seen: &SeenStep<'_>, typed: &Typed) -> Finding {
    let Typed {
        field,
        typed: text,
        held,
        ..
    } = typed;
    // A secret is masked on both sides, whatever the field holds.
    let title = if text == held {
        format!("{field} held something else than what was typed")
    } else if held.is_empty() {
        format!("{field} held nothing after “{text}” was typed")
    } else {
        format!("{field} held “{held}” after “{text}” was typed")
    };
    Finding {
        detail: "The text was typed key by key, as a person types, and read back from the field."
            .to_owned(),
        ..RULE.finding(seen.at(), title, field.clone())
    }
}
