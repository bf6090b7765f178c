//! Messages that the app sends while somebody signs in: asked for again and again until one has come.

use std::{
    collections::BTreeMap,
    io,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Request, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use regex::Regex;
use serde_json::Value;
use tokio::time::MissedTickBehavior;
use url::Url;

use crate::browser::{
    command::{complaint, output_of},
    https::connector,
};
use crate::config::{Inbox, InboxSource};

type HttpsClient = Client<HttpsConnector<HttpConnector>, Empty<&'static [u8]>>;

/// How often an inbox is asked.
const PACE: Duration = Duration::from_millis(500);
/// How long it may take to answer once.
const ASK_LIMIT: Duration = Duration::from_secs(10);
/// The largest answer that is read, in bytes.
const LARGEST: usize = 4_000_000;

/// Keys under which a message is named, in lower case.
const NAMES: &[&str] = &["id", "_id", "uid", "messageid", "message_id", "message-id"];

/// An inbox, and what lay in it when the sign-in began.
#[derive(Debug)]
pub(super) struct NewMessages<'p> {
    find: &'p Regex,
    asked: Asked<'p>,
    /// How often each message was there.
    known: BTreeMap<String, usize>,
}

/// A message as far as it matters.
#[derive(Debug, PartialEq, Eq)]
struct Message {
    /// Tells it from others.
    name: String,
    /// All that can be read in it.
    text: String,
}

impl<'p> NewMessages<'p> {
    /// Asks what is there; an inbox that doesn't answer yet holds nothing.
    ///
    /// # Errors
    ///
    /// In words, when this machine can't ask by HTTPS.
    pub(super) async fn begin(inbox: &'p Inbox) -> Result<Self, String> {
        let asked = Asked::new(&inbox.source)
            .map_err(|error| format!("the inbox can't be asked: {error}"))?;
        let answer = asked.ask().await.unwrap_or_default();
        let mut known = BTreeMap::new();
        for message in messages(&answer) {
            *known.entry(message.name).or_default() += 1;
        }
        Ok(Self {
            find: &inbox.find,
            asked,
            known,
        })
    }

    /// What is looked for, in a message that has come since; each message is used once.
    pub(super) async fn wait(&mut self, until: Instant) -> Result<String, String> {
        let mut pace = tokio::time::interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // Nothing tells when a message comes: it is asked for at a pace that a mail catcher bears.
            pace.tick().await;
            let answer = self.asked.ask().await;
            let found = answer.as_deref().map(|answer| self.find_in(answer));
            if let Ok(Some(text)) = found {
                return Ok(text);
            }
            if Instant::now() >= until {
                let last = match answer {
                    Err(why) => why,
                    Ok(answer) if self.has_new(&answer) => {
                        format!(
                            "none of the new messages has anything like `{}` in it",
                            self.find
                        )
                    }
                    Ok(_) => "it holds only what was there before the sign-in began".to_owned(),
                };
                return Err(format!("no message has come into the inbox: {last}"));
            }
        }
    }

    fn find_in(&mut self, answer: &str) -> Option<String> {
        for message in self.new_in(answer) {
            let Some(found) = self.find.captures(&message.text) else {
                continue;
            };
            *self.known.entry(message.name).or_default() += 1;
            let text = found.get(1).or(found.get(0))?.as_str();
            // A link is cut out of the HTML of a message now and then.
            return Some(text.trim().replace("&amp;", "&"));
        }
        None
    }

    fn has_new(&self, answer: &str) -> bool {
        !self.new_in(answer).is_empty()
    }

    fn new_in(&self, answer: &str) -> Vec<Message> {
        let mut left = self.known.clone();
        let mut new = messages(answer);
        new.retain(|message| match left.get_mut(&message.name) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
        new
    }
}

/// The messages of an answer: the first list of objects in JSON, else its lines, those that follow each other in one.
fn messages(answer: &str) -> Vec<Message> {
    let line = |line: &str| Message {
        name: line.to_owned(),
        text: line.to_owned(),
    };
    match serde_json::from_str::<Value>(answer) {
        Ok(Value::Array(items)) => items.iter().map(message).collect(),
        Ok(Value::Object(map)) => {
            let list = map.values().find_map(|value| match value {
                Value::Array(items) if items.iter().all(Value::is_object) => Some(items),
                _ => None,
            });
            match list {
                Some(items) => items.iter().map(message).collect(),
                None => vec![message(&Value::Object(map))],
            }
        }
        _ => answer
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(line)
            .collect(),
    }
}

fn message(value: &Value) -> Message {
    let name = value.as_object().and_then(|map| {
        let (_, name) = map
            .iter()
            .find(|(key, _)| NAMES.contains(&key.to_ascii_lowercase().as_str()))?;
        Some(name.to_string())
    });
    let mut text = String::new();
    read(value, &mut text);
    Message {
        name: name.unwrap_or_else(|| value.to_string()),
        text,
    }
}

