//! The bundle: a folder that keeps the proof, and every path inside it.
//!
//! What is derived from a run is written here whole or not at all; what is sealed never changes.

mod accepted;
mod console;
mod derive;
mod digest;
mod document;
mod error;
mod har;
mod har_in;
mod history;
mod merge;
mod missing;
mod missing_words;
mod open;
mod pack;
pub mod paths;
mod phone;
mod plain;
mod reseal;
mod schema;
mod seal;
mod signoff_files;
mod signoff_write;
mod unpack;
mod unpack_beside;
mod walk;
mod walk_log;
mod whole_file;

pub use accepted::{AcceptedFolder, AcceptedStep};
pub use derive::write_derived;
pub use digest::{hex, hex_sha256, sha256};
pub use document::{
    BundleDocument, ChecklistEntry, Counts, FindingEntry, RunEntry, StepEntry, ToolEntry,
};
pub use error::BundleError;
pub use har_in::{Archive, Expected, read_har};
pub use history::{History, Past};
pub use merge::{Merge, MergeError};
pub use missing::Missing;
pub use open::{Bundle, Difference, DifferenceKind, check_whole, open};
pub use pack::{Packed, pack, refuse_altered, refuse_inside};
pub use paths::BundlePaths;
pub use phone::{Phone, PhonePass, photo_digest, write_photo};
pub use plain::manifest_sha256;
pub use reseal::{clear_unfinished, is_reviewed, unseal};
pub use schema::bundle_schema;
pub use seal::{Manifest, SealedFile, refuse, seal, write_manifest, write_report};
pub use signoff_files::{SignedFiles, SignoffFiles, further_signature, read_signoff};
pub use signoff_write::{NewSignoff, clear_cut_off, write_further, write_signoff};
pub use unpack::{Opened, is_zip};
pub use unpack_beside::{Beside, unpack_beside};
pub use walk::{Decision, Mark, Said, StepWalk, Surface, Verdict, Walk, WalkEntry};
pub use walk_log::{WalkLog, read_walk, walk_of};
pub use whole_file::write_whole;
