//! However a run ends, nothing is left running and the bundle is valid up to there.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use axum::{Router, routing::get};

use crate::support::{Site, Workshop, page};

/// How long a run may take to end, or what it leaves to be gone: less than its step would hang.
const LIMIT: Duration = Duration::from_secs(30);

/// A run in the middle of a step that waits for something that never comes.
struct Midway {
    workshop: Workshop,
    child: Child,
    _site: Site,
}

impl Midway {
    fn start() -> Self {
        let (begun, hangs) = mpsc::channel();
        let second = move || {
            let _ = begun.send(());
            async { page("<h1>There</h1>") }
        };
        let site = Site::serve(
            Router::new()
                .route("/", get(|| async { page("<h1>Here</h1>") }))
                .route("/hangs", get(second)),
        );
        let workshop = Workshop::new();
        workshop.write(
            "list.yaml",
            "name: Test\nsteps:\n  - name: First\n    do:\n      - visit: /\n    expect:\n      - see: Here\n  - name: Hangs\n    do:\n      - visit: /hangs\n    expect:\n      - see: Never\n        within: 60s\n  - name: After\n    do:\n      - visit: /\n",
        );
        let mut child = workshop
            .command(&["run", "--url", &site.url, "--out", "out", "list.yaml"])
            .env("TMPDIR", workshop.path())
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        // The first step's line says that its record is on the disk, the second's request that it has begun.
        let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let seen = lines
            .map_while(Result::ok)
            .any(|line| line.contains("First"));
        assert!(seen, "the first step is done");
        hangs.recv().expect("the second step has begun");
        Self {
            workshop,
            child,
            _site: site,
        }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = std::process::Command::new("kill")
            .args([name, &pid])
            .status()
            .expect("kill runs");
        assert!(sent.success());
    }

    fn wait(&mut self) -> i32 {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status.code().unwrap_or(-1);
            }
            assert!(started.elapsed() < LIMIT, "still running after {LIMIT:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Processes and profile folders of this run, by its own temporary folder in their names.
    fn traces(&self) -> Vec<String> {
        let mark = self
            .workshop
            .path()
            .join("shippass-profile-")
            .display()
            .to_string();
        let mut left = Vec::new();
        for entry in std::fs::read_dir("/proc").expect("processes").flatten() {
            let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let command = String::from_utf8_lossy(&command).replace('\0', " ");
            if command.contains(&mark) {
                left.push(command);
            }
        }
        for entry in std::fs::read_dir(self.workshop.path())
            .expect("a folder")
            .flatten()
        {
            let path = entry.path().display().to_string();
            if path.starts_with(&mark) {
                left.push(path);
            }
        }
        left
    }

    fn leftovers(&self) -> Vec<String> {
        let started = Instant::now();
        loop {
            let left = self.traces();
            if left.is_empty() || started.elapsed() > LIMIT {
                return left;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn one_signal_ends_the_run_in_order() {
    for signal in ["-INT", "-TERM"] {
        let mut midway = Midway::start();
        assert!(
            !midway.traces().is_empty(),
            "the browser runs under a name that is found"
        );
        midway.signal(signal);
        assert_eq!(midway.wait(), 4, "{signal}");
        let output = std::process::Output {
            status: std::process::ExitStatus::default(),
            stdout: Vec::new(),
            stderr: Vec::new(),
        };
        let ended = midway.workshop.ended(&output);
        assert_eq!(
            ended.statuses(),
            ["clean", "unknown", "not-run"],
            "{:#?}",
            ended.steps()
        );
        assert_eq!(ended.document()["run"]["complete"], false);
        assert!(ended.bundle.join("manifest.json").is_file());
        assert_eq!(midway.leftovers(), Vec::<String>::new(), "{signal}");
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn a_second_signal_leaves_at_once_and_leaves_nothing() {
    let mut midway = Midway::start();
    midway.signal("-INT");
    midway.signal("-INT");
    assert_eq!(midway.wait(), 4);
    assert_eq!(midway.leftovers(), Vec::<String>::new());
}

#[test]
#[ignore = "needs a browser driver"]
fn a_killed_run_leaves_no_browser_and_its_journal_can_be_read() {
    let mut midway = Midway::start();
    midway.signal("-KILL");
    assert_eq!(midway.wait(), -1);
    assert_eq!(midway.leftovers(), Vec::<String>::new());
    let folder = midway.workshop.path().join("out");
    let run = shippass::evidence::read_run(&folder).expect("the journal is readable");
    let steps: Vec<_> = run.steps().map(|(_, step)| step).collect();
    assert!(steps[0].page.is_some(), "the first step was acknowledged");
    assert!(
        steps[1].page.is_none() && !steps[1].finished,
        "the second had no end"
    );
    assert!(steps[2].started.is_none());
}
