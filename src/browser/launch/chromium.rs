//! What chromedriver is asked for: a clean, quiet browser that is the device.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Map, Value, json};

use super::{find::Program, profile::downloads_beside, remote::common};
use crate::config::Device;

/// Whether the browser's window can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Headless.
    Hidden,
    /// On the screen.
    Shown,
}

/// Nothing that isn't the product's: no sign-in bubbles, no background requests, no questions.
const QUIET: [&str; 16] = [
    // Chromium ends when the driver does: what it listens on is a pipe that the driver holds.
    "--remote-debugging-pipe",
    // The browser writes down which port it took; new tabs are held and requests are stopped over it.
    "--remote-debugging-port=0",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-search-engine-choice-screen",
    // A tab that isn't in front runs at full speed.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--password-store=basic",
    "--use-mock-keychain",
];

/// Features that ask servers of their own or put themselves between the page and its user.
const FEATURES_OFF: [&str; 8] = [
    "Translate",
    "OptimizationHints",
    "MediaRouter",
    "AutofillServerCommunication",
    "PasswordLeakDetection",
    // A preview on plain HTTP is asked for as such, not over HTTPS first.
    "HttpsUpgrades",
    // Every window would load two pages of the browser's own for suggestions under an address bar that nobody sees.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
];

/// Capabilities of a fresh browser with its own empty profile, all of them required.
pub fn chromium_capabilities(
    device: &Device,
    profile: &Path,
    window: Window,
    browser: &Program,
) -> Map<String, Value> {
    let user_agent = user_agent(device, browser.version.major());
    let mut arguments = arguments(profile, window, &user_agent);
    if device.touch && window == Window::Hidden {
        // A phone's fade away after a scroll: one picture would have a part of one, the next one wouldn't. On a desk
        // they are part of the page's width.
        arguments.push("--hide-scrollbars".to_owned());
    }
    let options = json!({
        "binary": browser.path,
        "args": arguments,
        "prefs": preferences(profile),
        "mobileEmulation": emulation(device, &user_agent),
    });
    let mut capabilities = common();
    capabilities.insert("browserName".to_owned(), json!("chrome"));
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    capabilities
}

fn arguments(profile: &Path, window: Window, user_agent: &str) -> Vec<String> {
    let mut arguments = QUIET.map(str::to_owned).to_vec();
    arguments.extend([
        format!("--disable-features={}", FEATURES_OFF.join(",")),
        "--force-color-profile=srgb".to_owned(),
        "--lang=en-US".to_owned(),
        format!("--user-data-dir={}", profile.display()),
        // The driver's emulation reaches a tab that a page opens only after its first request.
        format!("--user-agent={user_agent}"),
    ]);
    if window == Window::Hidden {
        arguments.push("--headless=new".to_owned());
    }
    if is_without_sandbox() {
        arguments.push("--no-sandbox".to_owned());
    }
    arguments
}

fn preferences(profile: &Path) -> Value {
    json!({
        "credentials_enable_service": false,
        "profile.password_manager_enabled": false,
        "profile.password_manager_leak_detection": false,
        "autofill.profile_enabled": false,
        "autofill.credit_card_enabled": false,
        "translate.enabled": false,
        "download.prompt_for_download": false,
        "download.default_directory": downloads_beside(profile),
    })
}

/// The device's own, or the one that Chromium would send on such a device.
fn user_agent(device: &Device, major: u32) -> String {
    if let Some(own) = &device.user_agent {
        return own.clone();
    }
    let platform = match (device.touch, cfg!(target_os = "macos")) {
        (true, _) => "Linux; Android 10; K",
        (false, true) => "Macintosh; Intel Mac OS X 10_15_7",
        (false, false) => "X11; Linux x86_64",
    };
    let mobile = if device.touch { " Mobile" } else { "" };
    format!(
        "Mozilla/5.0 ({platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0{mobile} Safari/537.36"
    )
}

fn emulation(device: &Device, user_agent: &str) -> Value {
    // The driver makes the client hints fit the user agent by itself.
    json!({
        "deviceMetrics": {
            "width": device.width,
            "height": device.height,
            "pixelRatio": device.scale,
            "touch": device.touch,
            "mobile": device.touch,
        },
        "userAgent": user_agent,
    })
}

/// Root can't have Chromium's sandbox; in a container it may be refused what it is made of, and the container holds
/// the browser anyway.
fn is_without_sandbox() -> bool {
    rustix::process::geteuid().is_root() || (is_in_container() && !has_user_namespaces())
}

fn is_in_container() -> bool {
    ["/.dockerenv", "/run/.containerenv"]
        .iter()
        .any(|mark| Path::new(mark).exists())
}

fn has_user_namespaces() -> bool {
    let tried = Command::new("unshare")
        .args(["--user", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::browser::launch::Version;

    fn capabilities(device: &Device, window: Window) -> Value {
        let browser = Program {
            path: PathBuf::from("/usr/bin/chromium"),
            version: Version::find_in("Chromium 156.0.8078.79").expect("a version"),
        };
        let profile = Path::new("/tmp/shippass-profile-x/data");
        chromium_capabilities(device, profile, window, &browser).into()
    }

    #[test]
    fn a_phone_gets_a_mobile_user_agent_of_the_browsers_own_version() {
        let mut asked = capabilities(&Device::default(), Window::Hidden);
        let arguments = asked["goog:chromeOptions"]["args"].as_array_mut();
        // Whether there is a sandbox is the machine's affair.
        arguments
            .expect("a list")
            .retain(|argument| argument != "--no-sandbox");
        insta::assert_json_snapshot!(asked);
    }

    #[test]
    fn a_window_that_is_shown_is_not_headless() {
        let arguments = |window| {
            let asked = capabilities(&Device::default(), window);
            asked["goog:chromeOptions"]["args"].to_string()
        };
        assert!(arguments(Window::Hidden).contains("--headless=new"));
        assert!(!arguments(Window::Shown).contains("--headless"));
    }

    #[test]
    fn scrollbars_stay_where_they_take_room() {
        let device = Device {
            touch: false,
            ..Device::default()
        };
        let desk = capabilities(&device, Window::Hidden);
        let arguments = desk["goog:chromeOptions"]["args"].to_string();
        assert!(!arguments.contains("--hide-scrollbars"), "{arguments}");
    }

    #[test]
    fn a_user_agent_that_was_asked_for_is_kept() {
        let device = Device {
            user_agent: Some("Mozilla/5.0 (iPhone)".to_owned()),
            ..Device::default()
        };
        let asked = capabilities(&device, Window::Hidden);
        let agent = &asked["goog:chromeOptions"]["mobileEmulation"]["userAgent"];
        assert_eq!(agent, "Mozilla/5.0 (iPhone)");
    }
}
