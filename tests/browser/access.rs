//! What opens a protected deployment reaches its own origins and nobody else, with real servers for each.

use std::{
    path::Path,
    sync::{Arc, Mutex, OnceLock},
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};

use crate::support::{Ended, Site, Workshop, page};

const SECRET: &str = "bypass-4f2a91c7-secret";

/// A request as a server saw it.
#[derive(Debug, Clone)]
struct Seen {
    method: String,
    path: String,
    headers: HeaderMap,
}

impl Seen {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A server that writes down every request.
struct Watched {
    site: Site,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Watched {
    fn serve(answer: impl Fn(&Seen) -> Response + Clone + Send + Sync + 'static) -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let log = Arc::clone(&seen);
        let router = Router::new().fallback(move |request: Request<Body>| {
            let seen = Seen {
                method: request.method().to_string(),
                path: request.uri().path().to_owned(),
                headers: request.headers().clone(),
            };
            log.lock().expect("no panic").push(seen.clone());
            let answer = answer.clone();
            async move { answer(&seen) }
        });
        let site = Site::serve(router);
        Self { site, seen }
    }

    fn url(&self) -> &str {
        &self.site.url
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic").clone()
    }

    fn paths(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.path).collect()
    }
}

/// An answer that any origin may read.
fn open_to_all(seen: &Seen, body: &'static str) -> Response {
    let origin = seen.header("origin").unwrap_or("*").to_owned();
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "content-type".to_owned(),
        ),
        (header::CONTENT_TYPE, "text/plain".to_owned()),
    ];
    (headers, body).into_response()
}

/// Lets nobody in who doesn't bear the secret.
fn closed(seen: &Seen, is_let_in: bool, answer: impl FnOnce() -> Response) -> Response {
    if is_let_in || seen.method == Method::OPTIONS.as_str() {
        return answer();
    }
    (StatusCode::UNAUTHORIZED, "closed").into_response()
}

fn app(second: &str, third: &str) -> String {
    format!(
        r#"<h1>Home</h1><p id=out></p><img src="{third}/pixel.png" alt=""><img src="{second}/logo.png" alt="">
        <iframe src="{second}/frame" title="Second" width="200" height="60"></iframe>
        <iframe src="{third}/frame" title="Third" width="200" height="60"></iframe>
        <script>
          const out = document.getElementById("out");
          const say = (text) => {{ const line = document.createElement("p"); line.textContent = text; out.append(line); }};
          const call = (name, url, init) => fetch(url, init).then((answer) => answer.text().then((text) => say(name + " " + text)))
            .catch((error) => say(name + " failed"));
          const calls = async () => {{
            await call("own", "/api/own");
            await call("own-post", "/api/own", {{ method: "POST", body: "x" }});
            await call("second", "{second}/api/second");
            await call("third", "{third}/api/third");
            await call("away", "/away");
            await call("there-and-back", "/there-and-back");
            await call("within", "/within");
            await new Promise((done) => {{
              const worker = new Worker("/worker.js");
              worker.onmessage = (event) => {{ say("worker " + event.data); done(); }};
              worker.onerror = () => {{ say("worker failed"); done(); }};
            }});
            await navigator.serviceWorker.register("/service-worker.js")
              .then(() => navigator.serviceWorker.ready).then(() => say("service worker ok"), () => say("service worker failed"));
            say("all done");
          }};
          calls();
        </script>"#
    )
}

/// Whether a request bears what opens the door.
type LetsIn = fn(&Seen) -> bool;

struct World {
    target: Watched,
    second: Watched,
    third: Watched,
}

/// A frame of somebody else's that asks for a picture of the target.
fn framed(target: &str) -> String {
    format!("<p>Framed</p><img src=\"{target}/asked-by-third.png\" alt=\"\">")
}

fn script(text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "text/javascript")], text).into_response()
}

/// The same server under a name that makes it another site, whose frames have a process of their own.
fn elsewhere(server: &Watched) -> String {
    server.url().replace("127.0.0.1", "localhost")
}

