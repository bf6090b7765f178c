//! One step: its picture, what was done, expected and seen, what was found, and what a person confirms.

use maud::{Markup, html};

use super::{
    ReportView,
    evidence::{Evidence, finding_anchor, step_anchor},
    finding::{console_line, finding},
    head::class,
    network::network,
    picture::pictures,
    shown::{shown, shown_block},
};
use crate::bundle::StepEntry;
use crate::detect::{Severity, Status, StepRef};
use crate::evidence::{
    ActionOutcome, ActionRecord, Area, ConsoleKind, Effects, ExpectationOutcome, ExpectationRecord,
    Happening, Layout, StepRun, Typed,
};
use crate::report::words;

/// The step at a checklist's and its own index.
pub(super) fn step(
    view: &ReportView<'_>,
    evidence: &Evidence<'_>,
    at: (usize, usize),
    is_open: bool,
) -> Markup {
    let entry = &view.document.checklists[at.0].steps[at.1];
    let seen = evidence.step(at.0, &entry.id);
    html! {
        details class={ "step " (class(entry.status)) } open[is_open] {
            (summary(entry))
            div.inside {
                span.anchor id=(step_anchor(at.0, at.1)) {}
                @if let Some(why) = entry.why.as_ref().filter(|_| entry.status != Status::Flagged) { p.why { (shown_block(why)) } }
                (found(evidence, entry))
                @if let Some(seen) = seen.filter(|_| entry.status != Status::NotRun) {
                    div.sides {
                        (pictures(view, at, seen, &pointed_at(evidence, at.0, entry), &|size| evidence.takes(size, entry.status != Status::Clean)))
                        div.told {
                            (done(&seen.actions))
                            (expected(&seen.expectations))
                            (page(seen))
                            (confirm(&entry.confirm))
                        }
                    }
                } @else {
                    (confirm(&entry.confirm))
                }
                (findings(view, evidence, at.0, entry))
                @if let Some(seen) = seen {
                    (console(evidence, seen))
                    (network(evidence, &seen.exchanges))
                }
            }
        }
    }
}

fn summary(entry: &StepEntry) -> Markup {
    html! {
        summary {
            i class={ "mark " (class(entry.status)) } {}
            h3 {
                @let number = words::step_number(&entry.id);
                @if !number.is_empty() { span.number { (number) } " " }
                (shown(&entry.name))
            }
            span class={ "status " (class(entry.status)) } { (words::status(entry.status)) }
            span.time {
                @if !entry.findings.is_empty() { (words::plural(entry.findings.len(), "finding")) " · " }
                @if entry.status != Status::NotRun { (words::duration(entry.duration_ms)) }
            }
        }
    }
}

fn done(actions: &[ActionRecord]) -> Markup {
    html! {
        h4 { "Done" }
        @if actions.is_empty() { p.quiet { "Nothing; the page was looked at as it stood." } }
        ol.acts {
            @for action in actions {
                @let (sign, word) = match action.outcome {
                    ActionOutcome::Done => ("done", "done"),
                    ActionOutcome::Failed { .. } => ("failed", "failed"),
                    ActionOutcome::NotRun => ("not-run", "not run"),
                };
                li class=(sign) {
                    span.spoken { (word) ": " }
                    (shown(&action.what)) " "
                    span.quiet {
                        @if action.outcome == ActionOutcome::NotRun { "not run" } @else { (words::duration(action.duration_ms)) }
                        @if let (ActionOutcome::Done, Some(effects)) = (&action.outcome, &action.effects) { " · " (brought_about(effects)) }
                    }
                    @if let ActionOutcome::Failed { why } = &action.outcome { p.instead { (shown_block(why)) } }
                    @for typed in action.typed.iter().filter(|typed| !typed.is_same) { (differs(typed)) }
                }
            }
        }
    }
}

fn differs(typed: &Typed) -> Markup {
    html! {
        p.instead {
            (shown(&typed.field)) ": typed " code { (shown(&typed.typed)) }
            ", then held " code { (shown(&typed.held)) }
        }
    }
}

