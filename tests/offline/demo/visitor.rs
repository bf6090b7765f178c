//! Asking the demo app over HTTP, byte by byte.

use std::fmt::Write as _;

use serde_json::{Value, json};
use shippass::demo::{Demo, Fault, FaultSet};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Whoever asks: signed in, or with an empty cookie.
#[derive(Default)]
pub(super) struct Visitor {
    pub(super) cookie: String,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.head, self.body))
    }
}

/// Sends one request and reads the answer to its end.
pub(super) async fn exchange(
    origin: &str,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Answer {
    let address = origin.strip_prefix("http://").expect("a plain origin");
    let mut stream = TcpStream::connect(address).await.expect("the app listens");
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.expect("answered");
    let text = String::from_utf8_lossy(&text).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    Answer {
        status: head[9..12].parse().expect("a status"),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

impl Visitor {
    pub(super) async fn signed_in(demo: &Demo, persona: &str) -> Self {
        let (email, password) = credentials(demo, persona);
        Self::with(demo, &email, &password)
            .await
            .unwrap_or_else(|answer| panic!("{persona} can't sign in: {}", answer.body))
    }

    pub(super) async fn with(demo: &Demo, email: &str, password: &str) -> Result<Self, Answer> {
        let body = json!({ "email": email, "password": password });
        let answer = Self::default()
            .send(demo, "POST", "/api/session", &body)
            .await;
        if answer.status != 200 {
            return Err(answer);
        }
        let cookie = answer.header("set-cookie").expect("a session").to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
        let pair = cookie.split(';').next().expect("a pair").to_owned();
        Ok(Self { cookie: pair })
    }

    pub(super) async fn get(&self, demo: &Demo, path: &str) -> Answer {
        let headers = self.headers("");
        exchange(demo.url(), "GET", path, &headers, "").await
    }

    pub(super) async fn send(&self, demo: &Demo, method: &str, path: &str, body: &Value) -> Answer {
        let headers = self.headers("Content-Type: application/json\r\n");
        exchange(demo.url(), method, path, &headers, &body.to_string()).await
    }

    fn headers(&self, more: &str) -> String {
        let mut headers = format!("Accept: application/json\r\n{more}");
        if !self.cookie.is_empty() {
            let _ = write!(headers, "Cookie: {}\r\n", self.cookie);
        }
        headers
    }
}

pub(super) fn credentials(demo: &Demo, persona: &str) -> (String, String) {
    let environment = demo.environment();
    let value = |name: String| {
        let found = environment.iter().find(|(known, _)| *known == name);
        found.expect("in the environment").1.clone()
    };
    (
        value(format!("{persona}_EMAIL")),
        value(format!("{persona}_PASSWORD")),
    )
}

pub(super) async fn healthy() -> Demo {
    Demo::start(FaultSet::none()).await.expect("it starts")
}

pub(super) async fn broken(fault: Fault) -> Demo {
    Demo::start(FaultSet::of([fault])).await.expect("it starts")
}

/// Where the customer of quote 1042 signs.
pub(super) const SIGN: &str = "/api/public/quotes/blue-kettle-1042/sign";

/// Asks where to send a photo, then sends it there as a page of the app would.
pub(super) async fn upload(demo: &Demo) -> (String, Answer, Answer) {
    let owner = Visitor::signed_in(demo, "OWNER").await;
    let path = "/api/quotes/1041/uploads";
    let place = owner.send(demo, "POST", path, &json!({})).await.json();
    let url = place["url"].as_str().expect("an address").to_owned();
    let path = url
        .strip_prefix(demo.upload_origin())
        .expect("at the upload origin");
    let origin = format!("Origin: {}\r\n", demo.url());
    let ask = format!("{origin}Access-Control-Request-Method: PUT\r\n");
    let preflight = exchange(demo.upload_origin(), "OPTIONS", path, &ask, "").await;
    let headers = format!("{origin}Content-Type: image/png\r\n");
    let stored = exchange(demo.upload_origin(), "PUT", path, &headers, "a picture").await;
    (path.to_owned(), preflight, stored)
}
