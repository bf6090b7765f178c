//! What the page asks and says.

use std::{io, sync::Arc};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Path, Request, State as Of},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Serialize;

use super::{
    desk::{Review, surface},
    error::NotKept,
    step::{ExchangeTold, StepTold},
    told::{Facts, State},
};
use crate::bundle::{Said, Surface};
use crate::detect::StepRef;

/// A word of the page is a few sentences.
const LARGEST_WORD: usize = 64 * 1024;

type Desk = Of<Arc<Review>>;

pub(super) fn router(review: Arc<Review>) -> Router {
    Router::new()
        .route("/facts", get(facts))
        .route("/state", get(state))
        .route("/steps/{checklist}/{step}", get(step))
        .route("/exchanges/{id}", get(exchange))
        .route("/files/{*name}", get(file))
        .route("/said", post(said))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .with_state(review)
}

async fn facts(Of(review): Desk) -> Response {
    Json(Facts::new(&review)).into_response()
}

async fn state(Of(review): Desk) -> Response {
    Json(State::new(&review, None)).into_response()
}

async fn step(Of(review): Desk, Path((checklist, step)): Path<(usize, usize)>) -> Response {
    found(StepTold::new(&review, checklist, step))
}

async fn exchange(Of(review): Desk, Path(id): Path<String>) -> Response {
    found(ExchangeTold::new(&review, &id))
}

fn found(told: Option<impl Serialize>) -> Response {
    match told {
        Some(told) => Json(told).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn file(Of(review): Desk, Path(name): Path<String>) -> Response {
    let read = tokio::task::spawn_blocking(move || review.sealed(&name)).await;
    match read {
        Ok(Ok(bytes)) => inert(bytes),
        Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
            told(StatusCode::CONFLICT, &error.to_string())
        }
        Ok(Err(_)) | Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Captured bytes as what can't act: a picture by its first bytes, everything else as text.
pub(super) fn inert(bytes: Vec<u8>) -> Response {
    let kind = match bytes.as_slice() {
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => "image/png",
        _ => "text/plain; charset=utf-8",
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
        ),
    ];
    (headers, bytes).into_response()
}

async fn said(Of(review): Desk, request: Request) -> Response {
    match heard(request.into_body()).await {
        Ok(said) if matches!(surface(&said), Some(Surface::Phone)) => {
            told(StatusCode::UNPROCESSABLE_ENTITY, "this page is no phone")
        }
        Ok(Said::Phone { .. } | Said::Photographed { .. }) => {
            told(StatusCode::UNPROCESSABLE_ENTITY, "this page is no phone")
        }
        Ok(said) => keep(review, said).await,
        Err(refused) => refused,
    }
}

/// Reads one word, of bounded length.
pub(super) async fn heard(body: Body) -> Result<Said, Response> {
    let Ok(bytes) = to_bytes(body, LARGEST_WORD).await else {
        return Err(told(StatusCode::PAYLOAD_TOO_LARGE, "that is too much"));
    };
    serde_json::from_slice(&bytes)
        .map_err(|_| told(StatusCode::BAD_REQUEST, "that is not understood"))
}

/// Keeps a word and answers how far the walk is, once the word is on the disk.
pub(super) async fn keep(review: Arc<Review>, said: Said) -> Response {
    let kept = tokio::task::spawn_blocking(move || {
        let at = step_of(&said).cloned();
        review.keep(said).map(|()| {
            // A word on a finding concerns no step: an empty reference stands for none.
            State::new(&review, Some(&at.unwrap_or_default()))
        })
    });
    match kept.await {
        Ok(Ok(state)) => Json(state).into_response(),
        Ok(Err(NotKept::Unfit(why))) => told(StatusCode::UNPROCESSABLE_ENTITY, why),
        Ok(Err(NotKept::Failed(error))) => told(
            StatusCode::INSUFFICIENT_STORAGE,
            &format!("{error}; {}", error.help()),
        ),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn step_of(said: &Said) -> Option<&StepRef> {
    match said {
        Said::Looked { step, .. }
        | Said::Ticked { step, .. }
        | Said::Judged { step, .. }
        | Said::Commented { step, .. }
        | Said::Marked { step, .. }
        | Said::Photographed { step, .. }
        | Said::Carried { step, .. } => Some(step),
        Said::Decided { .. } | Said::Phone { .. } => None,
    }
}

pub(super) fn told(status: StatusCode, words: &str) -> Response {
    (status, words.to_owned()).into_response()
}
