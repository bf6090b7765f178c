//! The text of a file, its lines, and which parts of it must not be shown.

use std::ops::Range;

use super::{
    mistake::{Mistake, Weight, printable},
    model::Place,
    yaml::sensitive_ranges_by_words,
};

/// A file's name and text.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The name that messages use, with `/` between folders.
    pub name: &'a str,
    /// The whole text.
    pub text: &'a str,
}

impl Source<'_> {
    /// An error at a place of this file, up to its end, that shows only once the file is read.
    pub(crate) fn mistake(
        &self,
        (place, end): (Place, Place),
        message: String,
        help: String,
    ) -> Mistake {
        let text = without_mark(self.text);
        let shown = Lines::new(text, sensitive_ranges_by_words(text)).show(place, end);
        Mistake {
            weight: Weight::Error,
            file: self.name.to_owned(),
            place: shown.place,
            line: shown.line,
            indent: shown.indent,
            width: shown.width,
            message,
            help: Some(help),
        }
    }
}

/// A text without its byte order mark.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The text of a file's bytes, or the place where they stop being text.
pub(crate) fn decode_text(name: &str, bytes: Vec<u8>) -> Result<String, Box<Mistake>> {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let valid = error.utf8_error().valid_up_to();
    let shown = String::from_utf8_lossy(error.as_bytes());
    let before = String::from_utf8_lossy(&error.as_bytes()[..valid]);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let place = Place {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    };
    let shown = Lines::new(&shown, sensitive_ranges_by_words(&shown)).show(place, place);
    Err(Box::new(Mistake {
        weight: Weight::Error,
        file: name.to_owned(),
        place: shown.place,
        line: shown.line,
        indent: shown.indent,
        width: shown.width,
        message: "from here on the file is no UTF-8 text".to_owned(),
        help: Some("save it as UTF-8; is it a YAML file at all?".to_owned()),
    }))
}

/// How much of a long line a message shows, in characters.
const LONGEST_LINE: usize = 160;

/// A text cut into lines, with the parts that messages must not repeat.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    /// Byte ranges of the lines, without their line breaks; never empty.
    ranges: Vec<Range<usize>>,
    /// Byte ranges whose characters are masked, in order.
    hidden: Vec<Range<usize>>,
}

/// A line as a message shows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShownLine {
    pub(super) place: Place,
    pub(super) line: String,
    pub(super) indent: usize,
    pub(super) width: usize,
}

impl<'a> Lines<'a> {
    /// Cuts a text at `\n`, `\r\n` and `\r`, as YAML does.
    pub(super) fn new(text: &'a str, mut hidden: Vec<Range<usize>>) -> Self {
        hidden.sort_by_key(|range| range.start);
        let bytes = text.as_bytes();
        let mut lines = Vec::new();
        let mut start = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            let is_break = byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if is_break {
                let is_pair = byte == b'\n' && at > start && bytes[at - 1] == b'\r';
                lines.push(start..if is_pair { at - 1 } else { at });
                start = at + 1;
            }
        }
        if start < text.len() || lines.is_empty() {
            lines.push(start..text.len());
        }
        Self {
            text,
            ranges: lines,
            hidden,
        }
    }

    /// The place nearest to the given one that exists in the text; just behind a line counts.
    pub(super) fn clamp(&self, place: Place) -> Place {
        let line = place.line.clamp(1, self.ranges.len());
        let length = self.text[self.ranges[line - 1].clone()].chars().count();
        let column = if place.line > line {
            length + 1
        } else {
            place.column.clamp(1, length + 1)
        };
        Place { line, column }
    }

    /// The line at a place as a message shows it, with a caret from `place` to `end`.
    pub(super) fn show(&self, place: Place, end: Place) -> ShownLine {
        let place = self.clamp(place);
        let range = self.ranges[place.line - 1].clone();
        let length = self.text[range.clone()].chars().count();
        let indent = place.column - 1;
        let end = match end.line.cmp(&place.line) {
            std::cmp::Ordering::Equal => end.column.saturating_sub(1).min(length),
            std::cmp::Ordering::Greater => length,
            std::cmp::Ordering::Less => indent,
        };
        let first = if length > LONGEST_LINE {
            indent.saturating_sub(LONGEST_LINE / 2)
        } else {
            0
        };
        let mut line = String::new();
        if first > 0 {
            line.push('…');
        }
        let lead = line.chars().count();
        line.extend(
            self.mask(range)
                .skip(first)
                .take(LONGEST_LINE)
                .map(printable),
        );
        if length - first > LONGEST_LINE {
            line.push('…');
        }
        let indent = indent - first + lead;
        let width = (end + lead).saturating_sub(first).saturating_sub(indent);
        ShownLine {
            place,
            width: width.clamp(1, LONGEST_LINE - LONGEST_LINE / 2),
            line: mask_userinfo(&line),
            indent,
        }
    }

    /// A line's characters, the hidden ones as `•`.
    fn mask(&self, range: Range<usize>) -> impl Iterator<Item = char> {
        let after = self
            .hidden
            .partition_point(|hidden| hidden.end <= range.start);
        let hidden = &self.hidden[after..];
        self.text[range.clone()]
            .char_indices()
            .map(move |(at, character)| {
                let at = range.start + at;
                let is_hidden = hidden
                    .iter()
                    .take_while(|hidden| hidden.start <= at)
                    .any(|hidden| hidden.contains(&at));
                if is_hidden { '•' } else { character }
            })
    }
}

/// Masks what stands between `://` and the last `@` of an authority.
fn mask_userinfo(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        shown.push_str(before);
        let authority = after
            .find(|c: char| c == '/' || c == '"' || c == '\'' || c.is_whitespace())
            .unwrap_or(after.len());
        let userinfo = after[..authority].rfind('@').unwrap_or(0);
        shown.extend(after[..userinfo].chars().map(|_| '•'));
        rest = &after[userinfo..];
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize, column: usize) -> Place {
        Place { line, column }
    }

    #[test]
    fn every_kind_of_line_break_ends_a_line() {
        let lines = Lines::new("a\r\nbc\rd\n", Vec::new());
        assert_eq!(lines.show(at(1, 1), at(1, 2)).line, "a");
        assert_eq!(lines.show(at(2, 2), at(2, 3)).line, "bc");
        assert_eq!(lines.show(at(3, 1), at(3, 1)).line, "d");
        assert_eq!(lines.clamp(at(9, 9)), at(3, 2));
    }

    #[test]
    fn hidden_parts_and_userinfo_are_masked() {
        let hidden = std::iter::once(10..13).collect();
        let lines = Lines::new("password: hé x", hidden);
        assert_eq!(lines.show(at(1, 1), at(1, 9)).line, "password: •• x");
        assert_eq!(
            mask_userinfo("url: https://me:pw@host/a@b"),
            "url: https://•••••@host/a@b"
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_located() {
        let mistake = decode_text("a.yaml", b"name: x\nb: \xff\xfe".to_vec()).expect_err("no text");
        assert_eq!(mistake.place, at(2, 4));
        assert_eq!(mistake.line, "b: \u{fffd}\u{fffd}");
    }

    #[test]
    fn a_long_line_is_shown_around_the_caret() {
        let text = format!("{}X{}", "a".repeat(5000), "b".repeat(5000));
        let shown = Lines::new(&text, Vec::new()).show(at(1, 5001), at(1, 5002));
        assert_eq!(shown.line.chars().nth(shown.indent), Some('X'));
        assert_eq!(shown.line.chars().count(), LONGEST_LINE + 2);
        assert_eq!(shown.width, 1);
    }
}
