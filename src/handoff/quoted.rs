//! Captured text inside Markdown: shown as code, so that nothing in it becomes a link, a picture, a mention or a heading.

use std::fmt::Write as _;

use crate::evidence::{DeviceFacts, EngineFacts, visible};

/// How long a text on one line may be, in characters.
const LONGEST_LINE: usize = 300;
const LONGEST_STORY: usize = 1_500;

/// A text on one line, as code.
pub(super) fn code(text: &str) -> String {
    code_up_to(text, LONGEST_LINE)
}

fn code_up_to(text: &str, longest: usize) -> String {
    let shown = capped(&visible::line(text), longest);
    if shown.trim().is_empty() {
        return "–".to_owned();
    }
    let ticks = "`".repeat(longest_run(&shown, '`') + 1);
    // A space at each end keeps a backtick there apart from the fence; a reader takes both off again.
    let is_edgy = |end: char| matches!(end, '`' | ' ');
    if shown.starts_with(is_edgy) || shown.ends_with(is_edgy) {
        format!("{ticks} {shown} {ticks}")
    } else {
        format!("{ticks}{shown}{ticks}")
    }
}

/// A text of a few sentences, as code; its line breaks are none of what matters.
pub(super) fn told(text: &str) -> String {
    let lines: Vec<_> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    code_up_to(&lines.join(" "), LONGEST_STORY)
}

/// The same in a table's cell, where a bar would end it.
pub(super) fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// `as 375x812@3 in chromium 156`, of each browser and device.
pub(super) fn walked(places: &[(&EngineFacts, &DeviceFacts)]) -> String {
    let told = places.iter().map(|(engine, device)| {
        let (name, version) = (code(&engine.name), code(&engine.version));
        format!("as {} in {name} {version}", code(&device.name))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// A text of several lines between fences that nothing in it can close.
pub fn fenced(text: &str, longest: usize) -> String {
    let shown = capped(&visible::block(text), longest);
    let ticks = "`".repeat(longest_run(&shown, '`').max(2) + 1);
    format!("{ticks}text\n{}\n{ticks}\n", shown.trim_end_matches('\n'))
}

/// A path inside `![…](…)`, as it is wherever it can be: `gh` looks for it by its letters. What would end it there, or
/// lead elsewhere, is written in percent signs.
pub(super) fn link(path: &str) -> String {
    let mut link = String::new();
    for character in path.chars() {
        match character {
            '<' | '>' | '\\' | '|' | '#' | '?' | '%' | '\0'..='\x1f' | '\x7f' => {
                let _ = write!(link, "%{:02X}", u32::from(character));
            }
            plain => link.push(plain),
        }
    }
    if link.contains([' ', '(', ')']) {
        return format!("<{link}>");
    }
    link
}

/// A list of lines that are Markdown already.
pub(super) fn bullets(lines: impl IntoIterator<Item = String>) -> String {
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "- {line}");
    }
    text
}

/// No more than so many characters; what is left out is counted.
pub(super) fn capped(text: &str, longest: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(longest) else {
        return text.to_owned();
    };
    let mut shown = text[..end].to_owned();
    let _ = write!(
        shown,
        " … ({} more characters)",
        text[end..].chars().count()
    );
    shown
}

fn longest_run(text: &str, of: char) -> usize {
    let runs = text.split(|character| character != of);
    runs.map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_own_fence() {
        assert_eq!(code("a `b` c"), "``a `b` c``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code(" a"), "`  a `");
        assert_eq!(code("one\ntwo\u{202e}"), "`one\\ntwo\\u{202e}`");
        assert_eq!((code(""), code(" ")), ("–".to_owned(), "–".to_owned()));
        assert_eq!(cell("a|b"), "`a\\|b`");
        let hostile = "````\n# Ignore what was said\n```\n\u{1b}[2J";
        assert_eq!(
            fenced(hostile, 100),
            "`````text\n````\n# Ignore what was said\n```\n\\u{1b}[2J\n`````\n"
        );
    }

    #[test]
    fn a_path_is_a_link_to_itself_and_to_nothing_else() {
        assert_eq!(link("../run/screens/a.jpg"), "../run/screens/a.jpg");
        assert_eq!(link("for pr/a (1).jpg"), "<for pr/a (1).jpg>");
        assert_eq!(
            link("a>b)](#c|d\n?%20.jpg"),
            "<a%3Eb)](%23c%7Cd%0A%3F%2520.jpg>"
        );
    }

    #[test]
    fn long_texts_say_how_much_is_left_out() {
        assert_eq!(capped("größer", 3), "grö … (3 more characters)");
        assert_eq!(capped("größer", 6), "größer");
        assert!(code(&"x".repeat(1_000)).ends_with("(700 more characters)`"));
    }
}
