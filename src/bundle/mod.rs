//! Keeps the proof: every path inside a bundle, what is derived from the journal, and the manifest.

mod console;
mod document;
mod error;
mod har;
mod manifest;
pub mod paths;
mod write;

pub use document::{
    BundleDocument, BundleFinding, Counts, DocumentChecklist, DocumentStep, FORMAT, document,
};
pub use error::BundleError;
pub use manifest::{Difference, Manifest, ManifestEntry, check_whole, write_manifest};
pub use write::{open_document, write_derived, write_report};
