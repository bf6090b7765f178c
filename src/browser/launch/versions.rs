//! Finding a browser and its driver, and seeing that they fit each other.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::browser::BrowserError;

const BROWSERS: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const DRIVERS: [&str; 4] = [
    "chromedriver",
    "/usr/lib/chromium/chromedriver",
    "/usr/lib/chromium-browser/chromedriver",
    "/snap/bin/chromium.chromedriver",
];

/// A browser and a driver of the same major version.
#[derive(Debug, Clone)]
pub(super) struct Chromium {
    pub(super) browser: PathBuf,
    pub(super) driver: PathBuf,
    pub(super) major: u32,
}

/// Finds Chromium or Chrome and chromedriver.
pub(super) fn find_chromium() -> Result<Chromium, BrowserError> {
    let driver = find(&DRIVERS).ok_or(BrowserError::DriverMissing)?;
    let browser = find(&BROWSERS).ok_or(BrowserError::BrowserMissing)?;
    let driver_version = version(&driver)?;
    let browser_version = version(&browser)?;
    let major = major(&browser_version);
    if major.is_none() || major != self::major(&driver_version) {
        return Err(BrowserError::VersionsDiffer {
            browser: browser_version,
            driver: driver_version,
        });
    }
    Ok(Chromium {
        browser,
        driver,
        major: major.unwrap_or_default(),
    })
}

fn find(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| {
        if name.starts_with('/') {
            let path = Path::new(name);
            return path.is_file().then(|| path.to_path_buf());
        }
        search_path()
            .into_iter()
            .map(|folder| folder.join(name))
            .find(|path| path.is_file())
    })
}

fn search_path() -> Vec<PathBuf> {
    let path = super::process::inherited()
        .into_iter()
        .find(|(name, _)| name == "PATH");
    path.map(|(_, value)| std::env::split_paths(&value).collect())
        .unwrap_or_default()
}

/// The line that a program prints of its own version: `ChromeDriver 156.0.8078.79`.
fn version(program: &Path) -> Result<String, BrowserError> {
    let output = Command::new(program)
        .arg("--version")
        .env_clear()
        .envs(super::process::inherited())
        .output()
        .map_err(|source| BrowserError::NotStarted {
            program: program.to_path_buf(),
            source,
        })?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text
        .split_whitespace()
        .take_while(|word| !word.starts_with('('));
    let mut line: Vec<&str> = Vec::new();
    for word in words.by_ref() {
        line.push(word);
        if word.starts_with(|character: char| character.is_ascii_digit()) {
            break;
        }
    }
    Ok(line.join(" "))
}

fn major(version: &str) -> Option<u32> {
    let number = version
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn major_versions_are_read() {
        assert_eq!(major("Chromium 156.0.8078.79"), Some(156));
        assert_eq!(major("Google Chrome 141.0.1"), Some(141));
        assert_eq!(major("ChromeDriver"), None);
    }
}
