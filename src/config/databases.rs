//! `databases`: where the product keeps its data, to be asked by `query`.

use std::collections::BTreeMap;

use super::model::{Database, Engine, Secret};
use crate::checklist::{Node, Reader, list_words, nearest};

const EXAMPLE: &str = "databases: { app: \"${APP_DATABASE_URL}\" }";

/// What an address begins with, and which engine answers there.
const SCHEMES: [(&str, Engine); 5] = [
    ("postgres", Engine::Postgres),
    ("postgresql", Engine::Postgres),
    ("mysql", Engine::MySql),
    ("mariadb", Engine::MySql),
    ("sqlite", Engine::Sqlite),
];

/// The databases by name; unreadable ones are left out, their mistakes noted.
pub(super) fn databases(reader: &mut Reader<'_>, node: &Node) -> BTreeMap<String, Database> {
    let pairs = reader
        .pairs(node, "`databases`", EXAMPLE)
        .unwrap_or_default();
    pairs
        .iter()
        .filter_map(|(key, value)| {
            let name = reader.name(key, "a database's name", EXAMPLE)?;
            let database = database(reader, &name, value)?;
            Some((name, database))
        })
        .collect()
}

/// Whoever has the address has the data: nothing of it is repeated in a message, and all of it is a secret.
fn database(reader: &mut Reader<'_>, name: &str, node: &Node) -> Option<Database> {
    let url = reader.text(node, "a database's address", "app: ${APP_DATABASE_URL}")?;
    let url = url.trim();
    reader.hide(&format!("databases.{name}"), url);
    let schemes = || SCHEMES.iter().map(|(scheme, _)| *scheme);
    let (scheme, _) = url.split_once(':').unwrap_or_default();
    let known = SCHEMES.iter().find(|(known, _)| *known == scheme);
    let has_place = url.split_once(':').is_some_and(|(_, rest)| rest.len() > 2);
    let (message, help) = match known {
        Some((_, engine)) if has_place => {
            return Some(Database {
                name: name.to_owned(),
                engine: *engine,
                url: Secret {
                    name: format!("databases.{name}"),
                    value: url.to_owned(),
                },
            });
        }
        Some((scheme, _)) => (
            "the address ends behind its scheme".to_owned(),
            format!("write where the database is: `{scheme}://…`"),
        ),
        None => (
            "no database that can be asked has an address like this".to_owned(),
            match nearest(scheme, schemes()) {
                Some(near) => format!("begin it with `{near}://`"),
                None => format!(
                    "begin it with {}: `postgres://reader@db.example/app`, `sqlite:data/app.db`",
                    list_words(schemes(), "or")
                ),
            },
        ),
    };
    reader.error(node, message, &help);
    None
}
