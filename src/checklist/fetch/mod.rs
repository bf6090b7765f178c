//! `fetch`: an API read as the signed-in persona, and what it must answer.

use std::fmt;

use serde_json::Value;

use super::{pattern::StatusPattern, wanted::Wanted};

mod form;

pub(crate) use form::fetch;
pub(super) use form::{FETCH, FETCH_EXAMPLE, number};

/// An API read, and what its answer must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// A path of the target, or a whole URL on its origins.
    pub path: String,
    /// The status; `None` wants 2xx.
    pub status: Option<StatusPattern>,
    /// A JSON Pointer (RFC 6901) into the answer; empty is the whole document.
    pub at: String,
    /// What must hold there, all of it; the answer needn't be JSON when there is nothing.
    pub wants: Vec<Comparison>,
}

/// What must hold of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// It is this.
    Equals(Wanted),
    /// A text contains this text, a list this item, a map these members.
    Contains(Wanted),
    /// It is there, or isn't.
    Exists(bool),
    /// So many items or members.
    Count(usize),
}

/// What a server answered to a read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// HTTP status, of the last answer after redirects.
    pub status: u16,
    /// The body.
    pub text: String,
    /// Where redirects led; `None` when there were none.
    pub led_to: Option<String>,
}

impl Fetch {
    /// Whether an answer is the one that is wanted; `Err` with what was there instead.
    pub fn judge(&self, reading: &Reading) -> Result<(), String> {
        let Reading { status, text, .. } = reading;
        let wanted = self.status.unwrap_or(StatusPattern::Class(2));
        if !wanted.matches(*status) {
            return Err(format!("{}{}", reading.answered(), quoted_start(text)));
        }
        let document = serde_json::from_str::<Value>(text);
        if self.wants.is_empty() {
            // The page that a redirect ends on is no answer of the API.
            let is_answer = reading.led_to.is_none() || document.is_ok();
            return is_answer.then_some(()).ok_or_else(|| reading.answered());
        }
        let Ok(document) = document else {
            let answered = reading.answered();
            return Err(format!(
                "{answered} and it isn't JSON{}",
                quoted_start(text)
            ));
        };
        let value = document.pointer(&self.at);
        match self.wants.iter().find(|want| !want.holds(value)) {
            None => Ok(()),
            Some(want) => Err(self.seen_at(want, value, &document)),
        }
    }

    fn seen_at(&self, want: &Comparison, value: Option<&Value>, document: &Value) -> String {
        let Some(value) = value else {
            return format!(
                "nothing stands at {}; {}",
                self.at,
                around(&self.at, document)
            );
        };
        let shown = shown(value);
        match (want, size_of(value)) {
            (Comparison::Count(_), Some(size)) => format!("it has {size}: {shown}"),
            _ => format!("it was {shown}"),
        }
    }
}

impl Reading {
    fn answered(&self) -> String {
        match &self.led_to {
            Some(place) => format!("it was redirected to {place}, answered {}", self.status),
            None => format!("it was answered {}", self.status),
        }
    }
}

impl Comparison {
    fn holds(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Exists(wanted) => value.is_some() == *wanted,
            Self::Equals(wanted) => value.is_some_and(|value| wanted.is(value)),
            Self::Contains(wanted) => value.is_some_and(|value| wanted.is_in(value)),
            Self::Count(wanted) => value.and_then(size_of) == Some(*wanted),
        }
    }
}

fn size_of(value: &Value) -> Option<usize> {
    match value {
        Value::Array(items) => Some(items.len()),
        Value::Object(members) => Some(members.len()),
        _ => None,
    }
}

/// The last place on the way that is there, and what stands in it.
fn around(pointer: &str, document: &Value) -> String {
    let mut parent = pointer;
    while let Some((before, _)) = parent.rsplit_once('/') {
        parent = before;
        if let Some(value) = document.pointer(parent) {
            let place = if parent.is_empty() {
                "the document"
            } else {
                parent
            };
            return format!("{place} is {}", shown(value));
        }
    }
    format!("the document is {}", shown(document))
}

