//! A bundle out of one file that a stranger may have made: everything it says of itself is held against the rules, and
//! against its manifest, before a byte of it is written.

use std::{
    collections::{BTreeMap, HashSet},
    fs::{self, File},
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use zip::{CompressionMethod, ZipArchive, read::ZipFileEntry};

use super::{
    error::BundleError,
    open::{Difference, DifferenceKind, by_path},
    paths::{BundlePaths, MANIFEST, SIGNOFF, is_bundle_name, is_reserved},
    seal::{MANIFEST_FORMAT, Manifest},
};

/// More files than any run writes.
const MOST_FILES: usize = 20_000;
/// How large they may be together, and the zip itself.
const LARGEST: u64 = 2 << 30;
/// A manifest of so many files is smaller.
const LARGEST_MANIFEST: u64 = 16 << 20;
/// A list of so many names is smaller.
const LARGEST_LIST: u32 = 16 << 20;
/// No part of a path is longer, in bytes.
const LONGEST_NAME: usize = 200;
/// A name that is no bundle's is shown up to here, in characters.
const SHOWN: usize = 80;
/// How often the zip's own size may come out of it, where that is more than a little.
const RATIO: u64 = 200;
const A_LITTLE: u64 = 64 << 20;
/// The record that ends a zip without a comment.
const END: usize = 22;

type Archive = ZipArchive<BufReader<File>>;

/// A bundle as somebody named it: a folder, or a zip that was unpacked for as long as this lives.
#[derive(Debug)]
pub struct Opened {
    folder: PathBuf,
    unpacked: Option<TempDir>,
}

impl Opened {
    /// Opens what stands at a path; a zip is unpacked into a folder of its own below the system's for temporary files.
    pub fn at(path: &Path) -> Result<Self, BundleError> {
        if path.is_dir() {
            return Ok(Self {
                folder: path.to_owned(),
                unpacked: None,
            });
        }
        let unpacked = unpack(path)?;
        Ok(Self {
            folder: unpacked.path().to_owned(),
            unpacked: Some(unpacked),
        })
    }

    /// The folder that holds its files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it lies in a zip, so that nothing outside can point at its files.
    pub fn is_packed(&self) -> bool {
        self.unpacked.is_some()
    }
}

/// Whether a file begins as a zip does; a pipe isn't asked, since what is read of it is gone.
pub fn is_zip(path: &Path) -> bool {
    let mut first = [0; 4];
    let is_plain = fs::metadata(path).is_ok_and(|found| found.is_file());
    let mut read = || File::open(path).and_then(|mut file| file.read_exact(&mut first));
    is_plain && read().is_ok() && (first == *b"PK\x03\x04" || first == *b"PK\x05\x06")
}

fn unpack(path: &Path) -> Result<TempDir, BundleError> {
    let checked = Checked::look_at(path)?;
    let folder = tempfile::tempdir().map_err(|source| BundleError::Write {
        path: std::env::temp_dir(),
        source,
    })?;
    checked.write_to(folder.path())?;
    Ok(folder)
}

/// A zip that keeps the rules and holds what its manifest names. Nothing of it is written yet.
pub(super) struct Checked<'a> {
    path: &'a Path,
    archive: Archive,
    sizes: BTreeMap<String, u64>,
}

impl<'a> Checked<'a> {
    /// Holds a zip against the rules and its own manifest.
    pub(super) fn look_at(path: &'a Path) -> Result<Self, BundleError> {
        let refused = |why: String| BundleError::UnfitZip {
            path: path.to_owned(),
            why,
        };
        let unreadable = |source| BundleError::Read {
            path: path.to_owned(),
            source,
        };
        fs::metadata(path).map_err(unreadable)?;
        if !is_zip(path) {
            return Err(refused("it is neither a folder nor a zip".to_owned()));
        }
        let mut file = File::open(path).map_err(unreadable)?;
        look_at_its_end(&mut file).map_err(refused)?;
        let mut archive =
            ZipArchive::new(BufReader::new(file)).map_err(|error| refused(error.to_string()))?;
        let sizes = look_at_its_list(&mut archive).map_err(refused)?;
        hold_against_its_manifest(&mut archive, &sizes, path)?;
        Ok(Self {
            path,
            archive,
            sizes,
        })
    }

