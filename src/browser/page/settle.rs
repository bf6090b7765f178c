//! Waiting until a page has come to rest, within bounds.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;

use super::{Measure, script::Script};
use crate::browser::{BrowserError, Session};
use crate::evidence::PageFacts;

const SETTLE: Script = Script {
    name: "settle.js",
    text: concat!(
        include_str!("js/clock.js"),
        include_str!("js/private.js"),
        include_str!("js/settle.js")
    ),
};

/// A page at rest, or as it was when patience ran out; not redacted yet.
#[derive(Debug, Clone, Deserialize)]
pub struct Settled {
    /// What kept it from resting; `None` when it rests.
    pub unsettled: Option<String>,
    /// Names the document: when it began, by its own clock.
    pub document: f64,
    /// What it shows.
    pub page: PageFacts,
    /// What fields typed into hold now, by their id.
    pub held: Vec<HeldText>,
    /// The device as the page sees it.
    pub measure: Measure,
    /// Whether its picture shows what it should if it is just taken.
    pub motion: Motion,
    /// What had happened on the page by then.
    pub counters: Counters,
    /// Why it is the old page still: the next one was asked for, and nobody has seen it.
    #[serde(skip)]
    pub left_behind: Option<String>,
    /// Requests still open, by what they are known by when they are asked again.
    #[serde(default)]
    open: Vec<String>,
}

/// What there is to be held still on a page before a picture of it is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Motion {
    /// Fields are shown that nobody should read, or frames, which may show some.
    Private,
    /// An animation runs, a caret blinks, or something still looks pressed.
    Moving,
    /// Nothing.
    Still,
}

/// What has happened on a page since it was loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Counters {
    /// Changes of its tree, attributes and texts.
    pub changes: u32,
    /// Requests that its code made.
    pub requests: u32,
    /// What else the last touch brought about: `focus`, `scroll`, `clipboard`.
    pub others: Vec<String>,
}

/// What a field typed into holds.
#[derive(Debug, Clone, Deserialize)]
pub struct HeldText {
    /// The field's id on its page.
    pub id: u64,
    /// What it holds.
    pub held: String,
}

impl Session {
    /// Waits until no request that the page waits for is open, fonts and pictures are there, no finite
    /// animation runs and nothing changed for two frames; at the latest until `limit`.
    pub async fn settle(&self, limit: Duration) -> Result<Settled, BrowserError> {
        let started = Instant::now();
        loop {
            let left = limit.saturating_sub(started.elapsed());
            let is_network_quiet = self
                .observer
                .wait(left, |marks| {
                    marks.loading == 0 && marks.awaited == 0 && marks.downloads == 0
                })
                .await;
            let before = self.observer.marks();
            let left = limit.saturating_sub(started.elapsed());
            let endless = self.observer.endless();
            let mut settled: Settled = self.ask_page(SETTLE, vec![json!(endless)], left).await?;
            if !is_network_quiet {
                // With no time left the page can say no more than that it is still changing.
                let what = if before.loading > 0 {
                    "the next page hasn't answered"
                } else if before.downloads > 0 {
                    "a download is still under way"
                } else {
                    "a request that the page loads with is still open"
                };
                settled.unsettled = Some(what.to_owned());
            }
            let after = self.observer.marks();
            let is_at_rest =
                after.navigations == before.navigations && after.loading == 0 && after.awaited == 0;
            if is_at_rest || settled.unsettled.is_some() || started.elapsed() >= limit {
                let is_waiting = !is_network_quiet && before.loading > 0;
                let waited = is_waiting.then_some(limit);
                settled.left_behind = waited.or_else(|| self.observer.unanswered()).map(|waited| {
                    let seconds = waited.as_secs();
                    format!("the page that it led to gave no answer for {seconds} s")
                });
                if settled.unsettled.is_some() {
                    self.observer.give_up_on(settled.open.drain(..));
                }
                return Ok(settled);
            }
        }
    }
}
