//! `shippass run`: the user's checklists against the user's target.

use std::path::{Path, PathBuf};

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
        session_folder: arguments
            .keep_session
            .then(|| session_folder(&environment, global))
            .transpose()?,
        browser: arguments.browser.clone(),
    };
    pass::run(&assignment, terminal, &runtime()?)
}

/// Where sessions are kept: the user's own place, never the project's.
fn session_folder(environment: &Environment, global: &Global) -> Result<PathBuf, Failure> {
    let state = environment.state_folder().ok_or(Failure::NoStateFolder)?;
    let folder = state.join("shippass").join("sessions");
    let config = global.config.as_deref().and_then(Path::parent);
    let project = std::path::absolute(config.unwrap_or(Path::new("."))).unwrap_or_default();
    let is_home = environment.get("HOME").map(Path::new) == Some(&project);
    if folder.starts_with(&project) && !is_home {
        return Err(Failure::StateInProject { folder });
    }
    Ok(folder)
}

fn choose_target(project: &Project, arguments: &RunArguments) -> Result<Target, Failure> {
    match &arguments.url {
        Some(url) => Ok(Target::from_url(url.clone())),
        None => Ok(project.target(arguments.target.as_deref())?.clone()),
    }
}
