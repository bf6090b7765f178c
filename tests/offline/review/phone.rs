//! The phone's door: one phone walks, a second one and strangers get nothing, and neither door opens the other.

use std::io::{Cursor, Read};

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use shippass::bundle::{Surface, hex_sha256, read_walk};

use super::door::{Reply, Served, knock_at};

const STEP: &str = "01-open-the-quote";
const AGENT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X)";

/// A phone that took up the walk.
struct Phone<'a> {
    host: &'a str,
    cookie: String,
}

fn knock(host: &str, code: &str) -> Reply {
    let phone =
        json!({"width": 390, "height": 664, "scale": 3.0, "touch": true, "user_agent": AGENT});
    let body = json!({"code": code, "phone": phone}).to_string();
    knock_at(
        host,
        &posted(host, "/seat", "", "application/json", body.as_bytes()),
    )
}

fn posted(host: &str, path: &str, more: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: close\r\n{more}\
         Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

impl<'a> Phone<'a> {
    fn take_up(served: &'a Served) -> Self {
        let (host, code) = served.phone.as_ref().unwrap();
        let reply = knock(host, code);
        assert_eq!(reply.status, 200, "{}", reply.body);
        let line = reply
            .head
            .lines()
            .find(|line| line.starts_with("set-cookie: "));
        let line = line.unwrap();
        for word in ["; path=/api", "; httponly", "; samesite=strict"] {
            assert!(line.contains(word), "{line}");
        }
        let cookie = line["set-cookie: ".len()..].split(';').next().unwrap();
        assert!(!cookie.contains(code), "the code opens nothing else");
        let cookie = format!("Cookie: other=1; {cookie}\r\n");
        Self { host, cookie }
    }

    fn get(&self, path: &str) -> Reply {
        let Self { host, cookie } = self;
        knock_at(
            host,
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{cookie}Connection: close\r\n\r\n")
                .as_bytes(),
        )
    }

    fn post(&self, path: &str, kind: &str, body: &[u8]) -> Reply {
        knock_at(
            self.host,
            &posted(self.host, path, &self.cookie, kind, body),
        )
    }

    fn say(&self, word: &Value) -> Reply {
        self.post("/api/said", "application/json", word.to_string().as_bytes())
    }

    fn give(&self, step: &str, photo: &[u8]) -> Reply {
        self.post(&format!("/api/photographed/0/{step}"), "image/png", photo)
    }
}

fn word(said: &str, more: &Value) -> Value {
    let mut word = json!({"said": said, "step": {"checklist": 0, "step": STEP}, "on": "phone"});
    word.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    word
}

fn opened() -> Value {
    word("looked", &json!({"ms": 0}))
}

fn screenshot() -> Vec<u8> {
    let picture = RgbImage::from_fn(60, 130, |_, y| {
        if y < 20 {
            Rgb([9, 60, 120])
        } else {
            Rgb([240, 240, 240])
        }
    });
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).unwrap();
    let mut png = png.into_inner();
    png.extend(b"<script>alert(1)</script>");
    png
}

