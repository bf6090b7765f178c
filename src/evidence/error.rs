//! What can go wrong with keeping evidence.

use std::{io, path::PathBuf};

/// Why evidence couldn't be written or read back.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The bundle's folder holds something already.
    #[error("{} isn't empty", folder.display())]
    FolderInUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A file couldn't be written or read.
    #[error("couldn't {what} {}: {source}", path.display())]
    Io {
        /// `write`, `read`, `make`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process writes the journal.
    #[error("{} is being written by a run that is still going on", path.display())]
    StillRunning {
        /// The journal.
        path: PathBuf,
    },
    /// The journal's first record isn't one.
    #[error("{} is no journal of a run: {why}", path.display())]
    NoJournal {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A record names a step that the plan doesn't have.
    #[error("the journal names step {step} of checklist {checklist}, which its plan doesn't have")]
    UnknownStep {
        /// The checklist's index.
        checklist: usize,
        /// The step's index.
        step: usize,
    },
    /// The last scan found a secret in it.
    #[error("{} was refused: {why}", folder.display())]
    Refused {
        /// The folder.
        folder: PathBuf,
        /// What was found, and where.
        why: String,
    },
    /// The thread that writes ended before its time.
    #[error("evidence was lost: {0}")]
    Lost(String),
}

/// What is left to do with a folder in which a secret stands.
pub(crate) const REFUSED_HELP: &str = "nothing is made of what holds a secret: delete the folder and make a new run; where it comes again, report where the secret stood";

impl EvidenceError {
    /// What to do next.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::FolderInUse { .. } => Some("give an empty or a new folder with --out"),
            Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => Some(
                "the disk is full: make room and do it again; `shippass run --resume BUNDLE` goes on with a run",
            ),
            Self::Io { .. } => Some("see that the folder exists and can be written"),
            Self::StillRunning { .. } => Some("wait for its end, or stop it"),
            Self::NoJournal { .. } | Self::UnknownStep { .. } => Some(
                "it was cut off at its very beginning, changed since, or made by another version: make a new run",
            ),
            Self::Refused { .. } => Some(REFUSED_HELP),
            Self::Lost(_) => None,
        }
    }
}
