//! The target's door: which origins are behind it, what opens it, and what may go through.

mod token;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use serde_json::{Value, json};
use url::Url;

use self::token::Token;
use super::{bidi::Bidi, error::BrowserError};
use crate::config::Target;
use crate::evidence::{Redactor, is_safe_method};

/// The door of one target; every request is decided by its own origin.
#[derive(Debug)]
pub(crate) struct Door {
    /// The target's own origin first, then the declared ones.
    origins: Vec<String>,
    /// What opens it; names in lower case.
    headers: Vec<(String, String)>,
    cookies: Vec<(String, String)>,
    token: Option<Token>,
    /// Only requests that change nothing may leave the browser.
    is_read_only: bool,
    /// How many requests bore what opens it, by origin.
    opened: Mutex<BTreeMap<String, u64>>,
}

impl Door {
    /// Learns what opens the door; asks for a token when a command prints it.
    ///
    /// # Errors
    ///
    /// The command that prints the token failed.
    pub(super) async fn new(
        target: &Target,
        is_read_only: bool,
        redactor: &Redactor,
    ) -> Result<Self, BrowserError> {
        let access = target.access.clone().unwrap_or_default();
        let token = match access.command {
            None => None,
            Some(command) => Some(Token::ask(command, redactor).await?),
        };
        Ok(Self {
            origins: target.all_origins(),
            headers: access.headers,
            cookies: access.cookies,
            token,
            is_read_only,
            opened: Mutex::default(),
        })
    }

    /// The target's origin that a URL lies on, exactly; `None` when it is somebody else's.
    pub(crate) fn origin_of(&self, url: &str) -> Option<String> {
        let origin = Url::parse(url).ok()?.origin().ascii_serialization();
        self.origins.contains(&origin).then_some(origin)
    }

    /// Whether a request may not leave the browser.
    pub(crate) fn keeps_in(&self, method: &str) -> bool {
        self.is_read_only && !is_safe_method(method)
    }

    /// The URLs whose requests are stopped on their way, as patterns of DevTools; `None` when none is, since every stop
    /// costs time.
    pub(crate) fn stopped_urls(&self) -> Option<Value> {
        let pattern = |url: String| json!({"urlPattern": url, "requestStage": "Request"});
        if self.is_read_only {
            return Some(json!([pattern("*".to_owned())]));
        }
        if self.headers.is_empty() && self.token.is_none() {
            return None;
        }
        let patterns = self.origins.iter().map(|it| pattern(format!("{it}/*")));
        Some(patterns.collect())
    }

    /// The headers that open the door now.
    pub(crate) async fn headers(&self, redactor: &Redactor) -> Vec<(String, String)> {
        let mut headers = self.headers.clone();
        if let Some(token) = &self.token {
            headers.push(token.header(redactor).await);
        }
        headers
    }

    /// Notes that a request bore the headers.
    pub(crate) fn opened_for(&self, origin: &str) {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        *opened.entry(origin.to_owned()).or_default() += 1;
    }

    /// Notes that a request bore a cookie of the door. Where there are headers too, they are counted.
    pub(crate) fn saw_cookies(&self, url: &str, cookies: &str) {
        let is_own = |pair: &str| {
            let name = pair.split('=').next().unwrap_or_default().trim();
            self.cookies.iter().any(|(own, _)| own == name)
        };
        let is_counted = self.headers.is_empty() && self.token.is_none();
        if is_counted
            && cookies.split(';').any(is_own)
            && let Ok(url) = Url::parse(url)
        {
            self.opened_for(&url.origin().ascii_serialization());
        }
    }

    /// How many requests were given what opens the door, by origin; one that its page cut off right after it is among them.
    pub(super) fn opened(&self) -> BTreeMap<String, u64> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.clone()
    }

    /// Puts the cookies into a user context, for the target's hosts: a jar holds across redirects and
    /// for web sockets as it does for a person who has been let in.
    pub(super) async fn put_cookies(
        &self,
        bidi: &Bidi,
        user_context: &str,
    ) -> Result<(), BrowserError> {
        for url in self.origins.iter().filter_map(|it| Url::parse(it).ok()) {
            for (name, value) in &self.cookies {
                let is_secure = url.scheme() == "https";
                let cookie = json!({
                    "name": name,
                    "value": {"type": "string", "value": value},
                    "domain": url.host_str().unwrap_or_default(),
                    "path": "/",
                    "httpOnly": true,
                    "secure": is_secure,
                    "sameSite": if is_secure { "none" } else { "lax" },
                });
                let partition = json!({"type": "storageKey", "userContext": user_context});
                let params = json!({"cookie": cookie, "partition": partition});
                bidi.send("storage.setCookie", params).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_request_is_decided_by_its_own_origin_exactly() {
        let url = Url::parse("https://preview.example/app").expect("an address");
        let mut target = Target::from_url(url);
        target.origins = vec!["https://uploads.example:8443".to_owned()];
        let door = Door::new(&target, false, &Redactor::default()).await;
        let door = door.expect("no command to fail");
        for own in [
            "https://preview.example/",
            "https://preview.example:443/x?y",
            "https://uploads.example:8443/",
        ] {
            assert!(door.origin_of(own).is_some(), "{own}");
        }
        for foreign in [
            "http://preview.example/",
            "https://preview.example:8443/",
            "https://preview.example.evil.example/",
            "https://x.preview.example/",
            "https://uploads.example/",
            "https://evil.example/https://preview.example/",
            "https://preview.example@evil.example/",
            "data:text/html,x",
            "no address",
        ] {
            assert_eq!(door.origin_of(foreign), None, "{foreign}");
        }
        assert_eq!(door.stopped_urls(), None, "nothing is stopped without need");
    }
}
