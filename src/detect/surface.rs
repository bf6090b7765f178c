//! Which part of the product a finding is about, named so that the next deployment has the same name for it.

use super::{
    origin::{Owner, owner_of},
    route::{path_pattern_of, route_of},
    rule::{Finding, Severity},
    seen_step::step_at,
};
use crate::evidence::{FlaggedSurface, Run, hops_to};

/// What findings flag, each surface once; notices flag nothing, and `recurring` is about the others.
pub fn flagged_surfaces(findings: &[Finding]) -> Vec<FlaggedSurface> {
    let heavy = findings.iter().filter(|finding| {
        finding.severity >= Severity::Warning && finding.detector != super::recurring::RULE.name
    });
    let mut flagged: Vec<_> = heavy.map(FlaggedSurface::from).collect();
    flagged.sort();
    flagged.dedup();
    flagged
}

impl From<&Finding> for FlaggedSurface {
    fn from(finding: &Finding) -> Self {
        Self {
            detector: finding.detector.clone(),
            surface: finding.surface.clone(),
        }
    }
}

/// The route of the decisive request, or of the page where there is none; a target's address
/// differs from one deployment to the next and is left out.
pub(super) fn surface_of(run: &Run, finding: &Finding) -> String {
    called(run, finding).unwrap_or_else(|| page(run, finding))
}

fn called(run: &Run, finding: &Finding) -> Option<String> {
    let last = run.exchange(finding.requests.first()?)?;
    // What was called, and not where everything is redirected to.
    let hops = hops_to(last, |id| run.exchange(id));
    let exchange = hops.first().copied().unwrap_or(last);
    let route = match owner_of(run, &exchange.url) {
        Owner::Target => path_pattern_of(&exchange.url),
        _ => route_of(&exchange.url),
    };
    Some(format!("{} {route}", exchange.method))
}

fn page(run: &Run, finding: &Finding) -> String {
    let page = step_at(run, &finding.at).and_then(|step| step.page.as_ref());
    if let Some(page) = page.filter(|page| !page.url.is_empty()) {
        return format!("page {}", path_pattern_of(&page.url));
    }
    let list = run.checklists.get(finding.at.checklist);
    let name = list.map_or("", |list| list.name.as_str());
    format!("step {} of {name}", finding.at.step)
}
