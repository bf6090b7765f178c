//! Keys that only a server may have: where a browser gets one, everybody has it. Keys made for browsers
//! (`pk_live_…`, Google's `AIza…`, Supabase's anon key) are none.

use std::{borrow::Cow, sync::LazyLock};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use regex::Regex;

use super::{
    Redactor,
    values::{Shape, entropy, is_userinfo},
};

/// What the rule of such a key begins with; behind it stands who gave it.
pub(crate) const SERVER_KEY: &str = "server-key-";

/// A rule, what its values must be beside their shape, and the shape.
type Written = (&'static str, fn(&str) -> bool, &'static str);

static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    let shapes: [Written; 13] = [
        (
            "server-key-Stripe",
            is_filled,
            r"\b(?P<v>[sr]k_(?:live|test)_[A-Za-z0-9]{16,})",
        ),
        (
            "server-key-AWS",
            is_filled,
            r#"(?i)aws_?secret_?(?:access_?)?key["'\\\s:=]{1,8}(?P<v>[a-z0-9/+]{40})(?:[^a-z0-9/+=]|$)"#,
        ),
        (
            "server-key-AWS",
            is_filled,
            r"\bAKIA[A-Z0-9]{16}[^A-Za-z0-9_]{1,10}[A-Za-z0-9_]{0,12}[sS]ecret[A-Za-z0-9_]{0,12}[^A-Za-z0-9_]{1,8}(?P<v>[A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)",
        ),
        (
            "server-key-PEM",
            is_long,
            r"(?s)-----BEGIN (?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY-----(?P<v>.*?)(?:-----END|$)",
        ),
        (
            "server-key-GitHub",
            is_filled,
            r"\b(?P<v>gh[posr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40,})",
        ),
        (
            "server-key-Slack",
            is_filled,
            r"\b(?P<v>xox[abp]-[A-Za-z0-9-]{20,})",
        ),
        (
            "server-key-OpenAI",
            is_filled,
            r"\b(?P<v>sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{48})\b",
        ),
        (
            "server-key-Anthropic",
            is_filled,
            r"\b(?P<v>sk-ant-[A-Za-z0-9_-]{20,})",
        ),
        (
            "server-key-SendGrid",
            is_filled,
            r"\b(?P<v>SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{32,})",
        ),
        (
            "server-key-Twilio",
            is_filled,
            r#"(?i)twilio_?auth_?token["'\\\s:=]{1,8}(?P<v>[0-9a-f]{32})\b"#,
        ),
        (
            "server-key-Supabase",
            is_filled,
            r"\b(?P<v>sb_secret_[A-Za-z0-9_-]{20,}|sbp_[0-9a-f]{40})",
        ),
        (
            "server-key-Supabase",
            is_service_role,
            r"\b(?P<v>eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,})",
        ),
        (
            "server-key-database",
            is_database,
            r#"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?)://(?P<v>[^\s/@:"'\\<>]*:[^\s/@"'\\<>$]+)@"#,
        ),
    ];
    shapes
        .into_iter()
        .filter_map(|(rule, is, pattern)| Shape::new(rule, is, pattern))
        .collect()
});

/// A part of every shape: most texts hold none and need no further look.
static HINT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let hint = r"k_(?:live|test)_|(?i:secret|twilio)|BEGIN |gh[posr]_|github_pat_|xox[abp]-|sk-|SG\.|sbp_|eyJ|://";
    Regex::new(hint).ok()
});

/// Takes every such key out.
pub(super) fn out<'t>(redactor: &Redactor, text: &'t str) -> Cow<'t, str> {
    if HINT.as_ref().is_some_and(|hint| !hint.is_match(text)) {
        return Cow::Borrowed(text);
    }
    let mut clean = Cow::Borrowed(text);
    for shape in SHAPES.iter() {
        if let Some(without) = shape.out(redactor, &clean) {
            clean = Cow::Owned(without);
        }
    }
    clean
}

/// The rule and digits of every such key that was taken out of a text: `server-key-Stripe:1a2b`.
pub(crate) fn taken_from(text: &str) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for (at, _) in text.match_indices("[redacted:server-key-") {
        let rest = &text[at + "[redacted:".len()..];
        let key = rest.split(']').next().unwrap_or_default();
        if !taken.iter().any(|known| known == key) {
            taken.push(key.to_owned());
        }
    }
    taken
}

/// An example in a manual repeats one letter, or says what it is.
fn is_filled(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let says_so = ["example", "xxxx", "your", "placeholder", "0000000000"];
    entropy(value) >= 3.0 && !says_so.iter().any(|word| lower.contains(word))
}

fn is_long(value: &str) -> bool {
    value.trim().len() >= 64
}

/// Supabase's key that passes every row's rule; beside it stands one that is made for browsers.
fn is_service_role(token: &str) -> bool {
    let claims = token.split('.').nth(1).unwrap_or_default();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    let claims = serde_json::from_slice::<serde_json::Value>(&claims).unwrap_or_default();
    claims["role"] == "service_role"
}

