//! What a page newly said in a step: its alerts, and the lines that weren't there before.

use super::seen_step::SeenStep;
use crate::evidence::PageFacts;

/// A text that the page showed at the end of a step and not at the end of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// White space folded.
    pub(super) words: String,
    /// It stands in a live region or an alert; else it is a line of the page.
    pub(super) is_alert: bool,
}

/// All that is new, alerts first.
pub(super) fn new_messages(seen: &SeenStep<'_>) -> Vec<Message> {
    let Some(page) = &seen.step.page else {
        return Vec::new();
    };
    let before = seen.page_before().map(said_by).unwrap_or_default();
    let is_new = |words: &String| !words.is_empty() && !before.contains(words);
    let alerts: Vec<String> = page.alerts.iter().map(|alert| folded(alert)).collect();
    let is_in_alert = |line: &String| alerts.iter().any(|alert| alert.contains(line.as_str()));
    let lines = page.text.lines().map(folded);
    let lines = lines.filter(|line| is_new(line) && !is_in_alert(line));
    let of_alert = |words: &String| Message {
        words: words.clone(),
        is_alert: true,
    };
    let of_line = |words| Message {
        words,
        is_alert: false,
    };
    let new_alerts = alerts.iter().filter(|words| is_new(words)).map(of_alert);
    new_alerts.chain(lines.map(of_line)).collect()
}

/// Every alert and line of a page.
fn said_by(page: &PageFacts) -> Vec<String> {
    let lines = page.text.lines();
    lines
        .chain(page.alerts.iter().map(String::as_str))
        .map(folded)
        .collect()
}

/// Whether the page stands where it stood at the end of the step before.
pub(super) fn stayed(seen: &SeenStep<'_>) -> bool {
    let bare = |page: &PageFacts| {
        let end = page.url.find(['?', '#']).unwrap_or(page.url.len());
        page.url[..end].to_owned()
    };
    let now = seen.step.page.as_ref().map(bare);
    now.is_some() && now == seen.page_before().map(bare)
}

/// The texts that the checklist itself looks or waits for in the step.
pub(super) fn wanted_texts<'r>(seen: &SeenStep<'r>) -> Vec<&'r str> {
    let checks = seen.step.expectations.iter().map(|line| &line.what);
    let waits = seen.step.actions.iter().map(|action| &action.what);
    checks
        .filter_map(|what| what.strip_prefix("see "))
        .chain(waits.filter_map(|what| what.strip_prefix("wait for ")))
        .filter_map(|what| what.strip_prefix('“')?.split('”').next())
        .collect()
}

/// White space folded, and without what only decorates: `✓ Saved ×` is `Saved`.
pub(super) fn folded(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let is_mark = |next: char| {
        matches!(
            next,
            '✓' | '✔' | '✅' | '❌' | '✕' | '✖' | '×' | '⚠' | '\u{fe0f}' | ' '
        )
    };
    words.join(" ").trim_matches(is_mark).to_owned()
}
