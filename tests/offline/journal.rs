//! The journal is the truth: what is in it survives cuts, flips and kills.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use shippass::evidence::{
    CapturedBody, ChecklistRun, ConsoleLine, JOURNAL, Layout, LayoutFacts, PageFacts, Recorder,
    Redactor, Resource, Run, RunEvent, RunInfo, StepIndex, StepRun, WideElement, read_journal,
    read_run,
};

fn start() -> RunEvent {
    let step = |id: &str| StepRun {
        id: id.to_owned(),
        name: id.to_owned(),
        ..StepRun::default()
    };
    let checklist = ChecklistRun {
        name: "List".to_owned(),
        steps: vec![step("01-one"), step("02-two")],
        ..ChecklistRun::default()
    };
    RunEvent::RunStarted {
        info: RunInfo {
            id: "RUN".to_owned(),
            ..RunInfo::default()
        },
        target: Box::default(),
        api: Vec::new(),
        contracts: Vec::new(),
        past: Vec::new(),
        checklists: vec![checklist],
    }
}

fn line(number: usize) -> RunEvent {
    RunEvent::ConsoleWritten {
        at: StepIndex {
            checklist: 0,
            step: number % 2,
        },
        line: ConsoleLine {
            id: format!("c{number}"),
            text: "é".repeat(number),
            ..ConsoleLine::default()
        },
    }
}

fn step_events(step: usize) -> [RunEvent; 2] {
    let at = StepIndex { checklist: 0, step };
    [
        RunEvent::StepStarted {
            at,
            started: jiff::Timestamp::UNIX_EPOCH,
        },
        RunEvent::StepFinished {
            at,
            duration_ms: 5,
            page: Some(PageFacts::default()),
            unsettled: None,
            undecided: Vec::new(),
        },
    ]
}

fn end() -> RunEvent {
    RunEvent::RunFinished {
        finished: jiff::Timestamp::UNIX_EPOCH,
        cut_short: None,
        redactions: std::collections::BTreeMap::new(),
        opened: std::collections::BTreeMap::new(),
    }
}

/// A whole journal of a small run.
fn record(folder: &Path) {
    let recorder = Recorder::create(folder, Arc::new(Redactor::default()), |_| ()).expect("begun");
    recorder.record(start());
    for event in step_events(0) {
        recorder.record(event);
    }
    (0..6).for_each(|number| recorder.record(line(number)));
    recorder.finish(end()).expect("all kept");
}

fn events_of(folder: &Path) -> Option<usize> {
    read_journal(folder)
        .ok()
        .map(|journal| journal.events.len())
}

/// A folder in memory where there is one: thousands of journals are written, and what is asked is what is read of them.
pub(crate) fn quick_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.expect("a folder")
}

#[test]
fn a_journal_cut_at_any_byte_is_read_to_its_last_whole_record() {
    let folder = quick_folder();
    record(folder.path());
    let path = folder.path().join(JOURNAL);
    let whole = std::fs::read(&path).expect("a journal");
    for cut in 0..whole.len() {
        std::fs::OpenOptions::new()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_len(cut as u64))
            .expect("cut");
        let records = whole[..cut].split(|byte| *byte == b'\n').count() - 1;
        assert_eq!(
            events_of(folder.path()).unwrap_or(0),
            records,
            "cut at {cut}"
        );
        if records > 0 {
            read_run(folder.path()).expect("every prefix folds");
        }
        restore(&path, &whole);
    }
}

#[test]
fn a_journal_cut_at_any_byte_is_gone_on_with_and_loses_no_finished_step() {
    let folder = quick_folder();
    record(folder.path());
    let path = folder.path().join(JOURNAL);
    let whole = std::fs::read(&path).expect("a journal");
    let first = whole
        .iter()
        .position(|byte| *byte == b'\n')
        .expect("a record");
    for cut in first + 1..whole.len() {
        restore(&path, &whole[..cut]);
        let before = read_run(folder.path()).expect("every prefix folds");
        let (mut anew, mut kept) = (Vec::new(), Vec::new());
        for (step, seen) in before.checklists[0].steps.iter().enumerate() {
            let at = StepIndex { checklist: 0, step };
            if seen.is_settled() {
                kept.push(step);
            } else {
                anew.push(at);
            }
        }

        let recorder = Recorder::resume(folder.path(), &before, Arc::default(), |_| ());
        let recorder = recorder.expect("gone on with");
        let walked = anew.clone();
        recorder.record(RunEvent::RunResumed {
            resumed: jiff::Timestamp::UNIX_EPOCH,
            anew,
        });
        for at in walked {
            for event in step_events(at.step) {
                recorder.record(event);
            }
        }
        recorder.finish(end()).expect("all kept");

        let journal = read_journal(folder.path()).expect("readable");
        assert_eq!(journal.torn, None, "cut at {cut}");
        let after = read_run(folder.path()).expect("folds");
        assert!(after.steps().all(|(_, step)| step.is_settled()), "{cut}");
        for step in kept {
            let of = |run: &Run| run.checklists[0].steps[step].clone();
            assert_eq!(of(&after), of(&before), "cut at {cut}");
        }
    }
}

