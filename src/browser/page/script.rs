//! Running a script in the page: once more when the page was left under it, never longer than asked.

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::frames::FramePath;
use crate::browser::{BrowserError, Session};

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
            self.enter(path).await?;
            let left = limit.saturating_sub(started.elapsed());
            let mut all = args.clone();
            #[expect(clippy::cast_possible_truncation, reason = "limits are seconds")]
            all.push(json!(left.as_millis() as u64));
            let running = self.client.execute_async(script.text, all);
            match self.drive_for(script.name, left, running).await {
                Ok(value) => {
                    return serde_json::from_value(value).map_err(|error| BrowserError::Nonsense {
                        script: script.name,
                        reason: error.to_string(),
                    });
                }
                Err(error) if is_page_left(&error) && started.elapsed() < limit => {
                    self.wait_for_page(limit.saturating_sub(started.elapsed()))
                        .await;
                }
                Err(error) => return Err(error),
            }
        }
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
fn is_page_left(error: &BrowserError) -> bool {
    let BrowserError::Command { error, message, .. } = error else {
        return false;
    };
    matches!(
        error.as_str(),
        // Each script ends by itself long before the driver would end it; chromedriver says so too when a form was sent.
        "unexpected alert open" | "stale element reference" | "script timeout"
    ) || [
        "unloaded",
        "navigat",
        "execution context",
        "frame was detached",
        "Cannot find context",
    ]
    .iter()
    .any(|words| message.contains(words))
}
