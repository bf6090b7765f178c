//! What the manifest names, read as long as its bytes are the sealed ones.

use std::{collections::HashMap, io};

use crate::bundle::{Bundle, BundlePaths, SealedFile};
use crate::evidence::hex_sha256;

/// The sealed files of a bundle.
pub(super) struct Sealed {
    paths: BundlePaths,
    files: HashMap<String, SealedFile>,
}

impl Sealed {
    pub(super) fn new(bundle: &Bundle) -> Self {
        let manifest = bundle.manifest.iter().flat_map(|manifest| &manifest.files);
        Self {
            paths: bundle.paths.clone(),
            files: manifest
                .map(|file| (file.path.clone(), file.clone()))
                .collect(),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// SHA-256 of a file, as the manifest says it.
    pub(super) fn digest(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(|file| file.sha256.as_str())
    }

    /// The bytes of a file.
    pub(super) fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let sealed = self.files.get(name).ok_or(io::ErrorKind::NotFound)?;
        let bytes = self.paths.read(name)?;
        if bytes.len() as u64 == sealed.size && hex_sha256(&bytes) == sealed.sha256 {
            Ok(bytes)
        } else {
            let why = "it was altered after it was sealed";
            Err(io::Error::new(io::ErrorKind::InvalidData, why))
        }
    }
}
