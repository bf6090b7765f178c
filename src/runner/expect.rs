//! A step's expectations, in order, each for as long as it may take.

use std::time::{Duration, Instant};

use super::step::{StepWalk, milliseconds};
use crate::browser::{
    BrowserError,
    page::{Answer, ResponseAnswer, ResponseVerdict, Settled},
};
use crate::checklist::{Check, Expectation, ExpectedBody};
use crate::evidence::{About, ExpectationOutcome, ExpectationRecord};

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
                ..ExpectationRecord::default()
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
        match &expectation.check {
            Check::Response(pattern) => {
                record.about = About::Passing;
                record.wants_json = pattern.body == Some(ExpectedBody::Json);
                let answer = self.session.expect_response(pattern, limit).await;
                self.take_answer(answer, record);
            }
            // Decided when the page has settled.
            Check::NoResponse(_) => record.about = About::Passing,
            Check::Fetch(fetch) => {
                record.about = About::Kept;
                (record.exchange, record.outcome) = self.fetch(fetch, limit).await?;
            }
            Check::Query(query) => {
                record.about = About::Kept;
                record.outcome = self.query(query, limit).await;
            }
            Check::Denied(denied) => {
                record.about = About::Access;
                self.deny(denied, limit, record).await?;
            }
            check => {
                record.outcome = match self.look_for(check, limit).await? {
                    Some(Answer::Broken(obstacle)) => {
                        self.boxes.extend(obstacle.boxes);
                        self.broken(&obstacle.why)
                    }
                    Some(Answer::Held) | None => ExpectationOutcome::Held,
                };
            }
        }
        Ok(())
    }

    /// What must not have come is decided once the page has settled.
    pub(super) async fn expect_absences(
        &self,
        expectations: &[Expectation],
        records: &mut [ExpectationRecord],
        settled: &Settled,
    ) {
        if self.has_failed_action {
            return;
        }
        for (expectation, record) in expectations.iter().zip(records) {
            let Check::NoResponse(pattern) = &expectation.check else {
                continue;
            };
            let limit = expectation.within.unwrap_or(Duration::ZERO);
            let answer = self.session.expect_no_response(pattern, limit).await;
            self.take_answer(answer, record);
            if let (ExpectationOutcome::Held, Some(why)) = (&record.outcome, &settled.unsettled) {
                let why = format!("the page hadn't settled: {why}");
                record.outcome = ExpectationOutcome::Undecided {
                    why: self.walk.redactor.text(&why),
                };
            }
        }
    }

    fn take_answer(&self, answer: ResponseAnswer, record: &mut ExpectationRecord) {
        record.exchange = answer.exchange;
        record.outcome = match answer.verdict {
            ResponseVerdict::Held => ExpectationOutcome::Held,
            ResponseVerdict::Broken(seen) => self.broken(&seen),
            ResponseVerdict::Undecided(why) => ExpectationOutcome::Undecided { why },
        };
    }
}
