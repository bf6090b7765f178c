//! Reading a bundle back, and telling whether it is what was sealed.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    document::{BundleDocument, FORMAT},
    error::BundleError,
    paths::{BundlePaths, is_bundle_name},
    plain::read_plain,
    seal::{Found, MANIFEST_FORMAT, Manifest, SealedFile, hash_file, survey},
};

use crate::evidence::Refused;

/// More bytes are no bundle, and aren't read to say so: a file full of holes takes no room and hours to read.
const LARGEST_BUNDLE: u64 = 64 << 30;

/// A bundle on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// Where its files are.
    pub paths: BundlePaths,
    /// The facts.
    pub document: BundleDocument,
    /// `bundle.json` as it stands there, with fields that this version doesn't know.
    pub raw: Value,
    /// The seal; `None` when the run was cut off before it.
    pub manifest: Option<Manifest>,
}

/// How a folder differs from what was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The path in the bundle.
    pub path: String,
    /// How it differs.
    pub kind: DifferenceKind,
}

/// The ways in which a file differs from what was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceKind {
    /// Its bytes are others.
    Altered,
    /// It is gone.
    Missing,
    /// It was not there.
    Added,
    /// A link, a pipe or a device stands there.
    NotPlain,
    /// Nothing in a bundle is as large.
    TooLarge,
    /// The manifest gives it a name that no bundle holds: a way out of the folder, or one that other systems take for another's.
    UnfitName,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.kind {
            DifferenceKind::Altered => "altered",
            DifferenceKind::Missing => "missing",
            DifferenceKind::Added => "added after sealing",
            DifferenceKind::NotPlain => "not a plain file",
            DifferenceKind::TooLarge => "larger than anything in a bundle",
            DifferenceKind::UnfitName => "no name that a bundle may hold",
        };
        write!(f, "{}: {how}", self.path.escape_debug())
    }
}

/// Opens a bundle; unknown fields are kept, an unknown format is refused.
pub fn open(dir: &Path) -> Result<Bundle, BundleError> {
    let paths = BundlePaths::new(dir);
    let raw: Value = read_json(&paths.document())?;
    let found = raw.get("format").and_then(Value::as_str).unwrap_or("none");
    if found != FORMAT {
        return Err(BundleError::UnknownFormat {
            path: paths.document(),
            found: found.escape_debug().to_string(),
        });
    }
    let document = BundleDocument::deserialize(&raw).map_err(|source| BundleError::Invalid {
        path: paths.document(),
        source,
    })?;
    Ok(Bundle {
        document,
        raw,
        manifest: read_manifest(&paths)?,
        paths,
    })
}

/// Compares a folder with its manifest, byte by byte; nothing to report means whole.
pub fn check_whole(dir: &Path) -> Result<Vec<Difference>, BundleError> {
    let paths = BundlePaths::new(dir);
    let Some(manifest) = read_manifest(&paths)? else {
        if let Some(mark) = Refused::of(dir) {
            return Err(BundleError::Refused {
                dir: dir.to_owned(),
                why: mark.why,
            });
        }
        return Err(BundleError::NotSealed {
            dir: dir.to_owned(),
        });
    };
    let mut sealed = by_path(&paths.manifest(), &manifest)?;
    // Capitals are unfit, so no two names are one where case doesn't count.
    let unfit = sealed.keys().filter(|path| !is_bundle_name(path));
    let mut differences: Vec<_> = unfit
        .map(|path| Difference {
            path: (*path).to_owned(),
            kind: DifferenceKind::UnfitName,
        })
        .collect();
    let mut room = LARGEST_BUNDLE;
    for (path, found) in survey(dir)? {
        // Whatever is told by its name or its size isn't read.
        let kind = match (found, sealed.remove(path.as_str())) {
            (Found::NotPlain, _) => DifferenceKind::NotPlain,
            (Found::File { .. }, None) => DifferenceKind::Added,
            (Found::File { size }, Some(then)) if size != then.size => DifferenceKind::Altered,
            (Found::File { size }, Some(_)) if size > room => DifferenceKind::TooLarge,
            (Found::File { size }, Some(then)) => {
                room -= size;
                if hash_file(&dir.join(&path), path.clone())? == *then {
                    continue;
                }
                DifferenceKind::Altered
            }
        };
        differences.push(Difference { path, kind });
    }
    differences.extend(sealed.into_keys().map(|path| Difference {
        path: path.to_owned(),
        kind: DifferenceKind::Missing,
    }));
    differences.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(differences)
}

pub(super) fn by_path<'a>(
    path: &Path,
    manifest: &'a Manifest,
) -> Result<BTreeMap<&'a str, &'a SealedFile>, BundleError> {
    let mut files = BTreeMap::new();
    for file in &manifest.files {
        if files.insert(file.path.as_str(), file).is_some() {
            return Err(BundleError::NamedTwice {
                path: path.to_owned(),
                name: file.path.escape_debug().to_string(),
            });
        }
    }
    Ok(files)
}

fn read_manifest(paths: &BundlePaths) -> Result<Option<Manifest>, BundleError> {
    let path = paths.manifest();
    if !paths.is_sealed() {
        return Ok(None);
    }
    let manifest: Manifest = read_json(&path)?;
    if manifest.format == MANIFEST_FORMAT {
        Ok(Some(manifest))
    } else {
        Err(BundleError::UnknownFormat {
            path,
            found: manifest.format.escape_debug().to_string(),
        })
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, BundleError> {
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        let path = path.to_owned();
        return Err(BundleError::NotPlain { path });
    }
    let bytes = read_plain(path).map_err(|source| BundleError::Read {
        path: path.to_owned(),
        source,
    })?;
    serde_json::from_slice(&bytes).map_err(|source| BundleError::Invalid {
        path: path.to_owned(),
        source,
    })
}