#[test]
fn one_phone_walks_and_what_it_says_is_on_the_disk_and_on_the_desk() {
    let served = Served::with_phone();
    let (_, mut desk) = served.sit(false);
    let phone = Phone::take_up(&served);
    let walk: Value = serde_json::from_str(&phone.get("/api/walk").body).unwrap();
    let names: Vec<&str> = walk["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["Sign it", "Open the quote", "See it"],
        "flagged first"
    );
    assert_eq!(
        walk["steps"][1]["url"],
        "https://preview.example/quotes/1042"
    );

    let tick = word("ticked", &json!({"question": 0, "holds": true}));
    let early = phone.say(&tick);
    assert_eq!(
        (early.status, early.body.as_str()),
        (422, "open the step on this phone first")
    );
    assert_eq!(phone.say(&opened()).status, 200);
    let ticked: Value = serde_json::from_str(&phone.say(&tick).body).unwrap();
    assert_eq!(
        (&ticked["is_opened"], &ticked["ticked"]),
        (&json!(true), &json!([0]))
    );
    assert_eq!(
        phone
            .say(&word("commented", &json!({"text": "it jumps"})))
            .status,
        200
    );
    let given = phone.give(STEP, &screenshot());
    let given: Value = serde_json::from_str(&given.body).unwrap();
    let name = given["photos"][0].as_str().unwrap().to_owned();
    assert_eq!(phone.give(STEP, &screenshot()).status, 200, "twice is once");

    let folder = served.bundle.path();
    let manifest = hex_sha256(&std::fs::read(folder.join("manifest.json")).unwrap());
    let kept = read_walk(folder, &manifest).unwrap();
    let [pass] = kept.phones.as_slice() else {
        panic!("one phone: {:?}", kept.phones)
    };
    assert_eq!(
        (pass.phone.width, pass.phone.height, pass.phone.touch),
        (390, 664, true)
    );
    assert_eq!(pass.phone.user_agent, AGENT);
    assert_eq!((pass.steps.len(), pass.photos.len()), (1, 1));
    let seen = kept.steps.values().next().unwrap();
    assert!(seen.ticked.contains(&(Surface::Phone, 0)));
    assert_eq!(
        (seen.comments.as_slice(), seen.photos.len()),
        (&["it jumps".to_owned()][..], 1)
    );
    let photo = std::fs::read(folder.join(&seen.photos[0])).unwrap();
    assert_eq!(
        seen.photos[0],
        format!("signoff/phone/{}.jpg", hex_sha256(&photo))
    );
    assert!(
        photo.starts_with(&[0xFF, 0xD8, 0xFF])
            && !String::from_utf8_lossy(&photo).contains("script")
    );

    // The desk hears of it, and shows it; a step seen on the phone alone isn't seen.
    let mut heard = [0; 64];
    let read = desk.read(&mut heard).unwrap();
    assert!(String::from_utf8_lossy(&heard[..read]).contains("event: news"));
    let state = served.state();
    assert_eq!(state["phones"][0]["user_agent"], AGENT);
    assert_eq!(state["steps"][0]["photos"], json!([seen.photos[0]]));
    assert_eq!(
        state["steps"][0]["missing"][0]["missing"], "unseen",
        "{state}"
    );
    for reply in [
        served.ask(&format!("/api/photos/{name}")),
        phone.get(&format!("/api/photos/{name}")),
    ] {
        assert_eq!(reply.status, 200);
        assert!(
            reply.head.contains("content-type: image/jpeg") && reply.head.contains("; sandbox")
        );
    }
}

#[test]
fn a_second_phone_and_the_same_code_once_more_are_refused() {
    let served = Served::with_phone();
    let (host, code) = served.phone.clone().unwrap();
    let phone = Phone::take_up(&served);
    let before = served.walk();
    for _ in 0..2 {
        let second = knock(&host, &code);
        assert_eq!(second.status, 409);
        assert!(
            second
                .body
                .starts_with("another phone has taken up this walk"),
            "{}",
            second.body
        );
        assert!(!second.head.contains("set-cookie"), "{}", second.head);
    }
    assert_eq!(served.walk(), before);
    assert_eq!(phone.get("/api/walk").status, 200, "the first one goes on");
}

#[test]
fn words_and_files_that_dont_fit_arent_kept() {
    let served = Served::with_phone();
    let phone = Phone::take_up(&served);
    assert_eq!(phone.say(&opened()).status, 200);
    let before = served.walk();
    let words = [
        json!(null),
        json!({"said": "owned"}),
        word("looked", &json!({"ms": 36_000_000})),
        word("looked", &json!({"ms": 900, "on": "page"})),
        word(
            "looked",
            &json!({"ms": 900, "step": {"checklist": 9, "step": STEP}}),
        ),
        word(
            "looked",
            &json!({"ms": 900, "step": {"checklist": 0, "step": "../x"}}),
        ),
        word("ticked", &json!({"question": 1, "holds": true})),
        word(
            "ticked",
            &json!({"question": 0, "holds": true, "on": "page"}),
        ),
        word("commented", &json!({"text": " "})),
        word("commented", &json!({"text": "a".repeat(4_001)})),
        word("judged", &json!({"verdict": {"verdict": "confirmed"}})),
        word("carried", &json!({"from": "0"})),
        word("photographed", &json!({"file": "../../etc/passwd"})),
        word(
            "photographed",
            &json!({"file": format!("signoff/phone/{}.jpg", "0".repeat(64))}),
        ),
        json!({"said": "decided", "finding": "f1", "decision": {"decision": "accepted", "why": "x"}}),
        json!({"said": "phone", "phone": {"width": 1, "height": 1, "scale": 1.0, "user_agent": "x"}}),
    ];
    for (index, word) in words.iter().enumerate() {
        // A photo is named by whoever encoded it: the phone can't name one, though its word would fit.
        let reply = phone.say(word);
        assert!(
            (400..500).contains(&reply.status),
            "{index}: {} to {word}",
            reply.status
        );
    }
    for (step, bytes) in [
        (STEP, &b""[..]),
        (
            STEP,
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        ),
        (STEP, b"<!doctype html><script>alert(1)</script>"),
        (STEP, &screenshot()[..40]),
        ("99-none", &screenshot()),
        ("..%2f..%2fx", &screenshot()),
    ] {
        let reply = phone.give(step, bytes);
        assert_eq!(reply.status, 422, "{step}: {}", reply.body);
    }
    assert_eq!(phone.give(STEP, &vec![0xFF; 25 << 20]).status, 413);
    assert_eq!(served.walk(), before, "nothing was kept");
    assert!(!served.bundle.path().join("signoff/phone").exists());
}

