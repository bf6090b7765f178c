//! Watches what the browser tells by itself and hands it to the recorder, step by step.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::json;
use tokio::sync::{mpsc, watch};

use super::{
    certificate, devtools, kept_back,
    new_tab::NewTabs,
    socket::{Bidi, RawEvent},
    stage::{Document, FileDialog, Stage, Tab},
    watcher::Watcher,
};
use crate::browser::{door::Door, error::BrowserError, life::Witness, session::SessionRequest};
use crate::checklist::DialogAnswer;
use crate::evidence::{CertificateFacts, Content, Protection, Redactor, RunEvent, StepIndex};

/// The events that are asked for.
const EVENTS: [&str; 16] = [
    "network.beforeRequestSent",
    "network.responseStarted",
    "network.responseCompleted",
    "network.fetchError",
    "log.entryAdded",
    "browsingContext.contextCreated",
    "browsingContext.contextDestroyed",
    "browsingContext.domContentLoaded",
    "browsingContext.navigationStarted",
    "browsingContext.navigationCommitted",
    "browsingContext.navigationFailed",
    "browsingContext.fragmentNavigated",
    "browsingContext.historyUpdated",
    "browsingContext.downloadWillBegin",
    "browsingContext.userPromptOpened",
    "script.message",
];

/// Events that a browser may not know of yet; it is good enough without them.
const NEWER_EVENTS: [&str; 2] = ["browsingContext.downloadEnd", "input.fileDialogOpened"];

/// The largest body that the browser is asked to keep, in bytes.
const BODY_LIMIT: u64 = 20_000_000;

/// The preload script's channel.
pub(super) const CHANNEL: &str = "shippass";
const WATCH_SCRIPT: &str = include_str!("../page/js/watch.js");

/// How much of everything has been seen; whoever waits compares two of these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Requests begun.
    pub(crate) begun: u64,
    /// Requests begun and not ended.
    pub(crate) open: usize,
    /// Of these, those that a page waits for.
    pub(crate) awaited: usize,
    /// Exchanges not yet recorded whole, bodies included.
    pub(crate) unrecorded: usize,
    /// Exchanges recorded.
    pub(crate) recorded: u64,
    /// Navigations of the top page, within the document too.
    pub(crate) navigations: u64,
    /// Top documents that have come.
    pub(crate) documents: u64,
    /// Top documents asked for and not yet there.
    pub(crate) loading: usize,
    /// Dialogs, downloads, tabs and file pickers.
    pub(crate) happenings: u64,
    /// Downloads begun and not yet recorded.
    pub(crate) downloads: usize,
    /// The connection is gone, and what was open has been recorded.
    pub(crate) has_ended: bool,
}

/// What a finished exchange means to the one who waits for it.
#[derive(Debug, Clone)]
pub(crate) struct SeenExchange {
    pub(crate) id: String,
    pub(crate) method: String,
    /// As it went over the wire; never written anywhere.
    pub(crate) url: String,
    pub(crate) status: Option<u16>,
    pub(crate) content: Option<Content>,
    pub(crate) body_missing: Option<String>,
    /// A check asked, and not the page.
    pub(crate) is_of_check: bool,
    /// It is a page in the top window.
    pub(crate) is_document: bool,
}

/// A handle to the watching task.
#[derive(Debug, Clone)]
pub(crate) struct Observer {
    shared: Arc<Shared>,
    marks: watch::Receiver<Marks>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) bidi: Bidi,
    pub(super) witness: Witness,
    pub(super) door: Arc<Door>,
    /// Where the browser puts downloads, when that is on this machine.
    pub(super) downloads: Option<PathBuf>,
    /// Which rules kept what from the page.
    pub(super) told: kept_back::Told,
    pub(super) new_tabs: NewTabs,
    stage: Mutex<Stage>,
    pub(super) marks: watch::Sender<Marks>,
}

impl Shared {
    pub(super) fn redactor(&self) -> &Redactor {
        &self.witness.redactor
    }

    pub(super) fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands an event of the present step to the recorder.
    pub(super) fn record(&self, event: impl FnOnce(StepIndex) -> RunEvent) {
        let at = self.stage().at;
        if let Some(at) = at {
            self.witness.recorder.record(event(at));
        }
    }

    pub(super) fn mark(&self, change: impl FnOnce(&mut Marks)) {
        self.marks.send_modify(change);
    }

    pub(super) fn is_first_party(&self, url: &str) -> bool {
        self.door.origin_of(url).is_some()
    }
}

