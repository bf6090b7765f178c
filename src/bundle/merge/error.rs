//! Why bundles can't be made one.

use std::path::PathBuf;

use thiserror::Error;

use crate::bundle::error::BundleError;
use crate::evidence::EvidenceError;

/// Why bundles couldn't be merged.
#[derive(Debug, Error)]
pub enum MergeError {
    /// One of them isn't what it was when it was sealed.
    #[error("{} isn't what it was when it was sealed: {first}", dir.display())]
    Altered {
        /// The bundle.
        dir: PathBuf,
        /// The first file that isn't.
        first: String,
    },
    /// They are of two deployments, or were judged by two rules.
    #[error("{} differs from the first bundle in its {what}: {other} instead of {one}", dir.display())]
    Unlike {
        /// The bundle.
        dir: PathBuf,
        /// What differs.
        what: &'static str,
        /// What the first one has.
        one: String,
        /// What this one has.
        other: String,
    },
    /// Two of them hold the same.
    #[error("“{checklist}” {persona} is in {} and in {}", first.display(), dir.display())]
    Twice {
        /// The checklist's name.
        checklist: String,
        /// `as owner`, `signed out`.
        persona: String,
        /// The bundle that had it first.
        first: PathBuf,
        /// The one that has it again.
        dir: PathBuf,
    },
    /// A file that its journal names.
    #[error("{} can't give its {name}: {source}", dir.display())]
    Lost {
        /// The bundle.
        dir: PathBuf,
        /// The file.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The new bundle couldn't be written.
    #[error(transparent)]
    Unwritten(BundleError),
    /// One of them couldn't be read as a bundle.
    #[error(transparent)]
    NoBundle(BundleError),
    /// The journal of one of them couldn't be read.
    #[error(transparent)]
    NoJournal(EvidenceError),
}

impl MergeError {
    /// The next thing to do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Altered { .. } | Self::Lost { .. } => "use a fresh copy of that bundle",
            Self::Unlike { .. } => {
                "only what was seen of one deployment can be told as one; `shippass compare` tells two apart"
            }
            Self::Twice { .. } => {
                "name only one of them; `shippass compare` tells two runs of one checklist apart"
            }
            Self::NoBundle(error) | Self::Unwritten(error) => error.help(),
            Self::NoJournal(_) => {
                "name the bundle's folder itself, the one that holds journal.ndjson"
            }
        }
    }
}
