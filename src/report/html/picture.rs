//! Pictures inside the page: small beside the facts, whole when they are touched, embedded once.
//!
//! A page of a hundred megabytes takes seconds to open. Where there are more pictures than there is room, those of clean steps
//! stay beside the page, in the bundle, and are linked.

use base64::{display::Base64Display, prelude::BASE64_STANDARD};
use maud::{Markup, html};

use super::{
    ReportView,
    evidence::step_anchor,
    shown::{line_of, shown},
};
use crate::evidence::{Area, Picture, StepRun};
use crate::report::words;

/// All pictures of a step; what findings point at is boxed over the last one, which shows the page at its end.
pub(super) fn pictures(
    view: &ReportView<'_>,
    (checklist, step): (usize, usize),
    seen: &StepRun,
    pointed_at: &[Area],
    embeds: &dyn Fn(usize) -> bool,
) -> Markup {
    let back = step_anchor(checklist, step);
    let pictures = &seen.pictures;
    let boxed = boxes(seen, pointed_at);
    html! {
        div.pictures {
            @for (index, picture) in pictures.iter().enumerate() {
                @let over = if index + 1 == pictures.len() { boxed.clone() } else { Markup::default() };
                (figure(view, picture, &format!("p{}-{}-{}", checklist + 1, step + 1, index + 1), (&back, &over), embeds))
            }
            @if pictures.is_empty() { p.quiet { "There is no picture of this step." } }
        }
    }
}

/// Touching the picture makes the figure the page's target, which fills the window; that needs no script.
fn figure(
    view: &ReportView<'_>,
    picture: &Picture,
    anchor: &str,
    (back, boxed): (&str, &Markup),
    embeds: &dyn Fn(usize) -> bool,
) -> Markup {
    let bytes = (view.picture)(&picture.file);
    let source = bytes
        .as_deref()
        .and_then(|bytes| Some((media_type(bytes)?, bytes)));
    let is_beside = source.is_some_and(|(_, bytes)| !embeds(bytes.len()));
    html! {
        figure id=(anchor) {
            a.back href={ "#" (back) } { "Back to the step" }
            @match source {
                // Its name was read as one of the bundle's, so it leads nowhere else.
                Some(_) if is_beside => p.beside-page { a href=(picture.file) { "The picture lies beside this page" } ", in the bundle." },
                Some((media_type, bytes)) => a.whole href={ "#" (anchor) } title="Show it in full size" {
                    img src={ "data:" (media_type) ";base64," (Base64Display::new(bytes, &BASE64_STANDARD)) }
                        width=(picture.width) height=(picture.height) alt=(alternative(picture));
                    (boxed)
                },
                None => p.missing { "The picture " code { (shown(&picture.file)) } " can’t be shown." },
            }
            figcaption {
                @if let Some(caption) = &picture.caption { (shown(caption)) br; }
                span.quiet { (shown(&words::target(&view.document.target))) } br;
                span.quiet { (picture.width) " × " (picture.height) " px" @if source.is_some() && !is_beside { span.hint { ", touch it to see it whole" } } }
            }
        }
    }
}

/// Boxes over a picture that itself stays as it was taken; what lies outside of it isn't drawn.
fn boxes(seen: &StepRun, areas: &[Area]) -> Markup {
    let facts = seen.layout.as_ref().and_then(|layout| layout.facts());
    let Some((width, height)) = facts.map(|facts| (facts.shown_width, facts.shown_height)) else {
        return Markup::default();
    };
    let inside: Vec<_> = areas
        .iter()
        .filter_map(|area| within(area, (width, height)))
        .collect();
    html! {
        @if !inside.is_empty() {
            svg.boxes viewBox={ "0 0 " (width) " " (height) } aria-hidden="true" {
                @for area in &inside {
                    rect x=(area.x) y=(area.y) width=(area.width) height=(area.height) rx="3" {}
                }
            }
        }
    }
}

/// The part of an area that the picture shows, with room for its edge.
fn within(area: &Area, (width, height): (f64, f64)) -> Option<Area> {
    const ROOM: f64 = 2.0;
    let (x, y) = ((area.x - ROOM).max(ROOM), (area.y - ROOM).max(ROOM));
    let right = (area.x + area.width + ROOM).min(width - ROOM);
    let bottom = (area.y + area.height + ROOM).min(height - ROOM);
    (right - x > ROOM && bottom - y > ROOM).then_some(Area {
        x,
        y,
        width: right - x,
        height: bottom - y,
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Layout, LayoutFacts};

    #[test]
    fn what_is_pointed_at_is_boxed_as_far_as_the_picture_shows_it() {
        let facts = LayoutFacts {
            shown_width: 375.0,
            shown_height: 812.0,
            ..LayoutFacts::default()
        };
        let seen = StepRun {
            layout: Some(Layout::Measured(Box::new(facts))),
            ..StepRun::default()
        };
        let area = |x, y| Area {
            x,
            y,
            width: 420.0,
            height: 40.0,
        };
        let drawn = boxes(&seen, &[area(16.0, 100.0), area(16.0, 900.0)]).into_string();
        assert_eq!(drawn.matches("<rect").count(), 1, "{drawn}");
        assert!(
            drawn.contains("x=\"14\" y=\"98\" width=\"359\" height=\"44\""),
            "{drawn}"
        );
        assert_eq!(
            boxes(&StepRun::default(), &[area(0.0, 0.0)]).into_string(),
            ""
        );
    }
}
