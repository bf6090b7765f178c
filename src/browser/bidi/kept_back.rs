//! What the browser kept from the page, and by which of its rules. BiDi tells no more of it than `net::ERR_FAILED`, as of
//! a server that is dead; DevTools, whose events the driver hands on over the same socket, tell the rule and what the
//! answer had allowed.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::Deserialize;
use url::Url;

use super::{
    console,
    messages::{BytesValue, HeaderData},
    observer::Shared,
};
use crate::evidence::{Header, KeptBack, Redactor};

/// DevTools' events; a driver that hands none on is good enough without them.
pub(super) const EVENTS: [&str; 3] = [
    console::EVENT,
    "goog:cdp.Network.loadingFailed",
    "goog:cdp.Network.responseReceivedExtraInfo",
];

/// How long the rule may come after the failure; it comes on the heels of it.
const PATIENCE: Duration = Duration::from_millis(300);

/// What DevTools told and nobody has taken yet.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<Facts>);

#[derive(Debug, Default)]
struct Facts {
    /// The driver hands DevTools' events on.
    is_listening: bool,
    /// The network's own word of the answers to requests that haven't ended yet.
    answers: HashMap<String, Vec<Word>>,
    /// By which rule a request failed; `None` when by none.
    failures: HashMap<String, Option<KeptBack>>,
}

/// An answer as it came over the network, whether or not the page saw it.
#[derive(Debug)]
struct Word {
    status: u16,
    headers: HashMap<String, String>,
}

/// An event as the driver hands it on.
#[derive(Debug, Deserialize)]
pub(super) struct HandedOn<T> {
    pub(super) params: T,
}

/// `Network.loadingFailed`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LoadingFailed {
    request_id: String,
    blocked_reason: Option<String>,
    cors_error_status: Option<CorsErrorStatus>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CorsErrorStatus {
    cors_error: String,
    #[serde(default)]
    failed_parameter: String,
}

/// `Network.responseReceivedExtraInfo`: comes for an answer that the page never sees too.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExtraInfo {
    request_id: String,
    status_code: u16,
    #[serde(default)]
    headers: HashMap<String, String>,
}

impl HandedOn<ExtraInfo> {
    /// The request whose answer it is about.
    pub(super) fn request(&self) -> &str {
        &self.params.request_id
    }

    /// Whether it is a redirect to this URL: then it is about the hop before, and comes late.
    pub(super) fn leads_to(&self, url: &str) -> bool {
        let ExtraInfo { headers, .. } = &self.params;
        let mut headers = headers.iter();
        let location = headers.find(|(name, _)| name.eq_ignore_ascii_case("location"));
        let url = Url::parse(url).ok();
        let target = location.and_then(|(_, location)| url.as_ref()?.join(location).ok());
        target.is_some() && target == url
    }
}

impl Told {
    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on each failure's rule is worth waiting for.
    pub(super) fn listen(&self) {
        self.facts().is_listening = true;
    }

    /// Whether the driver hands DevTools' events on.
    pub(super) fn is_listening(&self) -> bool {
        self.facts().is_listening
    }

    /// Remembers the network's word of a request's answer.
    pub(super) fn hear_answer(&self, event: HandedOn<ExtraInfo>) {
        let ExtraInfo {
            request_id,
            status_code: status,
            headers,
        } = event.params;
        let mut facts = self.facts();
        let words = facts.answers.entry(request_id).or_default();
        words.push(Word { status, headers });
    }

    /// Forgets the words of all other requests.
    pub(super) fn keep_words_of(&self, is_meant: impl Fn(&str) -> bool) {
        let mut facts = self.facts();
        facts.answers.retain(|request, _| is_meant(request));
    }

    pub(super) fn hear_failure(&self, event: HandedOn<LoadingFailed>, redactor: &Redactor) {
        let LoadingFailed {
            request_id,
            blocked_reason,
            cors_error_status,
        } = event.params;
        let mut facts = self.facts();
        let word = facts.answers.remove(&request_id);
        let word = word.and_then(|mut words| words.pop());
        let status = word.as_ref().map(|word| word.status);
        let headers = word.map_or_else(Vec::new, |word| allowances(word, redactor));
        let rule = match (cors_error_status, blocked_reason) {
            (Some(cors), _) => Some(KeptBack {
                rule: cors.cors_error,
                is_cors: true,
                parameter: redactor.text(&cors.failed_parameter),
                status,
                headers,
            }),
            (None, Some(rule)) => Some(KeptBack {
                rule,
                status,
                headers,
                ..KeptBack::default()
            }),
            (None, None) => None,
        };
        facts.failures.insert(request_id, rule);
    }

