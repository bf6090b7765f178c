//! The sign-off: what a human decided, signed with their OpenSSH key; and whether such a signature holds.
//!
//! Bytes are signed and checked before they are read; nothing here asks git, the environment or the network.

mod agent;
mod allowed;
mod coherence;
mod compose;
mod envelope;
mod error;
mod key;
mod ladder;
mod policy;
mod refusal;
mod requirement;
mod review;
mod sign;
mod sshsig;
mod statement;
mod verify;

pub use allowed::{AllowedSigners, NotAllowed};
pub use error::SignError;
pub use key::{KeySource, Signed, Signer, Way};
pub use policy::Demand;
pub use refusal::Refusal;
pub use requirement::{REQUIREMENTS, Requirement, parse_age};
pub use review::Reviewed;
pub use sign::{Draft, Request, SignedOff, prepare};
pub use sshsig::SignatureFault;
pub use statement::*;
pub use verify::{Expectations, SignedBy, Verified, verify};