/// Every text and number, one a line.
fn read(value: &Value, text: &mut String) {
    match value {
        Value::String(part) => {
            text.push_str(part);
            text.push('\n');
        }
        Value::Number(number) => {
            text.push_str(&number.to_string());
            text.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| read(item, text)),
        Value::Object(map) => map.values().for_each(|item| read(item, text)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Whom an inbox is asked of.
#[derive(Debug)]
enum Asked<'p> {
    Http(&'p Url, HttpsClient),
    Command(&'p [String]),
}

impl<'p> Asked<'p> {
    fn new(source: &'p InboxSource) -> io::Result<Self> {
        Ok(match source {
            InboxSource::Http(url) => {
                let client = Client::builder(TokioExecutor::new()).build(connector()?);
                Self::Http(url, client)
            }
            InboxSource::Command(words) => Self::Command(words),
        })
    }

    async fn ask(&self) -> Result<String, String> {
        match self {
            Self::Http(url, client) => {
                let asking = tokio::time::timeout(ASK_LIMIT, get(url, client)).await;
                let too_long = |_| Err(format!("took longer than {} s", ASK_LIMIT.as_secs()));
                let answer = asking.unwrap_or_else(too_long);
                answer.map_err(|why| format!("{} {why}", place(url)))
            }
            Self::Command(words) => {
                let program = words.first().map(String::as_str).unwrap_or_default();
                print(words)
                    .await
                    .map_err(|why| format!("`{program}` {why}"))
            }
        }
    }
}

/// An address without what may be a key in it.
fn place(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

async fn get(url: &Url, client: &HttpsClient) -> Result<String, String> {
    let words = |error: &dyn std::error::Error| format!("couldn't be asked: {error}");
    let mut bare = url.clone();
    // Neither fails for an address with a host.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare.set_fragment(None);
    let mut request = Request::get(bare.as_str()).header(header::ACCEPT, "application/json, */*");
    if let Some(password) = url.password() {
        let credentials = STANDARD.encode(format!("{}:{password}", url.username()));
        request = request.header(header::AUTHORIZATION, format!("Basic {credentials}"));
    }
    let request = request
        .body(Empty::<&[u8]>::new())
        .map_err(|error| words(&error))?;
    let answer = client
        .request(request)
        .await
        .map_err(|error| match std::error::Error::source(&error) {
            Some(cause) => words(cause),
            None => words(&error),
        })?;
    if !answer.status().is_success() {
        return Err(format!("answered {}", answer.status()));
    }
    let body = Limited::new(answer.into_body(), LARGEST).collect().await;
    let body = body.map_err(|error| format!("broke off: {error}"))?;
    Ok(String::from_utf8_lossy(&body.to_bytes()).into_owned())
}

async fn print(words: &[String]) -> Result<String, String> {
    let output = output_of(words, ASK_LIMIT).await?;
    if !output.status.success() {
        let complaint = complaint(&output);
        return Err(format!("ended with {}: {complaint}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbox(find: &str, before: &str) -> (Inbox, BTreeMap<String, usize>) {
        let inbox = Inbox {
            source: InboxSource::Command(vec!["true".to_owned()]),
            find: regex::Regex::new(find).expect("a pattern"),
        };
        let mut known = BTreeMap::new();
        for message in messages(before) {
            *known.entry(message.name).or_default() += 1;
        }
        (inbox, known)
    }

    fn find(find: &str, before: &str, after: &str) -> Option<String> {
        let (inbox, known) = inbox(find, before);
        let mut messages = NewMessages {
            find: &inbox.find,
            asked: Asked::new(&inbox.source).expect("a command"),
            known,
        };
        messages.find_in(after)
    }

    #[test]
    fn only_new_messages_count_and_read_ones_are_not_new() {
        let before =
            r#"{"total":1,"messages":[{"ID":"a","Read":false,"Snippet":"Your code is 111111"}]}"#;
        let after = r#"{"total":2,"messages":[{"ID":"b","Read":false,"Snippet":"Your code is 222222"},
            {"ID":"a","Read":true,"Snippet":"Your code is 111111"}]}"#;
        let code = "code is ([0-9]{6})";
        assert_eq!(find(code, before, before), None);
        assert_eq!(find(code, before, after).as_deref(), Some("222222"));
        assert_eq!(find(code, "", after).as_deref(), Some("222222"));
    }

    #[test]
    fn links_are_read_as_the_message_means_them() {
        let after =
            r#"[{"html":"<a href=\"http:\/\/a.example\/in?kind=magic&amp;key=1\">In<\/a>"}]"#;
        let link = find(r#"href="([^"]+)""#, "[]", after);
        assert_eq!(
            link.as_deref(),
            Some("http://a.example/in?kind=magic&key=1")
        );
    }

    #[test]
    fn lines_that_a_command_prints_are_new_when_they_were_not_there() {
        let code = "[0-9]{6}";
        assert_eq!(find(code, "111111\n", "111111\n"), None);
        assert_eq!(
            find(code, "111111\n", "111111\n222222\n").as_deref(),
            Some("222222")
        );
        assert_eq!(
            find(code, "to a\n111111\n", "to a\n111111\nto a\n111111\n").as_deref(),
            Some("111111")
        );
    }

    #[test]
    fn a_message_is_used_once() {
        let (inbox, known) = inbox("[0-9]{6}", "");
        let mut new = NewMessages {
            find: &inbox.find,
            asked: Asked::new(&inbox.source).expect("a command"),
            known,
        };
        let answer = r#"[{"id":1,"text":"111111"},{"id":2,"text":"222222"}]"#;
        let found: Vec<_> = (0..3).map(|_| new.find_in(answer)).collect();
        assert_eq!(
            found,
            [Some("111111".to_owned()), Some("222222".to_owned()), None]
        );
    }
}
