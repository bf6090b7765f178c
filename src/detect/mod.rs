//! Judgement: one file a detector, each a pure function of a `Run`. No files, no network, no clock.

mod expects_json;
mod group;
mod judge;
mod noise;
mod page;
mod rule;

mod html_for_json;
mod http_error;
mod malformed_request;
mod no_effect;
mod page_crash;
mod stale_deployment;
mod typed_differs;
mod wrong_target;

pub use judge::{Judgement, judge, judge_all};
pub use rule::{Finding, Findings, Noise, Rule, Severity, Status, StepRef};

use jiff::civil::Date;

use crate::config::IgnoreRule;
use crate::evidence::Run;

/// Every detector.
pub const RULES: &[&Rule] = &[
    &html_for_json::RULE,
    &http_error::RULE,
    &malformed_request::RULE,
    &no_effect::RULE,
    &page_crash::RULE,
    &stale_deployment::RULE,
    &typed_differs::RULE,
    &wrong_target::RULE,
];

/// The detectors' names.
pub fn names() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.name).collect()
}

/// The detector of that name.
pub fn explain(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name).copied()
}

/// Runs every detector, merges what is one fault, files noise and sets aside what is accepted.
pub fn inspect(run: &Run, ignore: &[IgnoreRule], today: Date) -> Findings {
    let found = RULES.iter().flat_map(|rule| (rule.inspect)(run)).collect();
    let findings = Findings {
        findings: group::group(run, found),
        noise: noise::file(run),
    };
    group::set_aside(run, findings, ignore, today)
}
