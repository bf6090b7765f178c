//! A node of the tree: what it is and where it stands.

use std::ops::Range;

use crate::checklist::model::Place;

/// A scalar, a list or a map, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where it begins.
    pub(crate) place: Place,
    /// Just behind its end, or behind its first line's part that a caret should mark.
    pub(crate) end: Place,
    /// Its bytes in the source.
    pub(crate) bytes: Range<usize>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text, a number, a date, a boolean: whoever reads it decides.
    Scalar {
        /// The text as written: `no`, `1.10` and `2026-12-31` stay what they are.
        text: String,
        /// Written without quotes.
        is_plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the file; each key once.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// A place where nothing is written, marked by another node.
    pub(crate) fn nothing(at: &Node) -> Self {
        Self {
            kind: Kind::Scalar {
                text: String::new(),
                is_plain: true,
            },
            place: at.place,
            end: at.end,
            bytes: at.bytes.end..at.bytes.end,
        }
    }

    /// Whether nothing is written here at all (`key:`).
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, is_plain: true } if text.is_empty())
    }

    /// The text as written, variables not filled in; empty for lists and maps.
    pub(crate) fn written(&self) -> &str {
        match &self.kind {
            Kind::Scalar { text, .. } => text,
            Kind::List(_) | Kind::Map(_) => "",
        }
    }

    /// What it is, as a message says it.
    pub(crate) fn found(&self) -> &'static str {
        match &self.kind {
            Kind::Scalar { .. } if self.is_nothing() => "nothing",
            Kind::Scalar { .. } => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }
}
