//! What happens by itself when a quote is signed.

use axum::{Extension, Json, extract::State};
use serde::Deserialize;
use serde_json::json;

use super::{
    refusal::{Answer, Given, Refusal},
    sessions::Person,
    state::Shared,
};

const KINDS: [&str; 4] = ["email", "wait", "add_tag", "start_sequence"];
const MOST_STEPS: usize = 20;

/// The tier without automations.
const FREE: &str = "free";

/// The steps in their order.
#[derive(Deserialize)]
pub(super) struct Steps {
    steps: Vec<String>,
}

/// `GET /api/automation`
pub(super) async fn show(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
) -> Answer {
    let steps: Vec<(String,)> =
        sqlx::query_as("select kind from automation_steps where company_id = ? order by position")
            .bind(person.company_id)
            .fetch_all(&app.database)
            .await?;
    let steps: Vec<_> = steps.into_iter().map(|(kind,)| kind).collect();
    let is_locked = person.tier == FREE;
    Ok(Json(json!({ "steps": steps, "is_locked": is_locked })))
}

/// `PUT /api/automation`
pub(super) async fn save(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
    Given(Steps { steps }): Given<Steps>,
) -> Answer {
    if person.tier == FREE {
        return Err(Refusal::NotAllowed("automations come with a Pro seat"));
    }
    if let Some(kind) = steps.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
        return Err(Refusal::Unusable(format!("there is no step `{kind}`")));
    }
    if steps.len() > MOST_STEPS {
        return Err(Refusal::Unusable(format!("at most {MOST_STEPS} steps")));
    }
    let mut transaction = app.database.begin().await?;
    sqlx::query("delete from automation_steps where company_id = ?")
        .bind(person.company_id)
        .execute(&mut *transaction)
        .await?;
    for (position, kind) in (1_i64..).zip(&steps) {
        sqlx::query("insert into automation_steps (company_id, position, kind) values (?, ?, ?)")
            .bind(person.company_id)
            .bind(position)
            .bind(kind)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(Json(json!({ "steps": steps })))
}
