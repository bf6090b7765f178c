//! A zip unpacked beside itself for good, so that what a reviewer says of it has a place to stay.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    error::BundleError,
    open::check_whole,
    plain::manifest_sha256,
    signoff_files::{SignedFiles, SignoffFiles, read_signoff},
    unpack::{Checked, Opened},
    whole_file::beside,
};
use crate::evidence::{sync_below, sync_folder_of};

/// The folder beside a zip that holds what was in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// `01k9xq` beside `01k9xq.zip`.
    pub folder: PathBuf,
    /// Whether it wasn't there before.
    pub is_new: bool,
}

/// Unpacks a zip beside itself, whole or not at all; where that was done before, what stands there is taken as it is.
///
/// # Errors
///
/// It isn't a bundle in a zip, its folder's place holds something else or lacks a word that is in the zip, or it can't
/// be written.
pub fn unpack_beside(zip: &Path) -> Result<Beside, BundleError> {
    let folder = folder_beside(zip);
    match fs::symlink_metadata(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            unpack_anew(zip, &folder)?;
            Ok(Beside {
                folder,
                is_new: true,
            })
        }
        Err(source) => Err(BundleError::Read {
            path: folder,
            source,
        }),
        Ok(found) => {
            let opened = Opened::at(zip)?;
            let why = if found.is_dir() {
                why_apart(opened.folder(), &folder)?
            } else {
                Some("it is no folder")
            };
            match why {
                Some(why) => Err(BundleError::Occupied {
                    zip: zip.to_owned(),
                    folder,
                    why,
                }),
                None => Ok(Beside {
                    folder,
                    is_new: false,
                }),
            }
        }
    }
}

/// `01k9xq.zip` is unpacked to `01k9xq`.
fn folder_beside(zip: &Path) -> PathBuf {
    let is_named_so = |it: &std::ffi::OsStr| it.eq_ignore_ascii_case("zip");
    if zip.extension().is_some_and(is_named_so) {
        return zip.with_extension("");
    }
    let mut name = zip.file_name().unwrap_or_default().to_owned();
    name.push("-unpacked");
    zip.with_file_name(name)
}

/// Everything is on the disk, and is what was sealed, before it gets its name.
fn unpack_anew(zip: &Path, folder: &Path) -> Result<(), BundleError> {
    let checked = Checked::look_at(zip)?;
    let part = Part::new(beside(folder))?;
    checked.write_to(&part.0)?;
    let differences = check_whole(&part.0)?;
    if !differences.is_empty() {
        return Err(BundleError::Altered {
            dir: zip.to_owned(),
            differences,
        });
    }
    let placed = sync_below(&part.0)
        .and_then(|()| fs::rename(&part.0, folder))
        .and_then(|()| sync_folder_of(folder));
    placed.map_err(|source| BundleError::Write {
        path: folder.to_owned(),
        source,
    })
}

/// A folder that is just being filled: gone when that ends before it gets its name.
struct Part(PathBuf);

impl Part {
    fn new(path: PathBuf) -> Result<Self, BundleError> {
        // What a killed unpacking left there is ours.
        let made = match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => fs::create_dir(&path),
        };
        match made {
            Ok(()) => Ok(Self(path)),
            Err(source) => Err(BundleError::Write { path, source }),
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // The error that stopped the unpacking matters, not one of tidying up after it.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Why a folder isn't one that goes on where the unpacked zip ends.
fn why_apart(unpacked: &Path, folder: &Path) -> Result<Option<&'static str>, BundleError> {
    let is_same = match (manifest_sha256(unpacked), manifest_sha256(folder)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    };
    if !is_same {
        return Ok(Some("it doesn't hold the same bundle"));
    }
    let (then, now) = (read_signoff(unpacked)?, read_signoff(folder)?);
    Ok((!goes_on_from(&then, &now)).then_some("it lacks what was said or signed in the zip"))
}

/// Whether every word of one sign-off is in the other, which may hold more.
fn goes_on_from(then: &SignoffFiles, now: &SignoffFiles) -> bool {
    let said = |files: &SignoffFiles| {
        let walk = files.walk.clone().unwrap_or_default();
        // What breaks off was never acknowledged.
        let end = walk.iter().rposition(|byte| *byte == b'\n');
        walk[..end.map_or(0, |end| end + 1)].to_vec()
    };
    let kept: Vec<_> = now.earlier.values().chain([&now.signed]).collect();
    let mut signed = then.earlier.values().chain([&then.signed]);
    let mut photos = then.photos.iter();
    said(now).starts_with(&said(then))
        && signed.all(|was| kept.iter().any(|is| holds(is, was)))
        && photos.all(|(path, sha256)| now.photos.get(path) == Some(sha256))
}

/// Whether one holds the other's statement with all of its signatures.
fn holds(is: &SignedFiles, was: &SignedFiles) -> bool {
    let mut signatures = was.signatures.iter();
    was.statement.is_none()
        || is.statement == was.statement
            && signatures.all(|(name, bytes)| is.signatures.get(name) == Some(bytes))
}
