//! Tabs that a page opens: the driver follows to where a person would look.

use std::time::Duration;

use fantoccini::wd::WindowHandle;
use serde_json::json;

use super::{
    bidi::Marks,
    error::BrowserError,
    page::Deed,
    session::{Session, within},
};

/// How long a driver or a page may know of a tab before the browser has told of it.
pub(super) const NEWS_LIMIT: Duration = Duration::from_secs(2);
/// How long a tab may take to go back or to close.
const TURN_LIMIT: Duration = Duration::from_secs(10);

impl Session {
    /// Turns the driver to the tab in front, with the device that it emulates.
    pub(super) async fn follow_page(&self) -> Result<(), BrowserError> {
        loop {
            let page = self.observer.page();
            if page.is_empty() || *self.window() == page {
                return Ok(());
            }
            let handle =
                WindowHandle::try_from(page.clone()).map_err(|_| BrowserError::Nonsense {
                    script: "browsingContext.contextCreated",
                    reason: format!("`{page}` is no window"),
                })?;
            let what = "turn to the tab in front";
            let turning = self.client.switch_to_window(handle);
            match within(what, TURN_LIMIT, turning).await {
                Ok(()) => {
                    *self.window() = page;
                    self.stand_on_top();
                }
                Err(error) if self.is_closed(&error, &page).await => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether a command failed because the driver's tab has been closed, and another one is there.
    pub(super) async fn has_lost_tab(&self, error: &BrowserError) -> bool {
        let tab = self.window().clone();
        self.is_closed(error, &tab).await
    }

    async fn is_closed(&self, error: &BrowserError, tab: &str) -> bool {
        let BrowserError::Command { error, .. } = error else {
            return false;
        };
        let is_elsewhere = || {
            let page = self.observer.page();
            !page.is_empty() && page != tab
        };
        error == "no such window"
            && (is_elsewhere() || self.observer.wait(NEWS_LIMIT, |_| is_elsewhere()).await)
    }

    /// Goes back in a tab that was opened by another one; at its beginning that is back to its opener, as on a phone.
    pub(super) async fn back_in_tab(&self) -> Deed<()> {
        let tab = self.observer.page();
        let before = self.observer.marks();
        let back = json!({"context": tab, "delta": -1});
        match self
            .bidi
            .send("browsingContext.traverseHistory", back)
            .await
        {
            Ok(_) => {
                let is_there =
                    |marks: &Marks| marks.navigations != before.navigations && marks.loading == 0;
                self.observer.wait(TURN_LIMIT, is_there).await;
            }
            Err(BrowserError::BidiCommand { error, .. }) if error == "no such history entry" => {
                // With the tab the browser forgets the bodies that came to it; a person looks before closing it.
                self.settle(NEWS_LIMIT).await?;
                let is_recorded = |marks: &Marks| marks.unrecorded == 0;
                self.observer.wait(NEWS_LIMIT, is_recorded).await;
                let close = json!({"context": tab});
                self.bidi.send("browsingContext.close", close).await?;
                let is_closed = |_: &Marks| self.observer.page() != tab;
                self.observer.wait(TURN_LIMIT, is_closed).await;
            }
            Err(error) => return Err(error),
        }
        Ok(Ok(()))
    }
}
