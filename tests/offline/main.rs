//! Tests that need nothing but this crate: no browser, no network.
#![allow(missing_docs, reason = "tests name themselves")]

mod architecture;
mod beside;
mod bundles;
mod checklists;
mod ci;
mod commands;
mod demo;
mod detectors;
mod golden;
mod handoff;
mod inspect;
mod journal;
mod outside;
mod progress;
mod protections;
mod report;
mod runs;
mod schema;
mod setup;
mod signoff;
mod zips;
