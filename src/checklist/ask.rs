//! `ask`: a human in the middle of a walk.

use std::fmt;

use super::{
    element::locator,
    fields::{Shape, nowhere},
    model::Locator,
    reader::Reader,
    yaml::{Kind, Node},
};

/// What a human is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// To do something: in the browser's window, on a phone, by judging.
    Do(String),
    /// To tell something, which is then typed into a field.
    Tell {
        /// What is to be told.
        what: String,
        /// The field.
        into: Locator,
    },
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Do(what) => f.write_str(what),
            Self::Tell { what, into } => write!(f, "{what}, for {into}"),
        }
    }
}

pub(super) const ASK: Shape = Shape {
    what: "`ask`",
    keys: &["tell", "into"],
    later: &[],
    elsewhere: nowhere,
};

pub(super) const ASK_EXAMPLE: &str = "- ask: Solve the CAPTCHA";
const TELL_EXAMPLE: &str = "- ask: { tell: The code from the SMS, into: Code }";

pub(super) fn ask(reader: &mut Reader<'_>, node: &Node) -> Option<Ask> {
    let Kind::Map(_) = &node.kind else {
        return reader.text(node, "`ask`", ASK_EXAMPLE).map(Ask::Do);
    };
    let fields = reader.fields(node, &ASK, TELL_EXAMPLE)?;
    let what = fields
        .require(reader, "tell", TELL_EXAMPLE)
        .and_then(|node| reader.text(node, "`tell`", TELL_EXAMPLE));
    let into = fields
        .require(reader, "into", TELL_EXAMPLE)
        .and_then(|node| locator(reader, node, "`into`", TELL_EXAMPLE));
    Some(Ask::Tell {
        what: what?,
        into: into?,
    })
}
