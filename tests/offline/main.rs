//! Tests that need neither browser nor network.
#![allow(missing_docs, reason = "tests name themselves")]

mod journal;
