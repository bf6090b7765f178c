//! Finding an element in all documents of a page, and waiting until it can be touched.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Counters,
    act::Deed,
    frames::{Answered, Document, Frame, Framed, Point, still_there},
    locate::{Hindrance, Obstacle, Purpose},
    script::Script,
};
use crate::browser::{BrowserError, Session};
use crate::checklist::Locator;
use crate::evidence::ElementFacts;

const READY: Script = Script {
    name: "ready.js",
    text: concat!(
        include_str!("js/clock.js"),
        include_str!("js/names.js"),
        include_str!("js/locate.js"),
        include_str!("js/touch.js"),
        include_str!("js/hunt.js"),
        include_str!("js/ready.js")
    ),
};
const FIND: Script = Script {
    name: "find.js",
    text: concat!(
        include_str!("js/clock.js"),
        include_str!("js/names.js"),
        include_str!("js/locate.js"),
        include_str!("js/find.js")
    ),
};
const FRAME: Script = Script {
    name: "frame.js",
    text: concat!(
        include_str!("js/clock.js"),
        include_str!("js/names.js"),
        include_str!("js/locate.js"),
        include_str!("js/touch.js"),
        include_str!("js/frame.js")
    ),
};

/// How long the top document of a page with frames is waited in before all are asked again.
pub(super) const SLICE: Duration = Duration::from_millis(250);

/// An element that is ready to be touched.
#[derive(Debug, Deserialize)]
pub(super) struct Ready {
    pub(super) element: Value,
    /// Where to touch it, in the top document's viewport.
    pub(super) point: Point,
    pub(super) facts: ElementFacts,
    pub(super) counters: Counters,
    /// Whether a phone fills it through a picker of its own.
    pub(super) is_picked: bool,
    /// Whether a box is checked; `None` for neither, and for what is no box.
    pub(super) is_checked: Option<bool>,
    /// Whether its list of options is open.
    pub(super) is_open: bool,
    /// The document that it is in.
    #[serde(skip)]
    pub(super) document: Document,
    /// Its name in that document, when it isn't the top one.
    #[serde(skip)]
    pub(super) own: Option<Locator>,
}

