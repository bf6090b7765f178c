//! The findings in short, each leading to its evidence, and the switch that hides clean steps.

use maud::{Markup, html};

use super::{
    evidence::{finding_anchor, place},
    shown::shown,
};
use crate::bundle::{BundleDocument, FindingEntry};
use crate::report::words;

pub(super) fn summary(document: &BundleDocument) -> Markup {
    html! {
        section.summary {
            h2 {
                @if document.findings.is_empty() { "No findings" }
                @else { (words::plural(document.findings.len(), "finding")) }
            }
            @if document.findings.is_empty() {
                p.quiet { "No detector found anything. Whether it looks right is for a person to say." }
            } @else {
                ol { @for (index, finding) in document.findings.iter().enumerate() { (short(document, index, finding)) } }
            }
            @if document.counts.clean > 0 && document.counts.clean < document.counts.steps {
                p.switch { label { input type="checkbox" #hide-clean; " Hide the " (words::plural(document.counts.clean, "clean step")) } }
            }
        }
    }
}

fn short(document: &BundleDocument, index: usize, finding: &FindingEntry) -> Markup {
    html! {
        li {
            a href={ "#" (finding_anchor(index)) } {
                span class={ "severity " (words::severity(finding.severity)) } { (words::severity(finding.severity)) }
                span.what {
                    b { (shown(&finding.title)) }
                    span.quiet {
                        code { (shown(&finding.detector)) }
                        @if let Some((_, checklist, step)) = place(document, &finding.at) {
                            " · " (shown(checklist)) " › " (shown(step))
                        }
                        @if !finding.also_at.is_empty() {
                            " and " (words::plural(finding.also_at.len(), "more step"))
                        }
                    }
                }
            }
        }
    }
}
