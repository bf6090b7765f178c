//! The table of steps on a terminal or in a log, the findings under it, and the last line.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
};

mod plain;
mod several;

pub use plain::{grid, paragraph};

use tabled::{
    Table,
    builder::Builder,
    settings::{
        Alignment, Color, Modify, Style,
        object::{Cell, Columns},
    },
};

use super::{beside, visible, words, wrap::wrap};
use crate::bundle::{BundleDocument, ChecklistEntry, FindingEntry, StepEntry};
use crate::detect::{Severity, Status, StepRef};
use crate::evidence::{EvidenceError, Exchange, Recorded};

/// A narrower terminal breaks the lines itself.
const NARROWEST: usize = 60;
const NARROWEST_STEP: usize = 12;
const LONGEST_REASON: usize = 160;
/// So many requests and signals of a finding are told; the report has them all.
const EVIDENCE: usize = 6;

/// How the table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableLook {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether statuses are coloured.
    pub colour: Colour,
    /// What lines and signs are made of.
    pub charset: Charset,
}

/// Whether escape sequences for colour are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// They are.
    Always,
    /// They aren't.
    Never,
}

/// What lines and signs are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// Only what every log can hold: `+--+`, `>`.
    Ascii,
    /// Drawn lines.
    Unicode,
}

impl Charset {
    fn arrow(self) -> &'static str {
        match self {
            Self::Ascii => ">",
            Self::Unicode => "›",
        }
    }
}

/// A table per checklist, the findings as blocks, and a line that sums up.
///
/// # Errors
///
/// What was seen can't be read.
pub fn table(
    recorded: &dyn Recorded,
    document: &BundleDocument,
    look: TableLook,
) -> Result<String, EvidenceError> {
    let calls = calls_told(recorded, document)?;
    let look = TableLook {
        width: look.width.max(NARROWEST),
        ..look
    };
    let mut text = String::new();
    for group in beside::groups(&document.checklists) {
        match &document.checklists[group] {
            [checklist] => {
                text.push_str(&wrap(&title(checklist), look.width, ""));
                text.push_str(&steps(checklist, look));
            }
            passes => text.push_str(&several::passes(passes, look)),
        }
        text.push_str("\n\n");
    }
    for finding in &document.findings {
        text.push_str(&block(&calls, document, finding, look));
        text.push('\n');
    }
    text.push_str(&closing(document, look));
    Ok(text)
}

fn title(checklist: &ChecklistEntry) -> String {
    let walked = checklist.walked_in();
    format!("{}{}", walker(checklist), visible::line(&walked))
}

/// The checklist, and who walked it.
fn walker(checklist: &ChecklistEntry) -> String {
    let name = visible::line(&checklist.name);
    match (&checklist.persona, &checklist.tier) {
        (Some(persona), Some(tier)) => format!(
            "{name} (as {}, on {})",
            visible::line(persona),
            visible::line(tier)
        ),
        (Some(persona), None) => format!("{name} (as {})", visible::line(persona)),
        // What another tool recorded was no checklist, and doesn't tell who was signed in.
        (None, _) if checklist.sha256.is_empty() => name.into_owned(),
        (None, _) => format!("{name} (signed out)"),
    }
}

/// More findings than fit in that width go to a second line.
const FLAGS_WIDTH: usize = 11;
/// Six borders, and a space on both sides of five cells.
const BORDERS: usize = 16;

