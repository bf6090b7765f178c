//! The bare script: the same commands, no waiting, no judgement.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use fantoccini::{
    Client, ClientBuilder,
    actions::{InputSource, KeyAction, KeyActions, PointerAction, TouchActions},
    elements::{Element, ElementRef},
    wd::{WebDriverCompatibleCommand, WindowHandle},
};
use futures_util::{SinkExt, StreamExt};
use http::Method;
use serde_json::{Value, json};
use shippass::{
    checklist::{Action, Entry, Locator, RecipeAction, Step},
    config::{Environment, Project, read_embedded},
    demo::{CHECKLISTS, CONFIG, Demo, FILES, FaultSet},
    detect,
};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;
use url::Url;

const LOCATE: &str = concat!(
    include_str!("../../src/browser/page/js/names.js"),
    include_str!("../../src/browser/page/js/locate.js")
);
const WATCH: &str = include_str!("../../src/browser/page/js/watch.js");

/// The wall time from the driver's start to its end.
pub(crate) async fn walk_demo() -> Duration {
    let demo = Demo::start(FaultSet::none()).await.unwrap();
    let config = ("shippass.yaml", CONFIG);
    let environment = Environment::from(demo.environment());
    let project = read_embedded(config, CHECKLISTS, FILES, &environment, &detect::names()).unwrap();
    let clock = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let (mut driver, port) = start_driver();
    let script = Script::open(port, &folder.path().join("profile")).await;
    script.walk(&project, demo.url(), folder.path()).await;
    script.client.clone().close().await.unwrap();
    driver.kill().unwrap();
    driver.wait().unwrap();
    let took = clock.elapsed();
    demo.stop().await;
    took
}

fn start_driver() -> (Child, u16) {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = lines.map_while(Result::ok).find_map(|line| {
        let (_, rest) = line.split_once("started successfully on port ")?;
        rest.trim_end_matches('.').parse().ok()
    });
    (driver, port.unwrap())
}

type Replies = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

struct Script {
    client: Client,
    commands: mpsc::UnboundedSender<(u64, Value)>,
    replies: Replies,
    next: std::sync::atomic::AtomicU64,
    /// Where the last touch was: one that came too early for the page is repeated.
    touched: Mutex<Option<(f64, f64)>>,
}

/// The picture as shippass takes it.
#[derive(Debug)]
struct Screenshot;

impl WebDriverCompatibleCommand for Screenshot {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let params = json!({"format": "jpeg", "quality": 85});
        let body = json!({"cmd": "Page.captureScreenshot", "params": params});
        (Method::POST, Some(body.to_string()))
    }
}

