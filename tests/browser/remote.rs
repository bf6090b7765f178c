//! A driver that already runs, reached through what stands between: a grid that knows the standard alone.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{StatusCode, Uri, header::HOST, uri::Authority},
    response::{IntoResponse, Response},
    routing::get,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
};

use crate::support::{Site, Workshop, page};

/// A driver that was started by somebody else and ends with the value.
struct Driver {
    process: Child,
    authority: Authority,
}

impl Driver {
    fn start() -> Self {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("a driver");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let port = lines
            .find_map(|line| {
                let line = line.expect("text");
                let (_, port) = line.split_once("started successfully on port ")?;
                port.trim_end_matches('.').parse::<u16>().ok()
            })
            .expect("a port");
        // What it says later must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            authority: format!("127.0.0.1:{port}").parse().expect("an address"),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

type Onward = (Client<HttpConnector, Body>, Authority);

/// Hands on every command except vendors' own.
async fn hand_on(State((client, driver)): State<Onward>, mut request: Request) -> Response {
    let path = request.uri().path_and_query().expect("a path").clone();
    if path.path().contains("/goog/") {
        let refusal =
            json!({"value": {"error": "unknown command", "message": "not here", "stacktrace": ""}});
        return (StatusCode::NOT_FOUND, Json(refusal)).into_response();
    }
    // The driver names its socket after the host that was asked.
    request.headers_mut().remove(HOST);
    *request.uri_mut() = Uri::builder()
        .scheme("http")
        .authority(driver.clone())
        .path_and_query(path)
        .build()
        .expect("an address");
    let answer = client.request(request).await.expect("the driver answers");
    answer.map(Body::new).into_response()
}

/// Puts a certificate before a site; answers the port.
fn with_certificate(site: &Site) -> u16 {
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]);
    let own = own.expect("a certificate");
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .expect("a server");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let behind = site.url.trim_start_matches("http://").to_owned();
    let (port, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let own = listener.local_addr().expect("an address").port();
            port.send(own).expect("heard");
            while let Ok((client, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    let mut client = acceptor.accept(client).await.ok()?;
                    let mut server = TcpStream::connect(behind).await.ok()?;
                    tokio::io::copy_bidirectional(&mut client, &mut server)
                        .await
                        .ok()
                });
            }
        });
    });
    heard.recv().expect("a port")
}

#[test]
#[ignore = "needs a browser driver"]
fn the_certificate_of_a_target_is_named() {
    let driver = Driver::start();
    let site = Site::serve(Router::new().route("/", get(|| async { page("<h1>Quotes</h1>") })));
    let port = with_certificate(&site);
    let workshop = Workshop::new();
    workshop.write(
        "shippass.yaml",
        &format!(
            "targets: {{ here: {{ url: 'https://localhost:{port}/', kind: preview }} }}\nwebdriver:\n  url: http://{}\n  capabilities:\n    \
             browserName: chrome\n    acceptInsecureCerts: true\n    {PHONE}",
            driver.authority
        ),
    );
    workshop.write("list.yaml", OPEN_IT);
    let ended = workshop.shippass(&["run", "--out", "out", "list.yaml"]);
    assert_eq!(ended.status, 0, "{}\n{}", ended.stdout, ended.stderr);
    let certificate = &ended.document()["target"]["certificate"];
    assert_eq!(certificate["subject"], "rcgen self signed cert");
    let named = "certificate rcgen self signed cert by rcgen self signed cert until 4096-01-01";
    let report = std::fs::read_to_string(ended.bundle.join("report.html")).expect("a report");
    assert!(report.contains(named), "{certificate}");
    assert!(ended.stderr.contains(named), "{}", ended.stderr);
}

/// What makes somebody else's browser the phone.
const PHONE: &str = "goog:chromeOptions:\n      args: [--headless=new, --no-sandbox, --disable-gpu]\n      \
                     mobileEmulation: { deviceMetrics: { width: 375, height: 812, pixelRatio: 3, touch: true, mobile: true } }\n";

const OPEN_IT: &str = "name: Far away\nsteps:\n  - name: Open it\n    do:\n      - visit: /\n    expect:\n      - see: Quotes\n";

