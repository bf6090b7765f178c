//! What a run found, in the form that is used where people work.
//!
//! Reads a bundle and writes nothing: each file gives a text, or bytes, and `cli` puts them where they belong.

mod brief;
mod case;
pub mod compare;
mod ctrf;
mod error;
mod exchange;
mod gate;
mod junit;
mod letters;
mod lines;
mod listing;
mod picture;
mod prompt;
mod prove;
mod quoted;
mod sarif;
mod seen;
mod sheet;
mod summary;
mod view;

pub use brief::{Figure, brief};
pub use case::{Case, Choice, cases};
pub use ctrf::ctrf;
pub use error::HandoffError;
pub use exchange::{ExchangeRow, exchange_told, exchanges};
pub use gate::{Gate, gate};
pub use junit::junit;
pub use lines::StepLines;
pub use listing::{FindingRow, Listing, StepRow, Wanted, listing};
pub use picture::Drawn;
pub use prompt::{BRIEF, Prompt, PromptPicture, pictures, prompt};
pub use quoted::fenced;
pub use sarif::sarif;
pub use summary::{Summary, summary};
pub use view::BundleView;
