//! CTRF: the same steps as JUnit's, in the JSON of the Common Test Report Format.

use serde_json::{Map, Value, json};

use super::view::{BundleView, WalkedStep};
use crate::bundle::RunEntry;
use crate::detect::Status;
use crate::evidence::visible;

/// The version of the format that is written.
const VERSION: &str = "0.0.0";

/// The CTRF file of a bundle.
pub fn ctrf(view: &BundleView<'_>) -> String {
    let document = view.document;
    let counts = &document.counts;
    let (start, stop) = span(&document.run);
    let report = json!({
        "reportFormat": "CTRF",
        "specVersion": VERSION,
        "generatedBy": "shippass",
        "timestamp": document.run.started.to_string(),
        "results": {
            "tool": { "name": "shippass", "version": document.tool.version },
            "summary": {
                "tests": counts.steps,
                "passed": counts.clean,
                "failed": counts.flagged + counts.failed,
                "skipped": counts.not_run,
                "pending": 0,
                "other": counts.unknown,
                "suites": document.checklists.len(),
                "start": start,
                "stop": stop,
            },
            "tests": view.steps().map(|walked| test(view, &walked)).collect::<Vec<_>>(),
            "environment": environment(view),
        },
    });
    format!("{report:#}\n")
}

/// A run that was cut off ends with its beginning: nothing better is known.
fn span(run: &RunEntry) -> (i64, i64) {
    let start = run.started.as_millisecond();
    let stop = run.finished.map_or(start, jiff::Timestamp::as_millisecond);
    (start, stop.max(start))
}

/// What isn't known isn't passed.
fn status(status: Status) -> &'static str {
    match status {
        Status::Clean => "passed",
        Status::Flagged | Status::Failed => "failed",
        Status::Unknown => "other",
        Status::NotRun => "skipped",
    }
}

fn test(view: &BundleView<'_>, walked: &WalkedStep<'_>) -> Value {
    let step = walked.step;
    let mut test = Map::new();
    let mut add = |key: &str, value: Value| test.insert(key.to_owned(), value);
    add("name", shown(&step.name));
    add("status", status(step.status).into());
    add("rawStatus", json!(step.status));
    add("duration", step.duration_ms.into());
    if let Some(started) = step.started {
        let start = started.as_millisecond();
        add("start", start.into());
        let duration = i64::try_from(step.duration_ms).unwrap_or_default();
        add("stop", start.saturating_add(duration).into());
    }
    add("suite", json!([visible::line(&walked.list_name())]));
    if let Some(why) = &step.why {
        add("message", shown(why));
    }
    let findings: Vec<_> = view.findings(step).collect();
    if !findings.is_empty() {
        let tags: Vec<_> = findings.iter().map(|it| shown(&it.detector)).collect();
        add("tags", tags.into());
        let told: Vec<_> = findings
            .iter()
            .map(|it| {
                visible::block(&format!("{}: {}\n{}", it.id, it.title, it.detail)).into_owned()
            })
            .collect();
        add("trace", told.join("\n\n").into());
    }
    if !walked.list.file.is_empty() {
        add("filePath", shown(&walked.list.file));
        add("line", view.line_of(walked.index, &step.id).into());
    }
    add("type", "e2e".into());
    add("browser", shown(&view.document.engine_of(walked.list).name));
    add("device", shown(&view.document.device_of(walked.list).name));
    let pictures: Vec<_> = step
        .screens
        .iter()
        .filter_map(|name| view.path(name))
        .map(|path| json!({ "name": "screen", "contentType": "image/jpeg", "path": visible::line(&path) }))
        .collect();
    if !pictures.is_empty() {
        add("attachments", pictures.into());
    }
    Value::Object(test)
}

fn environment(view: &BundleView<'_>) -> Value {
    let document = view.document;
    let mut environment = json!({
        "appName": visible::line(&document.target.name),
        "testEnvironment": visible::line(&document.target.kind),
        "extra": {
            "url": visible::line(&document.target.url),
            "run": document.run.id,
            "complete": document.run.complete,
            "engine": visible::line(&view.engine_names()),
        },
    });
    if let Some(commit) = &document.target.commit {
        environment["commit"] = shown(commit);
    }
    environment
}

fn shown(text: &str) -> Value {
    visible::line(text).into_owned().into()
}
