//! What a person does: visit, tap, fill, press, choose, back, reload.

use std::time::Duration;

use fantoccini::{
    actions::{InputSource, KeyAction, KeyActions, PointerAction, TouchActions},
    elements::{Element, ElementRef},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Counters, PageMarks, keys,
    locate::{Hindrance, Obstacle, Purpose},
    script::Script,
};
use crate::browser::{BrowserError, Session};
use crate::checklist::{By, Entry, Locator};
use crate::evidence::ElementFacts;

const READY: Script = Script {
    name: "ready.js",
    text: concat!(include_str!("js/locate.js"), include_str!("js/ready.js")),
};
const OPTION: Script = Script {
    name: "option.js",
    text: concat!(include_str!("js/locate.js"), include_str!("js/option.js")),
};
const TYPED: Script = Script {
    name: "typed.js",
    text: include_str!("js/typed.js"),
};

/// An action's outcome: a failed one is data, only the browser's own failure is an error.
pub type Deed<T> = Result<Result<T, Obstacle>, BrowserError>;

/// A field that was typed into and what it then held; not redacted yet.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FieldText {
    /// Names the field in its document.
    pub id: u64,
    /// Names the document: when it began, by its own clock.
    pub document: f64,
    /// What it held.
    pub held: String,
    /// `type` of the input.
    #[serde(default)]
    pub input_type: String,
    /// Whether a bystander shouldn't read it: passwords, one-time codes, cards.
    #[serde(default)]
    pub is_private: bool,
}

/// An element that was acted on, and how the page stood just before.
#[derive(Debug, Clone)]
pub struct Touched {
    /// The element.
    pub element: ElementFacts,
    /// What had happened on the page before.
    pub before: Counters,
    /// Navigations, requests and happenings before.
    pub marks: PageMarks,
}

/// An element that is ready to be touched.
#[derive(Debug, Deserialize)]
struct Ready {
    element: Value,
    point: Point,
    facts: ElementFacts,
    counters: Counters,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Found<T> {
    Hindered { error: Hindrance },
    There(T),
}

impl Session {
    /// Opens a URL; answers the browser's words when nothing could be loaded.
    pub async fn visit(&self, url: &str) -> Deed<()> {
        let going = self.client.goto(url);
        self.go(&format!("open {url}"), going).await
    }

    /// Goes one page back.
    pub async fn back(&self) -> Deed<()> {
        let going = self.client.back();
        self.go("go back", going).await
    }

    /// Loads the page again.
    pub async fn reload(&self) -> Deed<()> {
        let going = self.client.refresh();
        self.go("load the page again", going).await
    }

    async fn go(
        &self,
        what: &str,
        going: impl Future<Output = Result<(), fantoccini::error::CmdError>>,
    ) -> Deed<()> {
        match self.drive(what, going).await {
            // A page that is still loading is taken as it is once patience runs out.
            Ok(()) => Ok(Ok(())),
            Err(BrowserError::Command { error, .. }) if error == "timeout" => Ok(Ok(())),
            Err(BrowserError::Command { message, error, .. }) if !is_fatal(&error) => Ok(Err(
                Obstacle::plain(format!("could not {what}: {}", first_line(&message))),
            )),
            Err(error) => Err(error),
        }
    }

