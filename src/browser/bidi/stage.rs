//! What the observer keeps of the page in front: where what is seen belongs, its tabs, who answered.

use std::{collections::HashSet, time::Duration};

use super::observer::SeenExchange;
use crate::checklist::DialogAnswer;
use crate::evidence::{
    Answered, CertificateFacts, Protection, StepIndex, protection_at_the_door, protection_of,
};

/// Which page the observer watches and where what it sees belongs.
#[derive(Debug, Default)]
pub(super) struct Stage {
    /// Where what is seen belongs; before the first step nothing is kept.
    pub(super) at: Option<StepIndex>,
    /// The browsing contexts of the page and of the tabs that were opened from it; the last one is in front.
    pub(super) tabs: Vec<Tab>,
    /// How dialogs of the step are answered.
    pub(super) dialog: Option<DialogAnswer>,
    /// What dialogs of the step said; never written anywhere.
    pub(super) said: Vec<String>,
    /// The file field that was opened last.
    pub(super) file_dialog: Option<FileDialog>,
    pub(super) seen: Vec<SeenExchange>,
    /// The newest answer to a top document.
    pub(super) document: Option<Document>,
    /// The certificate that came with it, while that is listened for.
    pub(super) certificate: Option<CertificateFacts>,
    /// What stood before the target and answered one of its requests in this step.
    pub(super) protection: Option<Protection>,
    /// How long nobody answered for a page that the step led to, until the driver gave it up.
    pub(super) unanswered: Option<Duration>,
    /// Requests that were still open when patience ran out, as the page names them; not waited for again.
    pub(super) endless: HashSet<String>,
}

/// An answer to a top document, for learning the commit and who answered.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
}

impl Document {
    /// Who answered in the target's place, going by the answer and the words of its page.
    pub(crate) fn protection(&self, words: &str) -> Option<Protection> {
        self.answered(words, protection_of)
    }

    /// The same for the very first visit, where a refusal by HTTP itself counts too.
    pub(crate) fn protection_at_the_door(&self, words: &str) -> Option<Protection> {
        self.answered(words, protection_at_the_door)
    }

    fn answered(
        &self,
        words: &str,
        judge: fn(&Answered<'_>) -> Option<Protection>,
    ) -> Option<Protection> {
        let headers = self.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        judge(&Answered {
            url: &self.url,
            status: self.status,
            headers: &headers,
            words,
        })
    }
}

/// A tab and what stands in it.
#[derive(Debug, Default)]
pub(super) struct Tab {
    pub(super) context: String,
    pub(super) url: String,
}

impl Stage {
    /// The tab in front: what a person would look at and touch.
    pub(super) fn page(&self) -> &str {
        self.tabs.last().map_or("", |tab| tab.context.as_str())
    }

    pub(super) fn has_tab(&self, context: &str) -> bool {
        self.tabs.iter().any(|tab| tab.context == context)
    }

    /// The tab in front shows another document.
    pub(super) fn arrive(&mut self, url: &str) {
        if let Some(tab) = self.tabs.last_mut() {
            url.clone_into(&mut tab.url);
        }
    }
}

/// A file field that asked for files.
#[derive(Debug, Clone)]
pub(crate) struct FileDialog {
    /// The browsing context that it lies in.
    pub(crate) context: String,
    /// The element's shared id.
    pub(crate) element: String,
}
