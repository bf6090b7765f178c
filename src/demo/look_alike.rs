//! “Production”: it looks like the app and isn't it.

use std::future::ready;

use axum::{Router, http::header, response::Html, routing::get};

const PAGE: &str = include_str!("web/production.html");
const STYLE: &str = include_str!("web/app.css");

/// Answers every address with the same page.
pub(super) fn router() -> Router {
    Router::new()
        .route(
            "/app.css",
            get(|| ready(([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE))),
        )
        .fallback(|| ready(Html(PAGE)))
}
