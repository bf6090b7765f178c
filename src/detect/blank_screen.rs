//! `blank-screen`: a page that has something to say and shows nothing.

use super::{
    laid_out::{LaidOut, laid_out_steps},
    route::route_of,
    rule::{Finding, Inspect, Rule, Severity},
};
use crate::evidence::Run;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "blank-screen",
    severity: Severity::Error,
    what: "the page has text, and not a word, picture or control of it can be seen",
    why: "An animation that never began left every screen at `opacity: 0`. The page was complete, a test that asks for its text found it, and \
          the person in front of it saw white.",
    looks_at: "Whether anything of a settled page can be seen at all: a text, a picture, a control, or a painted box smaller than the screen. \
               What is transparent, hidden or of no size doesn't count.",
    silent: "For a page that has nothing in it either and for error pages (both are `page-crash`), for boxes that stand in until the content \
             comes, and for pages that aren't HTML or haven't settled.",
    mend: "Look for what hides the page: a class that a script should have taken off, an animation whose first frame is transparent, a style \
           that never came. Let the page be visible without the script.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    laid_out_steps(run).filter(is_blank).map(finding).collect()
}

fn is_blank(laid: &LaidOut<'_>) -> bool {
    laid.facts.shown == 0 && laid.facts.painted == 0 && laid.page.visuals == 0
}

fn finding(laid: LaidOut<'_>) -> Finding {
    let words: Vec<_> = laid.page.text.split_whitespace().collect();
    let words: String = words.join(" ").chars().take(120).collect();
    Finding {
        detail: format!("The page holds the text “{words}”, and none of it can be seen."),
        ..RULE.finding(
            laid.seen.at(),
            "nothing can be seen on the screen".to_owned(),
            route_of(&laid.page.url),
        )
    }
}
