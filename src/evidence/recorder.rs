//! Stub for compiling until the journal's branch is merged.
use super::{Area, Body, Redactor, Resource, RunEvent, StepIndex};
use std::sync::Arc;
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
    pub fn record(&self, _event: RunEvent) {}
    /// k
    pub fn keep_body(&self, _b: CapturedBody, _r: Resource, _f: bool) -> Body {
        Body::None
    }
    /// p
    pub fn take_picture(
        &self,
        _at: StepIndex,
        _file: String,
        _encoded: Vec<u8>,
        _caption: Option<String>,
        _boxes: Vec<(Area, String)>,
        _scale: f64,
    ) {
    }
    /// f
    pub fn failed(&self) -> Option<String> {
        None
    }
}
/// x
pub fn unused(_: Arc<Redactor>) {}
