//! Secrets that nobody told the redactor, each where such a thing stands in traffic.

use super::*;

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
