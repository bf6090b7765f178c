//! `shippass compare A B`: what differs between two bundles.

use std::path::Path;

use super::{
    Exit,
    arguments::{CompareArguments, ReportFormat},
    failure::Failure,
    inspect::no_evidence,
    terminal::Terminal,
};
use crate::bundle::{self, Bundle, write_whole};
use crate::evidence::{Run, read_run};
use crate::handoff::compare::{Comparison, Part, Side, compare, parts, write_page};
use crate::report::{grid, page_opening, paragraph};

pub(super) fn main(arguments: &CompareArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let (bundle_a, run_a) = read(&arguments.a)?;
    let (bundle_b, run_b) = read(&arguments.b)?;
    let a = Side {
        run: &run_a,
        bundle: &bundle_a,
    };
    let b = Side {
        run: &run_b,
        bundle: &bundle_b,
    };
    let comparison = compare(a, b);
    if let Some(path) = &arguments.html {
        write_whole(path, |out| {
            write_page(&comparison, (a, b), page_opening, out)
        })?;
    }
    match arguments.format {
        ReportFormat::Json => {
            terminal.print(&serde_json::to_string_pretty(&comparison).unwrap_or_default());
        }
        ReportFormat::Human => {
            terminal.print(&drawn(&comparison, terminal));
            if let Some(path) = &arguments.html {
                terminal.print(&format!("page  {}", path.display()));
            }
        }
    }
    Ok(match comparison.differences {
        0 => Exit::Clean,
        _ => Exit::Flagged,
    })
}

/// A bundle and what was seen; one that can't be read is the user's mistake.
fn read(folder: &Path) -> Result<(Bundle, Run), Failure> {
    let bundle = bundle::open(folder).map_err(Failure::NotABundle)?;
    let run = read_run(folder).map_err(no_evidence)?;
    Ok((bundle, run))
}

fn drawn(comparison: &Comparison, terminal: &Terminal) -> String {
    let look = terminal.table_look();
    let pieces = parts(comparison).into_iter().map(|part| match part {
        Part::Line(text) => paragraph(&text, 0, look),
        Part::Under(text) => paragraph(&text, 3, look),
        Part::Table { head, rows } => grid(&head, &rows, look) + "\n",
        Part::Gap => "\n".to_owned(),
    });
    pieces.collect()
}
