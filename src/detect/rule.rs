//! What a detector says of itself, and what it finds.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{across::Across, ignore::IgnoreUse};
use crate::evidence::{Area, Run};

/// A detector: its texts and its judgement.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Names the wrong thing; reads well after "ignore".
    pub name: &'static str,
    /// How heavy its findings weigh.
    pub severity: Severity,
    /// What it means, in one sentence.
    pub what: &'static str,
    /// Why it matters, with the incident.
    pub why: &'static str,
    /// What it looks at.
    pub looks_at: &'static str,
    /// When it stays silent.
    pub silent: &'static str,
    /// How to mend the app.
    pub mend: &'static str,
    /// The judgement.
    pub inspect: Inspect,
}

/// A judgement is a pure function; of what it depends on.
#[derive(Debug, Clone, Copy)]
pub enum Inspect {
    /// Of what was seen, each checklist by itself: a long run comes in parts.
    Run(fn(&Run) -> Vec<Finding>),
    /// Of what was seen, and of what all calls of the run tell of each other.
    Across(fn(&Run, &Across) -> Vec<Finding>),
    /// Of what the others found, one finding a cause, and the run's facts; what was seen in its steps needn't be there any more.
    Findings(fn(&Run, &[Finding]) -> Vec<Finding>),
}

/// How heavy a finding weighs; a notice flags no step.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// Probably wrong.
    Warning,
    /// Wrong.
    #[default]
    Error,
}

/// What a detector thinks; points at evidence, copies none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Unique in the run: `f1`; given after grouping.
    pub id: String,
    /// The detector's name.
    pub detector: String,
    /// How heavy it weighs.
    pub severity: Severity,
    /// The checklist (its index in the run) and step id where it was seen first.
    pub at: StepRef,
    /// Every further step that showed the same.
    #[serde(default)]
    pub also_at: Vec<StepRef>,
    /// One line.
    pub title: String,
    /// What was seen, in sentences; may hold line breaks.
    pub detail: String,
    /// Why the detector thinks so, one signal a line.
    #[serde(default)]
    pub signals: Vec<String>,
    /// Ids of exchanges, the decisive one first.
    #[serde(default)]
    pub requests: Vec<String>,
    /// Ids of console lines.
    #[serde(default)]
    pub console: Vec<String>,
    /// What to box in the picture of the step where it was seen first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boxes: Vec<Area>,
    /// What makes two findings the same fault; detector-made, never shown.
    #[serde(default)]
    pub fault: String,
    /// The part of the product that it is about, as the next deployment calls it too; given after grouping.
    #[serde(skip)]
    pub surface: String,
    /// The ignore rules, by their place in the configuration, that name one of its requests.
    #[serde(skip)]
    pub named_by: BTreeSet<usize>,
}

/// Names a step of a run.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct StepRef {
    /// The checklist's index in the run.
    pub checklist: usize,
    /// The step's id.
    pub step: String,
}

/// What was filed apart from findings, with the rule that filed it; never lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Noise {
    /// The rule that filed it: `extension`, `aborted by leaving`, `ignored: <why>`.
    pub rule: String,
    /// Where it was seen.
    pub at: StepRef,
    /// What it was, in one line.
    pub what: String,
    /// The exchange or console line.
    pub evidence: String,
}

/// How the rule begins that files what the configuration accepts.
pub(super) const IGNORED: &str = "ignored: ";

impl Noise {
    /// Whether a rule of the configuration accepts it.
    pub fn is_accepted(&self) -> bool {
        self.rule.starts_with(IGNORED)
    }
}

/// The whole judgement over a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// What was found, in the order of steps.
    pub findings: Vec<Finding>,
    /// What was filed as noise.
    pub noise: Vec<Noise>,
    /// What a detector needed and couldn't have.
    #[serde(default)]
    pub undecided: Vec<Undecided>,
    /// Ignore rules that somebody should look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<IgnoreUse>,
}

/// Something that a detector needed and that couldn't be had: its step isn't known to be clean.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undecided {
    /// Where.
    pub at: StepRef,
    /// What and why, for the person who reads.
    pub why: String,
}

/// What the machine says of a step; the worst one counts, in this order from the end.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// None of the others.
    Clean,
    /// It never began.
    NotRun,
    /// Something needed to decide couldn't be had.
    Unknown,
    /// A detector found a warning or an error.
    Flagged,
    /// An action or expectation didn't come to pass.
    Failed,
}

impl Severity {
    /// As a person says it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Status {
    /// As a person says it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::NotRun => "not run",
            Self::Unknown => "unknown",
            Self::Flagged => "flagged",
            Self::Failed => "failed",
        }
    }
}

impl Rule {
    /// A finding of this detector, as heavy as its others.
    pub(super) fn finding(&self, at: StepRef, title: String, fault: String) -> Finding {
        Finding {
            detector: self.name.to_owned(),
            severity: self.severity,
            at,
            title,
            fault,
            ..Finding::default()
        }
    }

    /// The rule's whole text as Markdown: what `explain` prints and `docs/detectors.md` holds.
    pub fn to_markdown(&self) -> String {
        let Self {
            name,
            what,
            why,
            looks_at,
            silent,
            mend,
            ..
        } = self;
        let severity = self.severity.in_words();
        format!(
            "## {name}\n\nSeverity: {severity}. It means that {what}.\n\n**Why it matters.** {why}\n\n**What it looks at.** {looks_at}\n\n\
             **When it stays silent.** {silent}\n\n**How to mend the app.** {mend}\n\n**How to ignore it.** In `shippass.yaml`, with a reason and, \
             if you can, an end:\n\n```yaml\nignore:\n  - detector: {name}\n    request: GET /path/of/the/call   # only for findings about a request\n    why: the reason\n    \
             until: 2026-12-31\n```\n"
        )
    }
}
