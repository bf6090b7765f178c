//! Planted secrets in every place and encoding, and healthy traffic that must stay as it is.

mod containers;
mod planted;

use super::*;

const PASSWORD: &str = "p@ss/W0rd \"x\"&<é+9=Zq";
const TOKEN: &str = "tok_4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c";

fn redactor() -> Redactor {
    Redactor::new([("PASSWORD", PASSWORD), ("TOKEN", TOKEN)])
}

#[test]
fn hmac_is_the_one_of_rfc_4231() {
    let digest = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
    assert_eq!(digest[..4], [0x5b, 0xdc, 0xc1, 0x46]);
}

#[test]
fn what_a_detector_needs_stays() {
    let redactor = redactor();
    let url = redactor.url("https://a/x?token=Zx9Qw7Er5Ty3Ui1Op8As%0A");
    assert!(url.ends_with("]%0A"), "{url}");
    assert_eq!(
        redactor.url("https://a/x?token=undefined"),
        "https://a/x?token=undefined"
    );
    assert_eq!(
        redactor.body("application/json", r#"{"token":null,"secret":""}"#),
        r#"{"token":null,"secret":""}"#
    );
    let clean = redactor.body("application/json", r#"{"password":"x1y2z3","n":1}"#);
    assert!(
        serde_json::from_str::<serde_json::Value>(&clean).is_ok(),
        "{clean}"
    );
    let same = [
        redactor.header("X-Api-Key", "abcdefgh1"),
        redactor.header("X-Api-Key", "abcdefgh1"),
    ];
    assert_eq!(same[0], same[1]);
}

#[test]
fn a_cookie_that_was_set_is_known_from_then_on() {
    let redactor = redactor();
    redactor.header("Set-Cookie", "sid=8f3kd92mf0a1LQ; Path=/; HttpOnly");
    assert!(
        !redactor
            .text("the page shows 8f3kd92mf0a1LQ")
            .contains("8f3kd92mf0a1LQ")
    );
    let line = redactor.header("Set-Cookie", "sid=8f3kd92mf0a1LQ; Path=/; HttpOnly");
    assert!(
        line.starts_with("sid=[redacted:cookie:") && line.ends_with("; Path=/; HttpOnly"),
        "{line}"
    );
}

#[test]
fn healthy_traffic_stays_as_it_is() {
    let redactor = redactor();
    for (name, value) in [
        ("Content-Type", "application/json; charset=utf-8"),
        ("ETag", "W/\"5f-8a9b7c6d5e4f\""),
        (
            "User-Agent",
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
        ),
        ("Cache-Control", "max-age=31536000, immutable"),
        ("Date", "Fri, 20 Nov 2026 22:00:00 GMT"),
        ("Accept", "application/json, text/plain, */*"),
        ("Access-Control-Allow-Origin", "https://app.example"),
        ("sec-ch-ua", "\"Chromium\";v=\"156\""),
        ("x-app-commit", "4f3a9c1d2e5b6a7f8091a2b3c4d5e6f708192a3b"),
        ("Location", "/quotes/1042?tab=items"),
        ("Referer", "https://app.example/quotes?page=2&sort=total"),
    ] {
        assert_eq!(redactor.header(name, value), value, "{name}");
    }
    for url in [
        "https://app.example/assets/index-4f3a9c1d2e5b6a7f.js",
        "https://app.example/quotes/7b1e5c1c-9a77-4c43-9c9e-0f4a6d3f2b10",
        "https://app.example/api/quotes?status=open&page=2&from=2026-01-01",
        "https://app.example/blog/how-to-write-a-better-quote-in-2026",
        "http://127.0.0.1:41615/sign-in",
    ] {
        assert_eq!(redactor.url(url), url);
    }
    for body in [
        r#"{"id":1042,"total":450000,"customer":"Ada Lovelace","tokenType":"quote","sessions_count":3,"phone":"555-123-4567"}"#,
        r#"{"created":1763679379000,"items":[{"name":"Roof tiles","qty":12}]}"#,
        "<!doctype html><title>Sign in</title><input name=email>",
        "plain text with a basic idea and a token of thanks",
    ] {
        assert_eq!(redactor.body("application/json", body), body);
    }
}

/// Detectors need to see that nothing was put where a secret belongs.
#[test]
fn what_was_never_filled_in_stays() {
    let redactor = Redactor::new(Vec::<(String, String)>::new());
    for value in [
        "Bearer null",
        "Bearer undefined",
        "token {{token}}",
        "undefined",
        "",
    ] {
        assert_eq!(redactor.header("Authorization", value), value);
    }
    let clean = redactor.header("Authorization", "Bearer null-and-void-1234");
    assert!(clean.starts_with("[redacted:"), "{clean}");
}

#[test]
fn what_is_stored_is_learnt_by_its_leaves_and_only_where_it_is_a_token() {
    let redactor = redactor();
    let stored = r#"{"user":{"name":"Ada Lovelace of 12 Hill Road","seen":"2026-11-20T22:00:00.123Z"},
        "tokens":"{\"access\":\"q8Zr1mWv0Tg5Yb3K\"}","home":"https://app.example/quotes/1042"}"#;
    redactor.learn_stored("storage", stored);
    redactor.learn_stored("cookie", "Xk29dLq0vbT7");
    redactor.learn_stored("storage", "7b1e5c1c-9a77-4c43-9c9e-0f4a6d3f2b10");
    let seen = "7b1e5c1c-9a77-4c43-9c9e-0f4a6d3f2b10 Ada Lovelace of 12 Hill Road 2026-11-20T22:00:00.123Z /quotes/1042";
    assert_eq!(redactor.text(seen), seen);
    for secret in ["q8Zr1mWv0Tg5Yb3K", "Xk29dLq0vbT7"] {
        let shown = redactor.text(&format!("it is {secret}."));
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_code_is_hidden_where_it_stands_on_its_own_and_not_scanned_for() {
    let redactor = redactor();
    redactor.learn_code("one-time code", "482913");
    let body = redactor.body(
        "application/json",
        r#"{"digits":"482913","id":94829130,"at":"/x/482913"}"#,
    );
    assert_eq!(
        body.matches("[redacted:one-time code:").count(),
        2,
        "{body}"
    );
    assert!(body.contains("94829130"), "{body}");
    assert_eq!(redactor.scanner().scan(b"482913"), None);
    redactor.learn_code("one-time link", "https://app.example/in?x=Zk3TT0vQ");
    assert!(
        redactor
            .scanner()
            .scan(b"https://app.example/in?x=Zk3TT0vQ")
            .is_some()
    );
}
