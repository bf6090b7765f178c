//! What can go wrong with a browser and its driver, with what to do about it.

use std::{io, path::PathBuf, time::Duration};

/// Why the browser could not be started, reached or used; the run's surroundings, not the product.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// There is no driver.
    #[error("found no chromedriver; looked for {}", looked_for.join(", "))]
    DriverMissing {
        /// Names looked for in `PATH`, and whole paths.
        looked_for: Vec<String>,
    },
    /// There is no browser.
    #[error("found no Chromium or Chrome; looked for {}", looked_for.join(", "))]
    BrowserMissing {
        /// Names looked for in `PATH`, and whole paths.
        looked_for: Vec<String>,
    },
    /// A program didn't tell its version.
    #[error("`{} --version` told no version: {words}", program.display())]
    VersionUnreadable {
        /// The program.
        program: PathBuf,
        /// What it said, or why it couldn't be run.
        words: String,
    },
    /// The driver is made for another browser.
    #[error("chromedriver {driver} doesn't fit the browser {browser}")]
    VersionsDiffer {
        /// The browser's version.
        browser: String,
        /// The driver's version.
        driver: String,
    },
    /// A program didn't start.
    #[error("{} didn't start: {source}", program.display())]
    NotStarted {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The driver ended before it was ready.
    #[error("{} ended before it was ready: {words}", program.display())]
    DriverDied {
        /// The driver.
        program: PathBuf,
        /// Its last words.
        words: String,
    },
    /// The driver didn't become ready in time.
    #[error("{} wasn't ready after {} s: {words}", program.display(), limit.as_secs())]
    DriverSilent {
        /// The driver.
        program: PathBuf,
        /// How long was waited.
        limit: Duration,
        /// Its last words.
        words: String,
    },
    /// The driver couldn't start the browser.
    #[error("the browser didn't start: {reason}")]
    BrowserDied {
        /// The driver's own words.
        reason: String,
    },
    /// No folder for the browser's profile.
    #[error("a folder for the browser's profile couldn't be made in {}: {source}", folder.display())]
    NoProfile {
        /// Where.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something of the browser outlived its end.
    #[error("the browser's profile {} couldn't be removed", profile.display())]
    LeftBehind {
        /// The profile's folder.
        profile: PathBuf,
    },
    /// The driver's answer to a new session.
    #[error("the driver at {driver} didn't open a session: {reason}")]
    SessionRefused {
        /// Where the driver listens.
        driver: String,
        /// Its own words.
        reason: String,
    },
    /// The session has no BiDi socket.
    #[error("the driver at {driver} opened a session without WebDriver BiDi")]
    NoBidi {
        /// Where the driver listens.
        driver: String,
    },
    /// The BiDi socket didn't open.
    #[error("the BiDi socket {url} didn't open: {reason}")]
    BidiRefused {
        /// The socket's address.
        url: String,
        /// Why.
        reason: String,
    },
    /// A BiDi command was refused.
    #[error("the browser refused `{method}`: {error}: {message}")]
    BidiCommand {
        /// The command.
        method: &'static str,
        /// The error's code.
        error: String,
        /// The browser's own words.
        message: String,
    },
    /// A WebDriver command was refused.
    #[error("the driver refused to {what}: {message}")]
    Command {
        /// What was to be done.
        what: String,
        /// The error's code: `no such window`.
        error: String,
        /// The driver's own words.
        message: String,
    },
    /// A command took longer than it may.
    #[error("{what} took longer than {} s", limit.as_secs())]
    TimedOut {
        /// What was waited for.
        what: String,
        /// How long.
        limit: Duration,
    },
    /// A step took longer than any step may.
    #[error("the step took longer than {} s and was ended", limit.as_secs())]
    StepTooLong {
        /// How long.
        limit: Duration,
    },
    /// The command under `access` brought no token.
    #[error("`{program}` under `access` gave no token: {reason}")]
    NoToken {
        /// The command's first word.
        program: String,
        /// Why.
        reason: String,
    },
    /// Requests can't be stopped on their way.
    #[error(
        "this driver's browser gives no way to stop requests, which `access` and a production target need"
    )]
    NoInterception,
    /// The browser or its driver ended.
    #[error("the browser or its driver ended unexpectedly")]
    Gone,
    /// The page's scripts answered something that can't be read.
    #[error("the page's answer to {script} made no sense: {reason}")]
    Nonsense {
        /// Which script.
        script: &'static str,
        /// Why.
        reason: String,
    },
    /// The device that was asked for isn't the one that the page sees.
    #[error("the browser isn't the device that was asked for: {measured}, asked for {asked}")]
    WrongDevice {
        /// What was measured in the page.
        measured: String,
        /// What was asked for.
        asked: String,
    },
}

