//! `shippass inspect`: the detectors once more, over evidence that was recorded before.

use std::{fmt, fmt::Write as _};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use url::Url;

use super::{
    Exit,
    arguments::{Global, InspectArguments, InspectionFormat},
    failure::Failure,
    terminal::Terminal,
};
use crate::bundle::{BundleDocument, Counts, Expected, FindingEntry, Opened, is_zip, read_har};
use crate::config::{Config, Environment, ProjectError, Target, examine};
use crate::detect::{self, IgnoreUse, Noise, Status};
use crate::evidence::{EvidenceError, Redactor, Run, read_run_so_far};
use crate::report::{self, visible};

/// What was recorded, and what it can't show.
struct Inspected {
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
    // No page is opened: secrets that are set are looked for, others needn't be.
    let config = configuration_in(&Environment::capture().forgiving(), global)?;
    let redactor = Redactor::new(config.secret_values());
    let recorded = if arguments.of.is_dir() || is_zip(&arguments.of) {
        of_bundle(&Opened::at(&arguments.of)?)?
    } else {
        of_archive(arguments, &config, &redactor)?
    };
    let findings = detect::inspect(&recorded.run, &config.ignore, day_of(end_of(&recorded.run)));
    let document = BundleDocument::new(&recorded.run, &findings);
    let text = match arguments.format {
        InspectionFormat::Text => text(&recorded, &document, terminal)?,
        InspectionFormat::Json => json(arguments, &recorded, &document),
    };
    // A secret may have been seen before it was known to be one.
    terminal.print(&redactor.known_secrets_out(&text).unwrap_or(text));
    // What is lost was seen by nobody, and nothing unseen is ever clean.
    Ok(match document.worst() {
        Status::Clean if recorded.is_whole => Exit::Clean,
        _ => Exit::Flagged,
    })
}

/// The configuration, for its ignore rules; checklists aren't asked for.
pub(super) fn configuration(global: &Global) -> Result<Config, Failure> {
    configuration_in(&Environment::capture(), global)
}

/// The same, in an environment.
pub(super) fn configuration_in(
    environment: &Environment,
    global: &Global,
) -> Result<Config, Failure> {
    let examined = examine(global.config.as_deref(), environment, &detect::names())?;
    let config = examined.config.map_err(ProjectError::Mistakes)?;
    Ok(config)
}

fn of_bundle(bundle: &Opened) -> Result<Inspected, Failure> {
    let (run, torn) = read_run_so_far(bundle.folder()).map_err(no_run)?;
    let not_shown = match &torn {
        Some(why) => Some(format!("the rest; the journal is damaged at {why}")),
        None if run.info.finished.is_none() => {
            Some("the rest; the journal ends before the run did".to_owned())
        }
        None => None,
    };
    Ok(Inspected {
        run,
        is_whole: not_shown.is_none(),
        not_shown: not_shown.into_iter().collect(),
    })
}

/// What no archive can show, whoever wrote it.
const NEVER_SHOWN: [&str; 6] = [
    "the page's text, messages and pictures",
    "console lines and errors of the page's code",
    "what was tapped and typed, and what it should have changed",
    "the layout on a phone, and what is cut off, covered or too small",
    "who was signed in; a 401 counts as asked before the sign-in",
    "whether a call to another origin that got no answer met a CORS rule or a dead server",
];

fn of_archive(
    arguments: &InspectArguments,
    config: &Config,
    redactor: &Redactor,
) -> Result<Inspected, Failure> {
    let url = arguments.url.as_ref();
    let expected = Expected {
        origins: url.map(|url| origins(url, config)).unwrap_or_default(),
        api: config.api.iter().map(ToString::to_string).collect(),
        contracts: config.contract.clone(),
    };
    let archive = read_har(&arguments.of, expected, redactor).map_err(no_evidence)?;
    let mut not_shown: Vec<String> = NEVER_SHOWN.map(str::to_owned).into();
    if archive.without_body > 0 {
        let count = archive.without_body;
        not_shown.push(format!(
            "the bodies of {count} answers; the archive was saved without them"
        ));
    }
    Ok(Inspected {
        run: archive.run,
        not_shown,
        is_whole: true,
    })
}

/// The origins of the app at an address: those of a declared target when it is one.
fn origins(url: &Url, config: &Config) -> Vec<String> {
    let own = Target::from_url(url.clone()).all_origins();
    let mut declared = config.targets.values().map(Target::all_origins);
    let found = declared.find(|origins| own.iter().all(|origin| origins.contains(origin)));
    found.unwrap_or(own)
}

fn no_evidence(error: impl fmt::Display) -> Failure {
    Failure::NoEvidence {
        why: error.to_string(),
    }
}

/// A run that can't be read; one that was refused is another matter than one that isn't there.
pub(super) fn no_run(error: EvidenceError) -> Failure {
    match error {
        EvidenceError::Refused { .. } => error.into(),
        error => no_evidence(error),
    }
}

/// When it ended; a run that was cut off counts from its beginning.
pub(super) fn end_of(run: &Run) -> Timestamp {
    run.info.finished.unwrap_or(run.info.started)
}

/// The day on which it was judged first: a rule that held then holds now, and the findings are the same.
pub(super) fn day_of(end: Timestamp) -> Date {
    end.to_zoned(TimeZone::system()).date()
}

fn text(
    recorded: &Inspected,
    document: &BundleDocument,
    terminal: &Terminal,
) -> Result<String, Failure> {
    let mut text = report::table(&recorded.run, document, terminal.table_look())?;
    if let Some(line) = set_aside(&document.noise) {
        let _ = writeln!(text, "{line}");
    }
    for line in &recorded.not_shown {
        // It may quote what a stranger wrote.
        let _ = writeln!(text, "not shown: {}", visible::line(line));
    }
    Ok(text)
}

/// How much was set aside, and where to read it; nothing is lost.
fn set_aside(noise: &[Noise]) -> Option<String> {
    let accepted = noise.iter().filter(|entry| entry.is_accepted()).count();
    let filed = noise.len() - accepted;
    let told = [
        (filed > 0).then(|| format!("{filed} filed as noise")),
        (accepted > 0).then(|| format!("{accepted} accepted by an ignore rule")),
    ];
    let told: Vec<_> = told.into_iter().flatten().collect();
    let listed = "`--format json` lists them";
    (!told.is_empty()).then(|| format!("set aside: {}; {listed}", told.join(", ")))
}

fn json(arguments: &InspectArguments, recorded: &Inspected, document: &BundleDocument) -> String {
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
