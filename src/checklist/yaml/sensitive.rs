//! Which values of a file a message must not repeat: those under names like password or token.

use std::ops::Range;

use super::node::{Kind, Node};

/// Parts of names whose values are masked, in lower case without separators.
const PARTS: &[&str] = &[
    "passw",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "onetimecode",
    "verificationcode",
    "motdepasse",
    "contrase",
];

/// Whole names whose values are masked; as parts they would hide `shipping` and `footprint`.
const WHOLE: &[&str] = &["pass", "pwd", "pin", "otp", "totp", "cvc", "cvv", "auth"];

/// Whether a name says that its value is a secret.
pub(crate) fn is_sensitive(name: &str) -> bool {
    let name: String = name
        .chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    WHOLE.contains(&name.as_str()) || PARTS.iter().any(|part| name.contains(part))
}

/// The byte ranges of every value below a node that must be masked.
pub(super) fn sensitive_ranges(root: &Node) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    collect(root, false, &mut ranges);
    ranges
}

fn collect(node: &Node, is_hidden: bool, ranges: &mut Vec<Range<usize>>) {
    match &node.kind {
        Kind::Scalar { text, .. } if is_hidden && !is_reference(text) => {
            ranges.push(node.bytes.clone());
        }
        Kind::Scalar { .. } => {}
        Kind::List(items) => items
            .iter()
            .for_each(|item| collect(item, is_hidden, ranges)),
        Kind::Map(pairs) => {
            let names_secret_field = pairs
                .iter()
                .any(|(key, value)| key.written() == "field" && holds_sensitive_name(value));
            let mut is_after_secret = false;
            for (key, value) in pairs {
                // `{ Password: a,b }`: to YAML `b` is a key.
                is_after_secret = is_after_secret && value.is_nothing();
                if is_after_secret {
                    ranges.push(key.bytes.clone());
                }
                let is_text_of_secret = names_secret_field && key.written() != "field";
                let is_secret = is_text_of_secret || is_sensitive(key.written());
                is_after_secret |= is_secret;
                if key.written() == "access" {
                    collect_access(value, ranges);
                } else {
                    collect(value, is_hidden || is_secret, ranges);
                }
            }
        }
    }
}

/// Whatever opens a door is a secret, only the command that fetches one isn't.
fn collect_access(node: &Node, ranges: &mut Vec<Range<usize>>) {
    let Kind::Map(pairs) = &node.kind else {
        return collect(node, true, ranges);
    };
    for (key, value) in pairs {
        let is_hidden = !matches!(key.written(), "command" | "header");
        collect(value, is_hidden, ranges);
    }
}

/// `${NAME}` alone is no secret: its value isn't in the file.
fn is_reference(text: &str) -> bool {
    text.strip_prefix("${")
        .and_then(|text| text.strip_suffix('}'))
        .is_some_and(|name| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
}

/// Whether an element (`Password`, `{ label: Password }`) is named like a secret.
fn holds_sensitive_name(element: &Node) -> bool {
    match &element.kind {
        Kind::Scalar { text, .. } => is_sensitive(text),
        Kind::List(_) => false,
        Kind::Map(pairs) => pairs.iter().any(|(_, value)| holds_sensitive_name(value)),
    }
}

/// The byte ranges to mask in a text that is no YAML, where only words can be gone by: what stands behind a name and its
/// colon, to the line's end, and the line after it.
pub(in crate::checklist) fn sensitive_ranges_by_words(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut is_after_name = false;
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let names_secret = line
            .split([':', '{', ',', '-', '"', '\''])
            .any(is_sensitive);
        let colon = if names_secret {
            end_of_name(line)
        } else {
            line.find(':')
        };
        if names_secret || is_after_name {
            let from = colon.map_or(0, |colon| colon + 1);
            ranges.push(start + from..start + line.len());
        }
        is_after_name = names_secret;
        start += line.len();
    }
    ranges
}

/// Where the first colon behind a sensitive name stands; the first colon at all when the name is itself a value.
fn end_of_name(line: &str) -> Option<usize> {
    let mut start = 0;
    for part in line.split_inclusive([':', '{', ',']) {
        let end = start + part.len();
        if part.ends_with(':') && is_sensitive(part) {
            return Some(end - 1);
        }
        start = end;
    }
    line.find(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known() {
        for name in [
            "Password",
            "api_key",
            "X-Api-Key",
            "PIN",
            "Passwort",
            "client secret",
        ] {
            assert!(is_sensitive(name), "{name}");
        }
        for name in ["Shipping", "Footprint", "Email", "Your name", "Author"] {
            assert!(!is_sensitive(name), "{name}");
        }
    }

    #[test]
    fn broken_text_is_masked_behind_the_name() {
        let text = "- fill: { Email: a, Password: hunter2\nnext: x\nlast: y\npin: |\n1234\n";
        let masked: Vec<_> = sensitive_ranges_by_words(text)
            .into_iter()
            .map(|range| &text[range])
            .collect();
        assert_eq!(masked, [" hunter2\n", " x\n", " |\n", "1234\n"]);
    }
}
