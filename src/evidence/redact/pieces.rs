//! Texts that are only the beginning of something: JSON that breaks off has no members that could be told apart.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Redactor, body, lists::is_secret_key, server_keys};

/// How much of a long text is cleaned; more than is ever kept of one.
const BEGINNING: usize = 4096;

/// `"key": "value`, the value perhaps cut off, or a number.
static MEMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#""(?P<k>[^"\\]{1,64})"\s*:\s*(?:"(?P<t>(?:[^"\\]|\\.)*)"?|(?P<n>-?\d[\d.]*))"#)
        .ok()
});

impl Redactor {
    /// The beginning of a long text without its secrets, and the keys for servers that stand anywhere in it.
    pub fn beginning(&self, mime: &str, text: &str) -> (String, Vec<String>) {
        let text = server_keys::out(self, text);
        let keys = server_keys::taken_from(&text);
        let end = text.char_indices().nth(BEGINNING);
        let start = &text[..end.map_or(text.len(), |(at, _)| at)];
        (body::clean(self, mime, &self.members_out(start)), keys)
    }

    fn members_out(&self, text: &str) -> String {
        let Some(member) = &*MEMBER else {
            return text.to_owned();
        };
        let replaced = member.replace_all(text, |found: &Captures<'_>| {
            let whole = &found[0];
            let value = found.name("t").or(found.name("n"));
            match value.filter(|_| is_secret_key(&found["k"])) {
                Some(value) => {
                    let inner = value.as_str();
                    let at = value.start() - found.get(0).map_or(0, |it| it.start());
                    let (before, behind) = (&whole[..at], &whole[at + inner.len()..]);
                    format!("{before}{}{behind}", self.taken_out("json", inner))
                }
                None => whole.to_owned(),
            }
        });
        replaced.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_loses_its_secrets_and_keeps_the_rest() {
        let redactor = Redactor::default();
        for (text, secret) in [
            (
                r#"{"user":"ada","password":"hunter2hunter2","note":"x"#,
                "hunter2hunter2",
            ),
            (r#"{"access_token": "abc-def-cut-o"#, "abc-def-cut-o"),
            (r#"{"pin": 4711, "total": 12"#, "4711"),
            (
                r#"<meta name="csrf-token" content="Zk3jf92Kdl10Qx"><p>"#,
                "Zk3jf92Kdl10Qx",
            ),
        ] {
            let (shown, _) = redactor.beginning("text/plain", text);
            assert!(
                !shown.contains(secret) && shown.contains("[redacted:"),
                "{shown}"
            );
        }
        let harmless = r#"{"total": 450000, "name": "Ada", "items": [1, 2"#;
        let long = format!("{harmless}{}", "é".repeat(9000));
        let (shown, keys) = redactor.beginning("application/json", &long);
        assert!(shown.starts_with(harmless) && keys.is_empty());
        assert_eq!(shown.chars().count(), BEGINNING);
    }
}
