//! What was seen: events, the journal, exchanges, pictures, and taking secrets out.
//!
//! Imports nothing of browsers and judges nothing.

mod bodies;
mod content;
mod error;
mod event;
mod exchange;
mod fold;
mod journal;
mod picture;
mod protection;
mod recorder;
mod records;
mod redact;
mod run;
pub mod visible;

pub use bodies::CapturedBody;
pub use content::sniff;
pub use error::EvidenceError;
pub use event::{RunEvent, StepIndex};
pub use exchange::{
    Answer, Body, CHECK_ACCEPT, Content, Exchange, Header, Initiator, KeptBody, Outcome, ReadAs,
    Resource, Timings,
};
pub use fold::read_run;
pub use journal::{JOURNAL, ReadJournal, hex_sha256, read_journal};
pub use protection::{Answered, Protection, protection_at_the_door, protection_of};
pub use recorder::Recorder;
pub use records::{
    About, ActionOutcome, ActionRecord, Area, ConsoleKind, ConsoleLine, DownloadedFile, Effects,
    ElementFacts, ExpectationOutcome, ExpectationRecord, Happening, Navigation, PageFacts, Picture,
    Typed,
};
pub use redact::{Leak, Redactor, ScanError, Scanner};
pub use run::{
    AccessFacts, ChecklistRun, DeviceFacts, EngineFacts, Run, RunInfo, StepRun, TargetFacts,
};
