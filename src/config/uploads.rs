//! The files that steps upload: looked for on disk before anything is started.

use std::{
    fs::File,
    path::{Component, Path, PathBuf},
};

use crate::checklist::{Action, Mistake, Source, UploadFile, quote};

/// Finds the files of uploads and puts in where they really are; answers what is wrong with them.
///
/// `text_of` gives the text of a file that names some; `project` is the configuration's folder, where there is a
/// configuration.
pub(super) fn find_uploads<'a>(
    text_of: impl Fn(&str) -> Option<String>,
    project: Option<&Path>,
    actions: impl Iterator<Item = &'a mut Action>,
) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for action in actions {
        let Action::Upload(uploads) = action else {
            continue;
        };
        for file in uploads.iter_mut().flat_map(|upload| &mut upload.files) {
            match find(file, &folder_of(&file.named_in), project) {
                Ok(path) => file.path = path,
                Err((message, help)) => {
                    let text = text_of(&file.named_in).unwrap_or_default();
                    let source = Source {
                        name: &file.named_in,
                        text: &text,
                    };
                    mistakes.push(source.mistake(file.place, message, help));
                }
            }
        }
    }
    mistakes
}

/// The folder of a file as it was named; empty for the current one.
pub(super) fn folder_of(name: &str) -> PathBuf {
    Path::new(name).parent().unwrap_or(Path::new("")).to_owned()
}

type Wrong = (String, String);

fn find(file: &UploadFile, folder: &Path, project: Option<&Path>) -> Result<PathBuf, Wrong> {
    let written = file.written.as_str();
    let shown = quote(written);
    if Path::new(written).is_absolute() || written.starts_with('~') {
        let message = format!("{shown} doesn't begin at the folder of this file");
        let help = "put the file into the project and write its path from here: `photos/roof.jpg`";
        return Err((message, help.to_owned()));
    }
    let Ok(path) = folder.join(written).canonicalize() else {
        let message = format!("there is no file {shown} in {}", words_of(folder));
        return Err((message, help_for_missing(written, folder, project)));
    };
    // A link that leads out of the project lies outside as well.
    let is_inside = [Some(folder), project]
        .into_iter()
        .flatten()
        .filter_map(|root| Path::new(".").join(root).canonicalize().ok())
        .any(|root| path.starts_with(root));
    if !is_inside {
        let message = format!("{shown} lies outside of the project's folder");
        let help = "put a copy into the project: what is uploaded belongs to what is looked at";
        return Err((message, help.to_owned()));
    }
    if path.is_dir() {
        let message = format!("{shown} is a folder, not a file");
        let help = "name the file, or a list of them: `[photos/roof.jpg, photos/wall.jpg]`";
        return Err((message, help.to_owned()));
    }
    match File::open(&path) {
        Ok(_) => Ok(path),
        Err(error) => {
            let message = format!("{shown} can't be read: {error}");
            let help = "see that the file may be read by whoever runs shippass";
            Err((message, help.to_owned()))
        }
    }
}

/// Paths are easily written from the project's folder instead.
fn help_for_missing(written: &str, folder: &Path, project: Option<&Path>) -> String {
    let up = project.and_then(|project| {
        let below = folder.strip_prefix(project).ok()?;
        let steps = below
            .components()
            .filter(|part| matches!(part, Component::Normal(_)));
        project
            .join(written)
            .is_file()
            .then(|| "../".repeat(steps.count()))
    });
    match up {
        Some(up) if !up.is_empty() => {
            format!("paths begin at the folder of this file: write `{up}{written}`")
        }
        _ => {
            "paths begin at the folder of this file; see that the file is there and spelt the same"
                .to_owned()
        }
    }
}

fn words_of(folder: &Path) -> String {
    if folder.as_os_str().is_empty() {
        "this folder".to_owned()
    } else {
        quote(&folder.to_string_lossy())
    }
}
