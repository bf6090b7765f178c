//! Names that decide: headers whose values may be kept, keys whose values may not.
//!
//! Collected from Chrome's and Cloudflare's HAR sanitizers, Sentry's and GitHub's maskers and the
//! headers of hosting platforms.

use std::{collections::HashSet, sync::LazyLock};

/// Headers whose values are kept; every other value is taken out, the name stays.
const KEPT: &str = "accept accept-charset accept-encoding accept-language accept-patch accept-post accept-ranges access-control-allow-credentials \
    access-control-allow-headers access-control-allow-methods access-control-allow-origin access-control-expose-headers access-control-max-age \
    access-control-request-headers access-control-request-method age allow alt-svc cache-control connection content-disposition content-encoding \
    content-language content-length content-range content-type cross-origin-embedder-policy cross-origin-opener-policy cross-origin-resource-policy \
    date dnt etag expires host if-match if-modified-since if-none-match if-unmodified-since keep-alive last-modified origin permissions-policy pragma \
    priority range referrer-policy retry-after server server-timing strict-transport-security te timing-allow-origin transfer-encoding \
    upgrade-insecure-requests user-agent vary via x-content-type-options x-frame-options x-powered-by x-request-id x-robots-tag x-vercel-id \
    x-vercel-cache x-vercel-mitigated x-nf-request-id cf-ray cf-cache-status cf-mitigated ngrok-error-code x-requested-with x-app-commit x-commit x-version hx-request hx-target hx-trigger \
    hx-current-url turbo-frame x-turbo-request-id x-up-version x-up-target x-pjax x-livewire x-inertia rsc next-url next-router-prefetch purpose \
    sec-purpose x-moz www-authenticate x-ratelimit-limit x-ratelimit-remaining allow-origin upgrade-insecure-requests x-dns-prefetch-control \
    x-xss-protection x-download-options x-permitted-cross-domain-policies";

/// Headers whose values are URLs or hold some: kept, with the URLs' secrets taken out.
const URLS: &str = "location content-location referer link refresh x-original-url sourcemap report-to content-security-policy \
    content-security-policy-report-only";

/// Keys whose values are taken out wherever they stand, without `-` and `_`, in lower case.
const KEYS: &str = "authorization samlrequest samlresponse accesstoken appid assertion auth authenticitytoken challenge clientid clientsecret \
    codechallenge codeverifier facetid fcparams idtoken password refreshtoken serverdata shdf token usg vses2 xclientdata \
    pass pwd passphrase passcode pin otp totp mfa mfacode twofactorcode verificationcode secret secretkey apikey apitoken accesskey authtoken \
    bearertoken sessiontoken sessionid session sid jsessionid phpsessid connectsid csrf csrftoken xsrf xsrftoken nonce jwt ticket samlart relaystate \
    magiclink invite invitetoken resettoken signature sig xsig hmac xamzsignature xamzcredential xamzsecuritytoken xgoogsignature xgoogcredential \
    awsaccesskeyid keypairid apphash licensekey privatekey clientassertion devicecode usercode recoverycode ssn iban cardnumber cvv cvc pan mysqlpwd \
    stripetoken connectionstring databaseurl dsn";

/// Parts of a key that say the same.
const PARTS: [&str; 14] = [
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "credential",
    "privatekey",
    "session",
    "csrf",
    "xsrf",
    "jwt",
    "assertion",
    "signature",
    "bearer",
];
/// Keys that only look like one.
const HARMLESS: [&str; 16] = [
    "tokentype",
    "tokencount",
    "tokenizer",
    "maxtokens",
    "sessioncount",
    "publickey",
    "keycode",
    "keyboard",
    "tokens",
    "totaltokens",
    "sessions",
    "haspassword",
    "passwordrequired",
    "signatures",
    "secretary",
    "signaturecount",
];

/// What becomes of a header's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderFate {
    Kept,
    Url,
    Cookies,
    SetCookie,
    TakenOut,
}

/// A list's words: each header and each key of a body is looked up in one.
type Words = LazyLock<HashSet<&'static str>>;

static KEPT_WORDS: Words = LazyLock::new(|| KEPT.split_whitespace().collect());
static URL_WORDS: Words = LazyLock::new(|| URLS.split_whitespace().collect());
static KEY_WORDS: Words = LazyLock::new(|| KEYS.split_whitespace().collect());

pub(super) fn header_fate(name: &str) -> HeaderFate {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "cookie" | "cookie2" => HeaderFate::Cookies,
        "set-cookie" | "set-cookie2" => HeaderFate::SetCookie,
        _ if URL_WORDS.contains(&*name) => HeaderFate::Url,
        _ if KEPT_WORDS.contains(&*name)
            || name.starts_with("sec-ch-")
            || name.starts_with("sec-fetch-")
            || name.starts_with(':') =>
        {
            HeaderFate::Kept
        }
        _ => HeaderFate::TakenOut,
    }
}

/// Whether a key says that its value is a secret.
pub(super) fn is_secret_key(key: &str) -> bool {
    let plain = plain(key);
    let counts_them =
        plain.ends_with("count") || plain.ends_with("limit") || plain.starts_with("max");
    if counts_them || HARMLESS.contains(&plain.as_str()) {
        return false;
    }
    KEY_WORDS.contains(&*plain) || PARTS.iter().any(|part| plain.contains(part))
}

/// Whether a key only wraps what the key above it names: `{"password": {"stringValue": "…"}}`.
pub(super) fn is_value_key(key: &str) -> bool {
    let plain = plain(key);
    plain.ends_with("value") || plain == "raw" || plain == "plaintext"
}

/// A key as the lists have it.
fn plain(key: &str) -> String {
    let kept = key
        .chars()
        .filter(|next| !matches!(next, '-' | '_' | '.' | ' '));
    kept.flat_map(char::to_lowercase).collect()
}

/// Whether a word names a way to authenticate (RFC 9110, section 11.1).
pub(super) fn is_scheme(word: &str) -> bool {
    ["basic", "bearer", "digest", "token"].contains(&word.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart() {
        for key in [
            "password",
            "user_password",
            "access_token",
            "X-Amz-Signature",
            "csrfToken",
            "otp",
            "clientSecret",
            "sid",
        ] {
            assert!(is_secret_key(key), "{key}");
        }
        for key in [
            "tokenType",
            "author",
            "session_count",
            "keyboard",
            "name",
            "email",
            "code",
            "total",
            "pinned",
            "publicKey",
        ] {
            assert!(!is_secret_key(key), "{key}");
        }
    }

    #[test]
    fn headers_are_kept_by_name_only() {
        assert_eq!(header_fate("Content-Type"), HeaderFate::Kept);
        assert_eq!(
            header_fate("X-Vercel-Protection-Bypass"),
            HeaderFate::TakenOut
        );
        assert_eq!(header_fate("Authorization"), HeaderFate::TakenOut);
        assert_eq!(header_fate("Location"), HeaderFate::Url);
        assert_eq!(header_fate("X-Whatever-New"), HeaderFate::TakenOut);
    }
}
