//! What can go wrong with a bundle.

use std::{io, path::PathBuf};

use thiserror::Error;

use super::open::Difference;
use crate::evidence::REFUSED_HELP;

/// Why a bundle couldn't be written or read.
#[derive(Debug, Error)]
pub enum BundleError {
    /// A file of the bundle couldn't be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the bundle couldn't be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the bundle isn't what it should be.
    #[error("{} is not valid: {source}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The bundle's format is not known.
    #[error("{} has the format `{found}`", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// What it says of itself.
        found: String,
    },
    /// The manifest names a file twice.
    #[error("{} names `{name}` twice", path.display())]
    NamedTwice {
        /// The manifest.
        path: PathBuf,
        /// The file.
        name: String,
    },
    /// The folder has no manifest.
    #[error("{} is not sealed: it has no manifest.json", dir.display())]
    NotSealed {
        /// The folder.
        dir: PathBuf,
    },
    /// A known secret was found in the folder when it was to be sealed.
    #[error("{} was refused: {why}", dir.display())]
    Refused {
        /// The folder.
        dir: PathBuf,
        /// What was found, and where.
        why: String,
    },
    /// Something in the folder is neither a file nor a folder.
    #[error("{} is not a plain file", path.display())]
    NotPlain {
        /// What stands there.
        path: PathBuf,
    },
    /// It isn't what was sealed.
    #[error("{} is not what was sealed: {}", dir.display(), first_of(.differences))]
    Altered {
        /// The folder.
        dir: PathBuf,
        /// What differs, and how.
        differences: Vec<Difference>,
    },
    /// A zip isn't one that a bundle is packed in.
    #[error("{} is not a bundle in a zip: {why}", path.display())]
    UnfitZip {
        /// The file.
        path: PathBuf,
        /// The first thing that is wrong with it.
        why: String,
    },
    /// A zip can't be unpacked beside itself.
    #[error("{} can't be unpacked: {} is there already, and {why}", zip.display(), folder.display())]
    Occupied {
        /// The zip.
        zip: PathBuf,
        /// What stands in its folder's place.
        folder: PathBuf,
        /// How they don't go together.
        why: &'static str,
    },
    /// A run that a human has judged can't go on.
    #[error("somebody has reviewed or signed {} already", dir.display())]
    Reviewed {
        /// The bundle.
        dir: PathBuf,
    },
    /// Something was to be written into a bundle.
    #[error("{} lies in the bundle itself, which is sealed", path.display())]
    Inside {
        /// Where it was to be written.
        path: PathBuf,
    },
    /// Another process writes the walk.
    #[error("{} is open in another review", path.display())]
    InUse {
        /// The walk's log.
        path: PathBuf,
    },
    /// The walk speaks of another bundle.
    #[error("{} speaks of another bundle", path.display())]
    OtherBundle {
        /// The walk's log.
        path: PathBuf,
    },
    /// What was accepted of a checklist can't be read.
    #[error("{} can't be read: {why}", path.display())]
    AcceptedUnreadable {
        /// `accepted.json`.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A file's name can't stand in a manifest.
    #[error("the name of {} is not text", path.display())]
    UnfitName {
        /// The file.
        path: PathBuf,
    },
}

impl BundleError {
    /// Whether what was named is to blame, and not the machine.
    pub fn is_of_input(&self) -> bool {
        match self {
            Self::Read { .. }
            | Self::Invalid { .. }
            | Self::UnknownFormat { .. }
            | Self::NamedTwice { .. }
            | Self::NotSealed { .. }
            | Self::Refused { .. }
            | Self::Altered { .. }
            | Self::NotPlain { .. }
            | Self::UnfitName { .. }
            | Self::UnfitZip { .. }
            | Self::Inside { .. }
            | Self::Occupied { .. }
            | Self::Reviewed { .. }
            | Self::AcceptedUnreadable { .. }
            | Self::OtherBundle { .. } => true,
            Self::Write { .. } | Self::InUse { .. } => false,
        }
    }

    /// The next thing to do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Write { .. } => {
                "check that the folder can be written to and that the disk is not full"
            }
            Self::Read { .. } => "name the bundle's folder itself, the one that holds bundle.json",
            Self::Invalid { .. } | Self::NamedTwice { .. } => {
                "the file was changed or cut off; use a fresh copy of the bundle"
            }
            Self::UnknownFormat { .. } => {
                "a newer shippass made it; this one is too old to read it"
            }
            Self::NotSealed { .. } => {
                "the run was cut off: `shippass run --resume BUNDLE` completes it, `shippass review BUNDLE` shows what it saw"
            }
            Self::Refused { .. } => REFUSED_HELP,
            Self::NotPlain { .. } => {
                "a bundle holds plain files only; remove the link and seal it again"
            }
            Self::Altered { .. } => "use a fresh copy of the bundle, or run the walk again",
            Self::UnfitZip { .. } => {
                "nothing of it was used; have the bundle packed again with `shippass pack`"
            }
            Self::Occupied { .. } => {
                "nothing was touched; move that folder or the zip elsewhere, and it is unpacked anew"
            }
            Self::Reviewed { .. } => "make a new run: what was said of this one stays as it is",
            Self::Inside { .. } => "name a place outside of it with `--out`",
            Self::InUse { .. } => {
                "go on in the page that is open already, or stop that review first"
            }
            Self::OtherBundle { .. } => {
                "it was copied here, or the bundle was changed since; move it away and review anew"
            }
            Self::AcceptedUnreadable { .. } => {
                "settle it in that file, or take the last good one from git; until then nothing there counts as accepted"
            }
            Self::UnfitName { .. } => "remove or rename the file; shippass never makes such a name",
        }
    }
}

/// The first few of a list, and how many more there are.
fn first_of(differences: &[Difference]) -> String {
    let shown = 5;
    let first = differences.iter().take(shown).map(ToString::to_string);
    let text = first.collect::<Vec<_>>().join("; ");
    match differences.len().saturating_sub(shown) {
        0 => text,
        more => format!("{text}; and {more} more"),
    }
}