    /// Touches the element's middle.
    pub async fn tap(&self, locator: &Locator, limit: Duration) -> Deed<Touched> {
        let ready = match self.ready(locator, Purpose::Tap, limit).await? {
            Ok(ready) => ready,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        let touched = self.touched(ready.facts, ready.counters);
        self.touch(ready.point).await?;
        Ok(Ok(touched))
    }

    fn touched(&self, element: ElementFacts, before: Counters) -> Touched {
        let marks = self.page_marks();
        Touched {
            element,
            before,
            marks,
        }
    }

    async fn touch(&self, Point { x, y }: Point) -> Result<(), BrowserError> {
        let duration = Some(Duration::ZERO);
        let finger = TouchActions::new("finger".to_owned())
            .then(PointerAction::MoveTo { duration, x, y })
            .then(PointerAction::Down { button: 0 })
            .then(PointerAction::Up { button: 0 });
        let touching = self.client.perform_actions(finger);
        self.bear_with("touch the page", touching).await
    }

    /// Replaces a field's text, key by key.
    pub async fn fill(&self, entry: &Entry, limit: Duration) -> Deed<(Touched, FieldText)> {
        let ready = match self.ready(&entry.field, Purpose::Field, limit).await? {
            Ok(ready) => ready,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        let touched = self.touched(ready.facts, ready.counters);
        // An empty text is what is left when the selected one is deleted.
        let keys = if entry.text.is_empty() {
            "\u{E003}"
        } else {
            entry.text.as_str()
        };
        let element = self.element(&ready.element)?;
        let typing = element.send_keys(keys);
        match self.bear_with("type", typing).await {
            Ok(()) => {}
            Err(BrowserError::Command { message, error, .. }) if !is_fatal(&error) => {
                let why = format!(
                    "could not type into {}: {}",
                    entry.field,
                    first_line(&message)
                );
                return Ok(Err(Obstacle::plain(why)));
            }
            Err(error) => return Err(error),
        }
        let held = self
            .ask_page(TYPED, vec![ready.element.clone()], limit)
            .await?;
        Ok(Ok((touched, held)))
    }

    /// Presses a key or a chord on whatever has the focus.
    pub async fn press(&self, name: &str) -> Deed<()> {
        let Some(chord) = keys::chord(name) else {
            return Ok(Err(Obstacle::plain(format!("there is no key `{name}`"))));
        };
        let mut keyboard = KeyActions::new("keyboard".to_owned());
        for value in &chord {
            keyboard = keyboard.then(KeyAction::Down { value: *value });
        }
        for value in chord.iter().rev() {
            keyboard = keyboard.then(KeyAction::Up { value: *value });
        }
        let pressing = self.client.perform_actions(keyboard);
        self.bear_with("press a key", pressing).await.map(Ok)
    }

    /// Picks an option of a select, a radio group or a listbox by its visible text.
    pub async fn choose(&self, entry: &Entry, limit: Duration) -> Deed<Touched> {
        let ready = match self.ready(&entry.field, Purpose::Choice, limit).await? {
            Ok(ready) => ready,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        if ready.facts.tag == "select" {
            return self.choose_native(entry, &ready, limit).await;
        }
        let is_group = matches!(
            ready.facts.role.as_str(),
            "radiogroup" | "group" | "listbox"
        );
        if !is_group {
            self.touch(ready.point).await?;
        }
        let role = if matches!(ready.facts.role.as_str(), "radiogroup" | "group") {
            "radio"
        } else {
            "option"
        };
        let option = Locator {
            by: By::Role {
                role: role.to_owned(),
                name: Some(entry.text.clone()),
            },
            inside: is_group.then(|| Box::new(entry.field.clone())),
            nth: None,
        };
        self.tap(&option, limit).await
    }

    /// A native list isn't part of the page on a phone; the driver's own click on its option picks it.
    async fn choose_native(&self, entry: &Entry, ready: &Ready, limit: Duration) -> Deed<Touched> {
        #[derive(Deserialize)]
        struct OptionAnswer {
            option: Option<Value>,
            #[serde(default)]
            is_disabled: bool,
            #[serde(default)]
            options: Vec<String>,
        }
        let args = vec![ready.element.clone(), json!(entry.text)];
        let answer: OptionAnswer = self.ask_page(OPTION, args, limit).await?;
        let Some(option) = answer.option else {
            let listed: Vec<_> = answer
                .options
                .iter()
                .map(|option| format!("“{option}”"))
                .collect();
            let why = format!(
                "{} has no option “{}”; it has {}",
                entry.field,
                entry.text,
                listed.join(", ")
            );
            return Ok(Err(Obstacle::plain(why)));
        };
        if answer.is_disabled {
            let why = format!("the option “{}” of {} is disabled", entry.text, entry.field);
            return Ok(Err(Obstacle::plain(why)));
        }
        let touched = self.touched(ready.facts.clone(), ready.counters.clone());
        let option = self.element(&option)?;
        self.bear_with("pick the option", option.click()).await?;
        Ok(Ok(touched))
    }

    async fn ready(&self, locator: &Locator, purpose: Purpose, limit: Duration) -> Deed<Ready> {
        let args = vec![json!(locator), json!(purpose.as_str())];
        match self.ask_page(READY, args, limit).await? {
            Found::There(ready) => Ok(Ok(ready)),
            Found::Hindered { error } => Ok(Err(Obstacle::new(locator, error, limit.as_secs()))),
        }
    }

    /// An action whose page is slow to load, or opens a dialog, is done all the same.
    async fn bear_with(
        &self,
        what: &str,
        command: impl Future<Output = Result<(), fantoccini::error::CmdError>>,
    ) -> Result<(), BrowserError> {
        match self.drive(what, command).await {
            Err(BrowserError::Command { error, .. })
                if matches!(error.as_str(), "timeout" | "unexpected alert open") =>
            {
                Ok(())
            }
            other => other,
        }
    }

    fn element(&self, reference: &Value) -> Result<Element, BrowserError> {
        let id = reference
            .as_object()
            .and_then(|object| object.values().next())
            .and_then(Value::as_str);
        let id = id.ok_or_else(|| BrowserError::Nonsense {
            script: READY.name,
            reason: "no element in it".to_owned(),
        })?;
        Ok(Element::from_element_id(
            self.client.clone(),
            ElementRef::from(id.to_owned()),
        ))
    }
}

/// Errors after which nothing more can be done with this browser.
pub(super) fn is_fatal(error: &str) -> bool {
    matches!(
        error,
        "invalid session id" | "no such window" | "session not created"
    )
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}
