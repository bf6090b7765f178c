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

const PHONE_STYLE: &str = include_str!("page/phone.css");

/// Path, media type and text.
type File = (&'static str, &'static str, &'static str);

/// The page on the desk.
const FILES: &[File] = &[
    ("/", HTML, include_str!("page/page.html")),
    ("/icon.svg", ICON, include_str!("page/icon.svg")),
    ("/js/page.js", SCRIPT, include_str!("page/page.js")),
    ("/js/ahead.js", SCRIPT, include_str!("page/ahead.js")),
    ("/js/seat.js", SCRIPT, include_str!("page/seat.js")),
    ("/js/unkept.js", SCRIPT, include_str!("page/unkept.js")),
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

/// The page on the phone.
const PHONE_FILES: &[File] = &[
    ("/", HTML, include_str!("page/phone.html")),
    ("/icon.svg", ICON, include_str!("page/icon.svg")),
    ("/js/phone.js", SCRIPT, include_str!("page/phone.js")),
    ("/js/write.js", SCRIPT, include_str!("page/write.js")),
];

pub(super) fn router(palette: &str) -> Router {
    serve(FILES, [palette, STYLE].concat())
}

pub(super) fn phone_page(palette: &str) -> Router {
    serve(PHONE_FILES, [palette, PHONE_STYLE].concat())
}

fn serve(files: &[File], style: String) -> Router {
    let style = get(move || async move { ([(header::CONTENT_TYPE, CSS)], style.clone()) });
    files.iter().fold(
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
