//! Finding and reading a project's files.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    environment::Environment,
    error::ProjectError,
    model::Config,
    project::{FilesRead, Found, Project, read_files},
    uploads::{find_uploads, folder_of},
};
use crate::checklist::{
    Absent, Checklist, LARGEST, Library, Mistake, RecipeAction, Source, decode_text,
};

/// The configuration's name where none is given.
const CONFIG: &str = "shippass.yaml";
/// The largest file that the configuration may name, in bytes.
const LARGEST_NAMED: usize = 8 << 20;
/// The folder beside the configuration where checklists are looked for.
const CHECKLISTS: &str = "checklists";

/// Reads a project from disk.
///
/// Without a configuration's path it is `shippass.yaml` in the current folder, if there is one. Without checklists it
/// is the folder `checklists` beside the configuration. A folder stands for every `.yaml` and `.yml` file below it.
pub fn load_project(
    config_path: Option<&Path>,
    checklist_paths: &[PathBuf],
    environment: &Environment,
    detectors: &[&str],
) -> Result<Project, ProjectError> {
    let (read, mut mistakes) = read_all(config_path, checklist_paths, environment, detectors)?;
    match read.into_project() {
        Ok(project) if mistakes.is_empty() => Ok(project),
        Ok(_) => Err(ProjectError::Mistakes(mistakes)),
        Err(found) => {
            add_new(&mut mistakes, found);
            Err(ProjectError::Mistakes(mistakes))
        }
    }
}

/// A project to be told of, whether or not it may be walked.
#[derive(Debug, Clone)]
pub struct Survey {
    /// The configuration; `None` when it holds an error.
    pub config: Option<Config>,
    /// The checklists that hold no error.
    pub checklists: Vec<Checklist>,
    /// Every mistake of all files, and what is worth a look.
    pub mistakes: Vec<Mistake>,
}

/// Reads the same files and leaves out what can't be walked.
pub fn survey_project(
    config_path: Option<&Path>,
    environment: &Environment,
    detectors: &[&str],
) -> Result<Survey, ProjectError> {
    let (read, mut mistakes) = read_all(config_path, &[], environment, detectors)?;
    add_new(&mut mistakes, read.mistakes);
    Ok(Survey {
        config: read.config,
        checklists: read.checklists,
        mistakes,
    })
}

/// What was read, and the mistakes of files that aren't even text.
fn read_all(
    config_path: Option<&Path>,
    checklist_paths: &[PathBuf],
    environment: &Environment,
    detectors: &[&str],
) -> Result<(FilesRead, Vec<Mistake>), ProjectError> {
    let config = find_config(config_path)?;
    let files = find_checklists(config_path, checklist_paths)?;
    let mut mistakes = Vec::new();
    let config = match config {
        None => None,
        Some(path) => match read_text(&path)? {
            Ok(text) => Some((name_of(&path), text)),
            Err(mistake) => return Err(ProjectError::Mistakes(vec![*mistake])),
        },
    };
    let mut checklists = Vec::new();
    for (path, is_named) in files {
        match read_text(&path)? {
            Ok(text) => checklists.push((name_of(&path), text, is_named)),
            Err(mistake) => mistakes.push(*mistake),
        }
    }
    let found: Vec<Found<'_>> = checklists
        .iter()
        .map(|(name, text, is_named)| Found {
            source: Source { name, text },
            is_named: *is_named,
        })
        .collect();
    let library = ProjectFolder::of(config_path);
    let config = config.as_ref().map(|(name, text)| Source { name, text });
    let files = files_beside(config_path);
    let mut read = read_files(config, &found, &library, &files, environment, detectors);
    look_for_uploads(&mut read, config, &library);
    Ok((read, mistakes))
}

/// A file that is no text may have been run by another one, too: it is told once.
fn add_new(mistakes: &mut Vec<Mistake>, mut found: Vec<Mistake>) {
    found.retain(|mistake| !mistakes.contains(mistake));
    mistakes.extend(found);
}

/// Of every file that could be read.
fn look_for_uploads(read: &mut FilesRead, config: Option<Source<'_>>, library: &ProjectFolder) {
    let project = config.map(|source| folder_of(source.name));
    let project = project.as_deref();
    let mut missing = Vec::new();
    if let (Some(source), Some(config)) = (config, &mut read.config) {
        let text_of = |_: &str| Some(source.text.to_owned());
        let personas = config.personas.values_mut();
        let recipes = personas.flat_map(|persona| &mut persona.sign_in);
        let actions = recipes.filter_map(|action| match action {
            RecipeAction::Known(action) => Some(action),
            _ => None,
        });
        missing.extend(find_uploads(text_of, project, actions));
    }
    for checklist in &mut read.checklists {
        let root = checklist.file.clone();
        let text_of = |name: &str| library.text(&root, name).ok();
        let actions = checklist
            .steps
            .iter_mut()
            .flat_map(|step| &mut step.actions);
        let wrong = find_uploads(text_of, project, actions).into_iter();
        // What several checklists run is wrong once.
        let wrong: Vec<_> = wrong.filter(|wrong| !missing.contains(wrong)).collect();
        missing.extend(wrong);
    }
    read.mistakes.extend(missing);
}

/// The files of a project, for what its checklists run.
pub(super) struct ProjectFolder(PathBuf);

