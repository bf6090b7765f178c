//! `make bench`: the review page of a bundle of 1,000 steps in Chromium, and its report, against their budgets.
//!
//! Every step has its own picture in device pixels and eight exchanges. Twice: with nothing accepted before, and with a picture
//! accepted of every step that differs in its bytes, and with answers of other fields, so that all of them are compared while
//! the page is used. Then what a clean run of 12 steps takes to be signed off.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program to run by hand"
)]

#[path = "review/clean.rs"]
mod clean;
#[path = "../tests/support/recorded.rs"]
#[allow(dead_code, reason = "shared with tests, which use all of it")]
mod recorded;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::Instant,
};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use jiff::Timestamp;
use shippass::{
    browser::launch::{ChromiumOptions, Window, chromium_capabilities, start_chromedriver},
    bundle::{AcceptedFolder, AcceptedStep, hex_sha256},
    config::Device,
    evidence::ChecklistRun,
};

use recorded::{answered, drawn, seal_at, step};

const ROUNDS: usize = 5;
const LISTS: usize = 20;
const STEPS: usize = 50;
const WALKED: usize = 20;
const SCALE: u32 = 3;
const DEVICE: (&str, &str) = ("375x812@3", "chromium");

/// Budgets in milliseconds.
const READY: f64 = 1_000.0;
const NEXT: f64 = 100.0;
const REPORT: f64 = 2_000.0;

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle");
    let lists: Vec<_> = (0..LISTS).map(checklist).collect();
    let pictures: Vec<_> = (0..9).map(|rows| drawn(SCALE, rows)).collect();
    seal_at(
        "https://preview.example",
        &bundle,
        "01JD5M3Q8ZK4V7T2N9XW6R1YHB",
        &lists,
        |id| pictures[rows_of(id)].clone(),
    );
    let accepted = folder.path().join("accepted");
    accept_all(&accepted, &lists, &pictures);
    let none = folder.path().join("none");

    let options = ChromiumOptions {
        guard: Some(env!("CARGO_BIN_EXE_shippass").into()),
        ..ChromiumOptions::default()
    };
    let driver = start_chromedriver(&options).await.unwrap();
    let desk = Device {
        name: "1280x800@1".to_owned(),
        width: 1280,
        height: 800,
        scale: 1.0,
        touch: false,
        user_agent: None,
    };
    let capabilities =
        chromium_capabilities(&desk, driver.profile(), Window::Hidden, driver.browser());
    let client = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities)
        .connect(driver.url().as_str())
        .await
        .unwrap();
    for (what, accepted) in [("nothing accepted", &none), ("all to compare", &accepted)] {
        println!("review page of {} steps, {what}:", LISTS * STEPS);
        walk(&client, &bundle, accepted).await;
    }
    clean::walk_and_sign(&client, folder.path()).await;
    println!("report.html of {} steps:", LISTS * STEPS);
    open_report(&client, &bundle.join("report.html")).await;
    driver.stop().await.unwrap();
}

fn checklist(number: usize) -> ChecklistRun {
    ChecklistRun {
        name: format!("Checklist {number:02}"),
        file: format!("checklists/{number:02}.yaml"),
        sha256: hex_sha256(&number.to_le_bytes()),
        steps: (0..STEPS)
            .map(|place| {
                let id = format!("{place:02}-step-{number:02}-{place:02}");
                let mut step = step(&id, &format!("Step {place} of list {number}"));
                step.confirm = vec!["The total reads $4,500.00".to_owned()];
                step.exchanges = (0..8)
                    .map(|index| {
                        let (kind, body) = if place % 10 == 0 && index == 0 {
                            ("text/html", "<!doctype html><title>Sign in</title>")
                        } else {
                            ("application/json", "{\"title\":\"three rooms painted\"}")
                        };
                        let id = format!("e{number}-{place}-{index}");
                        answered(
                            &id,
                            "GET",
                            &format!("/api/{number}/{place}/{index}"),
                            kind,
                            body,
                        )
                    })
                    .collect();
                step
            })
            .collect(),
        ..ChecklistRun::default()
    }
}

/// Which picture a step has: neighbours have different ones.
fn rows_of(id: &str) -> usize {
    id.bytes().map(usize::from).sum::<usize>() % 8
}

