//! Walks the list: plan, sign-in, one step after the other. Sees to it that a failed step is data.

mod around;
mod deny;
mod effects;
mod error;
mod expect;
mod guard;
mod inbox;
mod late;
mod person;
mod plan;
mod resume;
mod sessions;
mod shelf;
mod sign_in;
mod step;
mod target;
mod truth;
mod typed;
mod walk;

pub use error::RunnerError;
pub use person::{Human, Person};
pub use plan::{Plan, PlannedChecklist, SIGN_IN_STEP};
pub use shelf::Shelf;
pub use target::{Learned, learn_target};
pub use walk::{Walk, WalkEnd};
