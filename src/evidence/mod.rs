//! What was seen: events, the journal, exchanges, pictures, and taking secrets out.
//!
//! Imports nothing of browsers and judges nothing.

mod bodies;
mod chain;
mod content;
mod decode;
mod digest;
mod error;
mod event;
mod exchange;
mod fold;
mod header;
mod history;
mod journal;
mod kept_files;
mod layout;
mod locked_file;
mod picture;
mod pixels;
mod protection;
mod recorder;
mod recording;
mod records;
mod redact;
mod refusal;
mod run;
mod shard;
mod synced;
pub mod visible;

pub use bodies::{CapturedBody, TEXT_LIMIT};
pub use chain::hops_to;
pub use content::sniff;
pub use decode::{decode_picture, is_same_picture};
pub use digest::{hex, hex_sha256};
pub use error::EvidenceError;
pub(crate) use error::REFUSED_HELP;
pub use event::{RunEvent, StepIndex};
pub use exchange::{
    Answer, Body, CHECK_ACCEPT, Content, Exchange, Initiator, KeptBack, KeptBody, Outcome, ReadAs,
    Resource, Timings, is_safe_method,
};
pub use fold::{read_run, read_run_so_far};
pub use header::Header;
pub use history::{FlaggedSurface, PastRun};
pub use journal::{JOURNAL, JournalReader, ReadJournal, hold_journal, read_journal};
pub use layout::{
    BrokenImage, ClippedText, CoveredControl, Cut, Layout, LayoutFacts, Sight, SmallField,
    SmallTarget, WideElement,
};
pub use locked_file::LockedFile;
pub use picture::{NewPicture, draw_box};
pub use pixels::differing_pixels;
pub use protection::{Answered, Protection, protection_at_the_door, protection_of};
pub use recorder::Recorder;
pub use recording::{Recorded, Recording};
pub use records::{
    About, ActionOutcome, ActionRecord, Area, ConsoleKind, ConsoleLine, DownloadedFile, Effects,
    ElementFacts, ExpectationOutcome, ExpectationRecord, Happening, Navigation, PageFacts, Picture,
    PixelArea, Typed,
};
pub use redact::{Leak, Redactor, ScanError, Scanner};
pub(crate) use redact::{SERVER_KEY, server_keys_taken_from};
pub use refusal::{REFUSED, Refused, refuse_refused};
pub(crate) use run::add_counts;
pub use run::{
    AccessFacts, CertificateFacts, ChecklistRun, DeviceFacts, EngineFacts, Run, RunInfo, StepRun,
    TargetFacts,
};
pub use shard::Shard;
pub(crate) use synced::{make_synced_folder, sync_below, sync_folder_of};
