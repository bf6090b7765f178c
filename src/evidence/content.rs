//! What bytes are, decided from the bytes alone: a header may lie.

use serde::de::IgnoredAny;

use super::exchange::Content;

/// How much of a text is looked at for markup.
const HEAD: usize = 4096;

/// Decides what bytes are. The media type only settles what the bytes leave open.
pub fn sniff(mime: &str, bytes: &[u8]) -> Content {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return sniff_other_encoding(mime, bytes);
    };
    let trimmed = text.trim_start();
    if trimmed.is_empty() {
        return Content::Empty;
    }
    if has_binary_bytes(bytes) {
        return Content::Binary;
    }
    if trimmed.starts_with('<') {
        return sniff_markup(mime, trimmed);
    }
    sniff_json(mime, trimmed)
}

/// Text in an old encoding is still text when its type says so.
fn sniff_other_encoding(mime: &str, bytes: &[u8]) -> Content {
    if has_binary_bytes(bytes) || !(mime.starts_with("text/") || mime.contains("html")) {
        return Content::Binary;
    }
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).into_owned();
    let trimmed = text.trim_start();
    if trimmed.starts_with('<') {
        sniff_markup(mime, trimmed)
    } else {
        Content::Text
    }
}

fn has_binary_bytes(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD)];
    head.iter()
        .any(|byte| matches!(byte, 0..=8 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F))
}

fn sniff_markup(mime: &str, text: &str) -> Content {
    let end = text
        .char_indices()
        .nth(HEAD)
        .map_or(text.len(), |(at, _)| at);
    let lower = text[..end].to_ascii_lowercase();
    let start = skip_prolog(&lower);
    let begins = |tag: &str| {
        start.strip_prefix(tag).is_some_and(|rest| {
            rest.is_empty()
                || rest.starts_with(|next: char| next.is_whitespace() || matches!(next, '>' | '/'))
        })
    };
    if begins("<!doctype html") || begins("<html") || begins("<head") || begins("<body") {
        return Content::HtmlDocument;
    }
    if lower.starts_with("<?xml")
        || mime.contains("xml") && !mime.contains("xhtml")
        || begins("<svg")
        || begins("<rss")
    {
        return Content::Xml;
    }
    // A page whose doctype was left out still brings its title or its head's parts.
    if begins("<title") || begins("<meta") || begins("<link") && lower.contains("<title") {
        return Content::HtmlDocument;
    }
    if start.starts_with('<') && start[1..].starts_with(|next: char| next.is_ascii_alphabetic()) {
        return Content::HtmlFragment;
    }
    Content::Text
}

/// What stands behind an XML declaration and comments.
fn skip_prolog(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let behind = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.split_once("-->").map(|(_, behind)| behind)
        } else if let Some(declaration) = rest.strip_prefix("<?xml") {
            declaration.split_once("?>").map(|(_, behind)| behind)
        } else {
            None
        };
        match behind {
            Some(behind) => rest = behind.trim_start(),
            None => return rest,
        }
    }
}

fn sniff_json(mime: &str, text: &str) -> Content {
    let says_json = mime.contains("json");
    // Angular's and Google's guard against script inclusion.
    let text = text
        .strip_prefix(")]}',")
        .or(text.strip_prefix(")]}'"))
        .unwrap_or(text)
        .trim_start();
    let begins = text.starts_with(['{', '[']);
    if !begins && !says_json {
        return Content::Text;
    }
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => Content::Json,
        // A log line may begin with a bracket; only a JSON type makes it JSON that is broken.
        Err(_) if mime.starts_with("text/plain") => Content::Text,
        Err(_) if is_json_lines(mime, text) => Content::Text,
        Err(_) => Content::BrokenJson,
    }
}

/// One JSON value a line is a format of its own.
fn is_json_lines(mime: &str, text: &str) -> bool {
    let is_stream = mime.contains("ndjson") || mime.contains("jsonl") || mime.contains("json-seq");
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .peekable();
    let several = text.trim_end().contains('\n');
    (is_stream || several)
        && lines.peek().is_some()
        && lines.all(|line| {
            line.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(line).is_ok()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide() {
        for (mime, text, wanted) in [
            (
                "application/json",
                "<!DOCTYPE html><html></html>",
                Content::HtmlDocument,
            ),
            ("text/html", "{\"a\":1}", Content::Json),
            (
                "text/html",
                "\u{feff}  <!-- x -->\n<!doctype HTML>",
                Content::HtmlDocument,
            ),
            ("text/html", "<html lang=en>", Content::HtmlDocument),
            ("text/html", "<body>hi", Content::HtmlDocument),
            ("text/html", "<head><title>x</title>", Content::HtmlDocument),
            (
                "text/html",
                "<title>Sign in</title><form>",
                Content::HtmlDocument,
            ),
            ("text/html", "<header>x</header>", Content::HtmlFragment),
            (
                "text/html",
                "<div hx-get=/x>row</div>",
                Content::HtmlFragment,
            ),
            (
                "application/xml",
                "<?xml version='1.0'?><rss></rss>",
                Content::Xml,
            ),
            (
                "application/xhtml+xml",
                "<?xml version='1.0'?><html xmlns=''></html>",
                Content::HtmlDocument,
            ),
            ("image/svg+xml", "<svg></svg>", Content::Xml),
            ("application/json", "", Content::Empty),
            ("application/json", "  \n", Content::Empty),
            ("application/json", "{\"a\":", Content::BrokenJson),
            (
                "application/json",
                "Internal Server Error",
                Content::BrokenJson,
            ),
            ("text/plain", "Internal Server Error", Content::Text),
            ("application/json", "null", Content::Json),
            ("application/json", ")]}',\n{\"a\":1}", Content::Json),
            (
                "application/x-ndjson",
                "{\"a\":1}\n{\"b\":2}\n",
                Content::Text,
            ),
            ("text/plain", "< 5 items", Content::Text),
            ("text/plain", "[info] started", Content::Text),
        ] {
            assert_eq!(sniff(mime, text.as_bytes()), wanted, "{mime}: {text}");
        }
    }

    #[test]
    fn bytes_that_are_no_text() {
        assert_eq!(
            sniff("image/png", b"\x89PNG\r\n\x1a\n\0\0"),
            Content::Binary
        );
        assert_eq!(sniff("application/json", b"{\0}"), Content::Binary);
        assert_eq!(sniff("text/plain", b"caf\xe9"), Content::Text);
        assert_eq!(
            sniff("text/html", b"<html><p>caf\xe9"),
            Content::HtmlDocument
        );
    }
}
