//! One of the bundles that are merged: its facts, and its events one by one.

use std::path::{Path, PathBuf};

use super::MergeError;
use crate::bundle::{error::BundleError, open::check_whole};
use crate::evidence::{JournalReader, Run, RunEvent};

/// A bundle and what is known of it without its steps.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) dir: PathBuf,
    /// The plan and the facts of the run; nothing that was seen in a step.
    pub(super) facts: Run,
    /// It was never sealed, or its journal breaks off.
    is_cut_off: bool,
}

impl Part {
    pub(super) fn read(dir: &Path) -> Result<Self, MergeError> {
        let is_sealed = match check_whole(dir) {
            Ok(differences) => match differences.first() {
                Some(first) => {
                    return Err(MergeError::Altered {
                        dir: dir.to_owned(),
                        first: first.to_string(),
                    });
                }
                None => true,
            },
            Err(BundleError::NotSealed { .. }) => false,
            Err(error) => return Err(MergeError::NoBundle(error)),
        };
        let mut journal = JournalReader::open(dir).map_err(MergeError::NoJournal)?;
        let facts = Run::from_events(journal.by_ref().filter(is_of_run));
        journal.close().map_err(MergeError::NoJournal)?;
        let facts = facts.map_err(MergeError::NoJournal)?;
        Ok(Self {
            dir: dir.to_owned(),
            is_cut_off: !is_sealed || journal.torn().is_some() || facts.info.finished.is_none(),
            facts,
        })
    }

    /// Hands over every event.
    pub(super) fn for_each_event(
        &self,
        mut take: impl FnMut(RunEvent) -> Result<(), MergeError>,
    ) -> Result<(), MergeError> {
        let mut journal = JournalReader::open(&self.dir).map_err(MergeError::NoJournal)?;
        for event in journal.by_ref() {
            take(event)?;
        }
        journal.close().map_err(MergeError::NoJournal)
    }

    /// Why it didn't come to its plan's end.
    pub(super) fn cut_short(&self) -> Option<&str> {
        let why = self.facts.info.cut_short.as_deref();
        why.or_else(|| self.is_cut_off.then_some("it was cut off"))
    }

    /// In the same browser on the same device.
    pub(super) fn is_walked_as(&self, other: &Self) -> bool {
        let walked_as = |part: &Self| {
            let facts = &part.facts;
            (facts.engine.name.clone(), facts.device.name.clone())
        };
        walked_as(self) == walked_as(other)
    }

    /// Both are parts of a plan that was cut into so many.
    pub(super) fn is_shard_beside(&self, other: &Self) -> bool {
        let of = |part: &Self| part.facts.info.shard.map(|shard| shard.of);
        of(self).is_some() && of(self) == of(other)
    }

    /// One deployment, judged by one set of rules.
    pub(super) fn is_of_one_run_with(&self, other: &Self) -> Result<(), MergeError> {
        let (one, two) = (&self.facts, &other.facts);
        let told = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let words = |is: bool| {
            if is {
                "it was only looked at"
            } else {
                "it was used"
            }
            .to_owned()
        };
        let promises = |run: &Run| {
            format!(
                "{} of `api`, {} of `contract`",
                run.api.len(),
                run.contracts.len()
            )
        };
        let pairs = [
            ("target", one.target.name.clone(), two.target.name.clone()),
            ("URL", one.target.url.clone(), two.target.url.clone()),
            ("commit", told(&one.target.commit), told(&two.target.commit)),
            (
                "expected commit",
                told(&one.target.expected_commit),
                told(&two.target.expected_commit),
            ),
            (
                "use of the target",
                words(one.target.is_read_only),
                words(two.target.is_read_only),
            ),
        ];
        let unlike = |what, one, other_one| MergeError::Unlike {
            dir: other.dir.clone(),
            what,
            one,
            other: other_one,
        };
        for (what, a, b) in pairs {
            if a != b {
                return Err(unlike(what, a, b));
            }
        }
        if one.api != two.api || one.contracts != two.contracts {
            return Err(unlike("configuration", promises(one), promises(two)));
        }
        Ok(())
    }
}

/// What tells of the run and of no step in it.
fn is_of_run(event: &RunEvent) -> bool {
    matches!(
        event,
        RunEvent::RunStarted { .. }
            | RunEvent::EngineStarted(_)
            | RunEvent::DeviceMeasured(_)
            | RunEvent::TargetLearned(_)
            | RunEvent::RunFinished { .. }
    )
}
