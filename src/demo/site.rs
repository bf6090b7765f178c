//! The app's addresses: the API, the client's files, and the shell for every page.

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde_json::json;

use super::{
    access, automations, photos, quotes,
    refusal::Refusal,
    sessions, signing,
    state::{AppState, Shared},
    team, voice_notes,
};

/// The whole app.
pub(super) fn router(app: Shared) -> Router {
    let commit = HeaderValue::from_static(app.commit());
    Router::new()
        .nest("/api", api())
        .route("/version", get(version))
        .route("/assets/{edition}/{*name}", get(asset))
        .fallback(page)
        .layer(middleware::from_fn_with_state(app.clone(), access::guard))
        .layer(middleware::map_response(move |mut response: Response| {
            response
                .headers_mut()
                .insert("x-app-commit", commit.clone());
            std::future::ready(response)
        }))
        .with_state(app)
}

fn api() -> Router<Shared> {
    Router::new()
        .route(
            "/session",
            post(sessions::sign_in).delete(sessions::sign_out),
        )
        .route("/me", get(sessions::me))
        .route("/dashboard", get(quotes::dashboard))
        .route("/quotes", get(quotes::list).post(quotes::create))
        .route("/quotes/{number}", get(quotes::show).put(quotes::change))
        .route("/quotes/{number}/notes", put(quotes::save_notes))
        .route("/quotes/{number}/uploads", post(photos::prepare))
        .route(
            "/quotes/{number}/photos",
            get(photos::list).post(photos::add),
        )
        .route("/quotes/{number}/voice-note", get(voice_notes::show))
        .route(
            "/quotes/{number}/transcription",
            post(voice_notes::transcribe),
        )
        .route("/public/quotes/{token}", get(signing::show))
        .route("/public/quotes/{token}/sign", post(signing::sign))
        .route("/automation", get(automations::show).put(automations::save))
        .route("/team", get(team::show))
        .fallback(|| std::future::ready(Refusal::NotFound))
}

async fn version(State(app): State<Shared>) -> Json<serde_json::Value> {
    Json(json!({ "commit": app.commit() }))
}

/// A file of the client; its address changes with its content, so it may be kept for good.
async fn asset(
    State(app): State<Shared>,
    Path((edition, name)): Path<(String, String)>,
) -> Response {
    match app.assets.file(&edition, &name) {
        Some((content_type, text)) => {
            let headers = [
                (header::CONTENT_TYPE, content_type),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, text.to_owned()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Every page is the same document; the client looks at the address.
async fn page(State(app): State<Shared>, request: Request) -> Response {
    if !matches!(request.method().as_str(), "GET" | "HEAD") {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    shell(&app)
}

fn shell(app: &AppState) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    (headers, app.assets.shell().to_owned()).into_response()
}
