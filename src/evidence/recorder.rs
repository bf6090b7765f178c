//! Stub for compiling until the journal's branch is merged.
use super::{Area, Body, Resource, RunEvent, StepIndex};
/// Handle.
#[derive(Debug, Clone)]
pub struct Recorder;
/// Captured.
#[derive(Debug)]
pub enum CapturedBody {
    /// none
    None,
    /// bytes
    Bytes {
        /// m
        mime: String,
        /// b
        bytes: Vec<u8>,
    },
    /// missing
    Missing {
        /// w
        why: String,
    },
    /// not fetched
    NotFetched {
        /// m
        mime: String,
        /// s
        size: u64,
    },
}
impl Recorder {
    /// r
    pub fn record(&self, event: RunEvent) {
        eprintln!("{}", serde_json::to_string(&event).unwrap_or_default());
    }
    /// k
    pub fn keep_body(&self, b: CapturedBody, _r: Resource, _f: bool) -> Body {
        match b {
            CapturedBody::Bytes { bytes, .. } => Body::Missing {
                why: String::from_utf8_lossy(&bytes).into(),
            },
            CapturedBody::Missing { why } => Body::Missing { why },
            _ => Body::None,
        }
    }
    /// p
    pub fn take_picture(
        &self,
        _at: StepIndex,
        file: String,
        encoded: Vec<u8>,
        _caption: Option<String>,
        _boxes: Vec<(Area, String)>,
        _scale: f64,
    ) {
        let _ = std::fs::write(format!("/tmp/scratch/{}", file.replace('/', "_")), encoded);
    }
    /// f
    pub fn failed(&self) -> Option<String> {
        None
    }
}
