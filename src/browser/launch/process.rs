//! A driver of our own and all that comes of it, for as long as this process holds it.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use rustix::process::{Pid, Signal};
use tokio::{
    process::{Child, Command},
    task::JoinHandle,
    time::timeout,
};
use url::Url;

use super::{
    environment::{BROWSER, driver_environment},
    find::{Program, find_browser, find_driver, this_program},
    guard::{GO_AHEAD, GUARD_COMMAND, GuardOrder},
    output::{Listener, Output, Started},
    processes,
    profile::{self, ProfileFolder},
};
use crate::browser::BrowserError;

/// How long a driver may take until it listens.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How often a driver is started whose port was taken by another program meanwhile.
const START_TRIES: u32 = 5;
/// How long the guard may take to end everything.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Which programs are used, and where the profile goes.
#[derive(Debug, Clone)]
pub struct ChromiumOptions {
    /// The browser; looked for when `None`.
    pub browser: Option<PathBuf>,
    /// The driver; looked for when `None`.
    pub driver: Option<PathBuf>,
    /// The shippass that is the guard; the one that is running when `None`.
    pub guard: Option<PathBuf>,
    /// The folder in which the profile's is made.
    pub temporary_folder: PathBuf,
    /// Who hears what the driver says.
    pub listener: Option<Listener>,
}

impl Default for ChromiumOptions {
    fn default() -> Self {
        Self {
            browser: None,
            driver: None,
            guard: None,
            temporary_folder: std::env::temp_dir(),
            listener: None,
        }
    }
}

/// A running chromedriver. When this is dropped, or this process ends in any way, the guard ends the driver and
/// its browsers and removes the profile; `stop` also waits for that.
#[derive(Debug)]
pub struct DriverProcess {
    url: Url,
    browser: Program,
    driver: Program,
    profile: PathBuf,
    driver_id: u32,
    guard: GuardProcess,
}

/// The guard as seen from here. Dropping it closes the pipe, which is the guard's order to end.
#[derive(Debug)]
struct GuardProcess {
    id: u32,
    leash: OwnedFd,
    folder: PathBuf,
    profile: PathBuf,
    end: JoinHandle<()>,
}

/// Starts chromedriver on a free port, under a guard.
pub async fn start_chromedriver(options: &ChromiumOptions) -> Result<DriverProcess, BrowserError> {
    let driver = find_driver(options.driver.as_deref())?;
    let browser = find_browser(options.browser.as_deref())?;
    let base = options.temporary_folder.clone();
    // Nothing waits for it; what it finds was left by others.
    tokio::task::spawn_blocking(move || profile::sweep(&base));
    let folder = ProfileFolder::planned(&options.temporary_folder)?;
    // Asking for versions takes as long as starting, so both go on at once.
    let ((guard, started), driver, browser) = tokio::try_join!(
        start_on_a_free_port(options, folder, &driver, &browser),
        Program::ask(&driver),
        Program::ask(&browser),
    )?;
    if driver.version.major() != browser.version.major() {
        return Err(BrowserError::VersionsDiffer {
            browser: browser.version.to_string(),
            driver: driver.version.to_string(),
        });
    }
    let browser = Program {
        path: guard.started_in_place_of(browser.path),
        ..browser
    };
    Ok(DriverProcess {
        url: started.url,
        browser,
        driver,
        profile: guard.profile.clone(),
        driver_id: started.id,
        guard,
    })
}

impl DriverProcess {
    /// Where the driver listens.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The browser's profile: the value of `--user-data-dir`.
    pub fn profile(&self) -> &Path {
        &self.profile
    }

    /// The browser that the driver is to start.
    pub fn browser(&self) -> &Program {
        &self.browser
    }

    /// The driver.
    pub fn driver(&self) -> &Program {
        &self.driver
    }

    /// The driver's process id, which is its process group's too.
    pub fn driver_id(&self) -> u32 {
        self.driver_id
    }

    /// The guard's process id.
    pub fn guard_id(&self) -> u32 {
        self.guard.id
    }

    /// Ends driver, browsers and profile, and waits until they are gone.
    pub async fn stop(self) -> Result<(), BrowserError> {
        self.guard.stop().await
    }
}

impl GuardProcess {
    /// What the driver starts as the browser: the guard's own program, which becomes it.
    fn started_in_place_of(&self, browser: PathBuf) -> PathBuf {
        if cfg!(target_os = "linux") {
            format!("/proc/{}/exe", self.id).into()
        } else {
            browser
        }
    }

