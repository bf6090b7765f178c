//! `dialog`: how the JavaScript dialogs of a step are answered.

use super::{
    fields::{Shape, nowhere},
    reader::Reader,
    yaml::{Kind, Node},
};

/// How the JavaScript dialogs of a step are answered: `alert`, `confirm`, `prompt`, `beforeunload`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialogAnswer {
    /// With its OK button, and for a `prompt` with this text instead of its own.
    Accept(Option<String>),
    /// With its Cancel button.
    Dismiss,
}

pub(super) const ACCEPT: Shape = Shape {
    what: "`dialog`",
    keys: &["accept"],
    later: &[],
    elsewhere: nowhere,
};

const EXAMPLE: &str = "dialog: accept";
const EXAMPLE_TEXT: &str = "dialog: { accept: \"the text for a prompt\" }";

/// `dialog: accept`, `dialog: dismiss`, or a map with the text for a `prompt`.
pub(super) fn dialog(reader: &mut Reader<'_>, node: &Node) -> Option<DialogAnswer> {
    if let Kind::Map(_) = &node.kind {
        let fields = reader.fields(node, &ACCEPT, EXAMPLE_TEXT)?;
        let text = fields.require(reader, "accept", EXAMPLE_TEXT)?;
        let text = reader.text_or_empty(text, "`accept`", EXAMPLE_TEXT)?;
        return Some(DialogAnswer::Accept(Some(text)));
    }
    let is_accepted = reader.one_of(
        node,
        "`dialog`",
        &[("accept", true), ("dismiss", false)],
        EXAMPLE,
    )?;
    Some(if is_accepted {
        DialogAnswer::Accept(None)
    } else {
        DialogAnswer::Dismiss
    })
}