#[test]
fn a_run_that_still_goes_on_is_not_taken_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = Recorder::create(folder.path(), Arc::default(), |_| ()).expect("begun");
    recorder.record(start());
    let run = Run::default();
    let refused = Recorder::resume(folder.path(), &run, Arc::default(), |_| ());
    let why = refused.expect_err("still going on").to_string();
    assert!(why.contains("still going on"), "{why}");
    recorder.finish(end()).expect("all kept");
}

#[test]
fn a_journal_with_any_byte_flipped_is_read_to_just_before_it() {
    let folder = quick_folder();
    record(folder.path());
    let path = folder.path().join(JOURNAL);
    let whole = std::fs::read(&path).expect("a journal");
    let events = read_journal(folder.path()).expect("whole").events;
    for at in 0..whole.len() {
        let before = whole[..at].split(|byte| *byte == b'\n').count() - 1;
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        restore(&path, &flipped);
        match read_journal(folder.path()) {
            Ok(read) => {
                assert_eq!(read.events, events[..before], "flipped at {at}");
                assert!(read.torn.is_some(), "flipped at {at}, and told");
            }
            Err(error) => assert_eq!(before, 0, "flipped at {at}: {error}"),
        }
    }
}

#[test]
fn a_journal_with_any_byte_flipped_is_gone_on_with_and_keeps_what_it_doesnt_trust() {
    let folder = quick_folder();
    record(folder.path());
    let path = folder.path().join(JOURNAL);
    let torn = folder.path().join("journal.torn");
    let whole = std::fs::read(&path).expect("a journal");
    let first = whole.split_inclusive(|byte| *byte == b'\n').next();
    let first = first.expect("a record").len();
    for at in first..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x20;
        restore(&path, &flipped);
        let _ = std::fs::remove_file(&torn);
        let before = read_journal(folder.path()).expect("readable").events;
        let run = read_run(folder.path()).expect("every prefix folds");

        let recorder = Recorder::resume(folder.path(), &run, Arc::default(), |_| ());
        let recorder = recorder.expect("gone on with");
        recorder.finish(end()).expect("all kept");

        let after = read_journal(folder.path()).expect("readable");
        assert_eq!(after.torn, None, "flipped at {at}");
        assert_eq!(after.events[..before.len()], before, "flipped at {at}");
        assert_eq!(after.events.len(), before.len() + 1, "flipped at {at}");
        let kept = std::fs::read(&torn).expect("what wasn't trusted");
        let trusted = whole[..at].iter().rposition(|byte| *byte == b'\n');
        let trusted = trusted.map_or(0, |end| end + 1);
        assert_eq!(
            kept,
            [&flipped[trusted..], b"\n"].concat(),
            "flipped at {at}"
        );
    }
}

fn restore(path: &Path, bytes: &[u8]) {
    std::fs::File::create(path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, bytes))
        .expect("written");
}

#[test]
fn a_step_without_an_end_is_not_finished_and_one_never_begun_is_not_either() {
    let [started, _] = step_events(0);
    let run = Run::from_events([start(), started]).expect("folds");
    let steps: Vec<_> = run
        .steps()
        .map(|(_, step)| (step.started.is_some(), step.finished))
        .collect();
    assert_eq!(steps, [(true, false), (false, false)]);
}

#[test]
fn a_record_for_a_step_that_is_not_planned_is_an_error() {
    let [_, finished] = step_events(7);
    assert!(Run::from_events([start(), finished]).is_err());
}

#[test]
fn records_of_several_threads_keep_one_chain() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder =
        Recorder::create(folder.path(), Arc::new(Redactor::default()), |_| ()).expect("begun");
    recorder.record(start());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let recorder = recorder.clone();
            scope.spawn(move || (0..100).for_each(|number| recorder.record(line(number))));
        }
    });
    recorder.finish(end()).expect("all kept");
    let journal = read_journal(folder.path()).expect("read");
    assert_eq!((journal.events.len(), journal.torn), (402, None));
}

