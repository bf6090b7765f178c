//! WebDriver BiDi over the session's own web socket: commands, and what the browser tells by itself.
//!
//! Spec: <https://w3c.github.io/webdriver-bidi/>.

mod around;
mod bodies;
mod certificate;
mod console;
mod devtools;
mod dialogs;
mod early;
mod exchange;
mod intercept;
mod kept_back;
mod messages;
mod new_tab;
mod observer;
mod resource;
mod socket;
mod stage;
mod watcher;

pub(crate) use observer::{Marks, Observer, SeenExchange};
pub(crate) use socket::Bidi;
pub(crate) use stage::FileDialog;