fn brought_about(effects: &Effects) -> Markup {
    let count = |count: u32, noun| {
        (count > 0).then(|| words::plural(usize::try_from(count).unwrap_or(usize::MAX), noun))
    };
    let mut parts: Vec<String> = [
        effects.navigated.then(|| "new page".to_owned()),
        count(effects.requests, "request"),
        count(effects.changes, "change"),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.extend(effects.others.iter().cloned());
    html! {
        @if parts.is_empty() { b { "brought about nothing" } }
        @else { (shown(&parts.join(", "))) }
    }
}

fn expected(expectations: &[ExpectationRecord]) -> Markup {
    html! {
        @if !expectations.is_empty() {
            h4 { "Expected" }
            ul.acts {
                @for expectation in expectations {
                    @let (sign, word) = match expectation.outcome {
                        ExpectationOutcome::Held => ("done", "held"),
                        ExpectationOutcome::Broken { .. } => ("failed", "did not hold"),
                        ExpectationOutcome::Undecided { .. } => ("unknown", "could not be decided"),
                        ExpectationOutcome::NotRun => ("not-run", "not looked at"),
                    };
                    li class=(sign) {
                        (shown(&expectation.what)) " "
                        span.quiet {
                            (word)
                            @if expectation.outcome != ExpectationOutcome::NotRun { ", " (words::duration(expectation.duration_ms)) }
                        }
                        @match &expectation.outcome {
                            ExpectationOutcome::Broken { seen } => p.instead { "Instead: " (shown_block(seen)) },
                            ExpectationOutcome::Undecided { why } => p.instead { (shown_block(why)) },
                            ExpectationOutcome::Held | ExpectationOutcome::NotRun => {}
                        }
                    }
                }
            }
        }
    }
}

/// What stood on the page at the end, and what else happened.
fn page(seen: &StepRun) -> Markup {
    html! {
        h4 { "Seen" }
        dl.seen {
            @if let Some(page) = &seen.page {
                dt { "Page" } dd { @if page.title.is_empty() { span.quiet { "no title" } } @else { (shown(&page.title)) } }
                dt { "At" } dd { code { (shown(&page.url)) } }
                @for alert in &page.alerts { dt { "Told" } dd { (shown_block(alert)) } }
                @if page.is_browser_error { dt { "Error" } dd { "the browser’s own error page stands there" } }
            } @else {
                dt { "Page" } dd { "could not be read" }
            }
            @for happening in &seen.happenings {
                (happened(happening))
            }
            @if let Some(why) = &seen.unsettled { dt { "Unsettled" } dd { (shown(why)) } }
            @if let (None, Some(Layout::NotMeasured { why })) = (&seen.unsettled, &seen.layout) { dt { "Layout" } dd { "not measured: " (shown(why)) } }
            @for why in &seen.undecided { dt { "Undecided" } dd { (shown(why)) } }
        }
    }
}

fn happened(happening: &Happening) -> Markup {
    html! {
        @match happening {
            Happening::Dialog { kind, text, is_accepted, is_expected } => {
                dt { "Dialog" }
                dd {
                    (shown(kind)) ": " (shown(text)) " "
                    span.quiet {
                        @if *is_accepted { "accepted" } @else { "dismissed" }
                        @if !*is_expected { ", not expected" }
                    }
                }
            },
            Happening::Download { name, url, file } => {
                dt { "Download" }
                dd {
                    (shown(name)) " from " code { (shown(url)) }
                    @match file {
                        Some(file) => { ", " (words::size(file.size)) ", sha-256 " code { (shown(&file.sha256)) } },
                        None => span.quiet { ", size and hash not known" },
                    }
                }
            },
            Happening::Withheld { method, url } => { dt { "Not sent" } dd { code { (shown(method)) " " (shown(url)) } ", which could change something: the target is production" } },
            Happening::NewTab { url } => { dt { "New tab" } dd { code { (shown(url)) } } },
            Happening::Network { state } => { dt { "Network" } dd { (shown(state)) } },
        }
    }
}

fn confirm(sentences: &[String]) -> Markup {
    html! {
        @if !sentences.is_empty() {
            h4 { "For a person to confirm" }
            ul.confirm { @for sentence in sentences { li { (shown(sentence)) } } }
        }
    }
}

/// What was found, in short, so that it is seen before all that was done.
fn found(evidence: &Evidence<'_>, entry: &StepEntry) -> Markup {
    html! {
        @if !entry.findings.is_empty() {
            ul.found {
                @for (index, found) in entry.findings.iter().filter_map(|id| evidence.finding(id)) {
                    li {
                        @let severity = words::severity(found.severity);
                        span class={ "severity " (severity) } { (severity) } " "
                        a href={ "#" (finding_anchor(index)) } { (shown(&found.title)) }
                    }
                }
            }
        }
    }
}

/// What the findings that were seen first in this step point at; a notice is only worth knowing.
fn pointed_at(evidence: &Evidence<'_>, checklist: usize, entry: &StepEntry) -> Vec<Area> {
    let found = entry.findings.iter().filter_map(|id| evidence.finding(id));
    found
        .filter(|(_, found)| found.at.checklist == checklist && found.at.step == entry.id)
        .filter(|(_, found)| found.severity > Severity::Notice)
        .flat_map(|(_, found)| found.boxes.iter().copied())
        .collect()
}

/// A finding stands whole in the step where it was seen first; further steps lead there.
fn findings(
    view: &ReportView<'_>,
    evidence: &Evidence<'_>,
    checklist: usize,
    entry: &StepEntry,
) -> Markup {
    let is_here = |at: &StepRef| at.checklist == checklist && at.step == entry.id;
    let found = entry.findings.iter().filter_map(|id| evidence.finding(id));
    html! {
        @for (index, here) in found.filter(|(_, found)| is_here(&found.at)) {
            (finding(view, evidence, index, here))
        }
    }
}

/// Open when an uncaught error stands there that isn't noise.
fn console(evidence: &Evidence<'_>, seen: &StepRun) -> Markup {
    let has_uncaught = seen
        .console
        .iter()
        .any(|line| line.kind == ConsoleKind::UncaughtError && !evidence.is_noise(&line.id));
    html! {
        @if !seen.console.is_empty() {
            details.fold open[has_uncaught] {
                summary { "Console " span.quiet { (words::plural(seen.console.len(), "line")) } }
                ul.console { @for line in &seen.console { li { (console_line(evidence, line)) } } }
            }
        }
    }
}
