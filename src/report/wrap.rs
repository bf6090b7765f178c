//! Lines broken so that they fit a terminal.

use tabled::grid::util::string::{get_char_width, get_line_width};

/// Breaks a text at spaces, and inside a word that is wider than a whole line; every line ends with a line break.
pub(super) fn wrap(text: &str, width: usize, hanging: &str) -> String {
    let mut wrapped = String::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let is_full = get_line_width(&line) + 1 + get_line_width(word) > width;
        if is_full && !line.trim().is_empty() {
            flush(&mut wrapped, &mut line, hanging);
        } else if !line.is_empty() && line != hanging {
            line.push(' ');
        }
        for character in word.chars() {
            if get_line_width(&line) + get_char_width(character) > width {
                flush(&mut wrapped, &mut line, hanging);
            }
            line.push(character);
        }
    }
    wrapped.push_str(&line);
    wrapped.push('\n');
    wrapped
}

fn flush(wrapped: &mut String, line: &mut String, hanging: &str) {
    wrapped.push_str(line.trim_end());
    wrapped.push('\n');
    hanging.clone_into(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_inside_long_words() {
        assert_eq!(wrap("one two three", 8, "  "), "one two\n  three\n");
        assert_eq!(wrap("abcdefghij", 4, "-"), "abcd\n-efg\n-hij\n");
        assert_eq!(wrap("at 日本語日本語", 6, ""), "at\n日本語\n日本語\n");
        assert_eq!(wrap("", 4, ""), "\n");
        assert_eq!(wrap("fits", 4, ""), "fits\n");
    }
}
