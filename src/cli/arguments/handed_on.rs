//! Options of the commands that hand a bundle on.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Format, ReportFormat};

#[derive(Debug, Args)]
pub(in crate::cli) struct PromptArguments {
    /// The bundle's folder, or its zip.
    pub(in crate::cli) bundle: PathBuf,
    /// One step: its number in the whole walk, or its id as `bundle.json` has it.
    #[arg(long, value_name = "N", group = "what")]
    pub(in crate::cli) step: Option<String>,
    /// One finding: `f1`.
    #[arg(long, value_name = "ID", group = "what")]
    pub(in crate::cli) finding: Option<String>,
    /// Everything that isn't clean, as when nothing else is said.
    #[arg(long, group = "what")]
    pub(in crate::cli) flagged: bool,
    /// The folder to write; one beside the bundle when not given.
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Put the text on the clipboard too, or the first picture.
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub(in crate::cli) clipboard: Option<ClipboardOf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ClipboardOf {
    /// The Markdown.
    Text,
    /// The picture that shows it closest.
    Picture,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArguments {
    /// The bundle's folder, or its zip.
    pub(in crate::cli) bundle: PathBuf,
    /// The form.
    #[arg(long, value_enum)]
    pub(in crate::cli) format: ExportFormat,
    /// The file to write; standard output when not given.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportFormat {
    /// JUnit XML: a suite for each checklist, a case for each step.
    Junit,
    /// SARIF 2.1.0: each finding at its line of the checklist.
    Sarif,
    /// CTRF, the Common Test Report Format.
    Ctrf,
    /// The HTTP archive, as the bundle holds it.
    Har,
    /// A summary for a pull request or a CI's page.
    Markdown,
    /// All that isn't clean, each with how to see it again and what would prove it mended.
    Brief,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct PackArguments {
    /// The bundle's folder.
    pub(in crate::cli) bundle: PathBuf,
    /// The file to write; one beside the bundle when not given.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CompareArguments {
    /// Two bundles, each a folder or a zip; or, with two targets, checklists or folders of them, `checklists/` when none is named.
    #[arg(value_name = "BUNDLE|CHECKLIST")]
    pub(in crate::cli) of: Vec<PathBuf>,
    /// A target of the configuration to be walked; given twice, for A and for B.
    #[arg(long = "target", value_name = "NAME")]
    pub(in crate::cli) targets: Vec<String>,
    /// Walk every checklist that has a persona as this one, on both targets.
    #[arg(long = "as", value_name = "PERSONA", requires = "targets")]
    pub(in crate::cli) persona: Option<String>,
    /// The device for both: a name or WIDTHxHEIGHT@SCALE.
    #[arg(long, value_name = "NAME|WxH@SCALE", requires = "targets")]
    pub(in crate::cli) device: Option<String>,
    /// A driver, grid or device cloud that already runs.
    #[arg(long, value_name = "URL", requires = "targets")]
    pub(in crate::cli) webdriver: Option<url::Url>,
    /// Type, send and change on a production target too.
    #[arg(long, requires = "targets")]
    pub(in crate::cli) allow_production: bool,
    /// How the differences are printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub(in crate::cli) format: ReportFormat,
    /// Write a page too, with the pictures side by side; it opens offline.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) html: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MergeArguments {
    /// The folders of the bundles.
    #[arg(required = true, value_name = "BUNDLE")]
    pub(in crate::cli) bundles: Vec<PathBuf>,
    /// Folder of the new bundle, empty or not there yet.
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: PathBuf,
    /// How results are printed.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(in crate::cli) format: Format,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct GateArguments {
    /// The bundle's folder, or its zip.
    pub(in crate::cli) bundle: PathBuf,
    /// The finding's id: `f1`.
    pub(in crate::cli) finding: String,
    /// The expectation, as it stands in a checklist; made from the finding when not given.
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    pub(in crate::cli) expect: Option<String>,
}
