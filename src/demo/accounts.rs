//! Who can sign in to the demo. The database holds only what their passwords hash to.

use sha2::{Digest, Sha256};

/// Somebody who can sign in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    pub(super) email: &'static str,
    pub(super) password: &'static str,
}

/// Owns the first company; on pro.
pub(super) const OWNER: Account = Account {
    email: "owner@marlow.example",
    password: "vN7-rT2q-Lk9x-Wd4m-Hs6b",
};

/// Works for the first company; on free.
pub(super) const MEMBER: Account = Account {
    email: "member@marlow.example",
    password: "pC3-zY8f-Qj5u-Xe2n-Bg7w",
};

/// Owns the second company.
pub(super) const NEIGHBOUR: Account = Account {
    email: "owner@tallow.example",
    password: "kM9-sD4h-Vt7c-Ru3j-Yp8a",
};

/// Everybody.
pub(super) const EVERYBODY: [Account; 3] = [OWNER, MEMBER, NEIGHBOUR];

/// What the database keeps of a password; the salt is the email.
pub(super) fn hash_password(email: &str, password: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::new()
        .chain_update(email)
        .chain_update([0])
        .chain_update(password)
        .finalize();
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
