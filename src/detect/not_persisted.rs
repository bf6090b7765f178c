//! `not-persisted`: the page said that it was done, and what was done isn't there.

use super::{
    expects_json::is_success,
    graphql,
    origin::{Owner, owner_of},
    rule::{Finding, Inspect, Rule, Severity, StepRef},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{
    About, ActionOutcome, Exchange, ExpectationOutcome, ExpectationRecord, Resource, Run, StepRun,
    is_safe_method,
};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "not-persisted",
    severity: Severity::Error,
    what: "the page claimed that something was done, and a look past the page doesn't find it",
    why: "A form said “Saved” while it saved nothing: the answer was 200, the message was shown, and the next morning the text was gone. \
          Whatever looks at the page that has just been told the news sees only the news.",
    looks_at: "Expectations that look past the page and didn't hold: `fetch`, `query`, and what a step with `fresh: true` looks for on its \
               page. Beside them what was claimed before in the same checklist, in the step that did the work: a request that writes, \
               answered with success, or the page's own message that it was done.",
    silent: "When nothing was claimed before, when the step that did the work, or one after it, failed by itself, and for `response` lines, \
             which are about requests. A finding in those steps that explains the loss takes this one in.",
    mend: "Answer with success only after the write has been committed, with what was stored in the answer, and let the page show that.",
    inspect: Inspect::Run(inspect),
};

/// Verbs that give something to the page to keep.
const ENTERING: [&str; 6] = ["fill", "paste", "choose", "check", "uncheck", "upload"];

/// Words by which a page says that it is done.
const DONE: [&str; 22] = [
    "saved",
    "sent",
    "signed",
    "created",
    "added",
    "updated",
    "changed",
    "deleted",
    "removed",
    "done",
    "success",
    "thank",
    "confirmed",
    "submitted",
    "booked",
    "paid",
    "complete",
    "stored",
    "uploaded",
    "published",
    "scheduled",
    "cancelled",
];

fn inspect(run: &Run) -> Vec<Finding> {
    let steps = seen_steps(run);
    steps.filter_map(|seen| finding(run, &seen)).collect()
}

fn finding(run: &Run, seen: &SeenStep<'_>) -> Option<Finding> {
    let lost: Vec<(&ExpectationRecord, &str)> = seen
        .step
        .expectations
        .iter()
        .filter(|line| is_persisted(seen.step, line))
        .filter_map(|line| match &line.outcome {
            ExpectationOutcome::Broken { seen } => Some((line, seen.as_str())),
            _ => None,
        })
        .collect();
    let (first, _) = lost.first()?;
    let claim = claim_before(run, seen)?;
    let told = lost
        .iter()
        .map(|(line, instead)| format!("Expected {}: {instead}.", line.what));
    let claimed = format!("“{}” had claimed it before.", claim.step.name);
    let requests = lost.iter().filter_map(|(line, _)| line.exchange.as_ref());
    let writes = claim.writes.iter().map(|write| &write.id);
    let fault = format!("{} {}", seen.list.file, seen.step.id);
    Some(Finding {
        detail: told.chain([claimed]).collect::<Vec<_>>().join("\n"),
        requests: requests.chain(writes).cloned().collect(),
        signals: claim.words,
        ..RULE.finding(
            seen.at(),
            format!("what “{}” did isn't there: {}", claim.step.name, first.what),
            fault,
        )
    })
}

/// Whether an expectation looks past the page that made the claim.
fn is_persisted(step: &StepRun, line: &ExpectationRecord) -> bool {
    line.about == About::Kept || (step.fresh && line.about == About::Page)
}

/// A step that did something, and what was said of it.
struct Claim<'r> {
    step: &'r StepRun,
    /// Its place in the checklist.
    index: usize,
    words: Vec<String>,
    writes: Vec<&'r Exchange>,
}

/// The newest claim up to a step, unless it, or a step behind it, failed by itself.
fn claim_before<'r>(run: &Run, seen: &SeenStep<'r>) -> Option<Claim<'r>> {
    for (index, step) in seen.so_far().iter().enumerate().rev() {
        if failed_by_itself(step) || seen.is_sign_in_at(index) {
            return None;
        }
        // What a new session sends first is how it signs in.
        let is_new_session = index + 1 == seen.so_far().len() && step.fresh;
        if !is_new_session && let Some(claim) = claim_of(run, step, index) {
            return Some(claim);
        }
    }
    None
}

fn failed_by_itself(step: &StepRun) -> bool {
    let has_failed = |outcome: &ActionOutcome| matches!(outcome, ActionOutcome::Failed { .. });
    let is_broken = |line: &ExpectationRecord| {
        matches!(line.outcome, ExpectationOutcome::Broken { .. }) && !is_persisted(step, line)
    };
    step.actions
        .iter()
        .any(|action| has_failed(&action.outcome))
        || step.expectations.iter().any(is_broken)
}

fn claim_of<'r>(run: &Run, step: &'r StepRun, index: usize) -> Option<Claim<'r>> {
    let verbs = || step.actions.iter().map(|action| action.verb.as_str());
    let writes: Vec<&Exchange> = step
        .exchanges
        .iter()
        .filter(|exchange| is_write(run, exchange))
        .collect();
    let mut words: Vec<String> = Vec::new();
    for write in &writes {
        let status = write
            .answer()
            .map(|answer| answer.status)
            .unwrap_or_default();
        words.push(format!("{} was answered {status}", write.call()));
    }
    let alerts = step.page.iter().flat_map(|page| &page.alerts);
    words.extend(alerts.map(|alert| format!("the page said “{alert}”")));
    words.extend(seen_words(step).map(|what| format!("the checklist found it done: {what}")));
    let is_told = words.iter().any(|words| says_done(words));
    let has_entered = verbs().any(|verb| ENTERING.contains(&verb));
    let is_claim = step.has_acted() && (!writes.is_empty() || (has_entered && is_told));
    is_claim.then_some(Claim {
        step,
        index,
        words,
        writes,
    })
}

/// What the checklist saw on the page and took for a success.
fn seen_words(step: &StepRun) -> impl Iterator<Item = &str> {
    let held = |line: &&ExpectationRecord| {
        line.outcome == ExpectationOutcome::Held && line.about == About::Page
    };
    let lines = step.expectations.iter().filter(held);
    lines
        .filter(|line| line.what.starts_with("see "))
        .map(|line| line.what.as_str())
        .filter(|what| says_done(what))
}

fn says_done(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut words = text.split(|next: char| !next.is_alphanumeric());
    words.any(|word| DONE.iter().any(|done| word.starts_with(done)))
}

/// A request of the page that changes something, answered with success or led on after it.
fn is_write(run: &Run, exchange: &Exchange) -> bool {
    let is_sent = !is_safe_method(&exchange.method)
        && !matches!(exchange.resource, Resource::Beacon | Resource::Preflight);
    let is_taken = exchange
        .answer()
        .is_some_and(|answer| is_success(answer.status) || answer.is_redirect());
    is_sent
        && is_taken
        && !graphql::is_read(exchange)
        && owner_of(run, &exchange.url) == Owner::Target
}

/// Whether a step stands between a finding's claim and the look that didn't find it, both among them.
pub(super) fn is_between(run: &Run, at: &StepRef, lost_at: &StepRef) -> bool {
    let Some(seen) = seen_steps(run).find(|seen| seen.at() == *lost_at) else {
        return false;
    };
    let place = seen.so_far().iter().position(|step| step.id == at.step);
    let claim = claim_before(run, &seen);
    at.checklist == lost_at.checklist
        && place.is_some_and(|place| claim.is_some_and(|claim| place >= claim.index))
}
