//! Whether JSON was expected of a call: every signal of it, and what it weighs.

use std::{collections::BTreeSet, fmt};

use super::{
    html::{Html, is_sign_in_path, is_sign_out_path, sign_in_mark},
    html_on_purpose::{is_inertia, is_json_type},
    route::route_of,
    seen_step::SeenStep,
};
use crate::checklist::PathPattern;
use crate::evidence::{Content, Exchange, ReadAs, Resource, Run};

/// A signal that JSON was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Signal {
    /// The page's code read the answer as JSON.
    Read(ReadAs),
    /// The checklist's own line, in its words.
    Checklist(String),
    /// Inertia's client takes nothing else.
    Inertia,
    /// The Accept header.
    Accept,
    /// A JSON body was sent.
    JsonBody,
    /// The answer's own content type.
    CallsItselfJson,
    /// A path declared in the configuration.
    Api(String),
    /// The same endpoint has answered JSON.
    SameEndpoint,
    /// A redirect chain ended on a sign-in page.
    RedirectedToSignIn(&'static str),
    /// A sign-in page came without a redirect: a middleware rewrote the answer.
    AnsweredBySignIn(&'static str),
}

/// How much a signal proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Counts when nothing speaks against it.
    Hint,
    /// Was said about the call, perhaps by a library's habit.
    Claim,
    /// Nothing else makes sense.
    Proof,
}

impl Signal {
    fn weight(&self) -> Weight {
        match self {
            Self::Read(_) | Self::Checklist(_) | Self::Inertia => Weight::Proof,
            Self::Accept | Self::JsonBody | Self::CallsItselfJson | Self::Api(_) => Weight::Claim,
            Self::SameEndpoint | Self::RedirectedToSignIn(_) | Self::AnsweredBySignIn(_) => {
                Weight::Hint
            }
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(ReadAs::XhrJson) => f.write_str("the request's response type is json"),
            Self::Read(ReadAs::JsonParse) => {
                f.write_str("the page's code gave the answer to JSON.parse")
            }
            Self::Read(_) => f.write_str("the page's code called .json() on the answer"),
            Self::Checklist(line) => write!(f, "the checklist expects {line}"),
            Self::Inertia => f.write_str("the request is an Inertia visit, which takes JSON only"),
            Self::Accept => f.write_str("the request's Accept header asks for JSON"),
            Self::JsonBody => f.write_str("the request carried a JSON body"),
            Self::CallsItselfJson => f.write_str("the answer's content type is JSON"),
            Self::Api(pattern) => write!(f, "the configuration declares {pattern} as an API"),
            Self::SameEndpoint => {
                f.write_str("the same endpoint answered JSON at another time in this run")
            }
            Self::RedirectedToSignIn(mark) => {
                write!(f, "the redirect chain ends on a sign-in page, known {mark}")
            }
            Self::AnsweredBySignIn(mark) => {
                write!(
                    f,
                    "the answer is a sign-in page, known {mark}, at a path that isn't one"
                )
            }
        }
    }
}

/// A call as the page made it and as it ended.
pub(super) struct Call<'r> {
    pub(super) seen: SeenStep<'r>,
    /// The hops before the last, first to last; empty when it wasn't redirected.
    pub(super) chain: Vec<&'r Exchange>,
    /// The one that was answered in the end.
    pub(super) last: &'r Exchange,
    /// What the answer is.
    pub(super) html: Html,
}

impl<'r> Call<'r> {
    /// The request as the page sent it.
    pub(super) fn first(&self) -> &'r Exchange {
        self.chain.first().copied().unwrap_or(self.last)
    }

    /// Every request of the call, the first one first.
    pub(super) fn hops(&self) -> impl Iterator<Item = &'r Exchange> {
        self.chain.iter().copied().chain(std::iter::once(self.last))
    }

    fn reads(&self) -> impl Iterator<Item = ReadAs> {
        self.hops().flat_map(|hop| hop.read_as.iter().copied())
    }
}

/// What the whole run tells about its endpoints.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    /// Method and route of calls that were answered with JSON.
    json: BTreeSet<String>,
    /// Routes that are pages: they were opened as such.
    pages: BTreeSet<String>,
}

impl Endpoints {
    /// Learns from a run, or from the next part of one.
    pub(super) fn learn(&mut self, run: &Run) {
        for (_, step) in run.steps() {
            for exchange in &step.exchanges {
                self.learn_from(exchange);
            }
            for navigation in &step.navigations {
                self.pages.insert(route_of(&navigation.url));
            }
        }
    }