    /// Writes all of its files into an empty folder.
    pub(super) fn write_to(mut self, folder: &Path) -> Result<(), BundleError> {
        for (name, size) in &self.sizes {
            let written = write_out(&mut self.archive, (name, *size), folder);
            written.map_err(|source| match source.kind() {
                // A damaged file is the zip's fault, not the disk's.
                io::ErrorKind::InvalidData
                | io::ErrorKind::UnexpectedEof
                | io::ErrorKind::InvalidInput => {
                    altered(self.path, vec![differs(name, DifferenceKind::Altered)])
                }
                _ => BundleError::Write {
                    path: folder.join(name),
                    source,
                },
            })?;
        }
        Ok(())
    }
}

fn altered(zip: &Path, differences: Vec<Difference>) -> BundleError {
    BundleError::Altered {
        dir: zip.to_owned(),
        differences,
    }
}

fn differs(name: &str, kind: DifferenceKind) -> Difference {
    Difference {
        path: name.to_owned(),
        kind,
    }
}

/// The record at its end says how long the list of names is: a list that is too long isn't even read.
fn look_at_its_end(file: &mut File) -> Result<(), String> {
    let mut end = [0; END];
    let mut read = || -> io::Result<u64> {
        let size = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(size.saturating_sub(END as u64)))?;
        file.read_exact(&mut end)?;
        file.rewind()?;
        Ok(size)
    };
    let size = read().map_err(|_| "it breaks off".to_owned())?;
    if size > LARGEST {
        return Err("it is larger than 2 GiB".to_owned());
    }
    if !end.starts_with(b"PK\x05\x06") || end[END - 2..] != [0, 0] {
        return Err("it breaks off, or something stands behind its end".to_owned());
    }
    let files = u16::from_le_bytes([end[10], end[11]]);
    let [list, start] =
        [12, 16].map(|at| u32::from_le_bytes([end[at], end[at + 1], end[at + 2], end[at + 3]]));
    if usize::from(files) > MOST_FILES || list > LARGEST_LIST {
        return Err(format!("it holds more than {MOST_FILES} files"));
    }
    // Where anything stands in between, another reader may find another list.
    if u64::from(start) + u64::from(list) + END as u64 != size {
        return Err("its list of files isn't where its end says".to_owned());
    }
    Ok(())
}

/// The names in it with their sizes; refuses the first that no bundle holds.
fn look_at_its_list(archive: &mut Archive) -> Result<BTreeMap<String, u64>, String> {
    if archive.offset() != 0 {
        return Err("something stands before its beginning".to_owned());
    }
    if archive.len() > MOST_FILES {
        return Err(format!("it holds more than {MOST_FILES} files"));
    }
    let mut sizes = BTreeMap::new();
    let (mut whole, mut pressed) = (0_u64, 0_u64);
    for index in 0..archive.len() {
        let entry = archive
            .by_index_data(index)
            .map_err(|error| error.to_string())?;
        let name = fit_name(&entry)?;
        whole = whole.saturating_add(entry.size());
        pressed = pressed.saturating_add(entry.compressed_size());
        sizes.insert(name, entry.size());
    }
    if whole > LARGEST {
        return Err("more than 2 GiB would come out of it".to_owned());
    }
    if whole > A_LITTLE && whole > pressed.saturating_mul(RATIO) {
        return Err(format!(
            "more than {RATIO} times its size would come out of it"
        ));
    }
    // Two readers must not see two bundles: no name twice, nothing that overlaps or that the list leaves out.
    archive
        .validate_header_consistency()
        .map_err(|error| error.to_string())?;
    let names: HashSet<_> = sizes.keys().map(String::as_str).collect();
    let below_a_file = names.iter().find(|name| {
        let mut above = name.match_indices('/').map(|(at, _)| &name[..at]);
        above.any(|above| names.contains(above))
    });
    match below_a_file {
        Some(name) => Err(format!("`{name}` lies below a file")),
        None => Ok(sizes),
    }
}

