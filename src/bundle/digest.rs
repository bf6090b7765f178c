//! SHA-256, for names, manifests and the report's own style.

use sha2::{Digest, Sha256};

pub use crate::evidence::{hex, hex_sha256};

/// The SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
