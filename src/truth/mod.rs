//! Ground truth: what the product's own database holds. Everything here reads; the database itself refuses the rest.

mod connection;
mod error;
mod mysql;
mod postgres;
mod sqlite;

pub use connection::Connection;
pub use error::TruthError;

/// The most rows that an answer may have.
pub const MOST_ROWS: usize = 1000;

/// Bytes as lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string can't fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
