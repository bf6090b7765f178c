//! Judgement: one file a detector, each a pure function of a `Run`. No files, no network, no clock.

mod across;
mod amount;
mod cause;
mod crash_sight;
mod expects_json;
mod failure_words;
mod graphql;
mod group;
mod html;
mod html_on_purpose;
mod ignore;
mod inspection;
mod json_start;
mod judge;
mod laid_out;
mod leaving;
mod message;
mod noise;
mod origin;
mod protected;
mod route;
mod rule;
mod seen_step;
mod success_words;
mod surface;
mod undecided;
mod unfilled;
mod write_fate;

mod auth_lost;
mod blank_screen;
mod broken_image;
mod clipped_text;
mod console_error;
mod contract;
mod cors_blocked;
mod covered_control;
mod double_submit;
mod failure_shown;
mod html_for_json;
mod http_error;
mod malformed_request;
mod mixed_content;
mod no_effect;
mod not_json;
mod not_persisted;
mod overflow_x;
mod page_crash;
mod permission;
mod recurring;
mod request_failed;
mod secret_exposed;
mod shape;
mod slow_response;
mod small_target;
mod stale_deployment;
mod success_without_write;
mod typed_differs;
mod unexpected_dialog;
mod viewport_meta;
mod wrong_target;
mod zoom_on_focus;

pub(crate) use crash_sight::error_page_line;
pub(crate) use failure_shown::said_by_page;
pub use ignore::IgnoreUse;
pub use inspection::{inspect, inspect_recorded};
pub use judge::{Judgement, judge, judge_all};
pub(crate) use route::is_id;
pub use rule::{Finding, Findings, Inspect, Noise, Rule, Severity, Status, StepRef, Undecided};
pub use shape::Shape;
pub use stale_deployment::is_same_commit;
pub use surface::flagged_surfaces;

/// Every detector.
pub const RULES: &[&Rule] = &[
    &auth_lost::RULE,
    &blank_screen::RULE,
    &broken_image::RULE,
    &clipped_text::RULE,
    &console_error::RULE,
    &contract::RULE,
    &cors_blocked::RULE,
    &covered_control::RULE,
    &double_submit::RULE,
    &failure_shown::RULE,
    &html_for_json::RULE,
    &http_error::RULE,
    &malformed_request::RULE,
    &mixed_content::RULE,
    &no_effect::RULE,
    &not_json::RULE,
    &not_persisted::RULE,
    &overflow_x::RULE,
    &page_crash::RULE,
    &permission::RULE,
    &recurring::RULE,
    &request_failed::RULE,
    &secret_exposed::RULE,
    &slow_response::RULE,
    &small_target::RULE,
    &stale_deployment::RULE,
    &success_without_write::RULE,
    &typed_differs::RULE,
    &unexpected_dialog::RULE,
    &viewport_meta::RULE,
    &wrong_target::RULE,
    &zoom_on_focus::RULE,
];

/// The detectors' names.
pub fn names() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.name).collect()
}

/// The detector of that name.
pub fn explain(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name).copied()
}
