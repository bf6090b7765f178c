//! A voice note, and its words from a transcription service that wants a key.

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use serde_json::json;

use super::{
    quotes::owned,
    refusal::{Answer, Refusal},
    sessions::Person,
    state::Shared,
};

/// `GET /api/quotes/{number}/voice-note`
pub(super) async fn show(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
    Path(number): Path<i64>,
) -> Answer {
    owned(&app.database, &person, number).await?;
    let found: Option<(i64, String)> = sqlx::query_as(
        "select v.seconds, q.customer from voice_notes v
         join quotes q on q.number = v.quote_number where v.quote_number = ?",
    )
    .bind(number)
    .fetch_optional(&app.database)
    .await?;
    let (seconds, customer) = found.ok_or(Refusal::NotFound)?;
    Ok(Json(json!({ "seconds": seconds, "customer": customer })))
}

/// `POST /api/quotes/{number}/transcription`
pub(super) async fn transcribe(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
    Path(number): Path<i64>,
) -> Answer {
    owned(&app.database, &person, number).await?;
    if app.transcription_key.is_none() {
        let why = "TRANSCRIPTION_KEY is not set".to_owned();
        return Err(Refusal::OurFault(why));
    }
    let found: Option<(String,)> =
        sqlx::query_as("select spoken from voice_notes where quote_number = ?")
            .bind(number)
            .fetch_optional(&app.database)
            .await?;
    let (text,) = found.ok_or(Refusal::NotFound)?;
    Ok(Json(json!({ "text": text })))
}
