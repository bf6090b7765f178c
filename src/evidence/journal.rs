//! `journal.ndjson`: append-only, hash-chained; what is in it survives a kill.
//!
//! A line is `<sha256 of the rest> {"n":…,"prev":"<sha256 of the line before>","ev":{…}}`.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{BufRead, BufReader, Read as _, Seek, SeekFrom, Write},
    ops::Range,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    digest::hex_sha256, error::EvidenceError, event::RunEvent, locked_file::LockedFile,
    refusal::refuse_refused, synced::sync_folder_of,
};

/// The journal's name in a bundle.
pub const JOURNAL: &str = "journal.ndjson";
/// The format, in the first record.
const FORMAT: &str = "shippass-journal/1";
/// Where the end of a journal goes that was torn by a kill.
const TORN: &str = "journal.torn";
/// No record is longer: the first one may hold every contract, and none of them is larger than 8 MiB.
const LONGEST_RECORD: u64 = 256 << 20;

#[derive(Serialize)]
struct Written<'e> {
    n: u64,
    prev: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    ev: &'e serde_json::Value,
}

#[derive(Deserialize)]
struct Read {
    n: u64,
    prev: String,
    format: Option<String>,
    ev: RunEvent,
}

/// A journal that is being written.
#[derive(Debug)]
pub(super) struct Journal {
    file: LockedFile,
    path: PathBuf,
    next: u64,
    head: String,
    /// Where the last whole record ends.
    length: u64,
    is_broken: bool,
}

impl Journal {
    /// Begins a new journal; an existing one is an error.
    pub(super) fn create(folder: &Path) -> Result<Self, EvidenceError> {
        let path = folder.join(JOURNAL);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = lock(file.map_err(|source| failed("make", &path, source))?, &path)?;
        sync_folder_of(&path).map_err(|source| failed("make", &path, source))?;
        Ok(Self {
            file,
            path,
            next: 0,
            head: String::new(),
            length: 0,
            is_broken: false,
        })
    }

    /// Goes on with a journal after its last whole record. What is torn behind it is kept beside it.
    ///
    /// # Errors
    ///
    /// Another process is writing it, or it can't be read or written.
    pub(super) fn reopen(folder: &Path) -> Result<Self, EvidenceError> {
        let path = folder.join(JOURNAL);
        let file = OpenOptions::new().read(true).append(true).open(&path);
        let file = lock(file.map_err(|source| failed("read", &path, source))?, &path)?;
        let mut whole = JournalReader::open(folder)?;
        whole.by_ref().for_each(drop);
        whole.close()?;
        let mut journal = Self {
            file,
            path,
            next: whole.next,
            head: whole.head,
            length: whole.length,
            is_broken: false,
        };
        let unwritable = |source| failed("write", &journal.path, source);
        keep_torn_end(&mut journal.file, journal.length, folder).map_err(unwritable)?;
        Ok(journal)
    }

    /// Writes a record; on an error nothing of it stays and nothing more can be written.
    pub(super) fn append(&mut self, event: &serde_json::Value) -> Result<(), EvidenceError> {
        if self.is_broken {
            return Err(EvidenceError::Lost(
                "the journal broke off earlier".to_owned(),
            ));
        }
        let record = Written {
            n: self.next,
            prev: &self.head,
            format: (self.next == 0).then_some(FORMAT),
            ev: event,
        };
        let text = serde_json::to_string(&record)
            .map_err(|error| EvidenceError::Lost(error.to_string()))?;
        let hash = hex_sha256(text.as_bytes());
        let line = format!("{hash} {text}\n");
        if let Err(source) = self.file.write_all(line.as_bytes()) {
            self.is_broken = true;
            let _ = self.file.set_len(self.length);
            let _ = self.file.seek(SeekFrom::Start(self.length));
            return Err(failed("write", &self.path, source));
        }
        self.length += line.len() as u64;
        self.next += 1;
        self.head = hash;
        Ok(())
    }

    /// Puts all that was written on the disk. A failed sync is not tried again: its pages may be gone.
    pub(super) fn sync(&mut self) -> Result<(), EvidenceError> {
        self.file.sync_data().map_err(|source| {
            self.is_broken = true;
            failed("write", &self.path, source)
        })
    }
}

/// Holds a folder's journal, to make something of it that a run must not change meanwhile.
///
/// # Errors
///
/// A run is still writing it, or it can't be opened.
pub fn hold_journal(folder: &Path) -> Result<LockedFile, EvidenceError> {
    let (file, path) = open_plain(folder)?;
    lock(file, &path)
}

/// A journal as far as it is whole.
#[derive(Debug)]
pub struct ReadJournal {
    /// The events of the longest whole prefix.
    pub events: Vec<RunEvent>,
    /// The hash of its last record.
    pub head: String,
    /// What is wrong behind it; `None` when the whole file is good.
    pub torn: Option<String>,
}

/// Reads the longest prefix in which every record is whole and follows the one before.
pub fn read_journal(folder: &Path) -> Result<ReadJournal, EvidenceError> {
    let mut journal = JournalReader::open(folder)?;
    let events = journal.by_ref().collect();
    journal.close()?;
    Ok(ReadJournal {
        events,
        head: journal.head,
        torn: journal.torn,
    })
}

/// Reads record by record: a long journal needn't stand in memory.
#[derive(Debug)]
pub struct JournalReader {
    path: PathBuf,
    file: BufReader<File>,
    line: Vec<u8>,
    next: u64,
    head: String,
    /// Where the last whole record ends.
    length: u64,
    torn: Option<String>,
    failed: Option<std::io::Error>,
}

