//! Putting a text into a field: key by key, pasted, or through the picker that a phone has for it.

use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde::Deserialize;
use serde_json::json;

use super::{
    act::{Deed, Touched, first_line, is_fatal},
    locate::{Obstacle, Purpose},
    ready::Ready,
    script::Script,
};
use crate::browser::{BrowserError, Session};
use crate::checklist::Entry;

const TYPED: Script = Script {
    name: "typed.js",
    text: concat!(include_str!("js/clock.js"), include_str!("js/typed.js")),
};
const PICK: Script = Script {
    name: "pick.js",
    text: include_str!("js/pick.js"),
};
const PASTE: Script = Script {
    name: "paste.js",
    text: include_str!("js/paste.js"),
};

/// Deletes what is selected.
const BACKSPACE: char = '\u{E003}';

/// How a text gets into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Key by key.
    Typed,
    /// In one go, from the clipboard.
    Pasted,
}

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

/// Why a picker wouldn't offer a value.
#[derive(Debug, Deserialize)]
struct Unpicked {
    input_type: String,
    /// A value as the field takes it.
    form: String,
    /// What it takes at the least and at the most.
    limits: String,
}

impl Session {
    /// Replaces a field's text.
    pub async fn fill(
        &self,
        entry: &Entry,
        way: Way,
        limit: Duration,
    ) -> Deed<(Touched, FieldText)> {
        let ready = match self.ready(&entry.field, Purpose::Field, limit).await? {
            Ok(ready) => ready,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        let touched = self.touched(&ready);
        let done = match way {
            _ if ready.is_picked => self.pick(entry, &ready, limit).await?,
            Way::Typed => self.type_keys(entry, &ready).await?,
            Way::Pasted => self.paste(entry, &ready, limit).await?,
        };
        if let Err(obstacle) = done {
            return Ok(Err(obstacle));
        }
        let args = vec![ready.element.clone()];
        let path = &ready.document.path;
        let held = self.ask_in(path, TYPED, args, limit).await?;
        Ok(Ok((touched, held)))
    }

    pub(super) async fn type_keys(&self, entry: &Entry, ready: &Ready) -> Deed<()> {
        // An empty text is what is left when the selected one is deleted.
        let keys: Vec<char> = if entry.text.is_empty() {
            vec![BACKSPACE]
        } else {
            entry.text.chars().map(key_of).collect()
        };
        let mut keyboard = KeyActions::new("keyboard".to_owned());
        for value in keys {
            keyboard = keyboard
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
        }
        self.enter(&ready.document.path).await?;
        let typing = self.client.perform_actions(keyboard);
        match self.bear_with("type", typing).await {
            Ok(()) => Ok(Ok(())),
            Err(BrowserError::Command { message, error, .. }) if !is_fatal(&error) => {
                let why = format!(
                    "could not type into {}: {}",
                    entry.field,
                    first_line(&message)
                );
                Ok(Err(Obstacle::plain(why)))
            }
            Err(error) => Err(error),
        }
    }

    async fn paste(&self, entry: &Entry, ready: &Ready, limit: Duration) -> Deed<()> {
        let args = vec![ready.element.clone(), json!(entry.text)];
        let path = &ready.document.path;
        let _: bool = self.ask_in(path, PASTE, args, limit).await?;
        Ok(Ok(()))
    }

    /// A phone's pickers are no part of the page: what they would set is set.
    async fn pick(&self, entry: &Entry, ready: &Ready, limit: Duration) -> Deed<()> {
        let args = vec![ready.element.clone(), json!(entry.text)];
        let path = &ready.document.path;
        let refused: Option<Unpicked> = self.ask_in(path, PICK, args, limit).await?;
        Ok(match refused {
            None => Ok(()),
            Some(refused) => {
                let Unpicked {
                    input_type,
                    form,
                    limits,
                } = refused;
                let limits = if limits.is_empty() {
                    limits
                } else {
                    format!(" {limits}")
                };
                Err(Obstacle::plain(format!(
                    "{} is a {input_type} field and doesn't take “{}”: write it like `{form}`{limits}",
                    entry.field, entry.text
                )))
            }
        })
    }
}

/// The key that puts a character into a text.
fn key_of(character: char) -> char {
    match character {
        '\n' => '\u{E007}',
        '\t' => '\u{E004}',
        other => other,
    }
}
