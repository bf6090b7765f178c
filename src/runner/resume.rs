//! Taking up a run that was cut off: which of its steps are walked again.

use super::plan::{Plan, PlannedChecklist};
use crate::checklist::Step;
use crate::evidence::{ChecklistRun, Run};

impl Plan {
    /// Leaves out what a run that was cut off has walked already.
    ///
    /// # Errors
    ///
    /// The plan isn't that run's: in words, how it differs.
    pub fn resume(&mut self, run: &Run) -> Result<(), String> {
        if let Some(difference) = difference(&self.outline(), &run.checklists) {
            return Err(difference);
        }
        for (pass, walked) in self.passes.iter_mut().zip(&run.checklists) {
            pass.from = pass.restart(walked);
        }
        Ok(())
    }
}

impl PlannedChecklist {
    /// Where to begin again: with the first step that didn't come to its end, or the nearest one before it that
    /// needs no page of the steps before.
    fn restart(&self, walked: &ChecklistRun) -> Option<usize> {
        let before = usize::from(self.persona.is_some());
        let left = walked.steps.iter().position(|step| !step.is_settled())?;
        let steps = &self.checklist.steps;
        let left = left.saturating_sub(before);
        let stands_alone = |step: &usize| steps.get(*step).is_some_and(Step::stands_alone);
        Some((0..=left).rev().find(stands_alone).unwrap_or(0))
    }
}

/// How a plan differs from the one of a run, in words.
fn difference(planned: &[ChecklistRun], walked: &[ChecklistRun]) -> Option<String> {
    let who = |list: &ChecklistRun| match &list.persona {
        Some(persona) => format!("as {persona}"),
        None => "signed out".to_owned(),
    };
    let ids = |list: &ChecklistRun| -> Vec<String> {
        list.steps.iter().map(|step| step.id.clone()).collect()
    };
    for (now, then) in planned.iter().zip(walked) {
        let (file, other) = (&then.file, &now.file);
        if file != other {
            return Some(format!(
                "it walked {file} where {other} would be walked now"
            ));
        }
        if now.persona != then.persona {
            let (now, then) = (who(now), who(then));
            return Some(format!(
                "it walked {file} {then}, and now it would be {now}"
            ));
        }
        if now.sha256 != then.sha256 || ids(now) != ids(then) {
            return Some(format!("{file} was changed since"));
        }
    }
    let (planned, walked) = (planned.len(), walked.len());
    (planned != walked).then(|| {
        format!(
            "it walked {walked} checklists, each persona counted, and now it would be {planned}"
        )
    })
}
