//! From a journal to a sealed bundle: fold, judge, derive, scan, seal. Needs no browser.

use std::path::Path;

use jiff::civil::Date;

use super::{arguments::Format, failure::Failure, terminal::Terminal};
use crate::bundle::{self, BundleDocument, BundlePaths, Counts, paths};
use crate::config::IgnoreRule;
use crate::detect::{self, Status};
use crate::evidence::{
    FlaggedSurface, PastRun, Protection, Redactor, Run, ScanError, hold_journal, read_run,
};
use crate::report::{self, ReportView, TableLook};

/// A run with its judgement.
pub(super) struct Judged {
    run: Run,
    flagged: Vec<FlaggedSurface>,
    document: BundleDocument,
}

impl Judged {
    /// Whether every step is clean.
    pub(super) fn is_clean(&self) -> bool {
        self.document.worst() == Status::Clean
    }

    /// What answered in the target's place in some step.
    pub(super) fn protection(&self) -> Option<Protection> {
        let mut steps = self.run.steps();
        steps.find_map(|(_, step)| step.protection(&self.run))
    }

    /// What was written to `bundle.json`.
    pub(super) fn document(&self) -> &BundleDocument {
        &self.document
    }

    /// What the next runs need to know of it.
    pub(super) fn as_past(&self) -> PastRun {
        PastRun {
            run: self.run.info.id.clone(),
            started: self.run.info.started,
            target: self.run.target.name.clone(),
            commit: self.run.target.commit.clone(),
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
    fn table(&self, look: TableLook) -> String {
        report::table(&self.run, &self.document, look)
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
    let run = read_run(folder)?;
    let findings = detect::inspect(&run, ignore, today);
    let document = bundle::write_derived(folder, &run, &findings)?;
    let paths = BundlePaths::new(folder);
    let view = ReportView {
        run: &run,
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
    let flagged = detect::flagged_surfaces(&run, &findings.findings);
    Ok(Judged {
        run,
        flagged,
        document,
    })
}

/// Prints what came of a run.
pub(super) fn print(folder: &Path, judged: &Judged, format: Format, terminal: &Terminal) {
    match format {
        Format::Json => terminal.print(&judged.document_text()),
        Format::Human => {
            terminal.print(&judged.table(terminal.table_look()));
            terminal.print(&format!("report  {}", folder.join(paths::REPORT).display()));
        }
    }
}
