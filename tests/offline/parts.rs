//! A run that is too long for memory is judged in parts: wherever it is cut, nothing comes out differently.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{borrow::Cow, collections::BTreeMap, fs, ops::Range, path::Path};

use jiff::civil::date;
use serde_json::Value;
use shippass::{
    bundle::{BundleDocument, write_derived},
    checklist::PathPattern,
    config::{IgnoreRule, RequestPattern},
    detect::{self, RULES},
    evidence::{EvidenceError, FlaggedSurface, PastRun, Recorded, Run, StepRun},
    report::{Charset, Colour, ReportView, TableLook, table, write_html},
};

/// A run that gives one checklist at a time.
struct Cut(Run);

impl Recorded for Cut {
    fn outline(&self) -> &Run {
        &self.0
    }

    fn parts(&self) -> Vec<Range<usize>> {
        let lists = &self.0.checklists;
        let named = |index: usize| (&lists[index].file, &lists[index].name);
        let mut parts: Vec<Range<usize>> = Vec::new();
        for index in 0..lists.len() {
            match parts.last_mut() {
                // As a journal is cut: passes of one checklist stand beside each other.
                Some(part) if named(part.start) == named(index) => part.end = index + 1,
                _ => parts.push(index..index + 1),
            }
        }
        parts
    }

    fn read(&self, part: &Range<usize>) -> Result<Cow<'_, Run>, EvidenceError> {
        let mut run = self.0.clone();
        for (index, list) in run.checklists.iter_mut().enumerate() {
            if !part.contains(&index) {
                list.steps.iter_mut().for_each(forget);
            }
        }
        Ok(Cow::Owned(run))
    }
}

/// Leaves what the plan tells.
fn forget(step: &mut StepRun) {
    *step = StepRun {
        id: step.id.clone(),
        name: step.name.clone(),
        fresh: step.fresh,
        confirm: step.confirm.clone(),
        ..StepRun::default()
    };
}

/// So many checklists make a run.
const LISTS: usize = 10;

/// Every fixture of every detector, those of one target as one run, or a few.
fn runs() -> Vec<Run> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/detectors");
    let mut runs: BTreeMap<String, Vec<Run>> = BTreeMap::new();
    let mut paths: Vec<_> = RULES
        .iter()
        .flat_map(|rule| fs::read_dir(root.join(rule.name)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for (number, path) in paths.iter().enumerate() {
        let mut fixture: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        shift(&mut fixture, number * 100);
        let Ok(mut run) = serde_json::from_value::<Run>(fixture) else {
            panic!("{}", path.display());
        };
        let lists = std::mem::take(&mut run.checklists);
        let target = serde_json::to_string(&(&run.target, &run.api, &run.contracts, &run.past));
        let alike = runs.entry(target.unwrap()).or_default();
        match alike.last_mut() {
            Some(whole) if whole.checklists.len() < LISTS => whole.checklists.extend(lists),
            _ => {
                run.checklists = lists;
                alike.push(run);
            }
        }
    }
    runs.into_values().flatten().collect()
}

/// Ids are unique in a run.
fn shift(value: &mut Value, by: usize) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Value::Object(fields) => fields.values_mut().for_each(|field| shift(field, by)),
        Value::String(text) => {
            for letter in ["e", "c"] {
                let number = text.strip_prefix(letter).map(str::parse::<usize>);
                if let Some(Ok(number)) = number {
                    *text = format!("{letter}{}", number + by);
                    break;
                }
            }
        }
        _ => {}
    }
}

fn rule(detector: &str, path: Option<&str>) -> IgnoreRule {
    IgnoreRule {
        detector: detector.to_owned(),
        request: path.map(|path| RequestPattern {
            method: None,
            path: PathPattern::new(path),
        }),
        why: "known".to_owned(),
        until: None,
    }
}

#[test]
fn a_run_is_judged_alike_however_it_is_cut() {
    let runs = runs();
    let long = runs.iter().filter(|run| run.checklists.len() >= LISTS);
    assert!(long.count() > 10, "{} runs", runs.len());
    for mut run in runs {
        let before = flagged_in(&run);
        run.past = (1..4).map(|number| past(number, &before)).collect();
        let rules = [
            rule("http-error", Some("/api/quotes")),
            rule("small-target", None),
            rule("recurring", Some("/api/**")),
        ];
        for ignore in [&rules[..], &[]] {
            let whole = detect::inspect(&run, ignore, date(2026, 11, 22));
            let cut = Cut(run.clone());
            let parts = detect::inspect_recorded(&cut, ignore, date(2026, 11, 22)).unwrap();
            assert_eq!(whole.findings, parts.findings);
            assert_eq!(whole.noise, parts.noise);
            assert_eq!(whole.ignore, parts.ignore);
            assert_eq!(
                BundleDocument::new(&run, &whole),
                BundleDocument::of(&cut, &parts).unwrap()
            );
        }
        let (whole, cut) = (said(&run), said(&Cut(run.clone())));
        for ((name, one), (_, other)) in whole.iter().zip(&cut) {
            let differing = one
                .lines()
                .zip(other.lines())
                .find(|(one, other)| one != other);
            assert_eq!(differing, None, "{name}");
            assert_eq!(one.len(), other.len(), "{name}");
        }
    }
}

/// What earlier runs flagged, so that there is something that comes again.
fn flagged_in(run: &Run) -> Vec<FlaggedSurface> {
    let found = detect::inspect(run, &[], date(2026, 11, 22)).findings;
    detect::flagged_surfaces(&found)
}

fn past(number: i64, flagged: &[FlaggedSurface]) -> PastRun {
    PastRun {
        run: format!("PAST{number}"),
        started: jiff::Timestamp::from_second(number).unwrap(),
        target: "preview".to_owned(),
        commit: Some(format!("{number}{number}")),
        flagged: flagged.to_vec(),
    }
}

/// Everything that is written and printed.
fn said(recorded: &dyn Recorded) -> Vec<(&'static str, String)> {
    let dir = tempfile::tempdir().unwrap();
    let findings = detect::inspect_recorded(recorded, &[], date(2026, 11, 22)).unwrap();
    let document = write_derived(dir.path(), recorded, &findings).unwrap();
    let view = ReportView {
        recorded,
        document: &document,
        picture: &|_| None,
    };
    let mut report = Vec::new();
    write_html(&view, &mut report).unwrap();
    let look = TableLook {
        width: 100,
        colour: Colour::Never,
        charset: Charset::Ascii,
    };
    let mut said: Vec<_> = [
        "bundle.json",
        "network.har",
        "console.ndjson",
        "redaction.json",
    ]
    .iter()
    .map(|name| (*name, fs::read_to_string(dir.path().join(name)).unwrap()))
    .collect();
    said.push(("report.html", String::from_utf8(report).unwrap()));
    said.push(("table", table(recorded, &document, look).unwrap()));
    said
}
