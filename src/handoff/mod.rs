//! What a run found, in the form that is used where people work. Reads bundles and knows no browser.

pub mod compare;
mod gate;

pub use gate::{Gate, gate};
