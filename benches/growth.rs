//! `make bench`: what each step of a run costs in memory, told by a short and a long walk over the demo.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a program to run by hand"
)]

mod figures;

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use figures::watch;

const SHORT: u64 = 20;
const LONG: u64 = 170;
/// The most that a step may cost, in KiB.
const MOST: u64 = 64;

/// How the demo is walked.
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/checklists/demo/shippass.yaml");
const PAGES: [&str; 4] = ["/", "/quotes", "/automations", "/team"];

fn main() {
    let demo = Demo::served();
    let (short, long) = (demo.peak_of_a_walk(SHORT), demo.peak_of_a_walk(LONG));
    println!(
        "peak memory of runs of {SHORT} and {LONG} steps: {short} and {long} KiB, {} KiB a step (at most {MOST})",
        long.saturating_sub(short) / (LONG - SHORT)
    );
}

/// The demo app, served by a process of its own.
struct Demo {
    process: Child,
    /// Where it is and who may sign in, as it told.
    variables: Vec<(String, String)>,
}

impl Demo {
    fn served() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_shippass"))
            .args(["demo", "--serve", "--fault", "none"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let told = BufReader::new(process.stderr.take().unwrap()).lines();
        let variables = told
            .map_while(|line| {
                let line = line.unwrap();
                let (name, value) = line.split_once('=')?;
                Some((name.to_owned(), value.to_owned()))
            })
            .collect();
        Self { process, variables }
    }

    fn peak_of_a_walk(&self, steps: u64) -> u64 {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("long.yaml");
        std::fs::write(&list, walk_of(steps)).unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_shippass"))
            .args(["run", "--quiet", "--config", CONFIG, "--out"])
            .arg(folder.path().join("bundle"))
            .arg(&list)
            // Not in a checkout, whose commit the demo doesn't serve.
            .current_dir(folder.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let (status, peak) = watch(run);
        assert!(status.success(), "the healthy demo is clean: {status}");
        peak
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn walk_of(steps: u64) -> String {
    let mut list = "name: Long\nas: owner\nsteps:\n".to_owned();
    for (step, page) in (0..steps).zip(PAGES.iter().cycle()) {
        let _ = write!(
            list,
            "  - name: Page {step}\n    do:\n      - visit: {page}\n"
        );
    }
    list
}
