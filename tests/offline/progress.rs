//! What a person sees while a run goes on, over the events that the golden run came from.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use shippass::{
    evidence::{ActionOutcome, Run, RunEvent, StepIndex},
    report::{Progress, ProgressMode},
};

use crate::golden::{self, Pictures};

/// A writer that a test can look into.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The events that the golden run came from, as far as progress listens.
fn events(run: &Run) -> Vec<RunEvent> {
    let mut events = vec![RunEvent::RunStarted {
        info: run.info.clone(),
        target: Box::new(run.target.clone()),
        api: run.api.clone(),
        contracts: Vec::new(),
        past: Vec::new(),
        checklists: run.checklists.clone(),
    }];
    for (checklist, list) in run.checklists.iter().enumerate() {
        for (step, seen) in list.steps.iter().enumerate() {
            let at = StepIndex { checklist, step };
            if let Some(why) = seen.not_run.clone() {
                events.push(RunEvent::StepSkipped {
                    at,
                    why,
                    unreached: false,
                });
                continue;
            }
            events.push(RunEvent::StepStarted {
                at,
                started: seen.started.unwrap(),
            });
            events.extend(
                seen.actions
                    .iter()
                    .cloned()
                    .map(|record| RunEvent::ActionFinished { at, record }),
            );
            events.extend(
                seen.expectations
                    .iter()
                    .cloned()
                    .map(|record| RunEvent::ExpectationFinished { at, record }),
            );
            events.push(RunEvent::StepFinished {
                at,
                duration_ms: seen.duration_ms,
                page: seen.page.clone(),
                unsettled: seen.unsettled.clone(),
                undecided: seen.undecided.clone(),
            });
        }
    }
    events.push(RunEvent::RunFinished {
        finished: golden::moment(31_240),
        cut_short: Some("interrupted".to_owned()),
        redactions: run.redactions.clone(),
        opened: std::collections::BTreeMap::new(),
    });
    events
}

fn progress(mode: ProgressMode) -> String {
    let dir = tempfile::tempdir().unwrap();
    let run = golden::run(dir.path(), Pictures::Tiny);
    let log = Log::default();
    let mut progress = Progress::new(mode, Box::new(log.clone()));
    for event in events(&run) {
        progress.on(&event);
    }
    drop(progress);
    let bytes = log.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn progress_tells_each_step_and_never_says_passed() {
    let lines = progress(ProgressMode::Lines);
    assert!(!lines.contains("pass") && !lines.contains("ok"));
    insta::assert_snapshot!(lines);
    assert_eq!(progress(ProgressMode::Bar), lines, "the bar goes elsewhere");
    assert_eq!(progress(ProgressMode::Quiet), "");
}

#[test]
fn progress_survives_a_closed_pipe() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let run = golden::run(dir.path(), Pictures::Tiny);
    assert_eq!(
        run.checklists[0].steps[3].actions[2].outcome,
        ActionOutcome::NotRun
    );
    let mut progress = Progress::new(ProgressMode::Lines, Box::new(Closed));
    for event in events(&run) {
        progress.on(&event);
    }
}
