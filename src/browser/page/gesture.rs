//! Touches that take a while: twice, long, and over a distance.

use std::time::Duration;

use fantoccini::actions::{ActionSequence, InputSource, PointerAction, TouchActions};
use serde::Deserialize;

use super::{
    Counters, FramePath,
    act::{Deed, Touched},
    frames::Point,
    locate::Purpose,
    script::Script,
};
use crate::browser::{BrowserError, Session};
use crate::checklist::{Direction, Locator, Swipe};
use crate::evidence::{Area, ElementFacts};

const SURFACE: Script = Script {
    name: "surface.js",
    text: concat!(include_str!("js/clock.js"), include_str!("js/surface.js")),
};
const PRESS: Script = Script {
    name: "press.js",
    text: include_str!("js/press.js"),
};
const REST: Script = Script {
    name: "rest.js",
    text: concat!(include_str!("js/clock.js"), include_str!("js/rest.js")),
};

/// A hurried finger's pause; browsers take two taps within 300 ms for one double tap.
const BETWEEN_TAPS: Duration = Duration::from_millis(100);
/// A finger that rests: browsers see a long press after about half a second.
const LONG: Duration = Duration::from_millis(900);
/// A swipe's moves, and the time that each takes: one a frame for a fifth of a second.
const MOVES: u32 = 12;
const MOVE: Duration = Duration::from_millis(16);
/// No swipe begins or ends nearer to the screen's edge, in CSS pixels: what lies there is the phone's own.
const EDGE: f64 = 8.0;

/// A page that stands still, as a finger meets it.
#[derive(Debug, Deserialize)]
struct Surface {
    facts: ElementFacts,
    area: Area,
    counters: Counters,
}

