//! A request and its answer as evidence: the line, the redirects that led there, headers, bodies.

use maud::{Markup, html};

use super::{
    evidence::Evidence,
    shown::{shown, shown_block},
};
use crate::evidence::{Body, Content, Exchange, Header, Outcome, Resource};
use crate::report::words;

/// Shows an exchange; a decisive one is open with its answer's body.
pub(super) fn exchange(evidence: &Evidence<'_>, exchange: &Exchange, is_decisive: bool) -> Markup {
    let chain = evidence.chain(exchange);
    html! {
        details.exchange open[is_decisive] {
            summary { (request_line(evidence, exchange)) }
            div.inside {
                @if chain.len() > 1 {
                    h5 { "Redirects" }
                    ol.chain { @for hop in &chain { li { (request_line(evidence, hop)) } } }
                }
                p.quiet.origin {
                    @if evidence.short_url(&exchange.url) != exchange.url { code { (shown(&exchange.url)) } br; }
                    "type " (resource(exchange.resource))
                    @if let Some(cause) = exchange.initiator.as_ref().filter(|cause| !cause.url.is_empty()) {
                        " · from " code { (shown(&cause.url)) @if cause.line > 0 { ":" (cause.line) } }
                    }
                    @if let Some(total) = exchange.timings.total { " · took " (words::duration(milliseconds(total))) }
                    " · " code { (shown(&exchange.id)) } " in network.har"
                }
                @match &exchange.outcome {
                    Outcome::Answered(answer) => {
                        (body("Answer’s body", &answer.body))
                        (headers("Answer’s headers", &answer.headers))
                    },
                    Outcome::Failed { error } => p.instead { "No answer came: " code { (shown(error)) } },
                    Outcome::Pending => p.instead { "No answer had come when the run ended." },
                }
                (headers("Request’s headers", &exchange.request_headers))
                @if exchange.request_body != Body::None { (body("Request’s body", &exchange.request_body)) }
            }
        }
    }
}

/// `POST 200 /api/… text/html`: the URL is text, never a link.
fn request_line(evidence: &Evidence<'_>, exchange: &Exchange) -> Markup {
    html! {
        span.line {
            b.method { (shown(&exchange.method)) } " "
            (status(exchange)) " "
            code.url { (shown(evidence.short_url(&exchange.url))) } " "
            span.quiet { (answered_with(exchange)) }
        }
    }
}

fn answered_with(exchange: &Exchange) -> Markup {
    let Some(answer) = exchange.answer() else {
        return html! {};
    };
    let content = answer.body.content().map(Content::in_words);
    html! {
        @if answer.is_redirect() { "redirect" }
        @else {
            (shown(&answer.mime))
            @if let Some(content) = content { @if !answer.mime.is_empty() { ": " } (content) }
        }
    }
}

/// The status as a small coloured mark.
pub(super) fn status(exchange: &Exchange) -> Markup {
    html! {
        @match &exchange.outcome {
            Outcome::Answered(answer) => {
                @let class = match answer.status { 400.. => "code bad", 300..=399 => "code on", _ => "code" };
                span class=(class) { (answer.status) }
            },
            Outcome::Failed { .. } => span.code.bad { "failed" },
            Outcome::Pending => span.code.on { "open" },
        }
    }
}

fn headers(title: &str, headers: &[Header]) -> Markup {
    html! {
        @if !headers.is_empty() {
            details.fold {
                summary { (title) " " span.quiet { (headers.len()) } }
                dl.headers { @for header in headers { dt { (shown(&header.name)) } dd { (shown(&header.value)) } } }
            }
        }
    }
}

fn body(title: &str, body: &Body) -> Markup {
    html! {
        h5 {
            (title)
            @match body {
                Body::Kept(kept) => span.quiet { " " (kept.content.in_words()) ", " (words::size(kept.size)) },
                Body::Described { size, content, .. } => span.quiet {
                    " " @if let Some(content) = content { (content.in_words()) ", " } (words::size(*size))
                },
                Body::None | Body::Missing { .. } => {}
            }
        }
        @match body {
            Body::None => p.quiet { "There is none." },
            Body::Missing { why } => p.instead { "It couldn’t be had: " (shown(why)) },
            Body::Described { why, .. } => p.quiet { "Not kept: " (shown(why)) },
            Body::Kept(kept) => {
                @if kept.start.is_empty() {
                    @if kept.content == Content::Empty { p.quiet { "It is empty." } }
                    @else { p.quiet { "Not text." } }
                } @else {
                    pre.body { (shown_block(&kept.start)) }
                }
                @if !kept.file.is_empty() { p.quiet { "whole in " code { (shown(&kept.file)) } } }
            },
        }
    }
}

/// What asked for a request, in a word.
pub(super) fn resource(resource: Resource) -> &'static str {
    match resource {
        Resource::Document => "document",
        Resource::Frame => "frame",
        Resource::Fetch => "fetch",
        Resource::Xhr => "xhr",
        Resource::Script => "script",
        Resource::Style => "style",
        Resource::Image => "image",
        Resource::Font => "font",
        Resource::Media => "media",
        Resource::WebSocket => "web socket",
        Resource::EventSource => "event source",
        Resource::Prefetch => "prefetch",
        Resource::Preflight => "preflight",
        Resource::Beacon => "beacon",
        Resource::Manifest => "manifest",
        Resource::Other => "other",
    }
}

/// Whole milliseconds of a measured time; a negative or absurd one counts as 0 or the most there is.
pub(super) fn milliseconds(time: f64) -> u64 {
    std::time::Duration::try_from_secs_f64((time / 1_000.0).max(0.0)).map_or(u64::MAX, |time| {
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
    })
}
