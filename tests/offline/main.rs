//! Tests that need nothing but this crate: no browser, no network.

mod demo;
