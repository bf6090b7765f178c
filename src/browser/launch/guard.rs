//! What the guard does: a second process of this program that outlives shippass by the time it takes to clean up.
//!
//! It reads from a pipe whose only other end shippass holds, so the pipe's end is shippass's end, however it came.
//! Then, or when the driver has ended, it kills all that came of the driver and removes the profile's folder.

use std::{
    ffi::{OsStr, OsString},
    io::{self, Read, Write},
    os::{fd::AsFd, unix::process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, getppid, kill_process_group, setsid, waitid,
};
use tokio::{
    net::unix::pipe,
    signal::unix::{SignalKind, signal},
};

use super::{environment::BROWSER, find::this_program, processes, profile};

/// The hidden command that makes this program the guard.
pub const GUARD_COMMAND: &str = "__guard";
/// What the guard's only line begins with; the driver's process id follows.
pub(super) const GUARDING: &str = "guarding ";

/// What shippass writes once the folder is made.
pub(super) const GO_AHEAD: &[u8] = b"\n";

const HOLD: &str = "hold";
const BECOME: &str = "become";

/// What a guard process is to do: its command line after `GUARD_COMMAND`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuardOrder {
    /// Start the driver, wait until it or shippass has ended, and leave nothing of it.
    Hold {
        /// The folder to remove at the end.
        folder: PathBuf,
        /// The driver and its arguments.
        driver: Vec<OsString>,
    },
    /// Become the driver, and be killed when the guard dies.
    Become {
        /// The guard's process id.
        guard: i32,
        /// The driver and its arguments.
        driver: Vec<OsString>,
    },
}

impl GuardOrder {
    /// As words of a command line.
    pub fn words(&self) -> Vec<OsString> {
        let (order, about, driver) = match self {
            Self::Hold { folder, driver } => (HOLD, folder.clone().into(), driver),
            Self::Become { guard, driver } => (BECOME, guard.to_string().into(), driver),
        };
        let mut words = vec![order.into(), about];
        words.extend(driver.iter().cloned());
        words
    }

    /// From words of a command line; `None` when they are no order.
    pub fn from_words(words: &[OsString]) -> Option<Self> {
        let [order, about, driver @ ..] = words else {
            return None;
        };
        let driver = driver.to_vec();
        match order.to_str()? {
            HOLD => Some(Self::Hold {
                folder: about.into(),
                driver,
            }),
            BECOME => Some(Self::Become {
                guard: about.to_str()?.parse().ok()?,
                driver,
            }),
            _ => None,
        }
    }
}

/// Does what a guard process was started for.
///
/// Must be called on the program's first thread: the driver is killed when the thread that started it ends.
pub fn run_guard(order: &GuardOrder) -> io::Result<()> {
    match order {
        GuardOrder::Hold { folder, driver } => hold(folder, driver),
        GuardOrder::Become { guard, driver } => become_driver(*guard, driver),
    }
}

fn hold(folder: &Path, driver: &[OsString]) -> io::Result<()> {
    // Out of reach of the terminal's Ctrl-C and of its end.
    setsid()?;
    #[cfg(target_os = "linux")]
    // What loses its parent becomes our child, so none gets away.
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    if io::stdin().read_exact(&mut [0; GO_AHEAD.len()]).is_err() {
        // Shippass was killed while it made the folder, or before.
        return profile::remove(folder);
    }
    let _lock = profile::answer_for(folder)?;
    // Whatever is written to the working folder goes with it.
    std::env::set_current_dir(folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let guarded = runtime.block_on(guard(driver));
    let removed = profile::remove(folder);
    guarded.and(removed)
}

async fn guard(driver: &[OsString]) -> io::Result<()> {
    for kind in [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ] {
        // Once listened for, it no longer ends this process. When to end is shippass's to say.
        drop(signal(kind)?);
    }
    let mut child_ended = signal(SignalKind::child())?;
    let owner = pipe::Receiver::from_owned_fd(io::stdin().as_fd().try_clone_to_owned()?)?;
    let mut driver = start(driver)?;
    // When nobody reads this any more, the pipe's end tells so.
    let _ = writeln!(io::stdout(), "{GUARDING}{}", driver.id());
    let mut owner_left = std::pin::pin!(has_closed(owner));
    loop {
        tokio::select! {
            () = &mut owner_left => break,
            _ = child_ended.recv() => if has_ended(&driver) { break },
        }
    }
    end_all(&mut driver)
}

fn start(driver: &[OsString]) -> io::Result<Child> {
    let mut command = if cfg!(target_os = "linux") {
        let order = GuardOrder::Become {
            guard: rustix::process::getpid().as_raw_pid(),
            driver: driver.to_vec(),
        };
        let mut command = Command::new(this_program()?);
        command
            .arg0("shippass")
            .arg(GUARD_COMMAND)
            .args(order.words());
        command
    } else {
        driver_command(driver)?
    };
    command.stdin(Stdio::null()).process_group(0).spawn()
}

fn become_driver(guard: i32, driver: &[OsString]) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // It outlasts becoming another program, so even a guard that was killed takes the driver with it.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // The guard may have died before it was listened for.
    if getppid() != Pid::from_raw(guard) {
        return Ok(());
    }
    Err(driver_command(driver)?.exec())
}

/// Becomes the browser that a driver started, and is killed when the driver dies: Chromium ends with the pipe that its
/// driver holds only as long as it listens on nothing else.
///
/// # Errors
///
/// When the browser can't be run.
pub fn become_browser(browser: &OsStr, arguments: &[OsString]) -> io::Error {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_parent_process_death_signal(Some(Signal::KILL)) {
        return error.into();
    }
    let mut command = Command::new(browser);
    command.args(arguments).env_remove(BROWSER).exec()
}

fn driver_command(driver: &[OsString]) -> io::Result<Command> {
    let Some((program, arguments)) = driver.split_first() else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "no driver was named",
        ));
    };
    let mut command = Command::new(program);
    command.args(arguments);
    Ok(command)
}

async fn has_closed(mut pipe: pipe::Receiver) {
    // Nothing is ever sent; an error ends it as the end does.
    let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
}

/// Looks without taking the status, so that the number of the process group stays taken until it is killed.
fn has_ended(driver: &Child) -> bool {
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(
        waitid(WaitId::Pid(Pid::from_child(driver)), look),
        Ok(None) | Err(rustix::io::Errno::INTR)
    )
}

/// Kills the driver's group, then whatever else became our child, until there is none left.
fn end_all(driver: &mut Child) -> io::Result<()> {
    let _ = kill_process_group(Pid::from_child(driver), Signal::KILL);
    driver.wait()?;
    loop {
        // Each death may hand us the children of the one that died; they are there before it is told to us.
        processes::kill_children();
        match rustix::process::wait(WaitOptions::empty()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_come_out_of_a_command_line_as_they_went_in() {
        let driver = vec!["/usr/bin/chromedriver".into(), "--port=0".into()];
        for order in [
            GuardOrder::Hold {
                folder: "/tmp/shippass-profile-x".into(),
                driver: driver.clone(),
            },
            GuardOrder::Become {
                guard: 4711,
                driver,
            },
        ] {
            assert_eq!(GuardOrder::from_words(&order.words()), Some(order));
        }
    }

    #[test]
    fn other_command_lines_are_no_orders() {
        for words in [&["hold"][..], &["become", "x"], &["run", "/tmp/x", "true"]] {
            let words: Vec<OsString> = words.iter().map(Into::into).collect();
            assert_eq!(GuardOrder::from_words(&words), None);
        }
    }
}
