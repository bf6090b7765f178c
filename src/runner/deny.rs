//! `denied`: whoever walks tries to get where they must not.

use std::time::Duration;

use url::Url;

use super::step::StepWalk;
use crate::browser::{BrowserError, page::Answer};
use crate::checklist::{Check, Denied, Reading, Sight};
use crate::evidence::{ExpectationOutcome, ExpectationRecord};

impl StepWalk<'_, '_> {
    /// Tries it, and records what came of it.
    pub(super) async fn deny(
        &mut self,
        denied: &Denied,
        limit: Duration,
        record: &mut ExpectationRecord,
    ) -> Result<(), BrowserError> {
        let (Denied::Page { path, .. } | Denied::Api { path }) = denied;
        let url = match self.walk.resolve(path) {
            Ok(url) => url,
            Err(obstacle) => {
                record.outcome = self.undecided(&obstacle.why);
                return Ok(());
            }
        };
        match denied {
            Denied::Api { .. } => self.deny_api(&url, limit, record).await,
            Denied::Page { shows, .. } => {
                self.deny_page(&url, shows.as_deref(), limit, record).await
            }
        }
    }

    async fn deny_api(
        &self,
        url: &str,
        limit: Duration,
        record: &mut ExpectationRecord,
    ) -> Result<(), BrowserError> {
        let is_denied = |reading: &Reading| Denied::judge(reading).is_ok();
        let answer = self.session.read_until(url, limit, is_denied).await?;
        record.exchange = answer.exchange;
        record.outcome = match answer.reading {
            Err(why) => self.undecided(&why),
            Ok(reading) => match Denied::judge(&self.shown(reading)) {
                Ok(()) => ExpectationOutcome::Held,
                Err(seen) => self.broken(&seen),
            },
        };
        Ok(())
    }

    /// Goes there as a person would: the picture shows what they got to see.
    async fn deny_page(
        &mut self,
        url: &str,
        shows: Option<&str>,
        limit: Duration,
        record: &mut ExpectationRecord,
    ) -> Result<(), BrowserError> {
        self.rest_after_touch().await?;
        let arrived = self.session.arrive(url, self.walk.limits.settle).await?;
        let arrival = match arrived {
            Ok(arrival) => arrival,
            Err(obstacle) => {
                record.outcome = self.undecided(&obstacle.why);
                return Ok(());
            }
        };
        record.exchange = arrival.exchange;
        record.brought_about = arrival.brought_about;
        let is_refused = matches!(arrival.status, Some(401 | 403 | 404));
        record.outcome = match (shows, arrival.unsettled) {
            _ if is_refused => ExpectationOutcome::Held,
            (Some(text), unsettled) => {
                let check = Check::NotSee(Sight::Text(text.to_owned()));
                match (self.session.expect(&check, limit).await?, unsettled) {
                    (Some(Answer::Broken(_)), _) => self.broken("the page showed it"),
                    (_, Some(why)) => self.undecided(&format!("the page hadn't settled: {why}")),
                    (_, None) => ExpectationOutcome::Held,
                }
            }
            (None, _) if is_elsewhere(url, &arrival.url) => ExpectationOutcome::Held,
            (None, _) => {
                let status = arrival
                    .status
                    .map_or("nothing".to_owned(), |it| it.to_string());
                self.broken(&format!(
                    "it was answered {status} and the page stayed there; if it says no in its own words, give what must not be seen: `shows:`"
                ))
            }
        };
        Ok(())
    }
}

/// Whether a page stands at another place than the one that was asked for; its query may differ.
fn is_elsewhere(asked: &str, stands: &str) -> bool {
    let place = |url: &str| {
        let url = Url::parse(url).ok()?;
        let path = url.path().trim_end_matches('/').to_owned();
        Some((url.origin().ascii_serialization(), path))
    };
    place(asked) != place(stands)
}

#[cfg(test)]
mod tests {
    use super::is_elsewhere;

    #[test]
    fn only_another_path_or_origin_is_elsewhere() {
        let asked = "https://a.example/admin";
        assert!(!is_elsewhere(asked, "https://a.example/admin/?tab=1#x"));
        assert!(is_elsewhere(asked, "https://a.example/sign-in?next=/admin"));
        assert!(is_elsewhere(asked, "https://id.example/admin"));
    }
}
