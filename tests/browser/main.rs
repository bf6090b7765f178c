//! Tests in a real browser: `make browser` runs them.
#![allow(missing_docs, reason = "tests name themselves")]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod app;
mod ask;
mod codes;
mod compare;
mod crashes;
mod demo;
mod deployment;
mod devices;
mod driver_life;
mod elements;
mod evidence;
mod failures;
mod first_look;
mod history;
mod layout;
mod looking;
mod mcp;
mod phone;
mod pictures;
mod redaction;
mod remote;
mod resume;
mod review;
mod sessions;
mod sheet;
mod signals;
mod steps;
mod touch;
mod truth;
