//! What detectors ask of a URL: which call it is, and which route it belongs to.

use url::Url;

use crate::evidence::Exchange;

impl Exchange {
    /// Method and path: `POST /api/quotes/1042/sign`.
    pub(crate) fn call(&self) -> String {
        format!("{} {}", self.method, self.path())
    }

    /// The URL's path; the whole URL when it is none.
    pub(crate) fn path(&self) -> String {
        path_of(&self.url)
    }

    /// The URL's origin.
    pub(crate) fn origin(&self) -> String {
        Url::parse(&self.url)
            .map(|url| url.origin().ascii_serialization())
            .unwrap_or_default()
    }

    /// Origin and path with ids folded: two quotes have one route.
    pub(crate) fn route(&self) -> String {
        route_of(&self.url)
    }
}

/// A URL's path; the whole of what is no URL.
pub(super) fn path_of(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.path().to_owned())
}

/// Origin and path with ids folded.
pub(super) fn route_of(url: &str) -> String {
    let origin = Url::parse(url)
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default();
    format!("{origin}{}", path_pattern_of(url))
}

/// The path alone with ids folded: `/api/quotes/*`.
pub(super) fn path_pattern_of(url: &str) -> String {
    let path = path_of(url);
    let folded: Vec<_> = path
        .split('/')
        .map(|part| if is_id(part) { "*" } else { part })
        .collect();
    folded.join("/")
}

/// A number, a UUID, a long hash or a redacted token.
fn is_id(segment: &str) -> bool {
    let has_digit = segment.bytes().any(|byte| byte.is_ascii_digit());
    let is_number = has_digit && segment.bytes().all(|byte| byte.is_ascii_digit());
    let is_hash = segment.len() >= 16
        && has_digit
        && segment
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_number || is_hash || segment.contains("[redacted:")
}

#[cfg(test)]
mod tests {
    use super::is_id;

    #[test]
    fn ids_are_folded_and_words_are_not() {
        for id in [
            "1042",
            "7b1e5c1c-9a77-4c43-9c9e-0f4a6d3f2b10",
            "[redacted:path:1a2b]",
        ] {
            assert!(is_id(id), "{id}");
        }
        for word in ["quotes", "v2", "", "customer-signatures", "redacted"] {
            assert!(!is_id(word), "{word}");
        }
    }
}
