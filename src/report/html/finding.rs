//! A finding with its evidence: what was seen, why the detector thinks so, the exchange, the console.

use maud::{Markup, html};

use super::{
    ReportView,
    evidence::{Evidence, LAID_OPEN, finding_anchor, place},
    exchange::exchange,
    shown::{shown, shown_block},
};
use crate::bundle::FindingEntry;
use crate::detect::explain;
use crate::evidence::{ConsoleKind, ConsoleLine};
use crate::report::words;

pub(super) fn finding(
    view: &ReportView<'_>,
    evidence: &Evidence<'_>,
    index: usize,
    finding: &FindingEntry,
) -> Markup {
    let severity = words::severity(finding.severity);
    html! {
        article class={ "finding " (severity) } id=(finding_anchor(index)) {
            header {
                span class={ "severity " (severity) } { (severity) }
                h4 { (shown(&finding.title)) }
                code.quiet { (shown(&finding.detector)) }
            }
            @if !finding.detail.is_empty() { p.detail { (shown_block(&finding.detail)) } }
            @if !finding.signals.is_empty() {
                h5 { "Why the detector thinks so" }
                ul { @for signal in &finding.signals { li { (shown(signal)) } } }
            }
            @for (at, id) in finding.requests.iter().take(LAID_OPEN).enumerate() {
                @match evidence.exchange(id) {
                    // The first one is decisive; the others stand folded behind it.
                    Some(found) => (exchange(evidence, found, at == 0)),
                    None => p.missing { "The exchange " (shown(id)) " is not in the record." },
                }
            }
            (further(finding.requests.len(), "exchange", "network.har"))
            @if !finding.console.is_empty() {
                h5 { "Console" }
                ul.console {
                    @for id in finding.console.iter().take(LAID_OPEN) {
                        li { @match evidence.console(id) {
                            Some(line) => (console_line(evidence, line)),
                            None => { "The line " (shown(id)) " is not in the record." },
                        } }
                    }
                }
                (further(finding.console.len(), "line", "console.ndjson"))
            }
            (also_at(view, finding))
            (about(&finding.detector))
        }
    }
}

/// What isn't laid open any more, and where it stands.
fn further(count: usize, noun: &str, file: &str) -> Markup {
    html! {
        @if let Some(more @ 1..) = count.checked_sub(LAID_OPEN) {
            p.quiet { "And " (words::plural(more, &format!("more {noun}"))) ", in " code { (file) } "." }
        }
    }
}

fn also_at(view: &ReportView<'_>, finding: &FindingEntry) -> Markup {
    html! {
        @if !finding.also_at.is_empty() {
            h5 { "Seen again" }
            ul {
                @for at in &finding.also_at {
                    @if let Some((anchor, checklist, step)) = place(view.document, at) {
                        li { a href={ "#" (anchor) } { (shown(checklist)) " › " (shown(step)) } }
                    }
                }
            }
        }
    }
}

fn about(detector: &str) -> Markup {
    html! {
        @if let Some(rule) = explain(detector) {
            details.fold {
                summary { "What it means, and how to mend it" }
                div.about {
                    p { "It means that " (rule.what) "." }
                    p { (rule.why) }
                    p { b { "To mend: " } (rule.mend) }
                }
            }
        }
    }
}

/// A console line with its source and the innermost frames of its stack.
pub(super) fn console_line(evidence: &Evidence<'_>, line: &ConsoleLine) -> Markup {
    let kind = match line.kind {
        ConsoleKind::Console => line.level.as_str(),
        ConsoleKind::UncaughtError => "uncaught error",
        ConsoleKind::Browser => "browser",
    };
    let is_noise = evidence.is_noise(&line.id);
    let is_error = line.level == "error" || line.kind == ConsoleKind::UncaughtError;
    let class = if is_error && !is_noise {
        "level error"
    } else {
        "level"
    };
    html! {
        span class=(class) { (shown(kind)) @if is_noise { ", noise" } }
        pre { (shown_block(&line.text)) }
        @if !line.source.is_empty() {
            p.quiet { code { (shown(&line.source)) @if line.line > 0 { ":" (line.line) } } }
        }
        @if !line.stack.is_empty() {
            details { summary.quiet { "Stack" } pre { (shown_block(&line.stack.join("\n"))) } }
        }
    }
}
