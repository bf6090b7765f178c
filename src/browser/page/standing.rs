//! Where one stands before something is touched: who answers, on which page, and what a touch would send.

use std::time::Duration;

use super::{act::Deed, locate::Purpose, script::Script};
use crate::browser::Session;
use crate::checklist::Locator;
use crate::evidence::{CertificateFacts, PageFacts, Protection};

const SENDS: Script = Script {
    name: "sends.js",
    text: include_str!("js/sends.js"),
};

impl Session {
    /// Goes to a page and listens meanwhile for its certificate, which `certificate` then tells.
    pub async fn visit_with_certificate(&self, url: &str) -> Deed<()> {
        self.observer.listen_for_certificate(true).await;
        self.visit(url).await
    }

    /// The certificate that the page was answered with, where the browser tells it.
    pub async fn certificate(&self) -> Option<CertificateFacts> {
        self.observer.listen_for_certificate(false).await
    }

    /// What stands in the target's place after the first visit.
    pub fn protection_at_the_door(&self, page: &PageFacts) -> Option<Protection> {
        let document = self.observer.document();
        let of_document = document.and_then(|it| it.protection_at_the_door(&words(page)));
        of_document.or_else(|| self.observer.protection())
    }

    /// What answered in the target's place in this step.
    pub fn protection(&self, page: Option<&PageFacts>) -> Option<Protection> {
        let words = page.map(words).unwrap_or_default();
        let document = self.observer.document();
        let of_document = document.and_then(|it| it.protection(&words));
        of_document.or_else(|| self.observer.protection())
    }

    /// The URL of the page, as the browser last told it.
    pub fn page_url(&self) -> String {
        self.observer.page_url()
    }

    /// Whether a touch of the element would send a form.
    pub async fn sends_form(&self, locator: &Locator, limit: Duration) -> Deed<bool> {
        let ready = match self.ready(locator, Purpose::Tap, limit).await? {
            Ok(ready) => ready,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        let args = vec![ready.element];
        let asked = self.ask_in(&ready.document.path, SENDS, args, limit);
        Ok(Ok(asked.await?))
    }
}

fn words(page: &PageFacts) -> String {
    format!("{}\n{}", page.title, page.text)
}
