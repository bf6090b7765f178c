//! Requests stopped on their way: given what opens the target's door, or kept from leaving.
//!
//! Over the browser's own DevTools socket, not by BiDi's `network.addIntercept`. Measured in Chromium 156, that one lets
//! requests of frames of other sites and redirects within an origin pass by, hangs every request of a worker, and a
//! request that it gives headers loses its `Origin`. Stopped for the whole browser, all of these are right, workers and
//! service workers included. Only a web socket's handshake can't be stopped either way.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    observer::Shared,
    socket::{Bidi, RawEvent},
};
use crate::browser::error::BrowserError;
use crate::evidence::{Happening, RunEvent};

/// Where a browser writes down the port and the path that its DevTools listen on.
const PORT_FILE: &str = "DevToolsActivePort";

/// `Fetch.requestPaused`: a request that the browser holds back until it is told what to do with it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stopped {
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

/// Has every request that `patterns` name stopped, in the browser with that profile, and sees to it that it goes on.
pub(super) async fn start(
    shared: Arc<Shared>,
    profile: Option<&Path>,
    patterns: Value,
) -> Result<(), BrowserError> {
    let address = profile.and_then(address_of);
    let address = address.ok_or(BrowserError::NoInterception)?;
    let (devtools, events) = Bidi::connect(&address).await?;
    tokio::spawn(pass_on(shared, devtools.clone(), events));
    let enable = json!({"patterns": patterns});
    devtools.send("Fetch.enable", enable).await?;
    Ok(())
}

/// The browser's DevTools socket, when it is on this machine.
fn address_of(profile: &Path) -> Option<String> {
    let written = std::fs::read_to_string(profile.join(PORT_FILE)).ok()?;
    let mut lines = written.lines();
    let (port, path) = (lines.next()?.trim(), lines.next()?.trim());
    let is_port = port.parse::<u16>().is_ok();
    is_port.then(|| format!("ws://127.0.0.1:{port}{path}"))
}

async fn pass_on(
    shared: Arc<Shared>,
    devtools: Bidi,
    mut events: mpsc::UnboundedReceiver<RawEvent>,
) {
    while let Some(event) = events.recv().await {
        if event.method == "Fetch.requestPaused"
            && let Ok(stopped) = serde_json::from_value(event.params)
        {
            // Each on its own: a token that is asked for again holds up nobody else.
            tokio::spawn(decide(Arc::clone(&shared), devtools.clone(), stopped));
        }
    }
}

/// Whatever fails here, the request goes on; only one that a read-only door keeps in doesn't.
async fn decide(shared: Arc<Shared>, devtools: Bidi, stopped: Stopped) {
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

    #[test]
    fn the_browsers_own_words_say_where_it_listens() {
        let profile = tempfile::tempdir().expect("a folder");
        assert_eq!(address_of(profile.path()), None);
        let write = |text: &str| {
            let mut file = std::fs::File::create(profile.path().join(PORT_FILE)).expect("made");
            std::io::Write::write_all(&mut file, text.as_bytes()).expect("written");
        };
        write("36919\n/devtools/browser/18f0");
        let address = address_of(profile.path());
        let expected = "ws://127.0.0.1:36919/devtools/browser/18f0";
        assert_eq!(address.as_deref(), Some(expected));
        write("nonsense");
        assert_eq!(address_of(profile.path()), None);
    }
}
