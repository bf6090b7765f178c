//! Captured text as markup: escaped, kept apart from the direction of its surroundings, bounded in length.

use std::borrow::Cow;

use maud::{Markup, html};

use crate::report::visible::{self, Lines, Piece};

/// More than that of one text is no help to a reader; the whole of it is in the bundle.
const LONGEST: usize = 4_000;

/// A captured text on one line.
pub(super) fn shown(text: &str) -> Markup {
    render(text, Lines::One)
}

/// A captured text whose line breaks are layout.
pub(super) fn shown_block(text: &str) -> Markup {
    render(text, Lines::Many)
}

/// A captured text where no markup may stand: a title, an attribute.
pub(super) fn line_of(text: &str) -> Cow<'_, str> {
    visible::line(start_of(text).0)
}

fn render(text: &str, lines: Lines) -> Markup {
    let (start, left_out) = start_of(text);
    html! {
        bdi {
            @for piece in visible::pieces(start, lines) {
                @match piece {
                    Piece::Plain(plain) => (plain),
                    Piece::Escape(escape) => span.escape { (escape) },
                }
            }
        }
        @if left_out > 0 {
            span.quiet { " … and " (left_out) " more characters" }
        }
    }
}

/// The start of a text, and how many characters are left out.
fn start_of(text: &str) -> (&str, usize) {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => (&text[..end], text[end..].chars().count()),
        None => (text, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_controls_are_shown_and_do_nothing() {
        let markup = shown("</pre><script>alert(1)</script>\u{1b}[31m\u{202e}\n").into_string();
        assert_eq!(
            markup,
            "<bdi>&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;\
             <span class=\"escape\">\\u{1b}</span>[31m\
             <span class=\"escape\">\\u{202e}</span>\
             <span class=\"escape\">\\n</span></bdi>"
        );
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let markup = shown(&"ä".repeat(LONGEST + 7)).into_string();
        assert!(markup.ends_with("… and 7 more characters</span>"));
        assert_eq!(markup.matches('ä').count(), LONGEST);
    }
}