impl BrowserError {
    /// A command that took longer than it may.
    pub(crate) fn timed_out(what: impl Into<String>, limit: Duration) -> Self {
        Self::TimedOut {
            what: what.into(),
            limit,
        }
    }

    /// Whether a driver refused because a dialog stands in the way; the observer closes it.
    pub(super) fn is_of_dialog(&self) -> bool {
        let Self::Command { error, message, .. } = self else {
            return false;
        };
        // Chromedriver knows no `beforeunload` among its own dialogs.
        error == "unexpected alert open" || message.contains("Unexpected dialog type")
    }

    /// What to do next.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::DriverMissing { .. } | Self::BrowserMissing { .. } => INSTALL,
            Self::VersionUnreadable { .. } => {
                "run the command by hand; if it is only a stand-in for a package that isn't there, install that one"
            }
            Self::NotStarted { .. } | Self::DriverDied { .. } | Self::DriverSilent { .. } => {
                "run the program by hand with `--version`; if it fails there too, install it anew"
            }
            Self::BrowserDied { .. } => {
                "run `chromium --headless=new --dump-dom about:blank` by hand and see what it says; a browser from a snap needs a TMPDIR below \
                 ~/snap/chromium/common, one in a container needs shared memory (`--shm-size=1g`)"
            }
            Self::LeftBehind { .. } => "remove it by hand; it holds cookies of the test personas",
            Self::VersionsDiffer { .. } => {
                "install both from the same place, or update the older one; on Debian: apt-get install chromium chromium-driver"
            }
            Self::NoProfile { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "make room there, or set TMPDIR to a folder that has some"
                }
                io::ErrorKind::NotFound => "make the folder, or set TMPDIR to one that is there",
                _ => "set TMPDIR to a folder that can be written",
            },
            Self::NoBidi { .. } => {
                "shippass needs `webSocketUrl: true` to be honoured: use Chrome 140, Firefox 143 or newer with their drivers, \
                 or ask the grid to allow it in `webdriver.capabilities`"
            }
            Self::NoToken { .. } => {
                "run the command by hand in this folder: it has to print the token, alone and within 30 s"
            }
            Self::NoInterception => {
                "use a Chromium and a driver on this machine; `access: { cookie: … }` works with every driver"
            }
            Self::Gone => {
                "run again; if it happens every time, run with `-v`, which shows what the driver says, and look whether the machine runs out of memory"
            }
            Self::WrongDevice { .. } => {
                "with `--webdriver`, give the device in `webdriver.capabilities`; otherwise this browser is too old to emulate it"
            }
            Self::SessionRefused { .. } => {
                "see that the driver runs, fits its browser and accepts the capabilities under `webdriver.capabilities`"
            }
            _ => return None,
        };
        Some(help.to_owned())
    }
}

#[cfg(target_os = "macos")]
const INSTALL: &str = "install both: brew install --cask google-chrome chromedriver";
#[cfg(not(target_os = "macos"))]
const INSTALL: &str = "install both: apt-get install chromium chromium-driver (or your system's packages), or use --webdriver URL";
