//! `history.ndjson` beside the bundles: one line a run with what it flagged, so that a run knows what comes back.

use std::{
    collections::VecDeque,
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::error::BundleError;
use crate::evidence::{PastRun, make_synced_folder, sync_folder_of};

const FILE: &str = "history.ndjson";
/// The newest runs are enough to see that something comes back.
const KEPT: usize = 100;
/// A line names surfaces; more is no history.
const LONGEST_LINE: u64 = 1024 * 1024;

/// The history beside the bundles of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    path: PathBuf,
}

/// What a history holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The newest runs that flagged something, the oldest first.
    pub runs: Vec<PastRun>,
    /// The numbers of lines that couldn't be read, from 1.
    pub unreadable: Vec<usize>,
}

impl History {
    /// The history of the bundles in that folder.
    pub fn of(bundles: &Path) -> Self {
        Self {
            path: bundles.join(FILE),
        }
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it; there is none before the first run.
    pub fn read(&self) -> Result<Past, BundleError> {
        match File::open(&self.path) {
            Ok(file) => read(file).map_err(|source| BundleError::Read {
                path: self.path.clone(),
                source,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Past::default()),
            Err(source) => Err(BundleError::Read {
                path: self.path.clone(),
                source,
            }),
        }
    }

    /// Adds a run; runs that end at the same moment add a line each.
    pub fn add(&self, run: &PastRun) -> Result<(), BundleError> {
        let mut line = serde_json::to_string(run).map_err(|source| BundleError::Invalid {
            path: self.path.clone(),
            source,
        })?;
        line.push('\n');
        self.append(&line).map_err(|source| BundleError::Write {
            path: self.path.clone(),
            source,
        })
    }

    fn append(&self, line: &str) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            make_synced_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .append(true)
            .create(true)
            .open(&self.path)?;
        // A line that a power loss cut off ends here; what follows is whole.
        let begin = if ends_a_line(&mut file)? { "" } else { "\n" };
        file.write_all(format!("{begin}{line}").as_bytes())?;
        file.sync_all()?;
        sync_folder_of(&self.path)
    }
}

fn ends_a_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

fn read(file: File) -> io::Result<Past> {
    let mut lines = BufReader::new(file);
    let (mut newest, mut unreadable) = (VecDeque::new(), Vec::new());
    for number in 1.. {
        let mut line = Vec::new();
        if (&mut lines)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)?
            == 0
        {
            break;
        }
        match serde_json::from_slice::<PastRun>(&line) {
            Ok(run) if run.flagged.is_empty() => {}
            Ok(run) => newest.push_back(run),
            Err(_) if line.trim_ascii().is_empty() => {}
            Err(_) => unreadable.push(number),
        }
        if newest.len() > KEPT {
            newest.pop_front();
        }
    }
    Ok(Past {
        runs: newest.into(),
        unreadable,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;
    use crate::evidence::FlaggedSurface;

    fn run(name: &str, is_flagged: bool) -> PastRun {
        let surface = FlaggedSurface {
            detector: "html-for-json".to_owned(),
            surface: "GET /api/me".to_owned(),
        };
        PastRun {
            run: name.to_owned(),
            flagged: is_flagged.then_some(surface).into_iter().collect(),
            ..PastRun::default()
        }
    }

    fn names(past: &Past) -> Vec<&str> {
        past.runs.iter().map(|past| past.run.as_str()).collect()
    }

    #[test]
    fn runs_that_flagged_something_are_read_in_their_order() {
        let dir = tempfile::tempdir().unwrap();
        let history = History::of(&dir.path().join("screenshots"));
        assert_eq!(history.read().unwrap(), Past::default());

        history.add(&run("a", true)).unwrap();
        history.add(&run("b", false)).unwrap();
        history.add(&run("c", true)).unwrap();
        assert_eq!(names(&history.read().unwrap()), ["a", "c"]);
    }

    #[test]
    fn a_cut_off_line_is_told_and_costs_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let history = History::of(dir.path());
        history.add(&run("a", true)).unwrap();
        let mut file = OpenOptions::new()
            .append(true)
            .open(history.path())
            .unwrap();
        file.write_all(b"{\"run\":\"b\",\"star").unwrap();

        history.add(&run("c", true)).unwrap();
        let past = history.read().unwrap();
        assert_eq!(names(&past), ["a", "c"]);
        assert_eq!(past.unreadable, [2]);
    }

    #[test]
    fn only_the_newest_are_kept_in_mind() {
        let dir = tempfile::tempdir().unwrap();
        let history = History::of(dir.path());
        for number in 0..KEPT + 3 {
            history.add(&run(&number.to_string(), true)).unwrap();
        }
        let past = history.read().unwrap();
        assert_eq!(past.runs.len(), KEPT);
        assert_eq!(past.runs[0].run, "3");
    }

    #[test]
    fn a_folder_in_its_place_is_an_error_with_its_path() {
        let dir = tempfile::tempdir().unwrap();
        let history = History::of(dir.path());
        std::fs::create_dir(history.path()).unwrap();
        let error = history.add(&run("a", true)).unwrap_err();
        assert!(error.to_string().contains("history.ndjson"), "{error}");
    }
}
