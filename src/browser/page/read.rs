//! Reading a document of the target as the page's user: from the page, with its cookies.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use super::script::Script;
use crate::browser::{BrowserError, Session};
use crate::checklist::Reading;
use crate::evidence::CHECK_ACCEPT;

const READ: Script = Script {
    name: "read.js",
    text: include_str!("js/read.js"),
};

/// The longest answer that is read, in characters.
const LONGEST: usize = 2_000_000;
/// The pause before a second read; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause between two reads.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// The shortest time that a read is given, however little is left: what has been asked is answered.
const LEAST: Duration = Duration::from_secs(2);
/// How long the record of a read may come after its answer.
const RECORD_LIMIT: Duration = Duration::from_secs(2);

/// What came of reading a document until it satisfied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadAnswer {
    /// The exchange of the last read.
    pub exchange: Option<String>,
    /// The last reading, or why there is none.
    pub reading: Result<Reading, String>,
}

impl Session {
    /// Reads a document as its user would, again and again until it satisfies or the time is over.
    pub async fn read_until(
        &self,
        url: &str,
        limit: Duration,
        satisfies: impl Fn(&Reading) -> bool,
    ) -> Result<ReadAnswer, BrowserError> {
        let started = Instant::now();
        let mut pause = Duration::ZERO;
        let mut earlier = None;
        loop {
            let left = limit.saturating_sub(started.elapsed());
            let reading = self.read(url, pause.min(left), left.max(LEAST)).await?;
            let is_enough = reading.as_ref().is_ok_and(&satisfies);
            // A later read that fails doesn't make unknown what an earlier one has shown.
            let reading = reading.or_else(|why| earlier.take().ok_or(why));
            pause = (pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
            if is_enough || started.elapsed() >= limit {
                let exchange = self.last_read(url).await;
                return Ok(ReadAnswer { exchange, reading });
            }
            earlier = reading.ok();
        }
    }

    /// Reads a JSON document of the target as its user would; `Err` in words when that fails.
    pub async fn read_json(
        &self,
        url: &str,
        limit: Duration,
    ) -> Result<Result<Value, String>, BrowserError> {
        let reading = self.read(url, Duration::ZERO, limit).await?;
        Ok(reading
            .map_err(|why| format!("{url} couldn't be read: {why}"))
            .and_then(|reading| match reading.status {
                200..=299 => serde_json::from_str(&reading.text)
                    .map_err(|error| format!("{url} isn't JSON: {error}")),
                status => Err(format!("{url} answered {status}")),
            }))
    }

    async fn read(
        &self,
        url: &str,
        pause: Duration,
        limit: Duration,
    ) -> Result<Result<Reading, String>, BrowserError> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Read {
            Answered {
                status: u16,
                text: String,
                led_to: Option<String>,
            },
            Failed {
                error: String,
            },
        }
        #[expect(clippy::cast_possible_truncation, reason = "pauses are seconds")]
        let pause = pause.as_millis() as u64;
        let arguments = vec![
            json!(url),
            json!(CHECK_ACCEPT),
            json!(pause),
            json!(LONGEST),
        ];
        let read: Read = self.ask_page(READ, arguments, limit).await?;
        Ok(match read {
            Read::Answered {
                status,
                text,
                led_to,
            } => Ok(Reading {
                status,
                text,
                led_to,
            }),
            Read::Failed { error } => Err(error),
        })
    }

    /// The newest exchange in which a check read that document, once it has been recorded.
    async fn last_read(&self, url: &str) -> Option<String> {
        let bare = |url: &str| url.split('#').next().unwrap_or_default().to_owned();
        let find = || {
            let seen = self.observer.seen();
            let mut own = seen.into_iter().rev().filter(|seen| seen.is_of_check);
            own.find(|seen| bare(&seen.url) == bare(url))
        };
        self.observer
            .wait(RECORD_LIMIT, |marks| {
                marks.unrecorded <= marks.open && find().is_some()
            })
            .await;
        find().map(|seen| seen.id)
    }
}
