//! What says nothing of the product: answers that somebody else gave in the target's place, and requests that
//! shippass itself kept from leaving.

use super::{
    origin::{Owner, owner_of},
    rule::Finding,
    seen_step::{SeenStep, step_at},
};
use crate::evidence::{Happening, Run, StepRun};

/// The findings without those that follow from a protection or from a request that was kept in.
pub(super) fn without(run: &Run, found: Vec<Finding>) -> Vec<Finding> {
    let says_something = |finding: &Finding| {
        step_at(run, &finding.at).is_none_or(|step| {
            !follows_from_protection(run, step, finding) && !follows_from_guard(run, step, finding)
        })
    };
    found.into_iter().filter(says_something).collect()
}

/// Why a step isn't known to be clean.
pub(super) fn undecided(run: &Run, seen: &SeenStep<'_>) -> Option<String> {
    let protection = seen
        .step
        .protection(run)
        .map(|protection| format!("{} answered instead of the target", protection.name));
    protection.or_else(|| {
        let (method, url) = withheld(run, seen.step)?;
        Some(format!(
            "{method} {url} was not sent: production is only looked at, `--allow-production` allows more"
        ))
    })
}

fn follows_from_protection(run: &Run, step: &StepRun, finding: &Finding) -> bool {
    if step.protection(run).is_none() {
        return false;
    }
    let mut requests = step
        .exchanges
        .iter()
        .filter(|exchange| finding.requests.contains(&exchange.id));
    match finding.detector.as_str() {
        // Its sign-in page lies elsewhere, and its page isn't the app's.
        "auth-lost"
        | "wrong-target"
        | "page-crash"
        | "no-effect"
        | "console-error"
        | "failure-shown"
        | "success-without-write" => true,
        "http-error" | "html-for-json" => requests.all(|exchange| exchange.protection().is_some()),
        _ => false,
    }
}

/// A page may well break over a request that never left.
fn follows_from_guard(run: &Run, step: &StepRun, finding: &Finding) -> bool {
    let is_of_page = matches!(
        finding.detector.as_str(),
        "page-crash" | "no-effect" | "console-error" | "failure-shown"
    );
    is_of_page && withheld(run, step).is_some()
}

/// The first request that was kept in; what trackers would have been told changes nothing on the page.
fn withheld<'r>(run: &Run, step: &'r StepRun) -> Option<(&'r str, &'r str)> {
    step.happenings
        .iter()
        .find_map(|happening| match happening {
            Happening::Withheld { method, url } if owner_of(run, url) != Owner::Tracker => {
                Some((method.as_str(), url.as_str()))
            }
            _ => None,
        })
}
