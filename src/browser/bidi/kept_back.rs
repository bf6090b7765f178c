//! What the browser kept from the page, and by which of its rules. BiDi tells no more of it than `net::ERR_FAILED`, as of
//! a server that is dead; DevTools, whose events the driver hands on over the same socket, tell the rule and what the
//! answer had allowed.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::Deserialize;

use super::{console, observer::Shared};
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
    /// Answers to requests that are still open: status and what they allow.
    answers: HashMap<String, (u16, Vec<Header>)>,
    /// By which rule a request failed; `None` when by none.
    failures: HashMap<String, Option<KeptBack>>,
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

    /// Remembers what the answer to an open request allows.
    pub(super) fn hear_answer(&self, event: HandedOn<ExtraInfo>, redactor: &Redactor) {
        let ExtraInfo {
            request_id,
            status_code,
            headers,
        } = event.params;
        let mut allowed: Vec<Header> = headers
            .into_iter()
            .filter(|(name, _)| name.to_ascii_lowercase().starts_with("access-control-"))
            .map(|(name, value)| {
                let value = redactor.header(&name, &value);
                Header::new(name, value)
            })
            .collect();
        allowed.sort_by(|one, other| one.name.cmp(&other.name));
        self.facts()
            .answers
            .insert(request_id, (status_code, allowed));
    }

    pub(super) fn hear_failure(&self, event: HandedOn<LoadingFailed>, redactor: &Redactor) {
        let LoadingFailed {
            request_id,
            blocked_reason,
            cors_error_status,
        } = event.params;
        let mut facts = self.facts();
        let answer = facts.answers.remove(&request_id);
        let (status, headers) = answer.unzip();
        let headers = headers.unwrap_or_default();
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

    /// An answer came to the page: nothing is kept from it.
    pub(super) fn forget(&self, request: &str) {
        self.facts().answers.remove(request);
    }
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
        told.hear_answer(
            serde_json::from_value(answer).expect("an answer"),
            &redactor,
        );
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
}