fn is_database(login: &str) -> bool {
    let password = login.split_once(':').map_or("", |(_, password)| password);
    !matches!(
        password,
        "password" | "pass" | "postgres" | "root" | "secret" | "guest" | "***"
    ) && is_userinfo(login)
        && !password.starts_with("[redacted:")
        && !password.chars().all(|next| matches!(next, '*' | '•' | 'x'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE_ROLE: &str = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJzdXBhYmFzZSIsInJvbGUiOiJzZXJ2aWNlX3JvbGUifQ.Zx9Qw7Er5Ty3Ui1Op8As6Df4Gh2";
    const ANON: &str = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJzdXBhYmFzZSIsInJvbGUiOiJhbm9uIn0.Zx9Qw7Er5Ty3Ui1Op8As6Df4Gh2";

    fn who(text: &str) -> Vec<String> {
        let clean = Redactor::default().body("application/json", text);
        let keys = taken_from(&clean).into_iter();
        keys.map(|key| {
            let (rule, _) = key.rsplit_once(':').expect("digits");
            rule.trim_start_matches(SERVER_KEY).to_owned()
        })
        .collect()
    }

    /// Put together here, so that no scanner of repositories takes them for real.
    fn made(begin: &str, rest: &str) -> String {
        format!("{{\"key\":\"{begin}{rest}\"}}")
    }

    #[test]
    fn keys_of_servers_are_told_by_who_gave_them() {
        let rest = "4eC39HqLyjWDarjtT1zdp7dcZx9Qw7Er5Ty3Ui1Op8As6Df4";
        let pem = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
        for (text, wanted) in [
            (made("sk_live_", &rest[..24]), "Stripe"),
            (made("sk_test_", &rest[..24]), "Stripe"),
            (made("ghp_", &rest[..36]), "GitHub"),
            (made("xoxb-", "123456789012-abcDEF123456ghiJKL"), "Slack"),
            (made("sk-proj-", rest), "OpenAI"),
            (made("sk-", rest), "OpenAI"),
            (made("sk-ant-", rest), "Anthropic"),
            (
                made("SG.", &format!("{}.{}", &rest[..22], &rest[..43])),
                "SendGrid",
            ),
            (made("sb_secret_", &rest[..30]), "Supabase"),
            (made("", SERVICE_ROLE), "Supabase"),
            (
                made(
                    "",
                    &format!("-----BEGIN PRIVATE KEY-----\\n{pem}\\n-----END PRIVATE KEY-----\\n"),
                ),
                "PEM",
            ),
            (
                made("", "postgres://app:Zx9Qw7Er@db.internal/app"),
                "database",
            ),
            (
                format!(
                    "{{\"accessKeyId\":\"AKIA{}\",\"secretAccessKey\":\"{}\"}}",
                    "Q3EGRIXWZ7PLMN5T",
                    &rest[..40]
                ),
                "AWS",
            ),
            (
                format!("{{\"AWS_SECRET_ACCESS_KEY\":\"{}\"}}", &rest[..40]),
                "AWS",
            ),
            (
                format!(
                    "{{\"TWILIO_AUTH_TOKEN\":\"{}\"}}",
                    "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
                ),
                "Twilio",
            ),
        ] {
            assert_eq!(who(&text), [wanted], "{text}");
        }
    }

    #[test]
    fn keys_for_browsers_and_examples_are_none() {
        for text in [
            made("pk_live_", "4eC39HqLyjWDarjtT1zdp7dc"),
            made("AIza", "SyD4eC39HqLyjWDarjtT1zdp7dcZx9Qw7E"),
            made("", ANON),
            made("sk_live_", "xxxxxxxxxxxxxxxxxxxxxxxx"),
            made("sk-", "eleton-screen-of-the-whole-list"),
            made("", "https://4eC39HqLyjWDarjtT1zdp7dc@o1.ingest.sentry.io/2"),
            made("", "postgres://user:password@localhost/app"),
            made("SK", "9f8e7d6c5b4a39281706f5e4d3c2b1a0"),
            r#"{"AccessKeyId":"ASIAQ3EGRIXWZ7PLMN5T","SecretKey":"4eC39HqLyjWDarjtT1zdp7dcZx9Qw7Er5Ty3Ui1O","SessionToken":"x1"}"#.to_owned(),
        ] {
            assert_eq!(who(&text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_key_is_known_in_a_url_and_behind_a_scheme() {
        let redactor = Redactor::default();
        let key = format!("sk-{}{}", "proj-", "4eC39HqLyjWDarjtT1zdp7dcZx9Q");
        let header = redactor.header("Authorization", &format!("Bearer {key}"));
        assert!(
            header.starts_with("Bearer [redacted:server-key-OpenAI:"),
            "{header}"
        );
        let url = redactor.url(&format!("https://a/v1?api_key={key}&n=1"));
        assert!(
            url.starts_with("https://a/v1?api_key=[redacted:server-key-OpenAI:"),
            "{url}"
        );
        let text = redactor.text(&format!("key {key}!"));
        assert!(
            text.starts_with("key [redacted:server-key-OpenAI:"),
            "{text}"
        );
    }
}
