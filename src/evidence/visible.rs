//! Captured text made safe to look at: what would steer a terminal or reorder a line becomes a visible escape.

use std::borrow::Cow;

/// Whether line breaks and tabs are layout or part of what must be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// One line: they are shown as `\n` and `\t`.
    One,
    /// Several: they stay.
    Many,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Harmless as it is.
    Plain(&'a str),
    /// Stands for one character: `\u{202e}`.
    Escape(String),
}

/// Splits a text into what is harmless and escapes for what isn't.
pub fn pieces(text: &str, lines: Lines) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        if must_escape(first, lines) {
            rest = &rest[first.len_utf8()..];
            return Some(Piece::Escape(first.escape_default().to_string()));
        }
        let end = rest
            .find(|character| must_escape(character, lines))
            .unwrap_or(rest.len());
        let (plain, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Plain(plain))
    })
}

/// A text on one line, with escapes for whatever could steer a terminal or deceive a reader.
pub fn line(text: &str) -> Cow<'_, str> {
    joined(text, Lines::One)
}

/// The same, with line breaks and tabs left as they are.
pub fn block(text: &str) -> Cow<'_, str> {
    joined(text, Lines::Many)
}

fn joined(text: &str, lines: Lines) -> Cow<'_, str> {
    if !text.contains(|character| must_escape(character, lines)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for piece in pieces(text, lines) {
        match piece {
            Piece::Plain(plain) => safe.push_str(plain),
            Piece::Escape(escape) => safe.push_str(&escape),
        }
    }
    Cow::Owned(safe)
}

fn must_escape(character: char, lines: Lines) -> bool {
    match character {
        '\n' | '\t' => lines == Lines::One,
        _ => character.is_control() || is_deceptive(character),
    }
}

/// Characters that have no picture of their own and change how others look or read.
///
/// The two joiners (U+200C, U+200D) are left alone: Persian and emoji need them.
fn is_deceptive(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
        // Zero width space and the marks and overrides of direction.
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        // Line and paragraph separator, invisible operators, isolates.
        | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        // Musical format controls, tags, supplementary variation selectors: bytes can hide in them.
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_or_deceives_becomes_visible() {
        for (text, expected) in [
            (
                "\u{1b}[2J\u{1b}]0;owned\u{7}",
                r"\u{1b}[2J\u{1b}]0;owned\u{7}",
            ),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("invoice\u{202e}fdp.exe", r"invoice\u{202e}fdp.exe"),
            (
                "pay\u{200b}pal\u{2066}x\u{2069}",
                r"pay\u{200b}pal\u{2066}x\u{2069}",
            ),
            ("a\r\nb\tc\0", r"a\r\nb\tc\u{0}"),
            ("\u{e0041}\u{e0042}", r"\u{e0041}\u{e0042}"),
            ("\u{7f}", r"\u{7f}"),
        ] {
            assert_eq!(line(text), expected);
        }
    }

    #[test]
    fn ordinary_texts_stay_as_they_are() {
        for text in [
            "Signed. Thank you.",
            "“Größe” – 4.500,00 €",
            "日本語 עברית العربية",
            "👩‍👩‍👧 👍🏽 🇩🇪",
            r"C:\temp",
        ] {
            assert!(matches!(line(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn a_block_keeps_its_lines_and_nothing_else() {
        assert_eq!(block("a\n\tb\r\u{1b}"), "a\n\tb\\r\\u{1b}");
    }

    #[test]
    fn pieces_join_to_the_line() {
        let text = "x\u{1b}\u{202e}y\n";
        assert_eq!(
            pieces(text, Lines::One).collect::<Vec<_>>(),
            [
                Piece::Plain("x"),
                Piece::Escape(r"\u{1b}".to_owned()),
                Piece::Escape(r"\u{202e}".to_owned()),
                Piece::Plain("y"),
                Piece::Escape(r"\n".to_owned()),
            ]
        );
    }
}
