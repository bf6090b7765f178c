//! Every name inside a bundle, and the way from a name in a record to a file.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{
    digest::hex_sha256,
    plain::{open_plain, read_bounded},
};
use crate::evidence::JOURNAL;

/// The facts.
pub const DOCUMENT: &str = "bundle.json";
/// The HTTP archive.
pub const HAR: &str = "network.har";
/// Console lines and uncaught errors.
pub const CONSOLE: &str = "console.ndjson";
/// The report.
pub const REPORT: &str = "report.html";
/// What was taken out.
pub const REDACTION: &str = "redaction.json";
/// Path, hash and size of every file.
pub const MANIFEST: &str = "manifest.json";
/// The folder of pictures.
pub const SCREENS: &str = "screens";
/// The folder of statement and signature; not sealed, since it speaks of the seal.
pub const SIGNOFF: &str = "signoff";
/// What the reviewer said, as it was said.
pub const WALK: &str = "walk.ndjson";
/// What is signed, in the sign-off's folder.
pub const STATEMENT: &str = "statement.json";
/// The first signature over the statement; a further one has its key's name in it: `statement.json.<16 hex>.sig`.
pub const SIGNATURE: &str = "statement.json.sig";
/// The same statement as a DSSE envelope.
pub const ENVELOPE: &str = "statement.dsse.json";
/// Photos and screenshots that a real phone gave.
pub const PHONE: &str = "phone";
/// Statements that were replaced, each in a folder named by its SHA-256.
pub const EARLIER: &str = "earlier";

const SLUG_LENGTH: usize = 60;
const HASH_LENGTH: usize = 6;
const DEEPEST: usize = 5;

/// The paths of one bundle on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundlePaths {
    root: PathBuf,
}

impl BundlePaths {
    /// The paths of the bundle in a folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `bundle.json`.
    pub fn document(&self) -> PathBuf {
        self.root.join(DOCUMENT)
    }

    /// `network.har`.
    pub fn har(&self) -> PathBuf {
        self.root.join(HAR)
    }

    /// `console.ndjson`.
    pub fn console(&self) -> PathBuf {
        self.root.join(CONSOLE)
    }

    /// `report.html`.
    pub fn report(&self) -> PathBuf {
        self.root.join(REPORT)
    }

    /// `redaction.json`.
    pub fn redaction(&self) -> PathBuf {
        self.root.join(REDACTION)
    }

    /// `manifest.json`.
    pub fn manifest(&self) -> PathBuf {
        self.root.join(MANIFEST)
    }

    /// `signoff/walk.ndjson`.
    pub fn walk(&self) -> PathBuf {
        self.root.join(SIGNOFF).join(WALK)
    }

    /// `signoff/`.
    pub fn signoff(&self) -> PathBuf {
        self.root.join(SIGNOFF)
    }

    /// Whether anything of a bundle lies in the folder: facts, seal, sign-off, or the journal of a run that was cut off.
    pub fn holds_any(&self) -> bool {
        let parts = [
            self.document(),
            self.manifest(),
            self.signoff(),
            self.root.join(JOURNAL),
        ];
        parts.iter().any(|part| part.symlink_metadata().is_ok())
    }

    /// Whether a run has recorded something there, or has ended.
    pub fn is_begun(&self) -> bool {
        self.document().is_file() || self.root.join(JOURNAL).is_file()
    }

    /// Whether it was sealed: what stands there says whether that holds.
    pub fn is_sealed(&self) -> bool {
        self.manifest().symlink_metadata().is_ok()
    }

    /// The file that a record names, when the name is one that a bundle may hold.
    pub fn inside(&self, name: &str) -> Option<PathBuf> {
        is_bundle_name(name).then(|| self.root.join(name))
    }

    /// Opens the file that a record names; follows no link and leaves the folder never.
    pub fn open(&self, name: &str) -> io::Result<File> {
        let refused = |why| io::Error::new(io::ErrorKind::InvalidInput, why);
        if !is_bundle_name(name) {
            return Err(refused("not a name of a bundle"));
        }
        let mut path = self.root.clone();
        for segment in name.split('/') {
            path.push(segment);
            if fs::symlink_metadata(&path)?.is_symlink() {
                return Err(refused("a link"));
            }
        }
        open_plain(&path)
    }

