//! A run that was killed: its bundle is reviewed up to where it came, and only a rejection of it can be signed.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use shippass::{
    bundle::{check_whole, open},
    evidence::{
        Body, CapturedBody, ConsoleLine, JOURNAL, Recorder, Redactor, Resource, RunEvent,
        read_journal, read_run,
    },
};

use super::{
    commands::Desk,
    folder::{files_of, write},
    prepared::{ADA, walk_all},
};
use crate::support::reviewing::{Reviewed, Reviewing};

/// What follows from a journal; a killed run has none of it.
const DERIVED: [&str; 6] = [
    "bundle.json",
    "network.har",
    "console.ndjson",
    "redaction.json",
    "report.html",
    "manifest.json",
];

/// A desk with a bundle that is a journal, bodies and pictures.
fn killed() -> Desk {
    let desk = Desk::new();
    for name in DERIVED {
        fs::remove_file(desk.bundle().join(name)).unwrap();
    }
    desk
}

fn review(desk: &Desk) -> Result<Reviewing, Reviewed> {
    Reviewing::start(desk.shippass(&["review", "bundle", "--no-open"]))
}

fn refusal(desk: &Desk) -> Reviewed {
    match review(desk) {
        Ok(_) => panic!("it is refused"),
        Err(ended) => ended,
    }
}

/// What the machine says of each step of a whole bundle.
fn judged(dir: &Path) -> BTreeMap<String, String> {
    let document = open(dir).unwrap().document;
    let steps = document.checklists.iter().flat_map(|list| &list.steps);
    let status = |status| {
        serde_json::to_value(status)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    steps
        .map(|step| (step.id.clone(), status(step.status)))
        .collect()
}

/// Where each record of a journal ends.
fn ends(journal: &[u8]) -> Vec<usize> {
    let ends = journal.iter().enumerate();
    ends.filter(|(_, byte)| **byte == b'\n')
        .map(|(at, _)| at + 1)
        .collect()
}

#[test]
fn a_killed_run_is_opened_up_to_its_last_finished_step_wherever_it_was_cut_off() {
    let judged = judged(&Desk::new().bundle());
    let desk = killed();
    let journal = fs::read(desk.bundle().join(JOURNAL)).unwrap();
    let whole = files_of(&desk.bundle());
    let ends = ends(&journal);
    assert!(ends.len() > 20, "{}", ends.len());
    for (records, end) in (1..).zip(&ends) {
        // Half of the next record was written, too, and of some files that were just being written.
        let torn = journal.len().min(end + (records * 37) % 200);
        fs::remove_dir_all(desk.bundle()).unwrap();
        for (name, bytes) in &whole {
            write(&desk.bundle().join(name), bytes);
        }
        write(&desk.bundle().join(JOURNAL), &journal[..torn]);
        for name in [
            ".manifest.json.part",
            ".bundle.json.part",
            "bodies/ab.partial",
        ] {
            write(&desk.bundle().join(name), b"half of");
        }
        let run = read_run(&desk.bundle()).unwrap();

        let served = review(&desk).unwrap_or_else(|ended| panic!("{records}: {}", ended.stderr));
        let facts = served.ask("facts");
        let is_whole = torn == journal.len();
        assert_eq!(facts["run"]["complete"], is_whole, "{records}");
        let told = facts["checklists"].as_array().unwrap().iter();
        let told = told.flat_map(|list| list["steps"].as_array().unwrap());
        for ((_, seen), told) in run.steps().zip(told) {
            // A step whose end is recorded is judged as ever; one without an end is never clean.
            let (name, status) = (seen.id.as_str(), told["status"].as_str().unwrap());
            if seen.is_settled() {
                assert_eq!(status, judged[name], "{records}: {name}");
            } else {
                assert_ne!(status, "clean", "{records}: {name}");
            }
            let has_picture = told["picture"].is_string();
            assert_eq!(has_picture, !seen.pictures.is_empty(), "{records}: {name}");
        }
        let ended = served.stop();
        assert_eq!(ended.status, 1, "{}", ended.stderr);
        let said = "only a rejection of it can be signed";
        assert_eq!(ended.stderr.contains(said), !is_whole, "{}", ended.stderr);
        assert_eq!(check_whole(&desk.bundle()).unwrap(), [], "{records}");
        // Evidence is added to, and never changed.
        assert_eq!(
            fs::read(desk.bundle().join(JOURNAL)).unwrap(),
            &journal[..torn]
        );
    }
}

#[test]
fn only_a_rejection_of_a_run_that_was_cut_off_is_signed() {
    let desk = killed();
    let path = desk.bundle().join(JOURNAL);
    let journal = fs::read(&path).unwrap();
    let ends = ends(&journal);
    write(&path, &journal[..ends[ends.len() - 3]]);
    let (status, told) = desk.verify(&[]);
    assert_eq!(status, 1, "{told}");
    assert!(
        told.contains("[not-sealed]") && told.contains("`shippass run --resume"),
        "{told}"
    );
    assert_eq!(desk.sign("ada", ADA).0, 1, "nobody has looked");

    let ended = review(&desk).unwrap().stop();
    insta::assert_snapshot!("review_of_a_killed_run", ended.stderr);
    walk_all(&desk.bundle());
    let (status, _, err) = desk.sign("ada", ADA);
    assert_eq!(status, 1, "{err}");
    assert!(err.contains("the run was cut off"), "{err}");
    let (status, _, err) = desk.reject("ada", ADA, "it broke off");
    assert_eq!(status, 0, "{err}");
    let (status, told) = desk.verify(&[]);
    assert!(status == 1 && told.starts_with("rejected: "), "{told}");
    let (status, _, err) = desk.run(&["run", "--resume", "bundle"]);
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("somebody has reviewed it already"), "{err}");
}

