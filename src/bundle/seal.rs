//! The seal: the report, then the manifest over every file of the folder.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    digest::hex,
    error::BundleError,
    paths::{BundlePaths, MANIFEST, SIGNOFF},
    plain::open_plain,
    whole_file::{write_json, write_whole},
};

use crate::evidence::{REFUSED, Refused};

pub(super) const MANIFEST_FORMAT: &str = "shippass-manifest/1";

/// The whole of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `shippass-manifest/1`.
    pub format: String,
    /// Every file of the bundle but this one and the sign-off, sorted by path.
    pub files: Vec<SealedFile>,
}

/// A file of a sealed bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedFile {
    /// Its path in the bundle, with `/` between folders.
    pub path: String,
    /// SHA-256 of its bytes, in lower-case hex.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
}

/// What stands at a path of the folder.
pub(super) enum Found {
    /// A plain file.
    File {
        /// In bytes.
        size: u64,
    },
    /// A link, a pipe, a device: never part of a bundle.
    NotPlain,
}

/// Writes `report.html`; the report goes to disk as it is made.
pub fn write_report(
    dir: &Path,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), BundleError> {
    write_whole(&BundlePaths::new(dir).report(), render)
}

/// Writes `manifest.json` over every file of the folder; refuses what isn't a plain file.
pub fn write_manifest(dir: &Path) -> Result<Manifest, BundleError> {
    let mut files = Vec::new();
    for (path, found) in survey(dir)? {
        match found {
            Found::File { .. } => files.push(hash_file(&dir.join(&path), path)?),
            Found::NotPlain => {
                return Err(BundleError::NotPlain {
                    path: dir.join(path),
                });
            }
        }
    }
    let manifest = Manifest {
        format: MANIFEST_FORMAT.to_owned(),
        files,
    };
    write_json(&BundlePaths::new(dir).manifest(), &manifest)?;
    Ok(manifest)
}

/// Marks a folder in which a known secret stands, so that nothing is made of it by any other command either.
pub fn refuse(dir: &Path, why: String) -> Result<(), BundleError> {
    write_json(&dir.join(REFUSED), &Refused::new(why))
}

/// Writes the report, then the manifest.
pub fn seal(dir: &Path, report_html: &str) -> Result<Manifest, BundleError> {
    write_report(dir, |out| out.write_all(report_html.as_bytes()))?;
    write_manifest(dir)
}

/// Everything in the folder but the manifest and the sign-off, sorted by path.
pub(super) fn survey(dir: &Path) -> Result<BTreeMap<String, Found>, BundleError> {
    let mut found = BTreeMap::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let place = dir.join(&folder);
        let unreadable = |source| BundleError::Read {
            path: place.clone(),
            source,
        };
        for entry in fs::read_dir(&place).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let Ok(name) = entry.file_name().into_string() else {
                return Err(BundleError::UnfitName { path: entry.path() });
            };
            let name = format!("{folder}{name}");
            let kind = entry.file_type().map_err(unreadable)?;
            if name == MANIFEST && kind.is_file() || name == SIGNOFF && kind.is_dir() {
                continue;
            }
            if kind.is_dir() {
                folders.push(name + "/");
            } else if kind.is_file() {
                let size = entry.metadata().map_err(unreadable)?.len();
                found.insert(name, Found::File { size });
            } else {
                found.insert(name, Found::NotPlain);
            }
        }
    }
    Ok(found)
}

pub(super) fn hash_file(path: &Path, name: String) -> Result<SealedFile, BundleError> {
    let hash = || -> io::Result<(String, u64)> {
        let mut file = open_plain(path)?;
        let mut hasher = Sha256::new();
        let mut size = 0;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok((hex(&hasher.finalize()), size));
            }
            hasher.update(&buffer[..read]);
            size += read as u64;
        }
    };
    let (sha256, size) = hash().map_err(|source| BundleError::Read {
        path: path.to_owned(),
        source,
    })?;
    Ok(SealedFile {
        path: name,
        sha256,
        size,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;
    use std::fs::File;

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("screens/a")).unwrap();
        fs::create_dir(dir.path().join(SIGNOFF)).unwrap();
        for name in ["screens/a/01.jpg", "bundle.json", "signoff/statement.json"] {
            File::create_new(dir.path().join(name)).unwrap();
        }
        dir
    }

    #[test]
    fn the_manifest_names_every_file_but_itself_and_the_sign_off() {
        let dir = folder();
        let manifest = seal(dir.path(), "<!doctype html>").unwrap();
        let names: Vec<_> = manifest.files.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(names, ["bundle.json", "report.html", "screens/a/01.jpg"]);
        assert_eq!(
            manifest.files[0].sha256,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!((manifest.files[0].size, manifest.files[1].size), (0, 15));
        // Sealing twice gives the same: the manifest is no part of what it names.
        assert_eq!(write_manifest(dir.path()).unwrap(), manifest);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_refused_wherever_it_leads() {
        for target in ["bundle.json", "/", "nowhere"] {
            let dir = folder();
            std::os::unix::fs::symlink(target, dir.path().join("screens/link")).unwrap();
            let error = write_manifest(dir.path()).unwrap_err();
            assert!(matches!(error, BundleError::NotPlain { .. }), "{error}");
            assert!(!dir.path().join(MANIFEST).exists());
        }
    }
}
