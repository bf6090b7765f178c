//! New tabs are held until the browser tells of them.
//!
//! Measured in Chromium 156: a tab that a link opens has no page process before its first answer, and what that page asks
//! for at once goes out before BiDi listens there. It is told of without method, context and body (`UNKNOWN`, `null`), or
//! not at all. So the first document of a new tab goes out, what it asks for waits until BiDi knows the tab, and what it
//! asked for until then is told of by DevTools.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until, timeout},
};

use super::{
    early::{EarlyNews, Held, HeldBody, Out},
    observer::Shared,
    socket::Bidi,
};
use crate::browser::{error::BrowserError, tabs::NEWS_LIMIT};

/// How long word of a request may come after word of the tab that made it before.
const LATE: Duration = Duration::from_millis(500);

/// The tabs that BiDi knows, and the way of news from the others.
#[derive(Debug)]
pub(super) struct NewTabs {
    known: watch::Sender<HashSet<String>>,
    news: mpsc::UnboundedSender<EarlyNews>,
}

/// `Target.attachedToTarget`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attached {
    pub(super) session_id: String,
    target_info: TargetInfo,
    waiting_for_debugger: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TargetInfo {
    /// Of a tab it is BiDi's browsing context too.
    target_id: String,
    /// The tab that opened it.
    opener_id: Option<String>,
}

/// From now on every tab is held as it opens.
pub(super) async fn hold_all(devtools: &Bidi) -> Result<(), BrowserError> {
    let hold = json!({
        "autoAttach": true,
        "waitForDebuggerOnStart": true,
        "flatten": true,
        "filter": [{"type": "page"}],
    });
    devtools.send("Target.setAutoAttach", hold).await.map(drop)
}

/// A tab that has just been opened, with a DevTools session of its own. Whatever fails here, the tab goes on.
#[derive(Debug)]
pub(super) struct NewTab {
    shared: Arc<Shared>,
    devtools: Bidi,
    tab: Attached,
    /// Requests that were let out and whose answers are to come.
    out: HashMap<String, Out>,
}

impl NewTab {
    pub(super) fn new(shared: Arc<Shared>, devtools: Bidi, tab: Attached) -> Self {
        Self {
            shared,
            devtools,
            tab,
            out: HashMap::new(),
        }
    }

    /// Holds the tab until BiDi knows it, or won't get to know it; from then on its dialogs are heard of.
    pub(super) async fn hold(mut self, paused: mpsc::UnboundedReceiver<Held>) {
        let session = self.tab.session_id.clone();
        let devtools = self.devtools.clone();
        if !self.tab.waiting_for_debugger {
            // It was there before.
            let detach = json!({"sessionId": session});
            let _ = devtools.send("Target.detachFromTarget", detach).await;
            return;
        }
        // A tab may answer only when its page is there.
        let on = Some(session.as_str());
        let told = devtools.send_on(on, "Page.enable", json!({}));
        let begun = devtools.send_on(on, "Runtime.runIfWaitingForDebugger", json!({}));
        // A tab of the driver's own goes nowhere before BiDi knows it.
        if self.tab.target_info.opener_id.is_some() {
            self.send("Fetch.enable", json!({"patterns": [{"urlPattern": "*"}]}))
                .await;
            let _ = tokio::join!(told, begun, self.take_in(paused));
            // What is still held goes on.
            self.send("Fetch.disable", json!({})).await;
        } else {
            let _ = tokio::join!(told, begun);
        }
    }

    async fn send(&self, method: &'static str, params: Value) -> Option<Value> {
        let session = Some(self.tab.session_id.as_str());
        self.devtools.send_on(session, method, params).await.ok()
    }

    /// Takes in what the tab asks for until BiDi knows it, and the answers.
    async fn take_in(&mut self, mut paused: mpsc::UnboundedReceiver<Held>) {
        let shared = Arc::clone(&self.shared);
        let tab = self.tab.target_info.target_id.clone();
        let known = timeout(NEWS_LIMIT, shared.new_tabs.wait_for(&tab));
        tokio::pin!(known);
        let mut is_known = false;
        let mut until = Instant::now();
        let mut waiting = Vec::new();
        loop {
            let is_done = is_known && self.out.is_empty();
            tokio::select! {
                () = sleep_until(until), if is_done => return,
                _ = &mut known, if !is_known => {
                    is_known = true;
                    until = Instant::now() + LATE;
                    for held in waiting.drain(..) {
                        self.let_out(held).await;
                    }
                }
                held = paused.recv() => {
                    let Some(held) = held else { return };
                    if held.is_answer() {
                        self.take_answer(held).await;
                    } else if held.is_document() || held.is_redirected() {
                        // Without its first document there is no page to be known, and of a redirect BiDi knows the end.
                        let go_on = json!({"requestId": held.request_id});
                        self.shared.new_tabs.tell_begun(held);
                        self.send("Fetch.continueRequest", go_on).await;
                    } else if is_known {
                        self.let_out(held).await;
                    } else {
                        waiting.push(held);
                    }
                }
            }
        }
    }

    /// Lets out a request that was made before BiDi knew the tab.
    async fn let_out(&mut self, held: Held) {
        let is_call = held.is_call();
        let id = held.request_id.clone();
        let go_on = json!({"requestId": id, "interceptResponse": is_call});
        if is_call {
            self.out.insert(id, Out::new(held));
        } else {
            self.shared.new_tabs.tell_begun(held);
        }
        self.send("Fetch.continueRequest", go_on).await;
    }

    /// An answer to such a request.
    async fn take_answer(&mut self, answer: Held) {
        let request = json!({"requestId": answer.request_id});
        if let Some(out) = self.out.remove(&answer.request_id) {
            let body = if answer.has_end() {
                let body = self.send("Fetch.getResponseBody", request.clone()).await;
                body.and_then(|body| serde_json::from_value::<HeldBody>(body).ok())
            } else {
                None
            };
            let ended = Box::new(out.end(answer, body));
            self.shared.new_tabs.tell(EarlyNews::Ended(ended));
        }
        self.send("Fetch.continueRequest", request).await;
    }
}

impl NewTabs {
    /// With the way on which news go to the watcher.
    pub(super) fn new(news: mpsc::UnboundedSender<EarlyNews>) -> Self {
        Self {
            known: watch::Sender::default(),
            news,
        }
    }

    /// BiDi has told of a tab.
    pub(super) fn know(&self, context: &str) {
        self.known.send_modify(|known| {
            known.insert(context.to_owned());
        });
    }

    async fn wait_for(&self, tab: &str) {
        let mut known = self.known.subscribe();
        // The sender lives as long as this.
        let _ = known.wait_for(|known| known.contains(tab)).await;
    }

    fn tell(&self, news: EarlyNews) {
        // Nobody listening any more is no fault: the session is being closed.
        let _ = self.news.send(news);
    }

    fn tell_begun(&self, held: Held) {
        let begun = held.begin(Timestamp::now());
        self.tell(EarlyNews::Begun(Box::new(begun)));
    }
}