    /// An answer came to the page: nothing is kept from it. When the network's word of where a redirect leads came before
    /// the redirect, Chromium has put the one in the place of the other: then this is the redirect's own status and headers.
    pub(super) fn own_answer(&self, request: &str) -> Option<(u16, Vec<HeaderData>)> {
        let mut words = self.facts().answers.remove(request)?.into_iter();
        let own = words.next()?;
        if !(300..400).contains(&own.status) || words.next().is_none() {
            return None;
        }
        let headers = own.headers.into_iter().map(|(name, value)| HeaderData {
            name,
            value: BytesValue::String(value),
        });
        let mut headers: Vec<_> = headers.collect();
        headers.sort_by(|one, other| one.name.cmp(&other.name));
        Some((own.status, headers))
    }
}

/// What an answer allows to whom.
fn allowances(word: Word, redactor: &Redactor) -> Vec<Header> {
    let mut allowed: Vec<Header> = word
        .headers
        .into_iter()
        .filter(|(name, _)| name.to_ascii_lowercase().starts_with("access-control-"))
        .map(|(name, value)| {
            let value = redactor.header(&name, &value);
            Header::new(name, value)
        })
        .collect();
    allowed.sort_by(|one, other| one.name.cmp(&other.name));
    allowed
}

/// The rule by which a request failed, waited for a moment; `None` when by none.
pub(super) async fn rule_behind(shared: &Shared, request: &str) -> Option<KeptBack> {
    let started = Instant::now();
    let mut marks = shared.marks.subscribe();
    loop {
        {
            let mut facts = shared.told.facts();
            if let Some(rule) = facts.failures.remove(request) {
                return rule;
            }
            if !facts.is_listening {
                return None;
            }
        }
        let left = PATIENCE.saturating_sub(started.elapsed());
        if left.is_zero() {
            return None;
        }
        // Every mark may be the one; else the time is over.
        let _ = tokio::time::timeout(left, marks.changed()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_rule_comes_with_what_the_answer_had_allowed() {
        let told = Told::default();
        let redactor = Redactor::default();
        let answer = json!({"params": {"requestId": "7.1", "statusCode": 200, "headers": {
            "access-control-allow-origin": "https://app.example", "set-cookie": "sid=secret"}}});
        let failure = json!({"params": {"requestId": "7.1", "errorText": "net::ERR_FAILED", "corsErrorStatus":
            {"corsError": "AllowOriginMismatch", "failedParameter": "https://app.example"}}});
        let dead =
            json!({"params": {"requestId": "7.2", "errorText": "net::ERR_CONNECTION_REFUSED"}});
        told.hear_answer(serde_json::from_value(answer).expect("an answer"));
        for event in [failure, dead] {
            told.hear_failure(serde_json::from_value(event).expect("a failure"), &redactor);
        }
        let facts = told.facts();
        let rule = facts.failures["7.1"].as_ref().expect("a rule");
        assert!(rule.is_cors && rule.status == Some(200));
        assert_eq!(rule.rule, "AllowOriginMismatch");
        assert_eq!(rule.headers.len(), 1, "no cookie among them: {rule:?}");
        assert_eq!(facts.failures["7.2"], None);
        assert!(facts.answers.is_empty());
    }
    /// In the order that Chromium's BiDi takes for one answer, `200 See Other`.
    #[test]
    fn a_redirect_keeps_its_own_status_though_the_next_answer_was_told_first() {
        let heard = |statuses: &[u16]| {
            let told = Told::default();
            for status in statuses {
                let answer = json!({"params": {"requestId": "7.1", "statusCode": status, "headers": {
                    "location": format!("/from-{status}")}}});
                told.hear_answer(serde_json::from_value(answer).expect("an answer"));
            }
            let own = told.own_answer("7.1");
            assert!(told.facts().answers.is_empty());
            own.map(|(status, headers)| (status, headers[0].value.to_text().into_owned()))
        };
        assert_eq!(heard(&[303, 200]), Some((303, "/from-303".to_owned())));
        assert_eq!(heard(&[302, 302]), Some((302, "/from-302".to_owned())));
        assert_eq!(heard(&[303]), None, "as it should be");
        assert_eq!(heard(&[401, 200]), None, "a password was asked for");
        assert_eq!(heard(&[304]), None);
    }

    #[test]
    fn a_redirect_to_a_page_is_the_hop_before_it() {
        let leads = |location: &str, url: &str| {
            let word = json!({"params": {"requestId": "7.1", "statusCode": 303, "headers": {"Location": location}}});
            let word: HandedOn<ExtraInfo> = serde_json::from_value(word).expect("a word");
            word.leads_to(url)
        };
        assert!(leads("/quotes?page=2", "https://app.example/quotes?page=2"));
        assert!(leads("https://app.example/", "https://app.example/"));
        assert!(!leads("/sign-in", "https://app.example/quotes"));
    }
}
