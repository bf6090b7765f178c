//! The demo's database: a `SQLite` file of its own, filled with the same days of work every time.

use std::{path::Path, time::Duration};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::accounts::{EVERYBODY, hash_password};

const SCHEMA: &str = include_str!("schema.sql");

/// Makes the file and fills it.
pub(super) async fn open_database(file: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .journal_mode(SqliteJournalMode::Wal)
        // The file is thrown away with the demo; it needn't survive a power cut.
        .synchronous(SqliteSynchronous::Off);
    let pool = SqlitePoolOptions::new()
        .max_connections(4)
        .connect_with(options)
        .await?;
    sqlx::raw_sql(SCHEMA).execute(&pool).await?;
    for account in EVERYBODY {
        sqlx::query("update people set password_hash = ? where email = ?")
            .bind(hash_password(account.email, account.password))
            .bind(account.email)
            .execute(&pool)
            .await?;
    }
    Ok(pool)
}
