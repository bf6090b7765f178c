//! What earlier runs of a project flagged, surface by surface.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A run of before, as far as the next ones need it: a line of `screenshots/history.ndjson`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PastRun {
    /// Its id.
    pub run: String,
    /// When it began.
    pub started: Timestamp,
    /// The target's name.
    #[serde(default)]
    pub target: String,
    /// The commit that the target served, when it told.
    #[serde(default)]
    pub commit: Option<String>,
    /// What it flagged, each surface once.
    pub flagged: Vec<FlaggedSurface>,
}

/// A part of the product, named so that it stays the same from deployment to deployment, and what was wrong with it.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct FlaggedSurface {
    /// The detector.
    pub detector: String,
    /// `GET /api/quotes/*`, or `page /quotes/*` where no request was to blame.
    pub surface: String,
}
