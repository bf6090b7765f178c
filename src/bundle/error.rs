//! What can go wrong with a bundle.

use std::{io, path::PathBuf};

/// Why a bundle couldn't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file couldn't be written or read.
    #[error("couldn't {what} {}: {source}", path.display())]
    Io {
        /// `write`, `read`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file isn't what its name says.
    #[error("{} can't be read: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A link or a device stands among the files.
    #[error("{} is no regular file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
}

impl BundleError {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Io { .. } => {
                "see that the folder exists, can be written, and that the disk has room"
            }
            Self::Unreadable { .. } => "it wasn't made by shippass, or was changed since",
            Self::NotAFile { .. } => "a bundle holds regular files only; remove it",
        }
    }
}