impl JournalReader {
    /// Opens a folder's journal.
    pub fn open(folder: &Path) -> Result<Self, EvidenceError> {
        let (file, path) = open_plain(folder)?;
        Ok(Self {
            path,
            file: BufReader::new(file),
            line: Vec::new(),
            next: 0,
            head: String::new(),
            length: 0,
            torn: None,
            failed: None,
        })
    }

    /// After the last record: an error when the disk failed or there was no record at all.
    pub fn close(&mut self) -> Result<(), EvidenceError> {
        if let Some(source) = self.failed.take() {
            return Err(failed("read", &self.path, source));
        }
        if self.next == 0 {
            let why = self.torn.take();
            return Err(EvidenceError::NoJournal {
                path: self.path.clone(),
                why: why.unwrap_or_else(|| "it is empty".to_owned()),
            });
        }
        Ok(())
    }

    /// What is wrong behind the last whole record.
    pub fn torn(self) -> Option<String> {
        self.torn
    }

    /// Where the last whole record stands.
    pub(super) fn place_of_last(&self) -> Range<u64> {
        self.length - self.line.len() as u64..self.length
    }
}

/// Reads records again by where they stand; the whole journal was read and its chain checked before.
pub(super) fn read_spans(
    folder: &Path,
    spans: &[Range<u64>],
    mut take: impl FnMut(RunEvent) -> Result<(), EvidenceError>,
) -> Result<(), EvidenceError> {
    let (file, path) = open_plain(folder)?;
    let mut file = BufReader::new(file);
    let unreadable = |source| failed("read", &path, source);
    let mut line = Vec::new();
    for span in spans {
        file.seek(SeekFrom::Start(span.start)).map_err(unreadable)?;
        let mut left = file.by_ref().take(span.end - span.start);
        loop {
            line.clear();
            if left.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
                break;
            }
            let (_, record) = whole_record(&line).map_err(|why| {
                let why = format!("it was changed while it was read: {why}");
                EvidenceError::NoJournal {
                    path: path.clone(),
                    why,
                }
            })?;
            take(record.ev)?;
        }
    }
    Ok(())
}

impl Iterator for JournalReader {
    type Item = RunEvent;

    fn next(&mut self) -> Option<RunEvent> {
        if self.torn.is_some() || self.failed.is_some() {
            return None;
        }
        self.line.clear();
        let mut rest = self.file.by_ref().take(LONGEST_RECORD);
        match rest.read_until(b'\n', &mut self.line) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(source) => {
                self.failed = Some(source);
                return None;
            }
        }
        match check_record(&self.line, self.next, &self.head) {
            Ok((hash, event)) => {
                self.next += 1;
                self.head = hash;
                self.length += self.line.len() as u64;
                Some(event)
            }
            Err(why) => {
                self.torn = Some(format!("record {}: {why}", self.next));
                None
            }
        }
    }
}

fn open_plain(folder: &Path) -> Result<(File, PathBuf), EvidenceError> {
    refuse_refused(folder)?;
    let path = folder.join(JOURNAL);
    let found = fs::symlink_metadata(&path).map_err(|source| failed("read", &path, source))?;
    if !found.is_file() {
        // A link could lead anywhere, and opening a pipe would wait for good.
        let why = "it is not a plain file".to_owned();
        return Err(EvidenceError::NoJournal { path, why });
    }
    match File::open(&path) {
        Ok(file) => Ok((file, path)),
        Err(source) => Err(failed("read", &path, source)),
    }
}

/// A journal has one writer.
fn lock(file: File, path: &Path) -> Result<LockedFile, EvidenceError> {
    LockedFile::lock(file).map_err(|error| match error {
        TryLockError::WouldBlock => EvidenceError::StillRunning {
            path: path.to_path_buf(),
        },
        TryLockError::Error(source) => failed("lock", path, source),
    })
}

/// Moves what stands behind the last whole record to `journal.torn`, behind what an earlier cut left there.
fn keep_torn_end(journal: &mut File, whole: u64, folder: &Path) -> std::io::Result<()> {
    if journal.metadata()?.len() == whole {
        return Ok(());
    }
    journal.seek(SeekFrom::Start(whole))?;
    let path = folder.join(TORN);
    let mut torn = OpenOptions::new().append(true).create(true).open(&path)?;
    std::io::copy(journal, &mut torn)?;
    torn.write_all(b"\n")?;
    torn.sync_all()?;
    sync_folder_of(&path)?;
    journal.set_len(whole)?;
    journal.sync_all()
}

/// A record whose hash fits, and that hash.
fn whole_record(line: &[u8]) -> Result<(&str, Read), String> {
    let line = line.strip_suffix(b"\n").ok_or("it breaks off")?;
    let line = std::str::from_utf8(line).map_err(|_| "it isn't text")?;
    let (hash, text) = line.split_once(' ').ok_or("it has no hash")?;
    if hash != hex_sha256(text.as_bytes()) {
        return Err("its hash doesn't fit".to_owned());
    }
    let record = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok((hash, record))
}

fn check_record(line: &[u8], next: u64, head: &str) -> Result<(String, RunEvent), String> {
    let (hash, record) = whole_record(line)?;
    if record.n != next || record.prev != head {
        return Err("it doesn't follow the record before".to_owned());
    }
    if next == 0 && record.format.as_deref() != Some(FORMAT) {
        return Err(format!("its format isn't {FORMAT}"));
    }
    Ok((hash.to_owned(), record.ev))
}

fn failed(what: &'static str, path: &Path, source: std::io::Error) -> EvidenceError {
    EvidenceError::Io {
        what,
        path: path.to_path_buf(),
        source,
    }
}
