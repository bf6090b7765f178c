//! How a page's dialogs are answered, also when the driver can't.
//!
//! Measured in chromedriver 156: on each new document it sets the device anew, command by command, and waits for the page to
//! take it. A page that opens a dialog in between takes nothing, and BiDi's answer to the dialog waits behind the driver's
//! command: neither ever ends. So the dialog is closed over DevTools when it still stands after a while.

use std::{collections::HashMap, sync::Arc, time::Duration};

use serde::Deserialize;
use serde_json::json;
use tokio::{sync::oneshot, time::timeout};

use super::{observer::Shared, socket::Bidi};
use crate::checklist::DialogAnswer;

/// How long the driver has for it.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is done with a dialog.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) is_accepted: bool,
    /// What a `prompt` is answered with. Without a text the browser takes none, not the one that stands there.
    pub(super) text: Option<String>,
}

impl Reply {
    /// As the step says; what it doesn't know of is closed, and a page that asks whether it may be left is left.
    pub(super) fn to(kind: &str, default: Option<&str>, answer: Option<&DialogAnswer>) -> Self {
        let text = match answer {
            Some(DialogAnswer::Accept(Some(text))) => Some(text.as_str()),
            _ => default,
        };
        Self {
            is_accepted: match answer {
                Some(DialogAnswer::Accept(_)) => true,
                Some(DialogAnswer::Dismiss) => false,
                None => kind == "beforeunload",
            },
            text: (kind == "prompt").then(|| text.unwrap_or_default().to_owned()),
        }
    }
}

/// `Page.javascriptDialogOpening`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Opened {
    #[serde(rename = "type")]
    kind: String,
    default_prompt: Option<String>,
}

/// The dialogs that stand open, by their page's DevTools session.
#[derive(Debug, Default)]
pub(super) struct OpenDialogs(HashMap<String, oneshot::Sender<()>>);

impl OpenDialogs {
    /// Closes a dialog that nobody else closes.
    pub(super) fn open(
        &mut self,
        shared: &Arc<Shared>,
        devtools: &Bidi,
        page: String,
        opened: Opened,
    ) {
        let (open, closed) = oneshot::channel();
        self.0.insert(page.clone(), open);
        let (shared, devtools) = (Arc::clone(shared), devtools.clone());
        tokio::spawn(async move {
            if timeout(PATIENCE, closed).await.is_ok() {
                return;
            }
            let answer = shared.stage().dialog.clone();
            let default = opened.default_prompt.as_deref();
            let reply = Reply::to(&opened.kind, default, answer.as_ref());
            let mut params = json!({"accept": reply.is_accepted});
            if let Some(text) = reply.text {
                params["promptText"] = json!(text);
            }
            // Closed by now after all.
            let _ = devtools
                .send_on(Some(&page), "Page.handleJavaScriptDialog", params)
                .await;
        });
    }

    /// It has been closed, or its page has.
    pub(super) fn close(&mut self, page: &str) {
        self.0.remove(page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_is_answered_as_the_step_says_and_else_closed() {
        let reply = |is_accepted, text: Option<&str>| Reply {
            is_accepted,
            text: text.map(str::to_owned),
        };
        let accept = |text: Option<&str>| DialogAnswer::Accept(text.map(str::to_owned));
        let to =
            |kind, default, answer: Option<DialogAnswer>| Reply::to(kind, default, answer.as_ref());
        assert_eq!(to("alert", None, None), reply(false, None));
        assert_eq!(to("beforeunload", None, None), reply(true, None));
        assert_eq!(
            to("beforeunload", None, Some(DialogAnswer::Dismiss)),
            reply(false, None)
        );
        assert_eq!(to("confirm", None, Some(accept(None))), reply(true, None));
        assert_eq!(
            to("prompt", Some("Roof"), Some(accept(None))),
            reply(true, Some("Roof"))
        );
        assert_eq!(
            to("prompt", Some("Roof"), Some(accept(Some("West")))),
            reply(true, Some("West"))
        );
        assert_eq!(to("prompt", None, None), reply(false, Some("")));
    }
}
