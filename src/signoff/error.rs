//! Why nothing was signed.

use std::{io, path::PathBuf};

use thiserror::Error;

use crate::bundle::{BundleError, Difference};
use crate::evidence::EvidenceError;

/// Why nothing was signed.
#[derive(Debug, Error)]
pub enum SignError {
    /// The bundle couldn't be read or written.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The journal couldn't be read.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The bundle isn't what was sealed.
    #[error("the bundle isn't what was sealed:{}", list(.0.iter().map(ToString::to_string)))]
    Altered(Vec<Difference>),
    /// Something stands between the walk and a signature.
    #[error("this can't be signed yet:{}", list(.0.iter().cloned()))]
    Missing(Vec<String>),
    /// Something was said between the laying out and the yes.
    #[error(
        "nothing was signed: the review went on meanwhile, and something was said that wasn't shown here"
    )]
    WentOn,
    /// The signer wrote the commit.
    #[error("{author} is the author of {commit}, and the project wants somebody else to sign")]
    IsAuthor {
        /// The author.
        author: String,
        /// The commit.
        commit: String,
    },
    /// Nobody knows who wrote the commit.
    #[error(
        "the project wants somebody else than the commit's author to sign, and the author isn't known: {why}"
    )]
    AuthorUnknown {
        /// Why.
        why: String,
    },
    /// A key's file can't be read.
    #[error("the key {} can't be read: {source}", path.display())]
    KeyUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It isn't a key.
    #[error("{what} is no OpenSSH key: {source}")]
    NoKey {
        /// What was read.
        what: String,
        /// Why.
        source: ssh_key::Error,
    },
    /// A key can't be written down.
    #[error("the key can't be used: {0}")]
    Key(#[from] ssh_key::Error),
    /// The agent failed.
    #[error("ssh-agent at {}: {why}", socket.display())]
    Agent {
        /// Its socket.
        socket: PathBuf,
        /// Why.
        why: String,
    },
    /// Nothing could sign.
    #[error("nothing could sign with the key {key}:{}", list(tried.iter().cloned()))]
    NoWay {
        /// The key's fingerprint.
        key: String,
        /// What was tried, and why it failed.
        tried: Vec<String>,
    },
    /// A signature over the envelope couldn't be made.
    #[error("the envelope couldn't be signed")]
    NotMade,
    /// The same key has signed the same statement.
    #[error("this key has signed it already, and nothing was said since")]
    SignedAlready,
    /// What is there already isn't a good sign-off.
    #[error("the sign-off that is there doesn't hold: {why}")]
    EarlierUnsound {
        /// Why.
        why: String,
    },
    /// Nothing can be taken over from the earlier bundle.
    #[error("nothing can be taken over from the earlier sign-off: {why}")]
    CarryUnfit {
        /// Why.
        why: String,
    },
    /// The statement can't be written down.
    #[error("the statement can't be written: {0}")]
    Statement(#[from] serde_json::Error),
}

impl SignError {
    /// The next thing to do.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Bundle(error) => error.help().to_owned(),
            Self::Evidence(error) => return error.help().map(str::to_owned),
            Self::Altered(_) => "take a fresh copy of the bundle, or run again".to_owned(),
            Self::Missing(_) => {
                "go on with `shippass review`; to reject it as it is: `--reject WHY`".to_owned()
            }
            Self::WentOn => "run it again and look at what would be signed now".to_owned(),
            Self::IsAuthor { .. } => "let a colleague walk it and sign".to_owned(),
            Self::AuthorUnknown { .. } => {
                "sign in a checkout that holds the commit, and let the target tell it: `commit: { header: x-app-commit }`".to_owned()
            }
            Self::KeyUnreadable { .. } | Self::NoKey { .. } | Self::Key(_) => {
                "name an OpenSSH key: `--key ~/.ssh/id_ed25519`".to_owned()
            }
            Self::Agent { .. } | Self::NoWay { .. } | Self::NotMade => {
                "load the key with `ssh-add`, or install `ssh-keygen` (openssh-client)".to_owned()
            }
            Self::EarlierUnsound { .. } => {
                "look at it with `shippass verify`; if it counts for nothing, move the files `signoff/statement*` away"
                    .to_owned()
            }
            Self::CarryUnfit { .. } => {
                "leave `--carry` out, and look at every step".to_owned()
            }
            Self::SignedAlready | Self::Statement(_) => return None,
        })
    }
}

/// How many lines a person reads before the next thing to do.
const MOST_LINES: usize = 12;

/// Each on a line of its own; what is too much is counted.
fn list(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len().saturating_sub(MOST_LINES);
    let more = (more > 0).then(|| format!("and {more} more"));
    let items = items.take(MOST_LINES).chain(more);
    items.fold(String::new(), |mut text, item| {
        text.push_str("\n  - ");
        text.push_str(&item);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let missing = |count: usize| {
            let all = (0..count).map(|number| format!("step {number}")).collect();
            SignError::Missing(all).to_string()
        };
        assert!(missing(12).ends_with("\n  - step 11"));
        assert!(missing(50).ends_with("\n  - step 11\n  - and 38 more"));
    }
}
