//! From a journal to a sealed bundle: fold, judge, derive, scan, seal. Needs no browser.

use std::path::Path;

use jiff::civil::Date;

use super::failure::Failure;
use crate::bundle;
use crate::config::IgnoreRule;
use crate::detect::{self, Findings, Status};
use crate::evidence::{Redactor, Run, read_run};
use crate::report;

/// A run with its judgement.
pub(super) struct Judged {
    run: Run,
    findings: Findings,
    /// `bundle.json` as it was written.
    pub(super) document_text: String,
}

impl Judged {
    /// Whether every step is clean.
    pub(super) fn is_clean(&self) -> bool {
        detect::judge_all(&self.run, &self.findings)
            .iter()
            .flatten()
            .all(|judgement| judgement.status == Status::Clean)
    }

    /// The table of steps and the findings.
    pub(super) fn table(&self, has_colour: bool, width: usize) -> String {
        report::table(&self.run, &self.findings, has_colour, width)
    }
}

/// Derives everything from the journal and seals the folder; refuses when a known secret stands in it.
pub(super) fn conclude(
    folder: &Path,
    ignore: &[IgnoreRule],
    redactor: &Redactor,
    today: Date,
) -> Result<Judged, Failure> {
    let run = read_run(folder)?;
    let findings = detect::inspect(&run, ignore, today);
    let document_text = bundle::write_derived(folder, &run, &findings)?;
    let html = report::html(folder, &run, &findings);
    bundle::write_report(folder, &html)?;
    redactor.scanner().scan_folder(folder)?;
    bundle::write_manifest(folder)?;
    Ok(Judged {
        run,
        findings,
        document_text,
    })
}