/// The target, an origin that it declares, and somebody else.
fn world(is_let_in: LetsIn) -> World {
    let home: Arc<OnceLock<String>> = Arc::default();
    let back = Arc::clone(&home);
    let third = Watched::serve(move |seen| match seen.path.as_str() {
        "/back" => {
            let url = format!("{}/landed", back.get().expect("known by now"));
            let mut answer = Redirect::temporary(&url).into_response();
            let all = "*".parse().expect("a value");
            answer
                .headers_mut()
                .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, all);
            answer
        }
        "/frame" => page(&framed(back.get().expect("known by now"))).into_response(),
        _ => open_to_all(seen, "ok"),
    });
    let second = Watched::serve(move |seen| {
        let answer = || match seen.path.as_str() {
            "/frame" => page("<p>Framed</p><script>fetch('/from-frame')</script>").into_response(),
            _ => open_to_all(seen, "ok"),
        };
        closed(seen, is_let_in(seen), answer)
    });
    let (second_url, third_url) = (elsewhere(&second), third.url().to_owned());
    let target = Watched::serve(move |seen| {
        let answer = || match seen.path.as_str() {
            "/" => page(&app(&second_url, &third_url)).into_response(),
            "/away" | "/gone" => Redirect::temporary(&format!("{third_url}/away")).into_response(),
            "/there-and-back" => Redirect::temporary(&format!("{third_url}/back")).into_response(),
            "/within" => Redirect::temporary("/landed").into_response(),
            "/worker.js" => {
                script("fetch('/from-worker').then((answer) => answer.text()).then(postMessage)")
            }
            "/service-worker.js" => script(
                "addEventListener('activate', (event) => event.waitUntil(fetch('/from-service-worker')))",
            ),
            "/landed-page" => page("<h1>Landed</h1>").into_response(),
            "/leads-on" => Redirect::temporary("/landed-page").into_response(),
            _ => open_to_all(seen, "ok"),
        };
        closed(seen, is_let_in(seen), answer)
    });
    home.set(target.url().to_owned()).expect("set once");
    World {
        target,
        second,
        third,
    }
}

fn config(world: &World, access: &str) -> String {
    format!(
        "targets:\n  t:\n    url: {}\n    kind: local\n    origins: [{}]\n    access: {access}\n",
        world.target.url(),
        elsewhere(&world.second)
    )
}

const LIST: &str = "
name: Behind the door
steps:
  - name: Call about
    do:
      - visit: /
    expect:
      - { see: all done, within: 20s }
      - see: own ok
      - see: second ok
      - see: third ok
      - see: away ok
      - see: within ok
      - see: worker ok
      - see: service worker ok
  - name: Be led on
    do:
      - visit: /leads-on
    expect:
      - see: Landed
";

fn run(workshop: &Workshop, arguments: &[&str]) -> Ended {
    let mut command = workshop.command(&["run", "--out", "out", "list.yaml"]);
    let output = command
        .args(arguments)
        .env("BYPASS", SECRET)
        .output()
        .expect("the binary runs");
    workshop.ended(&output)
}

/// The secret stands in no file of the bundle and in nothing that was printed.
fn assert_kept(ended: &Ended, what: &str) {
    assert_eq!(stands_in_bundle(&ended.bundle, SECRET), None, "{what}");
    let printed = format!("{}{}", ended.stdout, ended.stderr);
    assert!(!printed.contains(SECRET), "{what}: {printed}");
}

/// Whether a text stands in any file of the bundle, as it is.
fn stands_in_bundle(folder: &Path, text: &str) -> Option<std::path::PathBuf> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).expect("readable");
            if bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
            {
                return Some(path);
            }
        }
    }
    None
}

