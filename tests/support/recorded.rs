//! Bundles of runs that were made up: recorded, judged and sealed as real ones are, without a browser.

use std::{io::Cursor, path::Path, sync::Arc};

use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use jiff::{Timestamp, civil::date};
use shippass::{
    bundle::{self, BundlePaths},
    detect,
    evidence::{
        Answer, Area, Body, CapturedBody, ChecklistRun, ConsoleLine, Content, DeviceFacts,
        EngineFacts, Exchange, KeptBody, NewPicture, Outcome, PageFacts, Picture, Recorder,
        Redactor, RunEvent, RunInfo, StepIndex, StepRun, TargetFacts, read_run,
    },
    report::{ReportView, write_html},
};

const TARGET: &str = "https://preview.example";
/// Stands in the bundle of [`quotes`] and nowhere else: whoever gets to see it got data.
pub(crate) const KEPT: &str = "three rooms painted";

/// A step that went well, with so many rows in its picture.
pub(crate) fn step(id: &str, name: &str) -> StepRun {
    StepRun {
        id: id.to_owned(),
        name: name.to_owned(),
        started: Some(Timestamp::UNIX_EPOCH),
        duration_ms: 400,
        page: Some(PageFacts {
            url: format!("{TARGET}/quotes/1042"),
            title: "Quote 1042".to_owned(),
            text: "Quote 1042, three rooms painted, $4,500.00".to_owned(),
            text_length: 640,
            ..PageFacts::default()
        }),
        ..StepRun::default()
    }
}

/// Three steps: a question, a finding, and nothing at all.
pub(crate) fn quotes() -> Vec<ChecklistRun> {
    let mut open = step("01-open-the-quote", "Open the quote");
    open.confirm = vec!["The total reads $4,500.00".to_owned()];
    let quote = format!("{{\"title\":\"{KEPT}\"}}");
    let path = "/api/quotes/1042";
    open.exchanges = vec![answered("e1", "GET", path, "application/json", &quote)];
    let mut sign = step("02-sign-it", "Sign it");
    let page = "<!doctype html><title>Sign in</title><script>fetch('/owned')</script>";
    let path = "/api/quotes/1042/sign";
    sign.exchanges = vec![answered("e2", "POST", path, "text/html", page)];
    sign.console = vec![ConsoleLine {
        id: "c1".to_owned(),
        level: "warn".to_owned(),
        text: format!("warned of {KEPT}"),
        ..ConsoleLine::default()
    }];
    vec![ChecklistRun {
        name: "Customer signs a quote".to_owned(),
        file: "checklists/quotes.yaml".to_owned(),
        sha256: "5f2b".repeat(16),
        steps: vec![open, sign, step("03-see-it", "See it")],
        ..ChecklistRun::default()
    }]
}

/// A request that was answered 200 with this.
pub(crate) fn answered(id: &str, method: &str, path: &str, mime: &str, body: &str) -> Exchange {
    Exchange {
        id: id.to_owned(),
        redirected_from: None,
        method: method.to_owned(),
        url: format!("{TARGET}{path}"),
        resource: shippass::evidence::Resource::Fetch,
        initiator: None,
        request_headers: Vec::new(),
        request_body: Body::None,
        started: Timestamp::UNIX_EPOCH,
        timings: shippass::evidence::Timings::default(),
        outcome: Outcome::Answered(Answer {
            status: 200,
            mime: mime.to_owned(),
            body: Body::Kept(KeptBody {
                file: String::new(),
                size: body.len() as u64,
                content: Content::Text,
                start: String::new(),
                server_keys: Vec::new(),
                text: Some(body.to_owned()),
            }),
            ..Answer::default()
        }),
        read_as: Vec::new(),
        kept_back: None,
    }
}

/// Records checklists as a run of this id would, each step with a picture of so many rows, judges and seals them.
pub(crate) fn seal(
    folder: &Path,
    id: &str,
    checklists: &[ChecklistRun],
    rows: impl Fn(&str) -> usize,
) {
    seal_at(TARGET, folder, id, checklists, |step| drawn(1, rows(step)));
}

/// The same of a deployment that has another address, with pictures of one's own.
pub(crate) fn seal_at(
    target: &str,
    folder: &Path,
    id: &str,
    checklists: &[ChecklistRun],
    picture: impl Fn(&str) -> Vec<u8>,
) {
    record_at(target, folder, id, checklists, picture, |_| ());
    let run = read_run(folder).expect("a journal");
    let findings = detect::inspect(&run, &[], date(2026, 11, 21));
    let document = bundle::write_derived(folder, &run, &findings).expect("derived");
    let view = ReportView {
        recorded: &run,
        document: &document,
        picture: &|name| BundlePaths::new(folder).read(name).ok(),
    };
    bundle::write_report(folder, |out| write_html(&view, out)).expect("a report");
    bundle::write_manifest(folder).expect("sealed");
}

/// Records them and nothing more; the listener is told of each thing once it is kept.
pub(crate) fn record_at(
    target: &str,
    folder: &Path,
    id: &str,
    checklists: &[ChecklistRun],
    picture: impl Fn(&str) -> Vec<u8>,
    listener: impl FnMut(&RunEvent) + Send + 'static,
) {
    let redactor = Arc::new(Redactor::default());
    let recorder = Recorder::create(folder, redactor, listener).expect("a new folder");
    recorder.record(started(target, id, checklists));
    recorder.record(RunEvent::EngineStarted(EngineFacts {
        name: "chromium".to_owned(),
        version: "156.0".to_owned(),
        driver: "chromedriver 156.0".to_owned(),
    }));
    recorder.record(RunEvent::DeviceMeasured(device()));
    for (checklist, entry) in checklists.iter().enumerate() {
        for (step, seen) in entry.steps.iter().enumerate() {
            let at = StepIndex { checklist, step };
            let file = bundle::paths::picture(&entry.name, &seen.id);
            record(&recorder, at, seen, || (file, picture(&seen.id)));
        }
    }
    let end = RunEvent::RunFinished {
        finished: Timestamp::UNIX_EPOCH,
        cut_short: None,
        redactions: [("cookie value".to_owned(), 2)].into(),
        opened: std::collections::BTreeMap::default(),
    };
    recorder.finish(end).expect("written");
}

