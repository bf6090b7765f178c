//! YAML into a tree of located nodes, every scalar kept as it is written. The only place that knows the YAML crate.

mod cut;
mod node;
mod parse;
mod problem;
mod sensitive;
mod syntax;

pub(crate) use node::{Kind, Node};
pub(super) use parse::{Tree, parse};
pub(crate) use problem::LARGEST;
pub(super) use problem::Problem;
pub(crate) use sensitive::is_sensitive;
pub(super) use sensitive::sensitive_ranges_by_words;
