//! Addresses and origins, and what in an address is a secret.

use url::{ParseError, Url};

use super::{
    model::{Config, Secret},
    one_time::InboxSource,
};
use crate::checklist::{Node, Reader, has_variable, is_sensitive, quote};

/// Shorter texts stand everywhere: they can't be searched for.
const SHORTEST_SECRET: usize = 3;
/// A query value this long is a token whatever its name.
const TOKEN: usize = 16;

/// Reads an address that a browser can open.
pub(super) fn read_url(
    reader: &mut Reader<'_>,
    node: &Node,
    subject: &str,
    example: &str,
) -> Option<Url> {
    let text = reader.shown_text(node, subject, example)?;
    // With a variable in it, the value isn't in the file and isn't repeated.
    let is_literal = !has_variable(node.written());
    let (message, help) = match Url::parse(text.trim()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => return Some(url),
        Ok(url) if !url.has_host() && is_literal && looks_like_host(&text) => (
            "the address lacks its scheme".to_owned(),
            format!("write `{}`", with_scheme(&text)),
        ),
        Ok(_) => (
            "the address is neither http nor https".to_owned(),
            format!("write `{example}`"),
        ),
        Err(ParseError::RelativeUrlWithoutBase) if is_literal && looks_like_host(&text) => (
            "the address lacks its scheme".to_owned(),
            format!("write `{}`", with_scheme(&text)),
        ),
        Err(ParseError::RelativeUrlWithoutBase) => (
            "the address lacks its scheme".to_owned(),
            format!("begin with `https://`: `{example}`"),
        ),
        Err(error) => (
            format!("no address that a browser can open: {error}"),
            format!("write `{example}`"),
        ),
    };
    reader.error(node, message, &help);
    None
}

fn looks_like_host(text: &str) -> bool {
    let text = text.trim();
    let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || b".-:/_".contains(&byte);
    (text.contains(['.', ':']) || text == "localhost")
        && !text.contains("://")
        && text.bytes().all(is_host_byte)
}

/// The address with the scheme that it probably lacks: a machine of one's own seldom has a certificate.
fn with_scheme(text: &str) -> String {
    let text = text.trim().trim_start_matches('/');
    let is_near =
        text.starts_with("localhost") || text.starts_with(|first: char| first.is_ascii_digit());
    format!("{}://{text}", if is_near { "http" } else { "https" })
}

/// Reads an origin: scheme, host and port, and nothing more.
pub(super) fn read_origin(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let url = read_url(
        reader,
        node,
        "an origin",
        "origins: [https://uploads.example]",
    )?;
    let origin = url.origin().ascii_serialization();
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if is_bare {
        return Some(origin);
    }
    let help = if has_variable(node.written()) {
        "an origin ends behind the host or its port".to_owned()
    } else {
        format!("write {}", quote(&origin))
    };
    let message = "an origin is scheme, host and port, and here is more".to_owned();
    reader.error(node, message, &help);
    None
}

/// The secrets that stand in the configuration's addresses: passwords, and tokens in queries.
pub(super) fn secrets_in_addresses(config: &Config) -> Vec<Secret> {
    let mut secrets = Vec::new();
    for (name, target) in &config.targets {
        secrets.extend(secrets_in(&format!("targets.{name}.url"), &target.url));
    }
    for (name, database) in &config.databases {
        if let Ok(url) = Url::parse(&database.url.value) {
            secrets.extend(secrets_in(&format!("databases.{name}"), &url));
        }
    }
    for (name, persona) in &config.personas {
        if let Some(InboxSource::Http(url)) = persona.inbox.as_ref().map(|inbox| &inbox.source) {
            secrets.extend(secrets_in(&format!("personas.{name}.inbox.url"), url));
        }
    }
    let driver = config
        .webdriver
        .as_ref()
        .and_then(|driver| driver.url.as_ref());
    secrets.extend(
        driver
            .into_iter()
            .flat_map(|url| secrets_in("webdriver.url", url)),
    );
    secrets
}

fn secrets_in(place: &str, url: &Url) -> Vec<Secret> {
    let mut secrets = Vec::new();
    let mut add = |name: String, value: &str| {
        if value.chars().count() >= SHORTEST_SECRET {
            secrets.push(Secret {
                name,
                value: value.to_owned(),
            });
        }
    };
    for (part, encoded) in [("user", Some(url.username())), ("password", url.password())] {
        let Some(encoded) = encoded else { continue };
        add(format!("{place} {part}"), encoded);
        let decoded = decode_percent(encoded);
        if decoded != encoded {
            add(format!("{place} {part}"), &decoded);
        }
    }
    for (key, value) in url.query_pairs() {
        if is_sensitive(&key) || value.len() >= TOKEN {
            add(format!("{place} ?{key}"), &value);
        }
    }
    secrets
}

fn decode_percent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after
            .get(..2)
            .filter(|_| first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(hex.unwrap_or(first));
        rest = if hex.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_tokens_in_an_address_are_secrets() {
        let url =
            "https://me:p%40ss%20word@hub.example/wd?lang=en&token=abc&share=0123456789abcdef";
        let url = Url::parse(url).expect("an address");
        let secrets = secrets_in("webdriver.url", &url);
        let values: Vec<&str> = secrets.iter().map(|secret| secret.value.as_str()).collect();
        assert_eq!(
            values,
            ["p%40ss%20word", "p@ss word", "abc", "0123456789abcdef"]
        );
    }

    #[test]
    fn percent_signs_that_encode_nothing_stay() {
        assert_eq!(decode_percent("100%"), "100%");
        assert_eq!(decode_percent("%zz%4"), "%zz%4");
    }
}
