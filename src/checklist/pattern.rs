//! Patterns over paths and responses: `POST /api/quotes/*/sign 2xx json`.

use std::{fmt, str::FromStr};

/// A path with wildcards: `*` within a segment, `**` across segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern(String);

impl PathPattern {
    /// Takes the pattern as it is written.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a path, or a whole URL when the pattern is one, matches.
    pub fn matches(&self, path: &str) -> bool {
        matches_glob(self.0.as_bytes(), path.as_bytes())
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Classic two-pointer glob over bytes; time is bounded by pattern times text.
fn matches_glob(pattern: &[u8], text: &[u8]) -> bool {
    let mut reachable = vec![false; text.len() + 1];
    reachable[0] = true;
    let mut index = 0;
    while index < pattern.len() {
        let (crosses, width) = match pattern[index..] {
            [b'*', b'*', ..] => (Some(true), 2),
            [b'*', ..] => (Some(false), 1),
            _ => (None, 1),
        };
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            match crosses {
                Some(across) => {
                    let carried = at > 0 && next[at - 1] && (across || text[at - 1] != b'/');
                    next[at] = reachable[at] || carried;
                }
                None => next[at] = at > 0 && reachable[at - 1] && text[at - 1] == pattern[index],
            }
        }
        reachable = next;
        index += width;
    }
    reachable[text.len()]
}

/// One line that names a response: method, path, status and kind, the last two optional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponsePattern {
    /// Upper-case method.
    pub method: String,
    /// The path pattern, or a whole URL pattern.
    pub path: PathPattern,
    /// The status; `None` takes any.
    pub status: Option<StatusPattern>,
    /// What the body must be; `None` takes anything.
    pub body: Option<ExpectedBody>,
}

/// A status or a class of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusPattern {
    /// Exactly this one.
    Exactly(u16),
    /// `2xx`: the hundreds digit.
    Class(u16),
}

impl StatusPattern {
    /// Reads `200` or `2xx`; `None` for anything else.
    pub(super) fn parse(word: &str) -> Option<Self> {
        if let Some(hundreds) = word.strip_suffix("xx") {
            let hundreds = hundreds.parse().ok()?;
            return (1..=5).contains(&hundreds).then_some(Self::Class(hundreds));
        }
        let status = word.parse().ok()?;
        (100..=599)
            .contains(&status)
            .then_some(Self::Exactly(status))
    }

    /// Whether a status is meant.
    pub fn matches(self, status: u16) -> bool {
        match self {
            Self::Exactly(wanted) => status == wanted,
            Self::Class(hundreds) => status / 100 == hundreds,
        }
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(status) => write!(f, "{status}"),
            Self::Class(hundreds) => write!(f, "{hundreds}xx"),
        }
    }
}

/// What a response's body is expected to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedBody {
    /// Valid JSON.
    Json,
    /// An HTML document or fragment.
    Html,
}

impl fmt::Display for ResponsePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        if let Some(status) = self.status {
            write!(f, " {status}")?;
        }
        match self.body {
            Some(ExpectedBody::Json) => f.write_str(" json"),
            Some(ExpectedBody::Html) => f.write_str(" html"),
            None => Ok(()),
        }
    }
}

/// Why a line isn't a response pattern; a fragment for a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The method is missing or not a word of capitals.
    #[error("`{0}` is not an HTTP method")]
    Method(String),
    /// The path is missing.
    #[error("the path is missing")]
    PathMissing,
    /// The path begins with neither `/`, `*` nor a scheme.
    #[error("the path `{0}` must begin with `/`")]
    Path(String),
    /// A word after the path is neither a status nor a kind.
    #[error("`{0}` is neither a status (`200`, `2xx`) nor `json` or `html`")]
    Word(String),
}

impl FromStr for ResponsePattern {
    type Err = PatternError;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let mut words = line.split_whitespace();
        let method = words.next().unwrap_or_default();
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(PatternError::Method(method.to_owned()));
        }
        let path = words.next().ok_or(PatternError::PathMissing)?;
        if !path.starts_with(['/', '*']) && !path.contains("://") {
            return Err(PatternError::Path(path.to_owned()));
        }
        let mut pattern = Self {
            method: method.to_owned(),
            path: PathPattern::new(path),
            status: None,
            body: None,
        };
        for word in words {
            match (word, StatusPattern::parse(word)) {
                ("json", _) if pattern.body.is_none() => pattern.body = Some(ExpectedBody::Json),
                ("html", _) if pattern.body.is_none() => pattern.body = Some(ExpectedBody::Html),
                (_, Some(status)) if pattern.status.is_none() => pattern.status = Some(status),
                _ => return Err(PatternError::Word(word.to_owned())),
            }
        }
        Ok(pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn star_stays_in_its_segment_and_two_cross() {
        let one = PathPattern::new("/api/*/sign");
        assert!(one.matches("/api/1042/sign"));
        assert!(!one.matches("/api/quotes/1042/sign"));
        let two = PathPattern::new("/api/**");
        assert!(two.matches("/api/quotes/1042/sign"));
        assert!(!two.matches("/app"));
        assert!(PathPattern::new("/quotes/*").matches("/quotes/"));
    }

    #[test]
    fn response_line_round_trips() {
        for line in [
            "POST /api/quotes/*/sign 200 json",
            "GET /a 2xx",
            "GET /a",
            "GET /a html",
        ] {
            let pattern: ResponsePattern = line.parse().expect("a good line");
            assert_eq!(pattern.to_string(), line);
        }
    }

    #[test]
    fn bad_response_lines_say_which_word() {
        let message = |line: &str| {
            line.parse::<ResponsePattern>()
                .expect_err("bad")
                .to_string()
        };
        assert_eq!(message("post /a"), "`post` is not an HTTP method");
        assert_eq!(message("GET"), "the path is missing");
        assert_eq!(message("GET a"), "the path `a` must begin with `/`");
        assert_eq!(
            message("GET /a 99"),
            "`99` is neither a status (`200`, `2xx`) nor `json` or `html`"
        );
    }
}
