//! `${NAME}` and `${NAME:-default}` as they stand in a text.

use super::yaml::{self, Kind, Node};

/// The longest default that is looked for, in characters.
const LONGEST_DEFAULT: usize = 1000;

/// A `${NAME}` or `${NAME:-default}`.
pub(super) struct Reference<'a> {
    pub(super) name: &'a str,
    pub(super) default: Option<&'a str>,
    /// With `${` and `}`, in bytes.
    pub(super) length: usize,
}

impl<'a> Reference<'a> {
    /// Reads the one that a text begins with.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let inside = text.strip_prefix("${")?;
        let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let name = &inside[..inside
            .bytes()
            .take_while(|byte| is_name_byte(*byte))
            .count()];
        if !is_variable_name(name) {
            return None;
        }
        let behind = &inside[name.len()..];
        let (default, length) = match behind.strip_prefix(":-") {
            Some(default) => {
                let (end, _) = default
                    .char_indices()
                    .take(LONGEST_DEFAULT)
                    .find(|(_, character)| *character == '}')?;
                (Some(&default[..end]), end + 2)
            }
            None => behind.starts_with('}').then_some((None, 0))?,
        };
        Some(Self {
            name,
            default,
            length: name.len() + length + 3,
        })
    }
}

/// The variables that the texts of a file refer to, and whether a default stands with each; of a file that is no
/// YAML none.
pub(crate) fn variables_of(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut nodes: Vec<Node> = yaml::parse(text).root.into_iter().collect();
    while let Some(node) = nodes.pop() {
        match node.kind {
            Kind::Scalar { text, .. } => {
                let begins = text
                    .match_indices("${")
                    .filter(|(at, _)| !text[..*at].ends_with('$'));
                let read = begins.filter_map(|(at, _)| Reference::read(&text[at..]));
                found.extend(read.map(|it| (it.name.to_owned(), it.default.is_some())));
            }
            Kind::List(items) => nodes.extend(items),
            Kind::Map(pairs) => {
                nodes.extend(pairs.into_iter().flat_map(|(key, value)| [key, value]));
            }
        }
    }
    found
}

/// Whether a word can be a variable's name: letters, digits and `_`, no digit first.
pub(crate) fn is_variable_name(word: &str) -> bool {
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !word.is_empty()
        && !word.starts_with(|first: char| first.is_ascii_digit())
        && word.bytes().all(is_name_byte)
}

/// Whether a text refers to a variable, or tries to.
pub(crate) fn has_variable(written: &str) -> bool {
    written
        .match_indices("${")
        .any(|(at, _)| !written[..at].ends_with('$'))
}
