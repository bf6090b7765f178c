//! `shippass gate BUNDLE FINDING`: a finding becomes an expectation of its checklist.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    Exit,
    arguments::{GateArguments, Global},
    failure::Failure,
    inspect::no_run,
    terminal::Terminal,
};
use crate::bundle::{self, Bundle, ChecklistEntry, FindingEntry, Opened};
use crate::checklist::{Checklist, Step, Weight, with_expectation};
use crate::config::{Environment, Project, ProjectError, load_project};
use crate::detect;
use crate::evidence::read_run;
use crate::handoff::{Gate, gate};
use crate::report::visible;

pub(super) fn main(
    arguments: &GateArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let opened = Opened::at(&arguments.bundle).map_err(Failure::NotABundle)?;
    let bundle = bundle::open(opened.folder()).map_err(Failure::NotABundle)?;
    let finding = finding(&bundle, &arguments.finding)?;
    let wanted = wanted(arguments, opened.folder(), finding)?;
    let entry = bundle.document.checklists.get(wanted.at.checklist);
    let entry = entry.ok_or_else(|| refused("its checklist isn't in the bundle"))?;
    let file = PathBuf::from(&entry.file);
    let project = load(global, &file)?;
    let checklist = same_checklist(&project, entry)?;
    let step = own_step(checklist, &wanted.at.step)?;
    let text = fs::read_to_string(&file).map_err(|source| Failure::Io {
        what: format!("read {}", file.display()),
        source,
    })?;
    let changed = with_expectation(&text, step.place, &wanted.line).ok_or_else(|| {
        refused(&format!(
            "{} is written in a way in which no line can be put in; write `- {}` under `expect` of “{}” yourself",
            entry.file, wanted.line, step.name
        ))
    })?;
    let draft = draft(&file, &changed)?;
    check(global, &draft, step, &wanted)?;
    replace(draft, &file)?;
    let place = changed
        .lines()
        .zip(text.lines().chain([""; 2]))
        .position(|(new, old)| new != old);
    terminal.print(&visible::line(&format!(
        "{}:{}  - {}",
        entry.file,
        place.unwrap_or_default() + 1,
        wanted.line
    )));
    terminal.print(&visible::line(&format!(
        "“{}” fails from now on while {} is there",
        step.name, finding.id
    )));
    Ok(Exit::Clean)
}

fn refused(why: &str) -> Failure {
    Failure::NotGated {
        why: why.to_owned(),
        help: None,
    }
}

fn finding<'b>(bundle: &'b Bundle, id: &str) -> Result<&'b FindingEntry, Failure> {
    let findings = &bundle.document.findings;
    let found = findings.iter().find(|finding| finding.id == id);
    found.ok_or_else(|| Failure::UnknownFinding {
        id: id.to_owned(),
        known: findings.iter().map(|finding| finding.id.clone()).collect(),
    })
}

/// The line that the user gives, or the one that follows from the finding.
fn wanted(
    arguments: &GateArguments,
    folder: &Path,
    finding: &FindingEntry,
) -> Result<Gate, Failure> {
    if let Some(line) = &arguments.expect {
        let line = line.trim();
        return Ok(Gate {
            at: finding.at.clone(),
            line: line.strip_prefix("- ").unwrap_or(line).trim().to_owned(),
        });
    }
    let run = read_run(folder).map_err(no_run)?;
    gate(&run, finding).map_err(|why| Failure::NotGated {
        why: format!("{} ({}) can't become an expectation: {why}", finding.id, finding.detector),
        help: Some(format!(
            "if you know what the step must show, give the line yourself: `shippass gate {} {} --expect 'see: …'`",
            arguments.bundle.display(),
            finding.id
        )),
    })
}

fn load(global: &Global, file: &Path) -> Result<Project, ProjectError> {
    load_project(
        global.config.as_deref(),
        &[file.to_owned()],
        // Nothing is walked: the line goes into a file, whatever the environment holds.
        &Environment::capture().forgiving(),
        &detect::names(),
    )
}

