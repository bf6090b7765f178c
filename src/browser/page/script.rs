//! Running a script in the page: once more when the page was left under it, never longer than asked.

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::frames::FramePath;
use crate::browser::{BrowserError, Session, bidi::Marks, tabs::NEWS_LIMIT};

/// Goes before every script.
const TAB: &str = include_str!("js/tab.js");

/// A script that answers through its last argument.
#[derive(Debug, Clone, Copy)]
pub(super) struct Script {
    /// The file's name, for messages.
    pub(super) name: &'static str,
    /// The whole text.
    pub(super) text: &'static str,
}

impl Session {
    /// Runs a script in the top document.
    pub(super) async fn ask_page<T: DeserializeOwned>(
        &self,
        script: Script,
        args: Vec<Value>,
        limit: Duration,
    ) -> Result<T, BrowserError> {
        self.ask_in(&FramePath::new(), script, args, limit).await
    }

    /// Runs a script whose own waiting is bounded by `limit`, which it gets as the argument after `args`.
    ///
    /// A navigation destroys a script that waits; it is run again on the new page for the time left.
    pub(super) async fn ask_in<T: DeserializeOwned>(
        &self,
        path: &FramePath,
        script: Script,
        args: Vec<Value>,
        limit: Duration,
    ) -> Result<T, BrowserError> {
        let started = Instant::now();
        loop {
            match self.enter(path).await {
                Err(error) if self.has_lost_tab(&error).await => continue,
                entered => entered?,
            }
            let left = limit.saturating_sub(started.elapsed());
            let mut all = args.clone();
            #[expect(clippy::cast_possible_truncation, reason = "limits are seconds")]
            all.push(json!(left.as_millis() as u64));
            let text = format!("{TAB}{}", script.text);
            let running = self.client.execute_async(&text, all);
            match self.drive_for(script.name, left, running).await {
                Ok(value) if value.get("is_left").is_some() => {
                    self.wait_for_tab(script, started, limit).await?;
                }
                Ok(value) => {
                    return serde_json::from_value(value).map_err(|error| BrowserError::Nonsense {
                        script: script.name,
                        reason: error.to_string(),
                    });
                }
                Err(error) if self.has_lost_tab(&error).await => {}
                Err(error) if is_page_left(&error) && started.elapsed() < limit => {
                    self.wait_for_page(limit.saturating_sub(started.elapsed()))
                        .await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The page went into the background: waits for news of the tab in front of it.
    async fn wait_for_tab(
        &self,
        script: Script,
        started: Instant,
        limit: Duration,
    ) -> Result<(), BrowserError> {
        let tab = self.window().clone();
        let is_turned = |_: &Marks| self.observer.page() != tab;
        let is_there = self.observer.wait(NEWS_LIMIT, is_turned).await;
        if is_there || started.elapsed() < limit {
            return Ok(());
        }
        Err(BrowserError::timed_out(
            format!("{} in a page in the background", script.name),
            limit,
        ))
    }

    /// Waits until the next document is there, or something else has happened to the page.
    async fn wait_for_page(&self, left: Duration) {
        let before = self.observer.marks();
        let soon = left.min(Duration::from_millis(100));
        let wait = if before.loading > 0 { left } else { soon };
        self.observer
            .wait(wait, |marks| marks.loading == 0 && *marks != before)
            .await;
    }
}

/// Whether the script was lost because its page was left or a dialog stood in its way.
fn is_page_left(told: &BrowserError) -> bool {
    let BrowserError::Command { error, message, .. } = told else {
        return false;
    };
    // Each script ends by itself long before the driver would end it; chromedriver says so too when a form was sent.
    // A new tab's first document takes over the window of the empty one: its script is never heard of again.
    let is_lost = matches!(error.as_str(), "stale element reference" | "script timeout")
        || [
            "unloaded",
            "navigat",
            "execution context",
            "frame was detached",
            "Cannot find context",
        ]
        .iter()
        .any(|words| message.contains(words));
    is_lost || told.is_of_dialog()
}
