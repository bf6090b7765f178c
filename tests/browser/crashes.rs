//! A real run that is killed at any moment, or whose disk is full: no finished step is lost, the bundle opens, the run can be
//! taken up, and nothing is left running.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read, Write},
    panic::{AssertUnwindSafe, catch_unwind},
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
        Site, Workshop, kills, page,
        reviewing::{Reviewed, Reviewing},
        small_disk::{SmallDisk, on_a_small_disk},
    },
};

/// How many runs are killed unless more are asked for; the last one is taken up again, and all of many are.
const FEW: u32 = 4;
/// How many sizes of a full disk are tried where many are asked for, and how many kilobytes it has otherwise.
const DISKS: u64 = 60;
const FEW_DISKS: [u64; 2] = [16, 100];

const LIST: &str = "name: Quotes\nsteps:\n  - name: Open\n    do:\n      - visit: /\n    expect:\n      - see: Quote 1042\n\
    \x20 - name: Count\n    do:\n      - tap: Count\n    expect:\n      - see: 1 quote\n\
    \x20 - name: Leave\n    do:\n      - visit: /\n    expect:\n      - see: Quote 1042\n";
const HOME: &str = "<h1>Quote 1042</h1><button id=count>Count</button><p id=out></p><script>\
    count.onclick = async () => { const all = await (await fetch('/api/quotes')).json();\
    out.textContent = all.length + ' quote' }</script>";

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
        let behind = Duration::from_secs(15).mul_f64((part - 0.9).max(0.0));
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

/// What was seen of all the killed runs.
#[derive(Debug, Default)]
struct Figures {
    kills: u32,
    /// Killed before their first record: there is no step to lose and nothing to take up.
    empty: u32,
    opened: u32,
    steps_kept: usize,
    steps_lost: usize,
    /// So many steps had been told to be done.
    steps_told: usize,
    /// Killed when all of it was recorded.
    ended: u32,
    resumed: u32,
    /// Processes and folders of a browser.
    left: usize,
}

impl Figures {
    /// Looks at what a killed run left, opens it and may take it up.
    fn add(&mut self, killed: &Killed, is_taken_up: bool) {
        self.kills += 1;
        self.nothing_is_left(killed);
        let bundle = killed.workshop.path().join("out");
        let Ok(run) = read_run(&bundle) else {
            self.empty += 1;
            self.steps_lost += killed.told.len();
            assert!(killed.told.is_empty(), "{:?}", killed.told);
            let Err(ended) = killed.review() else {
                panic!("there is nothing to review");
            };
            assert_eq!(ended.status, 2, "{}", ended.stderr);
            let ended = killed.workshop.shippass(&["run", "--resume", "out"]);
            assert_eq!(ended.status, 2, "{}", ended.stderr);
            assert!(ended.stderr.contains("help: "), "{}", ended.stderr);
            return;
        };
        let before = finished(&run);
        self.steps_told += killed.told.len();
        self.steps_kept += before.len();
        self.steps_lost += killed.told.difference(&before).count();
        assert!(before.is_superset(&killed.told), "{:?}", killed.told);

        let served = killed.review();
        let served = served.unwrap_or_else(|ended| panic!("{}", ended.stderr));
        let facts = served.ask("facts");
        served.stop();
        assert_eq!(check_whole(&bundle).expect("sealed"), []);
        assert!(has_pictures(&bundle, &before), "{facts}");
        self.opened += 1;
        let is_complete = facts["run"]["complete"] == true;
        assert_eq!(is_complete, run.info.finished.is_some());
        self.ended += u32::from(is_complete);
        if is_taken_up {
            take_up(killed, is_complete, &before);
            self.nothing_is_left(killed);
            self.resumed += u32::from(!is_complete);
        }
    }

