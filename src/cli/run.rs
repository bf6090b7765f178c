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
    for warning in &project.warnings {
        terminal.say(&format!("{warning}\n"));
    }
    let target = match &resumed {
        Some(resumed) => project.by_its_host(resumed.choose_target(&project)?),
        None => choose_target(&project, arguments)?,
    };
    if let Some(warning) = mix_up(&project, &target) {
        terminal.say(&warning);
    }
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
    let target = match &arguments.url {
        Some(url) => Target::from_url(url.clone()),
        None => project.target(arguments.target.as_deref())?.clone(),
    };
    Ok(project.by_its_host(target))
}

/// What to say of a target that counts as production though it is declared as something else.
fn mix_up(project: &Project, target: &Target) -> Option<String> {
    let declared = project.config.targets.get(&target.name)?;
    (declared.kind != target.kind).then(|| {
        format!(
            "warning: the target `{}` is declared as {} and lies on a host that is declared as production; it is taken for production",
            target.name, declared.kind
        )
    })
}
