//! `overflow-x`: the page is wider than the screen.

use super::{
    laid_out::{LaidOut, in_words, laid_out_steps, unless_widget},
    route::route_of,
    rule::{Finding, Inspect, Rule, Severity},
};
use crate::evidence::{Run, WideElement};

/// Less than this is seen by nobody.
const SLIGHT: f64 = 4.0;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "overflow-x",
    severity: Severity::Warning,
    what: "the page is wider than the screen, so that it slides sideways under the finger and a part of it lies outside",
    why: "“It looks like the cost is cut off”: a table was wider than the phone, and the column with the amounts lay beyond its edge. At a \
          desk the same page looks right, and no build measures it.",
    looks_at: "How far the content of each settled page reaches past the device's width, and the outermost elements that stick out. A \
               decoration, somebody else's widget, or up to 4 px is a notice.",
    silent: "For a table, code or a row of cards that scrolls within a box of its own, for menus that wait beside the screen where nobody can \
             slide to them, for pages that lock sideways moving (what they cut off is `clipped-text`), and for pages that are laid out for \
             another width altogether (the step says so itself).",
    mend: "Let the named element shrink: `max-width: 100%`, `min-width: 0` on the items of a flex or grid row, `overflow-wrap: anywhere` for \
           long words. Or give it a box with `overflow-x: auto`, so that it slides and the page doesn't.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    laid_out_steps(run).filter_map(finding).collect()
}

fn finding(laid: LaidOut<'_>) -> Option<Finding> {
    let facts = laid.facts;
    let beyond = facts.content_width - facts.width;
    if beyond <= 1.0 {
        return None;
    }
    let first = facts.wide.first();
    let fault = first.map_or_else(|| route_of(&laid.page.url), |it| laid.kind_of(&it.element));
    let culprit = first.map_or_else(String::new, |it| {
        format!(": {} sticks out", in_words(&it.element))
    });
    let title = format!("the page is {beyond:.0} px wider than the screen{culprit}");
    let listed = facts.wide.iter().take(8);
    Some(Finding {
        severity: severity(&facts.wide, beyond),
        detail: format!(
            "It is laid out for {:.0} px and reaches to {:.0} px.",
            facts.width, facts.content_width
        ),
        signals: listed.clone().map(told).collect(),
        boxes: listed.map(|it| it.element.area).collect(),
        ..RULE.finding(laid.seen.at(), title, fault)
    })
}

fn told(wide: &WideElement) -> String {
    let WideElement {
        element, beyond, ..
    } = wide;
    let how = if wide.is_decoration {
        ", a decoration"
    } else {
        ""
    };
    format!("`{}` sticks out by {beyond:.0} px{how}", element.path)
}

/// What nobody can name is drawn by a style alone, and nothing is lost with it.
fn severity(wide: &[WideElement], beyond: f64) -> Severity {
    let of_element = |it: &WideElement| {
        if it.is_decoration {
            Severity::Notice
        } else {
            unless_widget(&it.element, RULE.severity)
        }
    };
    let heaviest = wide.iter().map(of_element).max();
    if beyond <= SLIGHT {
        return Severity::Notice;
    }
    heaviest.unwrap_or(Severity::Notice)
}
