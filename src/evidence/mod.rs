//! What was seen: events, the journal, exchanges, pictures, and taking secrets out.
//!
//! Imports nothing of browsers and judges nothing.

mod event;
mod exchange;
mod recorder;
mod redact;
mod run;

pub use event::{RunEvent, StepIndex};
pub use exchange::{
    Answer, Body, Content, Exchange, Header, Initiator, KeptBody, Outcome, ReadAs, Resource,
    Timings,
};
pub use recorder::{CapturedBody, Recorder};
pub use redact::Redactor;
pub use run::{
    ActionOutcome, ActionRecord, Area, ChecklistRun, ConsoleKind, ConsoleLine, DeviceFacts,
    Effects, ElementFacts, EngineFacts, ExpectationOutcome, ExpectationRecord, Happening,
    Navigation, PageFacts, Picture, Run, RunInfo, StepRun, TargetFacts, Typed,
};
