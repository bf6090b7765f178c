//! Where bundles lie, and what is remembered of them from one run to the next.

use std::path::Path;

use super::{conclude::Judged, terminal::Terminal};
use crate::bundle::{BundleError, History, Past};
use crate::evidence::PastRun;

/// The folder of bundles.
pub(super) const BUNDLES: &str = "screenshots";

/// The history beside the bundles.
pub(super) fn history() -> History {
    History::of(Path::new(BUNDLES))
}

/// What was flagged before; a history that can't be read is said and costs no run.
pub(super) fn read(history: &History, terminal: &Terminal) -> Vec<PastRun> {
    match history.read() {
        Ok(Past { runs, unreadable }) => {
            if let Some(line) = unreadable.first() {
                terminal.say(&format!(
                    "warning: {} can't be read in line {line}, so what comes back may go unnoticed: remove that line",
                    history.path().display()
                ));
            }
            runs
        }
        Err(error) => {
            terminal.say(&forgotten(&error));
            Vec::new()
        }
    }
}

/// Remembers a run for those that follow.
pub(super) fn remember(history: &History, judged: &Judged, terminal: &Terminal) {
    if let Err(error) = history.add(&judged.as_past()) {
        terminal.say(&forgotten(&error));
    }
}

fn forgotten(error: &BundleError) -> String {
    format!("warning: {error}, so what comes back may go unnoticed")
}
