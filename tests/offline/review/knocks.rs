//! Requests of strangers, of other pages, of names that lead here, and of a page that lies: none gets or changes anything.

use super::door::Served;
use crate::recorded::KEPT;

/// A request at the API with headers of its own in place of some of ours.
struct Knock {
    method: &'static str,
    path: &'static str,
    /// Whole header lines; `{host}`, `{port}` and `{token}` stand for ours.
    headers: Vec<&'static str>,
    body: &'static str,
}

const HOST: &str = "Host: {host}";
const TOKEN: &str = "X-Shippass-Token: {token}";
const ORIGIN: &str = "Origin: http://{host}";
const JSON: &str = "Content-Type: application/json";
const LOOK: &str =
    r#"{"said":"looked","step":{"checklist":0,"step":"03-see-it"},"on":"page","ms":900}"#;

fn get(headers: &[&'static str]) -> Knock {
    Knock {
        method: "GET",
        path: "/api/facts",
        headers: headers.to_vec(),
        body: "",
    }
}

fn at(path: &'static str) -> Knock {
    Knock {
        path,
        ..get(&[HOST, TOKEN])
    }
}

fn post(headers: &[&'static str]) -> Knock {
    Knock {
        method: "POST",
        path: "/api/said",
        headers: headers.to_vec(),
        body: LOOK,
    }
}

fn by(method: &'static str) -> Knock {
    Knock {
        method,
        ..get(&[HOST, TOKEN, ORIGIN])
    }
}

/// Asked under a name that isn't ours, as after DNS rebinding.
fn under_other_names() -> Vec<Knock> {
    [
        &["Host: evil.example", TOKEN][..],
        &["Host: evil.example:{port}", TOKEN],
        &["Host: localhost:{port}", TOKEN],
        &["Host: 127.0.0.1", TOKEN],
        &["Host: 127.0.0.1.:{port}", TOKEN],
        &["Host: 127.1:{port}", TOKEN],
        &["Host: 0.0.0.0:{port}", TOKEN],
        &["Host: 2130706433:{port}", TOKEN],
        &["Host: [::1]:{port}", TOKEN],
        &["Host: [::ffff:127.0.0.1]:{port}", TOKEN],
        &["Host: {host}.evil.example", TOKEN],
        &["Host: evil.example#{host}", TOKEN],
        &["Host: evil@{host}", TOKEN],
        &["Host:", TOKEN],
        &[TOKEN],
        &[HOST, HOST, TOKEN],
        &[HOST, "Host: evil.example", TOKEN],
        &["Host: evil.example", HOST, TOKEN],
        &["Host: evil.example", "X-Forwarded-Host: {host}", TOKEN],
    ]
    .iter()
    .map(|headers| get(headers))
    .collect()
}

/// Asked by a page of another origin, in the reader's own browser.
fn by_other_pages() -> Vec<Knock> {
    let mut knocks: Vec<_> = [
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: https://{host}",
        "Origin: http://localhost:{port}",
        "Origin: http://127.0.0.1:1",
        "Origin: http://{host}/",
        "Origin: http://{host}.evil.example",
        "Origin:",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: whatever",
    ]
    .into_iter()
    .flat_map(|line| {
        [
            get(&[HOST, TOKEN, line]),
            post(&[HOST, TOKEN, line, JSON, ORIGIN]),
        ]
    })
    .collect();
    knocks.push(post(&[HOST, TOKEN, JSON]));
    knocks.push(get(&[HOST, TOKEN, ORIGIN, "Origin: https://evil.example"]));
    knocks.push(get(&[
        HOST,
        TOKEN,
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: cross-site",
    ]));
    knocks
}

/// Without the token, or with what only looks like it.
fn without_token() -> Vec<Knock> {
    let mut knocks: Vec<_> = [
        &[HOST][..],
        &[HOST, "X-Shippass-Token:"],
        &[HOST, "X-Shippass-Token: 0"],
        &[HOST, "X-Shippass-Token: {token}0"],
        &[HOST, "X-Shippass-Token: x{token}"],
        &[HOST, "X-Shippass-Token: undefined"],
        &[HOST, TOKEN, TOKEN],
        &[HOST, TOKEN, "X-Shippass-Token: 0"],
        &[HOST, "Cookie: token={token}; X-Shippass-Token={token}"],
        &[HOST, "Authorization: Bearer {token}"],
        &[HOST, "Referer: http://{host}/#{token}"],
    ]
    .iter()
    .map(|headers| get(headers))
    .collect();
    for path in [
        "/api/facts?token={token}",
        "/api/facts/{token}",
        "/{token}/api/facts",
        "/api/state",
        "/api/steps/0/0",
        "/api/exchanges/e1",
        "/api/files/bundle.json",
        "/api/files/network.har",
        "/api/accepted/0/0",
        "/api/nothing",
        "/seats/",
        "/seats/{token}",
        "/seats/0",
    ] {
        knocks.push(Knock {
            path,
            ..get(&[HOST])
        });
    }
    knocks
}

/// Methods and upgrades that nothing here answers.
fn by_other_methods() -> Vec<Knock> {
    let mut knocks: Vec<_> = [
        "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", "PROPFIND",
    ]
    .into_iter()
    .map(by)
    .collect();
    knocks.push(Knock {
        headers: vec![
            HOST,
            "Origin: https://evil.example",
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: x-shippass-token",
            "Access-Control-Request-Private-Network: true",
        ],
        ..by("OPTIONS")
    });
    knocks.push(get(&[
        HOST,
        TOKEN,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ]));
    knocks.push(get(&[
        HOST,
        TOKEN,
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQAAP__",
    ]));
    knocks
}

/// Sent as a form of another page could send it, without asking first.
fn as_forms() -> Vec<Knock> {
    [
        "Content-Type: text/plain",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Type: multipart/form-data; boundary=x",
        "Content-Type: text/plain; application/json",
        "X-Other: 1",
    ]
    .into_iter()
    .map(|kind| post(&[HOST, TOKEN, ORIGIN, kind]))
    .chain([post(&[
        HOST,
        TOKEN,
        ORIGIN,
        JSON,
        "Content-Type: text/plain",
    ])])
    .collect()
}

/// Names of files that aren't the bundle's.
fn of_other_files() -> Vec<Knock> {
    [
        "/api/files/../../../../etc/passwd",
        "/api/files/..%2f..%2f..%2fetc%2fpasswd",
        "/api/files/%2e%2e/%2e%2e/etc/passwd",
        "/api/files//etc/passwd",
        "/api/files/%2fetc%2fpasswd",
        "/api/files/bodies/../manifest.json",
        "/api/files/bodies%5c..%5cmanifest.json",
        "/api/files/manifest.json",
        "/api/files/signoff/walk.ndjson",
        "/api/files/bundle.json%00.jpg",
        "/api/files/BUNDLE.JSON",
        "/api/files/.",
        "/api/files/",
        "/api/files/screens",
        "/api/steps/0/3",
        "/api/steps/1/0",
        "/api/steps/-1/0",
        "/api/steps/18446744073709551616/0",
        "/api/steps/0/x",
        "/api/exchanges/e3",
        "/api/exchanges/..%2fe1",
        "/api/accepted/0/0",
        "/api/accepted/9/9",
        "/js/../page.html",
        "/js/..%2f..%2f..%2fCargo.toml",
        "/etc/passwd",
        "/manifest.json",
        "/signoff/walk.ndjson",
    ]
    .into_iter()
    .map(at)
    .collect()
}

fn every_knock() -> Vec<Knock> {
    let groups = [
        under_other_names(),
        by_other_pages(),
        without_token(),
        by_other_methods(),
        as_forms(),
        of_other_files(),
    ];
    groups.into_iter().flatten().collect()
}

/// Bytes that are no request, or two in one.
fn rough(served: &Served) -> Vec<Vec<u8>> {
    let ours = served.ours();
    let facts = format!("GET /api/facts HTTP/1.1\r\n{ours}");
    let evil = "GET http://evil.example/api/facts HTTP/1.1\r\n";
    let mut knocks: Vec<Vec<u8>> = [
        "GET /api/facts\r\n".to_owned(),
        "GET /api/facts HTTP/1.0\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        format!("{evil}{ours}\r\n"),
        format!("GET http://localhost/api/facts HTTP/1.1\r\n{ours}\r\n"),
        format!("{facts}X: a\r\n b\r\n\r\n"),
        format!("{facts}X\u{0}: a\r\n\r\n"),
        format!("{facts} Host: evil.example\r\n\r\n"),
        format!("{facts}Long: {}\r\n\r\n", "a".repeat(1 << 20)),
        format!("{facts}{}\r\n", "A: b\r\n".repeat(2_000)),
        format!("GET /{} HTTP/1.1\r\n{ours}\r\n", "a".repeat(1 << 17)),
        format!("GET /api/facts HTTP/1.1 HTTP/1.1\r\n{ours}\r\n"),
        format!("GET /api/\r\nfacts HTTP/1.1\r\n{ours}\r\n"),
    ]
    .map(String::into_bytes)
    .to_vec();
    knocks.push(vec![
        0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03,
    ]);
    knocks.push(vec![0; 4096]);
    for lengths in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 81",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Transfer-Encoding: chunked, identity",
    ] {
        let smuggled = format!(
            "0\r\n\r\nGET /api/facts HTTP/1.1\r\nHost: {}\r\n\r\n",
            served.host
        );
        knocks.push(format!("POST /api/said HTTP/1.1\r\n{ours}Origin: http://{}\r\n{JSON}\r\n{lengths}\r\n\r\n{smuggled}", served.host).into_bytes());
    }
    knocks
}

impl Knock {
    fn bytes(&self, served: &Served) -> Vec<u8> {
        let port = served.host.rsplit(':').next().unwrap();
        let own = |text: &str| {
            let text = text.replace("{host}", &served.host).replace("{port}", port);
            text.replace("{token}", &served.token)
        };
        let mut request = format!("{} {} HTTP/1.1\r\n", self.method, own(self.path));
        for line in &self.headers {
            request += &own(line);
            request += "\r\n";
        }
        if !self.body.is_empty() {
            let length = self.body.len().to_string();
            request += &["X-Shippass-Seat: 1\r\nContent-Length: ", &length, "\r\n"].concat();
        }
        request += "Connection: close\r\n\r\n";
        (request + self.body).into_bytes()
    }
}

#[test]
fn hostile_requests_get_no_data_change_nothing_and_leave_the_server_alive() {
    let served = Served::new();
    let (_, _held) = served.sit(false);
    let before = served.walk();
    let knocks: Vec<_> = every_knock()
        .iter()
        .map(|knock| knock.bytes(&served))
        .chain(rough(&served))
        .collect();
    assert!(knocks.len() >= 60, "{} requests", knocks.len());
    for bytes in &knocks {
        let reply = served.knock(bytes);
        let asked = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned();
        reply.gives_nothing_away(&served.token, &asked);
    }
    assert_eq!(served.walk(), before, "nothing was kept");
    let good = served.ask("/api/steps/0/0");
    assert_eq!(good.status, 200);
    assert!(served.ask("/api/exchanges/e1").body.contains(KEPT));
}

#[test]
fn words_that_dont_fit_the_bundle_arent_kept() {
    let served = Served::new();
    let (seat, _held) = served.sit(false);
    let before = served.walk();
    let step = r#""step":{"checklist":0,"step":"01-open-the-quote"}"#;
    let mark = |x: &str, picture: &str| {
        format!(
            r#"{{"said":"marked",{step},"mark":{{"picture":"{picture}","x":{x},"y":0.5,"width":0.1,"height":0.1,"note":"n"}}}}"#
        )
    };
    let words = [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "[".repeat(60_000),
        r#"{"said":"owned"}"#.to_owned(),
        format!(r#"{{"said":"looked",{step},"on":"page","ms":-1}}"#),
        format!(r#"{{"said":"looked",{step},"on":"page","ms":36000000}}"#),
        format!(r#"{{"said":"looked",{step},"on":"phone","ms":900}}"#),
        r#"{"said":"looked","step":{"checklist":9,"step":"01-open-the-quote"},"on":"page","ms":900}"#.to_owned(),
        r#"{"said":"judged","step":{"checklist":0,"step":"../x"},"verdict":{"verdict":"confirmed"}}"#.to_owned(),
        format!(r#"{{"said":"judged",{step},"verdict":{{"verdict":"rejected","why":" "}}}}"#),
        format!(r#"{{"said":"judged",{step},"verdict":{{"verdict":"unchecked","why":""}}}}"#),
        format!(r#"{{"said":"ticked",{step},"question":1,"on":"page","holds":true}}"#),
        format!(r#"{{"said":"ticked",{step},"question":0,"on":"phone","holds":true}}"#),
        format!(r#"{{"said":"commented",{step},"text":"{}"}}"#, "a".repeat(4_001)),
        format!(r#"{{"said":"commented",{step},"text":"{}"}}"#, "a".repeat(70_000)),
        mark("0.99", "screens/customer-signs-a-quote/01-open-the-quote.jpg"),
        mark("-1", "screens/customer-signs-a-quote/01-open-the-quote.jpg"),
        mark("0.1", "../../etc/passwd"),
        r#"{"said":"decided","finding":"f99","decision":{"decision":"accepted","why":"known"}}"#.to_owned(),
        r#"{"said":"decided","finding":"f1","decision":{"decision":"accepted","why":""}}"#.to_owned(),
        r#"{"said":"phone","phone":{"width":1,"height":1,"scale":1,"user_agent":"x"}}"#.to_owned(),
        format!(r#"{{"said":"photographed",{step},"file":"../x"}}"#),
        format!(r#"{{"said":"carried",{step},"from":"0"}}"#),
    ];
    for word in &words {
        let reply = served.post("/api/said", &seat, word);
        let shown = &word[..word.len().min(200)];
        assert!(
            (400..500).contains(&reply.status),
            "{} to {shown}",
            reply.status
        );
    }
    assert_eq!(served.walk(), before, "nothing was kept");
    assert_eq!(served.post("/api/said", &seat, LOOK).status, 200);
    assert!(served.walk().len() > before.len());
}

#[test]
fn every_answer_says_that_nothing_in_it_runs() {
    let served = Served::new();
    let facts = served.ask("/api/facts").body;
    let sealed: serde_json::Value =
        serde_json::from_slice(&std::fs::read(served.bundle.path().join("manifest.json")).unwrap())
            .unwrap();
    assert!(facts.contains("Customer signs a quote"));
    let mut asked = vec![
        "/".to_owned(),
        "/page.css".to_owned(),
        "/js/page.js".to_owned(),
        "/api/state".to_owned(),
        "/nothing".to_owned(),
    ];
    for file in sealed["files"].as_array().unwrap() {
        asked.push(format!("/api/files/{}", file["path"].as_str().unwrap()));
    }
    for path in &asked {
        let reply = served.ask(path);
        for line in [
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "x-frame-options: deny",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
        ] {
            assert!(
                reply.head.contains(line),
                "{line} at {path}:\n{}",
                reply.head
            );
        }
        assert!(
            reply
                .head
                .contains("content-security-policy: default-src 'none'"),
            "{}",
            reply.head
        );
        if path.starts_with("/api/files/") {
            assert_eq!(reply.status, 200, "{path}");
            assert!(reply.head.contains("; sandbox"), "{path}");
            let is_inert = reply.head.contains("content-type: text/plain")
                || reply.head.contains("content-type: image/jpeg");
            assert!(is_inert, "{path}: {}", reply.head);
        }
    }
}
