//! Noise: what is filed apart from findings, with the rule that filed it; never lost.

use super::rule::{Noise, StepRef};
use crate::evidence::{ConsoleKind, Exchange, Outcome, Resource, Run, StepRun};

/// Files all noise of a run.
pub(super) fn file(run: &Run) -> Vec<Noise> {
    let mut noise = Vec::new();
    for (checklist, list) in run.checklists.iter().enumerate() {
        for step in &list.steps {
            let at = || StepRef {
                checklist,
                step: step.id.clone(),
            };
            for exchange in &step.exchanges {
                if let Some(rule) = file_of(run, checklist, step, exchange) {
                    let what = format!("{} {}", exchange.method, exchange.url);
                    noise.push(Noise {
                        rule: rule.to_owned(),
                        at: at(),
                        what,
                        evidence: exchange.id.clone(),
                    });
                }
            }
            for line in &step.console {
                let is_from_extension = is_extension(&line.source)
                    || line.stack.iter().any(|frame| is_extension(frame))
                    || is_extension(&line.text);
                if is_from_extension
                    && (line.level == "error" || line.kind == ConsoleKind::UncaughtError)
                {
                    let what = line.text.lines().next().unwrap_or_default().to_owned();
                    noise.push(Noise {
                        rule: "browser extension".to_owned(),
                        at: at(),
                        what,
                        evidence: line.id.clone(),
                    });
                }
            }
        }
    }
    noise
}

/// The rule that files an exchange as noise; `None` when it counts.
pub(super) fn file_of(
    run: &Run,
    checklist: usize,
    step: &StepRun,
    exchange: &Exchange,
) -> Option<&'static str> {
    if is_extension(&exchange.url) {
        return Some("browser extension");
    }
    if let Outcome::Failed { error } = &exchange.outcome {
        let is_aborted = error.contains("ERR_ABORTED") || error.contains("NS_BINDING_ABORTED");
        return is_aborted.then_some("aborted by leaving the page");
    }
    let status = exchange.answer()?.status;
    if status < 400 {
        return None;
    }
    let path = exchange.path();
    let file = path.rsplit('/').next().unwrap_or_default();
    if file.starts_with("favicon.") || file.starts_with("apple-touch-icon") {
        return Some("favicon");
    }
    if std::path::Path::new(file)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("map"))
    {
        return Some("source map");
    }
    if exchange.resource == Resource::Preflight {
        return Some("preflight");
    }
    let is_signed_out = run
        .checklists
        .get(checklist)
        .is_some_and(|list| list.persona.is_none() || step.id == "00-sign-in");
    if status == 401
        && exchange.method == "GET"
        && is_signed_out
        && exchange.resource != Resource::Document
    {
        return Some("401 probe before sign-in");
    }
    None
}

/// Sources that belong to the browser's owner, not to the page.
pub(super) fn is_extension(text: &str) -> bool {
    [
        "chrome-extension://",
        "moz-extension://",
        "safari-web-extension://",
        "safari-extension://",
    ]
    .iter()
    .any(|scheme| text.contains(scheme))
}