fn steps(checklist: &ChecklistEntry, look: TableLook) -> String {
    let widest = |cell: &dyn Fn(&StepEntry) -> String, least: usize| {
        let widths = checklist.steps.iter().map(|step| {
            let cell = cell(step);
            cell.lines().map(str::len).max().unwrap_or_default()
        });
        widths.max().unwrap_or_default().max(least)
    };
    let others = widest(&number, 0)
        + "flagged".len()
        + widest(&flags, "flags".len())
        + widest(&time, "time".len());
    let step_width = look.width.saturating_sub(others + BORDERS);
    let step_width = step_width.max(NARROWEST_STEP);
    let mut builder = Builder::default();
    builder.push_record(["", "step", "status", "flags", "time"]);
    let mut told = None;
    for step in &checklist.steps {
        // Steps that share a reason tell it once.
        let why = why(step).filter(|why| told != Some(*why));
        told = step.why.as_deref();
        builder.push_record([
            number(step),
            step_cell(step, why, step_width),
            words::status(step.status).to_owned(),
            flags(step),
            time(step),
        ]);
    }
    let mut table = drawn(builder, look);
    if look.colour == Colour::Always {
        for (row, step) in checklist.steps.iter().enumerate() {
            table.with(Modify::new(Cell::new(row + 1, 2)).with(colour(step.status)));
        }
    }
    lines_of(&table)
}

/// A table with its borders, its last column to the right.
fn drawn(builder: Builder, look: TableLook) -> Table {
    let mut table = builder.build();
    match look.charset {
        Charset::Ascii => table.with(Style::psql()),
        Charset::Unicode => table.with(Style::rounded()),
    };
    table.with(Modify::new(Columns::last()).with(Alignment::right()));
    table
}

fn lines_of(table: &Table) -> String {
    let drawn = table.to_string();
    let lines: Vec<_> = drawn.lines().map(str::trim_end).collect();
    lines.join("\n")
}

fn number(step: &StepEntry) -> String {
    words::step_number(&step.id).to_owned()
}

/// A flagged step's reason is its finding, which stands below the table.
fn why(step: &StepEntry) -> Option<&str> {
    let is_told_below = step.status == Status::Flagged;
    step.why.as_deref().filter(|_| !is_told_below)
}

fn step_cell(step: &StepEntry, why: Option<&str>, width: usize) -> String {
    let mut cell = wrap(&visible::line(&step.name), width, "");
    if let Some(why) = why {
        cell.push_str(&wrap(&shortened(&visible::line(why)), width, "  "));
    }
    cell.trim_end().to_owned()
}

/// A reason may quote a whole page; the report has room for that, the table hasn't.
fn shortened(why: &str) -> String {
    match why.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}...", why[..end].trim_end()),
        None => why.to_owned(),
    }
}

fn flags(step: &StepEntry) -> String {
    let flags: Vec<_> = step.findings.iter().map(|id| visible::line(id)).collect();
    wrap(&flags.join(" "), FLAGS_WIDTH, "")
        .trim_end()
        .to_owned()
}

fn time(step: &StepEntry) -> String {
    if step.status == Status::NotRun {
        String::new()
    } else {
        words::duration(step.duration_ms)
    }
}

fn colour(status: Status) -> Color {
    match status {
        Status::Clean => Color::FG_GREEN,
        Status::NotRun => Color::FG_BRIGHT_BLACK,
        Status::Unknown => Color::FG_MAGENTA,
        Status::Flagged => Color::FG_YELLOW,
        Status::Failed => Color::FG_RED,
    }
}

/// A finding: title, where, why, and the exchanges it points at.
fn block(
    calls: &HashMap<&str, String>,
    document: &BundleDocument,
    finding: &FindingEntry,
    look: TableLook,
) -> String {
    let mut text = String::new();
    let severity = words::severity(finding.severity);
    let head = format!(
        "{} {severity} {}: {}",
        visible::line(&finding.id),
        visible::line(&finding.detector),
        visible::line(&finding.title)
    );
    let head = wrap(&head, look.width, "   ");
    match (look.colour, finding.severity) {
        (Colour::Always, Severity::Error) => painted(&mut text, "31", &head, severity),
        (Colour::Always, Severity::Warning) => painted(&mut text, "33", &head, severity),
        _ => text.push_str(&head),
    }
    let mut line = |content: &str| text.push_str(&indented(content, look.width));
    let mut places: Vec<_> = place(document, &finding.at, look).into_iter().collect();
    if !finding.also_at.is_empty() {
        places.push(words::plural(finding.also_at.len(), "more step"));
    }
    if !places.is_empty() {
        line(&format!("at {}", places.join(", and ")));
    }
    let requests = told_of(finding).filter_map(|id| calls.get(id).cloned());
    let signals = finding.signals.iter();
    let signals = signals.map(|signal| format!("- {}", visible::line(signal)));
    let evidence: Vec<_> = requests.chain(signals).collect();
    let all = evidence.len() + finding.requests.len().saturating_sub(EVIDENCE + 1);
    let told = if all > EVIDENCE + 1 { EVIDENCE } else { all };
    evidence[..told].iter().for_each(|it| line(it));
    if told < all {
        line(&format!("and {} more in the report", all - told));
    }
    text
}

