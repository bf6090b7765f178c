//! What detectors ask of exchanges: their route, their redirect chain, the page they came to.

use url::Url;

use crate::evidence::{Exchange, Run};

impl Exchange {
    /// Method and path: `POST /api/quotes/1042/sign`.
    pub(crate) fn call(&self) -> String {
        format!("{} {}", self.method, self.path())
    }

    /// The URL's path; the whole URL when it is none.
    pub(crate) fn path(&self) -> String {
        Url::parse(&self.url).map_or_else(|_| self.url.clone(), |url| url.path().to_owned())
    }

    /// The URL's origin.
    pub(crate) fn origin(&self) -> String {
        Url::parse(&self.url)
            .map(|url| url.origin().ascii_serialization())
            .unwrap_or_default()
    }

    /// Origin and path with ids folded: two quotes have one route.
    pub(crate) fn route(&self) -> String {
        let path = self.path();
        let folded: Vec<_> = path
            .split('/')
            .map(|part| if is_id(part) { "*" } else { part })
            .collect();
        format!("{}{}", self.origin(), folded.join("/"))
    }
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
    is_number || is_hash || segment.contains("redacted")
}

/// The hops that led to an exchange, first to last, without itself.
pub(super) fn chain_to<'r>(
    run: &'r Run,
    checklist: usize,
    exchange: &Exchange,
) -> Vec<&'r Exchange> {
    let Some(list) = run.checklists.get(checklist) else {
        return Vec::new();
    };
    let find = |id: &str| {
        list.steps
            .iter()
            .flat_map(|step| &step.exchanges)
            .find(|hop| hop.id == id)
    };
    let mut chain = Vec::new();
    let mut previous = exchange.redirected_from.as_deref();
    // A chain that names itself would have no end.
    while let Some(hop) = previous.and_then(find).filter(|_| chain.len() < 20) {
        chain.push(hop);
        previous = hop.redirected_from.as_deref();
    }
    chain.reverse();
    chain
}

/// The title of an HTML page, from the start of its body.
pub(super) fn title_of(exchange: &Exchange) -> Option<String> {
    let start = exchange.answer()?.body.start()?;
    let lower = start.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let begin = open + lower[open..].find('>')? + 1;
    let end = begin + lower[begin..].find("</title")?;
    let title = start.get(begin..end)?.trim();
    (!title.is_empty()).then(|| title.chars().take(120).collect())
}

/// Whether a page is where one signs in, by its path, its title or its form.
pub(super) fn names_sign_in(url: &str, exchange: &Exchange) -> bool {
    let words = [
        "login", "log-in", "log_in", "signin", "sign-in", "sign_in", "/auth", "/sso", "/oauth",
    ];
    let path = Url::parse(url)
        .map_or_else(|_| url.to_owned(), |url| url.path().to_owned())
        .to_lowercase();
    let title = title_of(exchange).unwrap_or_default().to_lowercase();
    let start = exchange
        .answer()
        .and_then(|answer| answer.body.start())
        .unwrap_or_default()
        .to_lowercase();
    words.iter().any(|word| path.contains(word))
        || ["sign in", "log in", "login"]
            .iter()
            .any(|word| title.contains(word))
        || start.contains("type=\"password\"")
        || start.contains("type='password'")
        || start.contains("type=password")
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
        for word in ["quotes", "v2", "", "customer-signatures"] {
            assert!(!is_id(word), "{word}");
        }
    }
}
