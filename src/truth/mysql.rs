//! MySQL and MariaDB: a read-only transaction with the server's own limits of time and rows.

use std::{str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Decode, Executor, MySql, MySqlConnection, Row,
    SqlSafeStr, TypeInfo, ValueRef,
    mysql::{MySqlConnectOptions, MySqlRow},
};

use super::{MOST_ROWS, table};
use crate::checklist::{Statements, Table};
use crate::evidence::hex;

/// A connection, and which of the two it leads to: each has its own word for a time limit.
#[derive(Debug)]
pub(super) struct Line {
    line: MySqlConnection,
    is_mariadb: bool,
}

/// Opens a connection; TLS is used where the server offers it, unless the URL says otherwise.
pub(super) async fn open(url: &str) -> Result<Line, sqlx::Error> {
    let url = url.replacen("mariadb://", "mysql://", 1);
    let options = MySqlConnectOptions::from_str(&url)?;
    let mut line = MySqlConnection::connect_with(&options.disable_statement_logging()).await?;
    let version = sqlx::raw_sql("select version()")
        .fetch_one(&mut line)
        .await?;
    let is_mariadb = text(&version, 0)?.is_some_and(|version| version.contains("MariaDB"));
    Ok(Line { line, is_mariadb })
}

impl Line {
    /// Says goodbye.
    pub(super) async fn close(self) -> Result<(), sqlx::Error> {
        self.line.close().await
    }
}

/// Asks one statement.
///
/// It is prepared as part of another first, which takes nothing but a query: a read-only transaction alone lets MariaDB
/// drop a table. It is prepared by itself, which takes a single statement. Then it is asked by the text protocol, which gives
/// every value as the text that a person would see.
pub(super) async fn ask(line: &mut Line, sql: &str, limit: Duration) -> Result<Table, sqlx::Error> {
    let time = if line.is_mariadb {
        format!("max_statement_time = {}", limit.as_secs_f64())
    } else {
        format!("max_execution_time = {}", limit.as_millis().max(1))
    };
    let line = &mut line.line;
    let rows = MOST_ROWS + 1;
    let limits = format!("set session {time}, session sql_select_limit = {rows}");
    sqlx::raw_sql(AssertSqlSafe(limits))
        .execute(&mut *line)
        .await?;
    sqlx::raw_sql("start transaction read only")
        .execute(&mut *line)
        .await?;
    let query = format!("select exists (\n{}\n)", &sql[..Statements::of(sql).end]);
    for sql in [&query, sql] {
        (&mut *line)
            .prepare(AssertSqlSafe(sql).into_sql_str())
            .await?;
    }
    let rows = sqlx::raw_sql(AssertSqlSafe(sql))
        .fetch_all(&mut *line)
        .await?;
    sqlx::raw_sql("rollback").execute(line).await?;
    table(&rows, text)
}

fn text(row: &MySqlRow, index: usize) -> Result<Option<String>, sqlx::Error> {
    let value = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok(None);
    }
    let kind = value.type_info().name().to_owned();
    let bytes = <&[u8] as Decode<'_, MySql>>::decode(value).map_err(sqlx::Error::Decode)?;
    Ok(Some(match kind.as_str() {
        "BIT" => bytes
            .iter()
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
            .to_string(),
        // A text whose letters are compared byte by byte calls itself binary too; what reads as text is one.
        _ => match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains(is_unreadable) => text.to_owned(),
            _ => hex(bytes),
        },
    }))
}

fn is_unreadable(character: char) -> bool {
    character.is_control() && !character.is_whitespace()
}
