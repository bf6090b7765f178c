//! A project: the configuration and the checklists that belong together.

use std::collections::BTreeSet;

use url::Url;

use super::{
    access::secrets_in_access,
    address::secrets_in_addresses,
    contract::Files,
    environment::Environment,
    error::TargetError,
    model::{Config, Secret, Target, TargetKind},
    read::{ConfigReading, read_config},
};
use crate::checklist::{Checklist, Declared, Mistake, Source, Variables, read_checklist};

/// A configuration and its checklists, checked and ready to be walked.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// The configuration; an empty one when there is no file.
    pub config: Config,
    /// The checklists, in the order they were named.
    pub checklists: Vec<Checklist>,
    /// What is worth a look and stops nothing.
    pub warnings: Vec<Mistake>,
}

/// Reads a configuration and checklists, and reports every mistake of all of them together.
///
/// Touches no file and no environment. `detectors` are the names that ignore rules may use.
pub fn read_project(
    config: Option<Source<'_>>,
    checklists: &[Source<'_>],
    environment: &Environment,
    detectors: &[&str],
) -> Result<Project, Vec<Mistake>> {
    let no_file = |_: &str| Err("can't be read: there is no folder to look in".to_owned());
    read_files(config, checklists, environment, detectors, &no_file).into_project()
}

/// What was read of a project's files, whether or not it may be walked.
pub(super) struct FilesRead {
    /// The configuration, when it holds no error.
    pub(super) config: Option<Config>,
    /// The checklists that hold no error.
    pub(super) checklists: Vec<Checklist>,
    /// Every mistake so far.
    pub(super) mistakes: Vec<Mistake>,
    variables: Variables,
}

/// Reads a configuration and checklists, with the files that the configuration names.
pub(super) fn read_files(
    config: Option<Source<'_>>,
    checklists: &[Source<'_>],
    environment: &Environment,
    detectors: &[&str],
    files: Files<'_>,
) -> FilesRead {
    let mut variables = environment.variables();
    let reading = match config {
        Some(source) => read_config(source, &mut variables, detectors, files),
        None => ConfigReading {
            config: Some(Config::default()),
            personas: Some(BTreeSet::new()),
            databases: Some(BTreeSet::new()),
            mistakes: Vec::new(),
        },
    };
    let declared = Declared {
        personas: reading.personas.as_ref(),
        databases: reading.databases.as_ref(),
    };
    let mut mistakes = reading.mistakes;
    let mut read = Vec::new();
    for source in checklists {
        let (checklist, found) = read_checklist(*source, &mut variables, declared);
        read.extend(checklist);
        mistakes.extend(found);
    }
    FilesRead {
        config: reading.config,
        checklists: read,
        mistakes,
        variables,
    }
}

impl FilesRead {
    /// The project, when there is no error.
    pub(super) fn into_project(self) -> Result<Project, Vec<Mistake>> {
        let Some(mut config) = self.config else {
            return Err(self.mistakes);
        };
        if self.mistakes.iter().any(Mistake::is_error) {
            return Err(self.mistakes);
        }
        let used = self.variables.secrets().into_iter();
        config.secrets = used.map(|(name, value)| Secret { name, value }).collect();
        config.secrets.extend(secrets_in_addresses(&config));
        config.secrets.extend(secrets_in_access(&config));
        Ok(Project {
            config,
            checklists: self.checklists,
            warnings: self.mistakes,
        })
    }
}

impl Project {
    /// The target as it counts: on a host that is declared as production it is production, whatever it is called.
    pub fn by_its_host(&self, mut target: Target) -> Target {
        let mut declared = self.config.targets.values();
        let is_production = declared.any(|it| {
            it.kind == TargetKind::Production
                && it
                    .all_origins()
                    .iter()
                    .any(|origin| is_on(&target.url, origin))
        });
        if is_production {
            target.kind = TargetKind::Production;
        }
        target
    }

    /// The target with this name, or the only one when none is named.
    pub fn target(&self, name: Option<&str>) -> Result<&Target, TargetError> {
        let targets = &self.config.targets;
        let declared = || targets.keys().cloned().collect();
        if let Some(name) = name {
            return targets.get(name).ok_or_else(|| TargetError::Unknown {
                name: name.to_owned(),
                declared: declared(),
            });
        }
        let mut all = targets.values();
        match (all.next(), all.next()) {
            (None, _) => Err(TargetError::NoneDeclared),
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(TargetError::Several {
                declared: declared(),
            }),
        }
    }
}

/// Whether an address lies on an origin's host. On this machine every port is a host of its own.
fn is_on(url: &Url, origin: &str) -> bool {
    let Ok(origin) = Url::parse(origin) else {
        return false;
    };
    let is_same_port = url.port_or_known_default() == origin.port_or_known_default();
    url.host() == origin.host() && (is_same_port || !Target::is_of_this_machine(url))
}
