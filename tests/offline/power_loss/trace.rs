//! What a program asked of the disk, call by call, as strace wrote it down.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const CALLS: &str = "trace=openat,write,pwrite64,fsync,fdatasync,ftruncate,rename,renameat,renameat2,link,linkat,unlink,\
                     unlinkat,rmdir,mkdir,mkdirat";
/// Far more than any of these programs takes to end.
const LIMIT: Duration = Duration::from_mins(1);

/// A call that succeeded. Names are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    Opened {
        path: PathBuf,
        made: bool,
        emptied: bool,
    },
    Wrote {
        path: PathBuf,
        bytes: Vec<u8>,
    },
    Cut {
        path: PathBuf,
        length: usize,
    },
    Synced {
        path: PathBuf,
    },
    Renamed {
        from: PathBuf,
        to: PathBuf,
    },
    Removed {
        path: PathBuf,
    },
    MadeFolder {
        path: PathBuf,
    },
    /// A word on standard output.
    Told(String),
}

/// The same command with somebody who watches it; it is still the process that is started.
pub(super) fn watched(command: &Command, trace: &Path) -> Command {
    let is_there = Command::new("strace")
        .arg("-V")
        .stdout(Stdio::null())
        .status();
    assert!(
        is_there.is_ok(),
        "no strace here; `scripts/setup tests` installs it"
    );
    let mut watched = Command::new("strace");
    watched
        .args(["-D", "-f", "-y", "-xx", "-s", "9999999", "-e", CALLS, "-o"])
        .arg(trace)
        .arg(command.get_program())
        .args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        watched.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => watched.env(name, value),
            None => watched.env_remove(name),
        };
    }
    watched
}

/// Reads a trace once it is whole: the watcher ends a little after those whom it watched.
pub(super) fn read(trace: &Path, cwd: &Path) -> Vec<Call> {
    let began = Instant::now();
    loop {
        let text = fs::read_to_string(trace).unwrap_or_default();
        if is_whole(&text) {
            return calls(&text, cwd);
        }
        assert!(
            began.elapsed() < LIMIT,
            "{}",
            text.lines().last().unwrap_or("no trace")
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether the end of each of them was seen.
fn is_whole(text: &str) -> bool {
    let of = |lines: &mut dyn Iterator<Item = &str>| -> BTreeSet<String> {
        lines
            .filter_map(|line| line.split(' ').next())
            .map(str::to_owned)
            .collect()
    };
    let ended = of(&mut text.lines().filter(|line| line.ends_with(" +++")));
    !ended.is_empty() && of(&mut text.lines()) == ended
}

fn calls(text: &str, cwd: &Path) -> Vec<Call> {
    let mut unfinished: HashMap<&str, String> = HashMap::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let (thread, rest) = line.split_once(' ').unwrap();
        let rest = rest.trim_start();
        if let Some(start) = rest.strip_suffix(" <unfinished ...>") {
            unfinished.insert(thread, start.to_owned());
            continue;
        }
        // It counts where it ended.
        let resumed = rest
            .strip_prefix("<... ")
            .and_then(|rest| rest.split_once(" resumed>"));
        let whole = match resumed {
            Some((_, end)) => unfinished.remove(thread).unwrap_or_default() + end,
            None => rest.to_owned(),
        };
        calls.extend(call(&whole, cwd));
    }
    calls
}

/// `None` for one that failed or changes nothing.
fn call(line: &str, cwd: &Path) -> Option<Call> {
    let (call, result) = line.rsplit_once(" = ")?;
    if result.starts_with(['-', '?']) {
        return None;
    }
    let (name, arguments) = call.trim_end().strip_suffix(')')?.split_once('(')?;
    let arguments: Vec<&str> = arguments.split(", ").collect();
    let named = |at: usize| cwd.join(text(quoted(arguments[at])));
    let opened = || PathBuf::from(text(between(arguments[0], '<', '>')));
    Some(match name {
        "openat" => {
            let flags = arguments[2];
            let (made, emptied) = (flags.contains("O_CREAT"), flags.contains("O_TRUNC"));
            if !made && !emptied {
                return None;
            }
            Call::Opened {
                path: named(1),
                made,
                emptied,
            }
        }
        "write" if arguments[0].starts_with("1<") => Call::Told(text(quoted(arguments[1]))),
        "write" => Call::Wrote {
            path: opened(),
            bytes: bytes(quoted(arguments[1])),
        },
        "ftruncate" => Call::Cut {
            path: opened(),
            length: arguments[1].parse().unwrap(),
        },
        "fsync" | "fdatasync" => Call::Synced { path: opened() },
        "rename" => Call::Renamed {
            from: named(0),
            to: named(1),
        },
        "renameat" | "renameat2" => Call::Renamed {
            from: named(1),
            to: named(3),
        },
        "unlink" | "rmdir" => Call::Removed { path: named(0) },
        "unlinkat" => Call::Removed { path: named(1) },
        "mkdir" => Call::MadeFolder { path: named(0) },
        "mkdirat" => Call::MadeFolder { path: named(1) },
        other => panic!("{other} is not understood"),
    })
}

fn quoted(argument: &str) -> &str {
    argument.trim_matches('"')
}

fn between(text: &str, open: char, close: char) -> &str {
    let (_, rest) = text.split_once(open).unwrap_or_default();
    rest.rsplit_once(close).map_or(rest, |(inside, _)| inside)
}

fn text(hex: &str) -> String {
    String::from_utf8(bytes(hex)).unwrap()
}

/// `\x61\x62`; nothing is shortened.
fn bytes(hex: &str) -> Vec<u8> {
    assert!(!hex.ends_with("..."), "{}", hex.len());
    let digits = hex.split("\\x").skip(1);
    digits
        .map(|two| u8::from_str_radix(&two[..2], 16).unwrap())
        .collect()
}
