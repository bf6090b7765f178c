//! `shippass check`: every mistake, without a browser.

use super::{
    Exit,
    arguments::{CheckArguments, Global},
    failure::Failure,
    terminal::Terminal,
};
use crate::config::{Environment, load_project};
use crate::detect;

pub(super) fn main(
    arguments: &CheckArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let environment = Environment::capture();
    let project = load_project(
        global.config.as_deref(),
        &arguments.files,
        &environment,
        &detect::names(),
    )?;
    for warning in &project.warnings {
        terminal.print(&format!("{warning}\n"));
    }
    let steps: usize = project
        .checklists
        .iter()
        .map(|checklist| checklist.steps.len())
        .sum();
    let count = |number: usize, word: &str| match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    };
    let mut text = format!(
        "no mistakes in {} with {}",
        count(project.checklists.len(), "checklist"),
        count(steps, "step")
    );
    if !project.warnings.is_empty() {
        text.push_str("; ");
        text.push_str(&count(project.warnings.len(), "warning"));
    }
    terminal.print(&text);
    Ok(Exit::Clean)
}
