//! Quotes: what the dashboard adds up, the list, one of them, new ones and changes.

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::SqlitePool;

use super::{
    fault::Fault,
    refusal::{Answer, Given, Refusal, wanted_text},
    sessions::{Person, random_token},
    state::Shared,
};

/// The highest amount that a quote may have.
const HIGHEST_CENTS: i64 = 100_000_000;

/// The text message to a customer has room for so many characters of a name.
const GREETING_LENGTH: usize = 20;

/// A quote as lists show it.
type Row = (i64, String, String, String, i64);

/// What a person types for a quote.
#[derive(Deserialize)]
pub(super) struct Draft {
    customer: String,
    job: String,
    /// Left out when the amount is the sum of several items.
    amount_cents: Option<i64>,
}

/// What a person types as notes.
#[derive(Deserialize)]
pub(super) struct Notes {
    notes: String,
}

/// `GET /api/dashboard`
pub(super) async fn dashboard(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
) -> Answer {
    let rows = company_quotes(&app.database, person.company_id).await?;
    let of = |status: &'static str| rows.iter().filter(move |row| row.3 == status);
    let first_name = person.name.split(' ').next().unwrap_or_default();
    let waiting_cents = of("waiting").map(|row| row.4).sum::<i64>();
    Ok(Json(json!({
        "name": first_name,
        "company": person.company,
        "waiting": of("waiting").count(),
        "waiting_cents": if app.has(Fault::MoneyAsText) {
            json!(waiting_cents.to_string())
        } else {
            json!(waiting_cents)
        },
        "signed": of("signed").count(),
        "signed_cents": of("signed").map(|row| row.4).sum::<i64>(),
        "drafts": of("draft").count(),
        "recent": rows.iter().take(3).map(in_list).collect::<Vec<_>>(),
    })))
}

/// `GET /api/quotes`
pub(super) async fn list(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
) -> Answer {
    let rows = company_quotes(&app.database, person.company_id).await?;
    let quotes: Vec<_> = rows.iter().map(in_list).collect();
    Ok(Json(json!({ "quotes": quotes })))
}

/// `GET /api/quotes/{number}`
pub(super) async fn show(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
    Path(number): Path<i64>,
) -> Answer {
    let found: Option<(i64, String, String, String, String, String, String)> = sqlx::query_as(
        "select q.company_id, q.customer, q.greeting, q.job, q.status, q.notes, q.token
         from quotes q where q.number = ?",
    )
    .bind(number)
    .fetch_optional(&app.database)
    .await?;
    let (company_id, customer, greeting, job, status, notes, token) =
        found.ok_or(Refusal::NotFound)?;
    if company_id != person.company_id && !app.has(Fault::CrossTenant) {
        return Err(Refusal::NotFound);
    }
    if person.tier == "free" && app.has(Fault::FreeLockedOut) {
        return Err(Refusal::NotAllowed("this needs a Pro seat"));
    }
    let mut quote = json!({
        "number": number,
        "customer": customer,
        "greeting": greeting,
        "job": job,
        "status": status,
        "notes": notes,
        "link": format!("{}/sign/{token}", app.public_url),
        "voice_seconds": voice_seconds(&app.database, number).await?,
    });
    add_sums(&app.database, number, &mut quote).await?;
    Ok(Json(quote))
}

/// `POST /api/quotes`
pub(super) async fn create(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
    Given(draft): Given<Draft>,
) -> Answer {
    let customer = wanted_text(&draft.customer, "the customer")?;
    let job = wanted_text(&draft.job, "the job")?;
    let cents = draft
        .amount_cents
        .ok_or_else(|| Refusal::Unusable("the amount is missing".to_owned()))?;
    let cents = wanted_amount(cents)?;
    let greeting = greeting(&app, &customer)?;
    let mut transaction = app.database.begin().await?;
    let (number,): (i64,) = sqlx::query_as(
        "insert into quotes (number, company_id, customer, greeting, job, status, token)
         select coalesce(max(number), company * 1000) + 1, company, ?, ?, ?, 'draft', ?
         from (select ? as company) left join quotes on company_id = company
         returning number",
    )
    .bind(&customer)
    .bind(&greeting)
    .bind(&job)
    .bind(random_token()?)
    .bind(person.company_id)
    .fetch_one(&mut *transaction)
    .await?;
    sqlx::query("insert into line_items (quote_number, what, cents) values (?, ?, ?)")
        .bind(number)
        .bind(&job)
        .bind(cents)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(Json(json!({ "number": number })))
}

