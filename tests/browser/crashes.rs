//! A real run that is killed at any moment, or whose disk is full: no finished step is lost, the bundle opens, the run can be
//! taken up, and nothing is left running.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use axum::{Json, Router, routing::get};
use serde_json::json;
use shippass::{
    bundle::{check_whole, open},
    evidence::{Run, read_run},
};

use crate::{
    driver_life::traces::{command_line, processes, within_limit},
    support::{
        Site, Workshop, page,
        reviewing::{Reviewed, Reviewing},
        small_disk::{SmallDisk, on_a_small_disk},
    },
};

/// How many kilobytes a run's disk has; all of them where it is killed often, too.
const DISKS: [u64; 5] = [16, 100, 4, 64, 140];
/// How many points of a run it is killed at; all 200 of them with `SHIPPASS_KILLS=200`.
const KILLS: &str = "SHIPPASS_KILLS";
const FEW: u32 = 4;
/// Every so manieth of them is taken up again.
const RESUMED: u32 = 8;

const LIST: &str = "name: Quotes\nsteps:\n  - name: Open\n    do:\n      - visit: /\n    expect:\n      - see: Quote 1042\n\
    \x20 - name: Count\n    do:\n      - tap: Count\n    expect:\n      - see: 1 quote\n\
    \x20 - name: Leave\n    do:\n      - visit: /\n    expect:\n      - see: Quote 1042\n";
const HOME: &str = "<h1>Quote 1042</h1><button id=count>Count</button><p id=out></p><script>\
    count.onclick = async () => { const all = await (await fetch('/api/quotes')).json();\
    out.textContent = all.length + ' quote' }</script>";

#[expect(clippy::disallowed_methods, reason = "tells how many are wanted")]
fn kills() -> Option<u32> {
    std::env::var(KILLS).ok()?.parse().ok()
}

fn site() -> Site {
    let router = Router::new()
        .route("/", get(async || page(HOME)))
        .route("/api/quotes", get(async || Json(json!([{"id": 1042}]))));
    Site::serve(router)
}

/// A run, and a folder of its own for what its browser leaves.
struct Killed {
    workshop: Workshop,
    /// The names of steps that it told to be done.
    told: BTreeSet<String>,
}

/// When a run is killed.
#[derive(Debug, Clone, Copy)]
enum When {
    /// So long after its beginning: mostly while its browser starts.
    After(Duration),
    /// So long after its journal has grown to so many bytes.
    Journal(u64, Duration),
}

impl When {
    /// Points spread over the whole of a run. How fast one goes depends on what else this machine does, so most of them are
    /// tied to how far it has come.
    fn spread(kill: u32, kills: u32, whole: &Whole) -> Self {
        let part = (f64::from(kill) + 0.5) / f64::from(kills);
        if kill.is_multiple_of(4) {
            return Self::After(whole.time.mul_f64(part));
        }
        // The last tenth of them falls behind its last step, while the bundle is derived and sealed.
        let behind = Duration::from_secs(5).mul_f64((part - 0.9).max(0.0));
        let within = Duration::from_millis(u64::from(kill * 7 % 40));
        let halves = u64::from((2 * kill + 1).min(kills * 9 / 5));
        Self::Journal(
            whole.journal * halves / u64::from(2 * kills),
            within + behind,
        )
    }

    fn wait(self, child: &mut Child, journal: &Path) {
        let is_over = |child: &mut Child| child.try_wait().expect("a status").is_some();
        let pause = || std::thread::sleep(Duration::from_micros(500));
        let time = match self {
            Self::After(time) => time,
            Self::Journal(bytes, time) => {
                let length = || fs::metadata(journal).map_or(0, |file| file.len());
                while length() < bytes && !is_over(child) {
                    pause();
                }
                time
            }
        };
        let began = Instant::now();
        while began.elapsed() < time && !is_over(child) {
            pause();
        }
    }
}

/// A run that nobody kills.
struct Whole {
    time: Duration,
    /// How long its journal gets.
    journal: u64,
}

