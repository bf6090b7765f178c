//! However a run ends and whoever is killed, no process and no profile stays behind.

pub(crate) mod traces;

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use axum::{response::Html, routing::get};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use shippass::browser::{
    BrowserError,
    launch::{
        ChromiumOptions, DriverProcess, Window, chromium_capabilities, start_chromedriver,
        sweep_leftovers,
    },
};
use shippass::config::Device;

use traces::{Traces, within_limit};

/// Tells a copy of this test program that it is to hold a browser, and how to end.
const ROLE: &str = "SHIPPASS_TEST_HOLDS";

fn options() -> ChromiumOptions {
    ChromiumOptions {
        guard: Some(env!("CARGO_BIN_EXE_shippass").into()),
        ..ChromiumOptions::default()
    }
}

/// A driver with an open session.
pub(crate) async fn open() -> (DriverProcess, Client) {
    let driver = start_chromedriver(&options()).await.expect("a driver");
    let client = connect(&driver, &Device::default()).await;
    (driver, client)
}

async fn connect(driver: &DriverProcess, device: &Device) -> Client {
    let capabilities =
        chromium_capabilities(device, driver.profile(), Window::Hidden, driver.browser());
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities);
    builder
        .connect(driver.url().as_str())
        .await
        .expect("a session")
}

fn send(id: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(id).expect("a process id")).expect("a process id");
    kill_process(pid, signal).expect("sent");
}

/// A program that Ctrl-C reaches even when these tests run in the background of a shell, which has its children ignore it.
fn as_from_a_terminal(program: &Path) -> Command {
    if cfg!(target_os = "linux") {
        let mut command = Command::new("env");
        command.arg("--default-signal=INT").arg(program);
        command
    } else {
        Command::new(program)
    }
}

/// Another process that holds a browser, as a run of shippass does.
struct Owner {
    process: Child,
    traces: Traces,
}

impl Owner {
    fn start(role: &str) -> Self {
        let mut process = as_from_a_terminal(&std::env::current_exe().expect("this program"))
            .args(["--exact", "driver_life::hold", "--ignored", "--nocapture"])
            .env(ROLE, role)
            .env("OWNER_PASSWORD", "planted-secret")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("an owner");
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let told: Value = lines
            .map_while(Result::ok)
            .find_map(|line| serde_json::from_str(line.get(line.find('{')?..)?).ok())
            .expect("the owner tells what it holds");
        let number = |key: &str| {
            told[key]
                .as_u64()
                .expect("a number")
                .try_into()
                .expect("u32")
        };
        let traces = Traces {
            folder: told["folder"].as_str().expect("a path").into(),
            driver: number("driver"),
            guard: number("guard"),
            browser: number("browser"),
        };
        Self { process, traces }
    }

    fn kill(&mut self, signal: Signal) {
        send(self.process.id(), signal);
        let status = self.process.wait().expect("ended");
        assert_eq!(status.signal(), Some(signal.as_raw()));
    }
}

/// Not a test of its own: what `Owner` runs.
#[tokio::test]
#[ignore = "needs a browser driver"]
#[expect(
    clippy::disallowed_methods,
    reason = "tells a copy of the test what to do"
)]
async fn hold() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let (driver, _client) = open().await;
    let traces = Traces::of(&driver);
    let told = json!({
        "folder": traces.folder,
        "driver": traces.driver,
        "guard": traces.guard,
        "browser": traces.browser,
    });
    writeln!(std::io::stdout(), "{told}").expect("told");
    assert_ne!(role, "panic", "as asked for");
    std::future::pending::<()>().await;
}

#[tokio::test]
#[ignore = "needs a browser driver"]
async fn stopping_leaves_nothing_by_the_time_it_returns() {
    let (driver, _client) = open().await;
    let traces = Traces::of(&driver);
    driver.stop().await.expect("stopped");
    assert_eq!(traces.processes(), Vec::<u32>::new());
    assert!(!traces.folder.exists());
}

#[tokio::test]
#[ignore = "needs a browser driver"]
async fn dropping_leaves_nothing() {
    let (driver, _client) = open().await;
    let traces = Traces::of(&driver);
    drop(driver);
    traces.assert_gone();
}

#[test]
#[ignore = "needs a browser driver"]
fn an_owner_that_is_killed_leaves_nothing() {
    let mut owner = Owner::start("wait");
    owner.kill(Signal::KILL);
    owner.traces.assert_gone();
}

