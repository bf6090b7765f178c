//! Texts that YAML cuts at ` #`: what is lost, and how to write it instead.

use std::ops::Range;

use super::problem::Problem;
use crate::checklist::{
    mistake::{Weight, quote},
    model::Place,
};

/// The longest text that a message writes out in quotes, in characters.
const LONGEST: usize = 50;

/// A text with a comment behind it that touches its `#`; such a one is rarely meant as a comment.
#[derive(Debug)]
pub(super) struct Cut {
    /// The bytes of what is left of the text; empty when nothing is.
    kept: Range<usize>,
    /// The bytes of what is left out, `#` and all to the line's end.
    lost: Range<usize>,
    /// Where `#` stands.
    place: Place,
}

impl Cut {
    /// Looks at what follows a text without quotes that stands in `kept` and ends at `end`.
    pub(super) fn behind(text: &str, kept: Range<usize>, end: Place) -> Option<Self> {
        let rest = &text[kept.end..];
        let comment = rest.trim_start_matches([' ', '\t']);
        let blanks = rest.len() - comment.len();
        let touches = comment
            .strip_prefix('#')?
            .starts_with(|first: char| first.is_alphanumeric() || first == '$');
        if !touches || blanks == 0 {
            return None;
        }
        let line = comment.find(['\n', '\r']).unwrap_or(comment.len());
        let start = kept.end + blanks;
        Some(Self {
            lost: start..start + comment[..line].trim_end().len(),
            kept,
            place: Place {
                column: end.column + blanks,
                ..end
            },
        })
    }

    /// Looks at a line that ends at `end` with nothing but a dash before the comment: `- #1042`.
    pub(super) fn instead_of_item(text: &str, end: usize, place: Place) -> Option<Self> {
        let before = &text[..end];
        let line = &before[before.rfind(['\n', '\r']).map_or(0, |at| at + 1)..];
        let comment = line.trim_start_matches([' ', '\t', '-']);
        let lead = line[..line.len() - comment.len()].trim_end_matches([' ', '\t']);
        if !lead.ends_with('-') || !comment.starts_with('#') {
            return None;
        }
        let dash = end - line.len() + lead.len();
        let behind = Place {
            column: lead.chars().count() + 1,
            ..place
        };
        Self::behind(text, dash..dash, behind)
    }

    /// Looks at what follows a key without a value: `see: #1042`.
    pub(super) fn instead_of_text(text: &str, mark: Range<usize>, end: Place) -> Option<Self> {
        let rest = &text[mark.end..];
        let colon = rest.trim_start_matches([' ', '\t']);
        let behind = colon.strip_prefix(':').unwrap_or(rest);
        let skipped = rest.len() - behind.len();
        let end = Place {
            column: end.column + skipped,
            ..end
        };
        let nothing = mark.end + skipped..mark.end + skipped;
        Self::behind(text, nothing, end)
    }

    /// What is left out, to be masked where the text is.
    pub(super) fn lost(&self) -> Range<usize> {
        self.lost.clone()
    }

    /// Whether the text stands in one of these ranges, which follow each other.
    pub(super) fn is_within(&self, ranges: &[Range<usize>]) -> bool {
        let text = if self.kept.is_empty() {
            &self.lost
        } else {
            &self.kept
        };
        let at = ranges.partition_point(|range| range.end < text.end);
        ranges
            .get(at)
            .is_some_and(|range| range.start <= text.start)
    }

    /// The warning; of a secret it repeats nothing.
    pub(super) fn warning(&self, text: &str, is_secret: bool) -> Problem {
        let lost = &text[self.lost.clone()];
        let kept: Vec<&str> = text[self.kept.clone()].split_whitespace().collect();
        let kept = kept.join(" ");
        let (message, help) = if is_secret {
            let message = "the end of this text is a comment to YAML and is left out".to_owned();
            (message, QUOTE_WHOLE.to_owned())
        } else if kept.is_empty() {
            let message = format!(
                "to YAML {} is a comment: there is no text here",
                quote(lost)
            );
            (message, in_quotes(lost))
        } else {
            let message = format!(
                "to YAML {} is a comment: this text is only {}",
                quote(lost),
                quote(&kept)
            );
            (message, in_quotes(&text[self.kept.start..self.lost.end]))
        };
        let end = Place {
            column: self.place.column + lost.chars().count(),
            ..self.place
        };
        Problem {
            weight: Weight::Warning,
            place: self.place,
            end,
            message,
            help,
        }
    }
}

const QUOTE_WHOLE: &str =
    "if it belongs to the text, put the whole text in quotes; a comment has a space behind its `#`";

/// How the whole text is written so that YAML leaves it alone.
fn in_quotes(whole: &str) -> String {
    let is_simple = whole.chars().count() <= LONGEST
        && !whole.contains(['\n', '\r', '{', '}', '[', ']'])
        && !whole.chars().any(char::is_control);
    if !is_simple {
        return QUOTE_WHOLE.to_owned();
    }
    let quoted = if whole.contains(['"', '\\']) {
        format!("'{}'", whole.replace('\'', "''"))
    } else {
        format!("\"{whole}\"")
    };
    format!("if all of it is meant, write `{quoted}`; a comment has a space behind its `#`")
}
