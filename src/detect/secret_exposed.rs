//! `secret-exposed`: a key or token where others can read it: in a URL, or in the browser at all.

use std::collections::BTreeSet;

use url::Url;

use super::{
    across::Across,
    noise::file_of,
    origin::{Owner, call_of, is_sent_by_own_code, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{
    Body, Exchange, Outcome, Resource, Run, SERVER_KEY, StepRun, server_keys_taken_from,
};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "secret-exposed",
    severity: Severity::Error,
    what: "a key that only a server may have came to the browser, or a password or a session's token stands in a URL",
    why: "An environment value whose name begins with the prefix for browsers goes into every visitor's page, and the build is content. A \
          URL is written to the server's log, to the browser's history and to the next page's `Referer`: a form that is sent before its \
          script has come puts the password there.",
    looks_at: "What redaction took out, and where: keys of known shapes (Stripe, AWS, GitHub, Slack, OpenAI, Anthropic, Twilio, SendGrid, \
               Supabase's service role, private keys, logins of databases) in pages and answers of the target, and in what the browser \
               sends anywhere; names such as `password` and `access_token`, and the session's own token, in URLs. The values themselves \
               are nowhere kept. Scripts aren't read; a key in one is seen when it is used.",
    silent: "For keys made for browsers (`pk_live_…`, Google's `AIza…`, Supabase's anon key, a Sentry DSN), CSRF tokens, cookies, a token \
             in the answer of a sign-in, signed links to storage (`X-Amz-Signature`), links with a one-time code or that the checklist \
             visits, the sign-in's own redirects, a key that somebody typed in before (one in a body counts as typed when the step entered something and no answer had \
             brought it), and for what third parties send to each other. A \
             token in the address of a web socket or an event stream, where browsers allow no header, is a notice.",
    mend: "Replace the key, for it is known; then call that service from the server. Send tokens in a header or a cookie that scripts can't \
           read, and forms by POST, also without their script.",
    inspect: Inspect::Across(inspect),
};

fn inspect(run: &Run, across: &Across) -> Vec<Finding> {
    let Secrets { typed, session, .. } = &across.secrets;
    let in_step = |seen: SeenStep<'_>| {
        let calls = seen.asked_by_page();
        let counted = calls.filter(|exchange| is_counted(run, &seen, exchange));
        let found: Vec<_> = counted
            .flat_map(|exchange| {
                let keys = keys_in(run, &seen, exchange, typed);
                keys.chain(token_in_url(run, &seen, exchange, session))
            })
            .collect();
        found
    };
    seen_steps(run).flat_map(in_step).collect()
}

/// The target's own, and what the page's code sends to others.
fn is_counted(run: &Run, seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    let is_failed = matches!(exchange.outcome, Outcome::Failed { .. });
    let is_noise = is_failed && file_of(run, seen, exchange) == Some("browser extension");
    exchange.resource != Resource::Preflight
        && !is_noise
        && (is_own(run, exchange) || is_sent_by_own_code(run, exchange))
}

/// Whether it goes to the target; its web sockets have an address of their own scheme.
fn is_own(run: &Run, exchange: &Exchange) -> bool {
    let url = &exchange.url;
    let owner = match url.strip_prefix("ws") {
        Some(rest) => owner_of(run, &format!("http{rest}")),
        None => owner_of(run, url),
    };
    matches!(owner, Owner::Target | Owner::Site)
}

/// Findings about keys that only a server may have, one for each.
fn keys_in(
    run: &Run,
    seen: &SeenStep<'_>,
    exchange: &Exchange,
    typed: &BTreeSet<String>,
) -> impl Iterator<Item = Finding> {
    let headers = exchange.request_headers.iter();
    let mut sent = server_keys_taken_from(&exchange.url);
    sent.extend(headers.flat_map(|header| server_keys_taken_from(&header.value)));
    let is_own = is_own(run, exchange);
    let answer = exchange.answer().filter(|_| is_own);
    let came = answer.map_or_else(Vec::new, |answer| keys_of(&answer.body));
    let call = call_of(run, exchange);
    let (at, id) = (seen.at(), exchange.id.clone());
    let told = move |key: &String, title: String, detail: &str| Finding {
        detail: detail.to_owned(),
        signals: vec![format!("it was taken out as [redacted:{key}]")],
        requests: vec![id.clone()],
        ..RULE.finding(at.clone(), title, key.clone())
    };
    let sent = sent.into_iter().map(|key| (key, true));
    let all: BTreeSet<_> = sent
        .chain(came.into_iter().map(|key| (key, false)))
        .collect();
    let found: Vec<_> = all
        .iter()
        .filter(|(key, _)| !typed.contains(key))
        .map(|(key, is_sent)| {
            let whose = owner_in_words(key);
            if *is_sent {
                let title = format!("{call} was sent by the browser with {whose}");
                told(key, title, "Whoever opens the page can take it from there.")
            } else {
                let title = format!("{call} answered with {whose}");
                told(key, title, "Whoever gets this answer has the key.")
            }
        })
        .collect();
    found.into_iter()
}

