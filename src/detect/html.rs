//! What can be read off an HTML answer: its title, and whether it is where one signs in.

use url::Url;

use super::route::path_of;
use crate::evidence::{Answer, Content, Exchange};

/// How an answer is HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Html {
    /// A whole page.
    Page,
    /// A piece of one.
    Piece,
}

/// Decided from the bytes, not from the header.
pub(super) fn html_of(answer: &Answer) -> Option<Html> {
    match answer.body.content()? {
        Content::HtmlDocument => Some(Html::Page),
        Content::HtmlFragment => Some(Html::Piece),
        _ => None,
    }
}

/// The title of an HTML page, from the start of its body.
pub(super) fn title_of(answer: &Answer) -> Option<String> {
    let start = answer.body.start()?;
    let lower = start.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let begin = open + lower[open..].find('>')? + 1;
    let end = begin + lower[begin..].find("</title")?;
    let title = start
        .get(begin..end)?
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    (!title.is_empty()).then(|| title.chars().take(120).collect())
}

/// What says that an answer is a page to sign in at; `None` when nothing does.
pub(super) fn sign_in_mark(exchange: &Exchange) -> Option<&'static str> {
    let answer = exchange.answer()?;
    if is_sign_in_path(&exchange.url) {
        return Some("by its path");
    }
    if title_of(answer).is_some_and(|title| speaks_of_signing_in(&title)) {
        return Some("by its title");
    }
    let start = answer.body.start()?.to_ascii_lowercase();
    if has_password_field(&start) {
        return Some("by its password field");
    }
    leads_to_sign_in(&start).then_some("by where it leads")
}

/// Whether a path is where one signs in: whole segments, so that `/authors` and `/signing` are not.
pub(super) fn is_sign_in_path(url: &str) -> bool {
    const SEGMENTS: &[&str] = &[
        "login",
        "log-in",
        "log_in",
        "logon",
        "signin",
        "sign-in",
        "sign_in",
        "auth",
        "sso",
        "saml",
        "oauth",
        "oauth2",
        "authorize",
        "authenticate",
        "wp-login",
    ];
    has_segment(url, SEGMENTS) || {
        let path = path_of(url);
        path.ends_with("/session/new") || path.ends_with("/sessions/new")
    }
}

/// Whether a path is where one signs out.
pub(super) fn is_sign_out_path(url: &str) -> bool {
    const SEGMENTS: &[&str] = &[
        "logout", "log-out", "log_out", "logoff", "signout", "sign-out", "sign_out",
    ];
    has_segment(url, SEGMENTS)
}

fn has_segment(url: &str, known: &[&str]) -> bool {
    path_of(url).to_lowercase().split('/').any(|segment| {
        let stem = segment.split('.').next().unwrap_or_default();
        known.contains(&stem)
    })
}

/// `Sign in to Fieldquote`, and not `Sign invoices`.
pub(super) fn speaks_of_signing_in(title: &str) -> bool {
    const PHRASES: &[&str] = &[
        "sign in",
        "sign-in",
        "signin",
        "log in",
        "log-in",
        "login",
        "anmelden",
        "anmeldung",
        "connexion",
        "se connecter",
        "iniciar sesión",
        "accedi",
        "inloggen",
        "logga in",
        "zaloguj",
        "войти",
        "ログイン",
        "登录",
    ];
    let title = title.to_lowercase();
    PHRASES.iter().any(|phrase| {
        title.match_indices(phrase).any(|(at, _)| {
            let before = title[..at].chars().next_back();
            let after = title[at + phrase.len()..].chars().next();
            let is_edge = |next: Option<char>| next.is_none_or(|next| !next.is_alphabetic());
            // Scripts without spaces between words have no edges.
            !phrase.is_ascii() || (is_edge(before) && is_edge(after))
        })
    })
}

fn has_password_field(start: &str) -> bool {
    ["type=\"password\"", "type='password'", "type=password"]
        .iter()
        .any(|mark| start.contains(mark))
}

/// A page that does nothing but go on to the sign-in: a `refresh` element, or a script.
fn leads_to_sign_in(start: &str) -> bool {
    let targets = ["url=", "location.href=", "location.replace(", "location="];
    let packed: String = start.chars().filter(|next| !next.is_whitespace()).collect();
    targets.iter().any(|mark| {
        packed.match_indices(mark).any(|(at, _)| {
            let rest = packed[at + mark.len()..].trim_start_matches(['"', '\'', '`']);
            let end = rest
                .find(['"', '\'', '`', '>', ')', ';'])
                .unwrap_or(rest.len());
            let base = Url::parse("http://page.invalid/").ok();
            let url = base.and_then(|base| base.join(&rest[..end]).ok());
            url.is_some_and(|url| is_sign_in_path(url.as_str()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_paths_by_whole_segments() {
        for path in [
            "/sign-in",
            "/de/login",
            "/wp-login.php",
            "/users/sign_in",
            "/oauth2/start",
            "/session/new",
        ] {
            assert!(
                is_sign_in_path(&format!("https://a.example{path}?next=%2F")),
                "{path}"
            );
        }
        for path in [
            "/authors",
            "/sign/1042",
            "/signing",
            "/blog/login-tips",
            "/api/sessions",
        ] {
            assert!(
                !is_sign_in_path(&format!("https://a.example{path}")),
                "{path}"
            );
        }
    }

    #[test]
    fn titles_by_whole_words() {
        for title in [
            "Sign in – Fieldquote",
            "Log in",
            "Fieldquote | Login",
            "Anmelden",
        ] {
            assert!(speaks_of_signing_in(title), "{title}");
        }
        for title in ["Sign invoices online", "Blog in English", "Quotes"] {
            assert!(!speaks_of_signing_in(title), "{title}");
        }
    }

    #[test]
    fn a_page_that_only_leads_on() {
        assert!(leads_to_sign_in(
            "<html><head><meta http-equiv=\"refresh\" content=\"0; url=/sign-in?next=/\"></head></html>"
        ));
        assert!(leads_to_sign_in(
            "<script>window.location.href = '/login'</script>"
        ));
        assert!(!leads_to_sign_in(
            "<script>location.href = '/quotes'</script>"
        ));
    }
}
