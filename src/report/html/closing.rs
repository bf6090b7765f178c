//! The end of the report: noise, what was taken out, what is not in here, and the line for a signature.

use maud::{Markup, html};

use super::{evidence::place, shown::shown};
use crate::bundle::BundleDocument;
use crate::evidence::Run;

pub(super) fn closing(document: &BundleDocument, run: &Run) -> Markup {
    html! {
        section.closing {
            (ignore_rules(document))
            (noise(document))
            (redactions(run))
            (not_in_here())
            div.sign {
                p { "Not signed." }
                p.quiet { "The machine says what it saw. Only a person’s signature says that it ships." }
            }
            p.quiet.made {
                "Run " code { (shown(&document.run.id)) } ", made by " (shown(&document.tool.name)) " " (shown(&document.tool.version))
                ". All evidence stands beside this file: " code { "bundle.json" } ", " code { "network.har" } ", "
                code { "console.ndjson" } ", " code { "screens/" } ", " code { "bodies/" } ". "
                code { "manifest.json" } " names each with its SHA-256."
            }
        }
    }
}

fn noise(document: &BundleDocument) -> Markup {
    html! {
        @if !document.noise.is_empty() {
            details.fold {
                summary { "Filed as noise " span.quiet { (document.noise.len()) } }
                ul.noise {
                    @for noise in &document.noise {
                        li {
                            b { (shown(&noise.rule)) } " " (shown(&noise.what)) " "
                            span.quiet {
                                @if let Some((_, checklist, step)) = place(document, &noise.at) { (shown(checklist)) " › " (shown(step)) ", " }
                                code { (shown(&noise.evidence)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn ignore_rules(document: &BundleDocument) -> Markup {
    html! {
        @if !document.ignore.is_empty() {
            details.fold {
                summary { "Ignore rules to look at " span.quiet { (document.ignore.len()) } }
                ul { @for rule in &document.ignore { li { (shown(&rule.to_string())) } } }
            }
        }
    }
}

fn redactions(run: &Run) -> Markup {
    let total: u64 = run.redactions.values().sum();
    html! {
        details.fold {
            summary { "Taken out before anything was written " span.quiet { (total) } }
            @if run.redactions.is_empty() {
                p.quiet { "Nothing was taken out." }
            } @else {
                ul { @for (rule, count) in &run.redactions { li { (shown(rule)) " " span.quiet { (count) } } } }
            }
        }
    }
}

fn not_in_here() -> Markup {
    html! {
        details.fold {
            summary { "What is not in here" }
            ul {
                li { "A verdict by a person: the sentences to confirm are still unanswered." }
                li { "What happened on the server: only what reached the browser was seen." }
                li { "Other browsers, devices and personas than those named at the top." }
                li { "What lay outside the picture at the end of a step, or was there only in between." }
                li { "Whole bodies: only the start of each is shown here." }
                li { "Passwords, cookies, tokens and other secrets: they are taken out before anything is written." }
            }
        }
    }
}
