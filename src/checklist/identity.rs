//! What a step and a checklist are known by: an id that makes a file's name, a hash of what was written.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The longest id of a step, in characters.
const LONGEST_ID: usize = 40;

/// `02-sign-it`: the number keeps it unique, the name readable.
pub(super) fn step_id(number: usize, name: &str) -> String {
    let mut id = format!("{number:02}-");
    let mut is_gap = true;
    for character in name.chars().flat_map(char::to_lowercase) {
        if id.len() == LONGEST_ID {
            break;
        }
        if character.is_ascii_alphanumeric() {
            id.push(character);
            is_gap = false;
        } else if !is_gap && !matches!(character, '\'' | '’') {
            id.push('-');
            is_gap = true;
        }
    }
    let id = id.trim_end_matches('-');
    if id.len() <= format!("{number:02}").len() {
        return format!("{id}-step");
    }
    id.to_owned()
}

/// The SHA-256 of a checklist and of what it runs, as `Checklist::sha256` says.
pub(super) fn sha256_of_all(text: &str, parts: &[(String, String)]) -> String {
    let own = sha256(text.as_bytes());
    if parts.is_empty() {
        return own;
    }
    let hashes = parts.iter().map(|(_, hash)| hash.as_str());
    let lines: String = std::iter::once(own.as_str())
        .chain(hashes)
        .flat_map(|hash| [hash, "\n"])
        .collect();
    sha256(lines.as_bytes())
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string can't fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_plain_and_never_empty() {
        assert_eq!(step_id(2, "Sign it"), "02-sign-it");
        assert_eq!(step_id(1, "  It's — done! "), "01-its-done");
        assert_eq!(step_id(3, "見積書"), "03-step");
        assert_eq!(step_id(120, "x"), "120-x");
        let long = step_id(7, &"word ".repeat(30));
        assert!(long.len() <= LONGEST_ID && !long.ends_with('-'), "{long}");
    }

    #[test]
    fn hash_is_the_known_one() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
    }
}
