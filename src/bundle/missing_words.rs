//! What stands between a walk and a signature, in words for the person who walks.

use super::{document::BundleDocument, missing::Missing};
use crate::detect::StepRef;

impl Missing {
    /// One sentence: what is missing, and where.
    pub fn in_words(&self, document: &BundleDocument) -> String {
        let step = |at: &StepRef| step_name(at, document);
        match self {
            Self::Incomplete { why } => format!("the run isn't whole: {why}"),
            Self::Unseen { step: at } => format!("nobody has looked at {}", step(at)),
            Self::Unjudged { step: at } => {
                format!("{} is neither confirmed nor rejected", step(at))
            }
            Self::Unticked { step: at, question } => {
                format!("{} is confirmed, and “{question}” isn't ticked", step(at))
            }
            Self::Unexplained { step: at } => format!(
                "{} is confirmed over the machine's word, and no comment says why",
                step(at)
            ),
            Self::NotRun { step: at } => {
                format!("{} is confirmed, and it never ran", step(at))
            }
            Self::Undecided { finding } => {
                let mut findings = document.findings.iter();
                let title = findings
                    .find(|entry| entry.id == *finding)
                    .map_or("", |entry| entry.title.as_str());
                format!("finding {finding} is neither accepted nor rejected: {title}")
            }
        }
    }
}

/// `“Sign it” of “Quotes” as owner`.
fn step_name(at: &StepRef, document: &BundleDocument) -> String {
    let Some(checklist) = document.checklists.get(at.checklist) else {
        return format!("the step {}", at.step);
    };
    let step = checklist.steps.iter().find(|step| step.id == at.step);
    let name = step.map_or(at.step.as_str(), |step| step.name.as_str());
    match &checklist.persona {
        Some(persona) => format!("“{name}” of “{}” as {persona}", checklist.name),
        None => format!("“{name}” of “{}”", checklist.name),
    }
}
