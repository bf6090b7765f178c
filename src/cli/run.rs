//! `shippass run`: the user's checklists against the user's target.

use super::{
    Exit,
    arguments::{Global, RunArguments},
    failure::Failure,
    pass::{self, Assignment, runtime},
    terminal::Terminal,
};
use crate::config::{Device, Environment, Project, Target, load_project};
use crate::detect;

pub(super) fn main(
    arguments: &RunArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let environment = Environment::capture();
    let mut project = load_project(
        global.config.as_deref(),
        &arguments.files,
        &environment,
        &detect::names(),
    )?;
    if let Some(device) = &arguments.device {
        project.config.device = Device::parse(device)?;
    }
    for warning in &project.warnings {
        terminal.say(&format!("{warning}\n"));
    }
    let target = choose_target(&project, arguments)?;
    let assignment = Assignment {
        project,
        target,
        persona: arguments.persona.clone(),
        expected_commit: arguments.expect_commit.clone(),
        browser: arguments.browser.clone(),
    };
    pass::run(&assignment, terminal, &runtime()?)
}

fn choose_target(project: &Project, arguments: &RunArguments) -> Result<Target, Failure> {
    match &arguments.url {
        Some(url) => Ok(Target::from_url(url.clone())),
        None => Ok(project.target(arguments.target.as_deref())?.clone()),
    }
}
