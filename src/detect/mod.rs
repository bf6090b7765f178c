//! Judgement: one file a detector, each a pure function of a `Run`. No files, no network, no clock.

mod rule;

pub use rule::{Finding, Findings, Noise, Rule, Severity, Status, StepRef};
