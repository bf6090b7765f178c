//! A driver, grid or device cloud that already runs: its own capabilities over the common ones.

use serde_json::{Map, Value};

use super::{DriverRequest, chromium::common};

/// The configuration's capabilities; what they don't say is asked for as everywhere.
pub(super) fn capabilities(request: &DriverRequest<'_>) -> Map<String, Value> {
    let mut capabilities = common();
    if let Some(remote) = request.remote {
        capabilities.extend(remote.capabilities.clone());
    }
    capabilities
}
