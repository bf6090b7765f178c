//! Whether something holds on the page, waited for in the page, in all its documents.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    frames::{Answered, Document, Frame, Framed},
    locate::{Hindrance, Obstacle},
    ready::SLICE,
    script::Script,
};
use crate::browser::{BrowserError, Session};
use crate::checklist::{Check, Entry, Locator, Sight};

const EXPECT: Script = Script {
    name: "expect.js",
    text: concat!(
        include_str!("js/clock.js"),
        include_str!("js/names.js"),
        include_str!("js/locate.js"),
        include_str!("js/expect.js")
    ),
};

/// Whether an expectation held.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It held.
    Held,
    /// It didn't; what was there instead.
    Broken(Obstacle),
}

/// What one document answers.
#[derive(Debug, Deserialize)]
struct Verdict {
    holds: bool,
    seen: Option<Seen>,
    /// How many elements fit, for a check that counts.
    count: Option<usize>,
    frames: Vec<Frame>,
}

impl Framed for Verdict {
    fn take_frames(&mut self) -> Vec<Frame> {
        std::mem::take(&mut self.frames)
    }
}

/// What was there instead; one of its parts is given.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Seen {
    text: Option<String>,
    url: Option<String>,
    title: Option<String>,
    value: Option<String>,
    is_private: bool,
    is_enabled: Option<bool>,
    count: Option<usize>,
    missing: Option<Hindrance>,
    page: Option<String>,
}

impl Seen {
    /// Whether the element that the check is about isn't in the document.
    fn is_elsewhere(&self) -> bool {
        matches!(self.missing, Some(Hindrance::None { .. }))
    }
}

/// A question to the page's documents, and how their verdicts come together.
struct Question {
    json: Value,
    of_many: OfMany,
    /// The element in question.
    about: Option<Locator>,
    /// The text in question, when it is looked for in an element.
    text: Option<Locator>,
}

impl Question {
    /// What a hindrance is about: the text that nobody sees, or the element that can't be told.
    fn about(&self, hindrance: &Hindrance) -> Option<&Locator> {
        let is_of_text = matches!(
            hindrance,
            Hindrance::Hidden { .. } | Hindrance::OffScreen { .. }
        );
        let text = self.text.as_ref().filter(|_| is_of_text);
        text.or(self.about.as_ref())
    }
}

/// When something holds on a page of several documents.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OfMany {
    /// When it holds in one.
    Any,
    /// When it holds in each that has the element, and one has.
    Where,
    /// When it holds in all.
    All,
    /// When what all of them count adds up to this.
    Sum(usize),
}

impl Session {
    /// Waits until a check on the page holds; `None` for a check that isn't about the page.
    pub async fn expect(
        &self,
        check: &Check,
        limit: Duration,
    ) -> Result<Option<Answer>, BrowserError> {
        let Some(questions) = questions(check) else {
            return Ok(None);
        };
        let started = Instant::now();
        for question in questions {
            let left = limit.saturating_sub(started.elapsed());
            if let Some(seen) = self.decide(&question, left).await? {
                return Ok(Some(Answer::Broken(describe(&question, seen, limit))));
            }
        }
        Ok(Some(Answer::Held))
    }

    /// `None` when it holds, else what was there instead.
    async fn decide(
        &self,
        question: &Question,
        limit: Duration,
    ) -> Result<Option<Seen>, BrowserError> {
        let started = Instant::now();
        let mut wait = limit;
        loop {
            let asked = self.ask_all(EXPECT, question.json.clone(), wait);
            let verdicts: Vec<Answered<Verdict>> = asked.await?;
            let is_alone = verdicts.len() == 1;
            let Some(seen) = judge(question.of_many, verdicts) else {
                return Ok(None);
            };
            let left = limit.saturating_sub(started.elapsed());
            if is_alone || left.is_zero() {
                return Ok(Some(seen));
            }
            // The top document tells at once when it holds there; the frames are asked again.
            let args = vec![question.json.clone(), Document::default().place(true)];
            let _: Verdict = self.ask_page(EXPECT, args, SLICE.min(left)).await?;
            wait = Duration::ZERO;
        }
    }
}

