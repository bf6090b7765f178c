//! What can be wrong with a project, and what to do about it.

use std::{io, path::PathBuf};

use crate::checklist::{Mistake, list_words, nearest};

/// Why a project couldn't be read.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The configuration that was asked for isn't there.
    #[error("there is no configuration at `{}`", path.display())]
    ConfigNotFound {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A checklist or folder that was asked for isn't there.
    #[error("there is no checklist at `{}`", path.display())]
    ChecklistNotFound {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A folder holds no checklist.
    #[error("there is no checklist in `{}`", folder.display())]
    NoChecklists {
        /// Where was looked.
        folder: PathBuf,
    },
    /// A file is there and can't be read.
    #[error("`{}` can't be read", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The files were read and hold mistakes.
    #[error("{}", count(.0))]
    Mistakes(Vec<Mistake>),
}

impl ProjectError {
    /// What to do next.
    pub fn help(&self) -> String {
        match self {
            Self::ConfigNotFound { .. } => {
                "give the path with `--config`, or let `shippass init URL` write a first one"
                    .to_owned()
            }
            Self::ChecklistNotFound { .. } => {
                "name a file or a folder that is there, or leave it out to take `checklists/`"
                    .to_owned()
            }
            Self::NoChecklists { .. } => {
                "put a `.yaml` file there, or name one; `shippass init URL` writes a first one"
                    .to_owned()
            }
            Self::Unreadable { .. } => "look at the permissions of the file".to_owned(),
            Self::Mistakes(_) => "mend them and run `shippass check` again".to_owned(),
        }
    }
}

fn count(mistakes: &[Mistake]) -> String {
    let errors = mistakes.iter().filter(|mistake| mistake.is_error()).count();
    let files: std::collections::BTreeSet<&str> = mistakes
        .iter()
        .filter(|mistake| mistake.is_error())
        .map(|mistake| mistake.file.as_str())
        .collect();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    format!(
        "{errors} mistake{} in {} file{}",
        plural(errors),
        files.len(),
        plural(files.len())
    )
}

/// Why a target couldn't be picked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No target is declared.
    #[error("no target is declared")]
    NoneDeclared,
    /// Several are declared and none was named.
    #[error("several targets are declared and none was named")]
    Several {
        /// The declared ones.
        declared: Vec<String>,
    },
    /// The named one isn't declared.
    #[error("there is no target `{name}`")]
    Unknown {
        /// The name as it was given.
        name: String,
        /// The declared ones.
        declared: Vec<String>,
    },
}

impl TargetError {
    /// What to do next.
    pub fn help(&self) -> String {
        let list =
            |names: &[String], last: &str| list_words(names.iter().map(String::as_str), last);
        match self {
            Self::NoneDeclared => {
                "give an address with `--url`, or declare one under `targets` in `shippass.yaml`"
                    .to_owned()
            }
            Self::Several { declared } => {
                format!("pick one with `--target`: {}", list(declared, "or"))
            }
            Self::Unknown { declared, .. } if declared.is_empty() => Self::NoneDeclared.help(),
            Self::Unknown { name, declared } => {
                match nearest(name, declared.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("declared in `shippass.yaml`: {}", list(declared, "and")),
                }
            }
        }
    }
}

/// Why a text names no device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// Neither a known name nor a size.
    #[error("unknown device `{name}`")]
    Unknown {
        /// The text as it was given.
        name: String,
        /// The known name nearest to it.
        near: Option<&'static str>,
    },
    /// A size without a scale.
    #[error("the device `{0}` lacks its scale")]
    ScaleMissing(String),
    /// A number outside what a screen can be.
    #[error("no screen measures `{0}`")]
    OutOfRange(String),
}

impl DeviceError {
    /// What to write instead.
    pub fn help(&self) -> String {
        match self {
            Self::Unknown {
                near: Some(near), ..
            } => format!("did you mean `{near}`?"),
            Self::Unknown { near: None, .. } => format!(
                "write width, height and scale as `375x812@3`, or one of {}",
                list_words(super::device::names(), "or")
            ),
            Self::ScaleMissing(size) => {
                format!("write the pixels for each CSS pixel behind `@`: `{size}@3`")
            }
            Self::OutOfRange(_) => {
                "width and height go from 100 to 5000, the scale from 0.5 to 5: `375x812@3`"
                    .to_owned()
            }
        }
    }
}
