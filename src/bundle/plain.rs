//! Opening what a stranger may have laid there: a plain file, no more of it than is wanted, and never a wait.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use super::{digest::hex_sha256, error::BundleError, paths::BundlePaths};

/// More is no picture, no body and no list of facts, and isn't read at once.
pub(super) const LARGEST: u64 = 64 << 20;

/// Opens a plain file; a link could lead anywhere, and opening a pipe would wait for good.
pub(super) fn open_plain(path: &Path) -> io::Result<File> {
    let refused = || io::Error::new(io::ErrorKind::InvalidInput, "not a plain file");
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(refused());
    }
    let file = File::open(path)?;
    // Whatever took its place meanwhile.
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(refused())
    }
}

/// Reads a plain file that isn't larger than anything that belongs there.
pub(super) fn read_plain(path: &Path) -> io::Result<Vec<u8>> {
    read_bounded(open_plain(path)?)
}

/// Reads what was opened, as long as it ends.
pub(super) fn read_bounded(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        let why = format!("it is larger than {} MiB", LARGEST >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

/// SHA-256 of the manifest's bytes, in hex.
///
/// # Errors
///
/// There is no plain file of that name, or it can't be read.
pub fn manifest_sha256(dir: &Path) -> Result<String, BundleError> {
    let path = BundlePaths::new(dir).manifest();
    let bytes = read_plain(&path).map_err(|source| BundleError::Read { path, source })?;
    Ok(hex_sha256(&bytes))
}
