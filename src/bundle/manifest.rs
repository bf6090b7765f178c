//! `manifest.json`: path, SHA-256 and size of every file, sorted; what a signature covers.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{error::BundleError, paths, write::write_whole};

/// Every file of a bundle but the manifest itself and the sign-off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The files, sorted by path.
    pub files: Vec<ManifestEntry>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestEntry {
    /// Its path, `/` between folders.
    pub path: String,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// How a folder differs from its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The file has other bytes.
    Altered(String),
    /// The file is gone.
    Missing(String),
    /// The file isn't in the manifest.
    Added(String),
}

/// Writes the manifest over all that stands in the folder.
pub fn write_manifest(folder: &Path) -> Result<Manifest, BundleError> {
    let manifest = Manifest {
        files: list(folder)?,
    };
    write_whole(folder, paths::MANIFEST, |out| {
        serde_json::to_writer_pretty(&mut *out, &manifest).map_err(io::Error::from)?;
        out.write_all(b"\n")
    })?;
    Ok(manifest)
}

/// Compares the folder with its manifest, in both directions.
pub fn check_whole(folder: &Path) -> Result<Vec<Difference>, BundleError> {
    let path = folder.join(paths::MANIFEST);
    let failed = |source| BundleError::Io {
        what: "read",
        path: path.clone(),
        source,
    };
    let text = std::fs::read_to_string(&path).map_err(failed)?;
    let manifest: Manifest =
        serde_json::from_str(&text).map_err(|error| BundleError::Unreadable {
            path: path.clone(),
            why: error.to_string(),
        })?;
    let mut there: BTreeMap<_, _> = list(folder)?
        .into_iter()
        .map(|entry| (entry.path, (entry.sha256, entry.size)))
        .collect();
    let mut differences = Vec::new();
    for entry in manifest.files {
        match there.remove(&entry.path) {
            None => differences.push(Difference::Missing(entry.path)),
            Some(now) if now != (entry.sha256, entry.size) => {
                differences.push(Difference::Altered(entry.path));
            }
            Some(_) => {}
        }
    }
    differences.extend(there.into_keys().map(Difference::Added));
    Ok(differences)
}

fn list(folder: &Path) -> Result<Vec<ManifestEntry>, BundleError> {
    let mut entries = Vec::new();
    collect(folder, "", &mut entries)?;
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(entries)
}

fn collect(
    folder: &Path,
    prefix: &str,
    entries: &mut Vec<ManifestEntry>,
) -> Result<(), BundleError> {
    let failed = |source| BundleError::Io {
        what: "read",
        path: folder.to_path_buf(),
        source,
    };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(failed)?;
        let path = entry.path();
        if prefix.is_empty() && (name == paths::MANIFEST || name == paths::SIGNOFF) {
            continue;
        }
        if kind.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), entries)?;
        } else if kind.is_file() {
            let (sha256, size) = hash_file(&path).map_err(|source| BundleError::Io {
                what: "read",
                path: path.clone(),
                source,
            })?;
            entries.push(ManifestEntry {
                path: format!("{prefix}{name}"),
                sha256,
                size,
            });
        } else {
            return Err(BundleError::NotAFile { path });
        }
    }
    Ok(())
}

/// Hashes without holding the file in memory.
fn hash_file(path: &Path) -> io::Result<(String, u64)> {
    use std::fmt::Write as _;
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    let mut size = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        size += read as u64;
    }
    let mut hex = String::with_capacity(64);
    for byte in hasher.finalize() {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok((hex, size))
}
