//! Headers that change what a browser does with an answer: caching, CORS, security, cookies' attributes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Which, model::Change, names::Names};
use crate::evidence::Answer;

/// Lists of words, in which order and case say nothing.
const LISTS: [&str; 6] = [
    "cache-control",
    "vary",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "permissions-policy",
];
const WHOLE: [&str; 14] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-max-age",
    "access-control-allow-private-network",
    "content-security-policy",
    "content-security-policy-report-only",
    "strict-transport-security",
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
    "content-disposition",
];
/// Their values differ by nature; whether there is one is what matters.
const PRESENCE: [&str; 3] = ["etag", "last-modified", "expires"];

/// Every header that matters, with the values that were seen.
#[derive(Debug, Default)]
pub(super) struct Headers(BTreeMap<&'static str, BTreeSet<String>>);

impl Headers {
    /// Adds an answer's headers to what was seen before.
    pub(super) fn take(&mut self, answer: &Answer, side: Which, names: &Names) {
        let mut set = |name, value| {
            self.0.entry(name).or_default().insert(value);
        };
        for name in LISTS {
            if let Some(value) = answer.header(name) {
                set(name, sorted(value));
            }
        }
        for name in WHOLE {
            if let Some(value) = answer.header(name) {
                set(name, without_nonces(&names.text(side, value)));
            }
        }
        for name in PRESENCE {
            if answer.header(name).is_some() {
                set(name, "there".to_owned());
            }
        }
        let cookies = answer.headers.iter();
        let cookies = cookies.filter(|header| header.name.eq_ignore_ascii_case("set-cookie"));
        for line in cookies.flat_map(|header| header.value.lines()) {
            set("set-cookie", attributes(line));
        }
    }

    pub(super) fn changes(&self, other: &Self) -> Vec<Change> {
        let mut all: BTreeSet<&str> = self.0.keys().copied().collect();
        all.extend(other.0.keys());
        let differing = all
            .into_iter()
            .filter(|name| self.0.get(name) != other.0.get(name));
        differing
            .map(|name| Change {
                what: format!("header {name}"),
                a: words(self.0.get(name)),
                b: words(other.0.get(name)),
            })
            .collect()
    }
}

fn words(values: Option<&BTreeSet<String>>) -> String {
    values.map_or_else(
        || "none".to_owned(),
        |values| values.iter().cloned().collect::<Vec<_>>().join(" | "),
    )
}

fn sorted(value: &str) -> String {
    let mut words: Vec<String> = value
        .split(',')
        .map(|word| word.trim().to_ascii_lowercase())
        .collect();
    words.sort();
    words.join(", ")
}

/// A nonce is another one in each answer.
fn without_nonces(value: &str) -> String {
    let words = value.split(' ').map(|word| {
        if word.starts_with("'nonce-") {
            "'nonce-*'"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A cookie's name and what it is allowed to; never its value, nor how long it lasts.
fn attributes(line: &str) -> String {
    let mut parts = line.split(';').map(str::trim);
    let name = parts.next().and_then(|pair| pair.split('=').next());
    let mut kept: Vec<String> = parts
        .map(str::to_ascii_lowercase)
        .filter(|part| !part.starts_with("expires") && !part.starts_with("max-age"))
        .collect();
    kept.sort();
    kept.insert(0, name.unwrap_or_default().to_owned());
    kept.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Header, TargetFacts};

    fn headers(side: Which, pairs: &[(&str, &str)]) -> Headers {
        let origin = |origin: &str| TargetFacts {
            origins: vec![origin.to_owned()],
            ..TargetFacts::default()
        };
        let names = Names::of(&origin("http://a.test"), &origin("https://b.test"));
        let answer = Answer {
            headers: pairs
                .iter()
                .map(|(name, value)| Header::new(*name, *value))
                .collect(),
            ..Answer::default()
        };
        let mut headers = Headers::default();
        headers.take(&answer, side, &names);
        headers
    }

    #[test]
    fn what_changes_nothing_is_no_difference() {
        let a = headers(
            Which::A,
            &[
                ("Cache-Control", "no-store, Private"),
                ("Access-Control-Allow-Origin", "http://a.test"),
                ("content-security-policy", "script-src 'nonce-abc' 'self'"),
                ("set-cookie", "sid=[redacted]; Path=/; HttpOnly; Max-Age=60"),
                ("date", "now"),
                ("etag", "1"),
            ],
        );
        let b = headers(
            Which::B,
            &[
                ("cache-control", "private,no-store"),
                ("access-control-allow-origin", "https://b.test"),
                ("content-security-policy", "script-src 'nonce-xyz' 'self'"),
                ("set-cookie", "sid=[redacted]; HttpOnly; Path=/; Max-Age=99"),
                ("etag", "2"),
            ],
        );
        assert_eq!(a.changes(&b), []);
    }

    #[test]
    fn a_header_that_is_gone_and_a_cookie_that_lost_its_lock_are_told() {
        let a = headers(
            Which::A,
            &[("set-cookie", "sid=1; Secure"), ("x-frame-options", "DENY")],
        );
        let b = headers(Which::B, &[("set-cookie", "sid=2")]);
        let changes: Vec<_> = a.changes(&b);
        let lines: Vec<_> = changes
            .iter()
            .map(|it| (it.what.as_str(), it.a.as_str(), it.b.as_str()))
            .collect();
        assert_eq!(
            lines,
            [
                ("header set-cookie", "sid; secure", "sid"),
                ("header x-frame-options", "DENY", "none"),
            ]
        );
    }
}
