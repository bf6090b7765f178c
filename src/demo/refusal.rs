//! What the API answers when it doesn't do what it was asked: JSON with a sentence for the person.

use axum::{
    Json,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;

/// Why a request isn't done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Nobody is signed in, or with the wrong password.
    NotSignedIn(&'static str),
    /// The seat doesn't have it.
    NotAllowed(&'static str),
    /// It isn't there, or isn't this company's.
    NotFound,
    /// What was sent can't be used.
    Unusable(String),
    /// The app itself is at fault.
    OurFault(String),
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::OurFault(error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::NotSignedIn(why) => (StatusCode::UNAUTHORIZED, why.to_owned()),
            Self::NotAllowed(why) => (StatusCode::FORBIDDEN, why.to_owned()),
            Self::NotFound => (StatusCode::NOT_FOUND, "not found".to_owned()),
            Self::Unusable(why) => (StatusCode::UNPROCESSABLE_ENTITY, why),
            Self::OurFault(why) => (StatusCode::INTERNAL_SERVER_ERROR, why),
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}

/// What an API handler answers.
pub(super) type Answer = Result<Json<serde_json::Value>, Refusal>;

/// A JSON body; one that can't be read is refused in JSON too.
pub(super) struct Given<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Given<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(Refusal::Unusable(rejection.body_text())),
        }
    }
}

/// Text that a person must give: trimmed, not empty, not endless.
pub(super) fn wanted_text(text: &str, what: &str) -> Result<String, Refusal> {
    const LONGEST: usize = 200;
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::Unusable(format!("{what} is missing")));
    }
    if text.chars().count() > LONGEST {
        return Err(Refusal::Unusable(format!(
            "{what} is longer than {LONGEST} characters"
        )));
    }
    Ok(text.to_owned())
}
