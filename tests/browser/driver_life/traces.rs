//! Looking for what a browser may have left: its processes and its folder.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

use shippass::browser::launch::DriverProcess;

/// How long everything may take to be gone, on a machine that has much else to do too.
const LIMIT: Duration = Duration::from_secs(30);
/// What is known of a browser, to look for it when it should be gone.
#[derive(Debug)]
pub(super) struct Traces {
    pub(super) folder: PathBuf,
    pub(super) driver: u32,
    pub(super) guard: u32,
    pub(super) browser: u32,
}

impl Traces {
    pub(super) fn of(driver: &DriverProcess) -> Self {
        let profile = driver.profile();
        let argument = format!("--user-data-dir={}", profile.display());
        let is_browser = |id: &u32| {
            let line = command_line(*id);
            line.contains(&argument) && !line.contains("--type=") && !line.contains("crashpad")
        };
        let traces = Self {
            folder: profile.parent().expect("a folder").to_owned(),
            driver: driver.driver_id(),
            guard: driver.guard_id(),
            browser: processes().find(is_browser).expect("a browser"),
        };
        // So that finding nothing later means something.
        let all = traces.processes();
        for id in [traces.driver, traces.guard, traces.browser] {
            assert!(all.contains(&id), "{traces:?} in {all:?}");
        }
        assert!(all.len() > 5, "the browser's own children: {all:?}");
        traces
    }

    /// Processes that name the folder, or live in the guard's session.
    pub(super) fn processes(&self) -> Vec<u32> {
        let folder = self.folder.to_str().expect("a plain path");
        let is_left = |id: &u32| {
            command_line(*id).contains(folder) || session_of_living(*id) == Some(self.guard)
        };
        processes().filter(is_left).collect()
    }

    pub(super) fn assert_gone(&self) {
        let time = within_limit(|| self.processes().is_empty() && !self.folder.exists());
        let left = self.processes();
        let told: Vec<_> = left.iter().map(|id| command_line(*id)).collect();
        let time = time.unwrap_or_else(|| panic!("left: {}, {told:#?}", self.folder.display()));
        let _ = writeln!(std::io::stderr(), "gone after {} ms", time.as_millis());
    }
}

/// How long it took until something came to be; `None` when it didn't in time.
pub(crate) fn within_limit(has_come: impl Fn() -> bool) -> Option<Duration> {
    let began = Instant::now();
    while !has_come() {
        if began.elapsed() > LIMIT {
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Some(began.elapsed())
}

pub(crate) fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("the process table").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

pub(crate) fn command_line(id: u32) -> String {
    let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).replace('\0', " ")
}

fn session_of_living(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, facts) = stat.rsplit_once(") ")?;
    let facts: Vec<_> = facts.split(' ').collect();
    (facts[0] != "Z").then(|| facts[3].parse().ok()).flatten()
}
