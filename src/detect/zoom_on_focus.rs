//! `zoom-on-focus`: a field that makes an iPhone zoom in.

use super::{
    laid_out::{Faulty, LaidOut, in_words, laid_out_steps, unless_widget},
    rule::{Finding, Inspect, Rule, Severity},
    viewport_meta::Viewport,
};
use crate::evidence::{Run, SmallField};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "zoom-on-focus",
    severity: Severity::Warning,
    what: "a field's text is smaller than 16 px, so that Safari on an iPhone zooms in when it is tapped and doesn't zoom out again",
    why: "After the first field the page is wider than the screen, the button to send it lies outside, and people give up. Chromium on a \
          desk doesn't do it, so nobody sees it before the customer does.",
    looks_at: "The size of the text in every field of a settled page that a person types into or picks from, frames of the same site \
               included, where the device has a touch screen. In somebody else's widget it is a notice.",
    silent: "For fields that are read only, disabled or hidden, for checkboxes, sliders and buttons, and where the page's viewport forbids \
             zooming (that is `viewport-meta`).",
    mend: "`font-size: 16px` or more on `input`, `select` and `textarea`; where it should look smaller, at least on touch screens: \
           `@media (pointer: coarse)`.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let of_page = |laid: LaidOut<'_>| {
        let zooms = Viewport::of(laid.facts.viewport.as_deref()).lets_zoom();
        let fields = laid.facts.small_fields.iter().filter(|_| zooms);
        laid.findings(&RULE, fields.map(faulty).collect())
    };
    let steps = laid_out_steps(run).filter(|_| run.device.touch);
    steps.flat_map(of_page).collect()
}

fn faulty(field: &SmallField) -> Faulty<'_> {
    let element = &field.element;
    let name = in_words(element);
    let size = (field.font_size * 10.0).round() / 10.0;
    Faulty {
        element,
        severity: unless_widget(element, RULE.severity),
        title: format!("{name} has text of {size} px: an iPhone zooms in when it is tapped"),
        measured: format!("the text of {name} is {size} px"),
        kind: "fields".to_owned(),
        requests: Vec::new(),
    }
}
