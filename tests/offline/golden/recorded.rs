//! A golden run as it lies on disk: journal, what follows from it, report and seal.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::path::Path;

use shippass::{
    bundle::{BundlePaths, write_derived, write_manifest, write_report},
    detect::Findings,
    evidence::{Run, read_run},
    report::{ReportView, write_html},
};

use crate::replayed::{events, record};

/// Seals a run whose bodies and pictures lie in the folder already.
pub(crate) fn seal(dir: &Path, run: &Run, findings: &Findings) {
    let journal = tempfile::tempdir().unwrap();
    record(journal.path(), run, events(run));
    std::fs::copy(
        journal.path().join("journal.ndjson"),
        dir.join("journal.ndjson"),
    )
    .unwrap();
    let run = read_run(dir).unwrap();
    let document = write_derived(dir, &run, findings).unwrap();
    let paths = BundlePaths::new(dir);
    let view = ReportView {
        recorded: &run,
        document: &document,
        picture: &|name| paths.read(name).ok(),
    };
    write_report(dir, |out| write_html(&view, out)).unwrap();
    write_manifest(dir).unwrap();
}
