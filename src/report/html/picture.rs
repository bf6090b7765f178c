//! Pictures inside the page: small beside the facts, whole when they are touched, embedded once.

use base64::{display::Base64Display, prelude::BASE64_STANDARD};
use maud::{Markup, html};

use super::{
    ReportView,
    evidence::step_anchor,
    shown::{line_of, shown},
};
use crate::evidence::Picture;
use crate::report::words;

/// All pictures of a step.
pub(super) fn pictures(
    view: &ReportView<'_>,
    (checklist, step): (usize, usize),
    pictures: &[Picture],
) -> Markup {
    let back = step_anchor(checklist, step);
    html! {
        div.pictures {
            @for (index, picture) in pictures.iter().enumerate() {
                (figure(view, picture, &format!("p{}-{}-{}", checklist + 1, step + 1, index + 1), &back))
            }
            @if pictures.is_empty() { p.quiet { "There is no picture of this step." } }
        }
    }
}

/// Touching the picture makes the figure the page's target, which fills the window; that needs no script.
fn figure(view: &ReportView<'_>, picture: &Picture, anchor: &str, back: &str) -> Markup {
    let bytes = (view.picture)(&picture.file);
    let source = bytes
        .as_deref()
        .and_then(|bytes| Some((media_type(bytes)?, bytes)));
    html! {
        figure id=(anchor) {
            a.back href={ "#" (back) } { "Back to the step" }
            @match source {
                Some((media_type, bytes)) => a.whole href={ "#" (anchor) } title="Show it in full size" {
                    img src={ "data:" (media_type) ";base64," (Base64Display::new(bytes, &BASE64_STANDARD)) }
                        width=(picture.width) height=(picture.height) alt=(alternative(picture));
                },
                None => p.missing { "The picture " code { (shown(&picture.file)) } " can’t be shown." },
            }
            figcaption {
                @if let Some(caption) = &picture.caption { (shown(caption)) br; }
                span.quiet { (shown(&words::target(&view.document.target))) } br;
                span.quiet { (picture.width) " × " (picture.height) " px" @if source.is_some() { span.hint { ", touch it to see it whole" } } }
            }
        }
    }
}

fn alternative(picture: &Picture) -> String {
    match &picture.caption {
        Some(caption) => line_of(caption).into_owned(),
        None => "The page at the end of the step".to_owned(),
    }
}

/// Only what the bytes themselves show to be a picture that can't hold a script.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        Some("image/jpeg")
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}
