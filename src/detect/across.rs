//! What calls of a whole run tell of each other: a run that is too long for memory is judged in parts, and each needs this of all.

use super::{expects_json::Endpoints, secret_exposed::Secrets, slow_response::Fastest};
use crate::evidence::Run;

/// What some detectors ask of the whole run.
#[derive(Debug, Default)]
pub struct Across {
    /// What its endpoints have answered.
    pub(super) endpoints: Endpoints,
    /// The best time of each call.
    pub(super) fastest: Fastest,
    /// Keys that people typed, and the tokens by which they are known.
    pub(super) secrets: Secrets,
}

impl Across {
    /// Learns from a run, or from the next part of one.
    pub(super) fn learn(&mut self, run: &Run) {
        self.endpoints.learn(run);
        self.fastest.learn(run);
        self.secrets.learn(run);
    }
}
