//! `run --resume` of a run that was cut off behind its last step: it needs its end and its seal, and no browser.

use std::sync::Arc;

use shippass::evidence::{
    ChecklistRun, JOURNAL, PageFacts, Recorder, RunEvent, RunInfo, StepIndex, StepRun, TargetFacts,
    hex_sha256,
};

use crate::support::Workshop;

const LIST: &str = "name: Quotes\nsteps:\n  - name: Open\n    do:\n      - visit: /\n";
const TARGET: &str = "http://127.0.0.1:9";

/// A run of one step that was killed at its end: so many of its last records were never written.
pub(crate) fn killed(lost: usize) -> Workshop {
    let workshop = Workshop::new();
    workshop.write("list.yaml", LIST);
    let folder = workshop.path().join("out");
    let recorder = Recorder::create(&folder, Arc::default(), |_| ()).expect("begun");
    let step = StepRun {
        id: "01-open".to_owned(),
        name: "Open".to_owned(),
        ..StepRun::default()
    };
    let checklist = ChecklistRun {
        name: "Quotes".to_owned(),
        file: "list.yaml".to_owned(),
        sha256: hex_sha256(LIST.as_bytes()),
        steps: vec![step],
        ..ChecklistRun::default()
    };
    let at = StepIndex::default();
    recorder.record(RunEvent::RunStarted {
        info: RunInfo {
            id: "01JD5M3Q8ZK4V7T2N9XW6R1YHB".to_owned(),
            ..RunInfo::default()
        },
        target: Box::new(TargetFacts {
            name: "url".to_owned(),
            url: format!("{TARGET}/"),
            origins: vec![TARGET.to_owned()],
            ..TargetFacts::default()
        }),
        api: Vec::new(),
        contracts: Vec::new(),
        past: Vec::new(),
        checklists: vec![checklist],
    });
    recorder.record(RunEvent::StepStarted {
        at,
        started: jiff::Timestamp::UNIX_EPOCH,
    });
    recorder.record(RunEvent::StepFinished {
        at,
        duration_ms: 5,
        page: Some(PageFacts {
            url: format!("{TARGET}/"),
            ..PageFacts::default()
        }),
        unsettled: None,
        undecided: Vec::new(),
    });
    let end = RunEvent::RunFinished {
        finished: jiff::Timestamp::UNIX_EPOCH,
        cut_short: None,
        redactions: std::collections::BTreeMap::new(),
        opened: std::collections::BTreeMap::new(),
    };
    recorder.finish(end).expect("all kept");
    let journal = folder.join(JOURNAL);
    let whole = std::fs::read_to_string(&journal).expect("a journal");
    let records: Vec<_> = whole.split_inclusive('\n').collect();
    workshop.write(
        &format!("out/{JOURNAL}"),
        &records[..records.len() - lost].concat(),
    );
    workshop
}

#[test]
fn a_run_that_was_killed_behind_its_last_step_gets_its_end_without_a_browser() {
    for lost in [0, 1] {
        let workshop = killed(lost);
        let ended = workshop.shippass(&["run", "--resume", "out"]);
        assert_eq!(ended.status, 1, "{lost}: {}{}", ended.stdout, ended.stderr);
        let document = ended.document();
        assert_eq!(document["run"]["complete"], true, "{lost}");
        assert_eq!(document["counts"]["not_run"], 0, "{lost}");
        assert!(ended.bundle.join("manifest.json").is_file(), "{lost}");

        let again = workshop.shippass(&["run", "--resume", "out"]);
        assert_eq!(again.status, 2, "{lost}: {}", again.stderr);
        let why = "every step of it was walked";
        assert!(again.stderr.contains(why), "{lost}: {}", again.stderr);
    }
}

#[test]
fn what_is_no_run_is_not_taken_up() {
    let workshop = Workshop::new();
    workshop
        .write("list.yaml", LIST)
        .write(&format!("empty/{JOURNAL}"), "");
    for (folder, why) in [
        ("nowhere", "No such file"),
        ("empty", "it is empty"),
        (".", "No such file"),
    ] {
        let ended = workshop.shippass(&["run", "--resume", folder]);
        assert_eq!(ended.status, 2, "{folder}: {}", ended.stderr);
        let told = format!("{folder} can't be taken up again: ");
        assert!(
            ended.stderr.contains(&told) && ended.stderr.contains(why),
            "{}",
            ended.stderr
        );
    }
}