    /// Reads the file that a record names, under the same rules as [`Self::open`], unless it is larger than any such file.
    pub fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        read_bounded(self.open(name)?)
    }
}

/// The name of a step's picture: `screens/customer-signs-a-quote/02-sign-it.jpg`.
pub fn picture(folder: &str, step_id: &str) -> String {
    format!("{SCREENS}/{}/{}.jpg", slug(folder), slug(step_id))
}

/// A name for files and folders: lower-case letters, digits and dashes, bounded in length.
///
/// Two different texts may read alike once letters are dropped, so a text that loses any gets a short hash.
pub fn slug(text: &str) -> String {
    let mut name = String::new();
    let mut is_lossy = false;
    for character in text.chars() {
        match character.to_ascii_lowercase() {
            kept @ ('a'..='z' | '0'..='9') => name.push(kept),
            dropped => {
                is_lossy |= dropped.is_alphanumeric();
                if !name.is_empty() && !name.ends_with('-') {
                    name.push('-');
                }
            }
        }
    }
    if name.len() > SLUG_LENGTH {
        name.truncate(SLUG_LENGTH - HASH_LENGTH - 1);
        is_lossy = true;
    }
    let trimmed = name.trim_end_matches('-');
    if !is_lossy && !trimmed.is_empty() && !is_reserved(trimmed) {
        return trimmed.to_owned();
    }
    let hash = &hex_sha256(text.as_bytes())[..HASH_LENGTH];
    if trimmed.is_empty() {
        hash.to_owned()
    } else {
        format!("{trimmed}-{hash}")
    }
}

/// Names that Windows keeps for devices.
pub(super) fn is_reserved(name: &str) -> bool {
    matches!(name, "con" | "prn" | "aux" | "nul")
        || (name.len() == 4
            && (name.starts_with("com") || name.starts_with("lpt"))
            && name.ends_with(|last: char| last.is_ascii_digit()))
}

/// Whether a name from a record may be looked for in the folder.
pub(super) fn is_bundle_name(name: &str) -> bool {
    name.split('/').count() <= DEEPEST && name.split('/').all(is_segment)
}

fn is_segment(segment: &str) -> bool {
    segment.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && segment
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;

    #[test]
    fn slugs_are_names_that_a_bundle_may_hold() {
        for (text, expected) in [
            ("Customer signs a quote", "customer-signs-a-quote"),
            ("  02-Sign it!  ", "02-sign-it"),
            ("v1.2_final", "v1-2-final"),
            ("../../etc/passwd", "etc-passwd"),
        ] {
            assert_eq!(slug(text), expected);
        }
        for text in [
            "",
            "...",
            "日本語",
            "Çay",
            "con",
            "COM1",
            &"long ".repeat(40),
        ] {
            let name = slug(text);
            assert!(is_segment(&name), "{text:?} became {name:?}");
            assert!(name.len() <= SLUG_LENGTH, "{name:?} is too long");
            assert!(!is_reserved(&name), "{name:?} is reserved");
        }
    }

    #[test]
    fn texts_that_lose_letters_stay_apart() {
        assert_ne!(slug("Angebot für Ä"), slug("Angebot für Ö"));
        assert_ne!(slug(&"x".repeat(100)), slug(&"x".repeat(101)));
    }

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        let paths = BundlePaths::new("run");
        for name in [
            "",
            "/etc/passwd",
            "../secret",
            "bodies/../../secret",
            "bodies//a.json",
            "bodies/.hidden",
            "bodies\\a.json",
            "C:a",
            "a/b/c/d/e/f",
            "bodies/\u{202e}a.json",
        ] {
            assert_eq!(paths.inside(name), None, "{name:?} was let in");
        }
        assert_eq!(
            paths.inside("bodies/ab.json"),
            Some(Path::new("run").join("bodies/ab.json"))
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let paths = BundlePaths::new(dir.path());
        fs::create_dir(dir.path().join("bodies")).unwrap();
        File::create(dir.path().join("real.txt")).unwrap();
        std::os::unix::fs::symlink("../real.txt", dir.path().join("bodies/link.txt")).unwrap();
        std::os::unix::fs::symlink(".", dir.path().join("loop")).unwrap();

        assert!(paths.read("real.txt").is_ok());
        assert!(paths.read("bodies/link.txt").is_err());
        assert!(paths.read("loop/real.txt").is_err());
        assert!(paths.read("bodies").is_err());
    }
}