/// A journal written anew: its events, each as `other` makes it, and nothing that follows from it.
fn rewritten(redactor: Redactor, other: impl Fn(&Recorder, RunEvent) -> RunEvent) -> Desk {
    let events = read_journal(&killed().bundle()).unwrap().events;
    let desk = Desk(tempfile::tempdir().unwrap());
    let recorder = Recorder::create(&desk.bundle(), Arc::new(redactor), |_| ()).unwrap();
    let mut last = None;
    for event in events {
        if let Some(before) = last.replace(other(&recorder, event)) {
            recorder.record(before);
        }
    }
    recorder.finish(last.unwrap()).unwrap();
    desk
}

#[test]
fn a_merge_that_failed_is_to_be_merged_again_and_not_resumed() {
    let desk = rewritten(Redactor::default(), |_, event| match event {
        RunEvent::RunStarted {
            mut info,
            target,
            api,
            contracts,
            past,
            checklists,
        } => {
            info.merged = vec!["PART1".to_owned(), "PART2".to_owned()];
            RunEvent::RunStarted {
                info,
                target,
                api,
                contracts,
                past,
                checklists,
            }
        }
        RunEvent::RunFinished {
            finished,
            redactions,
            opened,
            ..
        } => RunEvent::RunFinished {
            finished,
            cut_short: Some("the merge failed: a picture is missing".to_owned()),
            redactions,
            opened,
        },
        event => event,
    });
    let (status, _, err) = desk.run(&["run", "--resume", "bundle"]);
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("it was merged from several runs"), "{err}");
    let ended = review(&desk).unwrap().stop();
    insta::assert_snapshot!("review_of_a_merge_that_failed", ended.stderr);
}