    fn learn_from(&mut self, exchange: &Exchange) {
        let Some(answer) = exchange.answer() else {
            return;
        };
        match exchange.resource {
            Resource::Document => {
                self.pages.insert(exchange.route());
            }
            Resource::Fetch | Resource::Xhr
                if is_success(answer.status) && answer.body.content() == Some(Content::Json) =>
            {
                self.json.insert(endpoint(exchange));
            }
            _ => {}
        }
    }

    /// Every signal that a call wanted JSON; those that something outweighs are left out. `api` are the paths that the
    /// configuration declares.
    pub(super) fn signals(&self, call: &Call<'_>, api: &[PathPattern]) -> Vec<Signal> {
        let mut signals = self.all_signals(call, api);
        signals.retain(|signal| self.counts(signal, call));
        signals
    }

    fn all_signals(&self, call: &Call<'_>, api: &[PathPattern]) -> Vec<Signal> {
        let first = call.first();
        let mut signals = Vec::new();
        if is_inertia(first) {
            signals.push(Signal::Inertia);
        }
        let accept = first.request_header("accept").unwrap_or_default();
        if accept.split(',').any(is_json_type) {
            signals.push(Signal::Accept);
        }
        let sent_json = first
            .request_header("content-type")
            .is_some_and(is_json_type)
            || first.request_body.content() == Some(Content::Json);
        if sent_json {
            signals.push(Signal::JsonBody);
        }
        for how in call.reads() {
            let signal = Signal::Read(how);
            if is_json_read(how) && !signals.contains(&signal) {
                signals.push(signal);
            }
        }
        let said = call.last.answer().map_or("", |answer| &answer.mime);
        if is_json_type(said) {
            signals.push(Signal::CallsItselfJson);
        }
        if self.json.contains(&endpoint(first)) {
            signals.push(Signal::SameEndpoint);
        }
        let path = first.path();
        if let Some(pattern) = api.iter().find(|pattern| pattern.matches(&path)) {
            signals.push(Signal::Api(pattern.to_string()));
        }
        signals.extend(checklist_signal(call));
        signals.extend(sign_in_signal(call));
        signals
    }

    fn counts(&self, signal: &Signal, call: &Call<'_>) -> bool {
        let first = call.first();
        let is_page = || self.pages.contains(&first.route());
        match signal.weight() {
            Weight::Proof => true,
            // Shown as the text it is, it does no harm under a wrong name.
            Weight::Claim if *signal == Signal::CallsItselfJson && is_wanted_as_text(call) => false,
            Weight::Claim => !is_wanted_as_bytes(call) && !is_sign_out(call),
            Weight::Hint if is_page() || is_wanted_as_bytes(call) => false,
            Weight::Hint if *signal == Signal::SameEndpoint => !is_wanted_as_text(call),
            Weight::Hint => !is_sign_in_path(&first.url) && !is_sign_out(call),
        }
    }
}

/// A file to be saved, or bytes to be shown: an invoice may be an HTML page.
fn is_wanted_as_bytes(call: &Call<'_>) -> bool {
    let disposition = call
        .last
        .answer()
        .and_then(|answer| answer.header("content-disposition"))
        .unwrap_or_default();
    disposition
        .trim_start()
        .to_ascii_lowercase()
        .starts_with("attachment")
        || call.reads().any(|how| how == ReadAs::Bytes)
}

/// Its text was taken and never parsed.
fn is_wanted_as_text(call: &Call<'_>) -> bool {
    call.reads().any(|how| how == ReadAs::TextMethod) && !call.reads().any(is_json_read)
}

/// Whoever signs out comes to the sign-in page.
fn is_sign_out(call: &Call<'_>) -> bool {
    is_sign_out_path(&call.first().url) && sign_in_mark(call.last).is_some()
}

fn endpoint(exchange: &Exchange) -> String {
    format!("{} {}", exchange.method, exchange.route())
}

/// Whether a status says that all went well.
pub(super) fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

fn is_json_read(how: ReadAs) -> bool {
    matches!(
        how,
        ReadAs::JsonMethod | ReadAs::JsonParse | ReadAs::XhrJson
    )
}

fn checklist_signal(call: &Call<'_>) -> Option<Signal> {
    let is_of_call = |id: &String| call.hops().any(|hop| hop.id == *id);
    let mut expectations = call.seen.step.expectations.iter();
    expectations
        .find(|line| line.wants_json && line.exchange.as_ref().is_some_and(is_of_call))
        .map(|line| Signal::Checklist(line.what.clone()))
}

fn sign_in_signal(call: &Call<'_>) -> Option<Signal> {
    let is_call = matches!(call.first().resource, Resource::Fetch | Resource::Xhr);
    let mark = sign_in_mark(call.last).filter(|_| is_call && call.html == Html::Page)?;
    Some(if call.chain.is_empty() {
        Signal::AnsweredBySignIn(mark)
    } else {
        Signal::RedirectedToSignIn(mark)
    })
}
