//! What still stands between a walk and a signature.

use serde::Serialize;

use super::{
    document::{BundleDocument, StepEntry},
    walk::{Verdict, Walk},
};
use crate::detect::{Status, StepRef};

/// What stands between a walk and a confirming signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "missing")]
pub enum Missing {
    /// The run was cut off.
    Incomplete {
        /// Why.
        why: String,
    },
    /// A step that nobody looked at.
    Unseen {
        /// The step.
        step: StepRef,
    },
    /// A step without a word.
    Unjudged {
        /// The step.
        step: StepRef,
    },
    /// A confirmed step with a sentence that nobody ticked.
    Unticked {
        /// The step.
        step: StepRef,
        /// The sentence.
        question: String,
    },
    /// A confirmed step that the machine calls failed or unknown, without a comment that says why.
    Unexplained {
        /// The step.
        step: StepRef,
    },
    /// A confirmed step that never began.
    NotRun {
        /// The step.
        step: StepRef,
    },
    /// A finding without a word.
    Undecided {
        /// The finding's id.
        finding: String,
    },
}

impl Walk {
    /// What still stands between this walk and a signature that isn't a rejection, in the order of steps.
    pub fn missing(&self, document: &BundleDocument) -> Vec<Missing> {
        let mut missing = Vec::new();
        if !document.run.complete {
            let why = document.run.cut_short.clone();
            let why = why.unwrap_or_else(|| "the run was cut off".to_owned());
            missing.push(Missing::Incomplete { why });
        }
        if let Some(shard) = document.run.shard {
            let why = format!("it is shard {shard} alone; `shippass merge` makes one of all");
            missing.push(Missing::Incomplete { why });
        }
        for (index, checklist) in document.checklists.iter().enumerate() {
            for step in &checklist.steps {
                let at = StepRef {
                    checklist: index,
                    step: step.id.clone(),
                };
                self.missing_of_step(&at, step, &mut missing);
            }
        }
        let findings = document.findings.iter();
        missing.extend(
            findings
                .filter(|finding| !self.findings.contains_key(&finding.id))
                .map(|finding| Missing::Undecided {
                    finding: finding.id.clone(),
                }),
        );
        missing
    }

    fn missing_of_step(&self, at: &StepRef, step: &StepEntry, missing: &mut Vec<Missing>) {
        let at = || at.clone();
        let Some(seen) = self.steps.get(&at()) else {
            missing.push(Missing::Unseen { step: at() });
            return;
        };
        if !seen.is_seen() && seen.carried_from.is_none() {
            missing.push(Missing::Unseen { step: at() });
        }
        match &seen.verdict {
            None => missing.push(Missing::Unjudged { step: at() }),
            Some(Verdict::Confirmed) => {
                // Whoever confirmed it earlier had ticked the same sentences.
                let unticked = (step.confirm.iter().enumerate())
                    .filter(|_| seen.carried_from.is_none())
                    .filter(|(question, _)| !seen.is_ticked(*question));
                missing.extend(unticked.map(|(_, question)| Missing::Unticked {
                    step: at(),
                    question: question.clone(),
                }));
                let is_odd = matches!(step.status, Status::Failed | Status::Unknown);
                if is_odd && seen.comments.is_empty() {
                    missing.push(Missing::Unexplained { step: at() });
                }
                if step.status == Status::NotRun {
                    missing.push(Missing::NotRun { step: at() });
                }
            }
            Some(Verdict::Rejected { .. } | Verdict::Unchecked { .. }) => {}
        }
    }
}
