//! Several bundles as one: the parts of a plan, its personas, its browsers.
//!
//! Their journals are read twice, event by event, and written as one with ids of its own; whatever follows from a
//! journal is then made as after a run. So memory holds the plan and one event, however long the runs were.

mod error;
mod part;
mod renamed;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

pub use error::MergeError;
use part::Part;
use renamed::Renamed;

use super::{error::BundleError, paths::BundlePaths};
use crate::evidence::{
    ChecklistRun, PastRun, Recorder, Run, RunEvent, RunInfo, Shard, add_counts, sync_below,
};

/// Bundles that can be made one.
#[derive(Debug)]
pub struct Merge {
    /// In the order in which they are told.
    parts: Vec<Part>,
    /// What the runs before all of them flagged.
    past: Vec<PastRun>,
}

impl Merge {
    /// Looks at bundles: each whole and untouched, all of one deployment, none holding what another one holds.
    ///
    /// # Errors
    ///
    /// The first one that isn't.
    pub fn of(folders: &[PathBuf]) -> Result<Self, MergeError> {
        let mut parts: Vec<Part> = Vec::new();
        let mut earlier: BTreeMap<String, PastRun> = BTreeMap::new();
        for folder in folders {
            let mut part = Part::read(folder)?;
            if let Some(first) = parts.first() {
                first.is_of_one_run_with(&part)?;
                // They are the same: one copy is enough.
                part.facts.contracts = Vec::new();
            }
            let before = std::mem::take(&mut part.facts.past).into_iter();
            earlier.extend(before.map(|run| (run.run.clone(), run)));
            parts.push(part);
        }
        refuse_twins(&parts)?;
        // A part that was walked after another one is no run after it.
        for part in &parts {
            earlier.remove(&part.facts.info.id);
        }
        let mut past: Vec<_> = earlier.into_values().collect();
        past.sort_by_key(|run| run.started);
        Ok(Self {
            parts: in_order(parts),
            past,
        })
    }

    /// Writes the journal of all of them, and brings their bodies and pictures into its folder.
    ///
    /// # Errors
    ///
    /// A file that a journal names couldn't be had. What the recorder couldn't write it tells when it is finished.
    pub fn write(&self, id: String, folder: &Path, recorder: &Recorder) -> Result<(), MergeError> {
        let Some(first) = self.parts.first() else {
            return Ok(());
        };
        let mut target = first.facts.target.clone();
        if let Some(access) = &mut target.access {
            access.requests = BTreeMap::new();
        }
        recorder.record(RunEvent::RunStarted {
            info: RunInfo {
                id,
                started: self.started(),
                finished: None,
                cut_short: None,
                shard: None,
                merged: (self.parts.iter())
                    .map(|part| part.facts.info.id.clone())
                    .collect(),
                ..first.facts.info.clone()
            },
            target: Box::new(target),
            api: first.facts.api.clone(),
            contracts: first.facts.contracts.clone(),
            past: self.past.clone(),
            checklists: self.checklists(&first.facts),
        });
        recorder.record(RunEvent::EngineStarted(first.facts.engine.clone()));
        recorder.record(RunEvent::DeviceMeasured(first.facts.device.clone()));
        let to = BundlePaths::new(folder);
        let mut renamed = Renamed::new(&to);
        for part in &self.parts {
            renamed.begin();
            part.for_each_event(|event| {
                if let Some(event) = renamed.event(event, part)? {
                    recorder.record(event);
                }
                Ok(())
            })?;
            renamed.end(part.facts.checklists.len());
        }
        // It is sealed next: by then it has to be there.
        sync_below(folder).map_err(|source| {
            let path = folder.to_path_buf();
            MergeError::Unwritten(BundleError::Write { path, source })
        })
    }

    /// The last record of a whole that couldn't be written.
    pub fn broken_off(&self, error: &MergeError) -> RunEvent {
        self.ended(Some(format!("the merge failed: {error}")))
    }

    /// The last record.
    pub fn end(&self) -> RunEvent {
        self.ended(self.cut_short())
    }

    fn ended(&self, cut_short: Option<String>) -> RunEvent {
        let mut redactions = BTreeMap::new();
        let mut opened = BTreeMap::new();
        for part in &self.parts {
            add_counts(&mut redactions, &part.facts.redactions);
            if let Some(access) = &part.facts.target.access {
                add_counts(&mut opened, &access.requests);
            }
        }
        RunEvent::RunFinished {
            finished: self.finished(),
            cut_short,
            redactions,
            opened,
        }
    }

