//! `list_checklists`: what could be run, and what `shippass check` says of it.

use std::path::Path;

use rmcp::model::CallToolResult;

use super::{
    refusal::Refusal,
    told::{ChecklistRow, ChecklistsTold, Problem, TargetRow, told},
};
use crate::checklist::{Checklist, Mistake};
use crate::cli::failure::Failure;
use crate::config::{Config, Environment, survey_project};
use crate::detect;

pub(super) fn list(config: Option<&Path>) -> Result<CallToolResult, Refusal> {
    let environment = Environment::capture();
    let survey =
        survey_project(config, &environment, &detect::names()).map_err(Failure::Project)?;
    let config = survey.config.unwrap_or_default();
    let mistakes = &survey.mistakes;
    let data = ChecklistsTold {
        can_run: !mistakes.iter().any(Mistake::is_error),
        checklists: survey.checklists.iter().map(row).collect(),
        targets: targets(&config),
        personas: config.personas.keys().cloned().collect(),
        problems: mistakes.iter().map(Problem::from).collect(),
    };
    told(in_words(&data, mistakes), &data)
}

fn row(checklist: &Checklist) -> ChecklistRow {
    let personas = checklist.personas.iter();
    ChecklistRow {
        file: checklist.file.clone(),
        name: checklist.name.clone(),
        personas: personas.map(|persona| persona.name.clone()).collect(),
        steps: checklist
            .steps
            .iter()
            .map(|step| step.name.clone())
            .collect(),
    }
}

/// Names and kinds: an address may hold what opens it.
fn targets(config: &Config) -> Vec<TargetRow> {
    let targets = config.targets.values();
    targets
        .map(|target| TargetRow {
            name: target.name.clone(),
            kind: target.kind.to_string(),
        })
        .collect()
}

fn in_words(data: &ChecklistsTold, mistakes: &[Mistake]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for list in &data.checklists {
        let persona = match list.personas.as_slice() {
            [] => "signed out".to_owned(),
            names => format!("as {}", names.join(", ")),
        };
        let steps = list.steps.join("; ");
        lines.push(format!(
            "- {} ({}, {persona}): {steps}",
            list.file, list.name
        ));
    }
    let names: Vec<_> = data
        .targets
        .iter()
        .map(|target| format!("{} ({})", target.name, target.kind))
        .collect();
    lines.push(format!("targets: {}", none_or(&names)));
    lines.push(format!("personas: {}", none_or(&data.personas)));
    lines.extend(mistakes.iter().map(|mistake| format!("\n{mistake}")));
    if !data.can_run {
        lines.push("\nNothing can be run before the errors are mended.".to_owned());
    }
    lines.join("\n")
}

fn none_or(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names.join(", "),
    }
}
