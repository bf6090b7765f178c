//! The head of the report: the verdict, what was looked at, and every step at a glance.

use maud::{Markup, html};

use super::{
    evidence::step_anchor,
    shown::{line_of, shown},
};
use crate::bundle::BundleDocument;
use crate::detect::{Status, is_same_commit};
use crate::evidence::AccessFacts;
use crate::report::words;

pub(super) fn head(document: &BundleDocument) -> Markup {
    let worst = document.worst();
    html! {
        header.head {
            p.brand { b { "shippass" } " " span.quiet { "evidence of one run" } }
            div class={ "verdict " (class(worst)) } {
                h1 { (words::status(worst)) }
                div {
                    p { (verdict_sentence(worst)) }
                    p { (words::counts(&document.counts)) "." }
                    @if let Some(shard) = words::shard(document) {
                        p { b { (shard) "." } }
                    }
                    @for moment in &document.run.resumed {
                        p { "It was cut off and taken up again on " (moment.strftime("%Y-%m-%d at %H:%M UTC")) "." }
                    }
                    @if let Some(why) = cut_short(document) {
                        p { b { "Cut short: " } (shown(why)) }
                    }
                    p.signature { "Only a person’s signature says that it ships." }
                }
            }
            (facts(document))
            (strip(document))
        }
    }
}

/// The class of a status, which carries its colour and its sign.
pub(super) fn class(status: Status) -> &'static str {
    match status {
        Status::Clean => "clean",
        Status::NotRun => "not-run",
        Status::Unknown => "unknown",
        Status::Flagged => "flagged",
        Status::Failed => "failed",
    }
}

fn verdict_sentence(worst: Status) -> &'static str {
    match worst {
        Status::Clean => "The machine saw nothing wrong. That is not yet a pass.",
        Status::NotRun => "Not everything that was promised was looked at.",
        Status::Unknown => "Something that was needed to decide couldn’t be had.",
        Status::Flagged => "The machine saw something that a green build doesn’t show.",
        Status::Failed => "Something that was promised didn’t come to pass.",
    }
}

fn cut_short(document: &BundleDocument) -> Option<&str> {
    match &document.run.cut_short {
        Some(why) => Some(why),
        None if !document.run.complete => Some("the run never came to its end"),
        None => None,
    }
}

fn facts(document: &BundleDocument) -> Markup {
    let (target, device, engine) = (&document.target, &document.device, &document.engine);
    let run = &document.run;
    html! {
        dl.facts {
            div.wide {
                dt { "Target" }
                dd {
                    code { (shown(&target.url)) }
                    @if let Some(end) = target.final_url.as_ref().filter(|end| **end != target.url) {
                        br; span.quiet { "led to " } code { (shown(end)) }
                    }
                    br; span.quiet { (shown(&target.name)) @if target.name != target.kind { ", " (shown(&target.kind)) } @if target.is_read_only { ", only looked at" } }
                    @if let Some(certificate) = &target.certificate { br; span.quiet { (shown(&words::certificate(certificate))) } }
                    @if let Some(access) = &target.access { br; span.quiet { (access_words(access)) } }
                }
            }
            div.wide {
                dt { "Commit served" }
                dd { (commit(document)) }
            }
            div { dt { "Signed in as" } dd { (personas(document)) } }
            div {
                dt { "Device" }
                dd {
                    @if device.width == 0 {
                        "not measured"
                        br; span.quiet { "asked for: " (shown(&device.name)) }
                    } @else {
                        (device.width) " × " (device.height) " at " (device.scale)
                        br; span.quiet { "measured in the page" @if device.touch { ", with touch" } }
                    }
                }
            }
            div {
                dt { "Browser" }
                dd {
                    (shown(&engine.name)) " " (shown(&engine.version))
                    @if !engine.driver.is_empty() { br; span.quiet { (shown(&engine.driver)) } }
                }
            }
            div {
                dt { "Started" }
                dd {
                    (words::time(run.started))
                    @if let Some(finished) = run.finished {
                        br; span.quiet { "took " (words::duration(words::between(run.started, finished))) }
                    }
                }
            }
        }
    }
}

fn commit(document: &BundleDocument) -> Markup {
    let target = &document.target;
    let served = target.commit.as_deref();
    let is_served = |expected: &str| served.is_some_and(|commit| is_same_commit(commit, expected));
    html! {
        @match &target.commit {
            Some(commit) => {
                code { (shown(commit)) }
                @if let Some(source) = &target.commit_source { br; span.quiet { "learned from " (shown(source)) } }
            }
            None => {
                "not known"
                @if let Some(source) = &target.commit_source { br; span.quiet { (shown(source)) } }
            }
        }
        @match &target.expected_commit {
            Some(expected) if is_served(expected) => { br; span.quiet { "the one expected" } },
            Some(expected) => { br; b { "expected " } code { (shown(expected)) } },
            None => {}
        }
        @if let Some(from) = &target.expected_from { span.quiet { ", " (shown(from)) } }
    }
}

/// What was shown to a protected deployment, and to which origins it went.
fn access_words(access: &AccessFacts) -> Markup {
    html! {
        "shown to get in: " (shown(&access.shown.join(", ")))
        @for (origin, count) in &access.requests {
            ", in " (words::plural(usize::try_from(*count).unwrap_or(usize::MAX), "request")) " to " (shown(origin))
        }
        @if access.requests.is_empty() { ", in no request that was seen" }
    }
}

fn personas(document: &BundleDocument) -> Markup {
    let mut personas = Vec::new();
    for checklist in &document.checklists {
        let persona = (checklist.persona.as_deref(), checklist.tier.as_deref());
        if !personas.contains(&persona) {
            personas.push(persona);
        }
    }
    html! {
        @for (index, (persona, tier)) in personas.iter().enumerate() {
            @if index > 0 { br; }
            @match persona {
                Some(persona) => (shown(persona)),
                None => span.quiet { "signed out" },
            }
            @if let Some(tier) = tier { span.quiet { ", on " (shown(tier)) } }
        }
    }
}

/// Every step as one mark, a checklist a line; leads to the step.
fn strip(document: &BundleDocument) -> Markup {
    html! {
        nav.strip aria-label="All steps" {
            @for (index, checklist) in document.checklists.iter().enumerate() {
                div {
                    span.name { (shown(&checklist.name)) @if let Some(persona) = &checklist.persona { span.quiet { " as " (shown(persona)) } } }
                    span.marks {
                        @for (at, step) in checklist.steps.iter().enumerate() {
                            a class={ "mark " (class(step.status)) } href={ "#" (step_anchor(index, at)) }
                                title={ (line_of(&step.name)) ": " (words::status(step.status)) } {
                                span.spoken { (shown(&step.name)) ": " (words::status(step.status)) }
                            }
                        }
                    }
                }
            }
            p.legend {
                @for status in words::STATUSES {
                    @if document.counts.get(status) > 0 {
                        span { i class={ "mark " (class(status)) } {} " " (words::status(status)) " " (document.counts.get(status)) }
                    }
                }
            }
        }
    }
}
