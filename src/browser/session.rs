//! A WebDriver session: fantoccini drives, the observer watches, pages are isolated from each other.

use std::{
    future::Future,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use fantoccini::{
    Client, ClientBuilder,
    error::{CmdError, NewSessionError},
    wd::Capabilities,
};
use serde_json::{Value, json};

use super::{
    bidi::{Bidi, Observer},
    door::Door,
    error::BrowserError,
    https,
    launch::refused_session,
    life::Witness,
    page::{FramePath, PageMarks},
};
use crate::checklist::{DialogAnswer, Network};
use crate::config::Device;
use crate::evidence::{EngineFacts, StepIndex};

/// The longest that any single WebDriver command may take beyond its own waiting; a document may take
/// `pageLoad`, 20 s, of it.
const COMMAND_LIMIT: Duration = Duration::from_secs(25);
/// How long a new session may take: a cold browser on a slow machine.
const SESSION_LIMIT: Duration = Duration::from_mins(1);
/// How long to wait for bodies that are still on their way when a page is left.
const DRAIN_LIMIT: Duration = Duration::from_secs(3);

/// Where the driver listens and what is asked of it.
#[derive(Debug, Clone)]
pub struct SessionRequest {
    /// The driver's URL.
    pub driver: String,
    /// Capabilities, all of them required (`alwaysMatch`).
    pub capabilities: serde_json::Map<String, Value>,
    /// The engine's name: `chromium`.
    pub engine: String,
    /// A browser of our own; `None` for one that a running driver has.
    pub own: Option<OwnBrowser>,
}

/// What only a browser on this machine is asked for.
#[derive(Debug, Clone)]
pub struct OwnBrowser {
    /// What a tab is from its first moment; the driver makes it so only once it has turned to it.
    pub device: Device,
    /// Where downloads go.
    pub downloads: PathBuf,
}

/// An open session.
#[derive(Debug)]
pub struct Session {
    pub(super) client: Client,
    pub(super) bidi: Bidi,
    pub(super) observer: Observer,
    door: Arc<Door>,
    /// The page's browsing context and the user context that isolates it.
    page: Mutex<Option<PageContext>>,
    /// The frame that commands go to; `None` while that isn't known.
    pub(super) frame: Mutex<Option<FramePath>>,
    /// The window that the driver has turned to.
    window: Mutex<String>,
    network: Mutex<Network>,
    own: Option<OwnBrowser>,
    engine: EngineFacts,
}

/// A tab in a user context of its own: no cookie, storage or cache of another one.
#[derive(Debug, Clone)]
struct PageContext {
    context: String,
    user_context: String,
}

impl Session {
    /// Opens a session and begins to watch.
    pub(super) async fn open(
        request: &SessionRequest,
        door: Arc<Door>,
        witness: Witness,
    ) -> Result<Self, BrowserError> {
        let client = connect(request).await?;
        let capabilities = client.capabilities().cloned().unwrap_or_default();
        let text = |name: &str| {
            capabilities
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let Some(socket) = capabilities.get("webSocketUrl").and_then(Value::as_str) else {
            let _ = client.close().await;
            return Err(BrowserError::NoBidi {
                driver: request.driver.clone(),
            });
        };
        let (bidi, events) = Bidi::connect(socket).await?;
        let profile = capabilities.get("chrome");
        let profile = profile.and_then(|chrome| chrome.get("userDataDir")?.as_str());
        let profile = profile.map(Path::new);
        let watched = Arc::clone(&door);
        let observer =
            Observer::start(bidi.clone(), events, witness, watched, profile, request).await?;
        let engine = EngineFacts {
            name: request.engine.clone(),
            version: text("browserVersion"),
            driver: driver_version(&capabilities),
        };
        Ok(Self {
            client,
            bidi,
            observer,
            door,
            page: Mutex::default(),
            frame: Mutex::default(),
            window: Mutex::default(),
            network: Mutex::default(),
            own: request.own.clone(),
            engine,
        })
    }

    /// The browser that answered.
    pub fn engine(&self) -> &EngineFacts {
        &self.engine
    }

    /// Whether it is a device with a touch screen; of one that runs elsewhere that isn't known, and it is taken for a phone.
    pub(super) fn is_touched(&self) -> bool {
        self.own.as_ref().is_none_or(|own| own.device.touch)
    }

    /// From now on what is seen belongs to this step, and its dialogs are answered so; it begins online.
    pub async fn enter_step(
        &self,
        at: StepIndex,
        dialog: Option<DialogAnswer>,
    ) -> Result<(), BrowserError> {
        self.observer.enter_step(at, dialog);
        // Whoever could take it away can give it back.
        self.set_network(Network::Online).await.map(drop)
    }

    /// What dialogs of the step have said so far, not redacted.
    pub fn said_by_dialogs(&self) -> Vec<String> {
        self.observer.said()
    }

    /// What the browser has told so far.
    pub fn page_marks(&self) -> PageMarks {
        let marks = self.observer.marks();
        PageMarks {
            requests: marks.begun,
            navigations: marks.navigations + marks.loading as u64,
            happenings: marks.happenings,
        }
    }

    /// Leaves the page and opens an empty one that shares nothing with it.
    pub async fn open_page(&self) -> Result<(), BrowserError> {
        let user_context = self.enter_user_context().await?;
        self.open_tab(user_context).await.map(drop)
    }

    /// Leaves the page; what is opened next stores where nothing is stored yet.
    pub(super) async fn enter_user_context(&self) -> Result<String, BrowserError> {
        self.close_page().await?;
        let created = self
            .bidi
            .send("browser.createUserContext", json!({}))
            .await?;
        let user_context = text_of(&created, "userContext");
        self.door.put_cookies(&self.bidi, &user_context).await?;
        if let Some(own) = &self.own {
            self.prepare(own, &user_context).await?;
        }
        Ok(user_context)
    }

    /// Opens an empty page in a user context and answers its browsing context.
    pub(super) async fn open_tab(&self, user_context: String) -> Result<String, BrowserError> {
        let create = json!({"type": "tab", "userContext": user_context});
        let created = self.bidi.send("browsingContext.create", create).await?;
        let context = text_of(&created, "context");
        self.observer.enter_page(&context);
        *self.page() = Some(PageContext {
            context: context.clone(),
            user_context,
        });
        self.follow_page().await?;
        Ok(context)
    }

    /// The page's browsing context and its user context; `None` before a page was opened.
    pub(super) fn contexts(&self) -> Option<(String, String)> {
        let page = self.page().clone()?;
        Some((page.context, page.user_context))
    }

    /// What every tab of the user context is from its first moment, and where its downloads go.
    async fn prepare(&self, own: &OwnBrowser, user_context: &str) -> Result<(), BrowserError> {
        let Device {
            width,
            height,
            scale,
            ..
        } = &own.device;
        let contexts = [user_context];
        let viewport = json!({
            "userContexts": contexts,
            "viewport": {"width": width, "height": height},
            "devicePixelRatio": scale,
        });
        self.bidi
            .send("browsingContext.setViewport", viewport)
            .await?;
        let behavior = json!({"type": "allowed", "destinationFolder": own.downloads});
        let downloads = json!({"userContexts": contexts, "downloadBehavior": behavior});
        // An older browser cancels downloads; they are told of all the same.
        let _ = self
            .bidi
            .send("browser.setDownloadBehavior", downloads)
            .await;
        Ok(())
    }

    /// Waits for what is still on its way, then closes the page and all it stored.
    pub async fn close_page(&self) -> Result<(), BrowserError> {
        let left = self.page().take();
        if let Some(page) = left {
            self.drain().await;
            let remove = json!({"userContext": page.user_context});
            self.bidi.send("browser.removeUserContext", remove).await?;
        }
        Ok(())
    }

    /// Waits until what ended has been recorded, bodies included; requests still open are left.
    pub async fn drain(&self) {
        self.observer
            .wait(DRAIN_LIMIT, |marks| {
                marks.unrecorded <= marks.open && marks.downloads == 0
            })
            .await;
    }

    /// Waits until another request has ended, at most so long.
    pub async fn wait_for_news(&self, limit: Duration) {
        let before = self.observer.marks();
        self.observer
            .wait(limit, |marks| marks.recorded != before.recorded)
            .await;
    }

    /// Ends the session and its browser.
    pub async fn close(&self) -> Result<(), BrowserError> {
        let closed = self.close_page().await;
        let client = self.client.clone();
        let ended = within("close the browser", Duration::from_secs(5), client.close()).await;
        closed.and(ended)
    }

    fn page(&self) -> MutexGuard<'_, Option<PageContext>> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn window(&self) -> MutexGuard<'_, String> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn network(&self) -> MutexGuard<'_, Network> {
        self.network.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the connection's end has been seen and what was open has been recorded.
    pub(super) async fn has_ended(&self) {
        self.observer
            .wait(DRAIN_LIMIT, |marks| marks.has_ended)
            .await;
    }

    /// Runs a WebDriver command in the tab in front, under the common limit.
    pub(super) async fn drive<T>(
        &self,
        what: &str,
        command: impl Future<Output = Result<T, CmdError>>,
    ) -> Result<T, BrowserError> {
        self.drive_for(what, Duration::ZERO, command).await
    }

    /// Runs a command that waits for up to `limit` by itself.
    pub(super) async fn drive_for<T>(
        &self,
        what: &str,
        limit: Duration,
        command: impl Future<Output = Result<T, CmdError>>,
    ) -> Result<T, BrowserError> {
        self.follow_page().await?;
        within(what, limit + COMMAND_LIMIT, command).await
    }
}

async fn connect(request: &SessionRequest) -> Result<Client, BrowserError> {
    let refused = |reason: String| BrowserError::SessionRefused {
        driver: request.driver.clone(),
        reason,
    };
    let connector = https::connector().map_err(|error| refused(error.to_string()))?;
    let capabilities: Capabilities = request.capabilities.clone();
    let mut builder = ClientBuilder::new(connector);
    builder.capabilities(capabilities);
    tokio::time::timeout(SESSION_LIMIT, builder.connect(&request.driver))
        .await
        .map_err(|_| BrowserError::timed_out("opening a session", SESSION_LIMIT))?
        .map_err(|error| match error {
            NewSessionError::SessionNotCreated(answer) => {
                refused_session(&request.driver, &answer.message)
            }
            other => refused(innermost(&other)),
        })
}

/// The last cause says most: "connection refused" rather than "client error".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

pub(super) async fn within<T>(
    what: &str,
    limit: Duration,
    command: impl Future<Output = Result<T, CmdError>>,
) -> Result<T, BrowserError> {
    match tokio::time::timeout(limit, command).await {
        Err(_) => Err(BrowserError::timed_out(what, limit)),
        Ok(Ok(value)) => Ok(value),
        Ok(Err(CmdError::Standard(answer))) => Err(BrowserError::Command {
            what: what.to_owned(),
            error: answer.error.to_string(),
            message: answer.message.into_owned(),
        }),
        Ok(Err(CmdError::Failed(_) | CmdError::FailedC(_) | CmdError::Lost(_))) => {
            Err(BrowserError::Gone)
        }
        Ok(Err(other)) => Err(BrowserError::Command {
            what: what.to_owned(),
            error: "unknown error".to_owned(),
            message: other.to_string(),
        }),
    }
}

pub(super) fn text_of(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn driver_version(capabilities: &Capabilities) -> String {
    let version = |object: &str, key: &str| {
        let value = capabilities.get(object)?.get(key)?.as_str()?;
        value.split(' ').next().map(str::to_owned)
    };
    let chrome = version("chrome", "chromedriverVersion").map(|it| format!("chromedriver {it}"));
    let gecko = capabilities
        .get("moz:geckodriverVersion")
        .and_then(Value::as_str)
        .map(|it| format!("geckodriver {it}"));
    chrome.or(gecko).unwrap_or_default()
}