const SEATED: &str = "Host: {host}\r\n{cookie}";

/// Requests at the phone's door that must get nothing. `{host}` stands for it, `{code}`, `{cookie}` and `{token}` for the secrets.
fn asked() -> Vec<String> {
    let mut knocks = Vec::new();
    let mut get = |path: &str, headers: &str| {
        knocks.push(format!(
            "GET {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"
        ));
    };
    for host in [
        "evil.example",
        "evil.example:{port}",
        "localhost:{port}",
        "127.0.0.1",
        "127.0.0.1.:{port}",
        "0.0.0.0:{port}",
        "[::1]:{port}",
        "{host}.evil.example",
        "evil@{host}",
        "",
    ] {
        get("/api/walk", &format!("Host: {host}\r\n{{cookie}}"));
        get("/", &format!("Host: {host}\r\n"));
    }
    get("/api/walk", "{cookie}");
    get("/api/walk", "Host: {host}\r\nHost: {host}\r\n{cookie}");
    for line in [
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: https://{host}",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ] {
        get("/api/walk", &format!("{SEATED}{line}\r\n"));
    }
    // Without the seat, or with what only looks like it: neither the code nor the desk's token is one.
    for line in [
        "",
        "Cookie: shippass-phone=\r\n",
        "Cookie: shippass-phone={code}\r\n",
        "Cookie: shippass-phone={token}\r\n",
        "X-Shippass-Token: {token}\r\n",
        "X-Shippass-Token: {code}\r\n",
        "Authorization: Bearer {code}\r\n",
        "Cookie: {code}\r\n",
    ] {
        get("/api/walk", &format!("Host: {{host}}\r\n{line}"));
        get("/api/photos/x.jpg", &format!("Host: {{host}}\r\n{line}"));
    }
    get("/api/walk?code={code}", "Host: {host}\r\n");
    get("/{code}", "Host: {host}\r\n");
    get("/seat", SEATED);
    // What lies on the desk, or anywhere else, with the seat in hand.
    for path in [
        "/api/facts",
        "/api/state",
        "/api/groups",
        "/api/steps/0/0",
        "/api/exchanges/e1",
        "/api/files/bundle.json",
        "/api/files/network.har",
        "/api/accepted/0/0",
        "/seats/{token}",
        "/js/page.js",
        "/api/photos/",
        "/api/photos/..%2fwalk.ndjson",
        "/api/photos/..%2f..%2fbundle.json",
        "/api/photos/%2fetc%2fpasswd",
        "/api/../bundle.json",
        "/signoff/walk.ndjson",
        "/bundle.json",
        "/etc/passwd",
        "/js/..%2f..%2fCargo.toml",
    ] {
        get(path, &format!("{SEATED}X-Shippass-Token: {{token}}\r\n"));
    }
    knocks
}

