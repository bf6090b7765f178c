//! URLs: user information, path segments that are tokens, values of query and fragment.

use super::{Redactor, lists::is_secret_key, values::is_token_segment};

/// Takes secrets out of a URL and leaves it one; what is no URL is treated as text.
pub(super) fn clean(redactor: &Redactor, url: &str) -> String {
    let (rest, fragment) = split(url, '#');
    let (path, query) = split(rest, '?');
    let mut clean = clean_path(redactor, path);
    if let Some(query) = query {
        clean.push('?');
        clean.push_str(&clean_pairs(redactor, query));
    }
    if let Some(fragment) = fragment {
        clean.push('#');
        clean.push_str(&clean_fragment(redactor, fragment));
    }
    redactor.text(&clean)
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}

fn clean_path(redactor: &Redactor, path: &str) -> String {
    if path.starts_with("data:") {
        let end = path.find(',').map_or(path.len(), |at| at + 1);
        return format!("{}…", path.get(..end.min(80)).unwrap_or("data:"));
    }
    let segments: Vec<_> = path
        .split('/')
        .map(|segment| {
            let bare = segment
                .trim_end_matches("%0A")
                .trim_end_matches("%0a")
                .trim_end_matches("%0D");
            if is_token_segment(bare) {
                redactor.taken_out("path", segment)
            } else {
                segment.to_owned()
            }
        })
        .collect();
    segments.join("/")
}

/// `name=value&…`, as in a query or a form; the separators stay.
pub(super) fn clean_pairs(redactor: &Redactor, pairs: &str) -> String {
    let cleaned: Vec<_> = pairs
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if is_secret_key(&decoded(name)) || is_token_segment(value) => {
                format!("{name}={}", redactor.taken_out("query", value))
            }
            _ => pair.to_owned(),
        })
        .collect();
    cleaned.join("&")
}

/// A fragment may be pairs (implicit flow), a route, or a token by itself.
fn clean_fragment(redactor: &Redactor, fragment: &str) -> String {
    if fragment.contains('=') {
        let (route, pairs) = fragment
            .split_once('?')
            .map_or(("", fragment), |(route, pairs)| (route, pairs));
        let lead = if route.is_empty() {
            String::new()
        } else {
            format!("{route}?")
        };
        return lead + &clean_pairs(redactor, pairs);
    }
    clean_path(redactor, fragment)
}

fn decoded(name: &str) -> String {
    let pair = format!("{name}=");
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}
