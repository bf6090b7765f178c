//! A comparison as a page: one file, the pictures of what differs side by side, without JavaScript.
//!
//! Written step by step, so that no more than one step's pictures are in memory. Captured texts are escaped by `maud`
//! after `visible` has taken out what could deceive a reader; none becomes a link.

use std::io::{self, Write};

use base64::{Engine, prelude::BASE64_STANDARD};
use maud::{Markup, PreEscaped, html};

use super::{
    Side,
    lines::{closing, sight, status, title},
    model::{
        ChecklistComparison, Comparison, Facts, FindingLine, PictureComparison, RouteDifference,
        Sight, StepComparison, Which,
    },
    pixels::drawn,
};
use crate::detect::{Severity, Status};
use crate::evidence::visible;

/// What this page has beyond the report's style.
const STYLE: &str = include_str!("page.css");

/// How a page begins that looks like the report, from its title and what its style adds.
pub type Opening = fn(&str, &str) -> Markup;

struct Page<'a> {
    comparison: &'a Comparison,
    sides: (Side<'a>, Side<'a>),
}

/// Writes the page.
pub fn write_page(
    comparison: &Comparison,
    sides: (Side<'_>, Side<'_>),
    opening: Opening,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page { comparison, sides };
    let mut write = |markup: Markup| out.write_all(markup.0.as_bytes());
    write(opening(&closing(comparison), STYLE))?;
    write(page.head())?;
    for list in &comparison.checklists {
        write(Page::checklist_head(list))?;
        for step in list.steps.iter().filter(|step| step.differences > 0) {
            write(page.step(step))?;
        }
        write(Page::same(list))?;
        write(PreEscaped("</section>".to_owned()))?;
    }
    write(page.timings())?;
    write(PreEscaped("</main></body></html>\n".to_owned()))
}

fn shown(text: &str) -> Markup {
    html! { bdi { (visible::line(text)) } }
}