impl ProjectFolder {
    /// The folder of the configuration; without one the current folder.
    pub(super) fn of(config: Option<&Path>) -> Self {
        let folder = config.and_then(Path::parent);
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
        Self(folder.unwrap_or(Path::new(".")).to_owned())
    }

    /// The folder that files which `root` runs must lie in: the project's, or its own when it lies elsewhere.
    fn around(&self, root: &Path) -> io::Result<PathBuf> {
        let project = self.0.canonicalize()?;
        let root = root.canonicalize()?;
        Ok(match root.parent() {
            Some(own) if !root.starts_with(&project) => own.to_owned(),
            _ => project,
        })
    }
}

impl Library for ProjectFolder {
    fn text(&self, root: &str, name: &str) -> Result<String, Absent> {
        let absent = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => Absent::NotThere,
            _ => Absent::Unreadable(error.to_string()),
        };
        // Links are followed first, so that none leads out.
        let path = Path::new(name).canonicalize().map_err(absent)?;
        let folder = self.around(Path::new(root)).map_err(absent)?;
        if !path.starts_with(folder) {
            return Err(Absent::Outside);
        }
        match read_text(Path::new(name)) {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(mistake)) => Err(Absent::NoText(mistake)),
            Err(ProjectError::Unreadable { source, .. }) => Err(absent(source)),
            Err(error) => Err(Absent::Unreadable(error.to_string())),
        }
    }
}

pub(super) fn find_config(path: Option<&Path>) -> Result<Option<PathBuf>, ProjectError> {
    match path {
        Some(path) if path.is_file() => Ok(Some(path.to_owned())),
        Some(path) => Err(ProjectError::ConfigNotFound {
            path: path.to_owned(),
        }),
        None => Ok(Some(PathBuf::from(CONFIG)).filter(|path| path.is_file())),
    }
}

/// The checklists' files, and whether each was named itself.
fn find_checklists(
    config: Option<&Path>,
    paths: &[PathBuf],
) -> Result<Vec<(PathBuf, bool)>, ProjectError> {
    let default = config
        .and_then(Path::parent)
        .unwrap_or(Path::new(""))
        .join(CHECKLISTS);
    if paths.is_empty() && !default.is_dir() {
        return Err(ProjectError::NoChecklists { folder: default });
    }
    let paths = if paths.is_empty() {
        &[default][..]
    } else {
        paths
    };
    let mut files: Vec<(PathBuf, bool)> = Vec::new();
    let mut places: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for path in paths {
        let (found, is_named) = if path.is_dir() {
            (checklists_below(path)?, false)
        } else if path.is_file() {
            (vec![path.clone()], true)
        } else {
            return Err(ProjectError::ChecklistNotFound { path: path.clone() });
        };
        for file in found {
            let at = *places.entry(file.clone()).or_insert(files.len());
            match files.get_mut(at) {
                Some((_, is_named_before)) => *is_named_before |= is_named,
                None => files.push((file, is_named)),
            }
        }
    }
    Ok(files)
}

fn checklists_below(folder: &Path) -> Result<Vec<PathBuf>, ProjectError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        collect(&folder, &mut files, &mut folders).map_err(|source| ProjectError::Unreadable {
            path: folder.clone(),
            source,
        })?;
    }
    files.sort();
    if files.is_empty() {
        return Err(ProjectError::NoChecklists {
            folder: folder.to_owned(),
        });
    }
    Ok(files)
}

/// Takes a folder's checklists, and the folders in it to look into next.
fn collect(folder: &Path, files: &mut Vec<PathBuf>, folders: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') || name == CONFIG {
            continue;
        }
        // The entry's own type: a link to a folder is not followed, so that no ring can be walked.
        if entry.file_type()?.is_dir() {
            // A folder with its own configuration is another project.
            if !path.join(CONFIG).is_file() {
                folders.push(path);
            }
        } else if path.is_file() && is_yaml(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// A file's text, or the mistake that it is none.
pub(super) fn read_text(path: &Path) -> Result<Result<String, Box<Mistake>>, ProjectError> {
    let mut bytes = Vec::new();
    // One byte more than is allowed is enough to see that it is too many.
    let limit = LARGEST as u64 + 1;
    File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|source| ProjectError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
    if bytes.len() > LARGEST {
        return Ok(Ok(String::from_utf8_lossy(&bytes).into_owned()));
    }
    Ok(decode_text(&name_of(path), bytes))
}

/// Reads files that the configuration names; their paths begin at its folder.
pub(super) fn files_beside(config: Option<&Path>) -> impl Fn(&str) -> Result<String, String> {
    let folder = config.and_then(Path::parent).unwrap_or(Path::new(""));
    |name| read_named(&folder.join(name))
}

/// A file that the configuration names; `Err` in words.
fn read_named(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let limit = LARGEST_NAMED as u64 + 1;
    File::open(path)
        .and_then(|file| file.take(limit).read_to_string(&mut text))
        .map_err(|error| format!("can't be read: {error}"))?;
    if text.len() > LARGEST_NAMED {
        return Err(format!("is larger than {} KiB", LARGEST_NAMED >> 10));
    }
    Ok(text)
}

/// A path as messages and bundles name it.
pub(super) fn name_of(path: &Path) -> String {
    let name = path.to_string_lossy().replace('\\', "/");
    name.strip_prefix("./").map_or(name.clone(), str::to_owned)
}

#[cfg(test)]
mod tests;
