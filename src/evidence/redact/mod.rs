//! Taking secrets out before anything is written.
//!
//! Known values in every encoding, header values by an allowlist, keys by their names, values by
//! their shapes; then a last scan over every byte of the finished bundle.

mod body;
mod encodings;
mod known;
mod lists;
mod multipart;
mod pieces;
mod scan;
mod server_keys;
#[cfg(test)]
mod tests;
mod url;
mod values;
mod windows;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use sha2::{Digest, Sha256};

pub(super) use scan::is_archive;
pub use scan::{Leak, ScanError, Scanner};
pub(crate) use server_keys::{SERVER_KEY, taken_from as server_keys_taken_from};

use known::{Known, Reach, SHORTEST};
use lists::{HeaderFate, header_fate, is_scheme, is_secret_key};

/// From here on a code is hidden wherever it stands.
const LONG_CODE: usize = 12;

/// Knows the secrets of a run and takes them out of everything.
#[derive(Default)]
pub struct Redactor {
    /// Random for each run: equal values stay equal, and nobody can try values later.
    key: [u8; 32],
    state: Mutex<State>,
    short: Vec<String>,
}

#[derive(Default)]
struct State {
    known: Known,
    counts: BTreeMap<String, u64>,
}

// Neither key nor secrets are ever shown.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// Starts with named secrets.
    pub fn new<N: Into<String>, V: Into<String>>(
        secrets: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut key = [0; 32];
        // Without randomness the key is the time: equal values stay equal all the same.
        if getrandom::fill(&mut key).is_err() {
            key[..16].copy_from_slice(&jiff::Timestamp::now().as_nanosecond().to_le_bytes());
        }
        let mut redactor = Self {
            key,
            ..Self::default()
        };
        for (name, value) in secrets {
            let (name, value): (String, String) = (name.into(), value.into());
            if value.chars().count() < SHORTEST {
                redactor.short.push(name);
                continue;
            }
            redactor.learn(&name, &value);
        }
        redactor
    }

    /// Names of secrets that are too short to be looked for.
    pub fn short_secrets(&self) -> &[String] {
        &self.short
    }

    /// Learns what is a secret for certain: it was typed into a private field, or opens a door. The last scan looks for
    /// it too, and a bundle that holds it isn't sealed.
    pub fn learn(&self, kind: &str, value: &str) {
        self.state().known.add(kind, value, Reach::Everywhere);
    }

    /// Learns a code that is good for a moment; it is short, so it is hidden where it stands on its own.
    pub fn learn_code(&self, kind: &str, value: &str) {
        let is_long = value.chars().count() >= LONG_CODE;
        let reach = if is_long {
            Reach::Everywhere
        } else {
            Reach::Alone
        };
        self.state().known.add(kind, value, reach);
    }

    /// Learns what a cookie or a storage holds, and what stands in it when it is JSON; a word that could stand
    /// elsewhere by chance is left alone. The last scan doesn't look for it: it may have come in an answer before.
    pub fn learn_stored(&self, kind: &str, value: &str) {
        body::learn_stored(self, kind, value, body::DEPTH);
    }

    /// Takes secrets out of a free text.
    pub fn text(&self, text: &str) -> String {
        let known = self.known_secrets_out(text);
        values::shapes_out(self, known.as_deref().unwrap_or(text))
    }

    /// Takes known secrets out of a text; `None` when it holds none.
    pub fn known_secrets_out(&self, text: &str) -> Option<String> {
        let finder = self.state().known.finder()?;
        finder.replace(text, |name, value| self.replacement(name, value))
    }

    /// Takes known secrets out of every text of a record: the last line of defence.
    pub(super) fn hide_known_secrets(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(clean) = self.known_secrets_out(text) {
                    *text = clean;
                }
            }
            Value::Array(items) => items
                .iter_mut()
                .for_each(|item| self.hide_known_secrets(item)),
            Value::Object(map) => map
                .values_mut()
                .for_each(|item| self.hide_known_secrets(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Takes secrets out of a URL.
    pub fn url(&self, url: &str) -> String {
        url::clean(self, &server_keys::out(self, url))
    }

    /// Takes secrets out of a header's value; learns those that a cookie sets.
    pub fn header(&self, name: &str, value: &str) -> String {
        let value = &*server_keys::out(self, value);
        match header_fate(name) {
            HeaderFate::Kept => self.text(value),
            HeaderFate::Url => self.url(value),
            HeaderFate::TakenOut => self.taken_out("header", value),
            HeaderFate::Cookies => {
                let cookies: Vec<_> = value.split(';').map(|cookie| self.cookie(cookie)).collect();
                cookies.join(";")
            }
            HeaderFate::SetCookie => {
                // Chromium joins several with line breaks.
                let lines: Vec<_> = value
                    .split('\n')
                    .map(|line| self.set_cookie(line))
                    .collect();
                lines.join("\n")
            }
        }
    }

    fn set_cookie(&self, line: &str) -> String {
        let (cookie, attributes) = line
            .split_once(';')
            .map_or((line, None), |(cookie, rest)| (cookie, Some(rest)));
        self.learn_cookie(cookie);
        let clean = self.cookie(cookie);
        attributes.map_or_else(|| clean.clone(), |rest| format!("{clean};{rest}"))
    }

    /// Learns the cookies that an answer sets, before anything else of that answer is written.
    pub fn learn_cookies<'h>(&self, headers: impl IntoIterator<Item = (&'h str, String)>) {
        for (name, value) in headers {
            if header_fate(name) == HeaderFate::SetCookie {
                let lines = value.split('\n');
                lines
                    .for_each(|line| self.learn_cookie(line.split(';').next().unwrap_or_default()));
            }
        }
    }

    /// Cookies hold settings and names as well as sessions. One that is a session by its name and random by its look is
    /// a secret for certain; anything else is hidden from now on.
    fn learn_cookie(&self, cookie: &str) {
        let Some((name, value)) = cookie.split_once('=') else {
            return;
        };
        let value = value.trim();
        if is_secret_key(name) && body::is_random(value) {
            self.learn("cookie", value);
        }
        self.learn_stored("cookie", value);
        if let Some(plain) = scan::unpercent(value.as_bytes()) {
            self.learn_stored("cookie", &String::from_utf8_lossy(&plain));
        }
    }

    fn cookie(&self, cookie: &str) -> String {
        match cookie.split_once('=') {
            Some((name, value)) => format!("{name}={}", self.taken_out("cookie", value)),
            None => self.taken_out("cookie", cookie),
        }
    }

    /// Takes secrets out of a body of text (JSON, form, multipart, HTML, plain).
    pub fn body(&self, mime: &str, text: &str) -> String {
        body::clean(self, mime, &server_keys::out(self, text))
    }

    /// A multipart body without its secrets, and with a line in place of each file that is no text; `None` when it
    /// can't be taken apart.
    pub fn multipart(&self, body: &[u8]) -> Option<String> {
        let clean = multipart::clean(self, body)?;
        Some(self.text(&server_keys::out(self, &clean)))
    }

    /// Whether bytes that can't be cleaned hold something that is known to be a secret by now.
    pub fn holds_known_secret(&self, bytes: &[u8]) -> bool {
        let finder = self.state().known.finder();
        Scanner { finder }.scan(bytes).is_some()
    }

    /// What was taken out so far: rule and count.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.state().counts.clone()
    }

    /// Looks for all that is known by now.
    pub fn scanner(&self) -> Scanner {
        Scanner {
            finder: self.state().known.scan_finder(),
        }
    }

    /// A value's replacement; what it was never filled with and what stands around it stay, since a
    /// detector needs them: `undefined`, an empty value, a trailing line break.
    fn taken_out(&self, rule: &str, value: &str) -> String {
        let core = value.trim_matches(|next: char| next.is_whitespace() || next.is_control());
        let mut bare = core;
        for _ in 0..4 {
            for code in ["%0A", "%0a", "%0D", "%0d", "%00", "%20"] {
                bare = bare.trim_start_matches(code).trim_end_matches(code);
            }
        }
        // `Bearer null`: the scheme is no secret either.
        let credentials = bare
            .split_once(' ')
            .filter(|(scheme, _)| is_scheme(scheme))
            .map_or(bare, |(_, credentials)| credentials);
        if is_unfilled(credentials) || credentials.starts_with("[redacted:") {
            return value.to_owned();
        }
        value.replacen(bare, &self.replacement(rule, bare), 1)
    }

    /// `[redacted:<rule>:<four hex digits>]`, the same for the same value within a run.
    fn replacement(&self, rule: &str, value: &str) -> String {
        *self.state().counts.entry(rule.to_owned()).or_default() += 1;
        let digest = hmac_sha256(&self.key, value.as_bytes());
        format!("[redacted:{rule}:{:02x}{:02x}]", digest[0], digest[1])
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What stands where a program never put a value.
fn is_unfilled(value: &str) -> bool {
    let is_template = (value.starts_with("{{") && value.ends_with("}}"))
        || (value.starts_with("${") && value.ends_with('}'));
    is_template
        || matches!(
            value,
            "" | "undefined" | "null" | "NaN" | "true" | "false" | "[object Object]"
        )
}

/// RFC 2104 over SHA-256, for keys of at most 64 bytes.
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        block
            .iter_mut()
            .zip(key)
            .for_each(|(slot, part)| *slot ^= part);
        block
    };
    let inner = Sha256::new()
        .chain_update(pad(0x36))
        .chain_update(message)
        .finalize();
    Sha256::new()
        .chain_update(pad(0x5C))
        .chain_update(inner)
        .finalize()
        .into()
}
