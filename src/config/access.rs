//! `access`: what a protected deployment wants to be shown before it lets one in.

mod read;

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

pub(super) use read::{ACCESS, BASIC, CLOUDFLARE, access};

use super::model::{Config, Secret};

/// The shortest value that is taken for a secret when it is written out: `true` and `1` are none.
const SHORTEST_LITERAL: usize = 8;

/// What is shown to a target's own origins, and to nobody else.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Headers: the name in lower case, and the value.
    pub headers: Vec<(String, String)>,
    /// Cookies: name and value.
    pub cookies: Vec<(String, String)>,
    /// A command that prints the value of one more header.
    pub command: Option<TokenCommand>,
}

/// A command that prints a token with a short life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCommand {
    /// The program and its arguments, run without a shell.
    pub words: Vec<String>,
    /// The header that bears the token, in lower case.
    pub header: String,
}

impl Access {
    /// What is shown, without any value: `header x-vercel-protection-bypass`, `cookie _session`.
    pub fn names(&self) -> Vec<String> {
        let headers = self.headers.iter().map(|(name, _)| name);
        let headers = headers.chain(self.command.iter().map(|command| &command.header));
        let cookies = self.cookies.iter().map(|(name, _)| name);
        headers
            .map(|name| format!("header {name}"))
            .chain(cookies.map(|name| format!("cookie {name}")))
            .collect()
    }
}

// Values are secrets: only names are ever shown.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("shows", &self.names())
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

/// `Basic …` of RFC 7617.
fn basic_credentials(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// The values that are shown to targets, under names that say where they stand.
pub(super) fn secrets_in_access(config: &Config) -> Vec<Secret> {
    let targets = config.targets.iter();
    let values = targets.flat_map(|(target, it)| {
        let access = it.access.iter();
        let pairs = access.flat_map(|access| access.headers.iter().chain(&access.cookies));
        pairs.map(move |(name, value)| Secret {
            name: format!("targets.{target}.access {name}"),
            value: value.clone(),
        })
    });
    values
        .filter(|secret| secret.value.chars().count() >= SHORTEST_LITERAL)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_those_of_the_specification() {
        let credentials = basic_credentials("Aladdin", "open sesame");
        assert_eq!(credentials, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }

    #[test]
    fn debug_shows_no_value() {
        let access = Access {
            headers: vec![("x-bypass".to_owned(), "hunter2hunter2".to_owned())],
            cookies: vec![("door".to_owned(), "hunter2hunter2".to_owned())],
            command: None,
        };
        let shown = format!("{access:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(
            shown.contains("x-bypass") && shown.contains("door"),
            "{shown}"
        );
    }
}
