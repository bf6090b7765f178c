//! JUnit XML: a suite for each checklist and persona, a case for each step.
//!
//! What isn't known isn't passed: a step that couldn't be decided is an error, one that never began is skipped.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::{
    error::HandoffError,
    view::{BundleView, WalkedStep, list_name},
};
use crate::bundle::{ChecklistEntry, FindingEntry};
use crate::detect::Status;
use crate::evidence::visible;

/// The JUnit file of a bundle.
pub fn junit(view: &BundleView<'_>) -> Result<String, HandoffError> {
    let name = match view.document.run.shard {
        Some(shard) => format!("shippass, shard {shard}"),
        None => "shippass".to_owned(),
    };
    let mut report = Report::new(name);
    let mut total = Duration::ZERO;
    for (index, list) in view.document.checklists.iter().enumerate() {
        let mut suite = TestSuite::new(visible::line(&list_name(list)).as_ref());
        suite.add_properties(properties(view, list));
        let mut time = Duration::ZERO;
        for walked in view.steps().filter(|walked| walked.index == index) {
            time += Duration::from_millis(walked.step.duration_ms);
            suite.add_test_case(test_case(view, &walked));
        }
        suite.set_time(time);
        total += time;
        report.add_test_suite(suite);
    }
    report.set_time(total);
    let text = report.to_string();
    let text = text.map_err(|error| HandoffError::Junit(error.to_string()))?;
    // The schema that Jenkins holds it against knows this count for suites only.
    let whole = format!(" skipped=\"{}\"", report.skipped);
    Ok(text.replacen(&whole, "", 1))
}

fn properties(view: &BundleView<'_>, list: &ChecklistEntry) -> Vec<Property> {
    let document = view.document;
    let engine = view.document.engine_of(list);
    let engine = format!("{} {}", engine.name, engine.version);
    let shard = document.run.shard.map(|shard| shard.to_string());
    let pairs = [
        ("run", Some(document.run.id.as_str())),
        ("shard", shard.as_deref()),
        ("checklist", Some(list.file.as_str())),
        ("persona", list.persona.as_deref()),
        ("tier", list.tier.as_deref()),
        ("target", Some(document.target.url.as_str())),
        ("commit", document.target.commit.as_deref()),
        ("device", Some(view.document.device_of(list).name.as_str())),
        ("engine", Some(engine.as_str())),
    ];
    let told = pairs.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(Property::new(name, visible::line(value).as_ref()))
    });
    told.collect()
}

fn test_case(view: &BundleView<'_>, walked: &WalkedStep<'_>) -> TestCase {
    let step = walked.step;
    let findings: Vec<_> = view.findings(step).collect();
    let mut case = TestCase::new(
        visible::line(&step.name).as_ref(),
        status(walked, &findings),
    );
    case.set_classname(visible::line(&walked.list.file).as_ref());
    case.set_time(Duration::from_millis(step.duration_ms));
    let mut out: Vec<_> = step
        .confirm
        .iter()
        .map(|sentence| format!("to be confirmed by a person: {}", visible::line(sentence)))
        .collect();
    if step.status == Status::Clean {
        out.extend(findings.iter().map(|finding| told(finding)));
    }
    // Jenkins and GitLab keep a file that is named like this beside the case; only we name one.
    for text in &mut out {
        *text = text.replace("[[", "[ [");
    }
    let pictures = step.screens.iter().filter_map(|name| view.path(name));
    out.extend(pictures.map(|path| format!("[[ATTACHMENT|{}]]", visible::line(&path))));
    if !out.is_empty() {
        case.set_system_out(out.join("\n"));
    }
    case
}

fn status(walked: &WalkedStep<'_>, findings: &[&FindingEntry]) -> TestCaseStatus {
    let step = walked.step;
    let mut status = match step.status {
        Status::Clean => return TestCaseStatus::success(),
        Status::NotRun => TestCaseStatus::skipped(),
        Status::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
        Status::Flagged | Status::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    status.set_message(visible::line(step.why.as_deref().unwrap_or_default()).as_ref());
    if step.status != Status::NotRun {
        let detectors = findings.first().filter(|_| step.status == Status::Flagged);
        let kind = detectors.map_or(step.status.in_words(), |finding| &finding.detector);
        status.set_type(visible::line(kind).as_ref());
        let told: Vec<_> = findings.iter().map(|finding| told(finding)).collect();
        if !told.is_empty() {
            status.set_description(told.join("\n\n"));
        }
    }
    status
}

fn told(finding: &FindingEntry) -> String {
    let FindingEntry {
        id,
        detector,
        title,
        detail,
        ..
    } = finding;
    let severity = finding.severity.in_words();
    let text = format!("{id} {severity} {detector}: {title}\n{detail}");
    visible::block(text.trim_end()).into_owned()
}
