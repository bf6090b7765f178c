//! `signoff/walk.ndjson`: what a reviewer said, appended line by line and on the disk before it is acknowledged.
//!
//! The first line names the manifest that the walk speaks of, so that a walk never counts for another bundle.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    error::BundleError,
    paths::{BundlePaths, SIGNOFF, WALK},
    phone::clear_loose_photos,
    walk::{Walk, WalkEntry},
};
use crate::evidence::{LockedFile, make_synced_folder, sync_folder_of};

const FORMAT: &str = "shippass-walk/1";
/// A line is a sentence and its place; more is no walk.
const LONGEST_LINE: u64 = 256 * 1024;

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    manifest: String,
}

/// A walk that is being written; nobody else can write it meanwhile.
#[derive(Debug)]
pub struct WalkLog {
    file: LockedFile,
    path: PathBuf,
    length: u64,
    walk: Walk,
}

impl WalkLog {
    /// Opens or begins the walk of the bundle whose manifest has that SHA-256 (lower-case hex).
    ///
    /// # Errors
    ///
    /// Another process has it open, it speaks of another manifest, or it can't be read or written.
    pub fn open(dir: &Path, manifest: &str) -> Result<Self, BundleError> {
        let path = BundlePaths::new(dir).walk();
        let failed = write_failed(&path);
        make_synced_folder(&dir.join(SIGNOFF)).map_err(&failed)?;
        refuse_link(&path)?;
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let file = options.open(&path).map_err(&failed)?;
        let file = match LockedFile::lock(file) {
            Ok(file) => file,
            Err(TryLockError::WouldBlock) => return Err(BundleError::InUse { path }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        };
        let (walk, length) = read(&*file, &path, manifest)?;
        let mut log = Self {
            file,
            path,
            length,
            walk,
        };
        log.cut_off_torn_end().map_err(&failed)?;
        clear_loose_photos(dir, &log.walk)?;
        if log.length == 0 {
            log.append_line(&Head {
                format: FORMAT.to_owned(),
                manifest: manifest.to_owned(),
            })?;
            sync_folder_of(&log.path).map_err(failed)?;
        }
        Ok(log)
    }

    /// The walk so far.
    pub fn walk(&self) -> &Walk {
        &self.walk
    }

    /// How long the record of it is, in bytes: it only grows, so the longer one is the newer one.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Keeps an entry: it is on the disk when this returns, or it isn't there at all.
    pub fn append(&mut self, entry: WalkEntry) -> Result<(), BundleError> {
        self.append_line(&entry)?;
        self.walk.take(entry);
        Ok(())
    }

    fn append_line(&mut self, line: &impl Serialize) -> Result<(), BundleError> {
        let mut text = serde_json::to_string(line).map_err(|source| BundleError::Invalid {
            path: self.path.clone(),
            source,
        })?;
        text.push('\n');
        let written = (self.file.write_all(text.as_bytes())).and_then(|()| self.file.sync_data());
        if let Err(source) = written {
            // What can't be acknowledged must not be read later.
            let _ = self.cut_off_torn_end();
            return Err(write_failed(&self.path)(source));
        }
        self.length += text.len() as u64;
        Ok(())
    }

    /// Entries that were never acknowledged end with the last whole line.
    fn cut_off_torn_end(&mut self) -> io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length)).map(drop)
    }
}

/// Reads the walk of the bundle whose manifest has that SHA-256; one that nobody began is empty.
///
/// # Errors
///
/// As for [`WalkLog::open`].
pub fn read_walk(dir: &Path, manifest: &str) -> Result<Walk, BundleError> {
    let path = BundlePaths::new(dir).walk();
    refuse_link(&path)?;
    match File::open(&path) {
        Ok(file) => read(&file, &path, manifest).map(|(walk, _)| walk),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(Walk::default()),
        Err(source) => Err(BundleError::Read { path, source }),
    }
}

/// The walk that these bytes of a log tell, under the same rules.
///
/// # Errors
///
/// It speaks of another manifest, or isn't a walk.
pub fn walk_of(bytes: &[u8], manifest: &str) -> Result<Walk, BundleError> {
    read(bytes, Path::new(WALK), manifest).map(|(walk, _)| walk)
}

/// The manifest that a walk says it speaks of; `None` when nobody began it.
pub(super) fn manifest_of(bytes: &[u8]) -> Result<Option<String>, serde_json::Error> {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let head = end.map(|end| serde_json::from_slice::<Head>(&bytes[..end]));
    Ok(head.transpose()?.map(|head| head.manifest))
}

