//! Expectations that ask the server itself, past what the page shows.

use std::time::Duration;

use super::step::StepWalk;
use crate::browser::BrowserError;
use crate::checklist::{Fetch, Reading};
use crate::evidence::ExpectationOutcome;

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

    /// A reading without its secrets, to tell of.
    fn shown(&self, reading: Reading) -> Reading {
        Reading {
            text: self.walk.redactor.body("", &reading.text),
            ..reading
        }
    }

    fn broken(&self, seen: &str) -> ExpectationOutcome {
        let seen = self.walk.redactor.text(seen);
        ExpectationOutcome::Broken { seen }
    }

    fn undecided(&self, why: &str) -> ExpectationOutcome {
        let why = self.walk.redactor.text(why);
        ExpectationOutcome::Undecided { why }
    }
}
