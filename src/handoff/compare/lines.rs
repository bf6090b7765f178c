//! A comparison for a terminal or a log: tables and lines, not yet drawn. Captured texts stand in it as they are.

use super::model::{
    ChecklistComparison, Comparison, Facts, FindingLine, PictureComparison, RouteDifference, Sight,
    StepComparison, Which,
};
use crate::detect::{Severity, Status};

/// A piece of what is told, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A line of its own.
    Line(String),
    /// A line that belongs to the one above.
    Under(String),
    /// A table: what stands above its columns, and its rows; the second column may be long.
    Table {
        /// Above the columns.
        head: Vec<&'static str>,
        /// One a step.
        rows: Vec<Vec<String>>,
    },
    /// An empty line.
    Gap,
}

/// The whole comparison, part by part.
pub fn parts(comparison: &Comparison) -> Vec<Part> {
    let mut parts = facts(Which::A, &comparison.a);
    parts.extend(facts(Which::B, &comparison.b));
    parts.push(Part::Gap);
    for list in &comparison.checklists {
        parts.push(Part::Line(title(list)));
        if list.is_rewritten {
            parts.push(Part::Under(
                "its file is not the same on both sides".to_owned(),
            ));
        }
        parts.push(table(list));
        for step in list.steps.iter().filter(|step| step.differences > 0) {
            parts.push(Part::Line(format!("{} {}", number(step), step.name)));
            parts.extend(step_lines(step).into_iter().map(Part::Under));
        }
        parts.push(Part::Gap);
    }
    for timing in &comparison.timings {
        parts.push(Part::Line(format!(
            "{}: took {} ms in A, {} ms in B",
            timing.route, timing.a_ms, timing.b_ms
        )));
    }
    parts.push(Part::Line(closing(comparison)));
    parts
}

/// `12 differences that matter in 46 steps`.
pub(super) fn closing(comparison: &Comparison) -> String {
    let steps = comparison.checklists.iter().map(|list| list.steps.len());
    let steps = match steps.sum::<usize>() {
        1 => "1 step".to_owned(),
        steps => format!("{steps} steps"),
    };
    match comparison.differences {
        0 => format!("no difference that matters in {steps}"),
        1 => format!("1 difference that matters in {steps}"),
        count => format!("{count} differences that matter in {steps}"),
    }
}

fn facts(which: Which, facts: &Facts) -> Vec<Part> {
    let commit = facts.commit.as_deref().unwrap_or("not known");
    let started = facts.started.strftime("%Y-%m-%d %H:%M:%S UTC");
    vec![
        Part::Line(format!(
            "{}  {} {}",
            which.letter(),
            facts.target,
            facts.url
        )),
        Part::Under(format!("commit {commit}")),
        Part::Under(format!("{}, {}, {started}", facts.engine, facts.device)),
    ]
}

/// `02` of `02-sign-it`.
fn number(step: &StepComparison) -> &str {
    let id = step.id.split_once('-');
    id.map_or(step.id.as_str(), |(number, _)| number)
}

pub(super) fn title(list: &ChecklistComparison) -> String {
    let walker = match &list.persona {
        Some(persona) => format!("{} (as {persona})", list.name),
        None => format!("{} (signed out)", list.name),
    };
    let engine = list.engine.iter().map(|engine| format!(" in {engine}"));
    let device = list.device.iter().map(|device| format!(" on {device}"));
    let places: Vec<String> = engine.chain(device).collect();
    format!("{walker}{}", places.join(","))
}

fn table(list: &ChecklistComparison) -> Part {
    let rows = list.steps.iter().map(|step| {
        let differences = match step.differences {
            0 => String::new(),
            count => count.to_string(),
        };
        vec![
            number(step).to_owned(),
            step.name.clone(),
            status(step.a).to_owned(),
            status(step.b).to_owned(),
            step.picture.as_ref().map(sight).unwrap_or_default(),
            differences,
        ]
    });
    Part::Table {
        head: vec!["", "step", "in A", "in B", "picture", "differs"],
        rows: rows.collect(),
    }
}

pub(super) fn status(status: Option<Status>) -> &'static str {
    match status {
        None => "-",
        Some(Status::Clean) => "clean",
        Some(Status::NotRun) => "not run",
        Some(Status::Unknown) => "unknown",
        Some(Status::Flagged) => "flagged",
        Some(Status::Failed) => "failed",
    }
}

/// How the pictures differ, in a word or two.
pub(super) fn sight(picture: &PictureComparison) -> String {
    match &picture.sight {
        Sight::Same => "same".to_owned(),
        Sight::Differs { share } if *share < 0.0001 => "< 0.01 %".to_owned(),
        Sight::Differs { share } => format!("{:.2} %", share * 100.0),
        Sight::OtherSize => "other size".to_owned(),
        Sight::OnlyIn(which) => format!("only in {}", which.letter()),
        Sight::Unreadable { .. } => "unreadable".to_owned(),
    }
}

/// What differs in a step, one thing a line.
pub(super) fn step_lines(step: &StepComparison) -> Vec<String> {
    if let Some(which) = step.only_in() {
        return vec![format!("only in {}", which.letter())];
    }
    let mut lines = Vec::new();
    if step.a != step.b {
        lines.push(format!("{} in A, {} in B", status(step.a), status(step.b)));
    }
    lines.extend(
        step.new
            .iter()
            .map(|it| format!("new in B: {}", finding(it))),
    );
    lines.extend(
        step.gone
            .iter()
            .map(|it| format!("only in A: {}", finding(it))),
    );
    let picture = step.picture.as_ref();
    lines.extend(picture.filter(|it| it.matters()).map(picture_line));
    lines.extend(step.exchanges.iter().flat_map(route_lines));
    lines
}

fn finding(finding: &FindingLine) -> String {
    let severity = match finding.severity {
        Severity::Notice => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let FindingLine {
        id,
        detector,
        title,
        ..
    } = finding;
    format!("{id} {severity} {detector}: {title}")
}

pub(super) fn picture_line(picture: &PictureComparison) -> String {
    match (&picture.sight, &picture.a, &picture.b) {
        (Sight::Differs { .. }, ..) => {
            format!("picture: {} of the pixels differ", sight(picture))
        }
        (Sight::OtherSize, Some(a), Some(b)) => format!(
            "picture: {}x{} pixels in A, {}x{} in B",
            a.width, a.height, b.width, b.height
        ),
        (Sight::Unreadable { why }, ..) => format!("picture: couldn't be compared, {why}"),
        _ => format!("picture: {}", sight(picture)),
    }
}

fn route_lines(difference: &RouteDifference) -> Vec<String> {
    let route = &difference.route;
    if let Some(which) = difference.only_in {
        return vec![format!("{route}: called only in {}", which.letter())];
    }
    let changes = difference.changes.iter();
    let lines = changes.map(|it| format!("{route}: {}: {} in A, {} in B", it.what, it.a, it.b));
    let mut lines: Vec<_> = lines.collect();
    if difference.left_out > 0 {
        lines.push(format!("{route}: and {} more", difference.left_out));
    }
    lines
}
