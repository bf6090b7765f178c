//! `SQLite`: a file that is opened for reading alone, and a clock that ends what takes too long.

use std::{
    str::FromStr,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, TryStreamExt};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection, TypeInfo, ValueRef,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use super::{MOST_ROWS, table};
use crate::checklist::Table;
use crate::evidence::hex;

/// How many steps of its machine are done between two looks at the clock.
const STEPS: i32 = 10_000;

/// Opens a file that is there.
pub(super) async fn open(url: &str) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::from_str(url)?
        .read_only(true)
        .create_if_missing(false)
        .pragma("query_only", "on")
        .disable_statement_logging();
    let mut line = SqliteConnection::connect_with(&options).await?;
    // The file itself is read only now: one that is no database is told of here.
    sqlx::raw_sql("select count(*) from sqlite_schema")
        .execute(&mut line)
        .await?;
    Ok(line)
}

/// Asks one statement.
pub(super) async fn ask(
    line: &mut SqliteConnection,
    sql: &str,
    limit: Duration,
) -> Result<Table, sqlx::Error> {
    let deadline = Instant::now() + limit;
    line.lock_handle()
        .await?
        .set_progress_handler(STEPS, move || Instant::now() < deadline);
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(line);
    let rows: Vec<_> = rows.take(MOST_ROWS + 1).try_collect().await?;
    table(&rows, text)
}

/// A value has a type of its own, whatever its column was declared as.
fn text(row: &SqliteRow, index: usize) -> Result<Option<String>, sqlx::Error> {
    let value = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok(None);
    }
    let kind = value.type_info().name().to_owned();
    Ok(Some(match kind.as_str() {
        "INTEGER" => row.try_get_unchecked::<i64, _>(index)?.to_string(),
        "REAL" => row.try_get_unchecked::<f64, _>(index)?.to_string(),
        "BLOB" => hex(row.try_get_unchecked::<&[u8], _>(index)?),
        _ => row.try_get_unchecked::<String, _>(index)?,
    }))
}
