//! `unexpected-dialog`: a JavaScript dialog that the checklist doesn't know of.

use super::{
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{Happening, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unexpected-dialog",
    severity: Severity::Warning,
    what: "the page opened a JavaScript dialog that the step doesn't say how to answer",
    why: "An `alert` left over from a search for a fault, a `confirm` that asks before it deletes, a browser's question whether to leave: \
          the page stands still until somebody answers, and on a phone it is all that is seen. A test that closes it without a word never \
          tells that it was there.",
    looks_at: "Every `alert`, `confirm`, `prompt` and `beforeunload` dialog. One that a step doesn't expect is dismissed at once (the \
               question whether to leave is answered with yes), so that the walk goes on.",
    silent: "When the step has the key `dialog`, which says how its dialogs are answered: `dialog: accept`, `dialog: dismiss`, \
             `dialog: { accept: \"the text for a prompt\" }`. What a dialog says counts as seen by `see`.",
    mend: "Show the message in the page, where it can be read and styled. If the dialog is meant, say in the step how it is answered.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let unexpected = |seen: SeenStep<'_>| {
        let happenings = seen.step.happenings.iter();
        let found: Vec<_> = happenings
            .filter_map(|happening| match happening {
                Happening::Dialog {
                    kind,
                    text,
                    is_expected: false,
                    is_accepted,
                } => Some(finding(&seen, kind, text, *is_accepted)),
                _ => None,
            })
            .collect();
        found
    };
    seen_steps(run).flat_map(unexpected).collect()
}

fn finding(seen: &SeenStep<'_>, kind: &str, text: &str, is_accepted: bool) -> Finding {
    let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(120).collect();
    let title = match (kind, short.as_str()) {
        ("beforeunload", _) => {
            "the browser asked whether to leave the page, which the step doesn't expect".to_owned()
        }
        (_, "") => format!("an unexpected {kind} without a word opened"),
        (_, words) => format!("an unexpected {kind} opened: “{words}”"),
    };
    let answer = if is_accepted { "accepted" } else { "dismissed" };
    Finding {
        detail: format!(
            "It was {answer} at once. If it is meant, say in the step how it is answered: `dialog: accept`."
        ),
        ..RULE.finding(seen.at(), title, format!("{kind} {words}"))
    }
}