/// `server-key-Stripe:1a2b` in words.
fn owner_in_words(key: &str) -> String {
    let name = key.trim_start_matches(SERVER_KEY);
    match name.split(':').next().unwrap_or_default() {
        "PEM" => "a private key".to_owned(),
        "database" => "the login of a database".to_owned(),
        "Supabase" => "Supabase's key for servers, which passes every row's rule".to_owned(),
        owner => format!("a key of {owner} that only a server may have"),
    }
}

fn keys_of(body: &Body) -> Vec<String> {
    let Body::Kept(kept) = body else {
        return Vec::new();
    };
    let mut keys = kept.server_keys.clone();
    keys.extend(server_keys_taken_from(&kept.start));
    keys
}

/// Secrets of which it is known in the whole run whose they are.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// Keys that came from a person: a form for a key of theirs shows it again, or uses it.
    typed: BTreeSet<String>,
    /// Keys that the server had given the page: it may well send them.
    brought: BTreeSet<String>,
    /// The digits of the tokens by which the persona is known: session cookies, and what a sign-in answered.
    session: BTreeSet<String>,
}

impl Secrets {
    /// Learns from a run, or from the next part of one.
    pub(super) fn learn(&mut self, run: &Run) {
        for seen in seen_steps(run) {
            let actions = seen.step.actions.iter();
            let typed = actions.flat_map(|action| &action.typed);
            let keys = typed.flat_map(|typed| server_keys_taken_from(&typed.typed));
            self.typed.extend(keys);
            let is_given = may_be_given_in(seen.step);
            for exchange in &seen.step.exchanges {
                self.learn_keys(exchange, is_given);
                self.learn_tokens(&seen, exchange);
            }
        }
    }

    fn learn_keys(&mut self, exchange: &Exchange, is_given: bool) {
        if exchange.is_of_check() {
            return;
        }
        if is_given {
            let sent = keys_of(&exchange.request_body).into_iter();
            let own = sent.filter(|key| !self.brought.contains(key));
            self.typed.extend(own);
        }
        if let Some(answer) = exchange.answer() {
            self.brought.extend(keys_of(&answer.body));
        }
    }

    fn learn_tokens(&mut self, seen: &SeenStep<'_>, exchange: &Exchange) {
        let cookies = exchange.request_header("cookie").unwrap_or_default();
        for (name, value) in cookies.split(';').filter_map(|pair| pair.split_once('=')) {
            if is_session_name(&plain(name)) {
                self.session.extend(digits_of(value));
            }
        }
        let answer = exchange.answer().and_then(|answer| answer.body.start());
        let answer = answer.filter(|_| seen.is_sign_in() || signs_in(exchange));
        for (name, value) in answer.into_iter().flat_map(json_pairs) {
            if TOKENS.contains(&plain(name).as_str()) {
                self.session.extend(digits_of(value));
            }
        }
    }
}

/// Somebody entered something in the step; in traffic alone that can't be seen.
fn may_be_given_in(step: &StepRun) -> bool {
    const GIVING: [&str; 5] = ["fill", "paste", "press", "upload", "ask"];
    let mut verbs = step.actions.iter().map(|action| action.verb.as_str());
    step.is_traffic_only || verbs.any(|verb| GIVING.contains(&verb))
}

/// Names whose values are a password or stand for a person who is signed in.
const PASSWORDS: [&str; 5] = ["password", "passwd", "pwd", "passphrase", "newpassword"];
const TOKENS: [&str; 13] = [
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "authtoken",
    "apitoken",
    "bearertoken",
    "sessiontoken",
    "sessionid",
    "jsessionid",
    "phpsessid",
    "jwt",
    "clientsecret",
    "secretkey",
];

