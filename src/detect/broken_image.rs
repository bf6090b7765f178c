//! `broken-image`: a picture that didn't come.

use super::{
    laid_out::{Faulty, LaidOut, in_words, laid_out_steps, unless_widget},
    origin::{Owner, owner_of},
    route::path_of,
    rule::{Finding, Inspect, Rule, Severity},
};
use crate::evidence::{BrokenImage, Exchange, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "broken-image",
    severity: Severity::Warning,
    what: "a picture that should be seen wasn't drawn: its address answers nothing that is a picture",
    why: "Photos that were sent came back as the sign-in page with status 200. Nothing logged an error; the page showed the small broken frame, \
          and the customer asked where the photos were.",
    looks_at: "Every `<img>` of a settled page that the browser has given up on, with where it should have come from. A picture for its looks only \
               (`alt=\"\"`), and one in somebody else's widget, is a notice. A request that failed for it is told once, by its own detector.",
    silent: "For pictures that wait until they are scrolled to or have no address yet, dots that count visits, trackers' pictures, pictures \
             that the page hides or takes away itself, and steps that are offline.",
    mend: "Open the address from the report in the same session. A page in its place: the route isn't let through to the file. Nothing at all: \
           it was never sent, or its name changed.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let of_page = |laid: LaidOut<'_>| {
        let images = laid.facts.broken_images.iter();
        let own = images.filter(|image| owner_of(run, &image.source) != Owner::Tracker);
        laid.findings(&RULE, own.map(|image| faulty(&laid, image)).collect())
    };
    let steps = laid_out_steps(run).filter(|laid| !laid.seen.step.was_offline());
    steps.flat_map(of_page).collect()
}

fn faulty<'r>(laid: &LaidOut<'r>, image: &'r BrokenImage) -> Faulty<'r> {
    let element = &image.element;
    let severity = if image.is_decoration {
        Severity::Notice
    } else {
        unless_widget(element, RULE.severity)
    };
    let from = if image.source.starts_with("data:") {
        "data in the page itself".to_owned()
    } else {
        path_of(&image.source)
    };
    let asked = asked_for(laid, image);
    // What failed is told by its own detector, and takes only those with it that failed too.
    let has_failed = asked.is_some_and(|it| it.answer().is_none_or(|answer| answer.status >= 400));
    Faulty {
        element,
        severity,
        title: format!("{} wasn't drawn", in_words(element)),
        measured: format!("it should have come from {from}"),
        kind: format!("{} {has_failed}", laid.kind_of(element)),
        requests: asked.map(|it| it.id.clone()).into_iter().collect(),
    }
}

/// The request for it, in this step or in one before, the newest.
fn asked_for<'r>(laid: &LaidOut<'r>, image: &BrokenImage) -> Option<&'r Exchange> {
    let steps = laid.seen.so_far().iter().rev();
    let mut exchanges = steps.flat_map(|step| step.exchanges.iter().rev());
    exchanges.find(|exchange| exchange.url == image.source)
}
