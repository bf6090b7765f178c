//! A page as a person meets it: find, touch, type, wait, look.
//!
//! Each `.js` beside these files runs in the page; every wait is one promise in there.

mod act;
mod arrive;
mod choose;
mod expect;
mod fill;
mod frames;
mod front;
mod gesture;
mod keys;
mod layout;
mod locate;
mod look;
mod network;
mod picture;
mod read;
mod ready;
mod response;
mod script;
mod settle;
mod standing;
mod upload;

pub use act::{Deed, NO_ANSWER, Touched};
pub use arrive::Arrival;
pub use expect::Answer;
pub use fill::{FieldText, Way};
pub(super) use frames::FramePath;
pub use front::{Front, SignInForm};
pub use locate::Obstacle;
pub use look::Measure;
pub use picture::Shot;
pub use read::ReadAnswer;
pub use response::{ResponseAnswer, ResponseVerdict};
pub use settle::{Counters, Motion, Settled};

use std::time::Duration;

/// How much the browser had told by some moment; two of these tell what came between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageMarks {
    /// Requests begun.
    pub requests: u64,
    /// Navigations of the page, within its document too.
    pub navigations: u64,
    /// Dialogs, downloads and new tabs.
    pub happenings: u64,
}

/// How long a person would wait before giving up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For an element to be ready to be touched.
    pub action: Duration,
    /// For an expectation to hold, where the checklist doesn't say.
    pub expectation: Duration,
    /// For a page to settle before it is taken as it is.
    pub settle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            action: Duration::from_secs(8),
            expectation: Duration::from_secs(5),
            settle: Duration::from_secs(5),
        }
    }
}
