//! The summary of a run for a pull request or a CI's page, in Markdown.

use std::fmt::Write as _;

use super::{
    case::{Case, Choice, cases},
    error::HandoffError,
    prove::quote,
    quoted::{cell, code, link, walked},
    view::BundleView,
};
use crate::detect::Status;

/// A comment on GitHub ends at 65,536 characters; so many rows stay below.
const MOST_CASES: usize = 40;
const MOST_STEPS: usize = 150;
/// Pictures in a row; more would be too small to see anything.
const ROW: usize = 3;
const MOST_PICTURES: usize = 9;

/// A summary, and the pictures that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The Markdown.
    pub text: String,
    /// The pictures, as they are referred to in it.
    pub pictures: Vec<String>,
}

impl Summary {
    /// The command that puts it under a pull request, pictures and all, from the folder and the name of its file; it
    /// signs in by itself. `gh` finds both in the folder that it is called in, and a picture by the path that the text
    /// gives; `None` where a `#` stands in one, which it takes for the beginning of a picture's words.
    pub fn comment_command(&self, folder: &str, file: &str) -> Option<String> {
        if self.pictures.iter().any(|picture| picture.contains('#')) {
            return None;
        }
        let mut command = match folder {
            "" | "." => String::new(),
            folder => format!("cd {} && ", quote(&not_an_option(folder))),
        };
        let _ = write!(
            command,
            "gh pr comment --body-file {}",
            quote(&not_an_option(file))
        );
        for picture in &self.pictures {
            let _ = write!(command, " --attach {}", quote(picture));
        }
        Some(command)
    }
}

/// `-x` is a path too.
fn not_an_option(path: &str) -> String {
    let before = if path.starts_with('-') { "./" } else { "" };
    format!("{before}{path}")
}

/// The summary of a bundle. Pictures are shown where something outside can point at them.
pub fn summary(view: &BundleView<'_>) -> Result<Summary, HandoffError> {
    let document = view.document;
    let open = cases(view, &Choice::Flagged)?;
    let mut text = String::new();
    let _ = writeln!(text, "## shippass: {}\n", headline(view));
    let target = &document.target;
    let commit = match &target.commit {
        Some(commit) => format!("commit {}", code(commit)),
        None => "commit not known".to_owned(),
    };
    let _ = writeln!(
        text,
        "{} ({}), {commit}, {}. The machine only looks; a person's signature says that it ships.\n",
        code(&target.url),
        code(&target.kind),
        walked(&view.places()),
    );
    if let Some(shard) = document.run.shard {
        let _ = writeln!(
            text,
            "This is shard {shard}: the checklists of the other shards are not in it.\n"
        );
    }
    if let Some(why) = view.cut_off() {
        let _ = writeln!(text, "The run was cut short: {}\n", code(why));
    }
    to_mend(&mut text, &open);
    let pictures = pictures(&mut text, view, &open);
    all_steps(&mut text, view);
    Ok(Summary { text, pictures })
}

fn headline(view: &BundleView<'_>) -> String {
    let counts = &view.document.counts;
    let statuses = [
        Status::Failed,
        Status::Flagged,
        Status::Unknown,
        Status::NotRun,
        Status::Clean,
    ];
    let there = statuses
        .into_iter()
        .filter(|status| counts.get(*status) > 0);
    let parts: Vec<_> = there
        .map(|status| format!("{} {}", counts.get(status), status.in_words()))
        .collect();
    match counts.steps {
        0 => "no step was walked".to_owned(),
        1 => format!("1 step, {}", parts.join(", ")),
        steps => format!("{steps} steps, {}", parts.join(", ")),
    }
}

fn to_mend(text: &mut String, open: &[Case<'_>]) {
    if open.is_empty() {
        return;
    }
    text.push_str("| step | what is wrong | judged |\n|---|---|---|\n");
    for case in open.iter().take(MOST_CASES) {
        let walked = &case.walked;
        let _ = writeln!(
            text,
            "| {} {} of {} | {}{} | {} |",
            walked.number,
            cell(&walked.step.name),
            cell(&walked.list_name()),
            case.heading().replace('|', "\\|"),
            also(case),
            cell(&case.kind()),
        );
    }
    if let more @ 1.. = open.len().saturating_sub(MOST_CASES) {
        let _ = writeln!(text, "\nand {more} more, in the bundle's report.");
    }
    text.push('\n');
}

/// In how many further steps it was seen, or how many more never ran.
fn also(case: &Case<'_>) -> String {
    let further = case.finding.map_or(0, |finding| finding.also_at.len());
    match further + case.alike.len() {
        0 => String::new(),
        1 => ", and in 1 more step".to_owned(),
        more => format!(", and in {more} more steps"),
    }
}

/// A picture a step, side by side, so that phones' screens don't fill the page.
fn pictures(text: &mut String, view: &BundleView<'_>, open: &[Case<'_>]) -> Vec<String> {
    let mut shown: Vec<(usize, String)> = Vec::new();
    for case in open {
        let path = case.picture().and_then(|name| view.path(name));
        if let Some(path) = path.filter(|path| shown.iter().all(|(_, there)| there != path)) {
            shown.push((case.walked.number, path));
        }
    }
    shown.truncate(MOST_PICTURES);
    for row in shown.chunks(ROW) {
        let (mut head, mut cells) = (String::new(), String::new());
        for (number, path) in row {
            let _ = write!(head, " step {number} |");
            let _ = write!(
                cells,
                " ![the screen at the end of step {number}]({}) |",
                link(path)
            );
        }
        let _ = writeln!(text, "|{head}\n|{}\n|{cells}\n", "---|".repeat(row.len()));
    }
    shown.into_iter().map(|(_, path)| path).collect()
}

fn all_steps(text: &mut String, view: &BundleView<'_>) {
    text.push_str("<details><summary>All steps</summary>\n\n| | step | of | status | time |\n|---|---|---|---|---|\n");
    for walked in view.steps().take(MOST_STEPS) {
        let step = walked.step;
        let time = match step.status {
            Status::NotRun => "–".to_owned(),
            _ => format!(
                "{}.{} s",
                step.duration_ms / 1_000,
                step.duration_ms % 1_000 / 100
            ),
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {time} |",
            walked.number,
            cell(&step.name),
            cell(&walked.list_name()),
            step.status.in_words(),
        );
    }
    if let more @ 1.. = view.steps().count().saturating_sub(MOST_STEPS) {
        let _ = writeln!(text, "\nand {more} more.");
    }
    text.push_str("\n</details>\n");
}
