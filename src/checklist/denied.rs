//! `denied`: what this persona must not see.

use std::fmt;

use serde_json::Value;

use super::{
    element::given,
    fetch::Reading,
    fields::Shape,
    mistake::quote,
    reader::Reader,
    yaml::{Kind, Node},
};

/// Something that must be kept from whoever walks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// A page.
    Page {
        /// A path of the target, or a whole URL on its origins.
        path: String,
        /// A text of the data that must not be seen.
        shows: Option<String>,
    },
    /// An API that is read with GET.
    Api {
        /// A path of the target, or a whole URL on its origins.
        path: String,
    },
}

impl Denied {
    /// Whether an API's answer denies; `Err` with what it gave away.
    pub fn judge(reading: &Reading) -> Result<(), String> {
        let is_json = || serde_json::from_str::<Value>(&reading.text).is_ok();
        let is_led_away = reading.led_to.is_some() && !is_json();
        if !(200..300).contains(&reading.status) || is_led_away {
            return Ok(());
        }
        let text = reading.text.trim();
        let start: String = text.chars().take(200).collect();
        let more = if start.len() < text.len() { "…" } else { "" };
        Err(format!("it was answered {}: {start}{more}", reading.status))
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api { path } => write!(f, "denied GET {path}"),
            Self::Page { path, shows: None } => write!(f, "denied {path}"),
            Self::Page {
                path,
                shows: Some(text),
            } => write!(f, "denied {path}, which shows “{text}”"),
        }
    }
}

pub(super) const DENIED: Shape = Shape {
    what: "`denied`",
    keys: &["path", "shows"],
    later: &[],
    elsewhere: no_denied_key,
};

/// An item with it, for messages.
pub(super) const DENIED_EXAMPLE: &str = "- denied: GET /api/quotes/77";

fn no_denied_key(key: &str) -> Option<String> {
    Some(match key {
        "within" => "`within` stands beside `denied`, not in it".to_owned(),
        "see" | "text" | "not_see" => {
            "that is `shows` here: the data that must not be seen".to_owned()
        }
        "page" | "url" | "api" => "that is `path` here: `path: /quotes/77`".to_owned(),
        "as" => "`as` belongs to the whole checklist: who walks it must be denied".to_owned(),
        _ => return None,
    })
}

/// Reads a `denied`: a page, an API with its method, or a page and what it would show.
pub(super) fn denied(reader: &mut Reader<'_>, node: &Node) -> Option<Denied> {
    if !matches!(node.kind, Kind::Map(_)) {
        let text = reader.text(node, "`denied`", DENIED_EXAMPLE)?;
        return line(reader, node, &text);
    }
    let example = "denied: { path: /quotes/77, shows: Roof repair }";
    let fields = reader.fields(node, &DENIED, example)?;
    let page = fields
        .require(reader, "path", "path: /quotes/77")
        .and_then(|node| {
            let text = reader.text(node, "`path`", "path: /quotes/77")?;
            line(reader, node, &text)
        });
    let shows = fields
        .get("shows")
        .map(|node| reader.text(node, "`shows`", "shows: Roof repair"));
    let shows = given(shows)?;
    match page? {
        Denied::Page { path, .. } => Some(Denied::Page { path, shows }),
        api @ Denied::Api { .. } if shows.is_none() => Some(api),
        Denied::Api { .. } => {
            let message = "an API shows nothing; its status alone decides".to_owned();
            let help = "take `shows` out, or the method if it is a page: `path: /quotes/77`";
            reader.error(node, message, help);
            None
        }
    }
}

fn line(reader: &mut Reader<'_>, node: &Node, text: &str) -> Option<Denied> {
    let is_path = |path: &str| path.starts_with('/') || path.contains("://");
    let words: Vec<&str> = text.split_whitespace().collect();
    let (message, help) = match words.as_slice() {
        [path] if is_path(path) => {
            return Some(Denied::Page {
                path: (*path).to_owned(),
                shows: None,
            });
        }
        ["GET", path] if is_path(path) => {
            return Some(Denied::Api {
                path: (*path).to_owned(),
            });
        }
        [method, path] if is_path(path) && method.eq_ignore_ascii_case("GET") => (
            "the method is a word of capitals".to_owned(),
            "write `- denied: GET /api/quotes/77`",
        ),
        [method, path]
            if is_path(path) && method.bytes().all(|byte| byte.is_ascii_alphabetic()) =>
        {
            (
                {
                    let written = node.written().split_whitespace().next();
                    format!(
                        "{} might write, and only GET is asked",
                        quote(written.unwrap_or(method))
                    )
                },
                "write `- denied: GET /api/quotes/77`; that a write is refused shows a step that tries it and expects `response: … 403`",
            )
        }
        _ => (
            "`denied` wants a page's path, or `GET` and an API's".to_owned(),
            "write `- denied: /admin` or `- denied: GET /api/quotes/77`",
        ),
    };
    reader.error(node, message, help);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_answer_but_success_denies_and_so_does_being_sent_away() {
        let judge = |status, text: &str, led_to: Option<&str>| {
            Denied::judge(&Reading {
                status,
                text: text.to_owned(),
                led_to: led_to.map(str::to_owned),
            })
        };
        for status in [302, 401, 403, 404, 410, 500] {
            assert_eq!(judge(status, "{}", None), Ok(()), "{status}");
        }
        assert_eq!(judge(200, "<!doctype html>", Some("/sign-in")), Ok(()));
        assert_eq!(
            judge(200, "{\"job\":\"Roof\"}", None),
            Err("it was answered 200: {\"job\":\"Roof\"}".to_owned())
        );
        assert!(judge(204, "", None).is_err());
        assert!(judge(200, "{}", Some("/api/quotes/77/")).is_err());
    }
}
