//! Ground truth: what the product's own database holds. Everything here reads; the database itself refuses the rest.

mod connection;
mod error;
mod mysql;
mod postgres;
mod sqlite;

pub use connection::Connection;
pub use error::TruthError;

use sqlx::{Column, Row};

use crate::checklist::Table;

/// The most rows that an answer may have.
pub const MOST_ROWS: usize = 1000;

/// What a database gave, each value as the text that a person would see.
fn table<R: Row>(
    rows: &[R],
    text: impl Fn(&R, usize) -> Result<Option<String>, sqlx::Error>,
) -> Result<Table, sqlx::Error> {
    let columns = rows.first().map(|row| {
        let columns = row.columns().iter();
        columns.map(|column| column.name().to_owned()).collect()
    });
    let cells = |row: &R| (0..row.len()).map(|index| text(row, index)).collect();
    Ok(Table {
        columns: columns.unwrap_or_default(),
        rows: rows.iter().map(cells).collect::<Result<_, _>>()?,
    })
}