impl Session {
    /// Touches the element's middle twice, whatever the first touch brings about.
    pub async fn double_tap(&self, locator: &Locator, limit: Duration) -> Deed<Touched> {
        let ready = match self.ready(locator, Purpose::Tap, limit).await? {
            Ok(ready) => ready,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        let touched = self.touched(&ready);
        let there = move_to(ready.point);
        let twice = [there, DOWN, UP, pause(BETWEEN_TAPS), DOWN, UP];
        self.gesture(self.pointing(twice)).await?;
        Ok(Ok(touched))
    }

    /// Rests a finger on the element's middle.
    pub async fn long_press(&self, locator: &Locator, limit: Duration) -> Deed<Touched> {
        let ready = match self.ready(locator, Purpose::Tap, limit).await? {
            Ok(ready) => ready,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        let touched = self.touched(&ready);
        let path = &ready.document.path;
        let _: bool = self.ask_in(path, PRESS, Vec::new(), limit).await?;
        let resting = finger(ready.point).then(DOWN).then(pause(LONG));
        self.gesture(resting.then(UP)).await?;
        Ok(Ok(touched))
    }

    /// Draws a finger over the page or an element, then waits until what it set in motion has come to rest.
    pub async fn swipe(&self, swipe: &Swipe, limit: Duration) -> Deed<Touched> {
        let page: Surface = self.ask_page(SURFACE, Vec::new(), limit).await?;
        let mut under = page.area;
        let touched = match &swipe.on {
            None => Touched {
                element: page.facts,
                before: Some(page.counters),
                marks: self.page_marks(),
            },
            Some(locator) => match self.ready(locator, Purpose::Any, limit).await? {
                Ok(ready) => {
                    under = ready.facts.area.unwrap_or(under);
                    self.touched(&ready)
                }
                Err(obstacle) => return Ok(Err(obstacle)),
            },
        };
        let (from, to) = way(swipe.direction, under, page.area);
        let moves = (1..=MOVES).map(|step| {
            let part = f64::from(step) / f64::from(MOVES);
            PointerAction::MoveTo {
                duration: Some(MOVE),
                x: (from.x + (to.x - from.x) * part).round(),
                y: (from.y + (to.y - from.y) * part).round(),
            }
        });
        let gesture = moves.fold(finger(from).then(DOWN), InputSource::then);
        self.gesture(gesture.then(UP)).await?;
        let _: bool = self.ask_page(REST, Vec::new(), limit).await?;
        Ok(Ok(touched))
    }

    pub(super) async fn gesture(
        &self,
        gesture: impl Into<ActionSequence>,
    ) -> Result<(), BrowserError> {
        self.enter(&FramePath::new()).await?;
        let touching = self.client.perform_actions(gesture.into());
        self.bear_with("touch the page", touching).await
    }
}

pub(super) const DOWN: PointerAction = PointerAction::Down { button: 0 };
pub(super) const UP: PointerAction = PointerAction::Up { button: 0 };

fn pause(duration: Duration) -> PointerAction {
    PointerAction::Pause { duration }
}

fn finger(point: Point) -> TouchActions {
    TouchActions::new("finger".to_owned()).then(move_to(point))
}

/// Goes there at once.
pub(super) fn move_to(Point { x, y }: Point) -> PointerAction {
    let duration = Some(Duration::ZERO);
    PointerAction::MoveTo { duration, x, y }
}

/// From where to where a finger goes: it begins on the element, and may leave it at its other end.
fn way(direction: Direction, under: Area, page: Area) -> (Point, Point) {
    let (width, height) = (page.width, page.height);
    let across = Span::seen(under.x, under.width, width);
    let along = Span::seen(under.y, under.height, height);
    let (x, y) = (across.middle(), along.middle());
    match direction {
        Direction::Left => across.down(width, |x| Point { x, y }),
        Direction::Right => across.up(width, |x| Point { x, y }),
        Direction::Up => along.down(height, |y| Point { x, y }),
        Direction::Down => along.up(height, |y| Point { x, y }),
    }
}

/// The part of an element that is on the screen, along one axis.
#[derive(Clone, Copy)]
struct Span {
    start: f64,
    end: f64,
}

impl Span {
    fn seen(start: f64, length: f64, screen: f64) -> Self {
        Self {
            start: start.max(0.0),
            end: (start + length).min(screen),
        }
    }

    fn middle(self) -> f64 {
        f64::midpoint(self.start, self.end).round()
    }

    /// Far enough to be meant: most of the element, half of the screen at least.
    fn distance(self, screen: f64) -> f64 {
        (0.6 * (self.end - self.start)).max(0.5 * screen)
    }

    fn down(self, screen: f64, at: impl Fn(f64) -> Point) -> (Point, Point) {
        let from = (self.end - 0.2 * (self.end - self.start)).min(screen - EDGE);
        let to = (from - self.distance(screen)).max(EDGE);
        (at(from.round()), at(to.round()))
    }

    fn up(self, screen: f64, at: impl Fn(f64) -> Point) -> (Point, Point) {
        let from = (self.start + 0.2 * (self.end - self.start)).max(EDGE);
        let to = (from + self.distance(screen)).min(screen - EDGE);
        (at(from.round()), at(to.round()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Area = Area {
        x: 0.0,
        y: 0.0,
        width: 375.0,
        height: 812.0,
    };

    fn points(direction: Direction, under: Area) -> String {
        let (from, to) = way(direction, under, PAGE);
        format!("{},{} to {},{}", from.x, from.y, to.x, to.y)
    }

    #[test]
    fn a_swipe_over_the_page_crosses_most_of_it() {
        for (direction, wanted) in [
            (Direction::Left, "300,406 to 75,406"),
            (Direction::Right, "75,406 to 300,406"),
            (Direction::Up, "188,650 to 188,162"),
            (Direction::Down, "188,162 to 188,650"),
        ] {
            assert_eq!(points(direction, PAGE), wanted, "{direction}");
        }
    }

    #[test]
    fn a_swipe_on_a_small_element_begins_there_and_stays_on_the_screen() {
        let row = Area {
            x: 300.0,
            y: 700.0,
            width: 60.0,
            height: 200.0,
        };
        assert_eq!(points(Direction::Left, row), "348,756 to 161,756");
        assert_eq!(points(Direction::Down, row), "330,722 to 330,804");
    }
}
