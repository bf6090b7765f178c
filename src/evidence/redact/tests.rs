//! Planted secrets in every place and encoding, and healthy traffic that must stay as it is.

use std::io::Write;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

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

/// Thirty secrets that nobody told the redactor, each where such a thing stands in traffic.
#[test]
#[expect(clippy::too_many_lines, reason = "one list of thirty places")]
fn thirty_of_thirty_planted_secrets_are_taken_out() {
    let redactor = Redactor::new(Vec::<(String, String)>::new());
    let s = "Zx9Qw7Er5Ty3Ui1Op8As6Df4";
    let jwt = format!("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ{s}.{s}");
    let card = "4242 4242 4242 4242";
    let cases: Vec<(&str, String, String)> = vec![
        (
            "authorization",
            redactor.header("Authorization", &format!("Bearer {s}")),
            s.into(),
        ),
        ("api key header", redactor.header("X-Api-Key", s), s.into()),
        (
            "unknown header",
            redactor.header("X-Acme-Pass", s),
            s.into(),
        ),
        (
            "cookie",
            redactor.header("Cookie", &format!("theme=dark; sid={s}")),
            s.into(),
        ),
        (
            "set-cookie",
            redactor.header("Set-Cookie", &format!("sid={s}; HttpOnly; Path=/")),
            s.into(),
        ),
        (
            "bypass header",
            redactor.header("x-vercel-protection-bypass", s),
            s.into(),
        ),
        (
            "location query",
            redactor.header("Location", &format!("/cb?access_token={s}")),
            s.into(),
        ),
        (
            "location fragment",
            redactor.header("Location", &format!("https://a/cb#id_token={s}&state=x")),
            s.into(),
        ),
        (
            "referer",
            redactor.header("Referer", &format!("https://a/reset?token={s}")),
            s.into(),
        ),
        (
            "query token",
            redactor.url(&format!("https://a/x?token={s}&page=2")),
            s.into(),
        ),
        (
            "query signature",
            redactor.url(&format!("https://a/x?X-Amz-Signature={s}")),
            s.into(),
        ),
        (
            "query x-sig",
            redactor.url(&format!("https://a/x?x-sig={s}")),
            s.into(),
        ),
        (
            "path token",
            redactor.url(&format!("https://a/sign/{s}")),
            s.into(),
        ),
        (
            "userinfo",
            redactor.url(&format!("https://ada:{s}@a/x")),
            s.into(),
        ),
        (
            "fragment token",
            redactor.url(&format!("https://a/x#{s}")),
            s.into(),
        ),
        (
            "form password",
            redactor.body(
                "application/x-www-form-urlencoded",
                "user=ada&password=hunter2222",
            ),
            "hunter2222".into(),
        ),
        (
            "json password",
            redactor.body(
                "application/json",
                r#"{"user":"ada","password":"hunter2222"}"#,
            ),
            "hunter2222".into(),
        ),
        (
            "json otp",
            redactor.body("application/json", r#"{"otp":"948572"}"#),
            "948572".into(),
        ),
        (
            "json numeric pin",
            redactor.body("application/json", r#"{"pin":948572}"#),
            "948572".into(),
        ),
        (
            "json access token",
            redactor.body(
                "application/json",
                &format!(r#"{{"data":{{"access_token":"{s}"}}}}"#),
            ),
            s.into(),
        ),
        (
            "json session token",
            redactor.body(
                "application/json",
                &format!(r#"[{{"sessionToken":"{s}"}}]"#),
            ),
            s.into(),
        ),
        (
            "json in json",
            redactor.body(
                "application/json",
                &format!(r#"{{"payload":"{{\"apiKey\":\"{s}\"}}"}}"#),
            ),
            s.into(),
        ),
        (
            "graphql",
            redactor.body(
                "application/json",
                r#"{"query":"mutation($p:String!){x}","variables":{"password":"hunter2222"}}"#,
            ),
            "hunter2222".into(),
        ),
        (
            "multipart",
            redactor.body(
                "multipart/form-data; boundary=b",
                &format!(
                    "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{s}\r\n--b--"
                ),
            ),
            s.into(),
        ),
        (
            "jwt in text",
            redactor.text(&format!("got {jwt} here")),
            s.into(),
        ),
        (
            "basic in text",
            redactor.text(&format!("Authorization: Basic {s}==")),
            s.into(),
        ),
        (
            "pem",
            redactor.text(&format!(
                "-----BEGIN PRIVATE KEY-----\n{s}\n-----END PRIVATE KEY-----"
            )),
            s.into(),
        ),
        (
            "github token",
            redactor.text(&format!("ghp_{s}{s}")),
            s.into(),
        ),
        (
            "card",
            redactor.text(&format!("card {card} ok")),
            card.into(),
        ),
        (
            "hidden field",
            redactor.body(
                "text/html",
                &format!("<form><input type=hidden name=csrf_token value=\"{s}\"></form>"),
            ),
            s.into(),
        ),
        (
            "meta csrf",
            redactor.body(
                "text/html",
                &format!("<meta name='csrf-token' content='{s}'>"),
            ),
            s.into(),
        ),
        (
            "url in json",
            redactor.body(
                "application/json",
                &format!(r#"{{"next":"https://a/x?sig={s}"}}"#),
            ),
            s.into(),
        ),
    ];
    assert!(cases.len() >= 30);
    for (name, clean, secret) in cases {
        assert!(!clean.contains(&secret), "{name}: {clean}");
        assert!(clean.contains("[redacted:"), "{name}: {clean}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

fn percent(text: &str, upper: bool) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        use std::fmt::Write as _;
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else if upper {
            let _ = write!(out, "%{byte:02X}");
        } else {
            let _ = write!(out, "%{byte:02x}");
        }
        out
    })
}

fn ascii_json(text: &str) -> String {
    let json = serde_json::to_string(text).expect("JSON");
    json.chars().fold(String::new(), |mut out, next| {
        use std::fmt::Write as _;
        if next.is_ascii() {
            out.push(next);
        } else {
            let mut units = [0; 2];
            for unit in next.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
        out
    })
}

/// The containers in which the prototype planted its secrets.
fn containers(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let json = |text: &str| serde_json::to_string(text).expect("JSON");
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut out, byte| {
            use std::fmt::Write as _;
            let _ = write!(out, "{byte:02x}");
            out
        })
    };
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    let form: String = url::form_urlencoded_pair(secret);
    vec![
        ("raw", format!("x{secret}y").into_bytes()),
        ("json", json(secret).into_bytes()),
        ("json twice", json(&json(secret)).into_bytes()),
        ("json thrice", json(&json(&json(secret))).into_bytes()),
        ("ascii json", ascii_json(secret).into_bytes()),
        (
            "escaped slash",
            json(secret).replace('/', "\\/").into_bytes(),
        ),
        (
            "escaped slash, ascii",
            ascii_json(secret).replace('/', "\\/").into_bytes(),
        ),
        (
            "html-safe json",
            json(secret)
                .replace('<', "\\u003c")
                .replace('&', "\\u0026")
                .into_bytes(),
        ),
        ("form", form.into_bytes()),
        ("uri upper", percent(secret, true).into_bytes()),
        ("uri lower", percent(secret, false).into_bytes()),
        (
            "uri twice",
            percent(&percent(secret, true), true).into_bytes(),
        ),
        ("html", html.into_bytes()),
        (
            "basic 0",
            STANDARD.encode(format!("ada:{secret}")).into_bytes(),
        ),
        (
            "basic 1",
            STANDARD.encode(format!("adam:{secret}")).into_bytes(),
        ),
        (
            "basic 2",
            STANDARD.encode(format!("adams:{secret}")).into_bytes(),
        ),
        ("base64url", URL_SAFE_NO_PAD.encode(secret).into_bytes()),
        (
            "base64 body",
            format!(
                "{{\"text\":\"{}\"}}",
                STANDARD.encode(format!("{{\"p\":{}}}", json(secret)))
            )
            .into_bytes(),
        ),
        (
            "base64 of base64",
            STANDARD
                .encode(STANDARD.encode(format!("..{secret}")))
                .into_bytes(),
        ),
        ("hex", hex(secret.as_bytes()).into_bytes()),
        ("HEX", hex(secret.as_bytes()).to_uppercase().into_bytes()),
        (
            "utf-16",
            secret.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("gzip", gzip(secret.as_bytes())),
        (
            "base64 of gzip",
            STANDARD.encode(gzip(json(secret).as_bytes())).into_bytes(),
        ),
        (
            "jwt claims",
            format!(
                "e30.{}.x",
                URL_SAFE_NO_PAD.encode(format!("{{\"k\":{}}}", json(secret)))
            )
            .into_bytes(),
        ),
        ("percent of json", percent(&json(secret), true).into_bytes()),
    ]
}

mod url {
    pub(super) fn form_urlencoded_pair(value: &str) -> String {
        ::url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
    }
}

#[test]
fn two_secrets_are_found_in_each_of_twenty_six_containers() {
    let scanner = redactor().scanner();
    for secret in [PASSWORD, TOKEN] {
        for (name, bytes) in containers(secret) {
            assert!(scanner.scan(&bytes).is_some(), "{name}");
        }
    }
    assert_eq!(
        scanner.scan(b"nothing of the kind, only an ordinary text of some length"),
        None
    );
}

#[test]
fn a_leak_names_the_secret_and_never_its_value() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = std::fs::File::create(folder.path().join("a.txt")).expect("made");
    write!(file, "some {TOKEN} text").expect("written");
    let error = redactor()
        .scanner()
        .scan_folder(folder.path())
        .expect_err("found");
    let message = error.to_string();
    assert!(
        message.contains("TOKEN in") && message.contains("at byte 5"),
        "{message}"
    );
    assert!(!message.contains(TOKEN), "{message}");
}

#[test]
fn chains_of_encodings_are_undone() {
    let scanner = redactor().scanner();
    let mut seed = 7_u64;
    let mut next = |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for _ in 0..300 {
        let secret = if next(2) == 0 { PASSWORD } else { TOKEN };
        let mut bytes = secret.as_bytes().to_vec();
        let mut chain = Vec::new();
        for _ in 0..=next(3) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let step = next(4);
            chain.push(step);
            bytes = match step {
                0 => STANDARD.encode(&bytes).into_bytes(),
                1 => percent(&text, true).into_bytes(),
                2 => serde_json::to_string(&text).expect("JSON").into_bytes(),
                _ => URL_SAFE_NO_PAD.encode(&bytes).into_bytes(),
            };
        }
        assert!(scanner.scan(&bytes).is_some(), "{chain:?}");
    }
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
