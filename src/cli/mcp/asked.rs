//! What a tool may be asked, as its schema tells.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::detect::Severity;

/// A step: its number in the whole walk, or its id as `list_findings` tells it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "a step is named by its number in the walk, or by its id: 13, \"02-sign-it\""
)]
pub(super) enum StepName {
    Number(usize),
    Id(String),
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Id(id) => f.write_str(id),
        }
    }
}

/// Nothing needs to be said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What is to be run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunAsked {
    /// Checklists, or folders of them, below the project's folder; `checklists/` when none is named.
    #[serde(default)]
    pub(super) checklists: Vec<String>,
    /// A target of `shippass.yaml`; the only one when not given.
    pub(super) target: Option<String>,
    /// Walk every checklist that has a persona as this one.
    pub(super) persona: Option<String>,
    /// A device's name, or WIDTHxHEIGHT@SCALE.
    pub(super) device: Option<String>,
    /// After so many minutes the run is ended in order, and what was seen by then is kept; 10 when not given, 0.5 is half a minute.
    #[schemars(range(min = 0.1, max = 60.0))]
    pub(super) minutes: Option<f64>,
}

/// Which findings are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FindingsAsked {
    /// A bundle's folder or zip below the project's folder; the newest one in `screenshots/` when not given.
    pub(super) bundle: Option<String>,
    /// Only what was seen in this step: its number in the whole walk, or its id.
    pub(super) step: Option<StepName>,
    /// Only what weighs so much or more.
    pub(super) severity: Option<Severity>,
}

/// One finding or one step of a bundle.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseAsked {
    /// A bundle's folder or zip below the project's folder; the newest one in `screenshots/` when not given.
    pub(super) bundle: Option<String>,
    /// A step: its number in the whole walk, or its id. Give this or `finding`.
    pub(super) step: Option<StepName>,
    /// A finding: `f1`. Give this or `step`.
    pub(super) finding: Option<String>,
}

/// What a step asked for and got.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExchangeAsked {
    /// A bundle's folder or zip below the project's folder; the newest one in `screenshots/` when not given.
    pub(super) bundle: Option<String>,
    /// The step: its number in the whole walk, or its id.
    pub(super) step: StepName,
    /// The exchange to be told whole: `e17`; without it every exchange of the step is told in a line.
    pub(super) exchange: Option<String>,
}

/// Which detector.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DetectorAsked {
    /// Its name: `html-for-json`.
    pub(super) name: String,
}

/// Two bundles.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CompareAsked {
    /// The first bundle's folder, below the project's folder.
    pub(super) a: String,
    /// The second one's.
    pub(super) b: String,
}
