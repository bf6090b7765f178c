//! What a bundle holds, as rows for a program that asks: its findings and its steps, with the numbers that everything
//! else is asked for by. Captured texts are made harmless to look at, cut, and stay data.

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    error::HandoffError,
    quoted::{capped, code},
    view::{BundleView, WalkedStep},
};
use crate::bundle::{Counts, FindingEntry};
use crate::detect::{Severity, Status};
use crate::evidence::visible;

/// How many rows of a kind are told.
const MOST: usize = 100;
/// How long a name or a title may be, in characters.
const LONGEST_LINE: usize = 300;
/// How long a finding's story may be.
const LONGEST_STORY: usize = 800;

/// Which findings are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Those that were seen in this step: its number in the walk, or its id.
    pub step: Option<String>,
    /// Those that weigh so much or more.
    pub severity: Option<Severity>,
}

/// What a bundle holds.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Listing {
    /// The target's name, kind and URL.
    pub target: String,
    /// The commit that it served, when it told.
    pub commit: Option<String>,
    /// Whether the run came to its plan's end.
    pub complete: bool,
    /// Why it didn't.
    pub cut_short: Option<String>,
    /// How many steps of each status.
    pub counts: Counts,
    /// The findings that were asked for, in the order of steps; of too many the heaviest, those first.
    pub findings: Vec<FindingRow>,
    /// Further ones that aren't told because there are so many.
    pub findings_left_out: usize,
    /// The step that was asked for, or all of them; of too many first of all those that aren't clean.
    pub steps: Vec<StepRow>,
    /// Further ones that aren't told because there are so many.
    pub steps_left_out: usize,
}

/// What a detector thinks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FindingRow {
    /// `f1`.
    pub id: String,
    /// The detector's name.
    pub detector: String,
    /// How heavy it weighs.
    pub severity: Severity,
    /// The number of the step in which it was seen first.
    pub step: Option<usize>,
    /// How many further steps showed the same.
    pub further_steps: usize,
    /// One line; captured words may stand in it.
    pub title: String,
    /// What was seen; captured words may stand in it.
    pub detail: String,
    /// Ids of exchanges, the decisive one first.
    pub exchanges: Vec<String>,
}

/// A step and what the machine says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepRow {
    /// Counted through the whole walk, from 1.
    pub number: usize,
    /// Its id: `02-sign-it`.
    pub id: String,
    /// The name a person reads.
    pub name: String,
    /// Its checklist.
    pub checklist: String,
    /// Who walked it; `null` signed out.
    pub persona: Option<String>,
    /// What the machine says.
    pub status: Status,
    /// Why; captured words may stand in it.
    pub why: Option<String>,
    /// What only a human can confirm.
    pub confirm: Vec<String>,
}

/// What a bundle holds of what is wanted.
///
/// # Errors
///
/// There is no such step.
pub fn listing(view: &BundleView<'_>, wanted: &Wanted) -> Result<Listing, HandoffError> {
    let step = match &wanted.step {
        Some(name) => Some(view.step_named(name)?),
        None => None,
    };
    let document = view.document;
    let is_wanted = |finding: &&FindingEntry| {
        let is_heavy = wanted
            .severity
            .is_none_or(|least| finding.severity >= least);
        let is_here = step.is_none_or(|walked| walked.step.findings.contains(&finding.id));
        is_heavy && is_here
    };
    let mut findings: Vec<_> = document.findings.iter().filter(is_wanted).collect();
    let findings_left_out = findings.len().saturating_sub(MOST);
    if findings_left_out > 0 {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    }
    let steps = match step {
        Some(walked) => vec![walked],
        None => view.weightiest(MOST),
    };
    let all = step.map_or_else(|| view.steps().count(), |_| 1);
    let target = &document.target;
    Ok(Listing {
        target: line(&format!("{} ({}) {}", target.name, target.kind, target.url)),
        commit: target.commit.as_deref().map(line),
        complete: document.run.complete,
        cut_short: document.run.cut_short.as_deref().map(line),
        counts: document.counts,
        findings_left_out,
        findings: findings
            .into_iter()
            .take(MOST)
            .map(|finding| FindingRow::of(view, finding))
            .collect(),
        steps_left_out: all - steps.len(),
        steps: steps.iter().map(StepRow::of).collect(),
    })
}

impl FindingRow {
    fn of(view: &BundleView<'_>, finding: &FindingEntry) -> Self {
        Self {
            id: line(&finding.id),
            detector: line(&finding.detector),
            severity: finding.severity,
            step: view.step_at(&finding.at).map(|walked| walked.number),
            further_steps: finding.also_at.len(),
            title: line(&finding.title),
            detail: capped(&visible::block(&finding.detail), LONGEST_STORY),
            exchanges: finding.requests.iter().map(|id| line(id)).collect(),
        }
    }
}

impl StepRow {
    fn of(walked: &WalkedStep<'_>) -> Self {
        let (list, step) = (walked.list, walked.step);
        Self {
            number: walked.number,
            id: line(&step.id),
            name: line(&step.name),
            checklist: line(&list.name),
            persona: list.persona.as_deref().map(line),
            status: step.status,
            why: step.why.as_deref().map(line),
            confirm: step.confirm.iter().map(|it| line(it)).collect(),
        }
    }
}

fn line(text: &str) -> String {
    capped(&visible::line(text), LONGEST_LINE)
}

impl Listing {
    /// The same in Markdown, captured words as code.
    pub fn to_markdown(&self) -> String {
        let Counts { steps, clean, .. } = self.counts;
        let mut lines = vec![format!(
            "{clean} of {steps} steps clean on {}",
            code(&self.target)
        )];
        lines.extend(
            self.cut_short
                .iter()
                .map(|why| format!("The run was cut short: {}", code(why))),
        );
        let findings = self.findings.iter().map(|it| {
            let step = it
                .step
                .map_or_else(String::new, |step| format!(", step {step}"));
            let severity = it.severity.in_words();
            format!(
                "- {} {} ({severity}{step}): {}",
                code(&it.id),
                code(&it.detector),
                code(&it.title)
            )
        });
        lines.extend(findings);
        lines.extend(left_out(self.findings_left_out, "finding"));
        let open = self.steps.iter().filter(|it| it.status != Status::Clean);
        lines.extend(open.map(|it| {
            let why = it.why.as_deref().unwrap_or_default();
            let (name, status) = (code(&it.name), it.status.in_words());
            format!("- step {} {name} is {status}: {}", it.number, code(why))
        }));
        lines.extend(left_out(self.steps_left_out, "step"));
        lines.join("\n")
    }
}

fn left_out(count: usize, what: &str) -> Option<String> {
    (count > 0).then(|| format!("- {count} more {what}s aren't told here; ask for one step"))
}
