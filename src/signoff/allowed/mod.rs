//! The allowed signers file (ssh-keygen(1), ALLOWED SIGNERS): who may sign, with which key, for what and when.
//!
//! Read as OpenSSH reads it; `tests/offline/signoff` holds both against each other over generated files.

mod moment;
mod options;
mod pattern;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{Timestamp, tz::TimeZone};
use ssh_key::PublicKey;

use self::{options::Options, pattern::matches_list};

/// Who may sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedSigners {
    lines: Vec<String>,
    zone: TimeZone,
}

/// Why a key doesn't count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAllowed {
    /// No line names the key and the person together.
    Unknown,
    /// A line does, for other namespaces.
    OtherNamespace,
    /// A line does, for a later time.
    NotYet,
    /// A line does, for an earlier time.
    Expired,
    /// A line does, as an authority over certificates, and this is a plain key.
    Authority,
}

impl NotAllowed {
    /// A code for scripts, and the rest of a sentence.
    pub(super) fn in_words(self) -> (&'static str, &'static str) {
        match self {
            Self::Unknown => (
                "signer-unknown",
                "the allowed signers don't name them together",
            ),
            Self::OtherNamespace => (
                "signer-namespace",
                "the allowed signers let it sign other things only",
            ),
            Self::NotYet => ("signer-not-yet", "it isn't valid yet"),
            Self::Expired => ("signer-expired", "it isn't valid any more"),
            Self::Authority => (
                "signer-authority",
                "it is named as an authority over certificates, and those aren't supported",
            ),
        }
    }
}

impl AllowedSigners {
    /// Takes a file's text; a line that can't be read allows nobody, as with OpenSSH. Times without `Z` are of this zone.
    pub fn new(text: &str, zone: TimeZone) -> Self {
        let lines = text.split('\n').filter(|line| !line.is_empty());
        Self {
            lines: lines.map(str::to_owned).collect(),
            zone,
        }
    }

    /// A person's keys as GitHub gives them: a key a line, no names, no options.
    pub fn of_github_user(name: &str, keys: &str) -> Self {
        let keys = keys.lines().map(str::trim).filter(|key| !key.is_empty());
        let lines = keys.map(|key| format!("\"{}\" {key}", name.replace('"', "")));
        Self {
            lines: lines.collect(),
            zone: TimeZone::UTC,
        }
    }

    /// Whether a person may sign with a key in a namespace at that time.
    pub fn allows(
        &self,
        key: &PublicKey,
        principal: &str,
        namespace: &str,
        now: Timestamp,
    ) -> Result<(), NotAllowed> {
        let entries = self.entries(key);
        let mut fault = NotAllowed::Unknown;
        for entry in entries.filter(|entry| matches_list(principal, &entry.principals)) {
            match entry.options.allow(namespace, now) {
                Ok(()) => return Ok(()),
                Err(found) => fault = found,
            }
        }
        Err(fault)
    }

    /// The principals of the first line that lets a key sign, as they are written.
    pub fn principals(&self, key: &PublicKey, namespace: &str, now: Timestamp) -> Option<String> {
        let mut entries = self.entries(key);
        entries
            .find(|entry| entry.options.allow(namespace, now).is_ok())
            .map(|entry| entry.principals)
    }

    /// Whether there is no line at all.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn entries(&self, key: &PublicKey) -> impl Iterator<Item = Entry> {
        let blob = key.to_bytes().unwrap_or_default();
        let kind = key.algorithm().to_string();
        let lines = self.lines.iter();
        lines.filter_map(move |line| Entry::read(line, &kind, &blob, &self.zone))
    }
}

/// A line that speaks of the key in question.
struct Entry {
    principals: String,
    options: Options,
}

impl Entry {
    fn read(line: &str, kind: &str, blob: &[u8], zone: &TimeZone) -> Option<Self> {
        // A text ends at a NUL in C.
        let line = line.split('\0').next().unwrap_or_default();
        let line = line.trim_start_matches(is_space);
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (principals, rest) = first_word(line)?;
        if is_key(rest, kind, blob) {
            let options = Options::default();
            return Some(Self {
                principals,
                options,
            });
        }
        let (options, key) = past_options(rest)?;
        if !is_key(key.trim_start_matches([' ', '\t']), kind, blob) {
            return None;
        }
        Some(Self {
            principals,
            options: Options::read(options, zone)?,
        })
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

/// The first word and what follows; white space in quotes belongs to it.
fn first_word(line: &str) -> Option<(String, &str)> {
    let end = line.find(|next| is_space(next) || next == '"')?;
    let (start, rest) = line.split_at(end);
    let (word, rest) = match rest.strip_prefix('"') {
        Some(quoted) => {
            let (inside, rest) = quoted.split_once('"')?;
            (format!("{start}{inside}"), rest)
        }
        None => (start.to_owned(), &rest[1..]),
    };
    Some((word, rest.trim_start_matches(is_space)))
}

/// Splits behind the options: at the first blank outside of quotes.
fn past_options(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let (mut at, mut is_quoted) = (0, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' if !is_quoted => return text.split_at_checked(at),
            b'\\' if bytes.get(at + 1) == Some(&b'"') => at += 1,
            b'"' => is_quoted = !is_quoted,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether a text begins with this key: its type, then its bytes in base 64.
fn is_key(text: &str, kind: &str, blob: &[u8]) -> bool {
    let Some((found, rest)) = text.split_once([' ', '\t']) else {
        return false;
    };
    let rest = rest.trim_start_matches([' ', '\t']);
    let encoded = rest.split([' ', '\t']).next().unwrap_or_default();
    // As in C, white space within the digits is skipped.
    let encoded: String = encoded
        .chars()
        .filter(|digit| !digit.is_ascii_whitespace())
        .collect();
    found == kind && STANDARD.decode(encoded).is_ok_and(|found| found == blob)
}