#[test]
#[ignore = "needs a browser driver"]
fn a_driver_that_already_runs_is_used_and_left_running() {
    let mut driver = Driver::start();
    let client = Client::builder(TokioExecutor::new()).build_http();
    let grid = Site::serve(
        Router::new()
            .fallback(hand_on)
            .with_state((client, driver.authority.clone())),
    );
    let site = Site::serve(Router::new().route("/", get(|| async { page("<h1>Quotes</h1>") })));
    let workshop = Workshop::new();
    workshop.write(
        "shippass.yaml",
        &format!(
            "targets: {{ here: {{ url: {}, kind: local }} }}\nwebdriver:\n  url: {}\n  capabilities:\n    browserName: chrome\n    \
             {PHONE}",
            site.url, grid.url
        ),
    );
    workshop.write("list.yaml", OPEN_IT);
    let ended = workshop.shippass(&["run", "--out", "out", "list.yaml"]);
    assert_eq!(ended.status, 0, "{}\n{}", ended.stdout, ended.stderr);
    let picture = ended.document()["checklists"][0]["steps"][0]["screens"][0]
        .as_str()
        .map(|file| ended.bundle.join(file))
        .expect("a picture");
    let dimensions = image::image_dimensions(picture).expect("a picture");
    assert_eq!(dimensions, (1125, 2436));
    let is_running = driver.process.try_wait().expect("asked").is_none();
    assert!(is_running, "a driver that isn't ours is left alone");
}

#[test]
#[ignore = "needs a browser driver"]
fn a_page_that_never_answers_is_no_page_and_a_target_that_never_answers_cannot_be_reached() {
    let driver = Driver::start();
    let site = Site::serve(
        Router::new()
            .route(
                "/",
                get(|| async { page("<a href='/quotes/1042'>Quote 1042</a>") }),
            )
            .route("/quotes/1042", get(std::future::pending::<Response>)),
    );
    // The system takes connections for it.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = format!("http://{}/", silent.local_addr().expect("an address"));
    let run = |url: &str, steps: &str| {
        let workshop = Workshop::new();
        workshop.write(
            "shippass.yaml",
            &format!(
                "targets: {{ here: {{ url: '{url}', kind: local }} }}\nwebdriver:\n  url: http://{}\n  capabilities:\n    \
                 browserName: chrome\n    timeouts: {{ implicit: 0, pageLoad: 6000, script: 120000 }}\n    {PHONE}",
                driver.authority
            ),
        );
        workshop.write("list.yaml", &format!("name: Test\nsteps:\n{steps}"));
        let ended = workshop.shippass(&["run", "--out", "out", "list.yaml"]);
        (workshop, ended)
    };
    let list = "  - name: List\n    do: [{ visit: / }]\n";
    let quote =
        "  - name: Quote\n    do: [{ visit: /quotes/1042 }]\n    expect: [{ see: Quote 1042 }]\n";
    let (_workshop, ended) = run(&site.url, &format!("{list}{quote}{list}"));
    assert_eq!(ended.status, 1, "{}\n{}", ended.stdout, ended.stderr);
    assert_eq!(
        ended.statuses(),
        ["clean", "failed", "clean"],
        "{:#?}",
        ended.steps()
    );
    let why = ended.why("Quote");
    assert!(why.contains("no answer for 6 s"), "{why}");

    let (_workshop, ended) = run(&nobody, list);
    assert_eq!(ended.status, 3, "{}\n{}", ended.stdout, ended.stderr);
    assert!(
        ended.stderr.contains("can't be reached: no answer for 6 s")
            && ended.stderr.contains("never answers"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.statuses(), ["not-run"]);
}

#[test]
#[ignore = "needs a browser driver"]
fn a_certificate_that_nobody_trusts_ends_the_run_with_what_to_do() {
    let site = Site::serve(Router::new().route("/", get(|| async { page("<h1>Quotes</h1>") })));
    let url = format!("https://localhost:{}/", with_certificate(&site));
    let workshop = Workshop::new();
    workshop.write("list.yaml", OPEN_IT);
    let ended = workshop.shippass(&["run", "--url", &url, "--out", "out", "list.yaml"]);
    assert_eq!(ended.status, 3, "{}\n{}", ended.stdout, ended.stderr);
    assert!(
        ended.stderr.contains("ERR_CERT_AUTHORITY_INVALID")
            && ended
                .stderr
                .contains("help: its certificate isn't trusted here"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.statuses(), ["not-run"]);
}