/// The requests of a finding for which there may be room.
fn told_of(finding: &FindingEntry) -> impl Iterator<Item = &str> {
    let ids = finding.requests.iter().map(String::as_str);
    ids.take(EVIDENCE + 1)
}

/// The requests that are told of, in a line each.
fn calls_told<'d>(
    recorded: &dyn Recorded,
    document: &'d BundleDocument,
) -> Result<HashMap<&'d str, String>, EvidenceError> {
    let wanted: HashSet<_> = document.findings.iter().flat_map(told_of).collect();
    let mut calls = HashMap::new();
    for part in recorded.parts() {
        let run = recorded.read(&part)?;
        for exchange in run.steps().flat_map(|(_, step)| &step.exchanges) {
            if let Some(id) = wanted.get(exchange.id.as_str()) {
                calls.entry(*id).or_insert_with(|| call(exchange));
            }
        }
    }
    Ok(calls)
}

/// Colours the severity alone, so that no line break falls inside an escape sequence.
fn painted(text: &mut String, code: &str, head: &str, severity: &str) {
    text.push_str(&head.replacen(severity, &format!("\u{1b}[{code}m{severity}\u{1b}[0m"), 1));
}

fn place(document: &BundleDocument, at: &StepRef, look: TableLook) -> Option<String> {
    let checklist = document.checklists.get(at.checklist)?;
    let step = checklist.steps.iter().find(|step| step.id == at.step)?;
    Some(format!(
        "{} {} {}",
        visible::line(&checklist.name),
        look.charset.arrow(),
        visible::line(&step.name)
    ))
}

fn call(exchange: &Exchange) -> String {
    let mut line = format!(
        "{} {}",
        visible::line(&exchange.method),
        visible::line(&exchange.url)
    );
    match exchange.answer() {
        Some(answer) => {
            // Writing to a string can't fail.
            let _ = write!(line, " {} {}", answer.status, visible::line(&answer.mime));
        }
        None => line.push_str(" no answer"),
    }
    line.trim_end().to_owned()
}

fn closing(document: &BundleDocument, look: TableLook) -> String {
    let mut text = String::new();
    if let Some(why) = &document.run.cut_short {
        let why = format!("cut short: {}", visible::line(why));
        text.push_str(&wrap(&why, look.width, ""));
    }
    if let Some(shard) = words::shard(document) {
        text.push_str(&wrap(&shard, look.width, ""));
    }
    for rule in &document.ignore {
        let rule = format!("ignore rule {}", visible::line(&rule.to_string()));
        text.push_str(&wrap(&rule, look.width, "  "));
    }
    let mut line = words::counts(&document.counts);
    if !document.findings.is_empty() {
        line.push_str("; ");
        line.push_str(&words::plural(document.findings.len(), "finding"));
    }
    if let Some(finished) = document.run.finished {
        line.push_str("; ");
        line.push_str(&words::duration(words::between(
            document.run.started,
            finished,
        )));
    }
    text.push_str(&wrap(&line, look.width, ""));
    text.push_str(&wrap(
        "Only a person's signature says that it ships.",
        look.width,
        "",
    ));
    text
}

fn indented(content: &str, width: usize) -> String {
    let mut text = "   ".to_owned();
    text.push_str(wrap(content, width - 3, "     ").as_str());
    text
}
