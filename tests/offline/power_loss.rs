//! The power goes at any moment: what was told is there when it comes back, and nothing half counts.
//!
//! A program is watched while it works. Then, after each of its calls to the disk, the worst is made of it that a file system may:
//! nothing has come to the disk that nobody synced, or only names have, or only what files hold.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod disk;
mod trace;

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use jiff::Timestamp;
use shippass::{
    bundle::{AcceptedFolder, Verdict, check_whole, hex_sha256, open, read_walk},
    evidence::{Body, Outcome, Run, RunEvent, read_run},
    signoff::{Expectations, Refusal, verify},
};

use self::{
    disk::{Disk, State, Unsynced, WORST, lay_out},
    trace::Call,
};
use crate::{
    recorded::{drawn, quotes, record_at, seal},
    review::{
        door::{post_at, sit_at},
        walk::{STEPS, confirming},
    },
    signoff::{killed::Signing, prepared::expectations},
    support::reviewing::Reviewing,
};

/// Tells a copy of this program where to record a run.
const PLACE: &str = "SHIPPASS_TEST_RECORDS_IN";

/// What a program did below a folder, and the folder before it.
struct Watched {
    disk: Disk,
    calls: Vec<Call>,
}

impl Watched {
    /// Starts it, waits until it has ended, and reads what it did.
    fn new(root: &Path, command: &Command, wait: impl FnOnce(Command)) -> Self {
        let disk = Disk::new(root);
        let notes = tempfile::tempdir().unwrap();
        let trace = notes.path().join("trace");
        wait(trace::watched(command, &trace));
        let calls = trace::read(&trace, root);
        assert!(calls.len() > 10, "{calls:?}");
        Self { disk, calls }
    }

    fn ended(root: &Path, command: &Command) -> Self {
        Self::new(root, command, |mut command| {
            let mut child = command
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            assert!(child.wait().unwrap().success());
        })
    }

    /// Shows each worst state, those that are alike once, with what had been told by then. Answers the last one and how many.
    fn each(mut self, mut look: impl FnMut(&State, Unsynced, &str)) -> (State, usize) {
        let (mut told, mut seen) = (String::new(), BTreeSet::new());
        for call in &self.calls {
            if let Call::Told(word) = call {
                told += word;
            }
            self.disk.take(call);
            for unsynced in WORST {
                let state = self.disk.state(unsynced);
                if seen.insert((hex_sha256(format!("{state:?}").as_bytes()), told.clone())) {
                    look(&state, unsynced, &told);
                }
            }
        }
        (self.disk.state(Unsynced::Nothing), seen.len())
    }
}

#[test]
#[ignore = "the test below watches it"]
#[expect(
    clippy::disallowed_methods,
    reason = "tells a copy of the test what to do"
)]
fn records() {
    let Some(place) = std::env::var_os(PLACE) else {
        return;
    };
    let tell = |event: &RunEvent| {
        if let RunEvent::StepFinished { at, .. } = event {
            let mut out = std::io::stdout();
            let told = out.write_all(format!("\nstep {} is done\n", at.step).as_bytes());
            told.and_then(|()| out.flush()).unwrap();
        }
    };
    let target = "https://preview.example";
    let place = PathBuf::from(place);
    record_at(target, &place, "RUN", &quotes(), |_| drawn(1, 4), tell);
}

