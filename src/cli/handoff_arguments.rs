//! The options of the commands that hand a bundle on: `compare`, `gate`, `merge`.

use std::path::PathBuf;

use clap::Args;

use super::arguments::{Format, ReportFormat};

#[derive(Debug, Args)]
pub(super) struct CompareArguments {
    /// The folder of the first bundle.
    pub(super) a: PathBuf,
    /// The folder of the second.
    pub(super) b: PathBuf,
    /// How the differences are printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub(super) format: ReportFormat,
    /// Write a page too, with the pictures side by side; it opens offline.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct MergeArguments {
    /// The folders of the bundles.
    #[arg(required = true, value_name = "BUNDLE")]
    pub(super) bundles: Vec<PathBuf>,
    /// Folder of the new bundle, empty or not there yet.
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// How results are printed.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct GateArguments {
    /// The folder of the bundle.
    pub(super) bundle: PathBuf,
    /// The finding's id: `f1`.
    pub(super) finding: String,
    /// The expectation, as it stands in a checklist; made from the finding when not given.
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    pub(super) expect: Option<String>,
}
