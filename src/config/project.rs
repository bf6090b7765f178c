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
use crate::checklist::{
    Absent, Checklist, ChecklistReading, Declared, Library, Missing, Mistake, Place, Source,
    Surroundings, Variables, normal, read_checklists,
};

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

/// A checklist's file, before it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) source: Source<'a>,
    /// It was named itself, and not found in a folder: it is walked even when another checklist runs it.
    pub(super) is_named: bool,
}

/// Reads a configuration and checklists, and reports every mistake of all of them together.
///
/// Touches no file and no environment: what a checklist runs must be among `checklists`. `detectors` are the names that
/// ignore rules may use.
pub fn read_project(
    config: Option<Source<'_>>,
    checklists: &[Source<'_>],
    environment: &Environment,
    detectors: &[&str],
) -> Result<Project, Vec<Mistake>> {
    let no_file = |_: &str| Err("can't be read: there is no folder to look in".to_owned());
    read_texts(config, checklists, &no_file, environment, detectors)
}

/// The same of files that come with the program, each with its name, and of those that the configuration names.
pub fn read_embedded(
    (name, text): (&str, &str),
    checklists: &[(&str, &str)],
    files: &[(&str, &str)],
    environment: &Environment,
    detectors: &[&str],
) -> Result<Project, Vec<Mistake>> {
    let config = Source { name, text };
    let checklists = checklists.iter();
    let checklists: Vec<_> = checklists
        .map(|(name, text)| Source { name, text })
        .collect();
    let embedded = |wanted: &str| {
        let file = files.iter().find(|(name, _)| *name == wanted);
        let text = file.map(|(_, text)| (*text).to_owned());
        text.ok_or_else(|| "isn't among the files that came with it".to_owned())
    };
    read_texts(Some(config), &checklists, &embedded, environment, detectors)
}

fn read_texts(
    config: Option<Source<'_>>,
    checklists: &[Source<'_>],
    files: Files<'_>,
    environment: &Environment,
    detectors: &[&str],
) -> Result<Project, Vec<Mistake>> {
    let found: Vec<Found<'_>> = checklists
        .iter()
        .map(|source| Found {
            source: *source,
            is_named: true,
        })
        .collect();
    let library = InMemory(checklists);
    read_files(config, &found, &library, files, environment, detectors).into_project()
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

/// Reads a configuration and checklists: what checklists run comes from a library, what the configuration names from files.
pub(super) fn read_files(
    config: Option<Source<'_>>,
    checklists: &[Found<'_>],
    library: &dyn Library,
    files: Files<'_>,
    environment: &Environment,
    detectors: &[&str],
) -> FilesRead {
    let mut variables = environment.variables();
    if environment.is_forgiving() {
        variables.treat_missing(Missing::LeftOut);
    }
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
    let surroundings = Surroundings { declared, library };
    if environment.is_forgiving() {
        variables.treat_missing(Missing::Named);
    }
    let sources: Vec<Source<'_>> = checklists.iter().map(|found| found.source).collect();
    let readings = read_checklists(&sources, &mut variables, surroundings);
    let mut mistakes = reading.mistakes;
    let read = without_parts(checklists, readings, &mut mistakes);
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

/// The checklists that are walked, with their mistakes: one that another runs is a part of that and isn't walked by
/// itself, unless it was named. What is said of a file that several run is said once.
fn without_parts(
    found: &[Found<'_>],
    readings: Vec<ChecklistReading>,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Checklist> {
    let names: Vec<String> = found
        .iter()
        .map(|found| normal(found.source.name))
        .collect();
    let mut parts: BTreeSet<String> = BTreeSet::new();
    for (reading, name) in readings.iter().zip(&names) {
        parts.extend(reading.parts.iter().filter(|part| *part != name).cloned());
    }
    let is_root = |at: usize| found[at].is_named || !parts.contains(&names[at]);
    let (roots, others): (Vec<usize>, Vec<usize>) =
        (0..readings.len()).partition(|at| is_root(*at));
    let mut walked: BTreeSet<usize> = roots.into_iter().collect();
    // Checklists that run each other in a ring have no beginning: the first one stands for all of them.
    let run_by = |at: usize| readings[at].parts.iter().map(String::as_str);
    let mut covered: BTreeSet<&str> = walked.iter().flat_map(|at| run_by(*at)).collect();
    for at in others {
        if !covered.contains(names[at].as_str()) {
            walked.insert(at);
            covered.extend(run_by(at));
        }
    }
    let mut told: BTreeSet<(String, Place, String)> = BTreeSet::new();
    let mut checklists = Vec::new();
    for (at, reading) in readings.into_iter().enumerate() {
        let is_walked = walked.contains(&at);
        // What a part lacks by itself may be given by who runs it; what is worth a look stays so.
        let new = reading.mistakes.into_iter().filter(|mistake| {
            let key = (mistake.file.clone(), mistake.place, mistake.message.clone());
            (is_walked || !mistake.is_error()) && (parts.is_empty() || told.insert(key))
        });
        mistakes.extend(new);
        checklists.extend(reading.checklist.filter(|_| is_walked));
    }
    checklists
}

/// A project that lies in memory.
struct InMemory<'a>(&'a [Source<'a>]);

impl Library for InMemory<'_> {
    fn text(&self, _: &str, name: &str) -> Result<String, Absent> {
        let mut sources = self.0.iter();
        let source = sources.find(|source| normal(source.name) == name);
        source.map_or(Err(Absent::NotThere), |source| Ok(source.text.to_owned()))
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