#[test]
#[ignore = "needs strace"]
fn a_step_that_was_told_to_be_done_is_there_with_all_that_it_names() {
    let root = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(program);
    command
        .args(["--exact", "power_loss::records", "--ignored", "--nocapture"])
        .env(PLACE, root.path().join("shots/out"));
    let watched = Watched::ended(root.path(), &command);
    let (mut reviewed, mut without) = (BTreeSet::new(), 0);
    let look = |state: &State, unsynced: Unsynced, told: &str| {
        let folder = lay_out(state);
        let bundle = folder.path().join("shots/out");
        let told = (0..3).filter(|step| told.contains(&format!("step {step} is done")));
        let told: BTreeSet<usize> = told.collect();
        let Ok(run) = read_run(&bundle) else {
            assert!(told.is_empty(), "{told:?} of {state:?}");
            return;
        };
        let steps = run.checklists[0].steps.iter().enumerate();
        let (settled, open): (Vec<_>, Vec<_>) = steps.partition(|(_, step)| step.is_settled());
        let settled: BTreeSet<usize> = settled.into_iter().map(|(step, _)| step).collect();
        assert!(settled.is_superset(&told), "{told:?} of {settled:?}");
        let lost = |steps: &BTreeSet<usize>| lost(&run, &bundle, steps);
        // Records that nobody synced may be there without what they name, and that is told to nobody.
        assert_eq!(lost(&told), [""; 0], "{unsynced:?} {told:?}");
        let open = open.into_iter().map(|(step, _)| step).collect();
        let missing = lost(&open).len() + lost(&settled).len();
        without += usize::from(missing > 0);
        if reviewed.insert((unsynced, settled, missing)) {
            opens(folder.path(), missing);
        }
    };
    let (last, states) = watched.each(look);
    let folder = lay_out(&last);
    assert!(
        read_run(&folder.path().join("shots/out"))
            .unwrap()
            .info
            .finished
            .is_some()
    );
    let _ = writeln!(
        std::io::stderr(),
        "{states} states of a run, {} kinds of them reviewed; {without} name what is lost",
        reviewed.len()
    );
    assert!(without > 0 && reviewed.len() > 6, "{reviewed:?}");
}

/// Bodies and pictures that steps name and that aren't there whole.
fn lost(run: &Run, bundle: &Path, steps: &BTreeSet<usize>) -> Vec<String> {
    let mut lost = Vec::new();
    for &step in steps {
        let step = &run.checklists[0].steps[step];
        let bodies = step
            .exchanges
            .iter()
            .filter_map(|exchange| match &exchange.outcome {
                Outcome::Answered(answer) => match &answer.body {
                    Body::Kept(kept) => Some((&kept.file, kept.size)),
                    _ => None,
                },
                _ => None,
            });
        for (file, size) in bodies {
            let found = fs::metadata(bundle.join(file)).map_or(0, |found| found.len());
            if found != size {
                lost.push(file.clone());
            }
        }
        for picture in &step.pictures {
            if image::open(bundle.join(&picture.file)).is_err() {
                lost.push(picture.file.clone());
            }
        }
    }
    lost
}

/// It is reviewed up to where it came, whatever is lost.
fn opens(folder: &Path, missing: usize) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shippass"));
    command
        .args(["review", "shots/out", "--no-open"])
        .current_dir(folder)
        .env("CI", "1");
    let served = Reviewing::start(command);
    let served = served.unwrap_or_else(|ended| panic!("{missing} lost: {}", ended.stderr));
    let facts = served.ask("facts");
    assert_eq!(facts["checklists"][0]["steps"].as_array().unwrap().len(), 3);
    drop(served);
    assert_eq!(check_whole(&folder.join("shots/out")).unwrap(), []);
}

#[test]
#[ignore = "needs strace"]
fn a_bundle_is_signed_well_or_not_at_all_and_well_once_that_is_told() {
    for signing in [Signing::First, Signing::Anew, Signing::Further] {
        let desk = signing.desk();
        let command = signing.command(&desk);
        let watched = Watched::ended(desk.0.path(), &command);
        let expected = |signers| Expectations {
            now: Timestamp::now(),
            signers,
            ..expectations()
        };
        let refusals = |state: &State, signers| {
            let folder = lay_out(state);
            verify(&folder.path().join("bundle"), &expected(signers))
                .unwrap()
                .refusals
        };
        let (last, states) = watched.each(|state, unsynced, _| {
            let refusals = refusals(state, 1);
            let is_unsigned =
                |refusal: &Refusal| matches!(refusal.code(), "unsigned" | "cut-off" | "said-since");
            assert!(
                refusals.iter().all(is_unsigned),
                "{signing:?} {unsynced:?}: {refusals:?}"
            );
        });
        let signers = if signing == Signing::Further { 2 } else { 1 };
        let refusals = refusals(&last, signers);
        assert!(refusals.is_empty(), "{signing:?}: {refusals:?}");
        let earlier = last.keys().any(|name| {
            name.ends_with("statement.json") && name.starts_with("bundle/signoff/earlier")
        });
        assert_eq!(
            earlier,
            signing == Signing::Anew,
            "what was replaced is kept"
        );
        let _ = writeln!(std::io::stderr(), "{states} states of {signing:?}");
    }
}