impl Script {
    async fn open(port: u16, profile: &std::path::Path) -> Arc<Self> {
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        let capabilities = json!({
            "browserName": "chrome", "webSocketUrl": true, "pageLoadStrategy": "eager",
            "goog:chromeOptions": {
                "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    format!("--user-data-dir={}", profile.display())],
                "mobileEmulation": {"deviceMetrics": {"width": 375, "height": 812, "pixelRatio": 3, "touch": true, "mobile": true}},
            },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("an object was written")
        };
        let client = ClientBuilder::new(connector)
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        let socket = client.capabilities().unwrap()["webSocketUrl"]
            .as_str()
            .unwrap()
            .to_owned();
        let (mut socket, _) = tokio_tungstenite::connect_async(&socket).await.unwrap();
        let (commands, mut queue) = mpsc::unbounded_channel::<(u64, Value)>();
        let replies = Replies::default();
        let this = Arc::new(Self {
            client,
            commands,
            replies: Arc::clone(&replies),
            next: 1.into(),
            touched: Mutex::default(),
        });
        let weak = Arc::downgrade(&this);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    command = queue.recv() => match command {
                        Some((_, text)) => socket.send(Message::text(text.to_string())).await.unwrap(),
                        None => break,
                    },
                    message = socket.next() => match message {
                        Some(Ok(Message::Text(text))) => {
                            let value: Value = serde_json::from_str(&text).unwrap();
                            if let Some(id) = value["id"].as_u64() {
                                if let Some(reply) = replies.lock().unwrap().remove(&id) {
                                    let _ = reply.send(value);
                                }
                            } else if value["method"] == "network.responseCompleted"
                                && let Some(script) = weak.upgrade() {
                                tokio::spawn(async move { script.fetch_body(value).await });
                            }
                        }
                        _ => break,
                    }
                }
            }
        });
        this.send(
            "session.subscribe",
            json!({"events": ["network", "log", "browsingContext", "script.message"]}),
        )
        .await;
        this.send(
            "network.addDataCollector",
            json!({"dataTypes": ["request", "response"], "maxEncodedDataSize": 20_000_000}),
        )
        .await;
        this.send("script.addPreloadScript", json!({"functionDeclaration": WATCH, "arguments": [{"type": "channel", "value": {"channel": "bare", "ownership": "none"}}]})).await;
        this
    }

    async fn send(&self, method: &str, params: Value) -> Value {
        let id = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        self.replies.lock().unwrap().insert(id, reply);
        let _ = self
            .commands
            .send((id, json!({"id": id, "method": method, "params": params})));
        answer.await.unwrap_or_default()["result"].take()
    }

    async fn fetch_body(&self, event: Value) {
        let request = &event["params"]["request"];
        let kind = request["goog:resourceType"].as_str().unwrap_or_default();
        if matches!(kind, "Document" | "Fetch" | "XHR") {
            self.send(
                "network.getData",
                json!({"dataType": "response", "request": request["request"]}),
            )
            .await;
            if request["method"] != "GET" {
                self.send(
                    "network.getData",
                    json!({"dataType": "request", "request": request["request"]}),
                )
                .await;
            }
        }
    }

    async fn walk(&self, project: &Project, url: &str, folder: &std::path::Path) {
        let mut open = None;
        for checklist in &project.checklists {
            let personas = checklist.personas.iter();
            let mut rows: Vec<Option<Vec<Action>>> = personas
                .map(|named| {
                    let recipe = project.config.personas[&named.name].sign_in.iter();
                    Some(recipe.map(RecipeAction::as_written).collect())
                })
                .collect();
            if rows.is_empty() {
                rows.push(None);
            }
            for sign_in in rows {
                self.fresh_page(&mut open).await;
                if let Some(sign_in) = &sign_in {
                    self.act_all(sign_in, url).await;
                    self.look(folder).await;
                }
                for step in &checklist.steps {
                    if step.fresh {
                        self.fresh_page(&mut open).await;
                        if let Some(sign_in) = &sign_in {
                            self.act_all(sign_in, url).await;
                        }
                    }
                    self.step(step, url, folder).await;
                }
            }
        }
        if let Some(user) = open {
            self.send("browser.removeUserContext", json!({"userContext": user}))
                .await;
        }
    }

    async fn fresh_page(&self, open: &mut Option<String>) {
        if let Some(user) = open.take() {
            self.send("browser.removeUserContext", json!({"userContext": user}))
                .await;
        }
        let user = self.send("browser.createUserContext", json!({})).await;
        let user = user["userContext"].as_str().unwrap().to_owned();
        let created = self
            .send(
                "browsingContext.create",
                json!({"type": "tab", "userContext": user}),
            )
            .await;
        let context = created["context"].as_str().unwrap().to_owned();
        self.client
            .switch_to_window(WindowHandle::try_from(context).unwrap())
            .await
            .unwrap();
        *open = Some(user);
    }

    async fn step(&self, step: &Step, url: &str, folder: &std::path::Path) {
        self.act_all(&step.actions, url).await;
        for _ in &step.expectations {
            self.client
                .execute(
                    "return document.body ? document.body.innerText.length : 0",
                    vec![],
                )
                .await
                .unwrap();
        }
        self.look(folder).await;
    }

    async fn look(&self, folder: &std::path::Path) {
        self.client
            .execute(
                "return [document.title, document.body ? document.body.innerText : '']",
                vec![],
            )
            .await
            .unwrap();
        let picture = self.client.issue_cmd(Screenshot).await.unwrap();
        let bytes = STANDARD
            .decode(picture["data"].as_str().unwrap_or_default())
            .unwrap();
        let name = format!(
            "{}.jpg",
            self.next.load(std::sync::atomic::Ordering::Relaxed)
        );
        tokio::fs::write(folder.join(name), bytes).await.unwrap();
    }

    async fn act_all(&self, actions: &[Action], url: &str) {
        for action in actions {
            match action {
                Action::Visit(path) => self.client.goto(&format!("{url}{path}")).await.unwrap(),
                Action::Tap(locator) => self.tap(locator, "tap").await,
                Action::Fill(entries) => self.fill(entries).await,
                Action::Choose(entries) => self.choose(entries).await,
                Action::Press(name) => {
                    let value = match name.as_str() {
                        "Tab" => '\u{E004}',
                        "Enter" => '\u{E007}',
                        other => panic!("the demo presses {other} now: give it its code here"),
                    };
                    let keys = KeyActions::new("keyboard".into())
                        .then(KeyAction::Down { value })
                        .then(KeyAction::Up { value });
                    self.client.perform_actions(keys).await.unwrap();
                }
                Action::Back => self.client.back().await.unwrap(),
                Action::Reload => self.client.refresh().await.unwrap(),
                other => panic!("the demo does {other} now: do it here too"),
            }
        }
    }

    async fn tap(&self, locator: &Locator, purpose: &str) {
        let found = self.find(locator, purpose).await;
        let (x, y) = (found["x"].as_f64().unwrap(), found["y"].as_f64().unwrap());
        *self.touched.lock().unwrap() = Some((x, y));
        self.touch(x, y).await;
    }

    async fn touch(&self, x: f64, y: f64) {
        let duration = Some(Duration::ZERO);
        let finger = TouchActions::new("finger".into())
            .then(PointerAction::MoveTo { duration, x, y })
            .then(PointerAction::Down { button: 0 })
            .then(PointerAction::Up { button: 0 });
        self.client.perform_actions(finger).await.unwrap();
    }

    async fn fill(&self, entries: &[Entry]) {
        for entry in entries {
            let found = self.find(&entry.field, "field").await;
            // An empty text is what is left when the selected one is deleted.
            let keys = if entry.text.is_empty() {
                "\u{E003}"
            } else {
                &entry.text
            };
            self.element(&found["element"])
                .send_keys(keys)
                .await
                .unwrap();
            self.client
                .execute("return arguments[0].value", vec![found["element"].clone()])
                .await
                .unwrap();
        }
    }

    async fn choose(&self, entries: &[Entry]) {
        for entry in entries {
            let found = self.find(&entry.field, "choice").await;
            let script = "return [...(arguments[0].options || [])].find((option) => option.text.includes(arguments[1])) || null";
            let args = vec![found["element"].clone(), json!(entry.text)];
            let option = self.client.execute(script, args).await.unwrap();
            if option.is_object() {
                self.element(&option).click().await.unwrap();
            }
        }
    }

    /// Asks again at once until the element is there: the page may not have drawn it yet.
    async fn find(&self, locator: &Locator, purpose: &str) -> Value {
        let script = format!(
            "{LOCATE}\nconst found = findLocator(arguments[0], arguments[1]); if (!found.element) return null;
             found.element.scrollIntoView({{ block: 'center', behavior: 'instant' }});
             if (arguments[1] === 'field') {{ found.element.focus(); found.element.select && found.element.select(); }}
             const box = found.element.getBoundingClientRect();
             return {{ element: found.element, x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) }};"
        );
        let clock = Instant::now();
        loop {
            let args = vec![json!(locator), json!(purpose)];
            if let Ok(found) = self.client.execute(&script, args).await
                && found.is_object()
            {
                return found;
            }
            let touched = *self.touched.lock().unwrap();
            if clock.elapsed() > Duration::from_millis(500)
                && let Some((x, y)) = touched
            {
                self.touch(x, y).await;
            }
            assert!(
                clock.elapsed() < Duration::from_secs(10),
                "found no {locator}"
            );
        }
    }

    fn element(&self, reference: &Value) -> Element {
        let id = reference
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap()
            .as_str()
            .unwrap();
        Element::from_element_id(self.client.clone(), ElementRef::from(id.to_owned()))
    }
}
