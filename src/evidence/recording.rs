//! A run that may be too long for memory: its facts and its plan, and what was seen in parts of whole checklists.

use std::{
    borrow::Cow,
    ops::Range,
    path::{Path, PathBuf},
};

use super::{
    error::EvidenceError,
    event::RunEvent,
    fold::Fold,
    journal::{JournalReader, read_spans},
    run::{ChecklistRun, Run},
};

/// How many bytes of a journal are judged at once; what is shorter, as nearly every run, is one part.
const PART: u64 = 2 << 20;

/// What was seen in a run, whole or in parts. Whoever goes through it part by part holds no more than one of them.
pub trait Recorded {
    /// Facts and plan; nothing that was seen in a step must be read from it.
    fn outline(&self) -> &Run;

    /// Which checklists are read together, in order; passes of one checklist as several personas are never parted.
    fn parts(&self) -> Vec<Range<usize>>;

    /// The run with what was seen in the checklists of one part, each at its place.
    ///
    /// # Errors
    ///
    /// The journal can't be read any more.
    fn read(&self, part: &Range<usize>) -> Result<Cow<'_, Run>, EvidenceError>;
}

/// What is in memory anyway is one part.
impl Recorded for Run {
    fn outline(&self) -> &Run {
        self
    }

    fn parts(&self) -> Vec<Range<usize>> {
        std::iter::once(0..self.checklists.len()).collect()
    }

    fn read(&self, _: &Range<usize>) -> Result<Cow<'_, Run>, EvidenceError> {
        Ok(Cow::Borrowed(self))
    }
}

/// A bundle's journal, read as a run.
#[derive(Debug)]
pub struct Recording {
    folder: PathBuf,
    /// The whole of a run that is one part, else its facts and its plan.
    run: Run,
    is_whole: bool,
    parts: Vec<Range<usize>>,
    records: Records,
}

impl Recording {
    /// Reads a bundle's journal as far as it is whole.
    ///
    /// # Errors
    ///
    /// It can't be read, has no whole record, or names a step that its plan doesn't have.
    pub fn open(folder: &Path) -> Result<Self, EvidenceError> {
        Self::open_by(folder, PART)
    }

    /// The same with parts of another length.
    pub(crate) fn open_by(folder: &Path, part: u64) -> Result<Self, EvidenceError> {
        let mut journal = JournalReader::open(folder)?;
        let mut records = Records::default();
        let mut fold = Fold::default();
        while let Some(mut event) = journal.next() {
            let was_short = records.length <= part;
            records.note(&mut event, journal.place_of_last());
            if records.length <= part {
                fold.take(event)?;
                continue;
            }
            if was_short {
                fold.put_evidence_away();
            }
            match event.place() {
                Some(at) => fold.check(*at)?,
                None => fold.take(event)?,
            }
        }
        journal.close()?;
        let mut run = fold.end();
        let is_whole = records.length <= part;
        let parts = if is_whole {
            run.take_bodies(folder);
            run.parts()
        } else {
            records.parts(&run.checklists, part)
        };
        Ok(Self {
            folder: folder.to_owned(),
            run,
            is_whole,
            parts,
            records,
        })
    }
}

impl Recorded for Recording {
    fn outline(&self) -> &Run {
        &self.run
    }

    fn parts(&self) -> Vec<Range<usize>> {
        self.parts.clone()
    }

    fn read(&self, part: &Range<usize>) -> Result<Cow<'_, Run>, EvidenceError> {
        if self.is_whole {
            return Ok(Cow::Borrowed(&self.run));
        }
        let mut fold = Fold::of(self.run.clone());
        read_spans(&self.folder, &self.records.of(part), |event| {
            fold.take(event)
        })?;
        let mut run = fold.end();
        // A resumption is told once.
        run.info = self.run.info.clone();
        run.take_bodies(&self.folder);
        Ok(Cow::Owned(run))
    }
}

/// Where a journal's records of steps stand.
#[derive(Debug, Default)]
struct Records {
    /// A checklist and records of it that follow each other, in the journal's order.
    spans: Vec<(usize, Range<u64>)>,
    /// What was taken up again may forget steps of any checklist.
    resumed: Vec<Range<u64>>,
    /// How many bytes the records of steps have.
    length: u64,
}

impl Records {
    fn note(&mut self, event: &mut RunEvent, at: Range<u64>) {
        if let RunEvent::RunResumed { .. } = event {
            self.resumed.push(at);
        } else if let Some(place) = event.place() {
            self.length += at.end - at.start;
            match self.spans.last_mut() {
                Some((checklist, span))
                    if *checklist == place.checklist && span.end == at.start =>
                {
                    span.end = at.end;
                }
                _ => self.spans.push((place.checklist, at)),
            }
        }
    }

    /// Checklists in parts that are about so long.
    fn parts(&self, checklists: &[ChecklistRun], length: u64) -> Vec<Range<usize>> {
        let mut lengths = vec![0; checklists.len()];
        for (checklist, span) in &self.spans {
            lengths[*checklist] += span.end - span.start;
        }
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut filled = 0;
        for (index, list) in checklists.iter().enumerate() {
            let is_next_pass = index > 0 && list.is_pass_of(&checklists[index - 1]);
            match parts.last_mut() {
                Some(part) if is_next_pass || filled + lengths[index] <= length => {
                    part.end = index + 1;
                }
                _ => {
                    parts.push(index..index + 1);
                    filled = 0;
                }
            }
            filled += lengths[index];
        }
        parts
    }

