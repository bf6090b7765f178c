//! Runs written by hand as a run writes them: journal, derived files, seal.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{path::Path, sync::Arc};

use jiff::civil::date;
use shippass::{
    bundle::{seal, write_derived},
    detect,
    evidence::{ChecklistRun, Recorder, Redactor, Run, RunEvent, StepIndex, StepRun, read_run},
};

/// Writes a file of a bundle, and the folders that it lies in.
#[expect(
    clippy::disallowed_methods,
    reason = "the test makes what a recorder would"
)]
pub(crate) fn put(dir: &Path, name: &str, bytes: &[u8]) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// The events that a run was folded from.
pub(crate) fn events(run: &Run) -> Vec<RunEvent> {
    let planned = |step: &StepRun| StepRun {
        id: step.id.clone(),
        name: step.name.clone(),
        fresh: step.fresh,
        confirm: step.confirm.clone(),
        ..StepRun::default()
    };
    let checklists = run.checklists.iter().map(|list| ChecklistRun {
        steps: list.steps.iter().map(planned).collect(),
        ..list.clone()
    });
    let mut events = vec![
        RunEvent::RunStarted {
            info: run.info.clone(),
            target: Box::new(run.target.clone()),
            api: run.api.clone(),
            contracts: run.contracts.clone(),
            past: run.past.clone(),
            checklists: checklists.collect(),
        },
        RunEvent::EngineStarted(run.engine.clone()),
        RunEvent::DeviceMeasured(run.device.clone()),
    ];
    for (checklist, list) in run.checklists.iter().enumerate() {
        for (step, seen) in list.steps.iter().enumerate() {
            events.extend(events_of(StepIndex { checklist, step }, seen));
        }
    }
    events
}

fn events_of(at: StepIndex, seen: &StepRun) -> Vec<RunEvent> {
    let mut events = Vec::new();
    let started = seen
        .started
        .map(|started| RunEvent::StepStarted { at, started });
    events.extend(started);
    let actions = seen.actions.iter().cloned();
    events.extend(actions.map(|record| RunEvent::ActionFinished { at, record }));
    let expectations = seen.expectations.iter().cloned();
    events.extend(expectations.map(|record| RunEvent::ExpectationFinished { at, record }));
    let exchanges = seen.exchanges.iter().cloned().map(Box::new);
    events.extend(exchanges.map(|exchange| RunEvent::ExchangeFinished { at, exchange }));
    let console = seen.console.iter().cloned();
    events.extend(console.map(|line| RunEvent::ConsoleWritten { at, line }));
    let pages = seen.navigations.iter().cloned();
    events.extend(pages.map(|navigation| RunEvent::Navigated { at, navigation }));
    let happenings = seen.happenings.iter().cloned();
    events.extend(happenings.map(|happening| RunEvent::Happened { at, happening }));
    let pictures = seen.pictures.iter().cloned();
    events.extend(pictures.map(|picture| RunEvent::PictureTaken { at, picture }));
    let layout = seen.layout.iter().cloned();
    events.extend(layout.map(|layout| RunEvent::LayoutMeasured { at, layout }));
    events.push(match seen.not_run.clone() {
        Some(why) => RunEvent::StepSkipped {
            at,
            why,
            unreached: false,
        },
        None => RunEvent::StepFinished {
            at,
            duration_ms: seen.duration_ms,
            page: seen.page.clone(),
            unsettled: seen.unsettled.clone(),
            undecided: seen.undecided.clone(),
        },
    });
    events
}

pub(crate) fn record(dir: &Path, run: &Run, events: Vec<RunEvent>) {
    let recorder = Recorder::create(dir, Arc::new(Redactor::default()), |_| ()).unwrap();
    for event in events {
        recorder.record(event);
    }
    let end = RunEvent::RunFinished {
        finished: run.info.finished.unwrap(),
        cut_short: run.info.cut_short.clone(),
        redactions: run.redactions.clone(),
        opened: std::collections::BTreeMap::new(),
    };
    recorder.finish(end).unwrap();
}

/// The whole bundle of a run; its bodies and pictures are put there by `files`.
pub(crate) fn bundle(dir: &Path, run: &Run, files: impl FnOnce(&Path)) {
    record(dir, run, events(run));
    files(dir);
    let run = read_run(dir).unwrap();
    let findings = detect::inspect(&run, &[], date(2026, 11, 21));
    write_derived(dir, &run, &findings).unwrap();
    seal(dir, "<!doctype html><title>report</title>\n").unwrap();
}
