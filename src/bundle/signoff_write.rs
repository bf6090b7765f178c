//! Writing a sign-off so that it is there whole or not at all, wherever the writing is cut off.
//!
//! Everything is on the disk before anything changes its place. What was signed before is kept in `earlier/` first, then its
//! signatures go, and the new signature comes last: in between the bundle is unsigned, never badly signed.

use std::path::Path;

use super::{
    error::BundleError,
    paths::{BundlePaths, EARLIER, ENVELOPE, SIGNATURE, STATEMENT},
    signoff_files::{SignedFiles, entries, is_signature, read_signoff},
    whole_file::{Staged, remove, stage, write_whole},
};
use crate::evidence::make_synced_folder;

/// What is written when somebody signs first, or anew.
#[derive(Debug, Clone, Copy)]
pub struct NewSignoff<'a> {
    /// The statement.
    pub statement: &'a [u8],
    /// The envelope, when there is one.
    pub envelope: Option<&'a [u8]>,
    /// The signature.
    pub signature: &'a [u8],
    /// What it replaces, and the SHA-256 of the statement in there.
    pub replaces: Option<(&'a SignedFiles, &'a str)>,
}

/// Writes a statement with its first signature.
pub fn write_signoff(dir: &Path, new: NewSignoff<'_>) -> Result<(), BundleError> {
    let folder = BundlePaths::new(dir).signoff();
    make_folder(&folder)?;
    let stage_one =
        |name: &str, bytes: &[u8]| stage(&folder.join(name), |out| out.write_all(bytes));
    let statement = stage_one(STATEMENT, new.statement)?;
    let envelope = new.envelope.map(|bytes| stage_one(ENVELOPE, bytes));
    let envelope = envelope.transpose()?;
    let signature = stage_one(SIGNATURE, new.signature)?;
    if let Some((before, sha256)) = new.replaces {
        keep_earlier(&folder, before, sha256)?;
    }
    retract(&folder)?;
    statement.place()?;
    if let Some(envelope) = envelope {
        envelope.place()?;
    }
    signature.place()
}

/// Writes one more signature over the statement that is there; then the envelope, for it may hold no more keys than signed.
pub fn write_further(
    dir: &Path,
    name: &str,
    signature: &[u8],
    envelope: Option<&[u8]>,
) -> Result<(), BundleError> {
    let folder = BundlePaths::new(dir).signoff();
    let stage_one =
        |name: &str, bytes: &[u8]| stage(&folder.join(name), |out| out.write_all(bytes));
    let signature = stage_one(name, signature)?;
    let envelope = envelope.map(|bytes| stage_one(ENVELOPE, bytes));
    let envelope = envelope.transpose()?;
    signature.place()?;
    envelope.map_or(Ok(()), Staged::place)
}

/// Removes what a signing left that was cut off; nothing else.
pub fn clear_cut_off(dir: &Path) -> Result<(), BundleError> {
    let left = read_signoff(dir)?.cut_off;
    left.iter().try_for_each(|path| remove(&dir.join(path)))
}

/// Copies what is replaced; a copy that was cut off is written again.
fn keep_earlier(folder: &Path, before: &SignedFiles, sha256: &str) -> Result<(), BundleError> {
    let earlier = folder.join(EARLIER).join(sha256);
    make_folder(&earlier)?;
    let signatures = before.signatures.iter();
    let files = signatures.map(|(name, bytes)| (name.as_str(), bytes));
    let files = files.chain(before.envelope.as_ref().map(|bytes| (ENVELOPE, bytes)));
    // The statement comes last: without it the folder says nothing yet.
    for (name, bytes) in files.chain(before.statement.as_ref().map(|bytes| (STATEMENT, bytes))) {
        write_whole(&earlier.join(name), |out| out.write_all(bytes))?;
    }
    Ok(())
}

/// Takes away what vouches for the statement that is there; the first signature goes last.
fn retract(folder: &Path) -> Result<(), BundleError> {
    let mut names: Vec<String> = entries(folder)?.into_keys().collect();
    names.retain(|name| is_signature(name) || name == ENVELOPE);
    names.sort_by_key(|name| name == SIGNATURE);
    for name in names {
        remove(&folder.join(name))?;
    }
    Ok(())
}

pub(super) fn make_folder(folder: &Path) -> Result<(), BundleError> {
    make_synced_folder(folder).map_err(|source| BundleError::Write {
        path: folder.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use std::fs;

    use super::*;
    use crate::bundle::whole_file::beside;

    #[test]
    fn only_what_a_cut_off_signing_left_is_cleared() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("signoff");
        let earlier = folder.join("earlier").join("ab".repeat(32));
        fs::create_dir_all(&earlier).unwrap();
        let left = [
            beside(&folder.join(STATEMENT)),
            beside(&folder.join(SIGNATURE)),
            beside(&earlier.join(ENVELOPE)),
        ];
        for path in &left {
            drop(fs::File::create(path).unwrap());
        }
        drop(fs::File::create(folder.join(".note.part")).unwrap());
        clear_cut_off(dir.path()).unwrap();
        assert!(left.iter().all(|path| !path.exists()));
        let strange = read_signoff(dir.path()).unwrap().strange;
        let strange: Vec<_> = strange.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(strange, ["signoff/.note.part"]);
    }

    #[test]
    fn what_is_replaced_is_kept_and_a_stale_envelope_goes() {
        let dir = tempfile::tempdir().unwrap();
        let first = NewSignoff {
            statement: b"one",
            envelope: Some(b"envelope"),
            signature: b"signature",
            replaces: None,
        };
        write_signoff(dir.path(), first).unwrap();
        write_further(
            dir.path(),
            "statement.json.0123456789abcdef.sig",
            b"x",
            None,
        )
        .unwrap();
        let before = read_signoff(dir.path()).unwrap().signed;
        assert_eq!(before.signatures.len(), 2);
        let sha256 = "cd".repeat(32);
        let second = NewSignoff {
            statement: b"two",
            envelope: None,
            signature: b"other",
            replaces: Some((&before, &sha256)),
        };
        write_signoff(dir.path(), second).unwrap();
        let now = read_signoff(dir.path()).unwrap();
        assert_eq!(now.signed.statement.as_deref(), Some(&b"two"[..]));
        assert_eq!(
            (now.signed.envelope, now.signed.signatures.len()),
            (None, 1)
        );
        assert_eq!(now.earlier.get(&sha256), Some(&before));
        assert_eq!(now.strange, []);
    }
}
