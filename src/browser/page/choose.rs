//! Choosing an option, checking and unchecking a box.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    act::{Deed, Touched},
    locate::{Obstacle, Purpose},
    ready::Ready,
    script::Script,
};
use crate::browser::Session;
use crate::checklist::{By, Entry, Locator};

const OPTION: Script = Script {
    name: "option.js",
    text: concat!(include_str!("js/names.js"), include_str!("js/option.js")),
};
const TOGGLED: Script = Script {
    name: "toggled.js",
    text: concat!(
        include_str!("js/clock.js"),
        include_str!("js/names.js"),
        include_str!("js/locate.js"),
        include_str!("js/toggled.js")
    ),
};

/// How long a list may take to open before the wanted option is typed to have the list offer it.
const OPENING: Duration = Duration::from_millis(1500);
/// How long a touched box may take to be checked.
const TOGGLING: Duration = Duration::from_secs(2);

#[derive(Debug, Deserialize)]
struct OptionAnswer {
    option: Option<Value>,
    is_chosen: bool,
    is_multiple: bool,
    is_disabled: bool,
    options: Vec<String>,
}

impl Session {
    /// Picks an option of a select, a radio group, a listbox or a combobox by its visible text; `None` when
    /// it was picked already.
    pub async fn choose(&self, entry: &Entry, limit: Duration) -> Deed<Option<Touched>> {
        let ready = match self.ready(&entry.field, Purpose::Choice, limit).await? {
            Ok(ready) => ready,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        let inside = Some(Box::new(entry.field.clone()));
        match (ready.facts.tag.as_str(), ready.facts.role.as_str()) {
            ("select", _) => self.choose_native(entry, &ready, limit).await,
            (_, "radiogroup" | "group") => {
                let radio = Locator {
                    by: By::Name(entry.text.clone()),
                    inside,
                    nth: None,
                };
                self.toggle(&radio, true, limit).await
            }
            (_, "listbox") => Ok(self.tap(&option(entry, inside), limit).await?.map(Some)),
            _ => self.choose_from_popup(entry, &ready, limit).await,
        }
    }

    /// Opens a list that the page built itself; its options may be anywhere in the document.
    async fn choose_from_popup(
        &self,
        entry: &Entry,
        ready: &Ready,
        limit: Duration,
    ) -> Deed<Option<Touched>> {
        if !ready.is_open {
            self.touch(ready.point).await?;
        }
        let option = option(entry, None);
        let is_typed = ready.facts.tag == "input";
        let patience = if is_typed { OPENING.min(limit) } else { limit };
        let mut picked = self.tap(&option, patience).await?;
        if is_typed && picked.is_err() {
            picked = match self.type_keys(entry, ready).await? {
                Ok(()) => self.tap(&option, limit).await?,
                Err(obstacle) => Err(obstacle),
            };
        }
        Ok(picked.map(Some))
    }

    /// A native list isn't part of the page on a phone; the driver's own click on its option picks it.
    async fn choose_native(
        &self,
        entry: &Entry,
        ready: &Ready,
        limit: Duration,
    ) -> Deed<Option<Touched>> {
        let args = vec![ready.element.clone(), json!(entry.text)];
        let path = &ready.document.path;
        let answer: OptionAnswer = self.ask_in(path, OPTION, args, limit).await?;
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
        // In a list that takes several, a second click would take it out again.
        if answer.is_chosen && answer.is_multiple {
            return Ok(Ok(None));
        }
        let touched = self.touched(ready);
        self.enter(path).await?;
        let option = self.element(&option)?;
        self.bear_with("pick the option", option.click()).await?;
        Ok(Ok(Some(touched)))
    }

    /// Checks or unchecks a box and sees that it is; `None` when it was so already.
    pub async fn toggle(
        &self,
        locator: &Locator,
        wanted: bool,
        limit: Duration,
    ) -> Deed<Option<Touched>> {
        let ready = match self.ready(locator, Purpose::Toggle, limit).await? {
            Ok(ready) => ready,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        if ready.is_checked == Some(wanted) {
            return Ok(Ok(None));
        }
        if !wanted && ready.facts.role == "radio" {
            let why =
                format!("{locator} is a radio button: choose another one of its group instead");
            return Ok(Err(Obstacle::plain(why)));
        }
        let touched = self.touched(&ready);
        self.touch(ready.point).await?;
        let own = ready.own.as_ref().unwrap_or(locator);
        let question = json!({"locator": own, "wanted": wanted});
        let args = vec![question, ready.document.place(true)];
        let path = &ready.document.path;
        let is: Option<bool> = self.ask_in(path, TOGGLED, args, TOGGLING).await?;
        if is == Some(wanted) {
            return Ok(Ok(Some(touched)));
        }
        let state = match is {
            Some(true) => "checked",
            Some(false) => "unchecked",
            None => "neither checked nor unchecked",
        };
        let why = format!("{locator} was touched and stayed {state}");
        Ok(Err(Obstacle {
            boxes: ready.facts.area.into_iter().collect(),
            why,
        }))
    }
}

fn option(entry: &Entry, inside: Option<Box<Locator>>) -> Locator {
    Locator {
        by: By::Role {
            role: "option".to_owned(),
            name: Some(entry.text.clone()),
        },
        inside,
        nth: None,
    }
}
