//! The people of a company and the seats that they are on.

use axum::{Extension, Json, extract::State};
use serde_json::json;

use super::{refusal::Answer, sessions::Person, state::Shared};

/// `GET /api/team`
pub(super) async fn show(
    State(app): State<Shared>,
    Extension(person): Extension<Person>,
) -> Answer {
    let people: Vec<(i64, String, String, String)> =
        sqlx::query_as("select id, name, role, tier from people where company_id = ? order by id")
            .bind(person.company_id)
            .fetch_all(&app.database)
            .await?;
    let owner = people.iter().find(|(_, _, role, _)| role == "Owner");
    Ok(Json(json!({
        "company": person.company,
        "tier": person.tier,
        "owner": owner.map(|(_, name, _, _)| name.as_str()).unwrap_or_default(),
        "people": people
            .iter()
            .map(|(id, name, role, tier)| {
                json!({ "name": name, "role": role, "tier": tier, "is_me": *id == person.id })
            })
            .collect::<Vec<_>>(),
    })))
}
