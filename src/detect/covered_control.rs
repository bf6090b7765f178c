//! `covered-control`: something lies over what should be tapped.

use super::{
    laid_out::{Faulty, LaidOut, in_words, laid_out_steps, unless_widget},
    rule::{Finding, Inspect, Rule, Severity},
};
use crate::evidence::{CoveredControl, Run};

/// Of five points, this many are as good as all.
const WHOLLY: f64 = 0.7;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "covered-control",
    severity: Severity::Error,
    what: "something lies over a control's middle, so that a finger meets that instead",
    why: "On a phone the price ran over the button beside it. The button was there, a test that clicks by code pressed it, and no thumb \
          could.",
    looks_at: "What a finger would meet in the middle of each control on screen, and at four more points of it. Covered at four or five of \
               them is an error, else a warning; under somebody else's widget (a chat bubble) it is a notice.",
    silent: "Under what is there to be dealt with first: dialogs and their backdrops, open menus, messages that pass (by their role, or a class such as `toast`), consent banners, and what \
             came up over a control that an earlier step had seen free. Where \
             scrolling brings the control out from under a bar. For labels and pictures that stand for the control or pass the touch on, \
             for disabled controls, and for what lets touches through.",
    mend: "Give the bar that lies over it room: `padding-bottom` on the page as high as the bar, `scroll-padding` for anchors. Where two \
           things overlap by accident, look for a negative margin or a fixed size. `pointer-events: none` for what is only to be seen.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let of_page = |laid: LaidOut<'_>| {
        let covered = laid.facts.covered.iter();
        laid.findings(&RULE, covered.filter_map(|it| faulty(&laid, it)).collect())
    };
    laid_out_steps(run).flat_map(of_page).collect()
}

fn faulty<'r>(laid: &LaidOut<'r>, covered: &'r CoveredControl) -> Option<Faulty<'r>> {
    let CoveredControl {
        element, by, share, ..
    } = covered;
    let severity = match covered.intent.as_deref() {
        None if *share >= WHOLLY => Severity::Error,
        None => Severity::Warning,
        Some("widget") => Severity::Notice,
        Some(_) => return None,
    };
    let name = in_words(element);
    Some(Faulty {
        element,
        severity: unless_widget(element, severity),
        title: format!("{name} can't be tapped: {} lies over it", in_words(by)),
        measured: format!(
            "`{}` lies over {:.0} of 5 points of {name}",
            by.path,
            share * 5.0
        ),
        kind: laid.kind_of(element),
        requests: Vec::new(),
    })
}
