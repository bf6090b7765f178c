//! Tests that need nothing but this crate: no browser, no network.

mod architecture;
mod checklists;
mod detectors;
mod journal;
mod setup;