fn device() -> DeviceFacts {
    DeviceFacts {
        name: "375x812@3".to_owned(),
        width: 375,
        height: 812,
        scale: 3.0,
        touch: true,
        user_agent: "Mozilla/5.0 (Linux; Android 16)".to_owned(),
    }
}

fn started(target: &str, id: &str, checklists: &[ChecklistRun]) -> RunEvent {
    let planned = |step: &StepRun| StepRun {
        id: step.id.clone(),
        name: step.name.clone(),
        confirm: step.confirm.clone(),
        finished: false,
        ..StepRun::default()
    };
    RunEvent::RunStarted {
        info: RunInfo {
            id: id.to_owned(),
            tool_version: "0.1.0".to_owned(),
            ..RunInfo::default()
        },
        target: Box::new(TargetFacts {
            name: "preview".to_owned(),
            url: format!("{target}/"),
            kind: "preview".to_owned(),
            origins: vec![target.to_owned()],
            commit: Some("9c1f0e2d4b6a8c0e2f4a6b8c0d2e4f6a8b0c2d4e".to_owned()),
            ..TargetFacts::default()
        }),
        past: Vec::new(),
        api: vec!["/api/**".to_owned()],
        contracts: Vec::new(),
        checklists: checklists
            .iter()
            .map(|checklist| ChecklistRun {
                steps: checklist.steps.iter().map(planned).collect(),
                ..checklist.clone()
            })
            .collect(),
    }
}

fn record(
    recorder: &Recorder,
    at: StepIndex,
    seen: &StepRun,
    picture: impl FnOnce() -> (String, Vec<u8>),
) {
    if let Some(why) = seen.not_run.clone() {
        recorder.record(RunEvent::StepSkipped {
            at,
            why,
            unreached: false,
        });
        return;
    }
    let started = Timestamp::UNIX_EPOCH;
    recorder.record(RunEvent::StepStarted { at, started });
    for record in seen.actions.iter().cloned() {
        recorder.record(RunEvent::ActionFinished { at, record });
    }
    for record in seen.expectations.iter().cloned() {
        recorder.record(RunEvent::ExpectationFinished { at, record });
    }
    for exchange in &seen.exchanges {
        let mut exchange = Box::new(exchange.clone());
        if let Outcome::Answered(answer) = &mut exchange.outcome {
            let text = match &mut answer.body {
                Body::Kept(kept) => kept.text.take(),
                _ => None,
            };
            let captured = text.map(|text| CapturedBody::Bytes {
                mime: answer.mime.clone(),
                bytes: text.into_bytes(),
            });
            answer.body = recorder.keep_body(
                captured.unwrap_or(CapturedBody::None),
                exchange.resource,
                true,
            );
        }
        recorder.record(RunEvent::ExchangeFinished { at, exchange });
    }
    for line in seen.console.iter().cloned() {
        recorder.record(RunEvent::ConsoleWritten { at, line });
    }
    for happening in seen.happenings.iter().cloned() {
        recorder.record(RunEvent::Happened { at, happening });
    }
    for earlier in seen.pictures.iter().filter(|it| it.caption.is_some()) {
        let picture = NewPicture {
            file: earlier.file.clone(),
            encoded: drawn(1, 1),
            caption: earlier.caption.clone(),
            scale: 3.0,
            ..NewPicture::default()
        };
        recorder.take_picture(at, picture);
    }
    let (file, encoded) = picture();
    let picture = NewPicture {
        file,
        encoded,
        masked: seen.pictures.iter().flat_map(masked).collect(),
        scale: 3.0,
        ..NewPicture::default()
    };
    recorder.take_picture(at, picture);
    recorder.record(RunEvent::StepFinished {
        at,
        duration_ms: seen.duration_ms,
        page: seen.page.clone(),
        unsettled: seen.unsettled.clone(),
        undecided: seen.undecided.clone(),
    });
}

/// What a made-up picture masks, in CSS pixels at a scale of 3.
fn masked(picture: &Picture) -> impl Iterator<Item = Area> {
    picture.masked.iter().map(|area| {
        let [x, y, width, height] =
            [area.x, area.y, area.width, area.height].map(|pixels| f64::from(pixels) / 3.0);
        Area {
            x,
            y,
            width,
            height,
        }
    })
}

/// A drawn page of a phone at this scale: a bar, a heading, some rows and a button.
pub(crate) fn drawn(scale: u32, rows: usize) -> Vec<u8> {
    let (width, height) = (375 * scale, 812 * scale);
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (x / scale, y / scale);
        let in_column = (20..355).contains(&x);
        let row = y.saturating_sub(150) / 62;
        let in_row = (8..50).contains(&(y.saturating_sub(150) % 62));
        Rgb(match y {
            0..=55 => [27, 58, 107],
            80..=108 if (20..230).contains(&x) => [40, 44, 52],
            150..=650 if in_column && in_row && (row as usize) < rows => [203, 213, 225],
            690..=740 if in_column => [37, 99, 235],
            _ => [250, 250, 252],
        })
    });
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, 90)
        .write_image(picture.as_raw(), width, height, ExtendedColorType::Rgb8)
        .expect("a picture");
    bytes.into_inner()
}
