//! Processes as the system tells of them: finding those of one browser, and ending them.

#[cfg(target_os = "linux")]
pub(super) use linux::{end_browser_of, end_session, kill_children};

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        ffi::OsStr,
        fs,
        os::{fd::OwnedFd, unix::ffi::OsStrExt},
        path::Path,
        time::{Duration, Instant},
    };

    use rustix::{
        event::{PollFd, PollFlags, Timespec, poll},
        process::{Pid, PidfdFlags, Signal, getpid, kill_process, pidfd_open, pidfd_send_signal},
    };

    /// How long the end of processes that were killed is waited for.
    const END_LIMIT: Duration = Duration::from_secs(3);

    /// A process that isn't dead yet.
    struct Process {
        pid: Pid,
        parent: i32,
        session: i32,
    }

    impl Process {
        /// `None` when there is no such process, or only its entry, waiting for its parent to read it.
        fn read(pid: Pid) -> Option<Self> {
            let text = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).ok()?;
            // The program's name stands in brackets and may hold brackets and blanks itself.
            let (_, facts) = text.rsplit_once(')')?;
            let mut facts = facts.split_ascii_whitespace();
            let state = facts.next()?;
            let parent = facts.next()?.parse().ok()?;
            let session = facts.nth(1)?.parse().ok()?;
            (!matches!(state, "Z" | "X")).then_some(Self {
                pid,
                parent,
                session,
            })
        }

        fn has_argument(&self, argument: &OsStr) -> bool {
            fs::read(format!("/proc/{}/cmdline", self.pid.as_raw_pid())).is_ok_and(|line| {
                line.split(|byte| *byte == 0)
                    .any(|word| word == argument.as_bytes())
            })
        }

        /// A hold on the process that can't slip to another one that gets its number.
        fn hold(self, is_meant: impl Fn(&Self) -> bool) -> Option<OwnedFd> {
            let hold = pidfd_open(self.pid, PidfdFlags::empty()).ok()?;
            Self::read(self.pid).filter(is_meant).map(|_| hold)
        }
    }

    fn all() -> impl Iterator<Item = Process> {
        fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(Pid::from_raw)
            .filter_map(Process::read)
    }

    /// Kills all children of this process that live; answers nothing, since they are waited for as children.
    pub(in super::super) fn kill_children() {
        let own = getpid().as_raw_pid();
        for child in all().filter(|process| process.parent == own) {
            let _ = kill_process(child.pid, Signal::KILL);
        }
    }

    /// Kills all processes of a session that lost its leader, and waits until they are gone.
    pub(in super::super) fn end_session(leader: u32) {
        end(|process| i64::from(process.session) == i64::from(leader));
    }

    /// Kills the browser with this profile, and waits until it is gone.
    pub(in super::super) fn end_browser_of(profile: &Path) {
        let mut argument = OsStr::new("--user-data-dir=").to_owned();
        argument.push(profile);
        end(|process| process.has_argument(&argument));
    }

    /// Again and again, since a process that is being killed may be starting another.
    fn end(is_meant: impl Fn(&Process) -> bool) {
        let deadline = Instant::now() + END_LIMIT;
        loop {
            let holds: Vec<OwnedFd> = all()
                .filter(&is_meant)
                .filter_map(|process| process.hold(&is_meant))
                .collect();
            if holds.is_empty() {
                return;
            }
            for hold in &holds {
                let _ = pidfd_send_signal(hold, Signal::KILL);
            }
            if holds.iter().any(|hold| !has_ended(hold, deadline)) {
                return;
            }
        }
    }

    fn has_ended(hold: &OwnedFd, deadline: Instant) -> bool {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).ok();
            match poll(&mut [PollFd::new(hold, PollFlags::IN)], left.as_ref()) {
                Err(rustix::io::Errno::INTR) => {}
                Ok(count) => return count > 0,
                Err(_) => return false,
            }
        }
    }
}

// Elsewhere the driver's process group is all that is known.
#[cfg(not(target_os = "linux"))]
mod elsewhere {
    pub(in super::super) fn kill_children() {}
    pub(in super::super) fn end_session(_leader: u32) {}
    pub(in super::super) fn end_browser_of(_profile: &std::path::Path) {}
}
#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{end_browser_of, end_session, kill_children};