/// `None` when it holds, else the most telling of what was seen.
fn judge(of_many: OfMany, verdicts: Vec<Answered<Verdict>>) -> Option<Seen> {
    let mut answers = verdicts.into_iter().map(|it| it.answer);
    let (held, others): (Vec<_>, Vec<_>) = match of_many {
        OfMany::Sum(wanted) => {
            let count = answers.map(|it| it.count).sum::<Option<usize>>();
            return (count != Some(wanted)).then(|| Seen {
                count,
                ..Seen::default()
            });
        }
        _ => answers.by_ref().partition(|it| it.holds),
    };
    let is_elsewhere = |it: &Verdict| it.seen.as_ref().is_some_and(Seen::is_elsewhere);
    let holds = match of_many {
        OfMany::Any => !held.is_empty(),
        OfMany::Where => !held.is_empty() && others.iter().all(is_elsewhere),
        OfMany::All | OfMany::Sum(_) => others.is_empty(),
    };
    if holds {
        return None;
    }
    let (elsewhere, there): (Vec<_>, Vec<_>) = others.into_iter().partition(is_elsewhere);
    let most_telling = there.into_iter().chain(elsewhere).next()?;
    Some(most_telling.seen.unwrap_or_default())
}

fn questions(check: &Check) -> Option<Vec<Question>> {
    let one = |json: Value, of_many, about: Option<&Locator>| {
        Some(vec![Question {
            json,
            of_many,
            about: about.cloned(),
            text: None,
        }])
    };
    let sight = |kind: &str, of_many, sight: &Sight| match sight {
        Sight::Text(text) => {
            let json = json!({"kind": kind, "text": text});
            one(json, of_many, Some(&Locator::named(text)))
        }
        Sight::TextIn(text, inside) => {
            let json = json!({"kind": kind, "text": text, "inside": inside});
            Some(vec![Question {
                json,
                of_many,
                about: Some(inside.clone()),
                text: Some(Locator::named(text)),
            }])
        }
        Sight::Element(locator) => {
            let json = json!({"kind": format!("{kind}_element"), "locator": locator});
            one(json, of_many, Some(locator))
        }
    };
    let enabled = |locator: &Locator, wanted: bool| {
        let json = json!({"kind": "enabled", "locator": locator, "wanted": wanted});
        one(json, OfMany::Where, Some(locator))
    };
    match check {
        Check::See(what) => sight("see", OfMany::Any, what),
        Check::NotSee(what) => sight("not_see", OfMany::All, what),
        Check::Url(pattern) => one(
            json!({"kind": "url", "pattern": pattern}),
            OfMany::All,
            None,
        ),
        Check::Title(pattern) => one(
            json!({"kind": "title", "pattern": pattern}),
            OfMany::All,
            None,
        ),
        Check::Value(entries) => Some(entries.iter().map(value_question).collect()),
        Check::Count { of, is } => {
            let json = json!({"kind": "count", "locator": of, "wanted": is});
            one(json, OfMany::Sum(*is), Some(of))
        }
        Check::Enabled(locator) => enabled(locator, true),
        Check::Disabled(locator) => enabled(locator, false),
        Check::Response(_)
        | Check::NoResponse(_)
        | Check::Fetch(_)
        | Check::Query(_)
        | Check::Denied(_) => None,
    }
}

fn value_question(entry: &Entry) -> Question {
    Question {
        json: json!({"kind": "value", "locator": entry.field, "text": entry.text}),
        of_many: OfMany::Where,
        about: Some(entry.field.clone()),
        text: None,
    }
}

fn describe(question: &Question, seen: Seen, limit: Duration) -> Obstacle {
    let seconds = limit.as_secs();
    let about = || {
        question
            .about
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    if let Some(hindrance) = seen.missing {
        return match question.about(&hindrance) {
            Some(locator) => Obstacle::new(locator, hindrance, seconds),
            None => Obstacle::plain("it wasn't there"),
        };
    }
    let why = if let Some(url) = seen.url {
        format!("the page stayed at {url}")
    } else if let Some(title) = seen.title {
        format!("the page's title was “{title}”")
    } else if let Some(value) = seen.value {
        let value = if seen.is_private {
            "another text".to_owned()
        } else {
            format!("“{value}”")
        };
        format!("{} held {value}", about())
    } else if let Some(is_enabled) = seen.is_enabled {
        let state = if is_enabled { "enabled" } else { "disabled" };
        format!("{} stayed {state} for {seconds} s", about())
    } else if let Some(count) = seen.count {
        format!("there were {count} of {}", about())
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
