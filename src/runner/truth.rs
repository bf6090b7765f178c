//! Expectations that ask the server itself, past what the page shows.

use std::time::{Duration, Instant};

use super::step::StepWalk;
use crate::browser::BrowserError;
use crate::checklist::{Fetch, Query, Reading, Table};
use crate::evidence::ExpectationOutcome;
use crate::truth::{Connection, TruthError};

/// The shortest time that a database is given, however little is left.
const LEAST: Duration = Duration::from_secs(2);
/// The first pause between two questions, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl StepWalk<'_, '_> {
    /// Reads an API as the persona; answers the exchange and what came of it.
    pub(super) async fn fetch(
        &self,
        fetch: &Fetch,
        limit: Duration,
    ) -> Result<(Option<String>, ExpectationOutcome), BrowserError> {
        let url = match self.walk.resolve(&fetch.path) {
            Ok(url) => url,
            Err(obstacle) => return Ok((None, self.undecided(&obstacle.why))),
        };
        let satisfies = |reading: &Reading| fetch.judge(reading).is_ok();
        let answer = self.session.read_until(&url, limit, satisfies).await?;
        let outcome = match answer.reading {
            Err(why) => self.undecided(&why),
            Ok(reading) if satisfies(&reading) => ExpectationOutcome::Held,
            Ok(reading) => {
                let seen = fetch.judge(&self.shown(reading)).err();
                self.broken(seen.as_deref().unwrap_or("it was something else"))
            }
        };
        Ok((answer.exchange, outcome))
    }

    /// Asks a database, again whenever the browser has told something new, and at growing intervals.
    pub(super) async fn query(&self, query: &Query, limit: Duration) -> ExpectationOutcome {
        let Some(database) = self.walk.databases.get(&query.db.name) else {
            return self.undecided(&format!("there is no database `{}`", query.db.name));
        };
        let started = Instant::now();
        let answer = async {
            let mut connection = Connection::open(database, limit.max(LEAST)).await?;
            let mut pause = FIRST_PAUSE;
            loop {
                let left = limit.saturating_sub(started.elapsed());
                let table = connection.ask(&query.sql, left.max(LEAST)).await?;
                if query.holds(&table) || left.is_zero() {
                    connection.close().await;
                    return Ok::<_, TruthError>(table);
                }
                self.session.wait_for_news(pause.min(left)).await;
                pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            }
        };
        match answer.await {
            Err(error) => self.undecided(&error.to_string()),
            Ok(table) if query.holds(&table) => ExpectationOutcome::Held,
            Ok(table) => self.broken(&self.shown_table(&table)),
        }
    }

    /// What a database gave, values under the names of secrets taken out.
    fn shown_table(&self, table: &Table) -> String {
        const LONGEST: usize = 400;
        let count = match table.rows.len() {
            0 => return "it gave no row".to_owned(),
            1 => "1 row".to_owned(),
            count => format!("{count} rows"),
        };
        let rows = self.walk.redactor.body("", &table.to_json());
        let mut start: String = rows.chars().take(LONGEST).collect();
        if start.len() < rows.len() {
            start.push('…');
        }
        format!("it gave {count}: {start}")
    }

    /// A reading without its secrets, to tell of.
    pub(super) fn shown(&self, reading: Reading) -> Reading {
        Reading {
            text: self.walk.redactor.body("", &reading.text),
            ..reading
        }
    }

    pub(super) fn broken(&self, seen: &str) -> ExpectationOutcome {
        let seen = self.walk.redactor.text(seen);
        ExpectationOutcome::Broken { seen }
    }

    pub(super) fn undecided(&self, why: &str) -> ExpectationOutcome {
        let why = self.walk.redactor.text(why);
        ExpectationOutcome::Undecided { why }
    }
}
