//! The task that reads the browser's events, one after the other.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Instant,
};

use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    around::OpenDownload,
    bodies::finish_exchange,
    certificate::{self, certificate_of},
    console::{self, HalfTold},
    early::{EarlyCall, EarlyCalls, EarlyNews},
    exchange::{Hop, OpenExchange, timestamp},
    kept_back::{ExtraInfo, HandedOn},
    messages::{ChannelMessage, NavigationEvent, NetworkEvent},
    observer::{CHANNEL, Shared},
    socket::RawEvent,
    stage::Document,
};
use crate::evidence::{Happening, Navigation, Resource, RunEvent, StepIndex};

/// The task's own state.
pub(super) struct Watcher {
    pub(super) shared: Arc<Shared>,
    pub(super) downloads: HashMap<String, OpenDownload>,
    /// Tabs that a page opened and that haven't gone anywhere yet.
    pub(super) blank_tabs: HashMap<String, Option<StepIndex>>,
    open: HashMap<(String, u32), (Option<StepIndex>, OpenExchange)>,
    /// The last hop of each request, for the one after it.
    hops: HashMap<String, Hop>,
    /// When the newest document of the page in front was asked for.
    document_asked: Option<Instant>,
    early: EarlyCalls,
    /// Hops whose answer Chromium put in the place of the one before, and whether they have been recorded: nobody tells
    /// their end.
    robbed: HashMap<(String, u32), bool>,
    /// Lines that an error stands in, until it is known what it says.
    pub(super) half_told: VecDeque<HalfTold>,
}

