//! What of the environment the browser and its driver get to see, and where programs are looked for.
//!
//! The only place of this room that reads the environment. Secrets of the configuration live there too, so
//! what is passed on is a list of what is known to be needed.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::PathBuf,
};

/// Programs, language, screen, fonts, time zone.
const PASSED_ON: [&str; 13] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LANGUAGE",
    "TZ",
    "DISPLAY",
    "XAUTHORITY",
    "WAYLAND_DISPLAY",
    "LD_LIBRARY_PATH",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "USER",
];

/// Without these the browser can't reach what the person's own browser reaches.
const PROXIES: [&str; 4] = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];

/// Names the browser that this program is to become when a driver starts it in the browser's place.
pub(super) const BROWSER: &str = "SHIPPASS_BECOMES_BROWSER";

/// The browser to become, when this program was started in its place.
#[expect(
    clippy::disallowed_methods,
    reason = "no setting: shippass's own word to itself"
)]
pub fn browser_to_become() -> Option<OsString> {
    env::var_os(BROWSER)
}

/// The variables that the driver and the browser are started with.
#[expect(
    clippy::disallowed_methods,
    reason = "no setting of shippass is read here; what the system needs is handed on"
)]
pub(super) fn driver_environment() -> Vec<(OsString, OsString)> {
    env::vars_os()
        .filter(|(name, value)| is_passed_on(name, value))
        .collect()
}

fn is_passed_on(name: &OsStr, value: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    if PROXIES.contains(&name.to_ascii_lowercase().as_str()) {
        // A browser takes no password from here, so none needs to be shown to it.
        return !value.as_encoded_bytes().contains(&b'@');
    }
    PASSED_ON.contains(&name) || name.starts_with("LC_") || name.starts_with("XDG_")
}

/// The folders in which programs are looked for.
pub(super) fn program_folders() -> Vec<PathBuf> {
    driver_environment()
        .iter()
        .find(|(name, _)| name == "PATH")
        .map_or_else(Vec::new, |(_, path)| env::split_paths(path).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(name: &str, value: &str) -> bool {
        is_passed_on(OsStr::new(name), OsStr::new(value))
    }

    #[test]
    fn needed_variables_pass_and_secrets_do_not() {
        for name in ["PATH", "LC_ALL", "XDG_RUNTIME_DIR", "DISPLAY"] {
            assert!(passes(name, "x"), "{name}");
        }
        for name in [
            "OWNER_PASSWORD",
            "GITHUB_TOKEN",
            "PATH_SECRET",
            "LD_PRELOAD",
        ] {
            assert!(!passes(name, "x"), "{name}");
        }
    }

    #[test]
    fn a_proxy_passes_unless_it_carries_a_password() {
        assert!(passes("HTTPS_PROXY", "http://proxy.example:3128"));
        assert!(passes("no_proxy", "localhost"));
        assert!(!passes("https_proxy", "http://ada:hush@proxy.example:3128"));
    }
}
