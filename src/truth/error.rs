//! Why a database couldn't be asked. None of this says anything about the product.

use std::time::Duration;

use super::MOST_ROWS;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum TruthError {
    /// Nobody answers there, or it lets nobody in.
    #[error("the database `{database}` can't be reached: {reason}")]
    Unreachable {
        /// Its name in the configuration.
        database: String,
        /// The driver's own words.
        reason: String,
    },
    /// The database didn't do what it was asked.
    #[error("the database `{database}` refused the query: {reason}")]
    Refused {
        /// Its name in the configuration.
        database: String,
        /// The database's own words.
        reason: String,
    },
    /// It took too long.
    #[error("the database `{database}` had no answer after {} ms", limit.as_millis())]
    TooSlow {
        /// Its name in the configuration.
        database: String,
        /// How long it was given.
        limit: Duration,
    },
    /// The answer is too long to be looked at.
    #[error("the query gives more than {MOST_ROWS} rows; ask for `count(*)`, or narrow it down")]
    TooManyRows,
}

/// What each engine says when a time limit ended a statement: `PostgreSQL`, MySQL, MariaDB, `SQLite`.
const TIMED_OUT: [&str; 4] = ["57014", "3024", "1969", "9"];

impl TruthError {
    /// What an error of the driver means.
    pub(super) fn of(error: &sqlx::Error, database: &str, limit: Duration) -> Self {
        let database = database.to_owned();
        match error {
            sqlx::Error::Database(answer) => {
                let number = answer
                    .try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()
                    .map(|error| error.number().to_string());
                let code = number.or_else(|| answer.code().map(Into::into));
                if code.is_some_and(|code| TIMED_OUT.contains(&code.as_str())) {
                    return Self::TooSlow { database, limit };
                }
                Self::Refused {
                    database,
                    reason: answer.message().to_owned(),
                }
            }
            other => Self::Unreachable {
                database,
                reason: other.to_string(),
            },
        }
    }
}
