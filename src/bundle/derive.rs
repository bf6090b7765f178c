//! What follows from a run: `bundle.json`, `network.har`, `console.ndjson`, `redaction.json`.

use std::{collections::BTreeMap, path::Path};

use serde::Serialize;

use super::{
    console::write_console,
    document::BundleDocument,
    error::BundleError,
    har::write_har,
    paths::BundlePaths,
    whole_file::{write_json, write_whole},
};
use crate::{detect::Findings, evidence::Run};

/// The whole of `redaction.json`: rules and counts, no values.
#[derive(Serialize)]
struct Redactions<'a> {
    format: &'static str,
    total: u64,
    rules: &'a BTreeMap<String, u64>,
}

/// Writes everything that follows from a run into its folder, each file whole or not at all.
pub fn write_derived(
    dir: &Path,
    run: &Run,
    findings: &Findings,
) -> Result<BundleDocument, BundleError> {
    let paths = BundlePaths::new(dir);
    let document = BundleDocument::new(run, findings);
    write_whole(&paths.har(), |out| write_har(run, &paths, out))?;
    write_whole(&paths.console(), |out| write_console(run, out))?;
    let redactions = Redactions {
        format: "shippass-redaction/1",
        total: run.redactions.values().sum(),
        rules: &run.redactions,
    };
    write_json(&paths.redaction(), &redactions)?;
    // Last, so that a folder with a document has all that the document speaks of.
    write_whole(&paths.document(), |out| writeln!(out, "{document}"))?;
    Ok(document)
}
