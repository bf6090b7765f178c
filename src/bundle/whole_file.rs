//! Writing a file whole or not at all: beside its place, synced, then renamed onto it.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::error::BundleError;
use crate::evidence::sync_folder_of;

/// Writes a file through a buffer; a reader sees the old file or the new one, never a part.
pub fn write_whole(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), BundleError> {
    write_seekable(path, |out| fill(out))
}

/// The same for what goes back in a file while it is written.
pub(super) fn write_seekable(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), BundleError> {
    stage_seekable(path, fill)?.place()
}

/// Writes a file beside its place and syncs it there: what is left to do needs no more room on the disk.
pub(super) fn stage(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Staged, BundleError> {
    stage_seekable(path, |out| fill(out))
}

fn stage_seekable(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<Staged, BundleError> {
    let staged = Staged {
        beside: beside(path),
        path: path.to_owned(),
    };
    match write_synced(&staged.beside, fill) {
        Ok(()) => Ok(staged),
        Err(source) => Err(staged.failed(source)),
    }
}

/// A whole file that waits beside its place; one that is dropped there is removed.
#[derive(Debug)]
pub(super) struct Staged {
    beside: PathBuf,
    path: PathBuf,
}

impl Staged {
    /// Puts it into its place, over what was there.
    pub(super) fn place(self) -> Result<(), BundleError> {
        fs::rename(&self.beside, &self.path)
            .and_then(|()| sync_folder_of(&self.path))
            .map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> BundleError {
        BundleError::Write {
            path: self.path.clone(),
            source,
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // The error that stopped the writing matters, not one of tidying up after it.
        let _ = fs::remove_file(&self.beside);
    }
}

/// Writes a value as indented JSON, whole or not at all.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), BundleError> {
    stage_json(path, value)?.place()
}

/// Writes a value as indented JSON beside its place.
pub(super) fn stage_json(path: &Path, value: &impl Serialize) -> Result<Staged, BundleError> {
    stage(path, |out| {
        serde_json::to_writer_pretty(&mut *out, value)?;
        out.write_all(b"\n")
    })
}

/// Removes a file for good; one that isn't there is gone already.
pub(super) fn remove(path: &Path) -> Result<(), BundleError> {
    match fs::remove_file(path).and_then(|()| sync_folder_of(path)) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(BundleError::Write {
            path: path.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}

fn write_synced(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    // What a killed run left there is ours, and a link there must not lead the writing elsewhere.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut out = BufWriter::new(File::create_new(path)?);
    fill(&mut out)?;
    out.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()
}

/// The file beside a file: `.bundle.json.part`.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".part");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;

    #[test]
    fn a_failed_writing_leaves_the_old_file_and_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("facts.json");
        write_whole(&path, |out| out.write_all(b"old")).unwrap();

        let error = write_whole(&path, |out| {
            out.write_all(b"half of the n")?;
            Err(io::Error::other("disk full"))
        })
        .unwrap_err();

        assert!(error.to_string().starts_with("cannot write "));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_run_left_beside_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("facts.json");
        drop(File::create(beside(&path)).unwrap());
        write_json(&path, &[1, 2]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"[\n  1,\n  2\n]\n");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
