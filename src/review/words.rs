//! What a page may say: of something that is there, and in bounds.

use crate::bundle::{
    BundleDocument, Decision, Mark, Phone, Said, StepEntry, Surface, Verdict, Walk,
};
use crate::detect::StepRef;

/// A reason or a comment is a few sentences.
const LONGEST_TEXT: usize = 4_000;
/// A page that counts more at once has slept.
const LONGEST_LOOK: u64 = 3_600_000;
/// The page rounds places on a picture.
const ROUNDING: f64 = 1e-4;
/// No phone's viewport is wider or higher, in CSS pixels.
const LARGEST_PHONE: u32 = 20_000;
/// User agents have a few hundred characters.
const LONGEST_AGENT: usize = 512;
/// Whoever shows more of one step shows a film.
const MOST_PHOTOS: usize = 20;

pub(super) type Fit = Result<(), &'static str>;

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
        Said::Opened { .. } => Err("only `review` says who opened it"),
        Said::Carried { .. } => Err("only `sign` takes words over"),
    }
}

/// Whether a phone may say that of this bundle, after what was said already.
pub(super) fn fits_phone(document: &BundleDocument, walk: &Walk, said: &Said) -> Fit {
    let seen = |step| walk.steps.get(step);
    match said {
        Said::Phone { phone } => is_phone(phone),
        Said::Looked { step, on, ms } => {
            step_of(document, step)?;
            holds(*on == Surface::Phone, "this page is a phone's")?;
            holds(*ms <= LONGEST_LOOK, "nobody looks that long")
        }
        Said::Ticked {
            step, question, on, ..
        } => {
            let asked = step_of(document, step)?.confirm.len();
            holds(*question < asked, "there is no such sentence")?;
            holds(*on == Surface::Phone, "this page is a phone's")?;
            let is_opened = seen(step).is_some_and(|seen| seen.on.contains(&Surface::Phone));
            holds(is_opened, "open the step on this phone first")
        }
        Said::Commented { step, text } => step_of(document, step).and_then(|_| is_reason(text)),
        Said::Photographed { step, .. } => {
            step_of(document, step)?;
            let has_room = seen(step).is_none_or(|seen| seen.photos.len() < MOST_PHOTOS);
            holds(has_room, "the step has photos enough")
        }
        Said::Judged { .. }
        | Said::Marked { .. }
        | Said::Decided { .. }
        | Said::Opened { .. }
        | Said::Carried { .. } => Err("that is said on the review page"),
    }
}

/// Whether that can be a phone.
pub(super) fn is_phone(phone: &Phone) -> Fit {
    let is_size = |size: u32| (1..=LARGEST_PHONE).contains(&size);
    let is_fit = is_size(phone.width) && is_size(phone.height);
    holds(is_fit, "no phone has that size")?;
    holds(
        (0.1..=20.0).contains(&phone.scale),
        "no phone has that scale",
    )?;
    let agent = &phone.user_agent;
    let is_text = agent.chars().count() <= LONGEST_AGENT && !agent.chars().any(char::is_control);
    holds(is_text, "that is no user agent")
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
