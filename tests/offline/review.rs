//! The review server: what strangers ask of it gets nothing, what the page asks of it is kept.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod answers;
pub(crate) mod door;
mod killed;
mod knocks;
mod merged;
mod phone;
pub(crate) mod walk;
