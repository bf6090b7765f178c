//! `shippass export`: a bundle in the form that another program, or a pull request, reads.

use std::path::Path;

use super::{
    Exit,
    arguments::{ExportArguments, ExportFormat},
    failure::Failure,
    handed::Handed,
    terminal::Terminal,
};
use crate::bundle::{paths, refuse_inside, write_whole};
use crate::handoff::{Case, Choice, Figure, brief, cases, ctrf, junit, sarif, summary};

pub(super) fn main(arguments: &ExportArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let handed = Handed::open(&arguments.bundle)?;
    let out = arguments.out.as_deref();
    let mut after = None;
    let text = match arguments.format {
        // Test reports are read by a CI's server, which counts paths from the folder that the job runs in.
        ExportFormat::Junit => junit(&handed.view(from_here(&handed).as_deref()))?,
        ExportFormat::Ctrf => ctrf(&handed.view(from_here(&handed).as_deref())),
        ExportFormat::Sarif => sarif(&handed.view(None)),
        ExportFormat::Har => har(&handed)?,
        ExportFormat::Markdown => {
            let summary = summary(&handed.view(from_file(&handed, out).as_deref()))?;
            after = out.map(|out| summary.comment_command(&out.to_string_lossy()));
            summary.text
        }
        ExportFormat::Brief => {
            let folder = from_file(&handed, out);
            let view = handed.view(folder.as_deref());
            let flagged = cases(&view, &Choice::Flagged)?;
            brief(&view, &flagged, &|case| pictures(&view, case))
        }
    };
    match out {
        None => terminal.print(&text),
        Some(out) => {
            refuse_inside(handed.folder(), out)?;
            write_whole(out, |file| file.write_all(text.as_bytes()))?;
            terminal.say(&format!("wrote {}", out.display()));
        }
    }
    if let Some(command) = after {
        terminal.say(&format!("to put it under a pull request: {command}"));
    }
    Ok(Exit::Clean)
}

fn from_here(handed: &Handed) -> Option<String> {
    handed.seen_from(Path::new("."))
}

/// What is read beside its pictures points at them from where it lies; standard output lies nowhere.
fn from_file(handed: &Handed, out: Option<&Path>) -> Option<String> {
    handed.seen_from(out?.parent()?)
}

fn har(handed: &Handed) -> Result<String, Failure> {
    let path = handed.folder().join(paths::HAR);
    std::fs::read_to_string(&path).map_err(|source| Failure::Io {
        what: format!("read {}", path.display()),
        source,
    })
}

fn pictures(view: &crate::handoff::BundleView<'_>, case: &Case<'_>) -> Vec<Figure> {
    let path = case.picture().and_then(|name| view.path(name));
    let figure = path.map(|path| Figure {
        path,
        what: case.picture_in_words(),
    });
    figure.into_iter().collect()
}
