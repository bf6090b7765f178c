//! Where results and everything else go: the one place that prints.

use std::io::{BufRead, IsTerminal, Write};

use super::{
    arguments::{ColourChoice, Global},
    failure::Failure,
};
use crate::config::Environment;
use crate::report::{Charset, Colour, TableLook};

/// What the terminal can do and how much it wants to hear.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    /// Colour on standard output.
    pub(super) has_colour: bool,
    /// A person watches standard error: a progress bar may move there.
    pub(super) is_watched: bool,
    /// Why nobody who sits at it can be asked.
    pub(super) absence: Option<&'static str>,
    /// Nothing but results is wanted.
    pub(super) is_quiet: bool,
    /// Where the words of the browser's driver go, when they are wanted.
    pub(super) of_driver: Option<fn(&str)>,
    /// Drawn lines are for a terminal; a log may not know them.
    pub(super) charset: Charset,
    /// Columns of standard output.
    pub(super) width: usize,
}

impl Terminal {
    pub(super) fn new(global: &Global) -> Self {
        let environment = Environment::capture();
        let is_set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
        let is_plain = is_set("NO_COLOR") || environment.get("TERM") == Some("dumb");
        let has_colour = match global.color {
            ColourChoice::Always => true,
            ColourChoice::Never => false,
            ColourChoice::Auto => std::io::stdout().is_terminal() && !is_plain && !is_set("CI"),
        };
        let width = terminal_width().unwrap_or(100);
        Self {
            has_colour,
            is_watched: std::io::stderr().is_terminal() && !is_set("CI") && !is_plain,
            absence: if global.quiet {
                Some("`-q` says that nobody listens")
            } else if is_set("CI") {
                Some("nobody sits before a CI run (`CI` is set)")
            } else {
                None
            },
            is_quiet: global.quiet,
            of_driver: (global.verbose > 0).then_some(say_of_driver),
            charset: if std::io::stdout().is_terminal() {
                Charset::Unicode
            } else {
                Charset::Ascii
            },
            width,
        }
    }

    /// How a table looks best on standard output.
    pub(super) fn table_look(&self) -> TableLook {
        TableLook {
            width: self.width,
            colour: if self.has_colour {
                Colour::Always
            } else {
                Colour::Never
            },
            charset: self.charset,
        }
    }

    /// Prints a result. A reader that has gone away is no failure.
    #[expect(
        clippy::unused_self,
        reason = "printing is the terminal's, whatever it is like"
    )]
    pub(super) fn print(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{}", text.trim_end_matches('\n'));
        let _ = out.flush();
    }

    /// Says something that is no result, unless only results are wanted.
    pub(super) fn say(&self, text: &str) {
        if !self.is_quiet {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }

    /// Asks for a line; the cursor stays behind the question.
    pub(super) fn prompt(&self, question: &str) {
        let mut out = std::io::stderr().lock();
        // Where a bar may have been drawn its line is wiped.
        let wipe = if self.is_watched { "\r\u{1b}[2K" } else { "" };
        let _ = write!(out, "{wipe}{question}");
        let _ = out.flush();
    }

    /// Asks a person for a yes; `None` when nobody sits there.
    pub(super) fn ask_for_yes(&self, question: &str) -> Option<bool> {
        if self.absence.is_some() || !std::io::stdin().is_terminal() {
            return None;
        }
        self.prompt(question);
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        let word = line.trim().to_ascii_lowercase();
        Some(read.is_ok() && matches!(word.as_str(), "y" | "yes"))
    }

    /// Says what went wrong.
    #[expect(
        clippy::unused_self,
        reason = "printing is the terminal's, whatever it is like"
    )]
    pub(super) fn complain(&self, failure: &Failure) {
        let _ = writeln!(std::io::stderr().lock(), "{failure}");
    }
}

fn say_of_driver(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "driver: {line}");
}

fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}