fn token_in_url(
    run: &Run,
    seen: &SeenStep<'_>,
    exchange: &Exchange,
    session: &BTreeSet<String>,
) -> Option<Finding> {
    let is_own = is_own(run, exchange);
    let mut pairs = pairs_of(&exchange.url);
    let (name, is_password) = pairs.find_map(|(name, digits)| {
        let plain = plain(&name);
        let is_password = is_own && PASSWORDS.contains(&plain.as_str());
        let is_token = (is_own && TOKENS.contains(&plain.as_str())) || session.contains(&digits);
        (is_password || (is_token && !is_meant_so(&plain))).then_some((name, is_password))
    })?;
    // The redirects by which an identity provider hands a token over.
    let is_handed_over =
        !is_password && seen.is_sign_in() && exchange.resource == Resource::Document;
    if is_handed_over || was_visited(seen, exchange) {
        return None;
    }
    let severity = match exchange.resource {
        _ if is_password || !is_own => Severity::Error,
        Resource::WebSocket | Resource::EventSource => Severity::Notice,
        _ => Severity::Warning,
    };
    let call = call_of(run, exchange);
    let what = if is_password {
        "a password"
    } else {
        "the session's token"
    };
    let title = format!("{call} has {what} in its URL: {name}");
    let detail = if is_own {
        "A URL is kept in logs and in the browser's history, and goes to the next page as its Referer."
    } else {
        "It goes to another owner's server, and into its log."
    };
    Some(Finding {
        severity,
        detail: detail.to_owned(),
        requests: vec![exchange.id.clone()],
        ..RULE.finding(seen.at(), title, format!("{} {name}", exchange.origin()))
    })
}

/// Signed links to storage, guards of forms, and `id_token_hint`, by which whoever signs out says who did. Four digits
/// stand for a value: of many such ones, one would be taken for the session's.
fn is_meant_so(name: &str) -> bool {
    const BEGINS: [&str; 10] = [
        "xamz",
        "xgoog",
        "sig",
        "hmac",
        "policy",
        "keypairid",
        "csrf",
        "xsrf",
        "nonce",
        "idtokenhint",
    ];
    BEGINS.iter().any(|begin| name.starts_with(begin))
}

/// Names in a URL whose values were taken out, with the digits that stand for the value.
fn pairs_of(url: &str) -> impl Iterator<Item = (String, String)> {
    let parts = url.split(['?', '&', '#', ';']).skip(1);
    let pairs = parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        Some((name.to_owned(), digits_of(value)?))
    });
    pairs.collect::<Vec<_>>().into_iter()
}

/// The digits of `[redacted:query:1a2b]`; `None` of a one-time code's, which is meant to be there.
fn digits_of(value: &str) -> Option<String> {
    let (_, rest) = value.split_once("[redacted:")?;
    let (rule, digits) = rest.split(']').next()?.rsplit_once(':')?;
    let is_told_elsewhere = rule.starts_with("one-time") || rule.starts_with(SERVER_KEY);
    (!is_told_elsewhere).then(|| digits.to_owned())
}

/// A name without case and separators.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|next| next.to_ascii_lowercase()).collect()
}

/// A server also answers tokens for others: for a map, for a call.
fn signs_in(exchange: &Exchange) -> bool {
    let path = plain(&exchange.path());
    let words = ["session", "login", "signin", "auth"];
    words.iter().any(|word| path.contains(word))
}

fn is_session_name(name: &str) -> bool {
    let is_guard = name.contains("csrf") || name.contains("xsrf") || name.contains("state");
    ["sess", "sid", "auth", "jwt", "token"]
        .iter()
        .any(|part| name.contains(part))
        && !is_guard
}

/// Names and values of strings in JSON whose end may be missing.
fn json_pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices("\"[redacted:").filter_map(|(at, _)| {
        let before = text[..at].trim_end().strip_suffix(':')?.trim_end();
        let name = before.strip_suffix('"')?.rsplit('"').next()?;
        Some((name, &text[at..]))
    })
}

/// The checklist goes there itself: a link to set a new password.
fn was_visited(seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    let path =
        Url::parse(&exchange.url).map_or_else(|_| String::new(), |url| url.path().to_owned());
    let mut visits = seen
        .step
        .actions
        .iter()
        .filter_map(|action| action.what.strip_prefix("visit "));
    exchange.resource == Resource::Document
        && path.len() > 1
        && visits.any(|address| address.contains(&path) && address.contains('='))
}