    async fn stop(self) -> Result<(), BrowserError> {
        let Self {
            id,
            leash,
            folder,
            mut end,
            ..
        } = self;
        drop(leash);
        if timeout(STOP_LIMIT, &mut end).await.is_err() {
            // A guard that hangs is ended; then its work is done here.
            if let Some(guard) = i32::try_from(id).ok().and_then(Pid::from_raw) {
                let _ = rustix::process::kill_process(guard, Signal::KILL);
            }
            let _ = timeout(STOP_LIMIT, end).await;
        }
        if folder.exists() {
            return Err(BrowserError::LeftBehind { profile: folder });
        }
        Ok(())
    }
}

/// Chromedriver takes a free port for two sockets, one after the other; another program may have the second by then.
async fn start_on_a_free_port(
    options: &ChromiumOptions,
    folder: ProfileFolder,
    driver: &Path,
    browser: &Path,
) -> Result<(GuardProcess, Started), BrowserError> {
    let mut folder = folder;
    for _ in 1..START_TRIES {
        match start_guarded(options, folder, driver, browser).await {
            Err(BrowserError::DriverDied { words, .. }) if is_port_taken(&words) => {
                folder = ProfileFolder::planned(&options.temporary_folder)?;
            }
            other => return other,
        }
    }
    start_guarded(options, folder, driver, browser).await
}

fn is_port_taken(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    // Seen too: a driver that greets and ends without another word.
    let has_greeted = words.contains("starting chromedriver");
    has_greeted || words.contains("address already in use") || words.contains("port not available")
}

async fn start_guarded(
    options: &ChromiumOptions,
    mut folder: ProfileFolder,
    driver: &Path,
    browser: &Path,
) -> Result<(GuardProcess, Started), BrowserError> {
    let order = GuardOrder::Hold {
        folder: folder.root().to_owned(),
        driver: vec![driver.into(), "--port=0".into()],
    };
    let program = match &options.guard {
        Some(guard) => Ok(guard.clone()),
        None => this_program(),
    };
    let spawned = program.and_then(|program| spawn_guard(&program, &order, &folder, browser));
    let (mut guard, leash) = match spawned {
        Ok(spawned) => spawned,
        Err(source) => {
            return Err(BrowserError::NotStarted {
                program: "shippass, as the guard of the browser,".into(),
                source,
            });
        }
    };
    // From here on somebody sees to its end, however early this process is killed.
    if let Err(error) = folder.make() {
        // What it couldn't make isn't the guard's to remove.
        let _ = guard.kill().await;
        return Err(error);
    }
    let leash = go_ahead(leash);
    let id = guard.id().unwrap_or_default();
    let output = Output::of(&mut guard);
    let guard = GuardProcess {
        id,
        leash,
        folder: folder.root().to_owned(),
        profile: folder.data(),
        end: tokio::spawn(outlive(guard, id, folder)),
    };
    let output = output.ok_or(BrowserError::Gone)?;
    let started = until_ready(output, driver, options.listener.clone()).await?;
    Ok((guard, started))
}

/// Tells the guard that the folder is there. One that is dead already tells why by itself.
fn go_ahead(leash: OwnedFd) -> OwnedFd {
    let mut pipe = File::from(leash);
    let _ = pipe.write_all(GO_AHEAD);
    pipe.into()
}

async fn until_ready(
    mut output: Output,
    driver: &Path,
    listener: Option<Listener>,
) -> Result<Started, BrowserError> {
    let program = driver.to_owned();
    match timeout(START_LIMIT, output.until_it_listens()).await {
        Ok(Some(started)) => {
            tokio::spawn(output.drain(listener));
            Ok(started)
        }
        Ok(None) => Err(BrowserError::DriverDied {
            program,
            words: output.last_words(),
        }),
        Err(_) => Err(BrowserError::DriverSilent {
            program,
            limit: START_LIMIT,
            words: output.last_words(),
        }),
    }
}

fn spawn_guard(
    program: &Path,
    order: &GuardOrder,
    folder: &ProfileFolder,
    browser: &Path,
) -> io::Result<(Child, OwnedFd)> {
    let mut command = Command::new(program);
    command
        .arg0("shippass")
        .arg(GUARD_COMMAND)
        .args(order.words())
        .env_clear()
        .envs(driver_environment())
        .env(BROWSER, browser)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(temporary) = folder.temporary() {
        command.env("TMPDIR", temporary);
    }
    let mut guard = command.spawn()?;
    let leash = guard.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    Ok((guard, leash.into_owned_fd()?))
}

/// Waits for the guard's end. It leaves nothing, unless it was killed itself: then its work is done here.
async fn outlive(mut guard: Child, id: u32, folder: ProfileFolder) {
    let _ = guard.wait().await;
    let root = folder.root().to_owned();
    if root.exists() {
        let _ = tokio::task::spawn_blocking(move || {
            processes::end_session(id);
            processes::end_browser_of(&folder.data());
            profile::remove(folder.root())
        })
        .await;
    }
}
