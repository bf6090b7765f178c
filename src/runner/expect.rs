//! A step's expectations, in order, each for as long as it may take.

use std::time::Instant;

use super::step::{StepWalk, milliseconds};
use crate::browser::{
    BrowserError,
    page::{Answer, ResponseVerdict},
};
use crate::checklist::{Check, Expectation, ExpectedBody};
use crate::evidence::{ExpectationOutcome, ExpectationRecord};

impl StepWalk<'_, '_> {
    /// Decides each expectation; none is looked at when an action before it failed.
    pub(super) async fn expect_all(
        &mut self,
        expectations: &[Expectation],
    ) -> Result<Vec<ExpectationRecord>, BrowserError> {
        let mut records = Vec::with_capacity(expectations.len());
        for expectation in expectations {
            let clock = Instant::now();
            let mut record = ExpectationRecord {
                what: self.walk.redactor.text(&expectation.check.to_string()),
                outcome: ExpectationOutcome::NotRun,
                duration_ms: 0,
                exchange: None,
                wants_json: false,
            };
            if !self.has_failed_action {
                self.expect(expectation, &mut record).await?;
            }
            record.duration_ms = milliseconds(clock.elapsed());
            records.push(record);
        }
        Ok(records)
    }

    async fn expect(
        &mut self,
        expectation: &Expectation,
        record: &mut ExpectationRecord,
    ) -> Result<(), BrowserError> {
        let limit = expectation.within.unwrap_or(self.walk.limits.expectation);
        if let Check::Response(pattern) = &expectation.check {
            record.wants_json = pattern.body == Some(ExpectedBody::Json);
            let answer = self.session.expect_response(pattern, limit).await;
            record.exchange = answer.exchange;
            record.outcome = match answer.verdict {
                ResponseVerdict::Held => ExpectationOutcome::Held,
                ResponseVerdict::Broken(seen) => ExpectationOutcome::Broken {
                    seen: self.walk.redactor.text(&seen),
                },
                ResponseVerdict::Undecided(why) => ExpectationOutcome::Undecided { why },
            };
            return Ok(());
        }
        record.outcome = match self.session.expect(&expectation.check, limit).await? {
            Some(Answer::Broken(obstacle)) => {
                self.boxes.extend(obstacle.boxes);
                ExpectationOutcome::Broken {
                    seen: self.walk.redactor.text(&obstacle.why),
                }
            }
            Some(Answer::Held) | None => ExpectationOutcome::Held,
        };
        Ok(())
    }
}