fn assert_clean(ended: &Ended) {
    assert_eq!(
        ended.status,
        0,
        "{:#?}\n{}\n{}",
        ended.steps(),
        ended.document()["findings"],
        ended.stderr
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_header_goes_to_the_targets_origins_and_nowhere_else() {
    let world = world(|seen| seen.header("x-bypass") == Some(SECRET));
    let workshop = Workshop::new();
    workshop.write("list.yaml", LIST);
    workshop.write(
        "shippass.yaml",
        &config(&world, "{ headers: { X-Bypass: \"${BYPASS}\" } }"),
    );
    let ended = run(&workshop, &[]);
    for own in [&world.target, &world.second] {
        let seen = own.seen();
        assert!(!seen.is_empty());
        for request in &seen {
            assert_ne!(request.method, "OPTIONS", "no preflight: {request:?}");
            assert_eq!(request.header("x-bypass"), Some(SECRET), "{request:?}");
        }
    }
    let target = world.target.paths();
    for path in [
        "/landed",
        "/from-worker",
        "/service-worker.js",
        "/from-service-worker",
        "/asked-by-third.png",
    ] {
        assert!(
            target.iter().any(|seen| seen == path),
            "{path} in {target:?}"
        );
    }
    let origin_of = |own: &Watched, method: &str, path: &str| {
        let seen = own.seen();
        let mut seen = seen.iter();
        let request = seen.find(|seen| seen.method == method && seen.path == path);
        request.and_then(|request| request.header("origin").map(str::to_owned))
    };
    let home = Some(world.target.url().to_owned());
    assert_eq!(origin_of(&world.target, "POST", "/api/own"), home);
    assert_eq!(origin_of(&world.second, "GET", "/api/second"), home);
    for request in world.third.seen() {
        assert_ne!(request.method, "OPTIONS", "no preflight: {request:?}");
        let whole = format!("{request:?}");
        assert!(
            !whole.contains(SECRET) && request.header("x-bypass").is_none(),
            "{whole}"
        );
    }
    let third = world.third.paths();
    for path in ["/pixel.png", "/api/third", "/away", "/back"] {
        assert!(third.iter().any(|seen| seen == path), "{path} in {third:?}");
    }
    for path in ["/api/second", "/frame", "/from-frame", "/logo.png"] {
        assert!(world.second.paths().contains(&path.to_owned()), "{path}");
    }
    assert_clean(&ended);
    let access = &ended.document()["target"]["access"];
    assert_eq!(access["shown"], serde_json::json!(["header x-bypass"]));
    let counted = |own: &Watched, origin: &str| {
        let count = access["requests"][origin].as_u64().expect("counted");
        // A request that was given the header may be cut off by its page before it gets there.
        let seen = own.seen().len() as u64;
        assert!(
            (seen..=seen + 2).contains(&count),
            "{origin}: {count}, {seen} seen"
        );
    };
    counted(&world.target, world.target.url());
    counted(&world.second, &elsewhere(&world.second));
    assert_eq!(access["requests"].as_object().expect("a map").len(), 2);
    assert_kept(&ended, "a header");
}

#[test]
#[ignore = "needs a browser driver"]
fn the_other_keys_open_the_door_too() {
    let tokens = tempfile::tempdir().expect("a folder");
    let asked = tokens.path().join("asked");
    let script = format!("echo x >> {}; echo ' {SECRET} '", asked.display());
    let command = format!("{{ command: [sh, -c, {script:?}], header: X-Token }}");
    let ways: [(&str, LetsIn); 4] = [
        ("{ basic: { user: me, password: \"${BYPASS}\" } }", |seen| {
            // `me:` and the secret, by RFC 7617.
            seen.header("authorization") == Some("Basic bWU6YnlwYXNzLTRmMmE5MWM3LXNlY3JldA==")
        }),
        (
            "{ cloudflare_access: { client_id: a.access, client_secret: \"${BYPASS}\" } }",
            |seen| {
                seen.header("cf-access-client-id") == Some("a.access")
                    && seen.header("cf-access-client-secret") == Some(SECRET)
            },
        ),
        ("{ cookie: { door: \"${BYPASS}\" } }", |seen| {
            let cookies = seen.header("cookie").unwrap_or_default();
            cookies
                .split("; ")
                .any(|cookie| cookie == format!("door={SECRET}"))
        }),
        (&command, |seen| seen.header("x-token") == Some(SECRET)),
    ];
    for (access, is_let_in) in ways {
        let world = world(is_let_in);
        let workshop = Workshop::new();
        workshop.write(
            "list.yaml",
            "name: In\nsteps:\n  - name: Be led on\n    do:\n      - visit: /leads-on\n    expect:\n      - see: Landed\n",
        );
        workshop.write("shippass.yaml", &config(&world, access));
        let ended = run(&workshop, &[]);
        assert_clean(&ended);
        assert_kept(&ended, access);
        let access = &ended.document()["target"]["access"];
        assert!(
            access["requests"][world.target.url()].as_u64() > Some(1),
            "{access}"
        );
    }
    let asked = std::fs::read_to_string(&asked).expect("it was asked");
    assert_eq!(asked.lines().count(), 1, "once within its life");
}

#[test]
#[ignore = "needs a browser driver"]
fn a_command_that_fails_ends_the_run_before_anything_is_opened() {
    let world = world(|_| true);
    let workshop = Workshop::new();
    workshop.write("list.yaml", LIST);
    let access = "{ command: [sh, -c, \"echo please log in >&2; exit 3\"], header: x-token }";
    workshop.write("shippass.yaml", &config(&world, access));
    let ended = run(&workshop, &[]);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert!(ended.stderr.contains("please log in"), "{}", ended.stderr);
    assert_eq!(world.target.paths(), Vec::<String>::new());
}

/// A page as a host of deployments would answer it.
fn protection(
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> Response {
    let mut answer = (StatusCode::from_u16(status).expect("a status"), Html(body)).into_response();
    for (name, value) in headers {
        answer
            .headers_mut()
            .insert(*name, value.parse().expect("a value"));
    }
    answer
}

const VERCEL: &str = "<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>Authentication Required</title>\
                      <h1>Vercel Authentication</h1><p>Authenticating";

#[test]
#[ignore = "needs a browser driver"]
fn a_protection_page_at_the_door_is_named_with_what_opens_it() {
    let site = Watched::serve(|_| protection(401, &[("server", "Vercel")], VERCEL));
    let workshop = Workshop::new();
    workshop.write("list.yaml", LIST);
    let ended = run(&workshop, &["--url", site.url()]);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    for said in ["Vercel Authentication", "x-vercel-protection-bypass"] {
        assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
    }
    assert_eq!(ended.document()["findings"], serde_json::json!([]));
    assert_eq!(ended.statuses(), ["not-run", "not-run"]);
}

#[test]
#[ignore = "needs a browser driver"]
fn a_password_by_http_is_named_and_opens_by_basic() {
    let site = Watched::serve(|_| {
        protection(
            401,
            &[("www-authenticate", "Basic realm=\"Staging\"")],
            "<h1>401</h1>",
        )
    });
    let workshop = Workshop::new();
    workshop.write("list.yaml", LIST);
    let ended = run(&workshop, &["--url", site.url()]);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("access: { basic:"),
        "{}",
        ended.stderr
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_protection_that_shows_in_a_body_only_is_named_too() {
    let site = Watched::serve(|seen| match seen.path.as_str() {
        "/" => page("<h1>Home</h1><script>fetch('/api/quotes')</script>").into_response(),
        _ => protection(401, &[("server", "Vercel")], VERCEL),
    });
    let workshop = Workshop::new();
    let list = "name: One\nsteps:\n  - name: Home\n    do:\n      - visit: /\n";
    workshop.write("list.yaml", list);
    let ended = run(&workshop, &["--url", site.url()]);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("Vercel Authentication"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.statuses(), ["unknown"], "{:#?}", ended.steps());
}

#[test]
#[ignore = "needs a browser driver"]
fn a_protection_that_comes_up_later_makes_its_step_unknown_and_ends_the_run() {
    let site = Watched::serve(|seen| match seen.path.as_str() {
        "/" => page("<h1>Home</h1><a href=/next>Next</a>").into_response(),
        _ => protection(
            403,
            &[("cf-mitigated", "challenge")],
            "<title>Just a moment...</title>",
        ),
    });
    let workshop = Workshop::new();
    workshop.write(
        "list.yaml",
        "name: Two\nsteps:\n  - name: Home\n    do:\n      - visit: /\n  - name: Next\n    do:\n      - tap: Next\n      - tap: Nowhere\n    expect:\n      - see: Nothing\n  - name: Home again\n    do:\n      - visit: /\n",
    );
    let ended = run(&workshop, &["--url", site.url()]);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("Cloudflare challenge"),
        "{}",
        ended.stderr
    );
    assert_eq!(
        ended.statuses(),
        ["clean", "unknown", "not-run"],
        "{:#?}",
        ended.steps()
    );
    assert!(
        ended
            .why("Next")
            .contains("Cloudflare challenge answered instead of the target")
    );
    assert_eq!(ended.document()["findings"], serde_json::json!([]));
}