impl Killed {
    /// Kills a run.
    fn at(site: &Site, when: When) -> Self {
        let workshop = Workshop::new();
        workshop.write("list.yaml", LIST);
        fs::create_dir(workshop.path().join("tmp")).expect("made");
        let mut child = start(&workshop, site);
        let errors = child.stderr.take().expect("a pipe");
        // Whoever writes must not wait for its reader.
        let reader = std::thread::spawn(move || {
            let lines = BufReader::new(errors).lines();
            lines.map_while(Result::ok).collect::<Vec<_>>()
        });
        when.wait(&mut child, &workshop.path().join("out/journal.ndjson"));
        let _ = child.kill();
        child.wait().expect("ended");
        let lines = reader.join().expect("read");
        let is_told = |name: &&str| lines.iter().any(|line| line.contains(&format!(" {name} ")));
        let told = ["Open", "Count", "Leave"].into_iter().filter(is_told);
        Self {
            told: told.map(str::to_owned).collect(),
            workshop,
        }
    }

    /// Processes and folders that its browser left.
    fn left(&self) -> Vec<String> {
        let mark = self.workshop.path().join("tmp").display().to_string();
        let lines = processes().map(command_line);
        let mut left: Vec<_> = lines.filter(|line| line.contains(&mark)).collect();
        let folders = fs::read_dir(&mark).expect("a folder").flatten();
        left.extend(folders.map(|entry| entry.path().display().to_string()));
        left
    }

    fn review(&self) -> Result<Reviewing, Reviewed> {
        Reviewing::start(self.workshop.command(&["review", "out", "--no-open"]))
    }
}

