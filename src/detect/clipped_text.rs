//! `clipped-text`: a text of which a part can't be seen.

use std::fmt::Write;

use super::{
    amount::{has_amount, is_figure},
    laid_out::{Faulty, LaidOut, in_words, laid_out_steps, shortened, unless_widget},
    rule::{Finding, Inspect, Rule, Severity},
};
use crate::evidence::{ClippedText, Cut, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "clipped-text",
    severity: Severity::Error,
    what: "a part of a text can't be seen, and nothing brings it into view",
    why: "“It looks like the cost is cut off”: $4,500.00 stood in a box that was wide enough for $4,50. Whoever reads it reads another \
          price, and no test of the code sees it.",
    looks_at: "Every text of a settled page, and what cuts it: the edge of a box, half of a line, the edge of the screen, a field narrower \
               than what it holds. An amount, a date or a number that is cut is an error, any other text a warning; an ellipsis is a \
               notice, except on an amount or a date.",
    silent: "For what can be scrolled into view, texts for screen readers only, parts that are shut or moved away as a whole, rows that \
             their own code moves (carousels, tickers), texts that fade out, decorations that screen readers skip, and long texts in fields.",
    mend: "Let the box grow or the text wrap; leave out `overflow: hidden` or the fixed width. Where it must be short, let the words before \
           an amount give way, never the amount: `min-width: 0` with an ellipsis on the words, `flex: none` on the amount.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let of_page = |laid: LaidOut<'_>| {
        let clipped = laid.facts.clipped.iter();
        laid.findings(&RULE, clipped.map(|it| faulty(&laid, it)).collect())
    };
    laid_out_steps(run).flat_map(of_page).collect()
}

fn faulty<'r>(laid: &LaidOut<'r>, clipped: &'r ClippedText) -> Faulty<'r> {
    let element = &clipped.element;
    let text = if clipped.text.is_empty() {
        in_words(element)
    } else {
        format!("“{}”", shortened(&clipped.text))
    };
    let how = match clipped.how {
        Cut::Cut => "is cut off",
        Cut::Ellipsis => "ends in an ellipsis",
        Cut::Field => "doesn't fit into its field",
    };
    let (place, hidden) = (place_of(&clipped.side), clipped.hidden);
    let mut measured = format!("{text} is cut {place}, {hidden:.0} px are hidden");
    if !clipped.seen.is_empty() {
        let _ = write!(measured, "; “{}” can be seen of it", clipped.seen);
    }
    Faulty {
        element,
        severity: unless_widget(element, severity(clipped)),
        title: format!("{text} {how}"),
        measured,
        kind: laid.kind_of(element),
        requests: Vec::new(),
    }
}

fn place_of(side: &str) -> &'static str {
    match side {
        "left" => "at its left",
        "top" => "at its top",
        "bottom" => "at its bottom",
        _ => "at its right",
    }
}

fn severity(clipped: &ClippedText) -> Severity {
    let text = &clipped.text;
    match clipped.how {
        Cut::Field => Severity::Error,
        Cut::Ellipsis if is_figure(text) && has_amount(text) => Severity::Error,
        Cut::Ellipsis => Severity::Notice,
        Cut::Cut if is_figure(text) || hides_amount(clipped) => Severity::Error,
        Cut::Cut => Severity::Warning,
    }
}

/// Whether an amount stands in what is cut off a line's end; one that begins before the edge is cut in its middle.
fn hides_amount(clipped: &ClippedText) -> bool {
    let ClippedText { text, seen, .. } = clipped;
    if seen.is_empty() || !text.starts_with(seen.as_str()) {
        return false;
    }
    let begun = seen.rsplit(char::is_whitespace).next().unwrap_or_default();
    has_amount(&text[seen.len() - begun.len()..])
}