impl Ready {
    /// Whether what the element does shows in the top document.
    pub(super) fn is_on_top(&self) -> bool {
        self.document.path.is_empty()
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Outcome {
    Hindered { error: Hindrance },
    There(Box<Ready>),
}

/// How well how many elements of a document fit.
#[derive(Debug, Deserialize)]
struct Survey {
    tier: Option<u8>,
    count: usize,
    matches: Vec<ElementFacts>,
    error: Option<Hindrance>,
    frames: Vec<Frame>,
}

impl Framed for Survey {
    fn take_frames(&mut self) -> Vec<Frame> {
        std::mem::take(&mut self.frames)
    }
}

/// What the documents of a page came to.
enum Choice {
    /// The one element is in this document, under this name.
    In(Document, Locator),
    /// More than one element fits equally well.
    Several(Hindrance),
    /// None has it.
    Nowhere(Hindrance),
}

impl Session {
    /// Waits until an element can be touched, wherever on the page it is.
    pub(super) async fn ready(
        &self,
        locator: &Locator,
        purpose: Purpose,
        limit: Duration,
    ) -> Deed<Ready> {
        let top = Document::default();
        let asked = self.ready_in(&top, locator, purpose, false, limit);
        match asked.await? {
            Outcome::There(ready) => Ok(Ok(*ready)),
            Outcome::Hindered {
                error: Hindrance::InFrames,
            } => self.ready_among_frames(locator, purpose, limit).await,
            Outcome::Hindered { error } => Ok(Err(Obstacle::new(locator, error, limit.as_secs()))),
        }
    }

    async fn ready_in(
        &self,
        document: &Document,
        locator: &Locator,
        purpose: Purpose,
        is_alone: bool,
        limit: Duration,
    ) -> Result<Outcome, BrowserError> {
        let args = vec![question(locator, purpose), document.place(is_alone)];
        self.ask_in(&document.path, READY, args, limit).await
    }

    /// Asks all documents until one has the element; at last the top one says what is missing.
    async fn ready_among_frames(
        &self,
        locator: &Locator,
        purpose: Purpose,
        limit: Duration,
    ) -> Deed<Ready> {
        let started = Instant::now();
        let top = Document::default();
        loop {
            let asked = self.ask_all(FIND, question(locator, purpose), Duration::ZERO);
            let choice = choose(locator, asked.await?);
            let left = limit.saturating_sub(started.elapsed());
            let is_half_over = started.elapsed() > limit / 2;
            let obstacle = match choice {
                Choice::In(document, own) => {
                    let asked = self.ready_in(&document, &own, purpose, true, left).await;
                    match still_there(asked)? {
                        Some(Outcome::There(mut ready)) => {
                            ready.own = Some(own);
                            return self.lift(locator, document, *ready, limit).await;
                        }
                        // What was there a moment ago may have moved to another document.
                        Some(Outcome::Hindered {
                            error: Hindrance::None { .. },
                        })
                        | None => None,
                        Some(Outcome::Hindered { error }) => Some(error),
                    }
                }
                Choice::Several(several) if left.is_zero() => Some(several),
                // The list that has to be scrolled for it is most often the page's own.
                Choice::Nowhere(missing) if is_half_over && !left.is_zero() => {
                    let asked = self.ready_in(&top, locator, purpose, true, left).await?;
                    match asked {
                        Outcome::There(ready) => return Ok(Ok(*ready)),
                        Outcome::Hindered {
                            error: Hindrance::None { .. },
                        } => Some(missing),
                        Outcome::Hindered { error } => Some(error),
                    }
                }
                Choice::Nowhere(error) if left.is_zero() => Some(error),
                Choice::Several(_) | Choice::Nowhere(_) => None,
            };
            if let Some(error) = obstacle {
                return Ok(Err(Obstacle::new(locator, error, limit.as_secs())));
            }
            if left.is_zero() {
                let why = format!("{locator} came and went for {} s", limit.as_secs());
                return Ok(Err(Obstacle::plain(why)));
            }
            let args = vec![question(locator, purpose), top.place(true)];
            let _: Survey = self.ask_page(FIND, args, SLICE.min(left)).await?;
        }
    }

    /// Turns a point of a frame's document into one of the top document, seen to be free.
    async fn lift(
        &self,
        locator: &Locator,
        document: Document,
        mut ready: Ready,
        limit: Duration,
    ) -> Deed<Ready> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Lifted {
            Hindered { error: Hindrance },
            At(Point),
        }
        let mut path = document.path.clone();
        while let Some(frame) = path.pop() {
            let around = document.around.get(path.len()).copied().unwrap_or_default();
            let Point { x, y } = ready.point;
            let place = json!({"origin": around, "is_alone": true});
            let args = vec![json!({"frame": frame, "x": x, "y": y}), place];
            match self.ask_in(&path, FRAME, args, limit).await? {
                Lifted::At(point) => ready.point = point,
                Lifted::Hindered { error } => {
                    return Ok(Err(Obstacle::new(locator, error, limit.as_secs())));
                }
            }
        }
        ready.document = document;
        Ok(Ok(ready))
    }
}

/// What is asked about an element.
pub(super) fn question(locator: &Locator, purpose: Purpose) -> Value {
    json!({"locator": locator, "purpose": purpose.as_str()})
}

/// The best fit over all documents, in the order of the page.
fn choose(locator: &Locator, answered: Vec<Answered<Survey>>) -> Choice {
    let best = answered
        .iter()
        .filter_map(|it| it.answer.tier.filter(|_| it.answer.count > 0))
        .min();
    let Some(best) = best else {
        return Choice::Nowhere(missing(answered));
    };
    let fitting: Vec<_> = answered
        .into_iter()
        .filter(|it| it.answer.tier == Some(best))
        .collect();
    let count = fitting.iter().map(|it| it.answer.count).sum();
    let mut before = 0;
    let nth = locator.nth.unwrap_or(1);
    if count > 1 && locator.nth.is_none() {
        let matches = fitting.into_iter().flat_map(|it| it.answer.matches);
        return Choice::Several(Hindrance::Several {
            matches: matches.take(8).collect(),
            count,
            inside: false,
        });
    }
    for it in fitting {
        if nth <= before + it.answer.count {
            let Some(mut own) = own_locator(&it.question) else {
                break;
            };
            own.nth = locator.nth.map(|nth| nth - before);
            return Choice::In(it.document, own);
        }
        before += it.answer.count;
    }
    Choice::Nowhere(Hindrance::TooFew { count })
}

/// The locator as a document was asked it.
fn own_locator(question: &Value) -> Option<Locator> {
    serde_json::from_value(question.get("locator")?.clone()).ok()
}

/// What to say of a name that no document has: one that looked inside the right element knows most.
fn missing(answered: Vec<Answered<Survey>>) -> Hindrance {
    let errors = answered.into_iter().filter_map(|it| it.answer.error);
    let (mut names, mut is_inside) = (Vec::new(), true);
    for error in errors {
        match error {
            Hindrance::None {
                names: more,
                inside,
            } => {
                is_inside &= inside;
                names.extend(more);
            }
            other => return other,
        }
    }
    Hindrance::None {
        names,
        inside: is_inside,
    }
}
