//! A quote's photos: where to send one, and which there are. The pictures themselves lie at the upload origin.

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    quotes::owned,
    refusal::{Answer, Given, Refusal},
    sessions::Person,
    state::{AppState, Shared},
};

/// A photo that was sent.
#[derive(Deserialize)]
pub(super) struct Sent {
    key: String,
}

/// `POST /api/quotes/{number}/uploads`
pub(super) async fn prepare(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
    Path(number): Path<i64>,
) -> Answer {
    owned(&app.database, &person, number).await?;
    let (count,): (i64,) = sqlx::query_as("select count(*) from photos")
        .fetch_one(&app.database)
        .await?;
    let key = format!("{number}-{}.png", count + 1);
    Ok(Json(json!({ "url": address_of(&app, &key), "key": key })))
}

/// `POST /api/quotes/{number}/photos`
pub(super) async fn add(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
    Path(number): Path<i64>,
    Given(Sent { key }): Given<Sent>,
) -> Answer {
    owned(&app.database, &person, number).await?;
    let is_ours = key.starts_with(&format!("{number}-"))
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    if !is_ours {
        return Err(Refusal::Unusable("this photo belongs elsewhere".to_owned()));
    }
    sqlx::query("insert into photos (quote_number, object_key) values (?, ?)")
        .bind(number)
        .bind(&key)
        .execute(&app.database)
        .await?;
    Ok(Json(json!({ "key": key })))
}

/// `GET /api/quotes/{number}/photos`
pub(super) async fn list(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
    Path(number): Path<i64>,
) -> Answer {
    owned(&app.database, &person, number).await?;
    let keys: Vec<(String,)> =
        sqlx::query_as("select object_key from photos where quote_number = ? order by id")
            .bind(number)
            .fetch_all(&app.database)
            .await?;
    let photos: Vec<_> = keys.iter().map(|(key,)| address_of(&app, key)).collect();
    Ok(Json(json!({ "photos": photos })))
}

/// The bucket's name goes into the address as it stands in the environment, stray characters and all.
fn address_of(app: &AppState, key: &str) -> String {
    let bucket = app.bucket.replace('\n', "%0A");
    format!("{}/{bucket}/{key}", app.upload_origin)
}
