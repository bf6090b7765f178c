//! What can't be handed over, and why.

use thiserror::Error;

/// Why nothing could be made of a bundle.
#[derive(Debug, Error)]
pub enum HandoffError {
    /// No finding has that id.
    #[error("the bundle has no finding `{id}`")]
    NoSuchFinding {
        /// What was asked for.
        id: String,
        /// The ids that there are.
        known: Vec<String>,
    },
    /// No step has that number or id.
    #[error("the bundle has no step `{step}`")]
    NoSuchStep {
        /// What was asked for.
        step: String,
        /// How many steps there are.
        count: usize,
    },
    /// Several checklists have a step with that id.
    #[error("{} steps are called `{step}`", .numbers.len())]
    SeveralSteps {
        /// What was asked for.
        step: String,
        /// The numbers of those that it could be.
        numbers: Vec<usize>,
    },
    /// The JUnit writer refused.
    #[error("the JUnit file can't be written: {0}")]
    Junit(String),
}

impl HandoffError {
    /// The next thing to do.
    pub fn help(&self) -> String {
        match self {
            Self::NoSuchFinding { known, .. } if known.is_empty() => {
                "no finding was made; name a step with `--step`".to_owned()
            }
            Self::NoSuchFinding { known, .. } => format!("there are {}", known.join(", ")),
            Self::NoSuchStep { count, .. } => format!(
                "steps are counted through the whole walk, from 1 to {count}; or give an id as `bundle.json` has it: `02-sign-it`"
            ),
            Self::SeveralSteps { numbers, .. } => {
                let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
                format!(
                    "say which by its number in the walk: {}",
                    numbers.join(", ")
                )
            }
            Self::Junit(_) => "report it: shippass should write one of every bundle".to_owned(),
        }
    }
}
