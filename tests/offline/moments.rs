//! Moments at which a process is killed, spread over what it does in a folder.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// What a process does that nobody kills.
#[derive(Debug)]
pub(crate) struct Life {
    time: Duration,
    /// How many times its folder was seen to have changed.
    changes: u32,
}

/// When one is killed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    /// So long after its beginning.
    After(Duration),
    /// So long after its folder has changed so many times.
    Changed(u32, Duration),
}

impl Life {
    /// Watches a process to its end.
    pub(crate) fn watch(folder: &Path, is_over: impl FnMut() -> bool) -> Self {
        let began = Instant::now();
        let changes = changes(folder, u32::MAX, is_over);
        Self {
            time: began.elapsed(),
            changes,
        }
    }

    /// Most of what it does is reading; most moments are those at which it writes.
    pub(crate) fn moment(&self, kill: u32, kills: u32) -> Moment {
        if kill.is_multiple_of(4) {
            let part = (f64::from(kill) + 0.5) / f64::from(kills);
            return Moment::After(self.time.mul_f64(part));
        }
        let within = Duration::from_micros(u64::from(kill * 37 % 50) * 20);
        Moment::Changed(1 + kill % self.changes, within)
    }
}

impl Moment {
    /// Waits for it, or for the process to end.
    pub(crate) fn wait(self, folder: &Path, mut is_over: impl FnMut() -> bool) {
        let time = match self {
            Self::After(time) => time,
            Self::Changed(number, time) => {
                changes(folder, number, &mut is_over);
                time
            }
        };
        let began = Instant::now();
        while began.elapsed() < time && !is_over() {
            pause();
        }
    }
}

/// Counts the changes of a folder up to so many of them, or until it is over.
fn changes(folder: &Path, most: u32, mut is_over: impl FnMut() -> bool) -> u32 {
    let (mut before, mut changes) = (files_of(folder), 0);
    while changes < most && !is_over() {
        pause();
        let now = files_of(folder);
        changes += u32::from(now != before);
        before = now;
    }
    changes
}

/// Who looks all the time takes it from the one that is looked at.
fn pause() {
    std::thread::sleep(Duration::from_micros(100));
}

/// Files below a folder and how long they are; what goes away while one looks isn't there.
fn files_of(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(facts) = entry.metadata() else {
                continue;
            };
            if facts.is_dir() {
                folders.push(entry.path());
            }
            files.push((entry.path(), facts.len()));
        }
    }
    files.sort();
    files
}
