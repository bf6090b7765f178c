//! `shippass compare A B`: what differs between two bundles, or between two targets that are walked for it.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use clap::{CommandFactory, error::ErrorKind};
use tokio::runtime::Runtime;

use super::{
    Exit,
    arguments::{BrowserArguments, Cli, CompareArguments, Engine, Format, Global, ReportFormat},
    failure::Failure,
    inspect::no_run,
    pass::{self, Assignment, runtime},
    run::{as_it_counts, say_warnings},
    terminal::Terminal,
};
use crate::bundle::{self, Bundle, Opened, paths, write_whole};
use crate::config::{Device, Environment, Project, load_project};
use crate::detect;
use crate::evidence::{Run, read_run};
use crate::handoff::compare::{Comparison, Part, Side, compare, parts, write_page};
use crate::report::{TableLook, grid, page_opening, paragraph};

pub(super) fn main(
    arguments: &CompareArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    match (arguments.targets.as_slice(), arguments.of.as_slice()) {
        ([], [a, b]) => told(a, b, arguments, terminal),
        ([a, b], _) => match walked([a, b], arguments, global, terminal)? {
            ControlFlow::Continue([a, b]) => told(&a, &b, arguments, terminal),
            ControlFlow::Break(exit) => Ok(exit),
        },
        _ => Ok(misused()),
    }
}

/// What clap can't say by itself.
fn misused() -> Exit {
    let mut command = Cli::command();
    command.build();
    if let Some(command) = command.find_subcommand_mut("compare") {
        let error = command.error(
            ErrorKind::WrongNumberOfValues,
            "two bundles are compared, `compare A B`, or two targets, `compare --target A --target B`",
        );
        // It goes to standard error; where that is closed, nobody reads it.
        let _ = error.print();
    }
    Exit::BadInput
}

/// Walks the same checklists on two targets, one after the other: two at a time would disturb each other's times.
/// Breaks where somebody ended it before there were two bundles.
fn walked(
    [a, b]: [&String; 2],
    arguments: &CompareArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<ControlFlow<Exit, [PathBuf; 2]>, Failure> {
    let environment = Environment::capture();
    let config = global.config.as_deref();
    let mut project = load_project(config, &arguments.of, &environment, &detect::names())?;
    if let Some(device) = &arguments.device {
        project.config.device = Device::parse(device)?;
    }
    say_warnings(&project, terminal);
    // Both are known before the first is walked.
    let a = assignment(a, &project, arguments, terminal)?;
    let b = assignment(b, &project, arguments, terminal)?;
    let runtime = runtime()?;
    let a = match walk("A", &a, terminal, &runtime)? {
        ControlFlow::Continue(folder) => folder,
        ControlFlow::Break(exit) => return Ok(ControlFlow::Break(exit)),
    };
    let b = walk("B", &b, terminal, &runtime)?;
    Ok(b.map_continue(|b| [a, b]))
}

/// Walks one of them and says where its bundle is.
fn walk(
    letter: &str,
    assignment: &Assignment,
    terminal: &Terminal,
    runtime: &Runtime,
) -> Result<ControlFlow<Exit, PathBuf>, Failure> {
    terminal.say(&format!(
        "{letter}  walks the target `{}`",
        assignment.target.name
    ));
    let passed = pass::walked(assignment, terminal, runtime)?;
    let folder = passed.folder.clone();
    let counts = passed.judged.counts();
    terminal.say(&format!(
        "{letter}  {} of {} steps clean, report {}",
        counts.clean,
        counts.steps,
        folder.join(paths::REPORT).display()
    ));
    // Clean or not, it can be compared; one that broke off tells of a part of the plan only.
    Ok(match passed.exit()? {
        Exit::Clean | Exit::Flagged => ControlFlow::Continue(folder),
        cut => ControlFlow::Break(cut),
    })
}

fn assignment(
    name: &str,
    project: &Project,
    arguments: &CompareArguments,
    terminal: &Terminal,
) -> Result<Assignment, Failure> {
    let target = project.target(Some(name))?.clone();
    Ok(Assignment {
        target: as_it_counts(project, target, terminal),
        project: project.clone(),
        persona: arguments.persona.clone(),
        shard: None,
        resumed: None,
        // Two deployments may well serve two commits: the comparison says so.
        expected: None,
        session_folder: None,
        allows_production: arguments.allow_production,
        // What the first shows would count as seen before in the second, and differ by that alone.
        has_history: false,
        ends_with_input: false,
        browser: BrowserArguments {
            engine: Engine::Chromium,
            webdriver: arguments.webdriver.clone(),
            out: None,
            headed: false,
            format: Format::Human,
        },
    })
}

/// Compares two bundles and prints what differs.
fn told(
    a: &Path,
    b: &Path,
    arguments: &CompareArguments,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let (a, b) = (Compared::open(a)?, Compared::open(b)?);
    let (a, b) = (a.side(), b.side());
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
            terminal.print(&drawn(&comparison, terminal.table_look()));
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

/// A bundle and what was seen, for as long as they are compared.
pub(super) struct Compared {
    bundle: Bundle,
    run: Run,
    /// Holds the files of a zip.
    _opened: Opened,
}

impl Compared {
    /// Opens a folder or a zip; one that can't be read is the user's mistake.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let opened = Opened::at(path).map_err(Failure::NotABundle)?;
        Ok(Self {
            bundle: bundle::open(opened.folder()).map_err(Failure::NotABundle)?,
            run: read_run(opened.folder()).map_err(no_run)?,
            _opened: opened,
        })
    }

    /// It as one side of a comparison.
    pub(super) fn side(&self) -> Side<'_> {
        Side {
            run: &self.run,
            bundle: &self.bundle,
        }
    }
}

/// The tables of a comparison.
pub(super) fn drawn(comparison: &Comparison, look: TableLook) -> String {
    let pieces = parts(comparison).into_iter().map(|part| match part {
        Part::Line(text) => paragraph(&text, 0, look),
        Part::Under(text) => paragraph(&text, 3, look),
        Part::Table { head, rows } => grid(&head, &rows, look) + "\n",
        Part::Gap => "\n".to_owned(),
    });
    pieces.collect()
}