    /// Why the whole of them isn't the whole plan.
    pub fn cut_short(&self) -> Option<String> {
        let missing = self.missing_shards();
        let mut why: Vec<String> = match missing.as_slice() {
            [] => Vec::new(),
            [one] => vec![format!("shard {one} is missing")],
            several => {
                let names: Vec<_> = several.iter().map(ToString::to_string).collect();
                vec![format!("shards {} are missing", names.join(", "))]
            }
        };
        let parts = (1..).zip(&self.parts);
        why.extend(parts.filter_map(|(number, part)| {
            let name = match part.facts.info.shard {
                Some(shard) => format!("shard {shard}"),
                None => format!("bundle {number}"),
            };
            Some(format!("{name}: {}", part.cut_short()?))
        }));
        (!why.is_empty()).then(|| why.join("; "))
    }

    /// Whether they are the parts of one run.
    pub fn is_of_shards(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| part.facts.info.shard.is_some())
    }

    /// When the last of them ended.
    pub fn finished(&self) -> Timestamp {
        let ends = self.parts.iter().map(|part| part.facts.info.finished);
        ends.flatten().max().unwrap_or_else(|| self.started())
    }

    fn started(&self) -> Timestamp {
        let starts = self.parts.iter().map(|part| part.facts.info.started);
        starts.min().unwrap_or_default()
    }

    /// All plans, one behind the other; a checklist that was walked in another browser than the first says so.
    fn checklists(&self, first: &Run) -> Vec<ChecklistRun> {
        let lists = self.parts.iter().flat_map(|part| {
            let facts = &part.facts;
            facts.checklists.iter().map(|list| ChecklistRun {
                engine: (facts.engine != first.engine).then(|| facts.engine.clone()),
                device: (facts.device != first.device).then(|| facts.device.clone()),
                ..list.clone()
            })
        });
        lists.collect()
    }

    /// Of a plan that was cut into parts, those that nobody brought.
    fn missing_shards(&self) -> Vec<Shard> {
        let mut missing: Vec<Shard> = Vec::new();
        for part in &self.parts {
            let Some(Shard { of, .. }) = part.facts.info.shard else {
                continue;
            };
            let is_there = |shard: &Shard| {
                let mut alike = self.parts.iter().filter(|other| other.is_walked_as(part));
                alike.any(|other| other.facts.info.shard == Some(*shard))
            };
            let all = (1..=of).map(|index| Shard { index, of });
            for shard in all.filter(|shard| !is_there(shard)) {
                if !missing.contains(&shard) {
                    missing.push(shard);
                }
            }
        }
        missing
    }
}

/// As they were named; the parts of one plan in the plan's own order.
fn in_order(parts: Vec<Part>) -> Vec<Part> {
    let mut groups: Vec<Vec<Part>> = Vec::new();
    for part in parts {
        let is_alike = |group: &&mut Vec<Part>| {
            let first = group.first();
            first.is_some_and(|first| first.is_walked_as(&part) && first.is_shard_beside(&part))
        };
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.push(part),
            None => groups.push(vec![part]),
        }
    }
    for group in &mut groups {
        group.sort_by_key(|part| part.facts.info.shard);
    }
    groups.into_iter().flatten().collect()
}

/// The same checklist as the same persona in the same browser would be told twice.
fn refuse_twins(parts: &[Part]) -> Result<(), MergeError> {
    let mut seen: BTreeMap<_, &Part> = BTreeMap::new();
    for part in parts {
        for list in &part.facts.checklists {
            let walked_as = (&part.facts.engine.name, &part.facts.device.name);
            let key = (&list.file, &list.name, &list.persona, walked_as);
            match seen.insert(key, part) {
                Some(first) if first.dir != part.dir => {
                    let persona = list.persona.as_ref();
                    return Err(MergeError::Twice {
                        checklist: list.name.clone(),
                        persona: persona
                            .map_or_else(|| "signed out".to_owned(), |name| format!("as {name}")),
                        first: first.dir.clone(),
                        dir: part.dir.clone(),
                    });
                }
                _ => {}
            }
        }
    }
    Ok(())
}
