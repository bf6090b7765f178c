//! `recurring`: what was mended before and is wrong again.

use std::collections::BTreeSet;

use super::rule::{Finding, Inspect, Rule, Severity};
use crate::evidence::{FlaggedSurface, PastRun, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "recurring",
    severity: Severity::Warning,
    what: "the same fault was found in the same place in two earlier runs or more",
    why: "A third patch on the same surface is the moment to stop patching: what comes back has a cause that no patch has reached, and \
          each one makes the next harder.",
    looks_at: "What earlier runs flagged, from `screenshots/history.ndjson`, where each run of `shippass run` adds a line: a surface is the \
               detector and the route with ids folded (`GET /api/quotes/*`), or the page's route where no request is to blame. From the third \
               run on in which a surface is flagged it is a warning, and a notice while those runs aren't known to be of three commits: \
               then nobody may have patched it twice.",
    silent: "For notices, for what an ignore rule accepts, for the first and the second time, and in `demo`, `inspect` of a HAR and wherever \
             there is no history.",
    mend: "Look at what the earlier mends have in common, and at what they left as it was. Write the `expect` line \
           that would have failed each time.",
    inspect: Inspect::Findings(inspect),
};

/// From so many runs on, this one counted, it comes back.
const OFTEN: usize = 3;
/// So many runs are told by name.
const TOLD: usize = 5;

fn inspect(run: &Run, findings: &[Finding]) -> Vec<Finding> {
    let mut told = BTreeSet::new();
    let heavy = findings
        .iter()
        .filter(|finding| finding.severity >= Severity::Warning);
    heavy
        .filter_map(|finding| {
            let surface = FlaggedSurface::from(finding);
            let past = flagged_before(run, |past| past.flagged.contains(&surface));
            let is_new = past.len() + 1 >= OFTEN && told.insert(surface.clone());
            is_new.then(|| again(run, finding, &surface.surface, &past))
        })
        .collect()
}

/// Earlier runs, each once, this one left out.
fn flagged_before(run: &Run, is_flagged: impl Fn(&PastRun) -> bool) -> Vec<&PastRun> {
    let mut ids = BTreeSet::from([&run.info.id]);
    let past = run.past.iter().filter(|past| is_flagged(past));
    past.filter(|past| ids.insert(&past.run)).collect()
}

fn again(run: &Run, finding: &Finding, surface: &str, past: &[&PastRun]) -> Finding {
    let times = past.len() + 1;
    let name = &finding.detector;
    let title = format!(
        "{name} on {surface} again: the {} run that flags it",
        nth(times)
    );
    let commits: BTreeSet<_> = past
        .iter()
        .filter_map(|past| past.commit.as_ref())
        .collect();
    let others = |now| commits.iter().filter(|then| **then != now).count();
    let is_patched = run
        .target
        .commit
        .as_ref()
        .is_some_and(|now| others(now) + 1 >= OFTEN);
    let left = past.len().saturating_sub(TOLD);
    let mut runs: Vec<_> = past[left..].iter().map(|past| words(past)).collect();
    if left > 0 {
        runs.insert(0, format!("{left} more"));
    }
    let advice = if is_patched {
        "Before you patch it once more: what do those mends have in common that left the cause alone?"
    } else {
        "Those runs aren't known to be of three commits, so this is a notice."
    };
    Finding {
        severity: if is_patched {
            Severity::Warning
        } else {
            Severity::Notice
        },
        also_at: finding.also_at.clone(),
        detail: format!("Flagged before: {}. {advice}", runs.join("; ")),
        requests: finding.requests.clone(),
        named_by: finding.named_by.clone(),
        ..RULE.finding(finding.at.clone(), title, format!("{name} {surface}"))
    }
}

/// `2026-11-18 at 1a2b3c4`.
fn words(past: &PastRun) -> String {
    let day = past.started.strftime("%Y-%m-%d");
    match &past.commit {
        Some(commit) => format!("{day} at {}", commit.get(..7).unwrap_or(commit)),
        None => day.to_string(),
    }
}

fn nth(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