fn fit_name(entry: &ZipFileEntry<'_>) -> Result<String, String> {
    let name = String::from_utf8_lossy(entry.name_raw());
    let shown: String = name.escape_debug().take(SHOWN).collect();
    let refuse = |why: &str| Err(format!("`{shown}` {why}"));
    let name = match std::str::from_utf8(entry.name_raw()) {
        Ok(name) if is_bundle_name(name) && !name.split('/').any(is_foreign) => name,
        _ => return refuse("is no name that a bundle holds"),
    };
    // The file's type in Unix modes; some tools leave it out.
    let kind = entry.unix_mode().unwrap_or_default() & 0o170_000;
    if !matches!(kind, 0 | 0o100_000) || !entry.is_file() {
        return refuse("is not a plain file");
    }
    if entry.encrypted() {
        return refuse("is encrypted");
    }
    match entry.compression() {
        CompressionMethod::Stored | CompressionMethod::Deflated => Ok(name.to_owned()),
        _ => refuse("is packed in a way that isn't read here"),
    }
}

/// Names that Windows takes for a device, or for another file's, and those that are too long for any system.
fn is_foreign(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or_default();
    is_reserved(stem) || segment.ends_with('.') || segment.len() > LONGEST_NAME
}

/// It holds what its manifest names, the manifest and a sign-off; nothing more and nothing less.
fn hold_against_its_manifest(
    archive: &mut Archive,
    sizes: &BTreeMap<String, u64>,
    path: &Path,
) -> Result<(), BundleError> {
    let refused = |why: String| BundleError::UnfitZip {
        path: path.to_owned(),
        why,
    };
    match sizes.get(MANIFEST) {
        None => return Err(refused("there is no manifest.json in it".to_owned())),
        Some(size) if *size > LARGEST_MANIFEST => {
            return Err(refused("its manifest.json is too large".to_owned()));
        }
        Some(_) => {}
    }
    let mut bytes = Vec::new();
    let entry = archive
        .by_name(MANIFEST)
        .map_err(|error| refused(error.to_string()))?;
    let read = entry.take(LARGEST_MANIFEST + 1).read_to_end(&mut bytes);
    read.map_err(|_| altered(path, vec![differs(MANIFEST, DifferenceKind::Altered)]))?;
    let invalid = |source| BundleError::Invalid {
        path: path.join(MANIFEST),
        source,
    };
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(invalid)?;
    if manifest.format != MANIFEST_FORMAT {
        return Err(BundleError::UnknownFormat {
            path: path.join(MANIFEST),
            found: manifest.format.escape_debug().to_string(),
        });
    }
    let mut sealed = by_path(&path.join(MANIFEST), &manifest)?;
    let mut differences = Vec::new();
    for (name, size) in sizes {
        match sealed.remove(name.as_str()) {
            Some(file) if file.size == *size => {}
            Some(_) => differences.push(differs(name, DifferenceKind::Altered)),
            None if name == MANIFEST || name.starts_with(&format!("{SIGNOFF}/")) => {}
            None => differences.push(differs(name, DifferenceKind::Added)),
        }
    }
    let missing = sealed.into_keys();
    differences.extend(missing.map(|name| differs(name, DifferenceKind::Missing)));
    if differences.is_empty() {
        return Ok(());
    }
    Err(altered(path, differences))
}

fn write_out(archive: &mut Archive, (name, size): (&str, u64), folder: &Path) -> io::Result<()> {
    let refused = || io::Error::new(io::ErrorKind::InvalidInput, "no name of a bundle");
    let place = BundlePaths::new(folder).inside(name).ok_or_else(refused)?;
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut out = File::create_new(&place)?;
    // One byte more than it should be is enough to know.
    let written = io::copy(&mut archive.by_name(name)?.take(size + 1), &mut out)?;
    if written == size {
        Ok(())
    } else {
        let why = format!("{written} bytes come out of it, and it says {size}");
        Err(io::Error::new(io::ErrorKind::InvalidData, why))
    }
}
