//! Signing in and out, and who a request comes from.

use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use sqlx::SqlitePool;

use super::{
    accounts::hash_password,
    refusal::{Answer, Given, Refusal},
    state::Shared,
};

const COOKIE: &str = "fieldquote_session";

/// Who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: i64,
    pub(super) company_id: i64,
    pub(super) company: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) tier: String,
}

/// What a person types to sign in.
#[derive(Deserialize)]
pub(super) struct Credentials {
    email: String,
    password: String,
}

/// The person to whom the request's session belongs.
pub(super) async fn signed_in(
    database: &SqlitePool,
    headers: &HeaderMap,
) -> Result<Option<Person>, Refusal> {
    let Some(token) = session_token(headers) else {
        return Ok(None);
    };
    let found: Option<(i64, i64, String, String, String, String)> = sqlx::query_as(
        "select p.id, p.company_id, c.name, p.name, p.email, p.tier from sessions s
         join people p on p.id = s.person_id join companies c on c.id = p.company_id where s.token = ?",
    )
    .bind(token)
    .fetch_optional(database)
    .await?;
    Ok(
        found.map(|(id, company_id, company, name, email, tier)| Person {
            id,
            company_id,
            company,
            name,
            email,
            tier,
        }),
    )
}

fn session_token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
}

/// `POST /api/session`
pub(super) async fn sign_in(
    State(app): State<Shared>,
    Given(credentials): Given<Credentials>,
) -> Result<Response, Refusal> {
    let email = credentials.email.trim().to_lowercase();
    let found: Option<(i64, String)> =
        sqlx::query_as("select id, name from people where email = ? and password_hash = ?")
            .bind(&email)
            .bind(hash_password(&email, &credentials.password))
            .fetch_optional(&app.database)
            .await?;
    let (id, name) = found.ok_or(Refusal::NotSignedIn("Wrong email or password."))?;
    let token = random_token()?;
    sqlx::query("insert into sessions (token, person_id) values (?, ?)")
        .bind(&token)
        .bind(id)
        .execute(&app.database)
        .await?;
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax");
    Ok((
        [(header::SET_COOKIE, cookie)],
        Json(json!({ "name": name })),
    )
        .into_response())
}

/// `DELETE /api/session`
pub(super) async fn sign_out(
    State(app): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    if let Some(token) = session_token(&headers) {
        sqlx::query("delete from sessions where token = ?")
            .bind(token)
            .execute(&app.database)
            .await?;
    }
    let cookie = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok(([(header::SET_COOKIE, cookie)], Json(json!({ "ok": true }))).into_response())
}

/// `GET /api/me`
pub(super) async fn me(Extension(person): Extension<Person>) -> Answer {
    Ok(Json(json!({
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "tier": person.tier,
        "company": person.company,
    })))
}

/// Thirty-two hexadecimal digits that nobody can guess.
pub(super) fn random_token() -> Result<String, Refusal> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Refusal::OurFault(error.to_string()))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
