//! The customer's side of a quote: whoever has the link may read it and sign it.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::json;
use sqlx::SqlitePool;

use super::{
    quotes::add_sums,
    refusal::{Answer, Given, Refusal, wanted_text},
    state::Shared,
};

/// What a customer types to sign.
#[derive(Deserialize)]
pub(super) struct Signature {
    name: String,
}

/// `GET /api/public/quotes/{token}`
pub(super) async fn show(State(app): State<Shared>, Path(token): Path<String>) -> Answer {
    let number = number_of(&app.database, &token).await?;
    let (customer, job, company, trade): (String, String, String, String) = sqlx::query_as(
        "select q.customer, q.job, c.name, c.trade from quotes q
         join companies c on c.id = q.company_id where q.number = ?",
    )
    .bind(number)
    .fetch_one(&app.database)
    .await?;
    let mut quote = json!({
        "number": number,
        "customer": customer,
        "job": job,
        "company": company,
        "trade": trade,
    });
    add_sums(&app.database, number, &mut quote).await?;
    Ok(Json(quote))
}

/// `POST /api/public/quotes/{token}/sign`
pub(super) async fn sign(
    State(app): State<Shared>,
    Path(token): Path<String>,
    Given(signature): Given<Signature>,
) -> Answer {
    let signer = wanted_text(&signature.name, "your name")?;
    let number = number_of(&app.database, &token).await?;
    let mut transaction = app.database.begin().await?;
    let stored =
        sqlx::query("insert or ignore into signatures (quote_number, signer) values (?, ?)")
            .bind(number)
            .bind(&signer)
            .execute(&mut *transaction)
            .await?;
    if stored.rows_affected() == 0 {
        return Err(Refusal::Unusable("this quote is signed already".to_owned()));
    }
    sqlx::query("update quotes set status = 'signed' where number = ?")
        .bind(number)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(Json(json!({ "signer": signer })))
}

async fn number_of(database: &SqlitePool, token: &str) -> Result<i64, Refusal> {
    let found: Option<(i64,)> = sqlx::query_as("select number from quotes where token = ?")
        .bind(token)
        .fetch_optional(database)
        .await?;
    found.map(|(number,)| number).ok_or(Refusal::NotFound)
}
