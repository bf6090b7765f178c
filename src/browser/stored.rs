//! What a browser keeps of a signed-in session, taken from one page and put into another that shares nothing with it.

use std::{collections::BTreeMap, fmt};

use futures_util::future::join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    error::BrowserError,
    session::{Session, text_of},
};
use crate::evidence::Redactor;

const SEED: &str = include_str!("page/js/seed.js");

/// The world in which storage is read: a page that replaced its own globals doesn't matter there.
const SANDBOX: &str = "shippass";

/// Cookies and storage of a session. A secret as a whole: it is never shown.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    cookies: Vec<Cookie>,
    /// By origin.
    storages: BTreeMap<String, Storages>,
}

/// `network.Cookie` of BiDi, as far as it can be set again.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cookie {
    name: String,
    value: Value,
    domain: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    http_only: bool,
    #[serde(default)]
    secure: bool,
    #[serde(default)]
    same_site: String,
    /// Seconds since the epoch; a cookie without it ends with its session.
    expiry: Option<u64>,
}

/// Both storages of an origin.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
struct Storages {
    local: BTreeMap<String, String>,
    session: BTreeMap<String, String>,
}

/// A page's storage is being filled until this is handed back.
#[derive(Debug)]
#[must_use = "a page that goes on being filled forgets what its own code stores"]
pub struct Seeding {
    script: Option<String>,
    mark: String,
}

// Every value may be a secret: only numbers are ever shown.
impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cookies, origins) = (self.cookies.len(), self.storages.len());
        write!(f, "Stored({cookies} cookies, {origins} origins)")
    }
}

impl Stored {
    /// Has every value in it hidden wherever it turns up.
    pub fn hide(&self, redactor: &Redactor) {
        for cookie in &self.cookies {
            redactor.learn_stored("cookie", text_of(&cookie.value, "value").as_str());
        }
        for storages in self.storages.values() {
            for value in storages.local.values().chain(storages.session.values()) {
                redactor.learn_stored("storage", value);
            }
        }
    }
}

impl Cookie {
    fn is_over(&self, now: Timestamp) -> bool {
        let now = u64::try_from(now.as_second()).unwrap_or_default();
        self.expiry.is_some_and(|expiry| expiry <= now)
    }

    /// `storage.PartialCookie` of BiDi.
    fn partial(&self) -> Value {
        let mut partial = json!({
            "name": self.name,
            "value": self.value,
            "domain": self.domain,
            "path": self.path,
            "httpOnly": self.http_only,
            "secure": self.secure,
        });
        // `none` without `secure` is how some browsers tell of a cookie that says nothing; they refuse it said aloud.
        let is_said = matches!(self.same_site.as_str(), "lax" | "strict")
            || (self.same_site == "none" && self.secure);
        if is_said {
            partial["sameSite"] = json!(self.same_site);
        }
        if let Some(expiry) = self.expiry {
            partial["expiry"] = json!(expiry);
        }
        partial
    }
}

impl Session {
    /// Takes out what the page's session is made of: its cookies, and the storage of the target's origins whose
    /// documents are open.
    pub async fn store(&self) -> Result<Stored, BrowserError> {
        let Some((context, user_context)) = self.contexts() else {
            return Ok(Stored::default());
        };
        let partition = json!({"type": "storageKey", "userContext": user_context});
        let method = "storage.getCookies";
        let answer = self
            .bidi
            .send(method, json!({"partition": partition}))
            .await?;
        let cookies = answer.get("cookies").cloned().unwrap_or_default();
        let cookies = serde_json::from_value(cookies).map_err(|error| BrowserError::Nonsense {
            script: method,
            reason: error.to_string(),
        })?;
        let mut storages = BTreeMap::new();
        for (context, origin) in self.documents_of_target(&context).await? {
            let read =
                "JSON.stringify({ local: { ...localStorage }, session: { ...sessionStorage } })";
            let text = self.evaluate(&context, read).await?;
            // A sandboxed frame has no storage to be read.
            if let Some(read) = text.and_then(|text| serde_json::from_str(&text).ok()) {
                storages.entry(origin).or_insert(read);
            }
        }
        Ok(Stored { cookies, storages })
    }

