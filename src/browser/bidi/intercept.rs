//! Requests stopped on their way: given what opens the target's door, or kept from leaving.
//!
//! Over the browser's own DevTools socket, not by BiDi's `network.addIntercept`. Measured in Chromium 156, that one lets
//! requests of frames of other sites and redirects within an origin pass by, hangs every request of a worker, and a
//! request that it gives headers loses its `Origin`. Stopped for the whole browser, all of these are right, workers and
//! service workers included. Only a web socket's handshake can't be stopped either way.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{observer::Shared, socket::Bidi};
use crate::evidence::{Happening, RunEvent};

/// `Fetch.requestPaused`: a request that the browser holds back until it is told what to do with it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stopped {
    request_id: String,
    request: StoppedRequest,
}

#[derive(Debug, Deserialize)]
struct StoppedRequest {
    url: String,
    method: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

/// Whatever fails here, the request goes on; only one that a read-only door keeps in doesn't.
pub(super) async fn decide(shared: Arc<Shared>, devtools: Bidi, stopped: Stopped) {
    let Stopped {
        request_id,
        request,
    } = stopped;
    let method = request.method.to_uppercase();
    if shared.door.keeps_in(&method) {
        let url = shared.redactor().url(&request.url);
        let happening = Happening::Withheld { method, url };
        shared.record(|at| RunEvent::Happened { at, happening });
        let fail = json!({"requestId": request_id, "errorReason": "BlockedByClient"});
        // A request that is gone already has not left the browser either.
        let _ = devtools.send("Fetch.failRequest", fail).await;
        return;
    }
    if let Some(origin) = shared.door.origin_of(&request.url) {
        let opening = shared.door.headers(shared.redactor()).await;
        if !opening.is_empty() {
            let headers = merge(&request.headers, &opening);
            let go_on = json!({"requestId": request_id, "headers": headers});
            if devtools.send("Fetch.continueRequest", go_on).await.is_ok() {
                shared.door.opened_for(&origin);
                return;
            }
        }
    }
    let go_on = json!({"requestId": request_id});
    // Refused only when the request is gone by now: its page was left.
    let _ = devtools.send("Fetch.continueRequest", go_on).await;
}

/// The request's own headers, and the door's in place of any of the same name. Cookies are left to the browser,
/// which knows whether this request may bear them.
fn merge(own: &BTreeMap<String, String>, added: &[(String, String)]) -> Vec<Value> {
    let is_kept = |name: &str| {
        let is_replaced = added.iter().any(|(new, _)| name.eq_ignore_ascii_case(new));
        !is_replaced && !name.eq_ignore_ascii_case("cookie")
    };
    let kept = own.iter().filter(|(name, _)| is_kept(name));
    let added = added.iter().map(|(name, value)| (name, value));
    kept.chain(added)
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_of_the_same_name_is_replaced_and_cookies_are_left_out() {
        let own = [
            ("Accept", "*/*"),
            ("Cookie", "a=b"),
            ("X-Bypass", "page's own"),
        ];
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let added = [("x-bypass".to_owned(), "secret".to_owned())];
        let merged = merge(&own.into(), &added);
        let header = |name: &str, value: &str| json!({"name": name, "value": value});
        assert_eq!(
            merged,
            [header("Accept", "*/*"), header("x-bypass", "secret")]
        );
    }
}
