//! `swipe`: where a finger goes to, over the page or over one element of it.

use std::fmt;

use super::{
    element::{given, locator},
    fields::{Shape, nowhere},
    model::{Action, Locator},
    reader::Reader,
    yaml::{Kind, Node},
};

/// A finger that goes somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swipe {
    /// Where the finger goes to.
    pub direction: Direction,
    /// The element that it goes over; the middle of the page without one.
    pub on: Option<Locator>,
}

/// Where a finger goes to; what lies under it comes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Shows what lies to the right.
    Left,
    /// Shows what lies to the left.
    Right,
    /// Shows what lies below.
    Up,
    /// Shows what lies above; at the top of a page it may load it again.
    Down,
}

pub(super) const DIRECTIONS: [(&str, Direction); 4] = [
    ("left", Direction::Left),
    ("right", Direction::Right),
    ("up", Direction::Up),
    ("down", Direction::Down),
];

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Up => "up",
            Self::Down => "down",
        })
    }
}

impl fmt::Display for Swipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "swipe {}", self.direction)?;
        match &self.on {
            Some(locator) => write!(f, " on {locator}"),
            None => Ok(()),
        }
    }
}

pub(super) const SWIPE: Shape = Shape {
    what: "`swipe`",
    keys: &["direction", "on"],
    later: &[],
    elsewhere: nowhere,
};

const EXAMPLE: &str = "- swipe: left";
const EXAMPLE_ON: &str = "- swipe: { direction: left, on: { role: region, name: Photos } }";

/// `swipe: left`, or a map that also says on what.
pub(super) fn swipe(reader: &mut Reader<'_>, node: &Node) -> Option<Action> {
    let swipe = match &node.kind {
        Kind::Map(_) => {
            let fields = reader.fields(node, &SWIPE, EXAMPLE_ON)?;
            let direction = fields
                .require(reader, "direction", EXAMPLE_ON)
                .and_then(|node| reader.one_of(node, "`direction`", &DIRECTIONS, EXAMPLE_ON));
            let on = fields
                .get("on")
                .map(|node| locator(reader, node, "`on`", EXAMPLE_ON));
            Swipe {
                direction: direction?,
                on: given(on)?,
            }
        }
        _ => Swipe {
            direction: reader.one_of(node, "`swipe`", &DIRECTIONS, EXAMPLE)?,
            on: None,
        },
    };
    Some(Action::Swipe(swipe))
}