/// What a run learns of secrets while it goes on nobody knows any more after it was killed: it was hidden when it was recorded.
#[test]
fn what_a_killed_run_had_learned_to_hide_stays_hidden() {
    const LEARNED: [&str; 3] = [
        "tok_9f8e7d6c5b4a39281706",
        "correct horse battery",
        "sid-77aa88bb99cc00dd11ee",
    ];
    let redactor = Redactor::default();
    redactor.learn_stored("session storage", LEARNED[0]);
    redactor.learn("typed into a private field", LEARNED[1]);
    redactor.learn_cookies([("Set-Cookie", format!("sid={}; Path=/", LEARNED[2]))]);
    let told = LEARNED.join(" and ");
    let desk = rewritten(redactor, |recorder, event| {
        match &event {
            RunEvent::StepStarted { at, .. } => {
                let line = ConsoleLine {
                    id: format!("told-{}-{}", at.checklist, at.step),
                    level: "log".to_owned(),
                    text: format!("signed in with {told}"),
                    ..ConsoleLine::default()
                };
                recorder.record(event.clone());
                return RunEvent::ConsoleWritten { at: *at, line };
            }
            RunEvent::StepFinished { .. } => {
                let bytes = format!("they are {told}").into_bytes();
                let mime = "text/plain".to_owned();
                let body = CapturedBody::Bytes { mime, bytes };
                let kept = recorder.keep_body(body, Resource::Fetch, true);
                assert!(matches!(kept, Body::Kept(_)), "{kept:?}");
            }
            _ => {}
        }
        event
    });
    // Killed: the last record was never written.
    let path = desk.bundle().join(JOURNAL);
    let journal = fs::read(&path).unwrap();
    let ends = ends(&journal);
    write(&path, &journal[..ends[ends.len() - 2]]);
    let served = review(&desk).unwrap();
    let step = served.ask("steps/0/0").to_string();
    assert!(step.contains("signed in with [redacted:"), "{step}");
    served.stop();
    let files = files_of(&desk.bundle());
    assert!(files.contains_key("report.html") && files.contains_key("manifest.json"));
    for (name, bytes) in files {
        for secret in LEARNED {
            let holds = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!holds, "{name} holds {secret}");
        }
    }
}

#[test]
fn a_killed_run_that_was_only_looked_at_is_sealed_again() {
    let desk = killed();
    review(&desk).unwrap().stop();
    fs::remove_file(desk.bundle().join("manifest.json")).unwrap();
    write(&desk.bundle().join("bodies/more.txt"), b"more");
    let ended = review(&desk).unwrap().stop();
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert_eq!(check_whole(&desk.bundle()).unwrap(), []);
}

#[test]
fn a_seal_that_somebody_took_away_is_not_made_anew_under_their_words() {
    let desk = Desk::walked();
    fs::remove_file(desk.bundle().join("manifest.json")).unwrap();
    let before = files_of(&desk.bundle());
    let ended = refusal(&desk);
    assert_eq!(ended.status, 2, "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("is not what was sealed: manifest.json: missing"),
        "{}",
        ended.stderr
    );
    assert_eq!(files_of(&desk.bundle()), before);
}

#[test]
fn a_run_that_still_goes_on_and_one_that_saw_nothing_are_told() {
    let desk = Desk(tempfile::tempdir().unwrap());
    let recorder = Recorder::create(&desk.bundle(), Arc::default(), |_| ()).unwrap();
    let ended = refusal(&desk);
    assert_eq!(ended.status, 2, "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("it is empty\nhelp: it was cut off at its very beginning"),
        "{}",
        ended.stderr
    );
    let (status, _, err) = desk.run(&["run", "--resume", "bundle"]);
    assert!(
        status == 2 && err.contains("can't be taken up again"),
        "{err}"
    );

    let other = killed();
    let events = shippass::evidence::read_journal(&other.bundle())
        .unwrap()
        .events;
    for event in events {
        recorder.record(event);
    }
    wait_for(&desk.bundle().join(JOURNAL));
    let ended = refusal(&desk);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("a run that is still going on"),
        "{}",
        ended.stderr
    );
    assert!(!desk.bundle().join("bundle.json").exists());
    let end = RunEvent::RunFinished {
        finished: jiff::Timestamp::UNIX_EPOCH,
        cut_short: None,
        redactions: std::collections::BTreeMap::new(),
        opened: std::collections::BTreeMap::new(),
    };
    recorder.finish(end).unwrap();
}

/// Until a first record is there.
fn wait_for(journal: &Path) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !fs::read(journal).unwrap().contains(&b'\n') {
        assert!(std::time::Instant::now() < end, "a record is written");
        std::thread::yield_now();
    }
}

/// Nothing of a stranger's folder leads out of it.
#[cfg(unix)]
#[test]
fn links_in_a_killed_run_are_refused_before_anything_is_made_of_it() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    for place in [
        "bodies/link.json",
        "signoff",
        "screens/x",
        "report.html",
        ".bundle.json.part",
    ] {
        let desk = killed();
        symlink(outside.path(), desk.bundle().join(place)).unwrap();
        let ended = refusal(&desk);
        assert_eq!(ended.status, 2, "{place}: {}", ended.stderr);
        assert!(
            ended.stderr.contains("is not a plain file"),
            "{place}: {}",
            ended.stderr
        );
        assert!(!desk.bundle().join("bundle.json").exists());
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}
