//! Whether a request asked for HTML on purpose: then an HTML answer is as it should be.

use super::route::path_of;
use crate::evidence::{Exchange, ReadAs, Resource};

/// Headers that only a library sends which puts HTML into the page; their presence says enough,
/// since redaction may have taken the value.
const LIBRARY_HEADERS: &[&str] = &[
    // htmx and Unpoly send whole families, see `is_library_header`.
    "turbo-frame",
    "x-turbo-request-id",
    "x-pjax",
    "x-barba",
    "x-alpine-request",
    "x-ic-request",
    "datastar-request",
    // `wire:navigate` fetches pages; Livewire's updates are another matter, see below.
    "x-livewire-navigate",
    // React server components and Next.js's router, which loads the page anew when it gets one.
    "rsc",
    "next-router-state-tree",
    "next-router-prefetch",
    "next-action",
];

/// Whether HTML is what the page asked for. `first` is the request as the page sent it, `last` the
/// one that was answered: the same unless it was redirected.
pub(super) fn asks_for_html(first: &Exchange, last: &Exchange) -> bool {
    let is_call = matches!(
        first.resource,
        Resource::Fetch | Resource::Xhr | Resource::Other
    );
    !is_call
        || first
            .request_headers
            .iter()
            .any(|header| is_library_header(&header.name))
        || is_prefetch(first)
        || is_handled_by_livewire(first, last)
        || is_put_into_page(first, last)
        || names_a_page(first)
        || (!is_inertia(first) && first.request_header("accept").is_some_and(prefers_html))
}

/// An Inertia visit sends `Accept: text/html` and yet takes nothing but its own JSON: a page comes
/// up in a box over the app.
pub(super) fn is_inertia(exchange: &Exchange) -> bool {
    exchange.request_header("x-inertia").is_some()
}

fn is_library_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("hx-") || name.starts_with("x-up-") || LIBRARY_HEADERS.contains(&name.as_str())
}

/// Nobody has asked for it yet; Turbo and Next.js prefetch by `fetch` and say so in a header.
fn is_prefetch(exchange: &Exchange) -> bool {
    let is_named = ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .iter()
        .any(|name| {
            exchange
                .request_header(name)
                .is_some_and(|value| value.contains("prefetch") || value.contains("preview"))
        });
    is_named || exchange.request_header("x-sec-purpose").is_some()
}

/// Livewire's updates are answered with JSON, so a page is wrong there. Only when the update was
/// redirected does Livewire do the right thing with a page: it goes to it.
fn is_handled_by_livewire(first: &Exchange, last: &Exchange) -> bool {
    first.request_header("x-livewire").is_some() && first.id != last.id
}

/// The page's code made markup of it, and never took it for JSON.
fn is_put_into_page(first: &Exchange, last: &Exchange) -> bool {
    let read = || first.read_as.iter().chain(&last.read_as);
    let is_json = |how: &ReadAs| matches!(how, ReadAs::JsonMethod | ReadAs::XhrJson);
    read().any(|how| *how == ReadAs::Markup) && !read().any(is_json)
}

/// `/partials/header.html` is HTML by its name.
fn names_a_page(exchange: &Exchange) -> bool {
    let path = path_of(&exchange.url).to_ascii_lowercase();
    [".html", ".htm", ".xhtml"]
        .iter()
        .any(|extension| path.ends_with(extension))
}

/// Whether an Accept header would rather have HTML than JSON: by weight, then by order
/// (RFC 9110, section 12.5.1). `text/html, */*` of `jQuery.load` would, axios's default would not.
fn prefers_html(accept: &str) -> bool {
    let weight_of = |is_wanted: fn(&str) -> bool| {
        let mut best: Option<(f32, usize)> = None;
        for (index, part) in accept.split(',').enumerate() {
            let mut fields = part.split(';').map(str::trim);
            let kind = fields.next().unwrap_or_default().to_ascii_lowercase();
            let weight = fields
                .find_map(|field| field.strip_prefix("q="))
                .and_then(|weight| weight.parse().ok())
                .unwrap_or(1.0);
            if is_wanted(&kind) && weight > 0.0 && best.is_none_or(|(known, _)| weight > known) {
                best = Some((weight, index));
            }
        }
        best
    };
    let html = weight_of(|kind| kind.contains("html") || kind == "text/x-component");
    match (html, weight_of(is_json_type)) {
        (Some((html, at)), Some((json, json_at))) => html > json || (html >= json && at < json_at),
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// `application/json`, `application/problem+json`; `*/*` asks for nothing in particular.
pub(super) fn is_json_type(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    kind.ends_with("/json") || kind.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::prefers_html;

    #[test]
    fn accept_by_weight_then_by_order() {
        for accept in [
            "text/html",
            "text/html, */*; q=0.01",
            "text/html, application/xhtml+xml",
            "text/vnd.turbo-stream.html, text/html, application/xhtml+xml",
            "text/x-component",
            "text/html, application/json",
            "application/json;q=0.5, text/html",
        ] {
            assert!(prefers_html(accept), "{accept}");
        }
        for accept in [
            "*/*",
            "application/json",
            "application/json, text/plain, */*",
            "application/json, text/html",
            "application/json, text/html;q=0.9",
            "application/json, text/javascript, */*; q=0.01",
            "text/html;q=0, application/json",
        ] {
            assert!(!prefers_html(accept), "{accept}");
        }
    }
}
