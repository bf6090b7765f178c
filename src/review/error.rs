//! What can go wrong when a bundle is reviewed.

use std::{io, net::IpAddr, path::PathBuf};

use thiserror::Error;

use crate::bundle::{BundleError, Difference};
use crate::evidence::EvidenceError;

/// Why a bundle can't be reviewed, or the review can't go on.
#[derive(Debug, Error)]
pub enum ReviewError {
    /// The bundle can't be read, or the walk can't be kept.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The journal can't be read.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The folder isn't what was sealed.
    #[error("{} is not what was sealed: {}", dir.display(), listed(differences))]
    Altered {
        /// The bundle.
        dir: PathBuf,
        /// How it differs.
        differences: Vec<Difference>,
    },
    /// No door could be opened.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// Nobody on a local network could reach this machine.
    #[error("this machine has no address in a local network")]
    NoAddress,
    /// The address is one of the Internet's.
    #[error("{0} is no address of a local network: strangers could knock there")]
    PublicAddress(IpAddr),
    /// No random bytes were to be had for a token.
    #[error("the system gives no random bytes: {0}")]
    NoRandomness(String),
}

impl ReviewError {
    /// Whether something else has to be named, rather than something around mended.
    pub fn is_wrong_input(&self) -> bool {
        match self {
            Self::Bundle(error) => !matches!(error, BundleError::Write { .. }),
            Self::Evidence(_) | Self::Altered { .. } => true,
            Self::Listen { .. }
            | Self::NoAddress
            | Self::PublicAddress(_)
            | Self::NoRandomness(_) => false,
        }
    }

    /// The next thing to do.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Bundle(error) => Some(error.help()),
            Self::Evidence(error) => error.help(),
            Self::Altered { .. } => {
                Some("somebody changed it since; review a fresh copy, or run it again")
            }
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrNotAvailable => {
                Some("name an address that this machine has; `ip address` or `ifconfig` lists them")
            }
            Self::Listen { .. } => Some("leave `--port` away: any free port will do"),
            Self::NoAddress => Some(
                "join the phone's network; or name the address to listen on: `--phone-address 192.168.1.7`",
            ),
            Self::PublicAddress(_) => Some(
                "name the address of the network that the phone is in: `--phone-address 192.168.1.7`",
            ),
            Self::NoRandomness(_) => None,
        }
    }
}

/// Why something that the page said isn't kept.
#[derive(Debug, Error)]
pub(super) enum NotKept {
    /// It speaks of something that isn't there, or says too much.
    #[error("{0}")]
    Unfit(&'static str),
    /// It couldn't be written.
    #[error(transparent)]
    Failed(#[from] BundleError),
}

const SHOWN: usize = 3;

fn listed(differences: &[Difference]) -> String {
    let first = differences.iter().take(SHOWN).map(ToString::to_string);
    let first = first.collect::<Vec<_>>().join(", ");
    match differences.len().checked_sub(SHOWN) {
        None | Some(0) => first,
        Some(more) => format!("{first} and {more} more"),
    }
}
