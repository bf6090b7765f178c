//! The plan: a flat list, checklist by persona.

use super::sign_in::sign_in_name;
use crate::checklist::{Checklist, Locator, Named};
use crate::config::Persona;
use crate::evidence::{ChecklistRun, Shard, StepIndex, StepRun};

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

    /// The elements that change by themselves in a step's picture.
    pub fn masked(&self, at: StepIndex) -> Vec<&Locator> {
        let Some(pass) = self.passes.get(at.checklist) else {
            return Vec::new();
        };
        let before = usize::from(pass.persona.is_some());
        let own = at.step.checked_sub(before);
        let step = own.and_then(|own| pass.checklist.steps.get(own));
        let own = step.into_iter().flat_map(|step| &step.mask);
        pass.checklist.mask.iter().chain(own).collect()
    }

    /// The part of the plan that is a shard's: whole checklists, each with all its personas, named as in the whole.
    #[must_use]
    pub fn shard(mut self, shard: Shard) -> Self {
        let mut files: Vec<String> = Vec::new();
        for pass in &self.passes {
            if !files.contains(&pass.checklist.file) {
                files.push(pass.checklist.file.clone());
            }
        }
        let own = &files[shard.range(files.len())];
        self.passes
            .retain(|pass| own.contains(&pass.checklist.file));
        self
    }

    /// The plan as the journal's first record tells it: every step named, none begun.
    pub fn outline(&self) -> Vec<ChecklistRun> {
        self.passes.iter().map(PlannedChecklist::outline).collect()
    }
}

impl PlannedChecklist {
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
            engine: None,
            device: None,
            persona: self.persona.as_ref().map(|persona| persona.name.clone()),
            tier: self
                .persona
                .as_ref()
                .and_then(|persona| persona.tier.clone()),
            steps: sign_in.into_iter().chain(steps).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checklist::Place;

    fn checklist(name: &str, file: &str, personas: &[&str]) -> Checklist {
        let named = |name: &&str| Named {
            name: (*name).to_owned(),
            place: Place::default(),
        };
        Checklist {
            name: name.to_owned(),
            file: file.to_owned(),
            sha256: String::new(),
            personas: personas.iter().map(named).collect(),
            mask: Vec::new(),
            steps: Vec::new(),
        }
    }

    #[test]
    fn shards_are_whole_checklists_with_all_their_personas_named_as_in_the_whole() {
        let personas = ["owner", "member"].map(|name| {
            let persona = Persona {
                name: name.to_owned(),
                tier: None,
                sign_in: Vec::new(),
                proof: Vec::new(),
                totp: None,
                inbox: None,
            };
            (name.to_owned(), persona)
        });
        let lists = [
            checklist("Quotes", "a.yaml", &["owner", "member"]),
            checklist("Team", "b.yaml", &[]),
            checklist("Quotes", "c.yaml", &["owner"]),
        ];
        let plan = Plan::new(&lists, &personas.into(), None, str::to_lowercase);
        let plan = plan.expect("declared personas");
        let told = |plan: &Plan| -> Vec<(String, String)> {
            let passes = plan.passes.iter();
            passes
                .map(|pass| (pass.checklist.file.clone(), pass.folder.clone()))
                .collect()
        };
        let whole = told(&plan);
        assert_eq!(whole.len(), 4);
        let parts = [1, 2].map(|index| told(&plan.clone().shard(Shard { index, of: 2 })));
        assert_eq!(parts.concat(), whole);
        assert_eq!(parts[0], whole[..2]);
        let one = plan.shard(Shard { index: 1, of: 1 });
        assert_eq!(told(&one), whole);
    }
}
