//! `small-target`: a control that a finger misses.

use super::{
    laid_out::{Faulty, LaidOut, in_words, laid_out_steps, size_of, unless_widget},
    rule::{Finding, Inspect, Rule, Severity},
};
use crate::evidence::{Run, SmallTarget};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "small-target",
    severity: Severity::Warning,
    what: "a control is smaller than 24 by 24 px and so close to another one that a finger may meet that instead",
    why: "A mouse hits 16 px; a thumb on a site, in gloves, hits the button beside it. “Remove” beside “Edit” is then somebody's lost work.",
    looks_at: "The size of every control on a settled page, with all that takes touches for it (its label, its picture, what its style adds), \
               and the distance to the next one, by WCAG 2.2, 2.5.8 Target Size (Minimum), level AA. In somebody else's widget it is a notice.",
    silent: "Where a circle of 24 px around it touches no other control and no circle of another small one (a little less is let pass: links \
             below each other at a line height of 1.4), for links within running text, where a larger control does the same, for controls as the browser itself draws them, and for disabled ones.",
    mend: "Give it `min-width` and `min-height` of 24 px, better 44 px; padding counts. Or keep others 24 px away from its middle.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let of_page = |laid: LaidOut<'_>| {
        let small = laid.facts.small.iter();
        laid.findings(&RULE, small.filter_map(|it| faulty(&laid, it)).collect())
    };
    laid_out_steps(run).flat_map(of_page).collect()
}

fn faulty<'r>(laid: &LaidOut<'r>, small: &'r SmallTarget) -> Option<Faulty<'r>> {
    if small.exception.is_some() {
        return None;
    }
    let element = &small.element;
    let name = in_words(element);
    let size = size_of(&element.area);
    let beside = small
        .beside
        .as_ref()
        .map(|other| format!(", close to {}", in_words(other)))
        .unwrap_or_default();
    Some(Faulty {
        element,
        severity: unless_widget(element, RULE.severity),
        title: format!("{name} is only {size}{beside}"),
        measured: format!("{name} is {size}{beside}"),
        kind: laid.container_of(element),
        requests: Vec::new(),
    })
}
