//! The guard: this binary run once more, holding the read end of a pipe whose write end only
//! shippass holds. When the pipe closes, however shippass ended, or when the driver ends, the
//! guard kills all that it started and removes the profile folder.

use std::{
    ffi::OsString,
    io::{self, Write},
    os::{fd::AsFd, unix::process::ExitStatusExt},
    path::PathBuf,
    process::Stdio,
};

use rustix::process::{Pid, Signal};
use tokio::{
    io::AsyncReadExt,
    net::unix::pipe,
    process::{Child, Command},
    signal::unix::{SignalKind, signal},
};

/// What the guard is to start and to remove afterwards.
#[derive(Debug, Clone)]
pub struct GuardOrder {
    /// The profile folder.
    pub profile: PathBuf,
    /// The driver.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

impl GuardOrder {
    /// As words of a command line: profile, program, arguments.
    pub fn words(&self) -> Vec<OsString> {
        let mut words = vec![self.profile.clone().into(), self.program.clone().into()];
        words.extend(self.arguments.iter().cloned());
        words
    }

    /// From words of a command line.
    pub fn from_words(words: &[OsString]) -> Option<Self> {
        let [profile, program, arguments @ ..] = words else {
            return None;
        };
        Some(Self {
            profile: profile.into(),
            program: program.into(),
            arguments: arguments.to_vec(),
        })
    }
}

/// Runs as the guard until its work is done; answers the driver's exit status for messages.
pub fn run_guard(order: &GuardOrder) -> io::Result<()> {
    // Signals to the terminal's group must not reach guard or driver: shippass decides.
    let _ = rustix::process::setsid();
    // Whatever the driver leaves behind becomes our child and can be waited for.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(watch(order));
    let _ = std::fs::remove_dir_all(&order.profile);
    ended
}

async fn watch(order: &GuardOrder) -> io::Result<()> {
    let _ignored = [
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
        signal(SignalKind::hangup())?,
    ];
    let mut driver = Command::new(&order.program)
        .args(&order.arguments)
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()?;
    let group = driver
        .id()
        .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    if let Some(group) = group {
        // Should the guard be killed, shippass itself knows what to kill.
        let _ = writeln!(io::stdout(), "{GROUP_LINE}{}", group.as_raw_nonzero());
    }
    let mut owner = pipe::Receiver::from_owned_fd(io::stdin().as_fd().try_clone_to_owned()?)?;
    let mut nothing = [0; 1];
    let ended = tokio::select! {
        _ = owner.read(&mut nothing) => Ok(()),
        status = driver.wait() => status.map(|status| {
            let cause = status.signal().map_or_else(|| status.to_string(), |number| format!("signal {number}"));
            let _ = writeln!(io::stderr(), "the driver ended: {cause}");
        }),
    };
    end_all(&mut driver, group).await;
    ended
}

/// The line that tells the driver's process group.
pub(super) const GROUP_LINE: &str = "shippass-guard: group ";

/// Kills the group and every process that was left to us, until there is none.
async fn end_all(driver: &mut Child, group: Option<Pid>) {
    if let Some(group) = group {
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    }
    let _ = driver.wait().await;
    #[cfg(target_os = "linux")]
    while let Some(children) = children_of_self() {
        for child in children {
            let _ = rustix::process::kill_process(child, Signal::KILL);
        }
        // Blocks until one of them has ended; an error says that none is left.
        if rustix::process::wait(rustix::process::WaitOptions::empty()).is_err() {
            break;
        }
    }
}

/// Processes whose parent we are; `None` when there is none.
#[cfg(target_os = "linux")]
fn children_of_self() -> Option<Vec<Pid>> {
    let own = rustix::process::getpid().as_raw_nonzero().get();
    let mut children = Vec::new();
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The second field is the name in parentheses and may hold anything.
        let Some((head, tail)) = stat.rsplit_once(')') else {
            continue;
        };
        let parent = tail
            .split_whitespace()
            .nth(1)
            .and_then(|word| word.parse::<i32>().ok());
        let id = head
            .split_whitespace()
            .next()
            .and_then(|word| word.parse::<i32>().ok());
        if parent == Some(own)
            && let Some(pid) = id.and_then(Pid::from_raw)
        {
            children.push(pid);
        }
    }
    (!children.is_empty()).then_some(children)
}