    /// Leaves the page and opens an empty one that shares nothing with it but what was stored; cookies that are over
    /// by now are left out.
    ///
    /// Storage is put into the first document of each origin, until the seeding is ended.
    pub async fn open_page_with(&self, stored: &Stored) -> Result<Seeding, BrowserError> {
        let user_context = self.enter_user_context().await?;
        let now = Timestamp::now();
        let kept = stored.cookies.iter().filter(|cookie| !cookie.is_over(now));
        let set = kept.map(|cookie| {
            let partition = json!({"type": "storageKey", "userContext": user_context});
            let params = json!({"cookie": cookie.partial(), "partition": partition});
            self.bidi.send("storage.setCookie", params)
        });
        for answer in join_all(set).await {
            match answer {
                // A cookie that this browser won't take again shows at once: the session isn't signed in.
                Ok(_) | Err(BrowserError::BidiCommand { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let context = self.open_tab(user_context).await?;
        let mark = format!("shippass-{}", ulid::Ulid::generate());
        if stored.storages.is_empty() {
            return Ok(Seeding { script: None, mark });
        }
        let kept = json!({"mark": mark, "storages": stored.storages});
        let preload = json!({
            "functionDeclaration": format!("() => ({SEED})({kept})"),
            "contexts": [context],
        });
        let added = self.bidi.send("script.addPreloadScript", preload).await?;
        let script = Some(text_of(&added, "script"));
        Ok(Seeding { script, mark })
    }

    /// From now on the page's storage is its own.
    pub async fn end_seeding(&self, seeding: Seeding) -> Result<(), BrowserError> {
        let Some(script) = seeding.script else {
            return Ok(());
        };
        let remove = json!({"script": script});
        self.bidi.send("script.removePreloadScript", remove).await?;
        let Some((context, _)) = self.contexts() else {
            return Ok(());
        };
        for (context, _) in self.documents_of_target(&context).await? {
            let forget = format!("sessionStorage.removeItem('{}')", seeding.mark);
            self.evaluate(&context, &forget).await?;
        }
        Ok(())
    }

    /// The page's document and its frames', as far as they are the target's: context and origin.
    async fn documents_of_target(&self, page: &str) -> Result<Vec<(String, String)>, BrowserError> {
        let tree = self
            .bidi
            .send("browsingContext.getTree", json!({"root": page}))
            .await?;
        let mut documents = Vec::new();
        let mut left: Vec<&Value> = tree
            .get("contexts")
            .and_then(Value::as_array)
            .map_or_else(Vec::new, |list| list.iter().collect());
        while let Some(document) = left.pop() {
            let origin = url::Url::parse(&text_of(document, "url"))
                .map(|url| url.origin().ascii_serialization());
            if let Ok(origin) = origin.as_ref().map(String::as_str)
                && self.observer.is_of_target(origin)
            {
                documents.push((text_of(document, "context"), origin.to_owned()));
            }
            left.extend(
                document
                    .get("children")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten(),
            );
        }
        Ok(documents)
    }

    /// What an expression comes to as a text; `None` when it is none, or the document is gone.
    async fn evaluate(
        &self,
        context: &str,
        expression: &str,
    ) -> Result<Option<String>, BrowserError> {
        let params = json!({
            "expression": expression,
            "target": {"context": context, "sandbox": SANDBOX},
            "awaitPromise": false,
        });
        match self.bidi.send("script.evaluate", params).await {
            Ok(answer) => Ok(answer
                .pointer("/result/value")
                .and_then(Value::as_str)
                .map(str::to_owned)),
            Err(BrowserError::BidiCommand { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(text: &str) -> Cookie {
        serde_json::from_str(text).expect("a cookie as BiDi tells it")
    }

    #[test]
    fn a_cookie_is_set_as_it_was_told() {
        let told = cookie(
            r#"{"name":"s","value":{"type":"string","value":"abc"},"domain":"a.example","path":"/x","size":4,
                "httpOnly":true,"secure":true,"sameSite":"none","expiry":1800000000,"goog:session":false}"#,
        );
        let expected = json!({
            "name": "s", "value": {"type": "string", "value": "abc"}, "domain": "a.example", "path": "/x",
            "httpOnly": true, "secure": true, "sameSite": "none", "expiry": 1_800_000_000
        });
        assert_eq!(told.partial(), expected);
    }

    #[test]
    fn none_without_secure_is_left_unsaid() {
        let told = cookie(
            r#"{"name":"s","value":{"type":"string","value":"abc"},"domain":"a.example","sameSite":"none"}"#,
        );
        assert_eq!(told.partial().get("sameSite"), None);
    }

    #[test]
    fn a_cookie_is_over_when_its_time_has_come() {
        let mut told = cookie(r#"{"name":"s","value":{},"domain":"a.example","expiry":100}"#);
        let at = |second| Timestamp::from_second(second).expect("a time");
        assert!(!told.is_over(at(99)) && told.is_over(at(100)));
        told.expiry = None;
        assert!(!told.is_over(at(1_000_000)));
    }

    #[test]
    fn nothing_of_it_is_shown() {
        let stored = Stored {
            cookies: vec![cookie(
                r#"{"name":"s","value":{"type":"string","value":"abc"},"domain":"a.example"}"#,
            )],
            storages: BTreeMap::new(),
        };
        assert_eq!(format!("{stored:?}"), "Stored(1 cookies, 0 origins)");
    }
}
