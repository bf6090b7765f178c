//! The exit statuses, as `2-contract` promises them to scripts.

use std::process::{ExitCode, Termination};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Every step clean.
    Clean = 0,
    /// Something flagged, failed, not run or not decidable.
    Flagged = 1,
    /// The user's input is wrong.
    BadInput = 2,
    /// The surroundings failed.
    Surroundings = 3,
    /// Interrupted; the bundle is valid up to there.
    Interrupted = 4,
    /// The bundle, or its sign-off, isn't what it was.
    Altered = 5,
    /// A bug in shippass.
    Bug = 70,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}
