//! Judgement: one file a detector, each a pure function of a `Run`. No files, no network, no clock.

mod cause;
mod crash_sight;
mod expects_json;
mod group;
mod html;
mod html_on_purpose;
mod ignore;
mod json_start;
mod judge;
mod noise;
mod origin;
mod protected;
mod route;
mod rule;
mod seen_step;
mod undecided;
mod unfilled;

mod contract;
mod html_for_json;
mod http_error;
mod malformed_request;
mod no_effect;
mod not_persisted;
mod page_crash;
mod permission;
mod stale_deployment;
mod typed_differs;
mod unexpected_dialog;
mod wrong_target;

pub use judge::{Judgement, judge, judge_all};
pub(crate) use route::is_id;
pub use rule::{Finding, Findings, Noise, Rule, Severity, Status, StepRef, Undecided};
pub use stale_deployment::is_same_commit;

use jiff::civil::Date;

use crate::config::IgnoreRule;
use crate::evidence::Run;

/// Every detector.
pub const RULES: &[&Rule] = &[
    &contract::RULE,
    &html_for_json::RULE,
    &http_error::RULE,
    &malformed_request::RULE,
    &no_effect::RULE,
    &not_persisted::RULE,
    &page_crash::RULE,
    &permission::RULE,
    &stale_deployment::RULE,
    &typed_differs::RULE,
    &unexpected_dialog::RULE,
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
    let found = protected::without(run, found);
    let (found, accepted) = ignore::split(run, found, ignore, today);
    let mut noise = noise::file(run);
    noise.extend(ignore::file(accepted));
    Findings {
        findings: group::group(run, found),
        noise,
        undecided: undecided::undecided(run),
    }
}