#[test]
#[ignore = "needs a browser driver"]
fn an_owner_that_is_terminated_leaves_nothing() {
    let mut owner = Owner::start("wait");
    owner.kill(Signal::TERM);
    owner.traces.assert_gone();
}

#[test]
#[ignore = "needs a browser driver"]
fn an_owner_that_is_interrupted_leaves_nothing() {
    let mut owner = Owner::start("wait");
    owner.kill(Signal::INT);
    owner.traces.assert_gone();
}

#[test]
#[ignore = "needs a browser driver"]
fn an_owner_that_panics_leaves_nothing() {
    let mut owner = Owner::start("panic");
    assert!(!owner.process.wait().expect("ended").success());
    owner.traces.assert_gone();
}

#[tokio::test]
#[ignore = "needs a browser driver"]
async fn a_driver_that_is_killed_leaves_nothing_while_shippass_goes_on() {
    let (driver, _client) = open().await;
    let traces = Traces::of(&driver);
    send(traces.driver, Signal::KILL);
    traces.assert_gone();
    driver.stop().await.expect("nothing left to stop");
}

#[tokio::test]
#[ignore = "needs a browser driver"]
async fn a_browser_that_is_killed_leaves_nothing_once_stopped() {
    let (driver, client) = open().await;
    let traces = Traces::of(&driver);
    send(traces.browser, Signal::KILL);
    client.title().await.expect_err("the browser is dead");
    driver.stop().await.expect("stopped");
    traces.assert_gone();
}

#[tokio::test]
#[ignore = "needs a browser driver"]
async fn a_guard_that_is_killed_leaves_nothing_while_shippass_goes_on() {
    let (driver, _client) = open().await;
    let traces = Traces::of(&driver);
    send(traces.guard, Signal::KILL);
    // Lets the watcher of the guard run, which shares this thread.
    tokio::task::spawn_blocking(move || traces.assert_gone())
        .await
        .expect("gone");
    driver.stop().await.expect("nothing left to stop");
}

#[test]
#[ignore = "needs a browser driver"]
fn guard_and_owner_killed_together_leave_no_process_and_the_next_sweep_takes_the_folder() {
    let mut owner = Owner::start("wait");
    // A stopped owner can't see that its guard dies.
    send(owner.process.id(), Signal::STOP);
    send(owner.traces.guard, Signal::KILL);
    owner.kill(Signal::KILL);
    let Traces { folder, .. } = &owner.traces;
    assert!(within_limit(|| owner.traces.processes().is_empty()).is_some());
    assert!(folder.exists(), "nobody is left to remove it");
    assert!(sweep_leftovers().contains(folder));
    owner.traces.assert_gone();
}

#[tokio::test]
#[ignore = "needs a browser driver"]
async fn signals_to_the_guard_do_not_end_the_browser() {
    let (driver, client) = open().await;
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        send(driver.guard_id(), signal);
    }
    assert_eq!(client.title().await.expect("an answer"), "");
    assert!(
        sweep_leftovers()
            .iter()
            .all(|folder| !driver.profile().starts_with(folder))
    );
    driver.stop().await.expect("stopped");
}

#[test]
#[ignore = "needs a browser driver"]
fn neither_guard_nor_driver_nor_browser_is_shown_a_secret() {
    let mut owner = Owner::start("wait");
    let holds_secret = |id: u32| {
        let environment = fs::read(format!("/proc/{id}/environ")).expect("readable");
        String::from_utf8_lossy(&environment).contains("planted-secret")
    };
    assert!(holds_secret(owner.process.id()), "it was planted");
    let Traces {
        guard,
        driver,
        browser,
        ..
    } = owner.traces;
    let shown = [guard, driver, browser].map(holds_secret);
    owner.kill(Signal::KILL);
    assert_eq!(shown, [false; 3]);
    owner.traces.assert_gone();
}

/// A program for `ChromiumOptions` that does as a real one does, but for what `script` does first.
fn stand_in(folder: &Path, script: &str) -> PathBuf {
    use std::os::unix::fs::OpenOptionsExt;
    let path = folder.join("chromedriver");
    fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o755)
        .open(&path)
        .and_then(|mut file| write!(file, "#!/bin/sh\n{script}\nexec chromedriver \"$@\"\n"))
        .expect("written");
    path
}

/// Starts a driver that can't start, and answers why and where its profile would have been.
async fn fail(script: &str) -> (BrowserError, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let temporary_folder = folder.path().join("tmp");
    fs::create_dir(&temporary_folder).expect("made");
    let options = ChromiumOptions {
        driver: Some(stand_in(folder.path(), script)),
        temporary_folder,
        ..options()
    };
    let error = start_chromedriver(&options).await.expect_err("no driver");
    (error, folder)
}

