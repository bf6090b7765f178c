//! A connection to a database of the product, over which it is asked and nothing else.

use std::{future::Future, time::Duration};

use sqlx::{Connection as _, PgConnection, SqliteConnection};

use super::{MOST_ROWS, error::TruthError, mysql, postgres, sqlite};
use crate::checklist::{Statements, Table};
use crate::config::{Database, Engine};

/// How much longer than its own limit a statement is waited for, in case the database keeps to none.
const GRACE: Duration = Duration::from_secs(2);

/// An open connection.
#[derive(Debug)]
pub struct Connection {
    /// The database's name in the configuration.
    name: String,
    line: Line,
}

#[derive(Debug)]
enum Line {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
    MySql(mysql::Line),
}

impl Connection {
    /// Opens a connection within a time limit.
    pub async fn open(database: &Database, limit: Duration) -> Result<Self, TruthError> {
        let name = database.name.clone();
        let url = database.url.value.as_str();
        let opening = async {
            Ok(match database.engine {
                Engine::Sqlite => Line::Sqlite(sqlite::open(url).await?),
                Engine::Postgres => Line::Postgres(postgres::open(url).await?),
                Engine::MySql => Line::MySql(mysql::open(url).await?),
            })
        };
        let line = match within(opening, &name, limit).await {
            // Whatever kept it from opening, it isn't reached.
            Err(TruthError::Refused { database, reason }) => {
                return Err(TruthError::Unreachable { database, reason });
            }
            other => other?,
        };
        Ok(Self { name, line })
    }

    /// Asks one statement that reads, within a time limit; after an error the connection is not to be used again.
    pub async fn ask(&mut self, sql: &str, limit: Duration) -> Result<Table, TruthError> {
        // The others prepare it first, which takes one; this engine would do one after the other.
        if matches!(self.line, Line::Sqlite(_)) && Statements::of(sql).count > 1 {
            return Err(TruthError::Refused {
                database: self.name.clone(),
                reason: "it takes one statement at a time".to_owned(),
            });
        }
        let asking = async {
            match &mut self.line {
                Line::Sqlite(line) => sqlite::ask(line, sql, limit).await,
                Line::Postgres(line) => postgres::ask(line, sql, limit).await,
                Line::MySql(line) => mysql::ask(line, sql, limit).await,
            }
        };
        let table = within(asking, &self.name, limit + GRACE).await?;
        if table.rows.len() > MOST_ROWS {
            return Err(TruthError::TooManyRows);
        }
        Ok(table)
    }

    /// Says goodbye; what was asked has been answered, so nothing depends on it.
    pub async fn close(self) {
        let closing = async {
            match self.line {
                Line::Sqlite(line) => line.close().await,
                Line::Postgres(line) => line.close().await,
                Line::MySql(line) => line.close().await,
            }
        };
        let _ = tokio::time::timeout(GRACE, closing).await;
    }
}

async fn within<T>(
    asking: impl Future<Output = Result<T, sqlx::Error>>,
    database: &str,
    limit: Duration,
) -> Result<T, TruthError> {
    match tokio::time::timeout(limit, asking).await {
        Ok(answer) => answer.map_err(|error| TruthError::of(&error, database, limit)),
        Err(_) => Err(TruthError::TooSlow {
            database: database.to_owned(),
            limit,
        }),
    }
}
