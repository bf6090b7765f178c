//! `no-effect`: a tap after which nothing happened.

use super::{
    rule::{Finding, Inspect, Rule, Severity, Undecided},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{ActionOutcome, ActionRecord, Effects, ElementFacts, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "no-effect",
    severity: Severity::Error,
    what: "nothing came of a tap: no request was sent, nothing on the page changed and no navigation happened",
    why: "Two step types of an automation stood in the schema and the editor and did nothing. The code compiled; the feature did not exist.",
    looks_at: "What the page, the network and the browser did between a tap and the moment at which the page had settled again.",
    silent: "After anything at all: a focused field, a changed value, a scroll, a copy, a dialog, a download, a new tab, media, a canvas; \
             for fields, which a tap only focuses; for an option, a radio button, a tab or a link that is chosen already. When the page never \
             settled the tap can't be judged, and the step is `unknown`.",
    mend: "Give the control its handler, or take it away until it has one.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    seen_steps(run)
        .filter(|seen| seen.step.unsettled.is_none())
        .flat_map(|seen| {
            let dead = seen.step.actions.iter().filter(|action| is_dead(action));
            dead.map(move |action| finding(&seen, action))
        })
        .collect()
}

fn finding(seen: &SeenStep<'_>, action: &ActionRecord) -> Finding {
    let title = format!("{} did nothing", action.what);
    Finding {
        detail:
            "No request was sent, nothing on the page changed, and the page stayed where it was."
                .to_owned(),
        ..RULE.finding(seen.at(), title, action.what.clone())
    }
}

/// Taps without an effect on pages that never settled: the effect may have come later.
pub(super) fn undecided(seen: &SeenStep<'_>) -> Option<Undecided> {
    let unsettled = seen.step.unsettled.as_ref()?;
    let action = seen.step.actions.iter().find(|action| is_dead(action))?;
    Some(Undecided {
        at: seen.at(),
        why: format!(
            "{} had done nothing by the time the page was taken, and the page hadn't settled: {unsettled}",
            action.what
        ),
    })
}

fn is_dead(action: &ActionRecord) -> bool {
    action.verb == "tap"
        && action.outcome == ActionOutcome::Done
        && action.effects == Some(Effects::default())
        && !action.element.as_ref().is_some_and(may_rest)
}

/// Elements on which a tap may rightly change nothing: they have the focus, or are chosen, already.
fn may_rest(element: &ElementFacts) -> bool {
    const ROLES: &[&str] = &[
        "textbox",
        "searchbox",
        "spinbutton",
        "combobox",
        "slider",
        "radio",
        "option",
        "menuitemradio",
    ];
    element.is_current
        || matches!(element.tag.as_str(), "textarea" | "select" | "option")
        || ROLES.contains(&element.role.as_str())
}
