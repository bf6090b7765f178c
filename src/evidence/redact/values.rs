//! Values that look like secrets wherever they stand.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{
    Redactor,
    body::is_learnable,
    server_keys::{self, SERVER_KEY},
};

/// A shape whose group `v` is taken out, and the rule's name.
pub(super) struct Shape {
    rule: &'static str,
    /// Whether a value of that shape is one indeed.
    is: fn(&str) -> bool,
    regex: Regex,
}

impl Shape {
    pub(super) fn new(rule: &'static str, is: fn(&str) -> bool, pattern: &str) -> Option<Self> {
        let regex = Regex::new(pattern).ok()?;
        Some(Self { rule, is, regex })
    }

    /// The text without the values of that shape; `None` when it holds none.
    pub(super) fn out(&self, redactor: &Redactor, text: &str) -> Option<String> {
        if !self.regex.is_match(text) {
            return None;
        }
        let replaced = self.regex.replace_all(text, |found: &Captures<'_>| {
            let whole = found.get(0).map_or("", |whole| whole.as_str());
            let Some(value) = found.name("v") else {
                return whole.to_owned();
            };
            if value.as_str().contains("[redacted:") || !(self.is)(value.as_str()) {
                return whole.to_owned();
            }
            if self.rule.starts_with(SERVER_KEY) && is_learnable(value.as_str()) {
                redactor.learn(self.rule, value.as_str());
            }
            let begin = value.start() - found.get(0).map_or(0, |whole| whole.start());
            let end = begin + value.len();
            let replacement = redactor.replacement(self.rule, value.as_str());
            format!("{}{replacement}{}", &whole[..begin], &whole[end..])
        });
        Some(replaced.into_owned())
    }
}

// A long bound on a class of Unicode, or `\w` in a repetition, costs a megabyte once it is compiled: lengths are
// asked of the value instead, and classes are spelled out.
static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    let shapes = [
        (
            "jwt",
            r"\b(?P<v>eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_=-]{4,}(?:\.[A-Za-z0-9_.+/=-]*)?)",
        ),
        (
            "authorization",
            r"(?i)\b(?:bearer|basic|token|digest)\s+(?P<v>[A-Za-z0-9+/=._~-]{12,})",
        ),
        (
            "userinfo",
            r"[a-zA-Z][a-zA-Z0-9+.-]{1,20}://(?P<v>[^\s/@:\x22']+:[^\s/@\x22']+)@",
        ),
        (
            "private-key",
            r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<v>.*?)(?:-----END|$)",
        ),
        (
            "token-shape",
            r"\b(?P<v>(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk_live_|sk_test_|rk_live_|sk-ant-|sk-proj-|ya29\.|hvs\.|hvb\.|npm_|pypi-|dop_v1_|SG\.|shpat_|vercel_|sbp_)[A-Za-z0-9_.-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,})",
        ),
        ("card", r"(?-u:\b)(?P<v>(?:[0-9][ -]?){12,18}[0-9])(?-u:\b)"),
    ];
    shapes
        .into_iter()
        .filter_map(|(rule, pattern)| {
            let is = match rule {
                "card" => is_card,
                "userinfo" => is_userinfo,
                _ => |_: &str| true,
            };
            Shape::new(rule, is, pattern)
        })
        .collect()
});

/// Takes every value out that has the shape of a secret.
pub(super) fn shapes_out(redactor: &Redactor, text: &str) -> String {
    let mut clean = server_keys::out(redactor, text).into_owned();
    for shape in SHAPES.iter() {
        if let Some(without) = shape.out(redactor, &clean) {
            clean = without;
        }
    }
    clean
}

/// A name and a password; minified code between two signs is longer.
pub(super) fn is_userinfo(value: &str) -> bool {
    value
        .split_once(':')
        .is_some_and(|(name, password)| name.len().max(password.len()) <= 200)
}

/// Luhn's check over 13 to 19 digits (ISO/IEC 7812-1); a run of one digit is none.
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|next| next.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| match (index % 2, digit * 2) {
            (0, _) => *digit,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    let is_varied = digits.iter().any(|digit| Some(digit) != digits.first());
    // Milliseconds since 1970 have 13 digits and one in ten passes the check.
    let is_time = digits.len() == 13 && text.starts_with('1');
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10) && is_varied && !is_time
}

/// Shannon entropy in bits a character.
pub(super) fn entropy(text: &str) -> f64 {
    let mut counts = std::collections::BTreeMap::<char, u32>::new();
    for character in text.chars() {
        *counts.entry(character).or_default() += 1;
    }
    let total: u32 = counts.values().sum();
    counts
        .values()
        .map(|count| {
            let share = f64::from(*count) / f64::from(total.max(1));
            -share * share.log2()
        })
        .sum()
}

/// A path segment that only a program can remember: a token in a link.
pub(super) fn is_token_segment(segment: &str) -> bool {
    let has = |test: fn(&char) -> bool| segment.chars().any(|next| test(&next));
    let is_plain = segment
        .chars()
        .all(|next| next.is_ascii_alphanumeric() || matches!(next, '-' | '_'));
    let is_mixed =
        has(char::is_ascii_digit) && has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase);
    let is_dense = has(char::is_ascii_digit)
        && has(char::is_ascii_alphabetic)
        && !segment.contains(['-', '_'])
        && segment.len() >= 24;
    segment.len() >= 20
        && is_plain
        && (is_mixed || is_dense)
        && !is_uuid(segment)
        && entropy(segment) >= 3.5
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12]
        && text
            .chars()
            .all(|next| next.is_ascii_hexdigit() || next == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_segments_and_what_only_looks_like_them() {
        assert!(is_token_segment("aB3dE5fG7hJ9kL1mN3pQ"));
        assert!(is_token_segment("9f8e7d6c5b4a39281706f5e4d3c2b1a0"));
        for harmless in [
            "7b1e5c1c-9a77-4c43-9c9e-0f4a6d3f2b10",
            "how-to-write-a-quote-in-2026",
            "index-4f3a9c.js",
            "customer-signs-a-quote",
            "1234567890123456789012",
        ] {
            assert!(!is_token_segment(harmless), "{harmless}");
        }
    }

    #[test]
    fn cards_by_their_check() {
        assert!(is_card("4242 4242 4242 4242"));
        assert!(!is_card("4242 4242 4242 4241"));
        assert!(!is_card("1763679379000"));
        assert!(!is_card("0000000000000000"));
    }
}
