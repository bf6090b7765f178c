//! A front page as `init` and `doctor` look at it: how it answered, what it is called, and how one signs in there.

use std::time::Duration;

use serde::Deserialize;

use super::script::Script;
use crate::browser::{BrowserError, Session};
use crate::checklist::Locator;

const FRONT: Script = Script {
    name: "front.js",
    text: concat!(
        include_str!("js/names.js"),
        include_str!("js/locate.js"),
        include_str!("js/front.js")
    ),
};

/// What a front page shows of itself; not redacted.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Front {
    /// Its title.
    pub title: String,
    /// Its first visible heading.
    pub heading: Option<String>,
    /// The status that it was answered with, where the browser tells.
    pub status: Option<u16>,
    /// Name and content of its `<meta>` elements.
    pub metas: Vec<(String, String)>,
    /// Its sign-in form.
    pub form: Option<SignInForm>,
    /// The address of a link that is named like sign in, on the same origin.
    pub way: Option<String>,
}

/// A form that asks for a password that is known already.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SignInForm {
    /// The field for the name or the address.
    pub user: Option<Locator>,
    /// The field for the password.
    pub password: Locator,
    /// What sends it.
    pub button: Option<Locator>,
}

impl Session {
    /// Reads what the page shows of itself; each element is named so that it is found again.
    pub async fn read_front(&self, limit: Duration) -> Result<Front, BrowserError> {
        self.ask_page(FRONT, Vec::new(), limit).await
    }
}
