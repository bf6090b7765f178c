//! A mistake in a file: where it stands, the line itself, and what to write instead.

use std::fmt;

use super::model::Place;

/// How heavy a mistake weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Nothing is started before it is mended.
    Error,
    /// Worth a look; the run goes on.
    Warning,
}

/// One mistake in a checklist or a configuration, with all that is needed to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// How heavy it weighs.
    pub weight: Weight,
    /// The file as it was named.
    pub file: String,
    /// Where in the file.
    pub place: Place,
    /// The source line, or the part of a long one around the place; secrets are masked.
    pub line: String,
    /// How many characters of `line` stand before the caret.
    pub indent: usize,
    /// How many characters the caret underlines.
    pub width: usize,
    /// What is wrong: a lowercase fragment without full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Mistake {
    /// Whether it stops the run.
    pub fn is_error(&self) -> bool {
        self.weight == Weight::Error
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = match self.weight {
            Weight::Error => "error",
            Weight::Warning => "warning",
        };
        let number = self.place.line.to_string();
        let margin = " ".repeat(number.len());
        let indent = " ".repeat(self.indent);
        let carets = "^".repeat(self.width.max(1));
        writeln!(f, "{weight}: {}", self.message)?;
        writeln!(
            f,
            "{margin}--> {}:{number}:{}",
            self.file, self.place.column
        )?;
        writeln!(f, "{number} | {}", self.line)?;
        write!(f, "{margin} | {indent}{carets}")?;
        if let Some(help) = &self.help {
            write!(f, "\nhelp: {help}")?;
        }
        Ok(())
    }
}

/// The longest word that a message repeats.
const LONGEST_QUOTE: usize = 60;

/// A word as a message repeats it: in back-ticks, cut when long, control characters shown as `�`.
pub(crate) fn quote(word: &str) -> String {
    let mut quoted: String = word
        .chars()
        .take(LONGEST_QUOTE)
        .map(printable)
        .collect::<String>();
    if word.chars().nth(LONGEST_QUOTE).is_some() {
        quoted.push('…');
    }
    format!("`{quoted}`")
}

/// The longest path that a message repeats.
const LONGEST_PATH: usize = 160;

/// A path as a message repeats it: its end says most.
pub(super) fn quote_path(path: &str) -> String {
    let length = path.chars().count();
    let shown: String = path
        .chars()
        .skip(length.saturating_sub(LONGEST_PATH))
        .map(printable)
        .collect();
    let cut = if length > LONGEST_PATH { "…" } else { "" };
    format!("`{cut}{shown}`")
}

/// A character that may be sent to a terminal in the place of this one.
pub(super) fn printable(character: char) -> char {
    match character {
        '\t' => ' ',
        // Marks that turn the direction of text round garble the line on a terminal, invisible ones hide in it.
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => '\u{fffd}',
        other if other.is_control() => '\u{fffd}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_shown_with_line_caret_and_help() {
        let mistake = Mistake {
            weight: Weight::Error,
            file: "checklists/login.yaml".to_owned(),
            place: Place {
                line: 14,
                column: 7,
            },
            line: "    - tpa: Sign in".to_owned(),
            indent: 6,
            width: 3,
            message: "unknown verb `tpa`".to_owned(),
            help: Some("did you mean `tap`?".to_owned()),
        };
        assert_eq!(
            mistake.to_string(),
            "error: unknown verb `tpa`\n  --> checklists/login.yaml:14:7\n14 |     - tpa: Sign in\n   |       ^^^\nhelp: did you mean `tap`?"
        );
    }

    #[test]
    fn long_and_hostile_words_are_tamed() {
        assert_eq!(quote("a\u{1b}[2J"), "`a\u{fffd}[2J`");
        assert_eq!(quote(&"x".repeat(1000)).chars().count(), 63);
    }
}
