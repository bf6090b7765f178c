//! `shippass compare A B`: what differs between two bundles.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use super::{
    Exit,
    arguments::{CompareArguments, CompareFormat},
    failure::Failure,
    terminal::Terminal,
};
use crate::bundle::{self, Bundle};
use crate::evidence::{Run, read_run};
use crate::handoff::compare::{Comparison, Dress, Part, Side, compare, parts, write_page};
use crate::report::{STYLE, grid, paragraph, visible};

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
    let mut page = |out: &mut dyn Write| match arguments.format {
        CompareFormat::Human => out.write_all(drawn(&comparison, terminal).as_bytes()),
        CompareFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &comparison)?;
            out.write_all(b"\n")
        }
        CompareFormat::Html => {
            let dress = Dress {
                style: STYLE,
                line: visible::line,
            };
            write_page(&comparison, (a, b), dress, out)
        }
    };
    if let Some(path) = &arguments.out {
        write_new(path, &mut page).map_err(|source| Failure::Io {
            what: format!("write {}", path.display()),
            source,
        })?;
    } else {
        let mut bytes = Vec::new();
        page(&mut bytes).map_err(|source| Failure::Io {
            what: "write the comparison".to_owned(),
            source,
        })?;
        terminal.print(&String::from_utf8_lossy(&bytes));
    }
    Ok(match comparison.differences() {
        0 => Exit::Clean,
        _ => Exit::Flagged,
    })
}

fn read(folder: &Path) -> Result<(Bundle, Run), Failure> {
    Ok((bundle::open(folder)?, read_run(folder)?))
}

fn write_new(
    path: &Path,
    fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    fill(&mut out)?;
    out.flush()
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
