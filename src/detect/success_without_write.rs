//! `success-without-write`: the page said that it was done, and nothing was written.

use super::{
    message::new_messages,
    origin::{Owner, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
    success_words::{may_stay_in_the_browser, says_success},
    write_fate::{Fate, fates_of},
};
use crate::evidence::{ActionOutcome, ActionRecord, ExpectationOutcome, Happening, Resource, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "success-without-write",
    severity: Severity::Error,
    what: "the page told of a success, and every request of the step that writes was bounced, refused, lost, or none was sent",
    why: "A customer signed, the page said “Signed. Thank you.”, and the signature was stored nowhere: the call had been sent to the sign-in \
          page, which answered 200. The message came from the code that ran next, not from an answer.",
    looks_at: "A new alert, live region or line of the page that tells of a success, or one that the checklist saw, beside the step's \
               writing requests and what became of them: a redirect to a sign-in page, a status of 400 and more, no answer, an answer \
               that says itself that it failed (`ok: false`, `success: false`, GraphQL errors without data). When something was entered \
               and the tap after it sent nothing at all, it is a warning: it may be kept in the browser.",
    silent: "When one write of the step was taken, also at the second try, or can't be judged; when another finding tells of the request \
             already, which then tells of the message too; after steps that only look; for what is about the browser itself (copied, a \
             filter, a view, cookies) or only adds to a form that is still open; for messages that were there before the step; where \
             the page has a web socket of its own, whose messages can't be seen; when production keeps the request in.",
    mend: "Show the message only after the answer has been looked at: its status, its type and what it says was stored.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    seen_steps(run)
        .filter(|seen| !has_socket(run, seen) && !is_hindered(seen))
        .filter_map(|seen| finding(run, &seen))
        .collect()
}

fn finding(run: &Run, seen: &SeenStep<'_>) -> Option<Finding> {
    if !seen.step.has_acted() {
        return None;
    }
    let fates = fates_of(run, seen);
    if fates.is_empty() {
        return never_sent(seen, &shown_success(seen)?);
    }
    let words = shown_success(seen).or_else(|| looked_for_success(seen))?;
    let is_lost = |(_, fate): &(_, Fate<'_>)| !matches!(fate, Fate::Taken | Fate::Unknown);
    if !fates.iter().all(is_lost) {
        return None;
    }
    let mut requests: Vec<String> = Vec::new();
    for (write, fate) in &fates {
        requests.push(write.id.clone());
        if let Fate::Bounced { at } = fate
            && at.id != write.id
        {
            requests.push(at.id.clone());
        }
    }
    let told = fates
        .iter()
        .map(|(write, fate)| format!("{} {fate}.", write.call()));
    let (first, _) = fates.first()?;
    Some(Finding {
        detail: told.collect::<Vec<_>>().join("\n"),
        requests,
        ..RULE.finding(
            seen.at(),
            format!("the page said “{words}” and nothing was written"),
            format!("{} {}", first.method, first.route()),
        )
    })
}

/// Something was entered, and the tap that was to keep it sent nothing.
fn never_sent(seen: &SeenStep<'_>, words: &str) -> Option<Finding> {
    const ENTERING: [&str; 6] = ["fill", "paste", "choose", "check", "uncheck", "upload"];
    let actions = &seen.step.actions;
    let has_entered = actions
        .iter()
        .any(|action| ENTERING.contains(&action.verb.as_str()));
    let last = actions.last().filter(|action| sent_nothing(action))?;
    if !has_entered || may_stay_in_the_browser(words) {
        return None;
    }
    Some(Finding {
        severity: Severity::Warning,
        detail: format!(
            "After {} no request was sent. If it is kept in the browser on purpose, this is as it should be.",
            last.what
        ),
        ..RULE.finding(
            seen.at(),
            format!("the page said “{words}” and nothing was sent"),
            last.what.clone(),
        )
    })
}

fn sent_nothing(action: &ActionRecord) -> bool {
    matches!(action.verb.as_str(), "tap" | "double_tap" | "press")
        && action.outcome == ActionOutcome::Done
        && action.effects.as_ref().is_some_and(|effects| {
            let is_elsewhere = |what: &String| what == "clipboard" || what.starts_with("dialog");
            effects.requests == 0 && !effects.navigated && !effects.others.iter().any(is_elsewhere)
        })
}

/// What the page newly calls done.
fn shown_success(seen: &SeenStep<'_>) -> Option<String> {
    let is_first = seen.page_before().is_none();
    let messages = new_messages(seen);
    let shown = messages
        .into_iter()
        // Nobody knows how long a line of the first page has stood there.
        .filter(|message| message.is_alert || !is_first)
        .find(|message| says_success(&message.words, message.is_alert));
    shown.map(|message| message.words)
}

/// What the checklist looked for and saw, though it was gone at the end.
fn looked_for_success(seen: &SeenStep<'_>) -> Option<String> {
    let before = seen.page_before().map(|page| page.text.as_str());
    let held = seen
        .step
        .expectations
        .iter()
        .filter(|line| line.outcome == ExpectationOutcome::Held);
    held.filter_map(|line| line.what.strip_prefix("see “")?.strip_suffix('”'))
        .filter(|words| says_success(words, true))
        .find(|words| !before.is_some_and(|text| text.contains(words)))
        .map(ToOwned::to_owned)
}

/// Writes may go over it, and aren't seen.
fn has_socket(run: &Run, seen: &SeenStep<'_>) -> bool {
    let mut exchanges = seen.so_far().iter().flat_map(|step| &step.exchanges);
    exchanges.any(|exchange| {
        exchange.resource == Resource::WebSocket
            && matches!(owner_of(run, &exchange.url), Owner::Target | Owner::Site)
    })
}

/// The step, or shippass, kept requests from leaving.
fn is_hindered(seen: &SeenStep<'_>) -> bool {
    let mut happenings = seen.step.happenings.iter();
    seen.step.was_offline()
        || happenings.any(|happening| matches!(happening, Happening::Withheld { .. }))
}
