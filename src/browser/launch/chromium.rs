//! What chromedriver is asked for: a clean, quiet browser that is a phone.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::{DriverRequest, versions::Chromium};
use crate::config::Device;

/// Capabilities of a fresh browser with its own empty profile.
pub(super) fn capabilities(
    request: &DriverRequest<'_>,
    found: &Chromium,
    profile: &Path,
) -> Map<String, Value> {
    let options = json!({
        "binary": found.browser,
        "args": arguments(request.is_headed, profile),
        "prefs": {
            "credentials_enable_service": false,
            "profile.password_manager_enabled": false,
            "profile.password_manager_leak_detection": false,
            "autofill.profile_enabled": false,
            "autofill.credit_card_enabled": false,
        },
        "mobileEmulation": emulation(request.device, found.major),
    });
    let mut capabilities = common();
    capabilities.insert("browserName".to_owned(), json!("chrome"));
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    capabilities
}

/// What every engine is asked for.
pub(super) fn common() -> Map<String, Value> {
    let capabilities = json!({
        "webSocketUrl": true,
        "acceptInsecureCerts": false,
        // Every wait beyond the document's own parsing is ours, and bounded.
        "pageLoadStrategy": "eager",
        "timeouts": {"implicit": 0, "pageLoad": 20_000, "script": 120_000},
        // The observer sees dialogs and closes them.
        "unhandledPromptBehavior": "ignore",
    });
    match capabilities {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn arguments(is_headed: bool, profile: &Path) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-sync",
        "--disable-search-engine-choice-screen",
        "--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication",
        "--force-color-profile=srgb",
        "--password-store=basic",
        "--lang=en-US",
    ]
    .map(str::to_owned)
    .to_vec();
    if !is_headed {
        arguments.push("--headless=new".to_owned());
    }
    if rustix::process::geteuid().is_root() {
        // Chromium's sandbox refuses to run as root.
        arguments.push("--no-sandbox".to_owned());
    }
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments
}

fn emulation(device: &Device, major: u32) -> Value {
    let metrics = json!({
        "width": device.width,
        "height": device.height,
        "pixelRatio": device.scale,
        "touch": device.touch,
        "mobile": device.touch,
    });
    let reduced = if device.touch {
        format!(
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Mobile Safari/537.36"
        )
    } else {
        format!(
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"
        )
    };
    let agent = device.user_agent.clone().unwrap_or(reduced);
    json!({"deviceMetrics": metrics, "userAgent": agent})
}
