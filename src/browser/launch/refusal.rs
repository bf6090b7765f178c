//! Why a driver refused a session, read from its words.

use crate::browser::BrowserError;

/// What a refusal of the driver at `driver` means.
pub(in crate::browser) fn refused_session(driver: &str, reason: &str) -> BrowserError {
    let first_line = || reason.lines().next().unwrap_or_default().to_owned();
    let number_after = |words: &str| {
        let (_, rest) = reason.split_once(words)?;
        rest.split_ascii_whitespace().next().map(str::to_owned)
    };
    if let Some(supported) = number_after("only supports Chrome version ") {
        let browser = number_after("Current browser version is ");
        return BrowserError::VersionsDiffer {
            browser: browser.unwrap_or_else(|| "of another version".to_owned()),
            driver: supported,
        };
    }
    if reason.contains("cannot find Chrome binary") || reason.contains("no chrome binary at") {
        return BrowserError::BrowserMissing {
            looked_for: vec![first_line()],
        };
    }
    let has_no_browser = [
        "Chrome failed to start",
        "Chrome instance exited",
        "DevToolsActivePort",
        "unable to discover open pages",
        "user data directory is already in use",
    ];
    if has_no_browser.iter().any(|words| reason.contains(words)) {
        return BrowserError::BrowserDied {
            reason: first_line(),
        };
    }
    BrowserError::SessionRefused {
        driver: driver.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reason: &str) -> BrowserError {
        refused_session("http://127.0.0.1:9515/", reason)
    }

    #[test]
    fn a_driver_for_another_browser_names_both_versions() {
        let error = refused(
            "session not created: This version of ChromeDriver only supports Chrome version 114\n\
             Current browser version is 156.0.8078.79 with binary path /usr/bin/chromium",
        );
        assert_eq!(
            error.to_string(),
            "chromedriver 114 doesn't fit the browser 156.0.8078.79"
        );
        assert!(error.help().expect("a help").contains("chromium-driver"));
    }

    #[test]
    fn a_browser_that_does_not_start_is_no_refusal() {
        for reason in [
            "session not created: Chrome failed to start: crashed.\n  (disconnected: unable to connect to renderer)",
            "session not created: Chrome instance exited. Examine ChromeDriver verbose log to determine the cause.",
            "session not created: probably user data directory is already in use, please specify a unique value",
        ] {
            let error = refused(reason);
            assert!(
                matches!(error, BrowserError::BrowserDied { .. }),
                "{error:?}"
            );
            assert!(!error.to_string().contains('\n'), "{error}");
        }
        let missing = refused("session not created: cannot find Chrome binary");
        assert!(matches!(missing, BrowserError::BrowserMissing { .. }));
    }

    #[test]
    fn any_other_refusal_keeps_the_drivers_words() {
        let error = refused("invalid argument: unrecognized capability");
        assert_eq!(
            error.to_string(),
            "the driver at http://127.0.0.1:9515/ didn't open a session: invalid argument: unrecognized capability"
        );
    }
}