/// The same of requests that would say something, or are none.
fn sent() -> Vec<String> {
    let mut knocks = Vec::new();
    for method in [
        "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND",
    ] {
        knocks.push(format!("{method} /api/walk HTTP/1.1\r\n{SEATED}Origin: http://{{host}}\r\nConnection: close\r\n\r\n"));
    }
    let body = opened().to_string();
    let length = body.len();
    for (path, headers) in [
        ("/api/said", "Content-Type: application/json\r\n{cookie}"),
        (
            "/api/said",
            "Origin: https://evil.example\r\nContent-Type: application/json\r\n{cookie}",
        ),
        (
            "/api/said",
            "Origin: null\r\nContent-Type: application/json\r\n{cookie}",
        ),
        (
            "/api/said",
            "Origin: http://{host}\r\nContent-Type: application/json\r\n",
        ),
        (
            "/api/said",
            "Origin: http://{host}\r\nContent-Type: text/plain\r\n{cookie}",
        ),
        (
            "/api/said",
            "Origin: http://{host}\r\nContent-Type: multipart/form-data; boundary=x\r\n{cookie}",
        ),
        (
            "/api/photographed/0/01-open-the-quote",
            "Origin: http://{host}\r\nContent-Type: image/png\r\n",
        ),
        (
            "/api/photographed/0/01-open-the-quote",
            "Origin: http://{host}\r\nContent-Type: image/svg+xml\r\n{cookie}",
        ),
        (
            "/api/accept",
            "Origin: http://{host}\r\nContent-Type: application/json\r\n{cookie}",
        ),
        (
            "/api/seat",
            "Origin: http://{host}\r\nContent-Type: application/json\r\n{cookie}",
        ),
        ("/seat", "Content-Type: application/json\r\n"),
        (
            "/seat",
            "Origin: http://{host}\r\nContent-Type: application/json\r\n{cookie}",
        ),
    ] {
        knocks.push(format!("POST {path} HTTP/1.1\r\nHost: {{host}}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"));
    }
    let evil = "GET http://evil.example/api/walk HTTP/1.1\r\n";
    knocks.extend([
        format!("{evil}{SEATED}\r\n"),
        "GET /api/walk\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        format!("GET /api/walk HTTP/1.1\r\n{SEATED}X\0: a\r\n\r\n"),
        format!("GET /{} HTTP/1.1\r\n{SEATED}\r\n", "a".repeat(1 << 17)),
    ]);
    knocks
}

#[test]
fn strangers_at_the_phones_door_get_nothing_with_or_without_a_seat() {
    let served = Served::with_phone();
    let (host, code) = served.phone.clone().unwrap();
    let port = host.rsplit(':').next().unwrap();
    let phone = Phone::take_up(&served);
    let before = served.walk();
    let knocks = [asked(), sent()].concat();
    assert!(knocks.len() >= 30, "{} requests", knocks.len());
    for knock in &knocks {
        let bytes = knock
            .replace("{host}", &host)
            .replace("{port}", port)
            .replace("{code}", &code);
        let bytes = bytes
            .replace("{token}", &served.token)
            .replace("{cookie}", &phone.cookie);
        let reply = knock_at(&host, bytes.as_bytes());
        let asked = &bytes[..bytes.len().min(300)];
        reply.gives_nothing_away(&served.token, asked);
    }
    assert_eq!(served.walk(), before, "nothing was kept");
    assert_eq!(phone.get("/api/walk").status, 200);

    // And the phone's seat opens nothing on the desk.
    for path in ["/api/facts", "/api/state", "/api/files/bundle.json"] {
        let Phone { cookie, .. } = &phone;
        let shown = format!("{cookie}X-Shippass-Token: {code}\r\n");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\n{shown}Connection: close\r\n\r\n",
            served.host
        );
        assert_eq!(served.knock(request.as_bytes()).status, 403, "{path}");
    }
}

#[test]
fn every_answer_of_the_phones_door_says_that_nothing_in_it_runs() {
    let served = Served::with_phone();
    let phone = Phone::take_up(&served);
    for path in [
        "/",
        "/page.css",
        "/js/phone.js",
        "/js/write.js",
        "/api/walk",
        "/nothing",
        "/api/photos/x",
    ] {
        let head = phone.get(path).head;
        for line in [
            "content-security-policy: default-src 'none'; script-src 'self'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "x-frame-options: deny",
        ] {
            assert!(head.contains(line), "{line} at {path}:\n{head}");
        }
    }
}
