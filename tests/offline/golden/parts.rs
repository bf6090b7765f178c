//! What golden runs are made of, and the files that belong to them.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{fs, io::Cursor};

use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use jiff::Timestamp;
use shippass::{
    bundle::paths::picture,
    detect::StepRef,
    evidence::{
        ActionOutcome, ActionRecord, Answer, Body, Content, Effects, Exchange, ExpectationOutcome,
        ExpectationRecord, Header, KeptBody, Outcome, PageFacts, Picture, Resource, StepRun,
        Timings, hex_sha256,
    },
};

use super::{Golden, Pictures, TARGET};

impl Golden<'_> {
    pub(super) fn step(&self, id: &str, name: &str, started: i64, duration_ms: u64) -> StepRun {
        StepRun {
            id: id.to_owned(),
            name: name.to_owned(),
            started: Some(moment(started)),
            duration_ms,
            finished: true,
            pictures: vec![self.picture(id)],
            page: Some(PageFacts {
                url: format!("{TARGET}/quotes/1042"),
                title: "Quote 1042 · Quotely".to_owned(),
                text: "Quote 1042".to_owned(),
                text_length: 640,
                ..PageFacts::default()
            }),
            ..StepRun::default()
        }
    }

    fn picture(&self, step: &str) -> Picture {
        let (width, height) = match self.pictures {
            Pictures::Real => (1_125, 2_436),
            Pictures::Tiny => (15, 32),
        };
        let file = picture("Customer signs a quote", step);
        self.write(&file, &jpeg(width, height, step.len()));
        Picture {
            file,
            width,
            height,
            ..Picture::default()
        }
    }

    pub(super) fn plain(&self, id: &str, method: &str, path: &str, started: i64) -> Exchange {
        let page = "<!doctype html><title>Quote 1042</title>";
        Exchange {
            resource: Resource::Document,
            outcome: Outcome::Answered(Answer {
                mime: "text/html".to_owned(),
                headers: headers(&[("content-type", "text/html; charset=utf-8")]),
                body: self.body(page.as_bytes(), Content::HtmlDocument, page),
                ..answer(200, "OK")
            }),
            ..exchange(id, method, &format!("{TARGET}{path}"), started)
        }
    }

    pub(super) fn body(&self, bytes: &[u8], content: Content, start: &str) -> Body {
        let extension = match content {
            Content::Json => "json",
            Content::Binary => "bin",
            _ => "txt",
        };
        let file = format!("bodies/{}.{extension}", hex_sha256(bytes));
        self.write(&file, bytes);
        Body::Kept(KeptBody {
            file,
            size: bytes.len() as u64,
            content,
            start: start.to_owned(),
            server_keys: Vec::new(),
            text: None,
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the test makes what a recorder would"
    )]
    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

pub(crate) fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_763_650_991_000 + milliseconds).unwrap()
}

pub(super) fn at(checklist: usize, step: &str) -> StepRef {
    StepRef {
        checklist,
        step: step.to_owned(),
    }
}

pub(super) fn not_run(id: &str, name: &str) -> StepRun {
    StepRun {
        id: id.to_owned(),
        name: name.to_owned(),
        not_run: Some("a step before it failed: The signature is really there".to_owned()),
        confirm: vec!["The customer gets the mail".to_owned()],
        ..StepRun::default()
    }
}

pub(super) fn acted(verb: &str, what: &str, duration_ms: u64, effects: Effects) -> ActionRecord {
    ActionRecord {
        verb: verb.to_owned(),
        what: what.to_owned(),
        started: None,
        duration_ms,
        outcome: ActionOutcome::Done,
        element: None,
        effects: Some(effects),
        typed: Vec::new(),
    }
}

pub(super) fn effects(requests: u32, changes: u32, navigated: bool) -> Effects {
    Effects {
        requests,
        changes,
        navigated,
        others: Vec::new(),
    }
}

pub(super) fn held(what: &str, duration_ms: u64) -> ExpectationRecord {
    ExpectationRecord {
        what: what.to_owned(),
        outcome: ExpectationOutcome::Held,
        duration_ms,
        ..ExpectationRecord::default()
    }
}

pub(super) fn exchange(id: &str, method: &str, url: &str, started: i64) -> Exchange {
    Exchange {
        id: id.to_owned(),
        redirected_from: None,
        method: method.to_owned(),
        url: url.to_owned(),
        resource: Resource::Fetch,
        initiator: None,
        request_headers: headers(&[("Accept", "*/*")]),
        request_body: Body::None,
        started: moment(started),
        timings: Timings {
            blocked: Some(1.5),
            wait: Some(38.25),
            receive: Some(2.25),
            total: Some(42.0),
            ..Timings::default()
        },
        outcome: Outcome::Pending,
        read_as: Vec::new(),
        kept_back: None,
    }
}

pub(super) fn answer(status: u16, status_text: &str) -> Answer {
    Answer {
        status,
        status_text: status_text.to_owned(),
        protocol: "h2".to_owned(),
        bytes_received: 512,
        ..Answer::default()
    }
}

pub(super) fn headers(pairs: &[(&str, &str)]) -> Vec<Header> {
    pairs
        .iter()
        .map(|(name, value)| Header::new(*name, *value))
        .collect()
}

/// A drawn page: a bar, a heading, some rows and a button.
pub(super) fn jpeg(width: u32, height: u32, rows: usize) -> Vec<u8> {
    let at = |x: u32, y: u32| (x * 375 / width, y * 812 / height);
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = at(x, y);
        let in_column = (20..355).contains(&x);
        let row = (y.saturating_sub(150)) / 62;
        let in_row = (8..50).contains(&(y.saturating_sub(150) % 62));
        Rgb(match y {
            0..=55 => [27, 58, 107],
            80..=108 if (20..230).contains(&x) => [40, 44, 52],
            150..=650 if in_column && in_row && (row as usize) < rows / 3 => [226, 232, 240],
            690..=740 if in_column => [37, 99, 235],
            _ => [250, 250, 252],
        })
    });
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, 80)
        .write_image(picture.as_raw(), width, height, ExtendedColorType::Rgb8)
        .unwrap();
    bytes.into_inner()
}
