//! What every driver is asked for, and one that already runs besides: its own capabilities over the common ones.

use serde_json::{Map, Value, json};

use super::DriverRequest;

/// The configuration's capabilities; what they don't say is asked for as everywhere.
pub(super) fn capabilities(request: &DriverRequest<'_>) -> Map<String, Value> {
    let mut capabilities = common();
    if let Some(remote) = request.remote {
        capabilities.extend(remote.capabilities.clone());
    }
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
        // The observer sees dialogs and closes them, the question whether to leave a page among them.
        "unhandledPromptBehavior": {"default": "ignore", "beforeUnload": "ignore"},
    });
    match capabilities {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
