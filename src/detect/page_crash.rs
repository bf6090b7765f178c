//! `page-crash`: the page broke in the hands of the person who used it.

use super::{
    noise::is_extension,
    rule::{Finding, Rule, Severity, StepRef},
};
use crate::evidence::{ConsoleKind, ConsoleLine, Run, StepRun};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "page-crash",
    severity: Severity::Error,
    what: "an error was thrown and not caught, an error page was shown, or the screen stayed blank",
    why: "An early return before a hook crashed every workspace page in production. Types, tests and build were green; signing in and \
          looking at the page showed it in one second.",
    looks_at: "Uncaught errors and unhandled rejections of the page's own scripts, the words of well-known error pages where they are most \
               of what the page says, a settled page without a word or a picture, and the browser's own error page.",
    silent: "For errors from browser extensions, `ResizeObserver loop` notices, `Script error.` of other origins, aborted requests, errors \
             that the app caught and wrote to the console itself, and a short message beside a page that works.",
    mend: "Follow the stack in the report. Keep hooks before any return, and put an error boundary around each page so that one can't take \
           the others with it.",
    inspect,
};

/// What frameworks write when a page has crashed.
const ERROR_PAGES: [&str; 9] = [
    "application error: a client-side exception has occurred",
    "unexpected application error",
    "something went wrong",
    "this page crashed",
    "this page couldn’t load",
    "internal server error",
    "an unexpected error has occurred",
    "oops! an error occurred",
    "uncaught runtime errors",
];
/// An error page says little else.
const ERROR_PAGE_LENGTH: u32 = 400;

fn inspect(run: &Run) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (checklist, list) in run.checklists.iter().enumerate() {
        // A page that stays broken over several steps is one crash.
        let mut crashed: Option<(String, String)> = None;
        for step in &list.steps {
            let url = step
                .page
                .as_ref()
                .map(|page| page.url.clone())
                .unwrap_or_default();
            let at = StepRef {
                checklist,
                step: step.id.clone(),
            };
            let uncaught: Vec<_> = step.console.iter().filter(|line| is_crash(line)).collect();
            let sight = error_page(step);
            let found = match (uncaught.first(), sight) {
                (Some(first), sight) => Some(thrown(at, first, &uncaught, sight.as_deref())),
                (None, Some(sight)) => Some(finding(at, title_of(step), sight)),
                (None, None) => None,
            };
            crashed = found.map(|mut found| {
                let fault = match crashed.take() {
                    Some((before, fault)) if before == url => fault,
                    _ => found.fault.clone(),
                };
                found.fault.clone_from(&fault);
                findings.push(found);
                (url, fault)
            });
        }
    }
    findings
}

fn thrown(at: StepRef, first: &ConsoleLine, all: &[&ConsoleLine], sight: Option<&str>) -> Finding {
    let mut detail = String::new();
    if let Some(frame) = first.stack.first() {
        detail = format!("Thrown at {frame}. ");
    }
    detail.push_str(sight.unwrap_or_default());
    Finding {
        console: all.iter().map(|line| line.id.clone()).collect(),
        ..finding(
            at,
            format!("uncaught error: {}", first_line(&first.text)),
            detail.trim().to_owned(),
        )
    }
}

fn finding(at: StepRef, title: String, detail: String) -> Finding {
    Finding {
        detector: RULE.name.to_owned(),
        severity: RULE.severity,
        at,
        fault: title.clone(),
        title,
        detail,
        ..Finding::default()
    }
}

fn title_of(step: &StepRun) -> String {
    match &step.page {
        Some(page) if page.is_browser_error => "the browser showed its own error page".to_owned(),
        Some(page) if page.text_length == 0 => "the page stayed blank".to_owned(),
        _ => "the page showed an error page".to_owned(),
    }
}

fn is_crash(line: &ConsoleLine) -> bool {
    line.kind == ConsoleKind::UncaughtError
        && line.level == "error"
        && !is_extension(&line.source)
        && !line.stack.iter().any(|frame| is_extension(frame))
        && !line.text.contains("ResizeObserver loop")
        && !line.text.trim_end_matches('.').ends_with("Script error")
        && !line.text.contains("AbortError")
}

/// What the page looked like, when it looked broken.
fn error_page(step: &StepRun) -> Option<String> {
    let page = step.page.as_ref()?;
    if page.is_browser_error {
        return Some(format!("It says: {}", first_line(&page.text)));
    }
    let is_web = page.url.starts_with("http");
    if is_web && page.text_length == 0 && page.visuals == 0 && step.unsettled.is_none() {
        return Some("There was no text, picture or control to be seen on it.".to_owned());
    }
    let text = page.text.to_lowercase();
    let words = ERROR_PAGES.iter().find(|words| text.contains(*words))?;
    let is_most = page.text_length <= ERROR_PAGE_LENGTH
        && !page
            .alerts
            .iter()
            .any(|alert| alert.to_lowercase().contains(words));
    is_most.then(|| format!("The page says: {}", first_line(&page.text)))
}

fn first_line(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(200)
        .collect()
}
