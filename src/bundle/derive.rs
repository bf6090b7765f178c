//! What follows from a run: `bundle.json`, `network.har`, `console.ndjson`, `redaction.json`.

use std::{collections::BTreeMap, io, path::Path};

use serde::Serialize;

use super::{
    console::write_console,
    document::BundleDocument,
    error::BundleError,
    har::write_har,
    paths::BundlePaths,
    whole_file::{write_json, write_whole},
};
use crate::detect::Findings;
use crate::evidence::{JOURNAL, Recorded};

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
    recorded: &dyn Recorded,
    findings: &Findings,
) -> Result<BundleDocument, BundleError> {
    let paths = BundlePaths::new(dir);
    let document = BundleDocument::of(recorded, findings).map_err(|error| BundleError::Read {
        path: dir.join(JOURNAL),
        source: io::Error::other(error),
    })?;
    write_whole(&paths.har(), |out| write_har(recorded, &paths, out))?;
    write_whole(&paths.console(), |out| write_console(recorded, out))?;
    let rules = &recorded.outline().redactions;
    let redactions = Redactions {
        format: "shippass-redaction/1",
        total: rules.values().sum(),
        rules,
    };
    write_json(&paths.redaction(), &redactions)?;
    // Last, so that a folder with a document has all that the document speaks of.
    write_whole(&paths.document(), |out| writeln!(out, "{document}"))?;
    Ok(document)
}
