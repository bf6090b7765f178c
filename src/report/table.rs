//! The table of steps and the findings, for a terminal.

use std::fmt::Write;

use tabled::{
    builder::Builder,
    settings::{Modify, Style, Width, object::Columns},
};

use super::text::visible;
use crate::detect::{Finding, Findings, Judgement, Severity, Status, judge_all};
use crate::evidence::Run;

/// All steps with status, flags and time, then what was found, then the sum.
pub fn table(run: &Run, findings: &Findings, has_colour: bool, width: usize) -> String {
    let judged = judge_all(run, findings);
    let mut text = head(run);
    for (index, checklist) in run.checklists.iter().enumerate() {
        let persona = checklist
            .persona
            .as_deref()
            .map(|name| format!(" as {name}"))
            .unwrap_or_default();
        let _ = write!(text, "\n{}{persona}\n", visible(&checklist.name));
        let mut builder = Builder::new();
        builder.push_record(["step", "status", "flags", "time"]);
        for (step, judgement) in checklist.steps.iter().zip(&judged[index]) {
            let flags: Vec<_> = findings
                .at(index, &step.id)
                .map(|finding| finding.detector.as_str())
                .collect();
            let name = match &judgement.why {
                Some(why) if judgement.status != Status::Flagged => {
                    format!("{}\n  {}", visible(&step.name), visible(why))
                }
                _ => visible(&step.name),
            };
            let status = colour(word(judgement.status), judgement.status, has_colour);
            builder.push_record([name, status, flags.join(" "), seconds(step.duration_ms)]);
        }
        let mut table = builder.build();
        let first = width.saturating_sub(44).max(24);
        table.with(Style::rounded());
        table.with(Modify::new(Columns::first()).with(Width::wrap(first).keep_words(true)));
        text.push_str(&table.to_string());
        text.push('\n');
    }
    for finding in &findings.findings {
        text.push('\n');
        text.push_str(&finding_block(run, finding, width));
    }
    text.push('\n');
    text.push_str(&sum(&judged));
    text
}

fn head(run: &Run) -> String {
    let target = &run.target;
    let commit = match (&target.commit, &target.expected_commit) {
        (Some(commit), _) => format!(" at commit {}", visible(commit)),
        (None, Some(_)) => " at an unknown commit".to_owned(),
        (None, None) => String::new(),
    };
    format!("{} ({}){commit}\n", visible(&target.url), target.kind)
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Clean => "clean",
        Status::Flagged => "flagged",
        Status::Failed => "failed",
        Status::Unknown => "unknown",
        Status::NotRun => "not-run",
    }
}

fn colour(text: &str, status: Status, has_colour: bool) -> String {
    let code = match status {
        Status::Clean => 32,
        Status::Flagged | Status::Failed => 31,
        Status::Unknown | Status::NotRun => 33,
    };
    if has_colour {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
}

fn finding_block(run: &Run, finding: &Finding, width: usize) -> String {
    let severity = match finding.severity {
        Severity::Notice => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let checklist = run
        .checklists
        .get(finding.at.checklist)
        .map_or("", |list| list.name.as_str());
    let more = match finding.also_at.len() {
        0 => String::new(),
        1 => ", and in 1 more step".to_owned(),
        count => format!(", and in {count} more steps"),
    };
    let mut text = format!(
        "{severity}: {} [{}]\n",
        visible(&finding.title),
        finding.detector
    );
    let _ = writeln!(
        text,
        "  at {} › {}{more}",
        visible(checklist),
        finding.at.step
    );
    for line in finding
        .detail
        .lines()
        .chain(finding.signals.iter().map(String::as_str))
    {
        for part in wrap(&visible(line), width.saturating_sub(4).max(40)) {
            let _ = writeln!(text, "    {part}");
        }
    }
    text
}

/// Breaks at spaces; a word that is longer than the line stays whole.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn sum(judged: &[Vec<Judgement>]) -> String {
    let count = |status: Status| {
        judged
            .iter()
            .flatten()
            .filter(|it| it.status == status)
            .count()
    };
    let total = judged.iter().flatten().count();
    let mut parts = vec![format!("{total} steps")];
    for status in [
        Status::Clean,
        Status::Flagged,
        Status::Failed,
        Status::Unknown,
        Status::NotRun,
    ] {
        if count(status) > 0 {
            parts.push(format!("{} {}", count(status), word(status)));
        }
    }
    format!("{}\n", parts.join(", "))
}
