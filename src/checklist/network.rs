//! `network`: how well the page reaches the world for the rest of a step.

use std::fmt;

use super::{model::Action, reader::Reader, yaml::Node};

/// How well the page reaches the world.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Network {
    /// As well as the machine does.
    #[default]
    Online,
    /// As on a train: long waits, a trickle of bytes.
    Slow,
    /// Not at all.
    Offline,
}

pub(super) const STATES: [(&str, Network); 3] = [
    ("offline", Network::Offline),
    ("slow", Network::Slow),
    ("online", Network::Online),
];

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Online => "online",
            Self::Slow => "slow",
            Self::Offline => "offline",
        })
    }
}

/// `network: offline`.
pub(super) fn network(reader: &mut Reader<'_>, node: &Node) -> Option<Action> {
    let state = reader.one_of(node, "`network`", &STATES, "- network: offline")?;
    Some(Action::Network(state))
}
