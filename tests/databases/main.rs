//! Tests against real databases, which they start and stop themselves:
//! `cargo test --test databases -- --include-ignored`.
#![allow(missing_docs, reason = "tests name themselves")]

mod mariadb;
mod postgres;
mod server;
mod sqlite;

use std::{future::Future, time::Duration};

use shippass::{
    checklist::Table,
    config::{Database, Engine, Secret},
    truth::{Connection, TruthError},
};

/// How long a question may take that is answered at once, on a machine that has much else to do too.
const SOON: Duration = Duration::from_secs(30);

fn database(engine: Engine, url: &str) -> Database {
    Database {
        name: "app".to_owned(),
        engine,
        url: Secret {
            name: "databases.app".to_owned(),
            value: url.to_owned(),
        },
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

/// Asks over a connection of its own.
async fn ask_for(database: &Database, sql: &str, limit: Duration) -> Result<Table, TruthError> {
    let mut connection = Connection::open(database, SOON).await?;
    let answer = connection.ask(sql, limit).await;
    connection.close().await;
    answer
}

async fn ask(database: &Database, sql: &str) -> Result<Table, TruthError> {
    ask_for(database, sql, SOON).await
}

/// The cells of an answer's only row, `null` for its nulls.
async fn row(database: &Database, sql: &str) -> Vec<String> {
    let table = ask(database, sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let [cells] = table.rows.as_slice() else {
        panic!("{sql}: {table:?}");
    };
    let text = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "null".to_owned());
    cells.iter().map(text).collect()
}

/// The database itself refuses each of these, and its words say so.
async fn refuses(database: &Database, statements: &[(&str, &str)]) {
    for (sql, words) in statements {
        match ask(database, sql).await {
            Err(TruthError::Refused { reason, .. }) => {
                assert!(reason.contains(words), "{sql}: {reason}");
            }
            other => panic!("{sql}: {other:?}"),
        }
    }
}

/// Whatever is wrong with a connection is told without its secrets.
async fn is_unreachable(database: &Database) {
    match ask(database, "select 1").await {
        Err(error @ TruthError::Unreachable { .. }) => {
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}