/// `PUT /api/quotes/{number}`
pub(super) async fn change(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
    Path(number): Path<i64>,
    Given(draft): Given<Draft>,
) -> Answer {
    owned(&app.database, &person, number).await?;
    let customer = wanted_text(&draft.customer, "the customer")?;
    let job = wanted_text(&draft.job, "the job")?;
    let greeting = greeting(&app, &customer)?;
    let mut transaction = app.database.begin().await?;
    sqlx::query("update quotes set customer = ?, greeting = ?, job = ? where number = ?")
        .bind(&customer)
        .bind(&greeting)
        .bind(&job)
        .bind(number)
        .execute(&mut *transaction)
        .await?;
    if let Some(cents) = draft.amount_cents {
        sqlx::query(
            "update line_items set cents = ? where quote_number = ?
             and (select count(*) from line_items where quote_number = ?) = 1",
        )
        .bind(wanted_amount(cents)?)
        .bind(number)
        .bind(number)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(Json(json!({ "number": number })))
}

/// `PUT /api/quotes/{number}/notes`
pub(super) async fn save_notes(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
    Path(number): Path<i64>,
    Given(Notes { notes }): Given<Notes>,
) -> Answer {
    owned(&app.database, &person, number).await?;
    if !app.has(Fault::SaveLost) {
        sqlx::query("update quotes set notes = ? where number = ?")
            .bind(notes.trim())
            .bind(number)
            .execute(&app.database)
            .await?;
    }
    Ok(Json(json!({ "ok": true })))
}

/// Refuses a quote that isn't there or belongs to another company.
pub(super) async fn owned(
    database: &SqlitePool,
    person: &Person,
    number: i64,
) -> Result<(), Refusal> {
    let found: Option<(i64,)> =
        sqlx::query_as("select number from quotes where number = ? and company_id = ?")
            .bind(number)
            .bind(person.company_id)
            .fetch_optional(database)
            .await?;
    found.map(|_| ()).ok_or(Refusal::NotFound)
}

/// Adds a quote's items, its total and who signed it.
pub(super) async fn add_sums(
    database: &SqlitePool,
    number: i64,
    quote: &mut Value,
) -> Result<(), Refusal> {
    let items: Vec<(String, i64)> =
        sqlx::query_as("select what, cents from line_items where quote_number = ? order by id")
            .bind(number)
            .fetch_all(database)
            .await?;
    let signer: Option<(String,)> =
        sqlx::query_as("select signer from signatures where quote_number = ?")
            .bind(number)
            .fetch_optional(database)
            .await?;
    quote["total_cents"] = json!(items.iter().map(|(_, cents)| cents).sum::<i64>());
    quote["items"] = items
        .iter()
        .map(|(what, cents)| json!({ "what": what, "cents": cents }))
        .collect();
    quote["signer"] = json!(signer.map(|(signer,)| signer).unwrap_or_default());
    Ok(())
}

async fn company_quotes(database: &SqlitePool, company_id: i64) -> Result<Vec<Row>, Refusal> {
    let rows = sqlx::query_as(
        "select q.number, q.customer, q.job, q.status, coalesce(sum(i.cents), 0)
         from quotes q left join line_items i on i.quote_number = q.number
         where q.company_id = ? group by q.number order by q.number desc",
    )
    .bind(company_id)
    .fetch_all(database)
    .await?;
    Ok(rows)
}

fn in_list((number, customer, job, status, cents): &Row) -> Value {
    json!({ "number": number, "customer": customer, "job": job, "status": status, "total_cents": cents })
}

async fn voice_seconds(database: &SqlitePool, number: i64) -> Result<i64, Refusal> {
    let found: Option<(i64,)> =
        sqlx::query_as("select seconds from voice_notes where quote_number = ?")
            .bind(number)
            .fetch_optional(database)
            .await?;
    Ok(found.map_or(0, |(seconds,)| seconds))
}

fn wanted_amount(cents: i64) -> Result<i64, Refusal> {
    if (1..=HIGHEST_CENTS).contains(&cents) {
        return Ok(cents);
    }
    Err(Refusal::Unusable(
        "the amount must be more than nothing and at most a million".to_owned(),
    ))
}

/// How a text message addresses the customer; the fault cuts bytes where letters were meant.
fn greeting(app: &Shared, customer: &str) -> Result<String, Refusal> {
    if !app.has(Fault::EmojiCrash) {
        return Ok(customer.chars().take(GREETING_LENGTH).collect());
    }
    let end = customer.len().min(GREETING_LENGTH);
    std::str::from_utf8(&customer.as_bytes()[..end])
        .map(str::to_owned)
        .map_err(|error| Refusal::OurFault(error.to_string()))
}
