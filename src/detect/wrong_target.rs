//! `wrong-target`: the walk left the deployment that it was to look at.

use url::Url;

use super::rule::{Finding, Rule, Severity, StepRef};
use crate::evidence::{Run, StepRun};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "wrong-target",
    severity: Severity::Error,
    what: "the page went to an origin that doesn't belong to the target",
    why: "More than once a fix was judged failed, wrongly: the page looked at was a preview taken for production, or the reverse.",
    looks_at: "Where the target's URL led, and every page that a step went to.",
    silent: "For an identity provider that signing in passes through and comes back from, and for origins declared under `origins`.",
    mend: "Mend the link. If the origin belongs to the target, declare it under `origins`.",
    inspect,
};

fn inspect(run: &Run) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(origin) = run
        .target
        .final_url
        .as_deref()
        .and_then(|url| foreign(run, url))
    {
        let step = run.checklists.first().and_then(|list| list.steps.first());
        let at = StepRef {
            checklist: 0,
            step: step.map(|step| step.id.clone()).unwrap_or_default(),
        };
        let detail = "The target's own URL led there; no step was walked.".to_owned();
        findings.push(finding(
            at,
            format!("{} leads to {origin}", run.target.url),
            detail,
            &origin,
        ));
        return findings;
    }
    for (checklist, list) in run.checklists.iter().enumerate() {
        for step in &list.steps {
            let Some((url, origin)) = left_for(run, step) else {
                continue;
            };
            let at = StepRef {
                checklist,
                step: step.id.clone(),
            };
            let detail =
                format!("The page went to {url}. The rest of the checklist was not walked there.");
            findings.push(finding(
                at,
                format!("the page left the target for {origin}"),
                detail,
                &origin,
            ));
        }
    }
    findings
}

fn finding(at: StepRef, title: String, detail: String, origin: &str) -> Finding {
    Finding {
        detector: RULE.name.to_owned(),
        severity: RULE.severity,
        at,
        title,
        detail,
        fault: origin.to_owned(),
        ..Finding::default()
    }
}

/// The first foreign page of a step; a sign-in may pass through one when it comes back.
fn left_for(run: &Run, step: &StepRun) -> Option<(String, String)> {
    let is_home_again = step
        .page
        .as_ref()
        .is_some_and(|page| foreign(run, &page.url).is_none());
    if step.id == "00-sign-in" && is_home_again {
        return None;
    }
    step.navigations
        .iter()
        .find_map(|navigation| Some((navigation.url.clone(), foreign(run, &navigation.url)?)))
}

/// The origin of a web page that belongs to none of the target's.
fn foreign(run: &Run, url: &str) -> Option<String> {
    let url = Url::parse(url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let origin = url.origin().ascii_serialization();
    (!run.target.origins.is_empty() && !run.target.origins.contains(&origin)).then_some(origin)
}