impl Page<'_> {
    fn head(&self) -> Markup {
        let comparison = self.comparison;
        let count = comparison.differences;
        html! {
            header.head {
                p.brand { b { "shippass" } " compare" }
                div class={ "verdict " (if count == 0 { "clean" } else { "flagged" }) } {
                    h1 { @if count == 0 { "the same" } @else { "differs" } }
                    div { p { (closing(comparison)) "." } }
                }
                div.sides-of {
                    (Self::facts(Which::A, &comparison.a))
                    (Self::facts(Which::B, &comparison.b))
                }
            }
        }
    }

    fn facts(which: Which, facts: &Facts) -> Markup {
        html! {
            dl.facts {
                div.wide { dt { (which.letter()) } dd { b { (shown(&facts.target)) } " " (shown(&facts.url)) } }
                div { dt { "Commit" } dd { @match &facts.commit {
                    Some(commit) => code { (shown(commit)) },
                    None => span.quiet { "not known" },
                } } }
                div { dt { "Begun" } dd { (facts.started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()) } }
                div { dt { "Browser" } dd { (shown(&facts.engine)) } }
                div { dt { "Device" } dd { (shown(&facts.device)) } }
            }
        }
    }

    /// The head of a checklist; its section is closed after its steps.
    fn checklist_head(list: &ChecklistComparison) -> Markup {
        html! {
            (PreEscaped("<section class=\"checklist\">"))
            header {
                h2 { (shown(&title(list))) }
                @if list.is_rewritten { p.quiet { "Its file is not the same on both sides." } }
            }
        }
    }

    fn step(&self, step: &StepComparison) -> Markup {
        let count = step.differences;
        let worst = step.a.max(step.b);
        html! {
            details class={ "step " (class(worst)) } open {
                summary {
                    i class={ "mark " (class(worst)) } {}
                    h3 { (shown(&step.name)) }
                    span.status { (count) @if count == 1 { " difference" } @else { " differences" } }
                    span.time {
                        @if step.a == step.b { (status(step.a)) " in both" }
                        @else { (status(step.a)) " in A, " (status(step.b)) " in B" }
                    }
                }
                div.inside { (self.differences(step)) }
            }
        }
    }

    /// The steps that need no look.
    fn same(list: &ChecklistComparison) -> Markup {
        let same = list.steps.iter().filter(|step| step.differences == 0);
        let same: Vec<_> = same.collect();
        html! {
            @if !same.is_empty() {
                p.same {
                    b { @if same.len() == 1 { "The same in both: " } @else { (same.len()) " steps are the same in both: " } }
                    @for (index, step) in same.iter().enumerate() {
                        @if index > 0 { ", " }
                        (shown(&step.name))
                        @if step.a != Some(Status::Clean) { span.quiet { " (" (status(step.a)) ")" } }
                    }
                }
            }
        }
    }

    fn differences(&self, step: &StepComparison) -> Markup {
        if let Some(which) = step.only_in() {
            return html! { p.why { "Only " (which.letter()) " has this step." } };
        }
        let picture = step.picture.as_ref().filter(|it| it.matters());
        html! {
            @for (word, findings) in [("New in B", &step.new), ("Only in A", &step.gone)] {
                @for finding in findings { (Self::finding(word, finding)) }
            }
            @if !step.exchanges.is_empty() { h4 { "Calls" } (Self::calls(&step.exchanges)) }
            @if let Some(picture) = picture { h4 { "Pictures: " (sight(picture)) } (self.pictures(picture)) }
        }
    }

    fn finding(word: &str, finding: &FindingLine) -> Markup {
        let severity = match finding.severity {
            Severity::Notice => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        html! {
            p.only { span class={ "severity " (severity) } { (severity) } " " b { (word) ": " } (shown(&finding.title))
                br; span.quiet { code { (shown(&finding.detector)) } ", " (shown(&finding.id)) } }
        }
    }

    fn calls(differences: &[RouteDifference]) -> Markup {
        html! {
            table.calls {
                thead { tr { th scope="col" { "What" } th scope="col" { "In A" } th scope="col" { "In B" } } }
                @for difference in differences {
                    tbody {
                        tr { th colspan="3" scope="rowgroup" { code { (shown(&difference.route)) }
                            @if let Some(which) = difference.only_in { " called only in " (which.letter()) } } }
                        @for change in &difference.changes {
                            tr { td { (shown(&change.what)) } td { (shown(&change.a)) } td { (shown(&change.b)) } }
                        }
                        @if difference.left_out > 0 { tr { td.quiet colspan="3" { "and " (difference.left_out) " more" } } }
                    }
                }
            }
        }
    }

    fn pictures(&self, picture: &PictureComparison) -> Markup {
        let read = |side: Side<'_>, file: &Option<super::PictureFile>| {
            let file = file.as_ref()?;
            side.bundle.paths.read(&file.file).ok()
        };
        let a = read(self.sides.0, &picture.a);
        let b = read(self.sides.1, &picture.b);
        let between = match (&picture.sight, &a, &b) {
            (Sight::Differs { .. }, Some(a), Some(b)) => drawn(a, b, &picture.masked()),
            _ => None,
        };
        html! {
            @if let Sight::Unreadable { why } = &picture.sight { p.why { (shown(why)) } }
            div.pair {
                (figure("A", a.as_deref()))
                (figure("B", b.as_deref()))
                @if between.is_some() { (figure("What differs", between.as_deref())) }
            }
        }
    }

    fn timings(&self) -> Markup {
        let timings = &self.comparison.timings;
        html! {
            @if !timings.is_empty() {
                section.checklist {
                    header { h2 { "Much slower on one side" } }
                    table.calls {
                        thead { tr { th scope="col" { "Call" } th scope="col" { "In A" } th scope="col" { "In B" } } }
                        tbody { @for timing in timings {
                            tr { td { code { (shown(&timing.route)) } } td { (timing.a_ms) " ms" } td { (timing.b_ms) " ms" } }
                        } }
                    }
                }
            }
        }
    }
}

fn figure(caption: &str, bytes: Option<&[u8]>) -> Markup {
    let source = bytes.and_then(|bytes| Some((media_type(bytes)?, BASE64_STANDARD.encode(bytes))));
    html! {
        figure {
            @match source {
                Some((media_type, bytes)) => img src={ "data:" (media_type) ";base64," (bytes) } alt={ "The page at the end of the step: " (caption) };,
                None => p.missing { "There is no picture." },
            }
            figcaption { (caption) }
        }
    }
}

/// Only what the bytes themselves show to be a picture that can't hold a script.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        Some("image/jpeg")
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else {
        None
    }
}

fn class(status: Option<Status>) -> &'static str {
    match status {
        None | Some(Status::NotRun) => "not-run",
        Some(Status::Clean) => "clean",
        Some(Status::Unknown) => "unknown",
        Some(Status::Flagged) => "flagged",
        Some(Status::Failed) => "failed",
    }
}
