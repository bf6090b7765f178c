//! Tests that need nothing but this crate: no browser, no network.

mod architecture;
mod bundles;
mod checklists;
mod detectors;
mod golden;
mod journal;
mod report;
mod setup;
