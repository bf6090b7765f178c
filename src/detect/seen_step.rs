//! One step with where it stands in the run: what each detector goes through.

use super::rule::StepRef;
use crate::evidence::{
    About, ActionRecord, ChecklistRun, Exchange, ExpectationOutcome, ExpectationRecord, PageFacts,
    Resource, Run, StepRun, hops_to,
};

/// The sign-in's step id.
const SIGN_IN: &str = "00-sign-in";

/// A step, its checklist and its place.
#[derive(Clone, Copy)]
pub(super) struct SeenStep<'r> {
    pub(super) list: &'r ChecklistRun,
    pub(super) step: &'r StepRun,
    checklist: usize,
    index: usize,
}

/// Every step of a run, in order.
pub(super) fn seen_steps(run: &Run) -> impl Iterator<Item = SeenStep<'_>> {
    run.checklists
        .iter()
        .enumerate()
        .flat_map(|(checklist, list)| {
            let steps = list.steps.iter().enumerate();
            steps.map(move |(index, step)| SeenStep {
                list,
                step,
                checklist,
                index,
            })
        })
}

/// Where the first step of a run stands: what is said of the whole target is said there.
pub(super) fn first_step(run: &Run) -> StepRef {
    seen_steps(run)
        .next()
        .map(|seen| seen.at())
        .unwrap_or_default()
}

/// The step that a finding names.
pub(super) fn step_at<'r>(run: &'r Run, at: &StepRef) -> Option<&'r StepRun> {
    let list = run.checklists.get(at.checklist)?;
    list.steps.iter().find(|step| step.id == at.step)
}

impl<'r> SeenStep<'r> {
    /// Names it.
    pub(super) fn at(&self) -> StepRef {
        StepRef {
            checklist: self.checklist,
            step: self.step.id.clone(),
        }
    }

    /// What the page asked for; what a check asked is none of its doing.
    pub(super) fn asked_by_page(&self) -> impl Iterator<Item = &'r Exchange> + use<'r> {
        let exchanges = self.step.exchanges.iter();
        exchanges.filter(|exchange| !exchange.is_of_check())
    }

    /// Whether a status only says what a `denied` line wanted to hear.
    pub(super) fn is_denial(&self, exchange: &Exchange, status: u16) -> bool {
        let mut lines = self.step.expectations.iter();
        let is_cause = |line: &ExpectationRecord| {
            line.brought_about.contains(&exchange.id) || self.is_of_page(line, exchange)
        };
        matches!(status, 401 | 403 | 404)
            && lines.any(|line| is_held_denial(line) && is_cause(line))
    }

    /// Whether the page that a line went to asked for it, be it long after the line had been decided.
    fn is_of_page(&self, line: &ExpectationRecord, exchange: &Exchange) -> bool {
        let documents = || {
            let exchanges = self.step.exchanges.iter();
            exchanges.filter(|exchange| exchange.resource == Resource::Document)
        };
        let page = documents().find(|document| Some(&document.id) == line.exchange.as_ref());
        page.is_some_and(|page| {
            let is_left = documents()
                .any(|next| next.started > page.started && next.started <= exchange.started);
            exchange.started >= page.started && !is_left
        })
    }

    /// Whether the step's page is one that a `denied` line was rightly refused.
    pub(super) fn ends_denied(&self) -> bool {
        let mut pages = self.step.expectations.iter().rev();
        pages
            .find(|line| !line.brought_about.is_empty())
            .is_some_and(is_held_denial)
    }

    /// Whether it signs the persona in.
    pub(super) fn is_sign_in(&self) -> bool {
        self.step.id == SIGN_IN
    }

    /// Whether the persona's session was gone when it was taken up, so that the step signs in first.
    pub(super) fn signs_in_anew(&self) -> bool {
        let mut actions = self.step.actions.iter();
        actions.any(ActionRecord::was_taken_up_in_vain)
    }

    /// Whether the checklist's step at that place signs the persona in.
    pub(super) fn is_sign_in_at(&self, index: usize) -> bool {
        let step = self.list.steps.get(index);
        step.is_some_and(|step| step.id == SIGN_IN)
    }

    /// The checklist's steps up to this one, itself among them.
    pub(super) fn so_far(&self) -> &'r [StepRun] {
        self.list.steps.get(..=self.index).unwrap_or_default()
    }

    /// The checklist's steps from this one on.
    pub(super) fn with_those_after(&self) -> &'r [StepRun] {
        self.list.steps.get(self.index..).unwrap_or_default()
    }

    /// The page as it stood when the step began: at the end of the last one that was looked at.
    pub(super) fn page_before(&self) -> Option<&'r PageFacts> {
        let before = self.list.steps.get(..self.index).unwrap_or_default();
        before.iter().rev().find_map(|step| step.page.as_ref())
    }

    /// The hops that led to an exchange, first to last, without itself.
    pub(super) fn chain_to(&self, exchange: &Exchange) -> Vec<&'r Exchange> {
        let find = |id: &str| {
            let mut exchanges = self.list.steps.iter().flat_map(|step| &step.exchanges);
            exchanges.find(|hop| hop.id == id)
        };
        hops_to(exchange, find)
    }
}

fn is_held_denial(line: &ExpectationRecord) -> bool {
    line.about == About::Access && line.outcome == ExpectationOutcome::Held
}