/// Accepts another picture of every step than the one it has now.
fn accept_all(root: &Path, lists: &[ChecklistRun], pictures: &[Vec<u8>]) {
    for list in lists {
        let steps = list.steps.iter().map(|step| {
            let picture = pictures[rows_of(&step.id) + 1].clone();
            let accepted = AcceptedStep {
                happenings: Some(Vec::new()),
                shapes: Some(std::collections::BTreeMap::new()),
                masked: Vec::new(),
                picture: hex_sha256(&picture),
                requests: Vec::new(),
                run: "01JD5M3Q8ZK4V7T2N9XW6R1YHA".to_owned(),
                commit: None,
                at: Timestamp::UNIX_EPOCH,
            };
            (step.id.clone(), accepted, picture)
        });
        let name = shippass::bundle::paths::slug(&list.name);
        let mut folder = AcceptedFolder::open(root, &name, DEVICE).unwrap();
        folder.accept(steps.collect()).unwrap();
    }
}

/// `shippass review`, until the value is dropped.
struct Reviewed {
    child: Child,
    url: String,
    _out: BufReader<ChildStdout>,
}

impl Reviewed {
    fn new(bundle: &Path, accepted: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_shippass"))
            .args(["review", "--no-open", "--quiet", "--accepted"])
            .args([accepted, bundle])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut url = String::new();
        out.read_line(&mut url).unwrap();
        Self {
            child,
            url: url.trim().to_owned(),
            _out: out,
        }
    }
}

impl Drop for Reviewed {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

async fn walk(client: &Client, bundle: &Path, accepted: &Path) {
    let (mut printed, mut ready, mut next) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        client.goto("about:blank").await.unwrap();
        let clock = Instant::now();
        let reviewed = Reviewed::new(bundle, accepted);
        printed.push(milliseconds(clock));
        let clock = Instant::now();
        client.goto(&reviewed.url).await.unwrap();
        client.execute_async(IS_READY, Vec::new()).await.unwrap();
        ready.push(milliseconds(clock));
        for _ in 0..WALKED {
            let took = client.execute_async(GO_ON, Vec::new()).await.unwrap();
            next.push(took.as_f64().unwrap());
        }
    }
    tell("address printed", printed, None);
    tell("page ready", ready, Some(READY));
    tell("next step", next, Some(NEXT));
}

/// Until the first step and its picture stand there.
const IS_READY: &str = "const [done] = arguments, main = document.getElementById('main');
    const look = () => main.dataset.ready && (requestAnimationFrame(() => setTimeout(done)), true);
    if (!look()) new MutationObserver((_, watch) => look() && watch.disconnect()).observe(main, { attributes: true });";

/// From the key to the next step with its picture, painted, after the shortest look that the page counts as one.
const GO_ON: &str = "const [done] = arguments, main = document.getElementById('main');
    setTimeout(() => {
      const from = performance.now();
      new MutationObserver((_, watch) => {
        if (!main.dataset.ready) return;
        watch.disconnect();
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - from)));
      }).observe(main, { attributes: true, attributeFilter: ['data-ready'] });
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }));
    }, 400);";

async fn open_report(client: &Client, report: &Path) {
    let size = std::fs::metadata(report).unwrap().len();
    let mut opened = Vec::new();
    for _ in 0..ROUNDS {
        client.goto("about:blank").await.unwrap();
        let clock = Instant::now();
        let url = format!("file://{}", report.display());
        client.goto(&url).await.unwrap();
        let painted = "requestAnimationFrame(() => setTimeout(arguments[0]))";
        client.execute_async(painted, Vec::new()).await.unwrap();
        opened.push(milliseconds(clock));
    }
    println!("  {} MiB", size >> 20);
    tell("opened", opened, Some(REPORT));
}

fn milliseconds(clock: Instant) -> f64 {
    clock.elapsed().as_secs_f64() * 1_000.0
}

fn tell(what: &str, mut values: Vec<f64>, budget: Option<f64>) {
    values.sort_by(f64::total_cmp);
    let (median, worst) = (values[values.len() / 2], values[values.len() - 1]);
    let count = values.len();
    let ratio = budget.map_or_else(String::new, |most| {
        format!(", ratio {:.2} (at most {most:.0} ms)", median / most)
    });
    println!("  {what}: median of {count} {median:.0} ms, worst {worst:.0} ms{ratio}");
}