#[test]
#[ignore = "needs strace"]
fn what_was_said_and_accepted_is_there_all_of_it_once_that_is_told() {
    let root = tempfile::tempdir().unwrap();
    seal(
        &root.path().join("bundle"),
        "01JD5M3Q8ZK4V7T2N9XW6R1YHB",
        &quotes(),
        |_| 4,
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_shippass"));
    command
        .args([
            "review",
            "bundle",
            "--no-open",
            "--accepted",
            "kept/accepted",
        ])
        .current_dir(root.path())
        .env("CI", "1");
    let watched = Watched::new(root.path(), &command, |command| {
        let served = Reviewing::start(command).unwrap_or_else(|ended| panic!("{}", ended.stderr));
        let (seat, held) = sit_at(&served.host, &served.token, false);
        let post = |path: &str, word: &str| post_at(&served.host, &served.token, path, &seat, word);
        for word in STEPS.into_iter().flat_map(confirming) {
            assert_eq!(post("/api/said", &word).status, 200, "{word}");
        }
        assert_eq!(post("/api/accept", "{}").body, r#"{"pictures":3}"#);
        drop(held);
        served.stop();
    });
    let accepted = |folder: &Path| {
        let place = folder.join("kept/accepted");
        let surroundings = ("375x812@3", "chromium");
        let folder = AcceptedFolder::open(&place, "Customer signs a quote", surroundings).unwrap();
        STEPS.map(|id| folder.step(id).is_some())
    };
    let (last, states) = watched.each(|state, unsynced, _| {
        let folder = lay_out(state);
        let accepted = accepted(folder.path());
        assert!(
            accepted == [true; 3] || accepted == [false; 3],
            "{unsynced:?} {accepted:?}"
        );
    });
    let folder = lay_out(&last);
    assert_eq!(accepted(folder.path()), [true; 3]);
    let bundle = folder.path().join("bundle");
    let manifest = fs::read(bundle.join("manifest.json")).unwrap();
    let walk = read_walk(&bundle, &hex_sha256(&manifest)).unwrap();
    let verdicts = walk
        .steps
        .values()
        .filter(|said| said.verdict == Some(Verdict::Confirmed));
    assert_eq!(verdicts.count(), 3);
    let _ = writeln!(std::io::stderr(), "{states} states of a review");
}

#[test]
#[ignore = "needs strace"]
fn what_was_merged_is_whole_once_that_is_told() {
    let root = tempfile::tempdir().unwrap();
    for (name, list) in [("a", "Customer signs"), ("b", "Owner sends")] {
        let mut lists = quotes();
        list.clone_into(&mut lists[0].name);
        lists[0].file = format!("checklists/{name}.yaml");
        let id = format!("01JD5M3Q8ZK4V7T2N9XW6R1Y{name}");
        seal(&root.path().join(name), &id, &lists, |_| 4);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_shippass"));
    command
        .args(["merge", "a", "b", "--out", "whole"])
        .current_dir(root.path());
    let watched = Watched::new(root.path(), &command, |mut command| {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        assert_eq!(
            child.wait().unwrap().code(),
            Some(1),
            "something is flagged"
        );
    });
    let (last, states) = watched.each(|state, unsynced, _| {
        let folder = lay_out(state);
        let whole = folder.path().join("whole");
        if let Ok(differences) = check_whole(&whole) {
            assert_eq!(differences, [], "{unsynced:?}: sealed before it was there");
        }
    });
    let folder = lay_out(&last);
    assert_eq!(check_whole(&folder.path().join("whole")).unwrap(), []);
    assert!(
        open(&folder.path().join("whole"))
            .unwrap()
            .document
            .run
            .complete
    );
    let _ = writeln!(std::io::stderr(), "{states} states of a merge");
}