    /// Where the records of a part stand, in order.
    fn of(&self, part: &Range<usize>) -> Vec<Range<u64>> {
        let of_part = self
            .spans
            .iter()
            .filter(|(checklist, _)| part.contains(checklist));
        let mut spans: Vec<_> = of_part
            .map(|(_, span)| span)
            .chain(&self.resumed)
            .cloned()
            .collect();
        spans.sort_by_key(|span| span.start);
        spans
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use serde_json::json;

    use super::*;
    use crate::evidence::{journal::Journal, read_run};

    /// Four checklists of two steps, walked at once; the second of them as two personas, one of which was taken up again.
    fn journal(folder: &Path) {
        let plan = |name: &str, persona: Option<&str>| {
            json!({ "name": name, "file": format!("{name}.yaml"), "persona": persona,
                "steps": [{ "id": "01-open", "name": "Open" }, { "id": "02-sign", "name": "Sign" }] })
        };
        let info = json!({ "id": "RUN", "tool_version": "1", "started": "2026-11-20T10:00:00Z", "finished": null, "cut_short": null });
        let mut journal = Journal::create(folder).unwrap();
        let mut say = |event: serde_json::Value| journal.append(&event).unwrap();
        say(
            json!({ "run_started": { "info": info, "target": {}, "api": [], "checklists": [
            plan("a", None), plan("b", Some("owner")), plan("b", Some("member")), plan("c", None)] } }),
        );
        let mut number = 0;
        let mut walk = |say: &mut dyn FnMut(serde_json::Value), step: usize| {
            for checklist in [3, 0, 2, 1] {
                number += 1;
                let at = json!({ "checklist": checklist, "step": step });
                let url = format!("https://preview.example/{checklist}");
                say(json!({ "step_started": { "at": at, "started": "2026-11-20T10:00:00Z" } }));
                say(json!({ "answer_read": { "at": at, "url": url, "how": "json_method" } }));
                say(
                    json!({ "exchange_finished": { "at": at, "exchange": { "id": format!("e{number}"), "url": url, "outcome": "pending" } } }),
                );
                say(
                    json!({ "step_finished": { "at": at, "duration_ms": number, "page": null, "unsettled": null, "undecided": [] } }),
                );
            }
        };
        walk(&mut say, 0);
        let again = json!([{ "checklist": 2, "step": 0 }]);
        say(json!({ "run_resumed": { "resumed": "2026-11-20T11:00:00Z", "anew": again } }));
        walk(&mut say, 1);
        say(
            json!({ "run_finished": { "finished": "2026-11-20T12:00:00Z", "cut_short": null, "redactions": { "cookie value": 2 } } }),
        );
    }

    #[test]
    fn a_long_run_is_read_in_parts_that_make_up_the_whole() {
        let dir = tempfile::tempdir().unwrap();
        journal(dir.path());
        let whole = read_run(dir.path()).unwrap();
        assert_eq!(whole.info.resumed.len(), 1);
        assert_eq!(whole.checklists[2].steps[0].exchanges, []);
        assert_eq!(whole.checklists[3].steps[0].exchanges[0].read_as.len(), 1);

        let short = Recording::open(dir.path()).unwrap();
        assert_eq!(short.parts(), whole.parts());
        assert_eq!(*short.read(&(0..4)).unwrap(), whole);

        let long = Recording::open_by(dir.path(), 1).unwrap();
        assert_eq!(long.parts(), [0..1, 1..3, 3..4]);
        let outline = long.outline();
        for part in long.parts() {
            let run = long.read(&part).unwrap();
            for (index, list) in run.checklists.iter().enumerate() {
                let from = if part.contains(&index) {
                    &whole
                } else {
                    outline
                };
                assert_eq!(*list, from.checklists[index], "{index} in {part:?}");
            }
            let facts = |run: &Run| Run {
                checklists: Vec::new(),
                ..run.clone()
            };
            assert_eq!(facts(&run), facts(&whole));
        }
        let forgotten = outline.checklists.iter().flat_map(|list| &list.steps);
        assert!(
            forgotten
                .into_iter()
                .all(|step| step.started.is_none() && !step.finished)
        );
    }

    #[test]
    fn a_step_that_the_plan_does_not_have_is_refused_however_long_the_run_is() {
        let dir = tempfile::tempdir().unwrap();
        journal(dir.path());
        let mut journal = Journal::reopen(dir.path()).unwrap();
        let at = json!({ "checklist": 4, "step": 0 });
        let event = json!({ "step_started": { "at": at, "started": "2026-11-20T10:00:00Z" } });
        journal.append(&event).unwrap();
        for part in [1, PART] {
            let error = Recording::open_by(dir.path(), part).unwrap_err();
            assert!(matches!(
                error,
                EvidenceError::UnknownStep { checklist: 4, .. }
            ));
        }
    }

    #[test]
    fn what_was_changed_meanwhile_is_not_taken_for_what_was_seen() {
        let dir = tempfile::tempdir().unwrap();
        journal(dir.path());
        let long = Recording::open_by(dir.path(), 1).unwrap();
        let path = dir.path().join(crate::evidence::JOURNAL);
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = text.replace("preview.example", "prevjew.example");
        #[expect(clippy::disallowed_methods, reason = "the test spoils it")]
        std::fs::write(&path, changed).unwrap();
        let error = long.read(&(0..1)).unwrap_err();
        assert!(
            error.to_string().contains("changed while it was read"),
            "{error}"
        );
    }
}
