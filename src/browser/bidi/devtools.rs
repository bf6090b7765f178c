//! The browser's own DevTools socket, for what BiDi can't do: stop requests on their way, hold new tabs until they are
//! watched, and close the dialogs that stop the driver too.

use std::{collections::HashMap, path::Path, sync::Arc};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    dialogs::OpenDialogs,
    early::Held,
    intercept,
    new_tab::{self, Attached, NewTab},
    observer::Shared,
    socket::{Bidi, RawEvent},
};
use crate::browser::error::BrowserError;

/// Where a browser writes down the port and the path that its DevTools listen on.
const PORT_FILE: &str = "DevToolsActivePort";

/// Begins both, in the browser with that profile. Where it is on another machine, new tabs aren't held.
///
/// # Errors
///
/// When requests have to be stopped and can't be.
pub(super) async fn start(
    shared: &Arc<Shared>,
    profile: Option<&Path>,
) -> Result<(), BrowserError> {
    let stopped = shared.door.stopped_urls();
    let Some(address) = profile.and_then(address_of) else {
        return match stopped {
            Some(_) => Err(BrowserError::NoInterception),
            None => Ok(()),
        };
    };
    let (devtools, events) = match Bidi::connect(&address).await {
        Err(_) if stopped.is_none() => return Ok(()),
        connected => connected?,
    };
    tokio::spawn(listen(Arc::clone(shared), devtools.clone(), events));
    if let Some(patterns) = stopped {
        let enable = json!({"patterns": patterns});
        devtools.send("Fetch.enable", enable).await?;
    }
    new_tab::hold_all(&devtools).await
}

/// The browser's DevTools socket, when it is on this machine.
fn address_of(profile: &Path) -> Option<String> {
    let written = std::fs::read_to_string(profile.join(PORT_FILE)).ok()?;
    let mut lines = written.lines();
    let (port, path) = (lines.next()?.trim(), lines.next()?.trim());
    let is_port = port.parse::<u16>().is_ok();
    is_port.then(|| format!("ws://127.0.0.1:{port}{path}"))
}

/// Takes each event on its own: a token that is asked for again, or a tab that is slow, holds up nothing else.
async fn listen(
    shared: Arc<Shared>,
    devtools: Bidi,
    mut events: mpsc::UnboundedReceiver<RawEvent>,
) {
    let mut tabs: HashMap<String, mpsc::UnboundedSender<Held>> = HashMap::new();
    let mut dialogs = OpenDialogs::default();
    while let Some(event) = events.recv().await {
        match (event.method.as_str(), event.session) {
            ("Fetch.requestPaused", None) => {
                if let Some(stopped) = read(event.params) {
                    let (shared, devtools) = (Arc::clone(&shared), devtools.clone());
                    tokio::spawn(intercept::decide(shared, devtools, stopped));
                }
            }
            ("Fetch.requestPaused", Some(session)) => {
                if let (Some(tab), Some(held)) = (tabs.get(&session), read(event.params)) {
                    // A tab that has been let go takes no more: nothing of it is held.
                    let _ = tab.send(held);
                }
            }
            ("Target.attachedToTarget", _) => {
                if let Some(tab) = read::<Attached>(event.params) {
                    let (held, paused) = mpsc::unbounded_channel();
                    tabs.insert(tab.session_id.clone(), held);
                    let tab = NewTab::new(Arc::clone(&shared), devtools.clone(), tab);
                    tokio::spawn(tab.hold(paused));
                }
            }
            ("Page.javascriptDialogOpening", Some(page)) => {
                if let Some(opened) = read(event.params) {
                    dialogs.open(&shared, &devtools, page, opened);
                }
            }
            ("Page.javascriptDialogClosed", Some(page)) => dialogs.close(&page),
            ("Target.detachedFromTarget", _) => {
                if let Some(session) = event.params["sessionId"].as_str() {
                    tabs.remove(session);
                    dialogs.close(session);
                }
            }
            _ => {}
        }
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
