//! The plan: a flat list, checklist by persona.

use super::sign_in::sign_in_name;
use crate::checklist::{Checklist, Named, Step};
use crate::config::Persona;
use crate::evidence::{ChecklistRun, Run, StepIndex, StepRun};

/// The id of the step that signs in.
pub const SIGN_IN_STEP: &str = "00-sign-in";

/// What will be walked, in order.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The passes.
    pub passes: Vec<PlannedChecklist>,
}

/// One checklist as one persona.
#[derive(Debug, Clone)]
pub struct PlannedChecklist {
    /// The checklist.
    pub checklist: Checklist,
    /// The persona; `None` signed out.
    pub persona: Option<Persona>,
    /// The folder of its pictures.
    pub folder: String,
    /// The first of its steps that is walked; `None` when the run that is taken up again has walked them all.
    pub from: Option<usize>,
}

impl Plan {
    /// Crosses checklists with their personas; `only` replaces the personas that checklists name.
    ///
    /// # Errors
    ///
    /// The first persona that isn't declared.
    pub fn new(
        checklists: &[Checklist],
        personas: &std::collections::BTreeMap<String, Persona>,
        only: Option<&str>,
        folder: impl Fn(&str) -> String,
    ) -> Result<Self, Named> {
        let mut passes: Vec<PlannedChecklist> = Vec::new();
        for checklist in checklists {
            let wanted: Vec<Option<Named>> = match (only, checklist.personas.as_slice()) {
                (_, []) => vec![None],
                (Some(name), [first, ..]) => {
                    let place = first.place;
                    vec![Some(Named {
                        name: name.to_owned(),
                        place,
                    })]
                }
                (None, named) => named.iter().cloned().map(Some).collect(),
            };
            for name in wanted {
                let persona = match name {
                    None => None,
                    Some(name) => Some(personas.get(&name.name).cloned().ok_or(name)?),
                };
                let mut wanted_folder = folder(&checklist.name);
                if passes.iter().any(|pass| pass.folder == wanted_folder) {
                    wanted_folder = format!("{wanted_folder}-{}", passes.len() + 1);
                }
                passes.push(PlannedChecklist {
                    checklist: checklist.clone(),
                    persona,
                    folder: wanted_folder,
                    from: Some(0),
                });
            }
        }
        Ok(Self { passes })
    }

    /// Leaves out what a run that was cut off has walked already.
    ///
    /// # Errors
    ///
    /// The plan isn't that run's: in words, how it differs.
    pub fn resume(&mut self, run: &Run) -> Result<(), String> {
        let outline = self.outline();
        if let Some(difference) = difference(&outline, &run.checklists) {
            return Err(difference);
        }
        for (pass, walked) in self.passes.iter_mut().zip(&run.checklists) {
            pass.from = pass.restart(walked);
        }
        Ok(())
    }

    /// The steps that are walked, in order.
    pub fn to_walk(&self) -> impl Iterator<Item = StepIndex> {
        self.passes
            .iter()
            .enumerate()
            .flat_map(|(checklist, pass)| {
                let before = usize::from(pass.persona.is_some());
                let all = pass.from.is_some().then_some(0..before);
                let steps = pass
                    .from
                    .map(|from| before + from..before + pass.checklist.steps.len());
                let steps = all.into_iter().chain(steps).flatten();
                steps.map(move |step| StepIndex { checklist, step })
            })
    }

    /// The plan as the journal's first record tells it: every step named, none begun.
    pub fn outline(&self) -> Vec<ChecklistRun> {
        self.passes.iter().map(PlannedChecklist::outline).collect()
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
        Some(
            (0..=left)
                .rev()
                .find(|step| steps.get(*step).is_some_and(Step::stands_alone))
                .unwrap_or(0),
        )
    }

    fn outline(&self) -> ChecklistRun {
        let sign_in = self.persona.as_ref().map(|persona| StepRun {
            id: SIGN_IN_STEP.to_owned(),
            name: sign_in_name(persona),
            ..StepRun::default()
        });
        let steps = self.checklist.steps.iter().map(|step| StepRun {
            id: step.id.clone(),
            name: step.name.clone(),
            fresh: step.fresh,
            confirm: step.confirm.clone(),
            ..StepRun::default()
        });
        ChecklistRun {
            name: self.checklist.name.clone(),
            file: self.checklist.file.clone(),
            sha256: self.checklist.sha256.clone(),
            persona: self.persona.as_ref().map(|persona| persona.name.clone()),
            tier: self
                .persona
                .as_ref()
                .and_then(|persona| persona.tier.clone()),
            steps: sign_in.into_iter().chain(steps).collect(),
        }
    }
}

/// How a plan differs from the one of a run, in words.
fn difference(planned: &[ChecklistRun], walked: &[ChecklistRun]) -> Option<String> {
    for (now, then) in planned.iter().zip(walked) {
        let who = |list: &ChecklistRun| list.persona.clone().unwrap_or_else(|| "nobody".to_owned());
        if now.file != then.file {
            return Some(format!("it walked {} and not {}", then.file, now.file));
        }
        if now.persona != then.persona {
            return Some(format!(
                "it walked {} as {}, not as {}",
                then.file,
                who(then),
                who(now)
            ));
        }
        let ids = |list: &ChecklistRun| -> Vec<String> {
            list.steps.iter().map(|step| step.id.clone()).collect()
        };
        if now.sha256 != then.sha256 || ids(now) != ids(then) {
            return Some(format!("{} was changed since", then.file));
        }
    }
    (planned.len() != walked.len()).then(|| {
        format!(
            "it walked {} checklists, not {}",
            walked.len(),
            planned.len()
        )
    })
}