fn start(workshop: &Workshop, site: &Site) -> Child {
    workshop
        .command(&["run", "--url", &site.url, "--out", "out", "list.yaml"])
        .env("TMPDIR", workshop.path().join("tmp"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs")
}

fn whole_run(site: &Site) -> Whole {
    let workshop = Workshop::new();
    workshop.write("list.yaml", LIST);
    fs::create_dir(workshop.path().join("tmp")).expect("made");
    let began = Instant::now();
    let mut child = start(&workshop, site);
    let mut said = String::new();
    let errors = child.stderr.take().expect("a pipe");
    BufReader::new(errors)
        .read_to_string(&mut said)
        .expect("read");
    assert!(child.wait().expect("ended").success(), "{said}");
    let time = began.elapsed();
    let journal = fs::metadata(workshop.path().join("out/journal.ndjson")).expect("a journal");
    Whole {
        time,
        journal: journal.len(),
    }
}

fn finished(run: &Run) -> BTreeSet<String> {
    let settled = run.steps().filter(|(_, step)| step.is_settled());
    settled.map(|(_, step)| step.name.clone()).collect()
}

#[test]
#[ignore = "needs a browser driver"]
fn a_run_that_is_killed_at_any_moment_loses_no_finished_step_and_leaves_nothing() {
    let kills = kills().unwrap_or(FEW);
    let site = site();
    let whole = whole_run(&site);
    let (mut opened, mut resumed, mut told, mut steps, mut complete) = (0, 0, 0, 0, 0);
    for kill in 0..kills {
        let when = When::spread(kill, kills, &whole);
        let killed = Killed::at(&site, when);
        let at = format!("kill {kill}: {when:?}");
        let gone = within_limit(|| killed.left().is_empty());
        assert!(gone.is_some(), "{at}: {:#?}", killed.left());
        let bundle = killed.workshop.path().join("out");
        let Ok(run) = read_run(&bundle) else {
            // Before its first record there was no step to lose.
            assert!(killed.told.is_empty(), "{at}: {:?}", killed.told);
            if let Err(ended) = killed.review() {
                assert_eq!(ended.status, 2, "{at}: {}", ended.stderr);
                continue;
            }
            panic!("{at}: there is nothing to review");
        };
        let before = finished(&run);
        assert!(
            before.is_superset(&killed.told),
            "{at}: {:?} of {before:?}",
            killed.told
        );
        told += killed.told.len();
        steps += before.len();

        let served = killed
            .review()
            .unwrap_or_else(|ended| panic!("{at}: {}", ended.stderr));
        let facts = served.ask("facts");
        served.stop();
        assert_eq!(check_whole(&bundle).expect("sealed"), [], "{at}");
        assert!(has_pictures(&bundle, &before), "{at}: {facts}");
        opened += 1;
        let is_complete = facts["run"]["complete"] == true;
        assert_eq!(is_complete, run.info.finished.is_some(), "{at}");
        complete += u32::from(is_complete);
        if kill % RESUMED == RESUMED / 2 || kill + 1 == FEW {
            take_up(&killed, is_complete, &before, &at);
            resumed += 1;
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "{kills} kills over {} ms: {opened} opened, {steps} finished steps kept, {told} of them told on the terminal, {resumed} taken up, {complete} had ended",
        whole.time.as_millis()
    );
    assert!(
        opened > 0 && resumed > 0 && told > 0,
        "{opened} {resumed} {told}"
    );
}

/// Every finished step that shows a page has its picture.
fn has_pictures(bundle: &Path, finished: &BTreeSet<String>) -> bool {
    let document = open(bundle).expect("opens").document;
    let steps = document.checklists.iter().flat_map(|list| &list.steps);
    let mut finished = steps.filter(|step| finished.contains(&step.name));
    finished.all(|step| {
        let mut screens = step.screens.iter();
        !step.screens.is_empty() && screens.all(|name| bundle.join(name).is_file())
    })
}

fn take_up(killed: &Killed, was_complete: bool, before: &BTreeSet<String>, at: &str) {
    let bundle = killed.workshop.path().join("out");
    let kept = read_run(&bundle).expect("a journal");
    let ended = killed.workshop.shippass(&["run", "--resume", "out"]);
    if was_complete {
        assert_eq!(ended.status, 2, "{at}: {}", ended.stderr);
        assert!(
            ended.stderr.contains("every step of it was walked"),
            "{at}: {}",
            ended.stderr
        );
        return;
    }
    assert_eq!(ended.status, 0, "{at}: {}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.statuses(), ["clean"; 3], "{at}: {:#?}", ended.steps());
    assert_eq!(ended.document()["run"]["complete"], true, "{at}");
    assert_eq!(check_whole(&bundle).expect("sealed"), [], "{at}");
    // What stands by itself wasn't walked again.
    let after = read_run(&bundle).expect("a journal");
    if before.contains("Open") && before.contains("Count") {
        assert_eq!(
            kept.checklists[0].steps[0], after.checklists[0].steps[0],
            "{at}"
        );
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn a_run_whose_disk_is_full_says_so_and_is_taken_up_once_there_is_room() {
    on_a_small_disk("crashes::run_on_a_small_disk");
}

#[test]
#[ignore = "the test above gives it a disk"]
fn run_on_a_small_disk() {
    let Some(mut disk) = SmallDisk::given() else {
        return;
    };
    let site = site();
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("list.yaml");
    fs::File::create(&list)
        .and_then(|mut file| file.write_all(LIST.as_bytes()))
        .expect("written");
    let list = list.to_str().expect("a plain path").to_owned();
    let run = |disk: &SmallDisk, arguments: &[&str]| {
        let output = disk.shippass(arguments).output().expect("the binary runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap_or(-1), said)
    };
    let sizes = if kills().is_some() { DISKS.len() } else { 2 };
    for kib in DISKS.into_iter().take(sizes) {
        disk.empty();
        disk.leave(kib);
        let (status, said) = run(&disk, &["run", "--url", &site.url, "--out", "out", &list]);
        assert_eq!(status, 3, "{kib} KiB: {said}");
        let is_told = ["No space left", "File too large"]
            .iter()
            .any(|why| said.contains(why));
        assert!(is_told && said.contains("\nhelp: "), "{kib} KiB: {said}");
        disk.make_room();
        let bundle = disk.path().join("out");
        let before = read_run(&bundle)
            .map(|run| finished(&run))
            .unwrap_or_default();
        let served = Reviewing::start(disk.shippass(&["review", "out", "--no-open"]));
        match served {
            Ok(served) => {
                served.stop();
                assert_eq!(check_whole(&bundle).expect("sealed"), [], "{kib} KiB");
                let (status, said) = run(&disk, &["run", "--resume", "out"]);
                assert!(
                    status == 0 || said.contains("every step of it was walked"),
                    "{kib} KiB: {said}"
                );
                let after = read_run(&bundle).expect("a journal");
                assert_eq!(finished(&after).len(), 3, "{kib} KiB: {before:?}");
                assert!(open(&bundle).expect("opens").document.run.complete);
            }
            Err(ended) => assert!(
                before.is_empty() && ended.status == 2,
                "{kib} KiB: {}",
                ended.stderr
            ),
        }
    }
}
