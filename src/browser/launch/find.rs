//! Where the browser and its driver are, and which versions they have.

use std::{
    fmt, fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{process::Command, time::timeout};

use super::environment::{driver_environment, program_folders};
use crate::browser::BrowserError;

/// How long a program may take to tell its version: a cold disk on a slow machine.
const VERSION_LIMIT: Duration = Duration::from_secs(20);

const BROWSER_NAMES: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];
const BROWSER_PATHS: [&str; 3] = [
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const DRIVER_NAMES: [&str; 1] = ["chromedriver"];
const DRIVER_PATHS: [&str; 5] = [
    "/usr/lib/chromium/chromedriver",
    "/usr/lib/chromium-browser/chromedriver",
    "/snap/bin/chromium.chromedriver",
    "/opt/homebrew/bin/chromedriver",
    "/usr/local/bin/chromedriver",
];

/// A program that is there, and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// What it says of itself.
    pub version: Version,
}

impl Program {
    /// Asks the program at `path` for its version.
    pub async fn ask(path: &Path) -> Result<Self, BrowserError> {
        let unreadable = |words: String| BrowserError::VersionUnreadable {
            program: path.to_owned(),
            words,
        };
        let asked = Command::new(path)
            .arg("--version")
            .env_clear()
            .envs(driver_environment())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = timeout(VERSION_LIMIT, asked)
            .await
            .map_err(|_| {
                BrowserError::timed_out(format!("`{} --version`", path.display()), VERSION_LIMIT)
            })?
            .map_err(|error| unreadable(error.to_string()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let version = Version::find_in(&said).ok_or_else(|| {
            let complaint = String::from_utf8_lossy(&output.stderr);
            unreadable(
                format!("{} {}", said.trim(), complaint.trim())
                    .trim()
                    .to_owned(),
            )
        })?;
        Ok(Self {
            path: path.to_owned(),
            version,
        })
    }
}

/// A version of Chromium or its driver: `156.0.8078.79`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    text: String,
    major: u32,
}

impl Version {
    /// The number that browser and driver must share.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The first word of `text` that is a version.
    pub fn find_in(text: &str) -> Option<Self> {
        text.split_ascii_whitespace().find_map(|word| {
            let (major, rest) = word.split_once('.')?;
            let is_version = rest
                .split('.')
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
            is_version.then_some(Self {
                text: word.to_owned(),
                major: major.parse().ok()?,
            })
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The browser that was named, or the first one found.
pub fn find_browser(named: Option<&Path>) -> Result<PathBuf, BrowserError> {
    find(named, &BROWSER_NAMES, &BROWSER_PATHS)
        .map_err(|looked_for| BrowserError::BrowserMissing { looked_for })
}

/// The driver that was named, or the first one found.
pub fn find_driver(named: Option<&Path>) -> Result<PathBuf, BrowserError> {
    find(named, &DRIVER_NAMES, &DRIVER_PATHS)
        .map_err(|looked_for| BrowserError::DriverMissing { looked_for })
}

fn find(asked_for: Option<&Path>, names: &[&str], paths: &[&str]) -> Result<PathBuf, Vec<String>> {
    if let Some(path) = asked_for {
        return match std::path::absolute(path) {
            Ok(path) if is_program(&path) => Ok(path),
            _ => Err(vec![path.display().to_string()]),
        };
    }
    let folders = program_folders();
    let in_folders = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    in_folders
        .chain(paths.iter().map(PathBuf::from))
        .find(|candidate| is_program(candidate))
        .and_then(|found| std::path::absolute(found).ok())
        .ok_or_else(|| {
            let names = names.iter().map(|name| format!("{name} in PATH"));
            names.chain(paths.iter().map(ToString::to_string)).collect()
        })
}

fn is_program(path: &Path) -> bool {
    let is_executable =
        |facts: fs::Metadata| facts.is_file() && facts.permissions().mode() & 0o111 != 0;
    fs::metadata(path).is_ok_and(is_executable)
}

/// The program that is running now, in a form that can be run again even when its file was replaced meanwhile.
pub(super) fn this_program() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        // The kernel resolves this link to the file that is being run, whatever its path now leads to.
        Ok(PathBuf::from("/proc/self/exe"))
    } else {
        std::env::current_exe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        for (said, text, major) in [
            (
                "Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)",
                "156.0.8078.79",
                156,
            ),
            ("Google Chrome 140.0.7339.80 \n", "140.0.7339.80", 140),
            (
                "ChromeDriver 114.0.5735.90 (386bc09e8f4f2e025eddae123f36f6263096ae49-refs/x@{#1})",
                "114.0.5735.90",
                114,
            ),
        ] {
            let version = Version::find_in(said).expect("a version");
            assert_eq!(
                (version.to_string().as_str(), version.major()),
                (text, major)
            );
        }
        assert_eq!(
            Version::find_in("requires the chromium snap to be installed."),
            None
        );
    }

    #[test]
    fn a_named_program_is_not_replaced_by_another() {
        let named = Path::new("/nowhere/chromedriver");
        let error = find_driver(Some(named)).expect_err("nothing there");
        assert_eq!(
            error.to_string(),
            "found no chromedriver; looked for /nowhere/chromedriver"
        );
    }

    #[tokio::test]
    async fn a_program_without_a_version_is_told_with_its_words() {
        // A test program doesn't know the option and says so.
        let path = std::env::current_exe().expect("this program");
        let error = Program::ask(&path).await.expect_err("no version");
        assert!(error.to_string().contains("Unrecognized option"), "{error}");
    }
}
