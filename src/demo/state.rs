//! What every handler of the demo app can reach.

use std::sync::Arc;

use sqlx::SqlitePool;

use super::{
    assets::Assets,
    fault::{Fault, FaultSet},
};

/// The commit that should be served.
pub(super) const COMMIT: &str = "7c41e0b9d25fa8e36b1094cd7e58f20a3d96b7c1";
/// A commit from before the change.
pub(super) const OLD_COMMIT: &str = "2fd80a61c7b94e13905dae7f6c38b1520e4da79f";

/// The running app.
pub(super) type Shared = Arc<AppState>;

/// What the deployment was given: its parts and its environment.
#[derive(Debug)]
pub(super) struct AppState {
    pub(super) faults: FaultSet,
    pub(super) database: SqlitePool,
    pub(super) assets: Assets,
    /// Where links for customers begin.
    pub(super) public_url: String,
    /// Where photos go.
    pub(super) upload_origin: String,
    /// The bucket's name, as it stands in the environment.
    pub(super) bucket: &'static str,
    /// The key of the transcription service.
    pub(super) transcription_key: Option<&'static str>,
}

impl AppState {
    /// Whether a fault is on.
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.faults.contains(fault)
    }

    /// The commit that the deployment says it serves.
    pub(super) fn commit(&self) -> &'static str {
        if self.has(Fault::OldCommit) {
            OLD_COMMIT
        } else {
            COMMIT
        }
    }
}
