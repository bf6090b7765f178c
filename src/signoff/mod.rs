//! The sign-off: what a human decided, signed with their OpenSSH key; and whether such a signature holds.
//!
//! Bytes are signed and checked before they are read; nothing here asks git, the environment or the network.

mod agent;
mod allowed;
mod beside;
mod carry;
mod coherence;
mod compose;
mod envelope;
mod error;
mod facts;
mod key;
mod ladder;
mod policy;
mod refusal;
mod requirement;
mod review;
mod sign;
mod signers;
mod sshsig;
mod statement;
mod verify;

pub use allowed::{AllowedSigners, NotAllowed};
pub use carry::{Carried, CarriedStep, carry};
pub use error::SignError;
pub use key::{KeySource, Signed, Signer, Way};
pub use policy::Demand;
pub use refusal::Refusal;
pub use requirement::{Requirement, age_in_words, parse_age};
pub use review::Reviewed;
pub use sign::{Draft, Request, SignedOff, prepare};
pub use signers::SignedBy;
pub use sshsig::SignatureFault;
pub use statement::*;
pub use verify::{Expectations, Verified, verify};
