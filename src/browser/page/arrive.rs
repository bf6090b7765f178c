//! Going to a page to see whether one gets there.

use std::time::Duration;

use super::act::Deed;
use crate::browser::Session;

/// Where a visit led.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The document's exchange.
    pub exchange: Option<String>,
    /// The document's status, after redirects.
    pub status: Option<u16>,
    /// Where the page stood in the end.
    pub url: String,
    /// Why the page was looked at before it had settled.
    pub unsettled: Option<String>,
    /// Every exchange that the visit brought about.
    pub brought_about: Vec<String>,
}

impl Session {
    /// Goes to a page and waits until it has settled.
    pub async fn arrive(&self, url: &str, patience: Duration) -> Deed<Arrival> {
        // What is still on its way belongs to the page before.
        self.drain().await;
        let before = self.observer.seen().len();
        if let Err(obstacle) = self.visit(url).await? {
            return Ok(Err(obstacle));
        }
        let settled = self.settle(patience).await?;
        self.drain().await;
        let seen = self.observer.seen();
        let new = seen.get(before..).unwrap_or_default();
        let document = new.iter().rev().find(|exchange| exchange.is_document);
        Ok(Ok(Arrival {
            exchange: document.map(|exchange| exchange.id.clone()),
            status: document.and_then(|exchange| exchange.status),
            url: settled.page.url,
            unsettled: settled.unsettled,
            brought_about: new.iter().map(|exchange| exchange.id.clone()).collect(),
        }))
    }
}
