//! The documents of a page: the top one and those in its frames, each asked by itself.
//!
//! A frame of another origin can't be looked into from outside, so every frame is entered, as WebDriver
//! has it. A page without frames is asked once.

use std::{sync::PoisonError, time::Duration};

use fantoccini::{
    elements::{Element, ElementRef},
    wd::WebDriverCompatibleCommand,
};
use http::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use super::{act::is_fatal, script::Script};
use crate::browser::{BrowserError, Session};

/// How many documents of a page are asked; an advertisement may nest without end. `still.js` tells of as many frames.
pub(super) const MOST_DOCUMENTS: usize = 24;

/// The frame elements to enter, from the top document down.
pub(in crate::browser) type FramePath = Vec<Value>;

/// A point in CSS pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A document of the page.
#[derive(Debug, Clone, Default)]
pub(super) struct Document {
    /// How to get there.
    pub(super) path: FramePath,
    /// Where it stands in the top document's viewport.
    pub(super) origin: Point,
    /// The same of the documents around it, the top one first.
    pub(super) around: Vec<Point>,
}

impl Document {
    /// What a script is told about the document that it runs in; `is_alone` when frames are left aside.
    pub(super) fn place(&self, is_alone: bool) -> Value {
        json!({"origin": self.origin, "is_alone": is_alone})
    }

    fn child(&self, frame: &Frame) -> Self {
        let mut child = self.clone();
        child.path.push(frame.element.clone());
        child.around.push(self.origin);
        child.origin = frame.origin;
        child
    }
}

/// A frame that shows something, as a script tells it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Frame {
    element: Value,
    origin: Point,
    /// The question, without the part of its `in:` that the frame fulfils.
    question: Value,
}

/// An answer that tells the frames to ask as well.
pub(super) trait Framed {
    /// Takes the frames out.
    fn take_frames(&mut self) -> Vec<Frame>;
}

/// What the documents of a page answered.
#[derive(Debug)]
pub(super) struct AllAnswered<T> {
    /// The top document's first.
    pub(super) answered: Vec<Answered<T>>,
    /// Whether there were more than are asked.
    pub(super) is_cut_short: bool,
}

/// What one document answered.
#[derive(Debug)]
pub(super) struct Answered<T> {
    pub(super) document: Document,
    /// What it was asked.
    pub(super) question: Value,
    pub(super) answer: T,
}

/// Back to the top document; fantoccini has no word for it.
#[derive(Debug)]
struct ToTop;

impl WebDriverCompatibleCommand for ToTop {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/frame", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"id": null}).to_string()))
    }
}

impl Session {
    /// From now on scripts and keys go to this document.
    pub(super) async fn enter(&self, path: &FramePath) -> Result<(), BrowserError> {
        if self.frame().as_ref() == Some(path) {
            return Ok(());
        }
        // Where it stands isn't known until all commands have been answered.
        *self.frame() = None;
        self.drive("go to the page's document", self.client.issue_cmd(ToTop))
            .await?;
        for frame in path {
            let element = self.element(frame)?;
            self.drive("go into a frame", element.enter_frame()).await?;
        }
        *self.frame() = Some(path.clone());
        Ok(())
    }

    /// Notes that commands go to the top document, as after a switch to another window.
    pub(in crate::browser) fn stand_on_top(&self) {
        *self.frame() = Some(FramePath::new());
    }

    fn frame(&self) -> std::sync::MutexGuard<'_, Option<FramePath>> {
        self.frame.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the top document, then every frame that it shows and those in them; a frame that went away
    /// meanwhile is left out. Only the top one waits.
    pub(super) async fn ask_all<T: DeserializeOwned + Framed>(
        &self,
        script: Script,
        question: Value,
        limit: Duration,
    ) -> Result<Vec<Answered<T>>, BrowserError> {
        let all = self.ask_most(script, question, limit).await?;
        Ok(all.answered)
    }

    /// The same for whoever has to know whether it was all of them.
    pub(super) async fn ask_most<T: DeserializeOwned + Framed>(
        &self,
        script: Script,
        question: Value,
        limit: Duration,
    ) -> Result<AllAnswered<T>, BrowserError> {
        let top = Document::default();
        let args = vec![question.clone(), top.place(false)];
        let mut answer: T = self.ask_page(script, args, limit).await?;
        let mut left = frames_of(&top, &mut answer);
        let mut answered = vec![Answered {
            document: top,
            question,
            answer,
        }];
        let mut is_cut_short = false;
        while let Some((document, question)) = left.pop() {
            if answered.len() >= MOST_DOCUMENTS {
                is_cut_short = true;
                break;
            }
            let args = vec![question.clone(), document.place(false)];
            let asked = self.ask_in(&document.path, script, args, Duration::ZERO);
            let Some(mut answer) = still_there(asked.await)? else {
                continue;
            };
            left.extend(frames_of(&document, &mut answer));
            answered.push(Answered {
                document,
                question,
                answer,
            });
        }
        Ok(AllAnswered {
            answered,
            is_cut_short,
        })
    }

    /// An element that a script answered.
    pub(super) fn element(&self, reference: &Value) -> Result<Element, BrowserError> {
        let id = reference
            .as_object()
            .and_then(|object| object.values().next())
            .and_then(Value::as_str);
        let id = id.ok_or_else(|| BrowserError::Nonsense {
            script: "an element",
            reason: "no element in it".to_owned(),
        })?;
        Ok(Element::from_element_id(
            self.client.clone(),
            ElementRef::from(id.to_owned()),
        ))
    }
}

/// The frames in the order of the document, the last on top of the stack being the first.
fn frames_of<T: Framed>(document: &Document, answer: &mut T) -> Vec<(Document, Value)> {
    let frames = answer.take_frames();
    let children = frames.into_iter().rev();
    children
        .map(|frame| (document.child(&frame), frame.question))
        .collect()
}

/// Frames come and go; what can't be asked any more shows nothing any more.
pub(super) fn still_there<T>(asked: Result<T, BrowserError>) -> Result<Option<T>, BrowserError> {
    match asked {
        Ok(answer) => Ok(Some(answer)),
        // A frame that is gone is "no such window" to the driver.
        Err(BrowserError::Command { error, .. })
            if error == "no such window" || !is_fatal(&error) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
