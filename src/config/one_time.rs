//! Codes that are good for a moment: from an authenticator's secret, or from a message that the app sends.

use std::{fmt, time::Duration};

use regex::Regex;
use totp_rs::{Builder, Secret, Totp};
use url::Url;

use super::address::read_url;
use crate::checklist::{Node, Reader, Shape, has_variable, nowhere};

/// Shows the codes that an authenticator app would show (RFC 6238).
#[derive(Clone, PartialEq, Eq)]
pub struct Authenticator(Totp);

// Its secret is never shown.
impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authenticator({})", self.0)
    }
}

impl Authenticator {
    /// Reads a secret in base 32, or a whole `otpauth://totp/…` address; `None` when it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let totp = if text.starts_with("otpauth:") {
            // Services hand out secrets that are shorter than the standard wants: they are taken as they are.
            Totp::from_url_unchecked(text).ok()?
        } else {
            let letters: String = text
                .chars()
                .filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '='))
                .collect();
            if letters.len() < 8 {
                return None;
            }
            let secret = Secret::try_from_base32(letters.to_ascii_uppercase()).ok()?;
            Builder::new().with_secret(secret).build_noncompliant()
        };
        let is_usable = (6..=8).contains(&totp.digits()) && totp.step() > 0;
        is_usable.then_some(Self(totp))
    }

    /// The code at a moment, in seconds since the epoch, and for how long it will be the code.
    pub fn code_at(&self, now: u64) -> (String, Duration) {
        let left = self.0.next_step(now).saturating_sub(now);
        (self.0.generate(now).to_string(), Duration::from_secs(left))
    }
}

/// Where codes and links are found that the app sends to a person.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// What is asked for its messages.
    pub source: InboxSource,
    /// What a code or a link looks like: the first group, or all of it.
    pub find: Regex,
}

/// What is asked for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboxSource {
    /// An address that answers with them, as a mail catcher's API does.
    Http(Url),
    /// A program that prints them, and its arguments.
    Command(Vec<String>),
}

impl PartialEq for Inbox {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.find.as_str() == other.find.as_str()
    }
}

impl Eq for Inbox {}

/// `totp: ${OWNER_TOTP}`
pub(super) fn authenticator(reader: &mut Reader<'_>, node: &Node) -> Option<Authenticator> {
    let example = "totp: ${OWNER_TOTP}";
    let text = reader.text(node, "`totp`", example)?;
    reader.hide("totp", &text);
    let found = Authenticator::parse(&text);
    if found.is_none() {
        let whose = if has_variable(node.written()) {
            "the variable's value"
        } else {
            "this"
        };
        let message = format!("{whose} is no secret of an authenticator");
        let help = "give the secret in base 32 (`JBSWY3DPEHPK3PXP`) or the whole `otpauth://totp/…` address that the \
                    QR code holds";
        reader.error(node, message, help);
    }
    found
}

pub(super) const INBOX: Shape = Shape {
    what: "`inbox`",
    keys: &["url", "command", "find"],
    later: &[],
    elsewhere: nowhere,
};

const INBOX_EXAMPLE: &str =
    "inbox: { url: \"http://localhost:8025/api/v1/messages\", find: \"code is ([0-9]{6})\" }";

/// `inbox: { url: …, find: … }` or `inbox: { command: […], find: … }`
pub(super) fn inbox(reader: &mut Reader<'_>, node: &Node) -> Option<Inbox> {
    let fields = reader.fields(node, &INBOX, INBOX_EXAMPLE)?;
    let find = fields
        .require(reader, "find", "find: \"code is ([0-9]{6})\"")
        .and_then(|node| pattern(reader, node));
    let source = match (fields.get("url"), fields.get("command")) {
        (Some(url), None) => read_url(
            reader,
            url,
            "`url`",
            "url: http://localhost:8025/api/v1/messages",
        )
        .map(InboxSource::Http),
        (None, Some(command)) => words(reader, command).map(InboxSource::Command),
        (Some(_), Some(_)) => {
            let message = "`inbox` is asked in one way, and here are two".to_owned();
            reader.error(node, message, "keep `url` or `command`");
            None
        }
        (None, None) if fields.has_unknown() => None,
        (None, None) => {
            let message = "`inbox` doesn't say what is asked for messages".to_owned();
            let help = "give a `url` that answers with them, or a `command` that prints them";
            reader.error(node, message, help);
            None
        }
    };
    Some(Inbox {
        source: source?,
        find: find?,
    })
}

fn pattern(reader: &mut Reader<'_>, node: &Node) -> Option<Regex> {
    let text = reader.shown_text(node, "`find`", "find: \"code is ([0-9]{6})\"")?;
    match Regex::new(&text) {
        Ok(regex) => Some(regex),
        Err(error) => {
            let said = error.to_string();
            let last = said.lines().last().unwrap_or_default();
            let message = format!(
                "`find` is no regular expression: {}",
                last.trim_start_matches("error: ")
            );
            let help =
                "write what stands around the code, and the code in a group: `code is ([0-9]{6})`";
            reader.error(node, message, help);
            None
        }
    }
}

fn words(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<String>> {
    let example = "command: [./latest-code.sh]";
    let items = reader.list(node, "`command`", example)?;
    let words: Vec<Option<String>> = items
        .iter()
        .map(|item| reader.text(item, "a word of `command`", example))
        .collect();
    words.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the secret `12345678901234567890`.
    const RFC: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_are_those_of_the_standard() {
        let url = format!("otpauth://totp/App:ada?secret={RFC}&digits=8&period=30&algorithm=SHA1");
        let app = Authenticator::parse(&url).expect("an address");
        for (now, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(app.code_at(now).0, code, "{now}");
        }
        let app = Authenticator::parse(RFC).expect("a secret");
        assert_eq!(
            app.code_at(59),
            ("287082".to_owned(), Duration::from_secs(1))
        );
        assert_eq!(app.code_at(60).1, Duration::from_secs(30));
    }

    #[test]
    fn secrets_are_read_as_people_copy_them() {
        let code = |text: &str| Authenticator::parse(text).map(|app| app.code_at(59).0);
        let grouped = "gezd gnbv-gy3t qojq gezd gnbv gy3t qojq\n";
        assert_eq!(code(grouped).as_deref(), Some("287082"));
        assert!(code("JBSWY3DPEHPK3PXP").is_some(), "80 bits are common");
        for text in [
            "",
            "short",
            "not base 32!",
            "otpauth://totp/App",
            "otpauth://hotp/App?secret=JBSWY3DPEHPK3PXP&counter=1",
            "otpauth://totp/App?secret=JBSWY3DPEHPK3PXP&digits=10",
            "otpauth://totp/App?secret=JBSWY3DPEHPK3PXP&period=0",
        ] {
            assert_eq!(code(text), None, "{text}");
        }
    }

    #[test]
    fn the_secret_is_not_shown() {
        let app = Authenticator::parse(RFC).expect("a secret");
        assert_eq!(
            format!("{app:?}"),
            "Authenticator(digits: 6; step: 30; alg: SHA1; issuer: <None>())"
        );
    }
}
