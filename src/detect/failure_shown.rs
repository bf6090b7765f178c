//! `failure-shown`: the page told the person that something went wrong.

use super::{
    failure_words::{Failure, failure_in},
    http_error::is_refusal_wanted,
    message::{Message, new_messages, stayed, wanted_texts},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::Run;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "failure-shown",
    severity: Severity::Error,
    what: "the page told the person that something failed, and neither the checklist nor another finding knows of it",
    why: "“Transcription failed.” stood on the screen in production because a key had never been set in that environment. The page did the \
          right thing and said so; only nobody who shipped it had looked.",
    looks_at: "What the page newly says at the end of a step, beside what it said at the end of the one before: alerts and live regions with \
               “failed”, “could not”, “something went wrong” and the like, in a dozen languages (error), and lines of the page that are \
               such a sentence (warning). On a page that the step has just come to, a line counts only when it speaks of loading or of \
               an error in general.",
    silent: "When another finding of the step explains the message: then it is told there. For what the checklist itself looks or waits \
             for, and in a step whose checklist wants a refused request; while the step is offline; for messages about a field (“Enter an \
             email”), empty lists (“No results”, “Couldn't find any quotes”), questions and help texts, names and states in lists \
             (“Failed inspection”, “Failed”), three and more such lines, which are a log, and what the checklist typed.",
    mend: "Read the step's requests and console in the report for what failed. If the message is right, expect it: `see: …`.",
    inspect: Inspect::Run(inspect),
};

/// From here on it is a log or a history.
const LOG: usize = 3;

fn inspect(run: &Run) -> Vec<Finding> {
    seen_steps(run)
        .filter(|seen| !is_meant_to_fail(seen))
        .flat_map(|seen| {
            let shown = failures(&seen);
            let found = shown.iter().map(|message| finding(&seen, message));
            found.collect::<Vec<_>>()
        })
        .collect()
}

fn finding(seen: &SeenStep<'_>, message: &Message) -> Finding {
    let words: String = message.words.chars().take(200).collect();
    let severity = if message.is_alert {
        RULE.severity
    } else {
        Severity::Warning
    };
    Finding {
        severity,
        detail: "It wasn't there before the step, and no request or logged error of the step explains it. If it is \
                 meant, expect it: `see: …`."
            .to_owned(),
        ..RULE.finding(
            seen.at(),
            format!("the page said “{words}”"),
            message.words.clone(),
        )
    }
}

/// The checklist takes something away on purpose, or wants it refused; or the browser says it.
fn is_meant_to_fail(seen: &SeenStep<'_>) -> bool {
    let page = seen.step.page.as_ref();
    seen.step.was_offline()
        || seen.ends_denied()
        || page.is_some_and(|page| page.is_browser_error)
        || seen
            .asked_by_page()
            .any(|exchange| is_refusal_wanted(seen, exchange))
}

fn failures(seen: &SeenStep<'_>) -> Vec<Message> {
    let stays = stayed(seen);
    let has_acted = seen.step.has_acted();
    let mut messages = new_messages(seen);
    messages.retain(|message| counts(message, stays, has_acted) && !is_known(seen, &message.words));
    let lines = messages.iter().filter(|message| !message.is_alert);
    if lines.count() >= LOG {
        messages.retain(|message| message.is_alert);
    }
    messages
}

fn counts(message: &Message, stays: bool, has_acted: bool) -> bool {
    failure_in(&message.words).is_some_and(|failure| match failure {
        Failure::InAlert => message.is_alert && (stays || has_acted),
        Failure::InLine => message.is_alert || stays,
        Failure::Anywhere => {
            message.is_alert || stays || !message.words.contains(|next: char| next.is_ascii_digit())
        }
    })
}

/// The checklist looks for it, or has typed it.
fn is_known(seen: &SeenStep<'_>, words: &str) -> bool {
    let said = words.to_lowercase();
    let is_wanted = wanted_texts(seen).into_iter().any(|wanted| {
        let wanted = wanted.to_lowercase();
        let is_most = 2 * wanted.chars().count() >= said.chars().count();
        wanted.contains(&said)
            || said.contains(&wanted) && (is_most || failure_in(&wanted).is_some())
    });
    let mut actions = seen.so_far().iter().flat_map(|step| &step.actions);
    is_wanted
        || actions.any(|action| {
            let mut typed = action.typed.iter();
            action.what.to_lowercase().contains(&said)
                || typed.any(|text| {
                    failure_in(&text.typed).is_some() && said.contains(&text.typed.to_lowercase())
                })
        })
}
