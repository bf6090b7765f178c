//! `shippass run`: the user's checklists against the user's target.

use std::path::{Path, PathBuf};

use super::{
    Exit,
    arguments::{Global, RunArguments},
    checkout,
    failure::Failure,
    pass::{self, Assignment, ExpectedCommit, runtime},
    resume::Resumed,
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
    let resumed = match &arguments.resume {
        Some(folder) => Some(Resumed::read(folder)?),
        None => None,
    };
    let mut project = load_project(
        global.config.as_deref(),
        &resumed
            .as_ref()
            .map_or(arguments.files.clone(), Resumed::files),
        &environment,
        &detect::names(),
    )?;
    if let Some(device) = &arguments.device {
        project.config.device = Device::parse(device)?;
    }
    if let Some(resumed) = &resumed {
        project.config.device = resumed.device(&project)?;
    }
    say_warnings(&project, terminal);
    let target = match &resumed {
        Some(resumed) => resumed.choose_target(&project)?,
        None => choose_target(&project, arguments)?,
    };
    let target = as_it_counts(&project, target, terminal);
    let expected = match (&arguments.expect_commit, &target.commit) {
        (Some(commit), _) => Some(ExpectedCommit::given(commit)),
        // Only a target that tells its commit can be held against one.
        (None, Some(_)) => checkout::head(),
        (None, None) => None,
    };
    let assignment = Assignment {
        persona: match &resumed {
            Some(resumed) => resumed.persona(&project),
            None => arguments.persona.clone(),
        },
        shard: match &resumed {
            Some(resumed) => resumed.run.info.shard,
            None => arguments.shard,
        },
        resumed,
        project,
        target,
        expected,
        session_folder: arguments
            .keep_session
            .then(|| session_folder(&environment, global))
            .transpose()?,
        allows_production: arguments.allow_production,
        has_history: true,
        browser: arguments.browser.clone(),
        ends_with_input: arguments.ends_with_input,
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

/// Says what is worth a look in the project's files.
pub(super) fn say_warnings(project: &Project, terminal: &Terminal) {
    for warning in &project.warnings {
        terminal.say(&format!("{warning}\n"));
    }
}

fn choose_target(project: &Project, arguments: &RunArguments) -> Result<Target, Failure> {
    Ok(match &arguments.url {
        Some(url) => Target::from_url(url.clone()),
        None => project.target(arguments.target.as_deref())?.clone(),
    })
}

/// The target as its host makes it count; one that counts as production though it is declared as something else is said.
pub(super) fn as_it_counts(project: &Project, target: Target, terminal: &Terminal) -> Target {
    let target = project.by_its_host(target);
    let declared = project.config.targets.get(&target.name);
    if let Some(declared) = declared.filter(|declared| declared.kind != target.kind) {
        terminal.say(&format!(
            "warning: the target `{}` is declared as {} and lies on a host that is declared as production; it is taken for production",
            target.name, declared.kind
        ));
    }
    target
}