#[test]
fn the_end_of_a_step_is_told_after_it_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(JOURNAL);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = {
        let heard = Arc::clone(&heard);
        move |event: &RunEvent| {
            let is_end = matches!(event, RunEvent::StepFinished { .. });
            let on_disk = std::fs::read_to_string(&path).expect("a journal");
            heard
                .lock()
                .expect("free")
                .push((is_end, on_disk.contains("step_finished")));
        }
    };
    let recorder =
        Recorder::create(folder.path(), Arc::new(Redactor::default()), listener).expect("begun");
    recorder.record(start());
    for event in step_events(0) {
        recorder.record(event);
    }
    recorder.finish(end()).expect("all kept");
    assert!(heard.lock().expect("free").contains(&(true, true)));
}

#[test]
fn a_step_ends_behind_its_pictures() {
    let folder = tempfile::tempdir().expect("a folder");
    crate::recorded::seal(folder.path(), "RUN", &crate::recorded::quotes(), |_| 4);
    let events = read_journal(folder.path()).expect("a journal").events;
    for step in 0..3 {
        let at = StepIndex { checklist: 0, step };
        let place = |is: &dyn Fn(&RunEvent) -> bool| events.iter().position(is).expect("recorded");
        let taken =
            place(&|event| matches!(event, RunEvent::PictureTaken { at: of, .. } if *of == at));
        let ended =
            place(&|event| matches!(event, RunEvent::StepFinished { at: of, .. } if *of == at));
        let next = events.iter().position(
            |event| matches!(event, RunEvent::StepStarted { at: of, .. } if of.step == step + 1),
        );
        assert!(
            taken < ended && next.is_none_or(|next| ended < next),
            "step {step}"
        );
    }
}

#[test]
fn a_listener_that_breaks_down_ends_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = Recorder::create(folder.path(), Arc::new(Redactor::default()), |_| {
        panic!("broken listener")
    })
    .expect("begun");
    recorder.record(start());
    recorder.record(line(1));
    recorder.finish(end()).expect("all kept");
    assert_eq!(events_of(folder.path()), Some(3));
}

#[test]
fn a_folder_that_holds_something_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    record(folder.path());
    let again = Recorder::create(folder.path(), Arc::new(Redactor::default()), |_| ());
    let error = again.expect_err("refused");
    assert!(error.to_string().contains("isn't empty"), "{error}");
    assert!(error.help().is_some());
}

#[test]
fn a_body_is_written_once_under_a_name_that_no_browser_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder =
        Recorder::create(folder.path(), Arc::new(Redactor::default()), |_| ()).expect("begun");
    let page = || CapturedBody::Bytes {
        mime: "text/html".to_owned(),
        bytes: b"<!doctype html><p>x".to_vec(),
    };
    let first = recorder.keep_body(page(), Resource::Fetch, true);
    let second = recorder.keep_body(page(), Resource::Document, true);
    assert_eq!(first, second);
    recorder.record(start());
    recorder.finish(end()).expect("all kept");
    let files: Vec<_> = std::fs::read_dir(folder.path().join("bodies"))
        .expect("bodies")
        .collect();
    assert_eq!(files.len(), 1);
    let name = files[0].as_ref().expect("an entry").file_name();
    assert_eq!(
        Path::new(&name).extension().and_then(|it| it.to_str()),
        Some("txt")
    );
}

#[test]
fn a_disk_that_takes_nothing_is_said_and_ends_the_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder =
        Recorder::create(folder.path(), Arc::new(Redactor::default()), |_| ()).expect("begun");
    recorder.record(start());
    // A file where the folder of bodies should be: nothing can be written below it.
    restore(&folder.path().join("bodies"), b"in the way");
    let body = CapturedBody::Bytes {
        mime: "text/plain".to_owned(),
        bytes: b"text".to_vec(),
    };
    recorder.keep_body(body, Resource::Fetch, true);
    let error = recorder.finish(end()).expect_err("evidence was lost");
    assert!(error.to_string().contains("bodies"), "{error}");
}

#[test]
fn how_a_page_is_laid_out_comes_back_and_older_journals_have_nothing_of_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = StepIndex {
        checklist: 0,
        step: 1,
    };
    let wide = WideElement {
        beyond: 77.0,
        ..WideElement::default()
    };
    let facts = LayoutFacts {
        content_width: 452.0,
        wide: vec![wide],
        ..LayoutFacts::default()
    };
    let layout = Layout::Measured(Box::new(facts));
    let recorder =
        Recorder::create(folder.path(), Arc::new(Redactor::default()), |_| ()).expect("begun");
    recorder.record(start());
    recorder.record(RunEvent::LayoutMeasured {
        at,
        layout: layout.clone(),
    });
    recorder.finish(end()).expect("written");
    let run = read_run(folder.path()).expect("read");
    let steps = &run.checklists[0].steps;
    assert_eq!((&steps[0].layout, &steps[1].layout), (&None, &Some(layout)));
}
