//! The files of a sign-off: read as bytes, known by their names; what has no business there is told.

use std::{
    collections::BTreeMap,
    fs::{self, DirEntry},
    io,
    path::Path,
};

use super::{
    digest::hex_sha256,
    error::BundleError,
    open::{Difference, DifferenceKind},
    paths::{EARLIER, ENVELOPE, PHONE, SIGNATURE, SIGNOFF, STATEMENT, WALK},
    plain::{LARGEST, read_plain},
    seal::hash_file,
};

const KEY_DIGITS: usize = 16;

/// A statement with what vouches for it, byte for byte.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignedFiles {
    /// `statement.json`.
    pub statement: Option<Vec<u8>>,
    /// Every signature by its file's name.
    pub signatures: BTreeMap<String, Vec<u8>>,
    /// `statement.dsse.json`.
    pub envelope: Option<Vec<u8>>,
}

/// Everything in the folder of the sign-off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignoffFiles {
    /// What counts.
    pub signed: SignedFiles,
    /// What was replaced, by the SHA-256 that names its folder.
    pub earlier: BTreeMap<String, SignedFiles>,
    /// `walk.ndjson`.
    pub walk: Option<Vec<u8>>,
    /// SHA-256 of each photo by its path in the bundle.
    pub photos: BTreeMap<String, String>,
    /// What a signing or a phone left that was cut off: paths in the bundle.
    pub cut_off: Vec<String>,
    /// What has no business there.
    pub strange: Vec<Difference>,
}

/// Reads the sign-off of a bundle; follows no link. One that nobody began is empty.
pub fn read_signoff(dir: &Path) -> Result<SignoffFiles, BundleError> {
    let mut files = SignoffFiles::default();
    let folder = dir.join(SIGNOFF);
    match fs::symlink_metadata(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        Ok(found) if !found.is_dir() => {
            files.refuse(SIGNOFF, DifferenceKind::NotPlain);
            return Ok(files);
        }
        _ => {}
    }
    for (name, entry) in entries(&folder)? {
        let path = format!("{SIGNOFF}/{name}");
        match (name.as_str(), kind_of(&entry)) {
            (PHONE, Kind::Folder) => files.take_photos(&entry.path(), &path)?,
            (EARLIER, Kind::Folder) => files.take_earlier(&entry.path(), &path)?,
            (WALK, Kind::File) => files.walk = Some(read(&entry.path())?),
            (_, Kind::File) if files.signed.take(&name, &entry.path())? => {}
            (_, Kind::File) if is_cut_off(&name) => files.cut_off.push(path),
            (_, kind) => files.refuse(&path, kind.why()),
        }
    }
    Ok(files)
}

impl SignoffFiles {
    /// Whether a newer sign-off was about to take this one's place, and that was cut off.
    pub fn is_being_replaced(&self) -> bool {
        let statement = self.signed.statement.as_deref();
        statement.is_some_and(|bytes| self.earlier.contains_key(&hex_sha256(bytes)))
    }

    fn refuse(&mut self, path: &str, kind: DifferenceKind) {
        self.strange.push(Difference {
            path: path.to_owned(),
            kind,
        });
    }

    fn take_photos(&mut self, folder: &Path, path: &str) -> Result<(), BundleError> {
        for (name, entry) in entries(folder)? {
            let path = format!("{path}/{name}");
            match kind_of(&entry) {
                Kind::File if is_cut_off(&name) => self.cut_off.push(path),
                // No phone's photo is as large; a hole could be, and take hours to read.
                Kind::File if is_larger_than_any(&entry) => {
                    self.refuse(&path, DifferenceKind::TooLarge);
                }
                Kind::File => {
                    let file = hash_file(&entry.path(), path)?;
                    self.photos.insert(file.path, file.sha256);
                }
                kind => self.refuse(&path, kind.why()),
            }
        }
        Ok(())
    }

    fn take_earlier(&mut self, folder: &Path, path: &str) -> Result<(), BundleError> {
        for (name, entry) in entries(folder)? {
            let path = format!("{path}/{name}");
            if !is_hex(&name, 64) || kind_of(&entry) != Kind::Folder {
                self.refuse(&path, kind_of(&entry).why());
                continue;
            }
            let mut signed = SignedFiles::default();
            for (name, entry) in entries(&entry.path())? {
                let path = format!("{path}/{name}");
                match kind_of(&entry) {
                    Kind::File if signed.take(&name, &entry.path())? => {}
                    Kind::File if is_cut_off(&name) => self.cut_off.push(path),
                    kind => self.refuse(&path, kind.why()),
                }
            }
            self.earlier.insert(name, signed);
        }
        Ok(())
    }
}

impl SignedFiles {
    /// Reads a file of a known name; answers whether it is one.
    fn take(&mut self, name: &str, path: &Path) -> Result<bool, BundleError> {
        match name {
            STATEMENT => self.statement = Some(read(path)?),
            ENVELOPE => self.envelope = Some(read(path)?),
            _ if is_signature(name) => {
                self.signatures.insert(name.to_owned(), read(path)?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The name of a further signature, from the SHA-256 of its public key in hex.
pub fn further_signature(key: &str) -> String {
    let short = key.get(..KEY_DIGITS).unwrap_or(key);
    format!("{STATEMENT}.{short}.sig")
}

/// Whether a file is one that was still being written: `.statement.json.part`, or a photo.
fn is_cut_off(name: &str) -> bool {
    let of = name
        .strip_prefix('.')
        .and_then(|name| name.strip_suffix(".part"));
    let is_photo = |name: &str| {
        name.strip_suffix(".jpg")
            .is_some_and(|stem| is_hex(stem, 64))
    };
    of.is_some_and(|name| {
        matches!(name, STATEMENT | ENVELOPE) || is_signature(name) || is_photo(name)
    })
}

/// Whether a file of that name is a signature.
pub(super) fn is_signature(name: &str) -> bool {
    name == SIGNATURE || key_of(name).is_some()
}

/// The key in the name of a further signature.
fn key_of(name: &str) -> Option<&str> {
    let key = name.strip_prefix(STATEMENT)?.strip_prefix('.')?;
    key.strip_suffix(".sig")
        .filter(|key| is_hex(key, KEY_DIGITS))
}

pub(super) fn is_hex(text: &str, length: usize) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == length && text.bytes().all(is_digit)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Other,
}

impl Kind {
    /// Why something of this kind is refused where it has no known name.
    fn why(self) -> DifferenceKind {
        match self {
            Self::File | Self::Folder => DifferenceKind::Added,
            Self::Other => DifferenceKind::NotPlain,
        }
    }
}

fn kind_of(entry: &DirEntry) -> Kind {
    match entry.file_type() {
        Ok(kind) if kind.is_file() => Kind::File,
        Ok(kind) if kind.is_dir() => Kind::Folder,
        _ => Kind::Other,
    }
}

fn is_larger_than_any(entry: &DirEntry) -> bool {
    entry.metadata().is_ok_and(|found| found.len() > LARGEST)
}

/// The entries of a folder by name.
pub(super) fn entries(folder: &Path) -> Result<BTreeMap<String, DirEntry>, BundleError> {
    let unreadable = |source| BundleError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Ok(name) = entry.file_name().into_string() else {
            return Err(BundleError::UnfitName { path: entry.path() });
        };
        found.insert(name, entry);
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Vec<u8>, BundleError> {
    read_plain(path).map_err(|source| BundleError::Read {
        path: path.to_owned(),
        source,
    })
}
