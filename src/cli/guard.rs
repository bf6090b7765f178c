//! The guard's entry: see `browser::launch::guard`.

use std::ffi::OsString;

use super::Exit;
use crate::browser::launch::{GUARD_COMMAND, GuardOrder, run_guard};

/// The first word that turns this binary into the guard.
pub(super) const COMMAND: &str = GUARD_COMMAND;

/// Runs the guard; nobody reads its exit status but a person who called it by hand.
pub(super) fn main(words: &[OsString]) -> Exit {
    match GuardOrder::from_words(words).map(|order| run_guard(&order)) {
        Some(Ok(())) => Exit::Clean,
        Some(Err(_)) => Exit::Surroundings,
        None => Exit::BadInput,
    }
}