/// The checklist as it was walked.
fn same_checklist<'p>(
    project: &'p Project,
    entry: &ChecklistEntry,
) -> Result<&'p Checklist, Failure> {
    let mut lists = project.checklists.iter();
    let same = lists.find(|list| list.file == entry.file && list.sha256 == entry.sha256);
    same.ok_or_else(|| Failure::NotGated {
        why: format!(
            "{} has changed since the run, or a file that it runs has",
            entry.file
        ),
        help: Some("run it again, and take the finding from the new bundle".to_owned()),
    })
}

/// The step, if what it expects is written in the checklist itself.
fn own_step<'c>(checklist: &'c Checklist, id: &str) -> Result<&'c Step, Failure> {
    let step = checklist.steps.iter().find(|step| step.id == id);
    let step = step.ok_or_else(|| {
        refused(
            "it was seen while signing in, which is written in `shippass.yaml` and has no `expect`",
        )
    })?;
    // Of steps that come from another file, what the running step expects belongs to the last.
    let mut siblings = checklist.steps.iter().rev();
    let last = siblings.find(|other| other.place == step.place);
    if last.is_some_and(|last| last.id == step.id) {
        return Ok(step);
    }
    Err(refused(&format!(
        "“{}” stands in a file that {} runs; write the expectation there",
        step.name, checklist.file
    )))
}

/// The new text in a hidden file beside the checklist, with its permissions.
fn draft(file: &Path, text: &str) -> Result<tempfile::NamedTempFile, Failure> {
    let write = || -> io::Result<tempfile::NamedTempFile> {
        let real = file.canonicalize()?;
        let folder = real.parent().unwrap_or(Path::new("."));
        let mut draft = tempfile::Builder::new()
            .prefix(".gate-")
            .suffix(".yaml")
            .tempfile_in(folder)?;
        draft.write_all(text.as_bytes())?;
        draft.as_file().sync_all()?;
        fs::set_permissions(draft.path(), fs::metadata(&real)?.permissions())?;
        Ok(draft)
    };
    write().map_err(write_failed(file))
}

/// Whether the new text is a checklist, and expects something new.
fn check(
    global: &Global,
    draft: &tempfile::NamedTempFile,
    step: &Step,
    wanted: &Gate,
) -> Result<(), Failure> {
    let project = match load(global, draft.path()) {
        Ok(project) => project,
        Err(ProjectError::Mistakes(mistakes)) => {
            let mut errors = mistakes.into_iter();
            let first = errors.find(|mistake| mistake.weight == Weight::Error);
            return Err(Failure::NotGated {
                why: format!(
                    "`{}` is no expectation: {}",
                    wanted.line,
                    first
                        .as_ref()
                        .map_or("", |mistake| mistake.message.as_str())
                ),
                help: first.and_then(|mistake| mistake.help),
            });
        }
        Err(error) => return Err(error.into()),
    };
    let mut steps = project.checklists.iter().flat_map(|list| &list.steps);
    let new = steps.find(|new| new.id == step.id);
    let added = new.and_then(|new| new.expectations.last());
    let is_known = added.is_some_and(|added| {
        step.expectations
            .iter()
            .any(|known| known.check == added.check)
    });
    if is_known {
        return Err(refused("its step expects exactly that already"));
    }
    Ok(())
}

fn replace(draft: tempfile::NamedTempFile, file: &Path) -> Result<(), Failure> {
    let put = || {
        let real = file.canonicalize()?;
        draft.persist(real).map_err(|error| error.error)
    };
    put().map(drop).map_err(write_failed(file))
}

fn write_failed(file: &Path) -> impl Fn(io::Error) -> Failure {
    let what = format!("write {}", file.display());
    move |source| Failure::Io {
        what: what.clone(),
        source,
    }
}
