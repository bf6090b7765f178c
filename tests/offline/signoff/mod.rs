//! Signing and verifying: real bundles, real keys, and OpenSSH's own word on both.

mod allowed;
mod carry;
mod commands;
mod cut_off;
mod folder;
pub(crate) mod prepared;
mod tamper;
mod ways;
mod zipped;
