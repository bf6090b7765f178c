//! The mark of a folder in which the last scan found a secret: nothing may be made of it any more.

use std::{fs::File, io::Read as _, path::Path};

use serde::{Deserialize, Serialize};

use super::error::EvidenceError;

/// Its name in a folder; a bundle never holds it.
pub const REFUSED: &str = "refused.json";
/// No mark is longer.
const LONGEST: u64 = 64 << 10;

/// The whole of `refused.json`: where a secret stood, never its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// `shippass-refused/1`.
    pub format: String,
    /// What was found.
    pub why: String,
}

impl Refused {
    /// Why a folder is refused.
    pub fn new(why: String) -> Self {
        Self {
            format: "shippass-refused/1".to_owned(),
            why,
        }
    }

    /// The mark that a folder bears; one that can't be read is a mark all the same.
    pub fn of(folder: &Path) -> Option<Self> {
        let path = folder.join(REFUSED);
        let found = path.symlink_metadata().ok()?;
        let read = || {
            let mut text = String::new();
            // Opening a pipe would wait for good.
            let file = found.is_file().then(|| File::open(&path).ok())??;
            file.take(LONGEST).read_to_string(&mut text).ok()?;
            serde_json::from_str(&text).ok()
        };
        Some(read().unwrap_or_else(|| Self::new(format!("{REFUSED} lies in it"))))
    }
}

/// Lets nobody past who wants to make something of a refused folder.
///
/// # Errors
///
/// It bears the mark.
pub fn refuse_refused(folder: &Path) -> Result<(), EvidenceError> {
    match Refused::of(folder) {
        None => Ok(()),
        Some(mark) => Err(EvidenceError::Refused {
            folder: folder.to_path_buf(),
            why: mark.why,
        }),
    }
}
