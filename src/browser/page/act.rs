//! What a person does with a page: visit, tap, press, scroll, back, reload.

use std::time::{Duration, Instant};

use fantoccini::actions::{
    ActionSequence, InputSource, KeyAction, KeyActions, MouseActions, PointerAction, TouchActions,
};

use super::{
    Counters, PageMarks,
    frames::Point,
    gesture::{DOWN, UP, move_to},
    keys,
    locate::{Obstacle, Purpose},
    ready::Ready,
};
use crate::browser::{BrowserError, Session, bidi::Marks};
use crate::checklist::Locator;
use crate::evidence::ElementFacts;

/// An action's outcome: a failed one is data, only the browser's own failure is an error.
pub type Deed<T> = Result<Result<T, Obstacle>, BrowserError>;

/// What is said of a server that takes a request and leaves it at that.
pub const NO_ANSWER: &str = "no answer";

/// An element that was acted on, and how the page stood just before.
#[derive(Debug, Clone)]
pub struct Touched {
    /// The element.
    pub element: ElementFacts,
    /// What had happened on the page before; `None` in a frame, whose doings don't show on the page.
    pub before: Option<Counters>,
    /// Navigations, requests and happenings before.
    pub marks: PageMarks,
}

impl Session {
    /// Opens a URL; answers the browser's words when nothing could be loaded.
    pub async fn visit(&self, url: &str) -> Deed<()> {
        let going = self.client.goto(url);
        self.go(&format!("open {url}"), |marks| marks.documents, going)
            .await
    }

    /// Goes one page back.
    pub async fn back(&self) -> Deed<()> {
        if self.observer.has_opener() {
            return self.back_in_tab().await;
        }
        let going = self.client.back();
        // The page before may be another state of the same document.
        self.go("go back", |marks| marks.navigations, going).await
    }

    /// Loads the page again.
    pub async fn reload(&self) -> Deed<()> {
        let going = self.client.refresh();
        self.go("load the page again", |marks| marks.documents, going)
            .await
    }

    /// `arrivals` counts what has come when it got there.
    async fn go(
        &self,
        what: &str,
        arrivals: impl Fn(&Marks) -> u64,
        going: impl Future<Output = Result<(), fantoccini::error::CmdError>>,
    ) -> Deed<()> {
        let started = Instant::now();
        let before = arrivals(&self.observer.marks());
        match self.drive(what, going).await {
            Ok(()) => Ok(Ok(())),
            // A page that is still loading is taken as it is once patience runs out; of one that never began the old one
            // would be taken.
            Err(error) if is_slow(&error) && arrivals(&self.observer.marks()) == before => {
                let seconds = started.elapsed().as_secs();
                let why = format!("could not {what}: {NO_ANSWER} for {seconds} s");
                Ok(Err(Obstacle::plain(why)))
            }
            // One with a dialog is taken once that is answered.
            Err(error) if is_borne(&error) => Ok(Ok(())),
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
        let touched = self.touched(&ready);
        self.touch(ready.point).await?;
        Ok(Ok(touched))
    }

    /// Brings an element onto the screen; a list that loads while it is scrolled is scrolled for it.
    pub async fn scroll_to(&self, locator: &Locator, limit: Duration) -> Deed<()> {
        let ready = self.ready(locator, Purpose::Any, limit).await?;
        Ok(ready.map(|_| ()))
    }

    pub(super) fn touched(&self, ready: &Ready) -> Touched {
        Touched {
            element: ready.facts.clone(),
            before: ready.is_on_top().then(|| ready.counters.clone()),
            marks: self.page_marks(),
        }
    }

    pub(super) async fn touch(&self, point: Point) -> Result<(), BrowserError> {
        let once = [move_to(point), DOWN, UP];
        self.gesture(self.pointing(once)).await
    }

    /// What a person points with: a finger, or a mouse on a device without a touch screen. Menus that open under a mouse
    /// and take its last place for the choice are deaf to a finger.
    pub(super) fn pointing(
        &self,
        actions: impl IntoIterator<Item = PointerAction>,
    ) -> ActionSequence {
        let actions = actions.into_iter();
        if self.is_touched() {
            let finger = TouchActions::new("finger".to_owned());
            actions.fold(finger, InputSource::then).into()
        } else {
            let mouse = MouseActions::new("mouse".to_owned());
            actions.fold(mouse, InputSource::then).into()
        }
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

    /// An action whose page is slow to load, opens a dialog or closes itself is done all the same.
    pub(super) async fn bear_with(
        &self,
        what: &str,
        command: impl Future<Output = Result<(), fantoccini::error::CmdError>>,
    ) -> Result<(), BrowserError> {
        let started = Instant::now();
        let before = self.observer.marks().documents;
        match self.drive(what, command).await {
            Err(error) if is_borne(&error) => {
                // The driver lets go of a page that never began; the old one stands there, as if nothing had been asked for.
                if is_slow(&error) && self.observer.marks().documents == before {
                    self.observer.note_unanswered(started.elapsed());
                }
                Ok(())
            }
            Err(error) if self.has_lost_tab(&error).await => Ok(()),
            other => other,
        }
    }
}

/// Errors of an action that is done: its page is slow to load, or a dialog stands there.
fn is_borne(error: &BrowserError) -> bool {
    is_slow(error) || error.is_of_dialog()
}

/// The driver's patience with a page ran out.
fn is_slow(error: &BrowserError) -> bool {
    matches!(error, BrowserError::Command { error, .. } if error == "timeout")
}

/// Errors after which nothing more can be done with this browser.
pub(super) fn is_fatal(error: &str) -> bool {
    matches!(
        error,
        "invalid session id" | "no such window" | "session not created"
    )
}

pub(super) fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}
