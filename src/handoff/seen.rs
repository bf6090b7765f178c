//! What a step did, what it expected and what stood there instead, a line each.

use std::fmt::Write as _;

use super::{
    case::Case,
    quoted::{bullets, code, told},
    view::BundleView,
};
use crate::evidence::{
    ActionOutcome, ActionRecord, ExpectationOutcome, ExpectationRecord, Happening, StepRun,
};

/// How many lines of one kind are told.
const MOST: usize = 12;

/// The step of a case, told; empty where the bundle keeps no record of it.
pub(super) fn seen(view: &BundleView<'_>, case: &Case<'_>) -> String {
    let Some(step) = view.seen(&case.walked) else {
        return String::new();
    };
    let mut lines: Vec<String> = step.actions.iter().take(MOST).map(done).collect();
    lines.extend(step.expectations.iter().take(MOST).map(expected));
    lines.extend(stood(step));
    lines.extend(step.happenings.iter().take(MOST).map(happened));
    lines.extend(
        step.not_run
            .iter()
            .map(|why| format!("it never ran: {}", code(why))),
    );
    lines.extend(
        step.undecided
            .iter()
            .map(|why| format!("undecided: {}", code(why))),
    );
    bullets(lines)
}

fn done(action: &ActionRecord) -> String {
    let mut line = match &action.outcome {
        ActionOutcome::Done => format!("did {}", code(&action.what)),
        ActionOutcome::Failed { why } => format!("could not {}: {}", code(&action.what), code(why)),
        ActionOutcome::NotRun => format!("did not come to {}", code(&action.what)),
    };
    for typed in action.typed.iter().filter(|typed| !typed.is_same) {
        let (field, sent, held) = (code(&typed.field), code(&typed.typed), code(&typed.held));
        let _ = write!(line, "; {field}: typed {sent}, then held {held}");
    }
    line
}

fn expected(expectation: &ExpectationRecord) -> String {
    let what = code(&expectation.what);
    match &expectation.outcome {
        ExpectationOutcome::Held => format!("expected {what}: held"),
        ExpectationOutcome::Broken { seen } => {
            format!("expected {what}: **did not hold**; instead: {}", code(seen))
        }
        ExpectationOutcome::Undecided { why } => {
            format!("expected {what}: could not be decided: {}", code(why))
        }
        ExpectationOutcome::NotRun => format!("expected {what}: not looked at"),
    }
}

fn stood(step: &StepRun) -> Vec<String> {
    let Some(page) = &step.page else {
        return Vec::new();
    };
    let mut lines = vec![format!(
        "the page at its end: {} at {}",
        code(&page.title),
        code(&page.url)
    )];
    let alerts = page.alerts.iter().take(MOST);
    lines.extend(alerts.map(|alert| format!("the page told: {}", told(alert))));
    if page.is_browser_error {
        lines.push("the browser's own error page stood there".to_owned());
    }
    lines
}

fn happened(happening: &Happening) -> String {
    match happening {
        Happening::Dialog { kind, text, .. } => {
            format!("a dialog ({}): {}", code(kind), told(text))
        }
        Happening::Download { name, url, .. } => {
            format!("a download: {} from {}", code(name), code(url))
        }
        Happening::Withheld { method, url } => {
            format!("kept from being sent: {}", code(&format!("{method} {url}")))
        }
        Happening::NewTab { url } => format!("a new tab: {}", code(url)),
        Happening::Network { state } => format!("the network was set {}", code(state)),
    }
}
