//! The page itself: files of this program, which hold nothing of any bundle.

use axum::{
    Router,
    http::{HeaderValue, header},
    response::IntoResponse,
    routing::get,
};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const ICON: &str = "image/svg+xml";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The page's own style; the colours come before it.
const STYLE: &str = include_str!("page/page.css");

/// Path, media type and text.
const FILES: &[(&str, &str, &str)] = &[
    ("/", HTML, include_str!("page/page.html")),
    ("/icon.svg", ICON, include_str!("page/icon.svg")),
    ("/js/page.js", SCRIPT, include_str!("page/page.js")),
    ("/js/wire.js", SCRIPT, include_str!("page/wire.js")),
    ("/js/write.js", SCRIPT, include_str!("page/write.js")),
    ("/js/walk.js", SCRIPT, include_str!("page/walk.js")),
    ("/js/step.js", SCRIPT, include_str!("page/step.js")),
    ("/js/finding.js", SCRIPT, include_str!("page/finding.js")),
    ("/js/picture.js", SCRIPT, include_str!("page/picture.js")),
    ("/js/compare.js", SCRIPT, include_str!("page/compare.js")),
    ("/js/sheet.js", SCRIPT, include_str!("page/sheet.js")),
    ("/js/lists.js", SCRIPT, include_str!("page/lists.js")),
    ("/js/words.js", SCRIPT, include_str!("page/words.js")),
];

pub(super) fn router(palette: &str) -> Router {
    let style = [palette, STYLE].concat();
    let style = get(move || async move { ([(header::CONTENT_TYPE, CSS)], style.clone()) });
    FILES.iter().fold(
        Router::new().route("/page.css", style),
        |router, (path, kind, text)| {
            let answer = (
                [(header::CONTENT_TYPE, HeaderValue::from_static(kind))],
                *text,
            );
            router.route(path, get(move || async move { answer.into_response() }))
        },
    )
}
