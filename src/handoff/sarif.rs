//! SARIF 2.1.0: findings at the line of the checklist whose step showed them, rules with their whole text.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::view::{BundleView, WalkedStep};
use crate::bundle::FindingEntry;
use crate::detect::{self, Rule, Severity, Status, StepRef};
use crate::evidence::visible;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Steps that aren't clean without a finding: the rule's id, its level, what it means.
const STEP_RULES: [(Status, &str, &str, &str); 3] = [
    (
        Status::Failed,
        "step-failed",
        "error",
        "an action or an expectation of the step didn't come to pass",
    ),
    (
        Status::Unknown,
        "step-unknown",
        "warning",
        "something needed to decide the step couldn't be had",
    ),
    (
        Status::NotRun,
        "step-not-run",
        "warning",
        "the step never began",
    ),
];

/// The SARIF file of a bundle.
pub fn sarif(view: &BundleView<'_>) -> String {
    let document = view.document;
    let own = detect::RULES.iter().map(|rule| described(rule));
    let rules: Vec<_> = own.chain(STEP_RULES.map(step_rule)).collect();
    let findings = document.findings.iter().map(|it| finding(view, it));
    let steps = view.steps().filter_map(|walked| step(view, &walked));
    let mut invocation = json!({
        "executionSuccessful": document.run.complete,
        "startTimeUtc": document.run.started.to_string(),
    });
    if let Some(finished) = document.run.finished {
        invocation["endTimeUtc"] = finished.to_string().into();
    }
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "shippass",
                "semanticVersion": document.tool.version,
                "rules": rules,
            } },
            "automationDetails": {
                "id": format!("shippass/{}/{}", visible::line(&document.target.name), document.run.id),
            },
            "invocations": [invocation],
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "SRCROOT": { "description": { "text": "The folder that the run was started in." } } },
            "properties": {
                "url": visible::line(&document.target.url),
                "commit": document.target.commit,
                "device": visible::line(&view.device_names()),
            },
            "results": findings.chain(steps).collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

fn described(rule: &Rule) -> Value {
    json!({
        "id": rule.name,
        "shortDescription": { "text": sentence(rule.what) },
        "fullDescription": { "text": rule.why },
        "help": { "text": format!("{}\n\n{}", rule.mend, rule.silent), "markdown": rule.to_markdown() },
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn step_rule((_, id, level, what): (Status, &str, &str, &str)) -> Value {
    json!({
        "id": id,
        "shortDescription": { "text": sentence(what) },
        "fullDescription": { "text": "What a step did not do, or what could not be seen of it, is never taken for clean." },
        "help": { "text": "Look at the step in the bundle's report: what it did, what it saw and why it ended." },
        "defaultConfiguration": { "level": level },
    })
}

/// `it broke` is `It broke.`
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Notice => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn finding(view: &BundleView<'_>, finding: &FindingEntry) -> Value {
    let text = [&finding.title, &finding.detail];
    let text: Vec<_> = text.into_iter().filter(|text| !text.is_empty()).collect();
    let text: Vec<_> = text.into_iter().map(String::as_str).collect();
    let also: Vec<_> = finding
        .also_at
        .iter()
        .filter_map(|at| location(view, at))
        .collect();
    let mut result = json!({
        "ruleId": visible::line(&finding.detector),
        "level": level(finding.severity),
        "message": { "text": visible::block(&text.join("\n")) },
        "locations": location(view, &finding.at).into_iter().collect::<Vec<_>>(),
        "partialFingerprints": { "shippass/1": fingerprint(view, &finding.detector, &finding.at, &finding.title) },
        "properties": { "finding": finding.id, "requests": finding.requests, "picture": finding.picture },
    });
    if let Some(index) = detect::RULES
        .iter()
        .position(|rule| rule.name == finding.detector)
    {
        result["ruleIndex"] = index.into();
    }
    if !also.is_empty() {
        result["relatedLocations"] = also.into();
    }
    result
}

/// A step that isn't clean and that no finding explains.
fn step(view: &BundleView<'_>, walked: &WalkedStep<'_>) -> Option<Value> {
    let status = walked.step.status;
    let index = STEP_RULES.iter().position(|(one, ..)| *one == status)?;
    let (_, id, level, what) = STEP_RULES[index];
    if status == Status::Failed && walked.is_told_by_findings(view) {
        return None;
    }
    let at = StepRef {
        checklist: walked.index,
        step: walked.step.id.clone(),
    };
    let why = walked.step.why.as_deref().unwrap_or(what);
    Some(json!({
        "ruleId": id,
        "ruleIndex": detect::RULES.len() + index,
        "level": level,
        "message": { "text": visible::block(&format!("{}: {why}", walked.step.name)) },
        "locations": location(view, &at).into_iter().collect::<Vec<_>>(),
        "partialFingerprints": { "shippass/1": fingerprint(view, id, &at, "") },
    }))
}

/// The same fault in the next run has the same; lines may move in between.
fn fingerprint(view: &BundleView<'_>, rule: &str, at: &StepRef, title: &str) -> String {
    let list = view.document.checklists.get(at.checklist);
    let (file, persona) = list.map_or(("", None), |list| (&*list.file, list.persona.as_deref()));
    let mut text = [rule, file, persona.unwrap_or_default(), &at.step, title].join("\n");
    // Where bundles were merged, the same fault on another device is another one, whichever bundle was named first.
    if let Some(list) = list.filter(|_| view.places().len() > 1) {
        let (engine, device) = (view.document.engine_of(list), view.document.device_of(list));
        let _ = write!(text, "\n{}\n{}", engine.name, device.name);
    }
    crate::bundle::hex(&crate::bundle::sha256(text.as_bytes()))
}

fn location(view: &BundleView<'_>, at: &StepRef) -> Option<Value> {
    let walked = view.step_at(at)?;
    Some(json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&walked.list.file), "uriBaseId": "SRCROOT" },
            "region": { "startLine": view.lines.of(at) },
        },
        "logicalLocations": [{
            "name": visible::line(&walked.step.name),
            "fullyQualifiedName": visible::line(&format!("{} › {}", walked.list_name(), walked.step.name)),
        }],
        "message": { "text": visible::line(&format!("{} › {}", walked.list_name(), walked.step.name)) },
    }))
}

/// A file's name as a relative reference (RFC 3986), whatever stands in it.
fn uri(file: &str) -> String {
    let mut uri = String::new();
    for byte in file.trim_start_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    if uri.is_empty() {
        "unknown".to_owned()
    } else {
        uri
    }
}
