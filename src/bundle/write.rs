//! Writing what is derived: each file appears whole or not at all.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::json;

use super::{
    console::write_console,
    document::{BundleDocument, document},
    error::BundleError,
    har::write_har,
    paths,
};
use crate::detect::Findings;
use crate::evidence::Run;

/// Writes `bundle.json`, `network.har`, `console.ndjson` and `redaction.json`; answers the first's text.
pub fn write_derived(folder: &Path, run: &Run, findings: &Findings) -> Result<String, BundleError> {
    let document = document(run, findings);
    let text =
        serde_json::to_string_pretty(&document).map_err(|error| unreadable(folder, &error))?;
    write_whole(folder, paths::DOCUMENT, |out| {
        out.write_all(text.as_bytes())
    })?;
    write_whole(folder, paths::HAR, |out| write_har(out, folder, run))?;
    write_whole(folder, paths::CONSOLE, |out| write_console(out, run))?;
    let taken_out = json!({"replaced": run.redactions, "note": "rules and how often each took something out; no values"});
    write_whole(folder, paths::REDACTION, |out| {
        serde_json::to_writer_pretty(&mut *out, &taken_out).map_err(io::Error::from)
    })?;
    Ok(text)
}

/// Writes `report.html`.
pub fn write_report(folder: &Path, html: &str) -> Result<(), BundleError> {
    write_whole(folder, paths::REPORT, |out| out.write_all(html.as_bytes()))
}

/// Reads `bundle.json` back.
pub fn open_document(folder: &Path) -> Result<BundleDocument, BundleError> {
    let path = folder.join(paths::DOCUMENT);
    let text = std::fs::read_to_string(&path).map_err(|source| BundleError::Io {
        what: "read",
        path: path.clone(),
        source,
    })?;
    serde_json::from_str(&text).map_err(|error| unreadable(&path, &error))
}

/// Writes to a file beside its place, puts it on the disk, then moves it there.
pub(super) fn write_whole(
    folder: &Path,
    name: &str,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), BundleError> {
    let path = folder.join(name);
    let partial = folder.join(format!("{name}.partial"));
    let write = || {
        let mut out = BufWriter::new(File::create(&partial)?);
        fill(&mut out)?;
        let written = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        written.sync_all()?;
        std::fs::rename(&partial, &path)
    };
    write().map_err(|source| BundleError::Io {
        what: "write",
        path: path.clone(),
        source,
    })
}

fn unreadable(path: &Path, error: &serde_json::Error) -> BundleError {
    BundleError::Unreadable {
        path: path.to_path_buf(),
        why: error.to_string(),
    }
}
