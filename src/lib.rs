//! shippass: the pass that a green build can't make.
//!
//! The rooms of the house, by floor; imports go down only. `ARCHITECTURE.md` is the plan.

// Floor 0: what was promised, and where.
pub mod checklist;
pub mod config;

// Floor 1: what was seen.
pub mod evidence;

// Floor 2: touch and watch, ask the database, judge.
pub mod browser;
pub mod detect;
pub mod truth;

// Floor 3: walk the list, keep the proof.
pub mod bundle;
pub mod runner;

// Floor 4: read a bundle.
pub mod handoff;
pub mod report;
pub mod review;
pub mod signoff;

// Floor 5: the command line.
pub mod cli;

// Beside: the embedded preview app; imports nothing of the house.
pub mod demo;