    fn nothing_is_left(&mut self, killed: &Killed) {
        if within_limit(|| killed.left().is_empty()).is_none() {
            let left = killed.left();
            self.left += left.len();
            panic!("left: {left:#?}");
        }
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn a_run_that_is_killed_at_any_moment_loses_no_finished_step_and_leaves_nothing() {
    let is_long = kills().is_some();
    let kills = kills().unwrap_or(FEW);
    let site = site();
    let whole = whole_run(&site);
    let mut figures = Figures::default();
    let mut wrong = Vec::new();
    // Several times over the whole of a run: a test that is stopped early has seen all of it, too.
    for kill in (0..7).flat_map(|first| (first..kills).step_by(7)) {
        let when = When::spread(kill, kills, &whole);
        let killed = Killed::at(&site, when);
        let is_taken_up = is_long || kill + 1 == FEW;
        // One that goes wrong doesn't hide how the others went; it has said why.
        let look = AssertUnwindSafe(|| figures.add(&killed, is_taken_up));
        if catch_unwind(look).is_err() {
            wrong.push(format!("kill {kill} of {kills}: {when:?}"));
        }
        if is_long || figures.kills == kills {
            let _ = writeln!(std::io::stderr(), "{when:?}: {figures:?}, {wrong:?}");
        }
    }
    assert_eq!(wrong, [""; 0], "{figures:#?}");
    assert!(figures.opened > 0 && figures.resumed > 0 && figures.steps_told > 0);
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

fn take_up(killed: &Killed, was_complete: bool, before: &BTreeSet<String>) {
    let bundle = killed.workshop.path().join("out");
    let kept = read_run(&bundle).expect("a journal");
    let ended = killed.workshop.shippass(&["run", "--resume", "out"]);
    if was_complete {
        assert_eq!(ended.status, 2, "{}", ended.stderr);
        let is_told = ended.stderr.contains("every step of it was walked");
        assert!(is_told, "{}", ended.stderr);
        return;
    }
    assert_eq!(ended.status, 0, "{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.statuses(), ["clean"; 3], "{:#?}", ended.steps());
    assert_eq!(ended.document()["run"]["complete"], true);
    assert_eq!(check_whole(&bundle).expect("sealed"), []);
    // What stands by itself wasn't walked again.
    let after = read_run(&bundle).expect("a journal");
    if before.contains("Open") && before.contains("Count") {
        assert_eq!(kept.checklists[0].steps[0], after.checklists[0].steps[0]);
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
    let sizes = if kills().is_some() {
        disk.empty();
        let (status, said) = run(&disk, &["run", "--url", &site.url, "--out", "out", &list]);
        assert_eq!(status, 0, "with room it succeeds: {said}");
        let need = disk.used();
        (0..DISKS).map(|disk| 1 + need * disk / DISKS).collect()
    } else {
        FEW_DISKS.to_vec()
    };
    let (mut opened, mut resumed, mut enough) = (0, 0, 0);
    for &kib in &sizes {
        disk.empty();
        disk.leave(kib);
        let (status, said) = run(&disk, &["run", "--url", &site.url, "--out", "out", &list]);
        let bundle = disk.path().join("out");
        if status == 0 {
            // The bundle is whole; there was no room left for what is told of it beside it.
            assert!(
                said.contains("history.ndjson: No space left"),
                "{kib} KiB: {said}"
            );
            assert_eq!(check_whole(&bundle).expect("sealed"), [], "{kib} KiB");
            enough += 1;
            continue;
        }
        assert_eq!(status, 3, "{kib} KiB: {said}");
        let is_told = ["No space left", "File too large"]
            .iter()
            .any(|why| said.contains(why));
        assert!(is_told && said.contains("\nhelp: "), "{kib} KiB: {said}");
        disk.make_room();
        let before = read_run(&bundle)
            .map(|run| finished(&run))
            .unwrap_or_default();
        let served = Reviewing::start(disk.shippass(&["review", "out", "--no-open"]));
        match served {
            Ok(served) => {
                served.stop();
                opened += 1;
                assert_eq!(check_whole(&bundle).expect("sealed"), [], "{kib} KiB");
                let (status, said) = run(&disk, &["run", "--resume", "out"]);
                assert!(
                    status == 0 || said.contains("every step of it was walked"),
                    "{kib} KiB: {said}"
                );
                resumed += u32::from(status == 0);
                let after = read_run(&bundle).expect("a journal");
                assert!(
                    finished(&after).is_superset(&before),
                    "{kib} KiB: {before:?}"
                );
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
    let _ = writeln!(
        std::io::stderr(),
        "full at {sizes:?} KiB: {opened} opened, {resumed} of them taken up, {enough} were enough"
    );
    assert!(opened > 0 && resumed > 0 && enough < 4);
}