fn assert_empty(folder: &Path) {
    let is_empty = || fs::read_dir(folder).expect("a folder").next().is_none();
    assert!(within_limit(is_empty).is_some(), "a profile was left");
}

#[tokio::test]
#[ignore = "needs a browser driver"]
async fn a_driver_that_ends_at_once_is_told_with_its_last_words() {
    let script = r#"test "$1" = --version || { echo "no port is free" >&2; exit 1; }"#;
    let (error, folder) = fail(script).await;
    assert!(matches!(error, BrowserError::DriverDied { .. }), "{error}");
    assert!(error.to_string().ends_with("no port is free"), "{error}");
    assert_empty(&folder.path().join("tmp"));
}

#[tokio::test]
#[ignore = "needs a browser driver"]
async fn a_driver_whose_port_was_taken_is_started_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let tries = folder.path().join("tries");
    // Twice what chromedriver says when another one was quicker, then the real one.
    let script = format!(
        r#"if test "$1" != --version; then
echo >> {0}
test $(wc -l < {0}) -gt 2 || {{ echo "IPv4 port not available. Exiting..." >&2; echo "bind() failed: Address already in use (98)" >&2; exit 1; }}
fi"#,
        tries.display()
    );
    let options = ChromiumOptions {
        driver: Some(stand_in(folder.path(), &script)),
        ..options()
    };
    let driver = start_chromedriver(&options).await.expect("a driver");
    driver.stop().await.expect("gone");
    let tries = fs::read_to_string(tries).expect("written");
    assert_eq!(tries.lines().count(), 3);
}

#[tokio::test]
#[ignore = "needs a browser driver"]
async fn a_stand_in_for_a_driver_is_told_with_what_it_says() {
    let script = r#"test "$1" = --version && { echo "install the real one" >&2; exit 1; }"#;
    let (error, folder) = fail(script).await;
    assert!(
        error.to_string().ends_with("install the real one"),
        "{error}"
    );
    assert_empty(&folder.path().join("tmp"));
}

#[tokio::test]
#[ignore = "needs a browser driver"]
async fn a_driver_for_another_browser_is_refused_before_a_session() {
    let script = r#"test "$1" = --version && { echo "ChromeDriver 114.0.5735.90 (x)"; exit; }"#;
    let (error, folder) = fail(script).await;
    assert!(
        matches!(&error, BrowserError::VersionsDiffer { driver, .. } if driver == "114.0.5735.90"),
        "{error}"
    );
    assert_empty(&folder.path().join("tmp"));
}

/// A page made for phones, as those are that people test, at an origin that may know the client hints.
async fn serve_page() -> String {
    const PAGE: &str =
        "<!doctype html><meta name=viewport content='width=device-width, initial-scale=1'>";
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = axum::Router::new().route("/", get(|| async { Html(PAGE) }));
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/")
}

async fn see_device(page: &str, device: &Device) -> Value {
    let driver = start_chromedriver(&options()).await.expect("a driver");
    let client = connect(&driver, device).await;
    client.goto(page).await.expect("a page");
    let script = "return [innerWidth, innerHeight, devicePixelRatio, navigator.maxTouchPoints > 0,
        matchMedia('(pointer: coarse)').matches, navigator.userAgentData.mobile, navigator.userAgent]";
    let mut seen = client.execute(script, Vec::new()).await.expect("an answer");
    let agent = seen[6].take();
    let agent = agent.as_str().expect("a text");
    let major = driver.browser().version.major();
    assert!(
        agent.contains(&format!(" Chrome/{major}.0.0.0 ")),
        "{agent}"
    );
    assert_eq!(agent.contains(" Mobile "), device.touch, "{agent}");
    driver.stop().await.expect("stopped");
    seen
}

#[tokio::test]
#[ignore = "needs a browser driver"]
async fn the_page_sees_the_device() {
    let page = serve_page().await;
    let phone = see_device(&page, &Device::default()).await;
    assert_eq!(phone, json!([375, 812, 3, true, true, true, null]));
    let desk = Device {
        name: "1280x800@1".to_owned(),
        width: 1280,
        height: 800,
        scale: 1.0,
        touch: false,
        user_agent: None,
    };
    let desk = see_device(&page, &desk).await;
    assert_eq!(desk, json!([1280, 800, 1, false, false, false, null]));
}
