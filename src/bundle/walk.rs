//! The human's walk: what was looked at, ticked and decided, folded from the walk's log.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::phone::{Phone, PhonePass};
use crate::detect::StepRef;

/// One thing that the reviewer said or did, with its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WalkEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub said: Said,
}

/// What a reviewer can say of a bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "kebab-case")]
pub enum Said {
    /// A step lay open before the reviewer.
    Looked {
        /// The step.
        step: StepRef,
        /// Where it lay open.
        on: Surface,
        /// For how long, in milliseconds; added to what was before.
        ms: u64,
    },
    /// A sentence of `confirm` was ticked, or unticked.
    Ticked {
        /// The step.
        step: StepRef,
        /// Which of its sentences, from 0.
        question: usize,
        /// Where.
        on: Surface,
        /// Whether it holds.
        holds: bool,
    },
    /// A step was confirmed, rejected or couldn't be checked; the last word counts.
    Judged {
        /// The step.
        step: StepRef,
        /// The word.
        verdict: Verdict,
    },
    /// Something to remember.
    Commented {
        /// The step.
        step: StepRef,
        /// The words.
        text: String,
    },
    /// A place on a step's picture.
    Marked {
        /// The step.
        step: StepRef,
        /// The place.
        mark: Mark,
    },
    /// A finding was accepted or rejected; the last word counts.
    Decided {
        /// The finding's id.
        finding: String,
        /// The word.
        decision: Decision,
    },
    /// A real phone took up the walk.
    Phone {
        /// What it said of itself.
        phone: Phone,
    },
    /// The phone gave a photo or a screenshot.
    Photographed {
        /// The step.
        step: StepRef,
        /// The file in the bundle: `signoff/phone/<sha256>.jpg`.
        file: String,
    },
    /// Somebody opened the review; what follows is theirs, as far as their machine knows.
    Opened {
        /// Who, as git or the system names them.
        by: String,
    },
    /// A step was confirmed by the reviewer's own earlier word, since nothing had changed.
    Carried {
        /// The step.
        step: StepRef,
        /// SHA-256 of the earlier statement.
        from: String,
    },
}

/// Where a step is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// By itself on the review page.
    #[default]
    Page,
    /// On the contact sheet, among others that didn't change.
    Sheet,
    /// In a real phone's own browser.
    Phone,
}

/// The human's word on a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum Verdict {
    /// It is as it should be.
    Confirmed,
    /// It isn't.
    Rejected {
        /// Why.
        why: String,
    },
    /// It couldn't be checked.
    Unchecked {
        /// Why.
        why: String,
    },
}

/// The human's word on a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "decision")]
pub enum Decision {
    /// Known, and no hindrance.
    Accepted {
        /// Why.
        why: String,
    },
    /// It has to be mended.
    Rejected {
        /// What is wrong; may be empty, the finding says it.
        why: String,
    },
}

/// A place on a picture, in parts of its width and height from 0 to 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// The picture, as `bundle.json` names it.
    pub picture: String,
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// How wide; 0 for a point.
    pub width: f64,
    /// How high; 0 for a point.
    pub height: f64,
    /// What is there.
    pub note: String,
}

/// All that was said of one step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepWalk {
    /// How long it lay open, in milliseconds.
    pub looked_ms: u64,
    /// Where.
    pub on: BTreeSet<Surface>,
    /// The sentences of `confirm` that hold, by where they were ticked.
    pub ticked: BTreeSet<(Surface, usize)>,
    /// The last word.
    pub verdict: Option<Verdict>,
    /// When that was said.
    pub judged_at: Option<Timestamp>,
    /// What is to be remembered.
    pub comments: Vec<String>,
    /// Places on its pictures.
    pub marks: Vec<Mark>,
    /// Files that the phone gave.
    pub photos: Vec<String>,
    /// The earlier statement whose word was taken over.
    pub carried_from: Option<String>,
}

impl StepWalk {
    /// Whether a sentence of `confirm` was ticked, wherever.
    pub fn is_ticked(&self, question: usize) -> bool {
        self.ticked.iter().any(|(_, ticked)| *ticked == question)
    }

