//! `make bench`: what `shippass inspect` makes of an archive of 10,000 entries and 200 MB, beside its budgets.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program to run by hand"
)]

mod figures;

use std::{
    fmt::Write as _,
    fs,
    io::{BufWriter, Write as _},
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use serde_json::{Value, json};

use figures::watch;

const ENTRIES: usize = 10_000;
const PAGES: usize = 50;
/// The least that the archive is to weigh, in bytes.
const SIZE: u64 = 200_000_000;
/// The most that it may take, in seconds and in MB.
const MOST: (f64, u64) = (2.0, 100);
const APP: &str = "https://preview.example";

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("day.har");
    write_archive(&archive);
    let size = fs::metadata(&archive).unwrap().len();
    assert!(size >= SIZE, "the archive has {size} bytes only");
    let begun = Instant::now();
    let child = Command::new(env!("CARGO_BIN_EXE_shippass"))
        .arg("inspect")
        .arg(&archive)
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (status, peak_kib) = watch(child);
    let took = begun.elapsed().as_secs_f64();
    assert!(status.success(), "nothing is wrong in it: {status}");
    let (seconds, megabytes) = MOST;
    println!(
        "an archive of {ENTRIES} entries and {} MB: inspected in {took:.2} s (at most {seconds}), with {} MB of memory (at most {megabytes})",
        size / 1_000_000,
        peak_kib * 1024 / 1_000_000
    );
}

/// A day in a browser's developer tools: pages, each with scripts, pictures and calls, all of them healthy.
fn write_archive(path: &Path) {
    let mut file = BufWriter::new(fs::File::create(path).unwrap());
    let pages = (0..PAGES)
        .map(|page| json!({ "id": format!("page_{page}"), "title": format!("{APP}/p/{page}") }));
    let pages = Value::from(pages.collect::<Vec<_>>());
    write!(file, r#"{{"log":{{"version":"1.2","creator":{{"name":"WebInspector","version":"537.36"}},"pages":{pages},"entries":["#).unwrap();
    let mut words = Words(7);
    let scripts: Vec<String> = (0..20).map(|_| words.text(30_000)).collect();
    for at in 0..ENTRIES {
        if at > 0 {
            file.write_all(b",\n").unwrap();
        }
        let entry = entry(at, &scripts, &mut words);
        serde_json::to_writer(&mut file, &entry).unwrap();
    }
    file.write_all(b"]}}\n").unwrap();
    file.flush().unwrap();
}

fn entry(at: usize, scripts: &[String], words: &mut Words) -> Value {
    let page = at * PAGES / ENTRIES;
    let (kind, path, mime, text) = match at % 10 {
        _ if at.is_multiple_of(ENTRIES / PAGES) => {
            let text = format!("<!doctype html><title>x</title>{}", words.text(8_000));
            ("document", format!("/p/{page}"), "text/html", text)
        }
        0..=2 => {
            let text = scripts[words.below(scripts.len())].clone();
            (
                "script",
                format!("/assets/{at}.js"),
                "text/javascript",
                text,
            )
        }
        3 => {
            let text = format!("iVBORw0KGgo{}", "A".repeat(30_000));
            ("image", format!("/i/{at}.png"), "image/png", text)
        }
        _ => {
            let count = 2 + words.below(122);
            let path = format!("/api/quotes/{at}?page={}", at % 7);
            ("fetch", path, "application/json", words.quotes(count))
        }
    };
    let accept = if kind == "fetch" {
        "application/json"
    } else {
        "*/*"
    };
    let request_headers = headers(&[
        ("accept", accept),
        ("accept-language", "en-GB,en;q=0.9"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        (
            "user-agent",
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156 Mobile Safari/537.36",
        ),
        ("cookie", "sid=abcDEF123456789xyz; theme=dark"),
        ("referer", "https://preview.example/quotes"),
        ("sec-fetch-site", "same-origin"),
        (
            "sec-fetch-dest",
            if kind == "fetch" { "empty" } else { kind },
        ),
    ]);
    let response_headers = headers(&[
        ("content-type", mime),
        ("content-length", &text.len().to_string()),
        ("date", "Sat, 21 Nov 2026 10:00:00 GMT"),
        ("etag", &format!("W/\"{at:x}\"")),
        ("vary", "accept-encoding"),
    ]);
    let encoding = (kind == "image").then_some("base64");
    json!({
        "_initiator": { "type": "script", "stack": { "callFrames": [{ "url": format!("{APP}/app.js"), "lineNumber": 3 }] } },
        "_resourceType": kind, "cache": {}, "pageref": format!("page_{page}"),
        "startedDateTime": format!("2026-11-21T10:{:02}:{:02}.{}00Z", at / 600, at / 10 % 60, at % 10), "time": 30,
        "timings": { "blocked": 1, "dns": -1, "ssl": -1, "connect": -1, "send": 0, "wait": 20, "receive": 9 },
        "request": { "method": if at.is_multiple_of(17) { "POST" } else { "GET" }, "url": format!("{APP}{path}"), "httpVersion": "h2",
            "headers": request_headers, "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 0 },
        "response": { "status": 200, "statusText": "", "httpVersion": "h2", "headers": response_headers, "cookies": [],
            "content": { "size": text.len(), "mimeType": mime, "text": text, "encoding": encoding },
            "redirectURL": "", "headersSize": -1, "bodySize": -1 }
    })
}

fn headers(pairs: &[(&str, &str)]) -> Value {
    let all = pairs
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }));
    all.collect()
}

/// Words that are the same each time; a small generator (Knuth's MMIX) picks them.
struct Words(u64);

impl Words {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn text(&mut self, length: usize) -> String {
        let mut text = String::with_capacity(length + 8);
        while text.len() < length {
            let _ = write!(text, "w{:x} ", self.below(5_000));
        }
        text
    }

    fn quotes(&mut self, count: usize) -> String {
        let items: Vec<_> = (0..count)
            .map(|_| {
                let id = self.below(2_000);
                json!({ "id": id, "name": format!("Customer {id}"), "total": id * 331, "note": self.text(100),
                    "created": "2026-11-21T10:00:00Z" })
            })
            .collect();
        json!({ "items": items }).to_string()
    }
}
