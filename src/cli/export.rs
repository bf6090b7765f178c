//! `shippass export`: a bundle in the form that another program, or a pull request, reads.

use std::{fs, path::Path};

use super::{
    Exit,
    arguments::{ExportArguments, ExportFormat},
    failure::Failure,
    handed::{Handed, make_folder},
    terminal::Terminal,
};
use crate::bundle::{paths, refuse_inside, write_whole};
use crate::handoff::{Case, Choice, Figure, Summary, brief, cases, ctrf, junit, sarif, summary};

pub(super) fn main(arguments: &ExportArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let handed = Handed::open(&arguments.bundle)?;
    let out = arguments.out.as_deref();
    if let Some(out) = out {
        refuse_inside(handed.folder(), out)?;
        make_folder_of(out)?;
    }
    let mut after = None;
    let text = match arguments.format {
        // Test reports are read by a CI's server, which counts paths from the folder that the job runs in.
        ExportFormat::Junit => junit(&handed.view(from_here(&handed).as_deref()))?,
        ExportFormat::Ctrf => ctrf(&handed.view(from_here(&handed).as_deref())),
        ExportFormat::Sarif => sarif(&handed.view(None)),
        ExportFormat::Har => har(&handed)?,
        ExportFormat::Markdown => {
            let summary = summary(&handed.view(from_file(&handed, out).as_deref()))?;
            after = out.map(|out| under_a_pull_request(&summary, out));
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
            write_whole(out, |file| file.write_all(text.as_bytes()))?;
            terminal.say(&format!("wrote {}", out.display()));
        }
    }
    if let Some(line) = after {
        terminal.say(&line);
    }
    Ok(Exit::Clean)
}

fn make_folder_of(out: &Path) -> Result<(), Failure> {
    let Some(folder) = out.parent().filter(|it| !it.as_os_str().is_empty()) else {
        return Ok(());
    };
    make_folder(folder)
}

/// The command that puts a summary there, or why there is none.
fn under_a_pull_request(summary: &Summary, out: &Path) -> String {
    let folder = out.parent().unwrap_or(Path::new("")).to_string_lossy();
    let file = out.file_name().unwrap_or_default().to_string_lossy();
    match summary.comment_command(&folder, &file) {
        Some(command) => format!("to put it under a pull request: {command}"),
        None => "`gh` can't attach the pictures: a `#` stands in their path, which begins their description there; write it where none does".to_owned(),
    }
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
    fs::read_to_string(&path).map_err(|source| Failure::Io {
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