/// A value as a message shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("“{}”", start_of(text)),
        _ => start_of(&value.to_string()),
    }
}

fn quoted_start(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    format!(": {}", start_of(text))
}

fn start_of(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut start: String = text.chars().take(LONGEST).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

impl fmt::Display for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fetch {}", self.path)?;
        if let Some(status) = self.status {
            write!(f, " {status}")?;
        }
        let place = if self.at.is_empty() {
            "it"
        } else {
            self.at.as_str()
        };
        for (index, want) in self.wants.iter().enumerate() {
            let link = if index == 0 { ":" } else { "," };
            write!(f, "{link} {place} {want}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equals(wanted) => write!(f, "equals {wanted}"),
            Self::Contains(wanted) => write!(f, "contains {wanted}"),
            Self::Exists(true) => f.write_str("exists"),
            Self::Exists(false) => f.write_str("doesn't exist"),
            Self::Count(count) => write!(f, "has {count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(status: u16, text: &str) -> Reading {
        Reading {
            status,
            text: text.to_owned(),
            led_to: None,
        }
    }

    fn wants(at: &str, want: Comparison) -> Fetch {
        Fetch {
            path: "/api/me".to_owned(),
            status: None,
            at: at.to_owned(),
            wants: vec![want],
        }
    }

    fn equals(text: &str) -> Comparison {
        Comparison::Equals(Wanted::Plain(text.to_owned()))
    }

    const ME: &str = r#"{"email":"ada@example.com","seats":[1,2],"a/b":{"m~n":null}}"#;

    fn seen(fetch: &Fetch, text: &str) -> String {
        fetch.judge(&reading(200, text)).expect_err("broken")
    }

    #[test]
    fn a_value_is_found_by_its_pointer_and_compared() {
        let holds = |at: &str, want: Comparison| wants(at, want).judge(&reading(200, ME)).is_ok();
        assert!(holds("/email", equals("ada@example.com")));
        assert!(holds("/seats/1", equals("2")));
        assert!(holds("/a~1b/m~0n", equals("null")));
        assert!(holds("/seats", Comparison::Count(2)));
        assert!(holds("", Comparison::Count(3)));
        assert!(holds("/nobody", Comparison::Exists(false)));
        assert!(holds("/a~1b/m~0n", Comparison::Exists(true)));
        assert!(!holds("/email", Comparison::Count(15)));
        assert!(!holds("/nobody", equals("null")));
    }

    #[test]
    fn what_was_there_instead_is_told() {
        assert_eq!(
            seen(&wants("/email", equals("bob")), ME),
            "it was “ada@example.com”"
        );
        assert_eq!(
            seen(&wants("/seats", Comparison::Count(3)), ME),
            "it has 2: [1,2]"
        );
        assert_eq!(
            seen(&wants("/seats/7/id", Comparison::Exists(true)), ME),
            "nothing stands at /seats/7/id; /seats is [1,2]"
        );
        assert_eq!(
            seen(&wants("/email", equals("x")), "<!doctype html>"),
            "it was answered 200 and it isn't JSON: <!doctype html>"
        );
    }

    #[test]
    fn the_status_decides_first_and_a_sign_in_page_is_no_answer() {
        let refused = wants("/email", equals("x")).judge(&reading(401, "{\"error\":\"who?\"}"));
        assert_eq!(
            refused,
            Err("it was answered 401: {\"error\":\"who?\"}".to_owned())
        );
        let mut alone = wants("", Comparison::Exists(true));
        alone.wants.clear();
        alone.status = Some(StatusPattern::Exactly(200));
        assert_eq!(alone.judge(&reading(200, "anything")), Ok(()));
        let bounced = Reading {
            led_to: Some("/sign-in".to_owned()),
            ..reading(200, "<!doctype html>")
        };
        assert_eq!(
            alone.judge(&bounced),
            Err("it was redirected to /sign-in, answered 200".to_owned())
        );
    }
}
