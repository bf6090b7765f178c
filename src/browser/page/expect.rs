//! Whether something holds on the page, waited for in the page.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    locate::{Hindrance, Obstacle},
    script::Script,
};
use crate::browser::{BrowserError, Session};
use crate::checklist::{Check, Locator, Sight};

const EXPECT: Script = Script {
    name: "expect.js",
    text: concat!(include_str!("js/locate.js"), include_str!("js/expect.js")),
};

/// Whether an expectation held.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It held.
    Held,
    /// It didn't; what was there instead.
    Broken(Obstacle),
}

#[derive(Debug, Deserialize)]
struct Verdict {
    holds: bool,
    seen: Option<Seen>,
}

/// What was there instead; one of its parts is given.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Seen {
    text: Option<String>,
    url: Option<String>,
    value: Option<String>,
    is_private: bool,
    field: Option<Locator>,
    missing: Option<Hindrance>,
    page: Option<String>,
}

impl Session {
    /// Waits until a check on the page holds; `None` for a check that isn't about the page.
    pub async fn expect(
        &self,
        check: &Check,
        limit: Duration,
    ) -> Result<Option<Answer>, BrowserError> {
        let Some(question) = question(check) else {
            return Ok(None);
        };
        let verdict: Verdict = self.ask_page(EXPECT, vec![question], limit).await?;
        if verdict.holds {
            return Ok(Some(Answer::Held));
        }
        let seen = verdict.seen.unwrap_or_default();
        Ok(Some(Answer::Broken(describe(check, seen, limit))))
    }
}

fn question(check: &Check) -> Option<Value> {
    let sight = |kind: &str, sight: &Sight| match sight {
        Sight::Text(text) => json!({"kind": kind, "text": text}),
        Sight::TextIn(text, inside) => json!({"kind": kind, "text": text, "inside": inside}),
        Sight::Element(locator) => json!({"kind": format!("{kind}_element"), "locator": locator}),
    };
    match check {
        Check::See(what) => Some(sight("see", what)),
        Check::NotSee(what) => Some(sight("not_see", what)),
        Check::Url(pattern) => Some(json!({"kind": "url", "pattern": pattern})),
        Check::Value(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|entry| json!({"field": entry.field, "text": entry.text}))
                .collect();
            Some(json!({"kind": "value", "entries": entries}))
        }
        Check::Response(_)
        | Check::NoResponse(_)
        | Check::Fetch(_)
        | Check::Query(_)
        | Check::Denied(_) => None,
    }
}

fn describe(check: &Check, seen: Seen, limit: Duration) -> Obstacle {
    let seconds = limit.as_secs();
    if let Some(hindrance) = seen.missing {
        let locator = seen.field.as_ref().or(locator_of(check));
        return match locator {
            Some(locator) => Obstacle::new(locator, hindrance, seconds),
            None => Obstacle::plain("it wasn't there"),
        };
    }
    let why = if let Some(url) = seen.url {
        format!("the page stayed at {url}")
    } else if let Some(value) = seen.value {
        let field = seen
            .field
            .map(|field| field.to_string())
            .unwrap_or_default();
        let value = if seen.is_private {
            "another text".to_owned()
        } else {
            format!("“{value}”")
        };
        format!("{field} held {value}")
    } else if let Some(message) = seen.page {
        format!("the page's own code broke the check: {message}")
    } else if let Some(text) = seen.text {
        not_seen(&text)
    } else {
        format!("it was still there after {seconds} s")
    };
    Obstacle::plain(why)
}

/// What a person could read instead, cut at a length that can be read at a glance.
fn not_seen(text: &str) -> String {
    if text.is_empty() {
        return "the page showed no text".to_owned();
    }
    let mut start: String = text.chars().take(300).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    format!("the page showed: {start}")
}

fn locator_of(check: &Check) -> Option<&Locator> {
    match check {
        Check::See(Sight::Element(locator) | Sight::TextIn(_, locator))
        | Check::NotSee(Sight::Element(locator) | Sight::TextIn(_, locator)) => Some(locator),
        Check::Value(entries) => entries.first().map(|entry| &entry.field),
        _ => None,
    }
}
