//! Tests that need nothing but this crate: no browser, no network.
#![allow(missing_docs, reason = "tests name themselves")]

use support::recorded;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "the site is for the tests in a browser")]
mod support;

mod architecture;
mod beside;
mod bundles;
mod checklists;
mod ci;
mod commands;
mod compare;
mod demo;
mod detectors;
mod full_disk;
mod gate;
mod golden;
mod handoff;
mod handoff_said;
mod inspect;
mod journal;
mod mcp;
mod merge;
mod merge_memory;
mod moments;
mod outside;
mod parts;
mod power_loss;
mod progress;
mod protections;
mod refused;
mod replayed;
mod report;
mod resumed;
mod review;
mod runs;
mod schema;
mod setup;
mod signoff;
mod zips;
