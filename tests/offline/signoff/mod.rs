//! Signing and verifying: real bundles, real keys, and OpenSSH's own word on both.

mod allowed;
mod carry;
mod commands;
mod cut_off;
pub(crate) mod folder;
pub(crate) mod killed;
mod people;
pub(crate) mod prepared;
mod stranger;
mod tamper;
mod ways;
mod zipped;
