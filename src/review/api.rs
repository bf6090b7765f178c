//! What the page asks and says.

use std::{io, sync::Arc};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Path, Request, State as Of},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    desk::Review,
    error::NotKept,
    gate::Refusal,
    seat::Manner,
    step::{ExchangeTold, StepTold},
    token::Token,
    told::{Facts, Groups, State},
};
use crate::bundle::{
    Said,
    paths::{PHONE, SIGNOFF},
};
use crate::detect::StepRef;

/// A word of the page is a few sentences.
const LARGEST_WORD: usize = 64 * 1024;
/// From which seat a word is said.
const SEAT: HeaderName = HeaderName::from_static("x-shippass-seat");

type Desk = Of<Arc<Review>>;
/// Why something isn't taken, in words.
pub(super) type Refused = (StatusCode, &'static str);

pub(super) fn router(review: Arc<Review>) -> Router {
    Router::new()
        .route("/facts", get(facts))
        .route("/state", get(state))
        .route("/groups", get(groups))
        .route("/steps/{checklist}/{step}", get(step))
        .route("/exchanges/{id}", get(exchange))
        .route("/files/{*name}", get(file))
        .route("/accepted/{checklist}/{step}", get(accepted))
        .route("/photos/{name}", get(photo))
        .route("/seat", post(seat))
        .route("/said", post(said))
        .route("/accept", post(accept))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .with_state(review)
}

async fn facts(Of(review): Desk) -> Response {
    Json(Facts::new(&review)).into_response()
}

async fn state(Of(review): Desk) -> Response {
    Json(State::new(&review, None)).into_response()
}

async fn groups(Of(review): Desk) -> Response {
    Json(Groups::new(&review)).into_response()
}

/// A step, its picture compared with the accepted one before anybody asks how it differs.
async fn step(Of(review): Desk, Path(at): Path<(usize, usize)>) -> Response {
    let before = Arc::clone(review.before());
    let compared = tokio::task::spawn_blocking(move || {
        let was_comparing = before.is_comparing();
        before.compare(at);
        was_comparing && !before.is_comparing()
    });
    if compared.await.unwrap_or_default() {
        review.seat().tell();
    }
    found(StepTold::new(&review, at.0, at.1))
}

/// A photo that the phone gave.
pub(super) async fn photo(Of(review): Desk, Path(name): Path<String>) -> Response {
    let file = format!("{SIGNOFF}/{PHONE}/{name}");
    match tokio::task::spawn_blocking(move || review.photo(&file)).await {
        Ok(Some(bytes)) => inert(bytes),
        Ok(None) | Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
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
fn inert(bytes: Vec<u8>) -> Response {
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

/// The picture that was accepted of a step.
async fn accepted(Of(review): Desk, Path((checklist, step)): Path<(usize, usize)>) -> Response {
    let read = tokio::task::spawn_blocking(move || {
        let (entry, _) = review.step(checklist, step)?;
        review.before().picture(checklist, &entry.id)
    });
    match read.await {
        Ok(Some(bytes)) => inert(bytes),
        Ok(None) | Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// How a page asks for the seat.
#[derive(Deserialize)]
struct Ask {
    takes_over: bool,
}

/// Where to listen while one sits; nowhere when somebody else does.
#[derive(Serialize)]
struct Ticket<'a> {
    ticket: Option<&'a str>,
}

async fn seat(Of(review): Desk, request: Request) -> Response {
    let ask: Ask = match heard(request.into_body()).await {
        Ok(ask) => ask,
        Err(refused) => return refused.into_response(),
    };
    let manner = if ask.takes_over {
        Manner::TakesOver
    } else {
        Manner::Waits
    };
    match review.seat().ticket(manner) {
        Ok(ticket) => {
            let ticket = ticket.as_ref().map(Token::expose);
            Json(Ticket { ticket }).into_response()
        }
        Err(error) => told(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// Events that never come, as long as somebody sits; let in by a ticket, since an event source shows no header.
pub(super) fn seats(review: Arc<Review>) -> Router {
    let sit = async |Of(review): Desk, Path(ticket): Path<String>| -> Response {
        let kind = [(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/event-stream"),
        )];
        match review.seat().take(ticket.as_bytes()) {
            Some(body) => (kind, body).into_response(),
            None => Refusal::Token.into_response(),
        }
    };
    Router::new()
        .route("/seats/{ticket}", get(sit))
        .with_state(review)
}

/// Whether whoever asks sits on the seat.
fn sits(review: &Review, headers: &HeaderMap) -> Result<(), Refused> {
    let number = headers.get(SEAT).and_then(|number| number.to_str().ok());
    let number = number.and_then(|number| number.parse().ok());
    if number.is_some_and(|number| review.seat().is_held(number)) {
        Ok(())
    } else {
        Err((StatusCode::CONFLICT, "the walk goes on in another page"))
    }
}

async fn said(Of(review): Desk, request: Request) -> Response {
    if let Err(refused) = sits(&review, request.headers()) {
        return refused.into_response();
    }
    match heard(request.into_body()).await {
        Ok(said) => keep(review, said).await,
        Err(refused) => refused.into_response(),
    }
}

/// How many pictures were accepted.
#[derive(Serialize)]
struct Accepted {
    pictures: usize,
}

async fn accept(Of(review): Desk, request: Request) -> Response {
    if let Err(refused) = sits(&review, request.headers()) {
        return refused.into_response();
    }
    match tokio::task::spawn_blocking(move || review.accept()).await {
        Ok(Ok(pictures)) => Json(Accepted { pictures }).into_response(),
        Ok(Err(error)) => {
            let help = error.help().unwrap_or_default();
            told(
                StatusCode::INSUFFICIENT_STORAGE,
                &format!("{error}; {help}"),
            )
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Reads one word, of bounded length.
pub(super) async fn heard<T: DeserializeOwned>(body: Body) -> Result<T, Refused> {
    let Ok(bytes) = to_bytes(body, LARGEST_WORD).await else {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, "that is too much"));
    };
    serde_json::from_slice(&bytes).map_err(|_| (StatusCode::BAD_REQUEST, "that is not understood"))
}

/// Keeps a word and answers how far the walk is, once the word is on the disk.
async fn keep(review: Arc<Review>, said: Said) -> Response {
    let kept = tokio::task::spawn_blocking(move || {
        let at = step_of(&said).cloned();
        review.keep(said).map(|()| {
            // A word on a finding concerns no step: an empty reference stands for none.
            State::new(&review, Some(&at.unwrap_or_default()))
        })
    });
    answered(kept.await)
}

/// What came of keeping something, for the page.
pub(super) fn answered<T: Serialize>(
    kept: Result<Result<T, NotKept>, tokio::task::JoinError>,
) -> Response {
    match kept {
        Ok(Ok(state)) => Json(state).into_response(),
        Ok(Err(NotKept::Unfit(why))) => told(StatusCode::UNPROCESSABLE_ENTITY, why),
        Ok(Err(NotKept::Failed(error))) => told(
            StatusCode::INSUFFICIENT_STORAGE,
            &format!("{error}; {}", error.help()),
        ),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub(super) fn step_of(said: &Said) -> Option<&StepRef> {
    match said {
        Said::Looked { step, .. }
        | Said::Ticked { step, .. }
        | Said::Judged { step, .. }
        | Said::Commented { step, .. }
        | Said::Marked { step, .. }
        | Said::Photographed { step, .. }
        | Said::Carried { step, .. } => Some(step),
        Said::Decided { .. } | Said::Phone { .. } | Said::Opened { .. } => None,
    }
}

pub(super) fn told(status: StatusCode, words: &str) -> Response {
    (status, words.to_owned()).into_response()
}
