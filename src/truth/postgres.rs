//! `PostgreSQL`: a read-only transaction, and in it a cursor, which takes nothing but a query.

use std::{str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row, SqlSafeStr, TypeInfo,
    ValueRef,
    postgres::{PgConnectOptions, PgRow},
};

use super::{MOST_ROWS, table};
use crate::checklist::Table;

/// Opens a connection; TLS is used where the server offers it, unless the URL says otherwise.
pub(super) async fn open(url: &str) -> Result<PgConnection, sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?.application_name("shippass");
    PgConnection::connect_with(&options.disable_statement_logging()).await
}

/// Asks one statement.
///
/// It is parsed by the extended protocol first, which takes a single statement; then it is asked by the simple
/// protocol, which gives every value as the text that a person would see.
pub(super) async fn ask(
    line: &mut PgConnection,
    sql: &str,
    limit: Duration,
) -> Result<Table, sqlx::Error> {
    let limit = limit.as_millis().max(1);
    let begin = format!("begin read only; set local statement_timeout = {limit}");
    sqlx::raw_sql(AssertSqlSafe(begin))
        .execute(&mut *line)
        .await?;
    (&mut *line)
        .prepare(AssertSqlSafe(sql).into_sql_str())
        .await?;
    let declare = format!("declare shippass no scroll cursor for\n{sql}");
    sqlx::raw_sql(AssertSqlSafe(declare))
        .execute(&mut *line)
        .await?;
    let fetch = format!("fetch forward {} from shippass", MOST_ROWS + 1);
    let rows = sqlx::raw_sql(AssertSqlSafe(fetch))
        .fetch_all(&mut *line)
        .await?;
    sqlx::raw_sql("rollback").execute(line).await?;
    table(&rows, text)
}

fn text(row: &PgRow, index: usize) -> Result<Option<String>, sqlx::Error> {
    let value = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok(None);
    }
    let is_bytes = value.type_info().name() == "BYTEA";
    let text = value.as_str().map_err(sqlx::Error::Decode)?;
    let text = if is_bytes {
        text.trim_start_matches("\\x")
    } else {
        text
    };
    Ok(Some(text.to_owned()))
}
