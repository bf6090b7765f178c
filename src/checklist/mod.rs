//! What was promised: checklists, their language and their mistakes.
//!
//! Lives below everything; knows no browser, no bundle and no report.

mod model;
mod pattern;

pub use model::{
    Action, By, Check, Checklist, Entry, Expectation, Locator, Named, Place, Sight, Step,
};
pub use pattern::{ExpectedBody, PathPattern, PatternError, ResponsePattern, StatusPattern};
