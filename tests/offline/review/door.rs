//! A served review, and raw requests at its door.

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, TcpStream},
    path::Path,
    sync::Arc,
    time::Duration,
};

use serde_json::Value;
use shippass::review::{Review, ReviewServer};
use tokio::sync::oneshot;

use crate::recorded::{KEPT, quotes, seal};

const PATIENCE: Duration = Duration::from_secs(3);

/// A review that is served until the value is dropped.
pub(super) struct Served {
    pub(super) bundle: tempfile::TempDir,
    pub(super) host: String,
    pub(super) token: String,
    /// What the browser is opened with in the token's place.
    pub(super) code: String,
    /// What a phone opens, where it was asked for: the host and the code.
    pub(super) phone: Option<(String, String)>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<std::thread::JoinHandle<()>>,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(super) head: String,
    pub(crate) body: String,
}

impl Reply {
    /// Asserts that a stranger who asked so got neither data nor a way in.
    pub(super) fn gives_nothing_away(&self, token: &str, asked: &str) {
        assert!(
            !(200..400).contains(&self.status),
            "{} to\n{asked}",
            self.status
        );
        for word in [KEPT, "Quote", "quotes", token, "root:"] {
            assert!(!self.body.contains(word), "{word} came back to\n{asked}");
        }
        for header in ["access-control-", "set-cookie"] {
            assert!(!self.head.contains(header), "{}\n{asked}", self.head);
        }
    }
}

/// A bundle of three steps, the second of them flagged.
pub(super) fn bundle() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    seal(
        folder.path(),
        "01JD5M3Q8ZK4V7T2N9XW6R1YHB",
        &quotes(),
        |_| 4,
    );
    folder
}

impl Served {
    pub(super) fn new() -> Self {
        let bundle = bundle();
        let accepted = bundle.path().join("none");
        Self::of(bundle, &accepted)
    }

    pub(super) fn of(bundle: tempfile::TempDir, accepted: &Path) -> Self {
        Self::serve(bundle, accepted, None)
    }

    /// With a door for a phone, too.
    pub(super) fn with_phone() -> Self {
        let bundle = bundle();
        let accepted = bundle.path().join("none");
        Self::serve(bundle, &accepted, Some(Ipv4Addr::LOCALHOST.into()))
    }

    fn serve(bundle: tempfile::TempDir, accepted: &Path, phone: Option<IpAddr>) -> Self {
        let (sign, by) = (
            "shippass sign x".to_owned(),
            "Ada <ada@example.com>".to_owned(),
        );
        let review = Review::open(bundle.path(), accepted, sign, by).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let palette = shippass::report::PALETTE;
        let bound = ReviewServer::bind(Arc::new(review), 0, palette);
        let mut server = runtime.block_on(bound).unwrap();
        let parts = |url: &str| {
            let (host, secret) = url
                .strip_prefix("http://")
                .unwrap()
                .split_once("/#")
                .unwrap();
            (host.to_owned(), secret.to_owned())
        };
        let (host, token) = parts(server.url());
        let (_, code) = parts(server.once_url());
        let phone = phone.map(|address| {
            let opened = runtime.block_on(server.open_to_phone(address, palette));
            parts(&opened.unwrap())
        });
        let (stop, stopped) = oneshot::channel();
        Self {
            host,
            token,
            code,
            phone,
            bundle,
            stop: Some(stop),
            server: Some(std::thread::spawn(move || {
                runtime.block_on(server.serve(async { drop(stopped.await) }));
            })),
        }
    }

    /// Sends these bytes and reads until the server has nothing more to say.
    pub(super) fn knock(&self, bytes: &[u8]) -> Reply {
        knock_at(&self.host, bytes)
    }

    /// A request as the page itself sends it.
    pub(super) fn ask(&self, path: &str) -> Reply {
        self.knock(format!("GET {path} HTTP/1.1\r\n{}\r\n", self.ours()).as_bytes())
    }

    pub(super) fn post(&self, path: &str, seat: &str, body: &str) -> Reply {
        post_at(&self.host, &self.token, path, seat, body)
    }

    /// The headers that let a reader in.
    pub(super) fn ours(&self) -> String {
        ours(&self.host, &self.token)
    }

    pub(super) fn sit(&self, takes_over: bool) -> (String, TcpStream) {
        sit_at(&self.host, &self.token, takes_over)
    }

    pub(super) fn walk(&self) -> String {
        std::fs::read_to_string(self.bundle.path().join("signoff/walk.ndjson")).unwrap()
    }

    pub(super) fn state(&self) -> Value {
        serde_json::from_str(&self.ask("/api/state").body).unwrap()
    }
}

fn ours(host: &str, token: &str) -> String {
    format!("Host: {host}\r\nX-Shippass-Token: {token}\r\nConnection: close\r\n")
}

pub(crate) fn post_at(host: &str, token: &str, path: &str, seat: &str, body: &str) -> Reply {
    let stream = TcpStream::connect(host).unwrap();
    post_on(stream, (host, token), path, seat, body)
}

/// The same on a connection that stands already.
pub(super) fn post_on(
    stream: TcpStream,
    (host, token): (&str, &str),
    path: &str,
    seat: &str,
    body: &str,
) -> Reply {
    let (ours, length) = (ours(host, token), body.len());
    knock_on(
        stream,
        format!(
            "POST {path} HTTP/1.1\r\n{ours}Origin: http://{host}\r\nContent-Type: application/json\r\n\
             X-Shippass-Seat: {seat}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .as_bytes(),
    )
}

/// Takes the seat and holds it as long as the stream lives; its number and the stream.
pub(crate) fn sit_at(host: &str, token: &str, takes_over: bool) -> (String, TcpStream) {
    let body = format!("{{\"takes_over\":{takes_over}}}");
    let reply = post_at(host, token, "/api/seat", "", &body);
    let ticket: Value = serde_json::from_str(&reply.body).unwrap();
    let ticket = ticket["ticket"].as_str().unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let request = format!("GET /seats/{ticket} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let (mut text, mut part) = (String::new(), [0; 512]);
    while !text.ends_with("\n\n\r\n") {
        let read = stream.read(&mut part).unwrap();
        assert!(read > 0, "{text}");
        text += &String::from_utf8_lossy(&part[..read]);
    }
    let number = text.rsplit_once("data: ").unwrap().1.trim().to_owned();
    (number, stream)
}

/// Sends these bytes to a host and reads until it has nothing more to say.
pub(super) fn knock_at(host: &str, bytes: &[u8]) -> Reply {
    knock_on(TcpStream::connect(host).unwrap(), bytes)
}

fn knock_on(mut stream: TcpStream, bytes: &[u8]) -> Reply {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    // A server that has heard enough hangs up.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    Reply::new(&String::from_utf8_lossy(&answer))
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}

impl Reply {
    fn new(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Self {
            status: status.unwrap_or(0),
            head: head.to_lowercase(),
            body: body.to_owned(),
        }
    }
}
