//! A driver of our own: started under the guard, ended with it.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use rustix::process::{Pid, Signal};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::{Child, ChildStdin, Command},
};

use super::guard::{GROUP_LINE, GuardOrder};
use crate::browser::BrowserError;

/// The first word that turns this binary into the guard.
pub const GUARD_COMMAND: &str = "__guard";
/// How long a driver may take to say its port.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How long the guard may take to end everything.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// A file in our profile folders, with the owner's pid.
const MARKER: &str = "shippass-owner";
/// Profile folders are named so, with the owner's pid behind it.
const PROFILE_PREFIX: &str = "shippass-profile-";

/// A running driver; dropping it closes the guard's pipe, which ends everything.
#[derive(Debug)]
pub(super) struct DriverProcess {
    guard: Child,
    /// Closing it is the order to end.
    pipe: Option<ChildStdin>,
    port: u16,
    profile: PathBuf,
}

impl DriverProcess {
    /// Starts a driver on a port of its own choice, under a guard.
    pub(super) async fn start(driver: &Path) -> Result<Self, BrowserError> {
        sweep_leftovers();
        let profile = make_profile()?;
        let order = GuardOrder {
            profile: profile.clone(),
            program: driver.to_path_buf(),
            arguments: vec!["--port=0".into()],
        };
        let started = Self::start_guard(&order).await;
        if started.is_err() {
            let _ = std::fs::remove_dir_all(&profile);
        }
        started
    }

    async fn start_guard(order: &GuardOrder) -> Result<Self, BrowserError> {
        let not_started = |source| BrowserError::NotStarted {
            program: order.program.clone(),
            source,
        };
        let own = std::env::current_exe().map_err(not_started)?;
        let mut guard = Command::new(own)
            .arg(GUARD_COMMAND)
            .args(order.words())
            .env_clear()
            .envs(inherited())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(not_started)?;
        let pipe = guard.stdin.take();
        let (Some(stdout), Some(stderr)) = (guard.stdout.take(), guard.stderr.take()) else {
            return Err(BrowserError::Gone);
        };
        let mut output = BufReader::new(stdout);
        let port = match tokio::time::timeout(START_LIMIT, read_port(&mut output)).await {
            Ok(Some(port)) => port,
            Ok(None) => {
                let words = last_words(stderr).await;
                return Err(BrowserError::DriverDied {
                    program: order.program.clone(),
                    words,
                });
            }
            Err(_) => return Err(BrowserError::timed_out("starting the driver", START_LIMIT)),
        };
        tokio::spawn(outlive_guard(output, port.group, order.profile.clone()));
        tokio::spawn(drain(stderr));
        Ok(Self {
            guard,
            pipe,
            port: port.number,
            profile: order.profile.clone(),
        })
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn profile(&self) -> &Path {
        &self.profile
    }

    /// Ends everything and waits until it has ended.
    pub(super) async fn stop(mut self) {
        drop(self.pipe.take());
        let _ = tokio::time::timeout(STOP_LIMIT, self.guard.wait()).await;
    }
}

struct Port {
    number: u16,
    group: Option<Pid>,
}

/// Reads on until the driver says its port: `ChromeDriver was started successfully on port 41615.`
async fn read_port(output: &mut (impl AsyncBufReadExt + Unpin)) -> Option<Port> {
    let mut group = None;
    let mut line = String::new();
    while output.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        if let Some(id) = line.trim_end().strip_prefix(GROUP_LINE) {
            group = id.parse().ok().and_then(Pid::from_raw);
        } else if let Some((_, rest)) = line.split_once("started successfully on port ") {
            let number = rest.trim_end().trim_end_matches('.').parse().ok()?;
            return Some(Port { number, group });
        }
        line.clear();
    }
    None
}

/// The driver's output ends when guard and driver have; if the guard was killed, its work is done here.
async fn outlive_guard(mut output: impl AsyncRead + Unpin, group: Option<Pid>, profile: PathBuf) {
    drain(&mut output).await;
    if let Some(group) = group {
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    }
    let _ = std::fs::remove_dir_all(profile);
}

async fn drain(mut output: impl AsyncRead + Unpin) {
    let _ = tokio::io::copy(&mut output, &mut tokio::io::sink()).await;
}

/// The last lines that a driver wrote before it died.
async fn last_words(output: impl AsyncRead + Unpin) -> String {
    let mut text = String::new();
    let _ = output.take(20_000).read_to_string(&mut text).await;
    let lines: Vec<_> = text.lines().rev().take(4).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("; ")
}

fn make_profile() -> Result<PathBuf, BrowserError> {
    let prefix = format!("{PROFILE_PREFIX}{}-", std::process::id());
    let made = tempfile::Builder::new().prefix(&prefix).tempdir();
    let profile = made
        .map_err(|source| BrowserError::NoProfile { source })?
        .keep();
    std::fs::File::create(profile.join(MARKER))
        .map_err(|source| BrowserError::NoProfile { source })?;
    Ok(profile)
}

/// Removes profile folders of ours whose owner is gone: a machine that lost power leaves them.
fn sweep_leftovers() {
    let Ok(entries) = std::fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix(PROFILE_PREFIX))
            .and_then(|rest| rest.split('-').next())
            .and_then(|id| id.parse().ok())
            .and_then(Pid::from_raw);
        let is_dead = owner.is_some_and(|owner| rustix::process::test_kill_process(owner).is_err());
        if is_dead && entry.path().join(MARKER).is_file() {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// What a driver and a browser need of our environment; secrets stay here.
#[expect(
    clippy::disallowed_methods,
    reason = "a driver needs path, home, display and language; nothing else is handed on"
)]
pub(super) fn inherited() -> Vec<(OsString, OsString)> {
    const NAMES: [&str; 8] = [
        "PATH",
        "HOME",
        "USER",
        "TMPDIR",
        "LANG",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
    ];
    std::env::vars_os()
        .filter(|(name, _)| {
            let name = name.to_string_lossy();
            NAMES.contains(&&*name) || name.starts_with("LC_") || name.starts_with("XDG_")
        })
        .collect()
}
