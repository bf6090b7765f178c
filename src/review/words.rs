//! What a page may say: of something that is there, and in bounds.

use crate::bundle::{BundleDocument, Decision, Mark, Said, StepEntry, Surface, Verdict};
use crate::detect::StepRef;

/// A reason or a comment is a few sentences.
const LONGEST_TEXT: usize = 4_000;
/// A page that counts more at once has slept.
const LONGEST_LOOK: u64 = 3_600_000;
/// The page rounds places on a picture.
const ROUNDING: f64 = 1e-4;

type Fit = Result<(), &'static str>;

/// Whether the review page may say that of this bundle.
pub(super) fn fits(document: &BundleDocument, said: &Said) -> Fit {
    match said {
        Said::Looked { step, on, ms } => {
            step_of(document, step)?;
            is_of_page(*on)?;
            holds(*ms <= LONGEST_LOOK, "nobody looks that long")
        }
        Said::Ticked {
            step, question, on, ..
        } => {
            is_of_page(*on)?;
            let asked = step_of(document, step)?.confirm.len();
            holds(*question < asked, "there is no such sentence")
        }
        Said::Judged { step, verdict } => {
            step_of(document, step)?;
            match verdict {
                Verdict::Confirmed => Ok(()),
                Verdict::Rejected { why } | Verdict::Unchecked { why } => is_reason(why),
            }
        }
        Said::Commented { step, text } => step_of(document, step).and_then(|_| is_reason(text)),
        Said::Marked { step, mark } => is_mark(step_of(document, step)?, mark),
        Said::Decided { finding, decision } => {
            let mut findings = document.findings.iter();
            let is_known = findings.any(|known| known.id == *finding);
            holds(is_known, "there is no such finding")?;
            match decision {
                Decision::Accepted { why } => is_reason(why),
                Decision::Rejected { why } => is_short(why),
            }
        }
        Said::Phone { .. } | Said::Photographed { .. } => Err("this page is no phone"),
        Said::Carried { .. } => Err("only `sign` takes words over"),
    }
}

fn step_of<'d>(document: &'d BundleDocument, at: &StepRef) -> Result<&'d StepEntry, &'static str> {
    let checklist = document.checklists.get(at.checklist);
    checklist
        .and_then(|checklist| checklist.steps.iter().find(|step| step.id == at.step))
        .ok_or("there is no such step")
}

fn is_of_page(on: Surface) -> Fit {
    holds(on != Surface::Phone, "this page is no phone")
}

fn is_mark(step: &StepEntry, mark: &Mark) -> Fit {
    let is_in = |from: f64, size: f64| from >= 0.0 && size >= 0.0 && from + size <= 1.0 + ROUNDING;
    let has_picture = step.screens.contains(&mark.picture);
    holds(has_picture, "the step has no such picture")?;
    let is_inside = is_in(mark.x, mark.width) && is_in(mark.y, mark.height);
    holds(is_inside, "the place is outside the picture")?;
    is_short(&mark.note)
}

fn is_reason(text: &str) -> Fit {
    holds(!text.trim().is_empty(), "a reason has words")?;
    is_short(text)
}

fn is_short(text: &str) -> Fit {
    let is_short = text.chars().count() <= LONGEST_TEXT;
    holds(is_short, "the text is too long")
}

fn holds(is_so: bool, otherwise: &'static str) -> Fit {
    is_so.then_some(()).ok_or(otherwise)
}