    /// Whether what was recorded lay open; a phone shows the deployment, and not what is signed.
    pub(super) fn is_seen(&self) -> bool {
        self.on.iter().any(|on| *on != Surface::Phone)
    }
}

/// A whole walk so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Walk {
    /// By step; a step that nobody met isn't here.
    pub steps: BTreeMap<StepRef, StepWalk>,
    /// By the finding's id.
    pub findings: BTreeMap<String, Decision>,
    /// The phones that it was walked on, the last one last.
    pub phones: Vec<PhonePass>,
    /// Who looked or said something, each once; nobody where an older shippass kept the walk.
    pub walkers: Vec<String>,
    /// Who opened the review last.
    pub opened_by: Option<String>,
}

impl Walk {
    /// Takes one more entry in.
    pub fn take(&mut self, entry: WalkEntry) {
        self.credit(&entry.said);
        match entry.said {
            Said::Opened { by } => self.opened_by = Some(by),
            Said::Looked { step, on, ms } => {
                if let (Surface::Phone, Some(pass)) = (on, self.phones.last_mut()) {
                    pass.steps.insert(step.clone());
                }
                let seen = self.step(step);
                seen.looked_ms = seen.looked_ms.saturating_add(ms);
                seen.on.insert(on);
            }
            Said::Ticked {
                step,
                question,
                on,
                holds,
            } => {
                let seen = self.step(step);
                if holds {
                    seen.ticked.insert((on, question));
                } else {
                    seen.ticked.retain(|(_, ticked)| *ticked != question);
                }
            }
            Said::Judged { step, verdict } => {
                let seen = self.step(step);
                seen.verdict = Some(verdict);
                seen.judged_at = Some(entry.at);
                seen.carried_from = None;
            }
            Said::Commented { step, text } => self.step(step).comments.push(text),
            Said::Marked { step, mark } => self.step(step).marks.push(mark),
            Said::Decided { finding, decision } => {
                self.findings.insert(finding, decision);
            }
            Said::Phone { phone } => PhonePass::take_up(&mut self.phones, phone),
            Said::Photographed { step, file } => {
                let pass = self.phones.last_mut().map(|pass| &mut pass.photos);
                for photos in
                    pass.into_iter()
                        .chain([&mut self.steps.entry(step).or_default().photos])
                {
                    if !photos.contains(&file) {
                        photos.push(file.clone());
                    }
                }
            }
            Said::Carried { step, from } => {
                let seen = self.step(step);
                seen.verdict = Some(Verdict::Confirmed);
                seen.judged_at = Some(entry.at);
                seen.carried_from = Some(from);
            }
        }
    }

    /// Whoever looks or says something walks; to open a review, or to take earlier words over, is none of that.
    fn credit(&mut self, said: &Said) {
        if let Some(by) = &self.opened_by
            && !matches!(said, Said::Opened { .. } | Said::Carried { .. })
            && !self.walkers.contains(by)
        {
            self.walkers.push(by.clone());
        }
    }

    fn step(&mut self, step: StepRef) -> &mut StepWalk {
        self.steps.entry(step).or_default()
    }

    /// Files of all photos; one that shows two steps comes twice.
    pub fn photos(&self) -> impl Iterator<Item = &String> {
        self.steps.values().flat_map(|step| &step.photos)
    }

    /// What was said, and nothing of the looking. A pass on a phone is said: the statement tells of it.
    #[must_use]
    pub fn without_looking(mut self) -> Self {
        PhonePass::keep_what_was_said(&mut self.phones);
        self.walkers.clear();
        self.opened_by = None;
        for step in self.steps.values_mut() {
            step.looked_ms = 0;
            step.on.clear();
        }
        self.steps.retain(|_, step| *step != StepWalk::default());
        self
    }

    /// Whether anything was rejected: then the sign-off is a rejection.
    pub fn is_rejection(&self) -> bool {
        let mut verdicts = self.steps.values().filter_map(|step| step.verdict.as_ref());
        verdicts.any(|verdict| matches!(verdict, Verdict::Rejected { .. }))
            || (self.findings.values())
                .any(|decision| matches!(decision, Decision::Rejected { .. }))
    }
}
