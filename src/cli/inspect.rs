//! `shippass inspect`: the detectors once more, over evidence that was recorded before.

use std::fmt::Write as _;

use jiff::{civil::Date, tz::TimeZone};
use serde::Serialize;

use super::{
    Exit,
    arguments::{Global, InspectArguments, InspectionFormat},
    failure::Failure,
    terminal::Terminal,
};
use crate::bundle::{BundleDocument, Counts, FindingEntry};
use crate::config::{Config, Environment, ProjectError, examine};
use crate::detect::{self, IgnoreUse, Noise, Status};
use crate::evidence::{Run, read_run_so_far};
use crate::report::{self, visible};

/// What was recorded, and what it can't show.
struct Recorded {
    run: Run,
    /// A line each.
    not_shown: Vec<String>,
    /// Whether anything that was recorded is lost.
    is_whole: bool,
}

/// The whole of `--format json`.
#[derive(Serialize)]
struct Inspection<'a> {
    format: &'static str,
    of: String,
    counts: Counts,
    findings: &'a [FindingEntry],
    noise: &'a [Noise],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ignore: &'a [IgnoreUse],
    not_shown: &'a [String],
}

pub(super) fn main(
    arguments: &InspectArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let config = configuration(global)?;
    let recorded = of_bundle(arguments)?;
    let findings = detect::inspect(&recorded.run, &config.ignore, day_of(&recorded.run));
    let document = BundleDocument::new(&recorded.run, &findings);
    terminal.print(&match arguments.format {
        InspectionFormat::Text => text(&recorded, &document, terminal),
        InspectionFormat::Json => json(arguments, &recorded, &document),
    });
    // What is lost was seen by nobody, and nothing unseen is ever clean.
    Ok(match document.worst() {
        Status::Clean if recorded.is_whole => Exit::Clean,
        _ => Exit::Flagged,
    })
}

/// The configuration, for its ignore rules; checklists aren't asked for.
fn configuration(global: &Global) -> Result<Config, Failure> {
    let environment = Environment::capture();
    let examined = examine(global.config.as_deref(), &environment, &detect::names())?;
    let config = examined.config.map_err(ProjectError::Mistakes)?;
    Ok(config)
}

fn of_bundle(arguments: &InspectArguments) -> Result<Recorded, Failure> {
    let (run, torn) = read_run_so_far(&arguments.of).map_err(Failure::NoEvidence)?;
    let not_shown = match &torn {
        Some(why) => Some(format!("the rest: the journal is damaged at {why}")),
        None if run.info.finished.is_none() => {
            Some("the rest: the journal ends before the run did".to_owned())
        }
        None => None,
    };
    Ok(Recorded {
        run,
        is_whole: not_shown.is_none(),
        not_shown: not_shown.into_iter().collect(),
    })
}

/// The day on which it was judged first: a rule that held then holds now, and the findings are the same.
fn day_of(run: &Run) -> Date {
    let end = run.info.finished.unwrap_or(run.info.started);
    end.to_zoned(TimeZone::system()).date()
}

fn text(recorded: &Recorded, document: &BundleDocument, terminal: &Terminal) -> String {
    let mut text = report::table(&recorded.run, document, terminal.table_look());
    for line in &recorded.not_shown {
        // It may quote what a stranger wrote.
        let _ = writeln!(text, "not shown: {}", visible::line(line));
    }
    text
}

fn json(arguments: &InspectArguments, recorded: &Recorded, document: &BundleDocument) -> String {
    let inspection = Inspection {
        format: "shippass-inspection/1",
        of: arguments.of.display().to_string(),
        counts: document.counts,
        findings: &document.findings,
        noise: &document.noise,
        ignore: &document.ignore,
        not_shown: &recorded.not_shown,
    };
    serde_json::to_string_pretty(&inspection).unwrap_or_default()
}
