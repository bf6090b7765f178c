//! `shippass __guard`: the second process that sees to the browser's end. Not for people.

use std::{
    ffi::{OsStr, OsString},
    io::Write,
};

use super::Exit;
use crate::browser::launch::{self, GUARD_COMMAND, GuardOrder, run_guard};

/// The first word that turns this binary into the guard.
pub(super) const COMMAND: &str = GUARD_COMMAND;

/// Runs the guard; what it complains of becomes the last words of the driver that it couldn't start.
pub(super) fn main(words: &[OsString]) -> Exit {
    let Some(order) = GuardOrder::from_words(words) else {
        complain("this command is shippass's own");
        return Exit::BadInput;
    };
    match run_guard(&order) {
        Ok(()) => Exit::Clean,
        Err(error) => {
            complain(&error.to_string());
            Exit::Surroundings
        }
    }
}

/// Becomes the browser; its driver reads why it can't.
pub(super) fn become_browser(browser: &OsStr, arguments: &[OsString]) -> Exit {
    let arguments = arguments.get(1..).unwrap_or_default();
    let error = launch::become_browser(browser, arguments);
    complain(&format!("{} can't be run: {error}", browser.display()));
    Exit::Surroundings
}

/// To whoever still reads; when shippass is dead nobody does.
fn complain(words: &str) {
    let _ = writeln!(std::io::stderr(), "{COMMAND}: {words}");
}
