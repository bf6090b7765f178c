//! From a journal to a sealed bundle: fold, judge, derive, scan, seal. Needs no browser.

use std::path::Path;

use jiff::civil::Date;

use super::{arguments::Format, failure::Failure, terminal::Terminal};
use crate::bundle::{self, BundleDocument, BundlePaths, Counts, paths};
use crate::config::IgnoreRule;
use crate::detect::{self, Status};
use crate::evidence::{
    FlaggedSurface, PastRun, Protection, Recorded, Recording, Redactor, ScanError, hold_journal,
};
use crate::report::{self, ReportView, TableLook};

/// A run with its judgement.
pub(super) struct Judged {
    recording: Recording,
    flagged: Vec<FlaggedSurface>,
    document: BundleDocument,
}

impl Judged {
    /// Whether every step is clean.
    pub(super) fn is_clean(&self) -> bool {
        self.document.worst() == Status::Clean
    }

    /// What answered in the target's place in some step.
    pub(super) fn protection(&self) -> Result<Option<Protection>, Failure> {
        for part in self.recording.parts() {
            let run = self.recording.read(&part)?;
            let found = run.steps().find_map(|(_, step)| step.protection(&run));
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// What was written to `bundle.json`.
    pub(super) fn document(&self) -> &BundleDocument {
        &self.document
    }

    /// What the next runs need to know of it.
    pub(super) fn as_past(&self) -> PastRun {
        let run = self.recording.outline();
        PastRun {
            run: run.info.id.clone(),
            started: run.info.started,
            target: run.target.name.clone(),
            commit: run.target.commit.clone(),
            flagged: self.flagged.clone(),
        }
    }

    /// How many steps of each status.
    pub(super) fn counts(&self) -> Counts {
        self.document.counts
    }

    /// `bundle.json` as it was written.
    fn document_text(&self) -> String {
        self.document.to_string()
    }

    /// The table of steps and the findings.
    fn table(&self, look: TableLook) -> Result<String, Failure> {
        Ok(report::table(&self.recording, &self.document, look)?)
    }
}

/// Derives everything from the journal and seals the folder; refuses when a known secret stands in it.
pub(super) fn conclude(
    folder: &Path,
    ignore: &[IgnoreRule],
    redactor: &Redactor,
    today: Date,
) -> Result<Judged, Failure> {
    // Whoever goes on with the run, or seals it too, has to wait.
    let _held = hold_journal(folder)?;
    bundle::clear_unfinished(folder)?;
    let recording = Recording::open(folder)?;
    let findings = detect::inspect_recorded(&recording, ignore, today)?;
    let document = bundle::write_derived(folder, &recording, &findings)?;
    let paths = BundlePaths::new(folder);
    let view = ReportView {
        recorded: &recording,
        document: &document,
        picture: &|name| paths.read(name).ok(),
    };
    bundle::write_report(folder, |out| report::write_html(&view, out))?;
    if let Err(found) = redactor.scanner().scan_folder(folder) {
        if let ScanError::Leaks(_) = found {
            bundle::refuse(folder, found.to_string())?;
        }
        return Err(found.into());
    }
    bundle::write_manifest(folder)?;
    let flagged = detect::flagged_surfaces(&findings.findings);
    Ok(Judged {
        recording,
        flagged,
        document,
    })
}

/// Prints what came of a run.
pub(super) fn print(
    folder: &Path,
    judged: &Judged,
    format: Format,
    terminal: &Terminal,
) -> Result<(), Failure> {
    match format {
        Format::Json => terminal.print(&judged.document_text()),
        Format::Human => {
            terminal.print(&judged.table(terminal.table_look())?);
            terminal.print(&format!("report  {}", folder.join(paths::REPORT).display()));
        }
    }
    Ok(())
}