/// The walk of the whole lines, and where they end.
fn read(file: impl Read, path: &Path, manifest: &str) -> Result<(Walk, u64), BundleError> {
    let unreadable = |source| BundleError::Read {
        path: path.to_owned(),
        source,
    };
    let invalid = |source| BundleError::Invalid {
        path: path.to_owned(),
        source,
    };
    let mut lines = BufReader::new(file);
    let (mut walk, mut length) = (Walk::default(), 0);
    loop {
        let mut line = Vec::new();
        let mut bounded = lines.by_ref().take(LONGEST_LINE);
        let read = bounded.read_until(b'\n', &mut line).map_err(unreadable)?;
        if line.last() != Some(&b'\n') {
            return Ok((walk, length));
        }
        if length == 0 {
            let head: Head = serde_json::from_slice(&line).map_err(invalid)?;
            if head.format != FORMAT {
                return Err(BundleError::UnknownFormat {
                    path: path.to_owned(),
                    found: head.format.escape_debug().to_string(),
                });
            }
            if head.manifest != manifest {
                return Err(BundleError::OtherBundle {
                    path: path.to_owned(),
                });
            }
        } else {
            walk.take(serde_json::from_slice(&line).map_err(invalid)?);
        }
        length += read as u64;
    }
}

fn refuse_link(path: &Path) -> Result<(), BundleError> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => Err(BundleError::NotPlain {
            path: path.to_owned(),
        }),
        _ => Ok(()),
    }
}

fn write_failed(path: &Path) -> impl Fn(io::Error) -> BundleError + use<> {
    let path = path.to_owned();
    move |source| BundleError::Write {
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;
    use crate::{
        bundle::walk::{Said, Surface, Verdict},
        detect::StepRef,
    };

    fn entry(said: Said) -> WalkEntry {
        WalkEntry {
            at: "2026-11-21T12:00:00Z".parse().unwrap(),
            said,
        }
    }

    fn step() -> StepRef {
        StepRef {
            checklist: 0,
            step: "01-open".to_owned(),
        }
    }

    fn confirmed() -> WalkEntry {
        entry(Said::Judged {
            step: step(),
            verdict: Verdict::Confirmed,
        })
    }

    #[test]
    fn what_was_acknowledged_is_read_back_wherever_the_log_was_cut() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = WalkLog::open(dir.path(), "ab").unwrap();
        let path = BundlePaths::new(dir.path()).walk();
        let mut lengths = vec![fs::metadata(&path).unwrap().len()];
        let looked = Said::Looked {
            step: step(),
            on: Surface::Page,
            ms: 900,
        };
        for next in [entry(looked.clone()), entry(looked), confirmed()] {
            log.append(next).unwrap();
            lengths.push(fs::metadata(&path).unwrap().len());
        }
        drop(log);
        let whole = fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            File::create(&path)
                .unwrap()
                .write_all(&whole[..cut])
                .unwrap();
            let lines = lengths.iter().filter(|end| **end <= cut as u64).count();
            let log = WalkLog::open(dir.path(), "ab").unwrap();
            let seen = log.walk().steps.get(&step()).cloned().unwrap_or_default();
            let expected = [0, 0, 900, 1800, 1800][lines];
            assert_eq!(seen.looked_ms, expected, "cut at {cut}");
            assert_eq!(seen.verdict.is_some(), lines == 4, "cut at {cut}");
            drop(log);
            assert_eq!(
                read_walk(dir.path(), "ab").unwrap().steps.len(),
                usize::from(lines > 1)
            );
        }
    }

    #[test]
    fn a_walk_counts_for_its_own_bundle_and_has_one_writer() {
        let dir = tempfile::tempdir().unwrap();
        let first = WalkLog::open(dir.path(), "ab").unwrap();
        let second = WalkLog::open(dir.path(), "ab").unwrap_err();
        assert!(matches!(second, BundleError::InUse { .. }), "{second}");
        drop(first);
        let other = read_walk(dir.path(), "cd").unwrap_err();
        assert!(matches!(other, BundleError::OtherBundle { .. }), "{other}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_walks_place_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(SIGNOFF)).unwrap();
        let path = BundlePaths::new(dir.path()).walk();
        std::os::unix::fs::symlink("/etc/hostname", &path).unwrap();
        assert!(WalkLog::open(dir.path(), "ab").is_err());
        assert!(read_walk(dir.path(), "ab").is_err());
    }
}