impl Watcher {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            downloads: HashMap::new(),
            blank_tabs: HashMap::new(),
            open: HashMap::new(),
            hops: HashMap::new(),
            document_asked: None,
            early: EarlyCalls::default(),
            robbed: HashMap::new(),
            half_told: VecDeque::new(),
        }
    }

    pub(super) async fn run(
        mut self,
        mut events: mpsc::UnboundedReceiver<RawEvent>,
        mut early: mpsc::UnboundedReceiver<EarlyNews>,
    ) {
        loop {
            tokio::select! {
                // What DevTools tell of a call goes before what BiDi says of it.
                biased;
                Some(news) = early.recv() => match news {
                    EarlyNews::Begun(event) => self.early.add_begun(*event),
                    EarlyNews::Ended(call) => self.take_early(*call),
                },
                event = events.recv() => match event {
                    Some(event) => self.take(event),
                    None => break,
                },
            }
        }
        for (_, (at, open)) in self.open.drain() {
            if let Some(at) = at {
                let exchange = Box::new(open.leave(self.shared.redactor()));
                let event = RunEvent::ExchangeFinished { at, exchange };
                self.shared.witness.recorder.record(event);
            }
        }
        self.leave_all();
        self.write_half_told();
        self.shared.mark(|marks| {
            marks.downloads = 0;
            marks.open = 0;
            marks.awaited = 0;
            marks.unrecorded = 0;
            marks.loading = 0;
            marks.has_ended = true;
        });
    }

    /// An event that can't be read is left out: the browser is newer than its shapes here.
    fn take(&mut self, event: RawEvent) {
        fn read<T: serde::de::DeserializeOwned>(params: Value) -> Option<T> {
            serde_json::from_value(params).ok()
        }
        let RawEvent { method, params, .. } = event;
        let name = method.as_str();
        match name {
            network if network.starts_with("network.") => {
                read(params).map(|event| self.hear_network(network, event))
            }
            "log.entryAdded" => read(params).map(|entry| self.log(entry)),
            "script.message" => read(params).map(|message| self.hear(&message)),
            "browsingContext.contextCreated" => read(params).map(|event| self.open_tab(&event)),
            "browsingContext.contextDestroyed" => read(params).map(|event| self.close_tab(&event)),
            "browsingContext.downloadWillBegin" => {
                read(params).map(|event| self.begin_download(event))
            }
            "browsingContext.downloadEnd" => read(params).map(|event| self.end_download(event)),
            "input.fileDialogOpened" => read(params).map(|event| self.pick_file(event)),
            "browsingContext.userPromptOpened" => read(params).map(|event| self.prompt(event)),
            "goog:cdp.Network.loadingFailed" => read(params).map(|event| {
                self.shared.told.hear_failure(event, self.shared.redactor());
                // Whoever waits for the rule looks again.
                self.shared.mark(|_| {});
            }),
            console::EVENT => read(params).map(|event| self.hear_console(&event)),
            certificate::EVENT => read(params).map(|event| {
                let mut stage = self.shared.stage();
                if let Some(certificate) = certificate_of(event, stage.page()) {
                    stage.certificate = Some(certificate);
                }
            }),
            "goog:cdp.Network.responseReceivedExtraInfo" => {
                read(params).map(|event| self.hear_word(event))
            }
            _ => read(params).map(|event| self.navigate(name, &event)),
        };
    }

    fn hear_network(&mut self, name: &str, mut event: NetworkEvent) {
        if self.early.has(&event) || self.has_been_told(&event) {
            return;
        }
        self.early.complete(&mut event);
        match name {
            "network.beforeRequestSent" => self.begin(&event),
            // Chromium leaves out the begin of a redirect's hop now and then.
            "network.responseStarted" => self.hear_answer(event),
            _ => self.end(event),
        }
    }

    /// Whether it has been recorded. Chromium tells once more, of nothing it knows, that the page gave up the body of a call
    /// that was answered.
    fn has_been_told(&self, event: &NetworkEvent) -> bool {
        let key = event.key();
        let is_unknown = event.request.is_unknown() && !self.open.contains_key(&key);
        is_unknown || self.robbed.get(&key) == Some(&true)
    }

    /// What a new tab asked for before BiDi knew it, unless BiDi has told of it all the same.
    fn take_early(&mut self, call: EarlyCall) {
        if !self.hops.contains_key(&call.event.request.request) {
            self.early.add(&call);
            self.end(call.event);
        }
    }

    fn begin(&mut self, event: &NetworkEvent) {
        let id = self.shared.witness.recorder.next_exchange();
        let key = event.key();
        if self.open.contains_key(&key) {
            return;
        }
        let (at, is_top, is_front) = {
            let stage = self.shared.stage();
            let is_tab = |context: &str| stage.has_tab(context);
            let is_front = event.context.as_deref() == Some(stage.page());
            (
                stage.at,
                event.context.as_deref().is_some_and(is_tab),
                is_front,
            )
        };
        let mut open = OpenExchange::begin(id, event, is_top, self.shared.redactor());
        match self.hops.get(&key.0).filter(|_| key.1 > 0) {
            Some(hop) => open.follow(hop),
            None if is_front && open.resource() == Resource::Document => {
                self.document_asked = Some(open.begun());
            }
            None => {}
        }
        self.hops.insert(key.0.clone(), open.hop());
        let awaited = usize::from(open.is_awaited());
        // What a check asks is no effect of a touch.
        let begun = u64::from(!open.is_of_check());
        self.open.insert(key, (at, open));
        self.shared.mark(|marks| {
            marks.begun += begun;
            marks.open += 1;
            marks.awaited += awaited;
            marks.unrecorded += 1;
        });
    }

    /// Of these the browser may never tell the end.
    pub(super) fn give_up_on(&mut self, is_meant: impl Fn(&OpenExchange) -> bool) {
        let open = self.open.values_mut().map(|(_, open)| open);
        let mut count = 0;
        for open in open.filter(|open| open.is_awaited() && is_meant(open)) {
            open.give_up();
            count += 1;
        }
        self.shared
            .mark(|marks| marks.awaited = marks.awaited.saturating_sub(count));
    }

    /// What the page before this one was made of: of a page that goes elsewhere at once Chromium may never tell the end.
    fn give_up_on_the_page_before(&mut self, page: &str) {
        let Some(asked) = self.document_asked else {
            return;
        };
        let others: Vec<String> = {
            let stage = self.shared.stage();
            let others = stage.tabs.iter().filter(|tab| tab.context != page);
            others.map(|tab| tab.context.clone()).collect()
        };
        let is_elsewhere = |open: &OpenExchange| others.iter().any(|tab| open.is_of(tab));
        self.give_up_on(|open| open.begun() < asked && !is_elsewhere(open));
    }

    /// An answer has begun; a page that is refused for want of a password may never be completed.
    fn hear_answer(&mut self, event: NetworkEvent) {
        self.begin(&event);
        let key = event.key();
        if let Some(is_recorded) = self.robbed.get_mut(&key) {
            *is_recorded = true;
            return self.end(event);
        }
        if let Some((_, open)) = self.open.get(&key)
            && open.resource() == Resource::Document
        {
            self.look_at_answer(open, &event);
        }
        if let (Some((_, open)), Some(response)) = (self.open.get_mut(&key), event.response) {
            open.hear_answer(response);
        }
    }

    /// An answer may be kept from the page; what it allows is told apart from it, also before its request is. What is about
    /// the hop before comes late.
    fn hear_word(&self, event: HandedOn<ExtraInfo>) {
        let mut open = self.open.iter();
        let open = open.find(|((id, _), _)| id == event.request());
        let is_early = || !self.hops.contains_key(event.request());
        if open.map_or_else(is_early, |(_, (_, open))| !event.leads_to(open.raw_url())) {
            self.shared.told.hear_answer(event);
        }
    }

    /// Words of what is told by nothing else, such as a page's icon.
    fn forget_words(&self) {
        let is_open = |request: &str| self.open.keys().any(|(id, _)| id == request);
        self.shared.told.keep_words_of(is_open);
    }

    fn end(&mut self, mut event: NetworkEvent) {
        self.begin(&event);
        let key = event.key();
        let Some((at, mut open)) = self.open.remove(&key) else {
            return;
        };
        if event.is_given_up() {
            event.response = open.answer_before_the_end();
        }
        if let Some(response) = &mut event.response {
            let told = &self.shared.told;
            if let Some((status, headers)) = told.own_answer(&key.0) {
                response.status = status;
                response.headers = headers;
                self.robbed.insert((key.0, key.1 + 1), false);
            }
        }
        if let Some(cookies) = event.request.header("cookie") {
            self.shared.door.saw_cookies(open.raw_url(), &cookies);
        }
        self.look_at_answer(&open, &event);
        let awaited = usize::from(open.is_awaited());
        self.shared.mark(|marks| {
            marks.open = marks.open.saturating_sub(1);
            marks.awaited = marks.awaited.saturating_sub(awaited);
        });
        tokio::spawn(finish_exchange(Arc::clone(&self.shared), at, open, event));
    }

    /// The newest document's headers may tell the commit that is served; an answer of the target's own origins may be
    /// somebody else's, who stands before it.
    fn look_at_answer(&self, open: &OpenExchange, event: &NetworkEvent) {
        let Some(response) = &event.response else {
            return;
        };
        let is_document =
            open.resource() == Resource::Document && !(300..400).contains(&response.status);
        let is_own = self.shared.is_first_party(open.raw_url());
        if !is_document && !is_own {
            return;
        }
        let headers = response.headers.iter();
        let document = Document {
            url: open.raw_url().to_owned(),
            status: response.status,
            headers: headers
                .map(|header| (header.name.clone(), header.value.to_text().into_owned()))
                .collect(),
        };
        let mut stage = self.shared.stage();
        if is_own && stage.protection.is_none() {
            stage.protection = document.protection("");
        }
        if is_document {
            stage.document = Some(document);
        }
    }

    /// The preload script saw the page's code read an answer.
    fn hear(&mut self, message: &ChannelMessage) {
        #[derive(serde::Deserialize)]
        struct Read {
            url: String,
            how: crate::evidence::ReadAs,
        }
        if message.channel != CHANNEL {
            return;
        }
        let text = message
            .data
            .get("value")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if let Ok(Read { url, how }) = serde_json::from_str(text) {
            let url = self.shared.redactor().url(&url);
            self.shared
                .record(|at| RunEvent::AnswerRead { at, url, how });
        }
    }

    pub(super) fn happen(&self, happening: Happening) {
        self.shared
            .record(|at| RunEvent::Happened { at, happening });
        self.shared.mark(|marks| marks.happenings += 1);
    }

    fn navigate(&mut self, name: &str, event: &NavigationEvent) {
        if name == "browsingContext.navigationStarted" {
            self.name_tab(&event.context, &event.url);
        }
        if self.shared.stage().page() != event.context {
            return;
        }
        match name {
            // Of a new tab's first document some browsers tell nothing else.
            "browsingContext.domContentLoaded" => {
                self.shared.stage().arrive(&event.url);
                self.give_up_on(|open| open.is_document(&event.context, &event.url));
                self.shared.mark(|marks| {
                    marks.loading = 0;
                    marks.documents += 1;
                });
            }
            "browsingContext.navigationStarted" => self.shared.mark(|marks| marks.loading += 1),
            "browsingContext.navigationFailed" => {
                self.shared
                    .mark(|marks| marks.loading = marks.loading.saturating_sub(1));
            }
            _ => {
                let is_same_document = name != "browsingContext.navigationCommitted";
                if !is_same_document {
                    self.forget_words();
                    self.give_up_on_the_page_before(&event.context);
                }
                self.shared.stage().arrive(&event.url);
                let navigation = Navigation {
                    url: self.shared.redactor().url(&event.url),
                    is_same_document,
                    at: timestamp(event.timestamp),
                };
                self.shared
                    .record(|at| RunEvent::Navigated { at, navigation });
                self.shared.mark(|marks| {
                    marks.navigations += 1;
                    if !is_same_document {
                        marks.documents += 1;
                        marks.loading = marks.loading.saturating_sub(1);
                    }
                });
            }
        }
    }
}
