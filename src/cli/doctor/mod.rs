//! `shippass doctor`: is everything there that a run needs, and how is it mended?

mod browser;
mod report;

use std::path::Path;

use super::{
    Exit,
    arguments::{DoctorArguments, Global, ReportFormat, SchemaOf},
    failure::Failure,
    glance::AskedDriver,
    init::SCHEMAS,
    pass::runtime,
    schema,
    terminal::Terminal,
};
use crate::browser::launch::sweep_leftovers;
use crate::config::{Environment, Examined, Project, UsedVariable, VariableState, examine};
use crate::detect;
use report::Report;

pub(super) fn main(
    arguments: &DoctorArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let environment = Environment::capture();
    let examined = examine(global.config.as_deref(), &environment, &detect::names())?;
    let mut report = Report::default();
    report.ok("shippass", env!("CARGO_PKG_VERSION"));
    look_at_leftovers(&mut report);
    look_at_configuration(&mut report, &examined);
    for variable in &examined.variables {
        look_at_variable(&mut report, variable);
    }
    let folder = global.config.as_deref().and_then(Path::parent);
    look_at_schemas(&mut report, folder.unwrap_or(Path::new("")));
    // What can't be read has been told; the browser is looked at all the same.
    let project = Project {
        config: examined.config.unwrap_or_default(),
        ..Project::default()
    };
    let config = &project.config;
    let targets = match &arguments.target {
        Some(name) => vec![project.target(Some(name))?],
        None => config.targets.values().collect(),
    };
    runtime()?.block_on(browser::look(
        &mut report,
        config,
        &targets,
        AskedDriver {
            url: arguments.webdriver.as_ref(),
            listener: terminal.of_driver,
        },
    ));
    terminal.print(&match arguments.format {
        ReportFormat::Human => report.to_text(),
        ReportFormat::Json => report.to_json(),
    });
    Ok(if report.has_failed() {
        Exit::Surroundings
    } else {
        Exit::Clean
    })
}

fn look_at_leftovers(report: &mut Report) {
    match sweep_leftovers().len() {
        0 => report.ok("leftovers", "none"),
        1 => report.ok("leftovers", "removed the browser of a run that was killed"),
        count => report.ok(
            "leftovers",
            format!("removed the browsers of {count} runs that were killed"),
        ),
    }
}

fn look_at_configuration(report: &mut Report, examined: &Examined) {
    let what = "configuration";
    match (&examined.file, &examined.config) {
        (None, _) => report.warn(
            what,
            "there is no shippass.yaml here",
            "write a first one with `shippass init URL`, or name one with `--config`",
        ),
        (Some(file), Ok(config)) => {
            let count = |count: usize, word: &str| match count {
                1 => format!("1 {word}"),
                _ => format!("{count} {word}s"),
            };
            let targets = count(config.targets.len(), "target");
            let personas = count(config.personas.len(), "persona");
            report.ok(what, format!("{file}: {targets}, {personas}"));
        }
        (Some(file), Err(mistakes)) => {
            let errors: Vec<_> = mistakes.iter().filter(|it| it.is_error()).collect();
            let Some(first) = errors.first() else { return };
            let more = match errors.len() {
                1 => String::new(),
                count => format!(", and {} more", count - 1),
            };
            let found = format!("{file}:{}: {}{more}", first.place.line, first.message);
            report.fail(
                what,
                found,
                "`shippass check` shows each mistake and what to write instead",
            );
        }
    }
}

fn look_at_variable(report: &mut Report, variable: &UsedVariable) {
    let what = format!("${{{}}}", variable.name);
    let mend = format!("set it in the environment: export {}=…", variable.name);
    match variable.state {
        VariableState::Set => report.ok(what, "set"),
        VariableState::Padded(count) => report.warn(
            what,
            format!(
                "set, with {count} character{} of white space at its ends",
                if count == 1 { "" } else { "s" }
            ),
            "set it again without them; a line break often comes along from `echo` or a dashboard",
        ),
        VariableState::Empty | VariableState::Unset if variable.has_default => {
            report.ok(what, "not set; its default is used");
        }
        VariableState::Empty => report.fail(what, "set to nothing", mend),
        VariableState::Unset => report.fail(what, "not set", mend),
    }
}

/// The schemas that `init` wrote for editors may be those of another version.
fn look_at_schemas(report: &mut Report, folder: &Path) {
    let folder = folder.join(SCHEMAS);
    if !folder.is_dir() {
        return;
    }
    let stale = [
        (SchemaOf::Checklist, "checklist"),
        (SchemaOf::Config, "config"),
    ]
    .into_iter()
    .filter(|(of, name)| {
        let file = folder.join(format!("{name}.schema.json"));
        std::fs::read_to_string(file).is_ok_and(|text| text.trim_end() != schema::text(*of))
    })
    .map(|(_, name)| name);
    let stale: Vec<&str> = stale.collect();
    if stale.is_empty() {
        report.ok("schemas", "as this version reads files");
        return;
    }
    let commands = stale
        .iter()
        .map(|name| format!("shippass schema {name} > {SCHEMAS}/{name}.schema.json"));
    report.warn(
        "schemas",
        "of another version: editors complete and check with them",
        commands.collect::<Vec<_>>().join(" && "),
    );
}