impl Observer {
    /// Subscribes, has bodies collected, installs the preload script and begins to watch. Requests are stopped on their
    /// way when the door asks for it; for that the browser's profile must be on this machine.
    pub(crate) async fn start(
        bidi: Bidi,
        events: mpsc::UnboundedReceiver<RawEvent>,
        witness: Witness,
        door: Arc<Door>,
        profile: Option<&Path>,
        request: &SessionRequest,
    ) -> Result<Self, BrowserError> {
        let (marks, marks_seen) = watch::channel(Marks::default());
        let (calls, early) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            bidi: bidi.clone(),
            witness,
            door,
            downloads: request.own.as_ref().map(|own| own.downloads.clone()),
            told: kept_back::Told::default(),
            new_tabs: NewTabs::new(calls),
            stage: Mutex::default(),
            marks,
        });
        tokio::spawn(Watcher::new(Arc::clone(&shared)).run(events, early));
        bidi.send("session.subscribe", json!({"events": EVENTS}))
            .await?;
        devtools::start(&shared, profile).await?;
        for event in NEWER_EVENTS {
            let _ = bidi
                .send("session.subscribe", json!({"events": [event]}))
                .await;
        }
        let rules = json!({"events": kept_back::EVENTS});
        if bidi.send("session.subscribe", rules).await.is_ok() {
            shared.told.listen();
        }
        let collect =
            json!({"dataTypes": ["request", "response"], "maxEncodedDataSize": BODY_LIMIT});
        bidi.send("network.addDataCollector", collect).await?;
        let preload = json!({
            "functionDeclaration": WATCH_SCRIPT,
            "arguments": [{"type": "channel", "value": {"channel": CHANNEL, "ownership": "none"}}],
        });
        bidi.send("script.addPreloadScript", preload).await?;
        Ok(Self {
            shared,
            marks: marks_seen,
        })
    }

    /// From now on what is seen belongs to this step, and dialogs are answered so.
    pub(crate) fn enter_step(&self, at: StepIndex, dialog: Option<DialogAnswer>) {
        let mut stage = self.shared.stage();
        stage.at = Some(at);
        stage.dialog = dialog;
        stage.said.clear();
        stage.seen.clear();
        stage.protection = None;
        stage.unanswered = None;
    }

    /// Listens for the page's certificate, or no longer; answers the newest one.
    pub(crate) async fn listen_for_certificate(&self, is_on: bool) -> Option<CertificateFacts> {
        let command = if is_on {
            "session.subscribe"
        } else {
            "session.unsubscribe"
        };
        let event = json!({"events": [certificate::EVENT]});
        // A driver that hands none on is good enough without it.
        let _ = self.shared.bidi.send(command, event).await;
        self.shared.stage().certificate.clone()
    }

    /// From now on this is the page that is watched.
    pub(crate) fn enter_page(&self, context: &str) {
        self.shared.stage().tabs = vec![Tab {
            context: context.to_owned(),
            url: String::new(),
        }];
    }

    /// The URL of the page.
    pub(crate) fn page_url(&self) -> String {
        let stage = self.shared.stage();
        stage
            .tabs
            .last()
            .map_or(String::new(), |tab| tab.url.clone())
    }

    /// The browsing context of the tab in front.
    pub(crate) fn page(&self) -> String {
        self.shared.stage().page().to_owned()
    }

    /// Whether the tab in front was opened by another one that is still there.
    pub(crate) fn has_opener(&self) -> bool {
        self.shared.stage().tabs.len() > 1
    }

    /// What dialogs of the step have said so far.
    pub(crate) fn said(&self) -> Vec<String> {
        self.shared.stage().said.clone()
    }

    /// From now on only a new file picker counts.
    pub(crate) fn forget_file_dialog(&self) {
        self.shared.stage().file_dialog = None;
    }

    /// Waits until a file field asks for files.
    pub(crate) async fn wait_for_file_dialog(&self, limit: Duration) -> Option<FileDialog> {
        let opened = || self.shared.stage().file_dialog.clone();
        self.wait(limit, |_| opened().is_some()).await;
        opened()
    }

    /// What has been seen so far.
    pub(crate) fn marks(&self) -> Marks {
        *self.marks.borrow()
    }

    /// Waits until the marks fulfil a condition; false when the time runs out.
    pub(crate) async fn wait(&self, limit: Duration, holds: impl Fn(&Marks) -> bool) -> bool {
        let mut marks = self.marks.clone();
        let waiting = marks.wait_for(|marks| holds(marks));
        matches!(tokio::time::timeout(limit, waiting).await, Ok(Ok(_)))
    }

    /// The exchanges of this step that have ended so far.
    pub(crate) fn seen(&self) -> Vec<SeenExchange> {
        self.shared.stage().seen.clone()
    }

    /// A header of the newest top document.
    pub(crate) fn document_header(&self, name: &str) -> Option<String> {
        let document = self.document()?;
        let mut headers = document.headers.into_iter();
        headers
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The newest answer to a top document.
    pub(crate) fn document(&self) -> Option<Document> {
        self.shared.stage().document.clone()
    }

    /// What stood before the target and answered one of its requests in this step.
    pub(crate) fn protection(&self) -> Option<Protection> {
        self.shared.stage().protection
    }

    /// Whether a URL belongs to the target.
    pub(crate) fn is_of_target(&self, url: &str) -> bool {
        self.shared.is_first_party(url)
    }

    /// Requests that never end; not waited for again.
    pub(crate) fn endless(&self) -> Vec<String> {
        self.shared.stage().endless.iter().cloned().collect()
    }

    /// Remembers requests that were still open when patience ran out.
    pub(crate) fn give_up_on(&self, urls: impl IntoIterator<Item = String>) {
        self.shared.stage().endless.extend(urls);
    }

    /// Notes how long nobody answered for the page that a touch or a key led to.
    pub(crate) fn note_unanswered(&self, waited: Duration) {
        self.shared.stage().unanswered = Some(waited);
    }

    /// How long a page of this step wasn't answered for, if one wasn't.
    pub(crate) fn unanswered(&self) -> Option<Duration> {
        self.shared.stage().unanswered
    }
}
