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
    let warnings = match project.warnings.len() {
        0 => String::new(),
        1 => "; 1 warning".to_owned(),
        count => format!("; {count} warnings"),
    };
    let checklists = project.checklists.len();
    terminal.print(&format!(
        "no mistakes in {checklists} checklists with {steps} steps{warnings}"
    ));
    Ok(Exit::Clean)
}
