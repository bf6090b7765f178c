//! Taking over one's own earlier word: for a step whose checklist, deployment and observed facts are the same, and for no other.

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;

use super::{
    coherence::read_statement,
    error::SignError,
    key::Signer,
    review::Reviewed,
    signers::holding,
    sshsig::key_id,
    statement::{Said, Signoff, Step},
};
use crate::bundle::{
    BundleDocument, BundleError, ChecklistEntry, Said as Word, StepEntry, WalkEntry, WalkLog,
    hex_sha256,
};
use crate::detect::{Status, StepRef};
use crate::evidence::{
    ActionRecord, Body, ConsoleLine, DeviceFacts, EngineFacts, Exchange, ExpectationRecord,
    PixelArea, StepRun, is_same_picture,
};

/// What can be taken over from an earlier sign-off, and what can't.
#[derive(Debug)]
pub struct Carried {
    /// Steps whose earlier word holds.
    pub steps: Vec<CarriedStep>,
    /// Steps that have to be looked at, each with the reason; those that were looked at already are in neither list.
    pub left: Vec<(String, &'static str)>,
}

/// A step that was confirmed earlier, and hasn't changed.
#[derive(Debug)]
pub struct CarriedStep {
    /// The name a person reads.
    pub name: String,
    at: StepRef,
    from: String,
}

/// A sign-off that was made earlier, by whoever signs now.
struct Earlier {
    reviewed: Reviewed,
    signoff: Signoff,
    sha256: String,
}

impl Earlier {
    /// Reads one; it has to hold, and to be signed with the same key.
    fn read(dir: &Path, signer: &Signer) -> Result<Self, SignError> {
        let reviewed = Reviewed::read(dir)?;
        let unfit = |why: &str| SignError::CarryUnfit {
            why: why.to_owned(),
        };
        let files = &reviewed.files.signed;
        let bytes = files.statement.as_deref();
        let bytes = bytes.ok_or_else(|| unfit("nobody has signed it"))?;
        let (signatures, faults) = holding(files);
        let own = signer.id()?;
        let mut keys = signatures.iter().filter_map(|one| key_id(&one.key).ok());
        if !faults.is_empty() || !keys.any(|key| key == own) {
            return Err(unfit(
                "it isn't signed with this key; only your own word can be taken over",
            ));
        }
        let statement = read_statement(bytes).map_err(|why| SignError::CarryUnfit { why })?;
        let mut digests = statement.subject.iter().flat_map(|it| it.digest.values());
        if !digests.any(|digest| *digest == reviewed.manifest_sha256) {
            return Err(unfit("its statement speaks of another bundle"));
        }
        Ok(Self {
            sha256: hex_sha256(bytes),
            signoff: statement.predicate.shippass_signoff,
            reviewed,
        })
    }

    fn document(&self) -> &BundleDocument {
        &self.reviewed.bundle.document
    }

    /// What was said of a step, with the step as it was seen then.
    fn step(
        &self,
        (list, now): (&ChecklistEntry, Place<'_>),
        id: &str,
    ) -> Result<(StepRef, &StepEntry, &Step), &'static str> {
        let lists = self.document().checklists.iter().enumerate();
        let named = lists.filter(|(_, old)| old.name == list.name && old.persona == list.persona);
        let named: Vec<_> = named.collect();
        let is_there =
            |(_, old): &&(usize, &ChecklistEntry)| is_same_place(self.document(), old, now);
        let found = named.iter().find(is_there);
        let (index, old) = match found {
            Some(found) => *found,
            None if named.is_empty() => return Err("its checklist wasn't walked then"),
            None if named
                .iter()
                .any(|(_, old)| is_same_engine(self.document().engine_of(old), now.0)) =>
            {
                return Err("it is another device");
            }
            None => return Err("it is another browser"),
        };
        if old.sha256 != list.sha256 {
            return Err("its checklist has changed");
        }
        let step = old.steps.iter().find(|step| step.id == id);
        let step = step.ok_or("it wasn't there then")?;
        let before: usize = self.document().checklists[..index]
            .iter()
            .map(|list| list.steps.len())
            .sum();
        let place = old
            .steps
            .iter()
            .position(|one| one.id == id)
            .unwrap_or_default();
        let said = self
            .signoff
            .steps
            .get(before + place)
            .filter(|said| said.id == id);
        let at = StepRef {
            checklist: index,
            step: id.to_owned(),
        };
        Ok((at, step, said.ok_or("it wasn't there then")?))
    }
}

/// Compares a bundle with an earlier one that the same key has signed.
pub fn carry(dir: &Path, now: &Reviewed, signer: &Signer) -> Result<Carried, SignError> {
    let earlier = Earlier::read(dir, signer)?;
    let mut carried = Carried {
        steps: Vec::new(),
        left: Vec::new(),
    };
    let moved = moved(earlier.document(), &now.bundle.document);
    for (index, list) in now.bundle.document.checklists.iter().enumerate() {
        for step in &list.steps {
            let at = StepRef {
                checklist: index,
                step: step.id.clone(),
            };
            let walked = now.walk.steps.get(&at);
            if walked.is_some_and(|walked| walked.verdict.is_some()) {
                continue;
            }
            let from = match moved {
                Some(why) => Err(why),
                None => word_of(&earlier, now, (&at, list, step)),
            };
            let name = step.name.clone();
            match from {
                Ok(from) => carried.steps.push(CarriedStep { name, at, from }),
                Err(why) => carried.left.push((name, why)),
            }
        }
    }
    Ok(carried)
}

impl Carried {
    /// Says it in the walk.
    pub fn write(self, reviewed: &Reviewed, at: Timestamp) -> Result<(), BundleError> {
        if self.steps.is_empty() {
            return Ok(());
        }
        let dir = reviewed.bundle.paths.root();
        let mut log = WalkLog::open(dir, &reviewed.manifest_sha256)?;
        for CarriedStep { at: step, from, .. } in self.steps {
            let said = Word::Carried { step, from };
            log.append(WalkEntry { at, said })?;
        }
        Ok(())
    }
}

/// A browser and a device.
type Place<'a> = (&'a EngineFacts, &'a DeviceFacts);

/// Whether a checklist was walked in the same browser on a device of the same size.
fn is_same_place(
    document: &BundleDocument,
    list: &ChecklistEntry,
    (engine, device): Place<'_>,
) -> bool {
    let (old_engine, old) = (document.engine_of(list), document.device_of(list));
    is_same_engine(old_engine, engine)
        && (old.width, old.height) == (device.width, device.height)
        && old.scale.total_cmp(&device.scale).is_eq()
}

fn is_same_engine(one: &EngineFacts, other: &EngineFacts) -> bool {
    (&one.name, &one.version) == (&other.name, &other.version)
}

/// How the deployment is another one; `None` when it is the same.
fn moved(then: &BundleDocument, now: &BundleDocument) -> Option<&'static str> {
    let (old, new) = (&then.target, &now.target);
    if new.commit.is_none() {
        Some("the deployment doesn't tell its commit")
    } else if old.commit != new.commit {
        Some("the deployment serves another commit")
    } else if (&old.name, &old.kind, &old.url) != (&new.name, &new.kind, &new.url) {
        Some("it is another deployment")
    } else {
        None
    }
}

/// The statement whose word on a step holds still; `Err` says why none does.
fn word_of(
    earlier: &Earlier,
    now: &Reviewed,
    (at, list, step): (&StepRef, &ChecklistEntry, &StepEntry),
) -> Result<String, &'static str> {
    let document = &now.bundle.document;
    let place = (document.engine_of(list), document.device_of(list));
    let (then_at, then, said) = earlier.step((list, place), &step.id)?;
    if said.human != Some(Said::Confirmed) {
        return Err("it wasn't confirmed then");
    }
    if (step.status, then.status) != (Status::Clean, Status::Clean) {
        return Err("it isn't clean, or wasn't");
    }
    let runs = earlier.reviewed.step_run(&then_at).zip(now.step_run(at));
    let (old, new) = runs.ok_or("what was seen isn't recorded")?;
    if !have_same_pictures((&earlier.reviewed, then, old), (now, step, new)) {
        return Err("its picture is another");
    }
    match unlike(old, new) {
        Some(why) => Err(why),
        // Whoever looked did so for the statement that first said it.
        None => Ok(said
            .carried_from
            .clone()
            .unwrap_or_else(|| earlier.sha256.clone())),
    }
}

/// A step as it was sealed, and as the journal has it.
type Taken<'a> = (&'a Reviewed, &'a StepEntry, &'a StepRun);

/// Whether a step's pictures are the same, byte by byte, or but for what is masked in them; one that isn't sealed is like no other.
fn have_same_pictures(old: Taken<'_>, new: Taken<'_>) -> bool {
    let (files, others) = (&old.1.screens, &new.1.screens);
    let mut pairs = files.iter().zip(others);
    files.len() == others.len()
        && pairs.all(|(file, other)| {
            let digests = old.0.sealed.get(file).zip(new.0.sealed.get(other));
            let Some((one, another)) = digests else {
                return false;
            };
            let masked = [old.2.masked_in(file), new.2.masked_in(other)].concat();
            one == another
                || !masked.is_empty() && is_same_but_for(&masked, (old.0, file), (new.0, other))
        })
}

/// Whether not a pixel differs beside what is masked: only a whole, unchanged bundle got here, so what is read is what was sealed.
fn is_same_but_for(
    masked: &[PixelArea],
    (old, file): (&Reviewed, &str),
    (new, other): (&Reviewed, &str),
) -> bool {
    let read = |reviewed: &Reviewed, file| reviewed.bundle.paths.read(file).ok();
    let pictures = read(old, file).zip(read(new, other));
    pictures.is_some_and(|(one, another)| is_same_picture(&one, &another, masked))
}

/// What was seen otherwise; `None` when all of it was the same.
fn unlike(old: &StepRun, new: &StepRun) -> Option<&'static str> {
    let is_same_line = |one: &ConsoleLine, other: &ConsoleLine| {
        (&one.level, &one.text) == (&other.level, &other.text)
    };
    let is_same_expectation = |one: &ExpectationRecord, other: &ExpectationRecord| {
        (&one.what, &one.outcome) == (&other.what, &other.outcome)
    };
    let is_same_action = |one: &ActionRecord, other: &ActionRecord| {
        (&one.what, &one.outcome) == (&other.what, &other.outcome)
    };
    if old.page != new.page {
        Some("its page is another")
    } else if exchanges(old) != exchanges(new) {
        Some("its requests or their answers are others")
    } else if old.happenings != new.happenings {
        Some("a dialog, a tab or a download came otherwise")
    } else if !are_alike(&old.console, &new.console, is_same_line) {
        Some("its console lines are others")
    } else if !are_alike(&old.expectations, &new.expectations, is_same_expectation)
        || !are_alike(&old.actions, &new.actions, is_same_action)
    {
        Some("what was done or expected came out otherwise")
    } else {
        None
    }
}

fn are_alike<T>(old: &[T], new: &[T], is_same: impl Fn(&T, &T) -> bool) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_same(old, new))
}

/// What of an exchange has to be the same: what was sent, the status and the body.
type Answered<'a> = (&'a Body, Option<u16>, Option<&'a Body>);

/// By method and address: in which order answers come is chance.
fn exchanges(step: &StepRun) -> BTreeMap<(&str, &str), Vec<Answered<'_>>> {
    let mut found = BTreeMap::<_, Vec<_>>::new();
    for exchange in &step.exchanges {
        let key = (exchange.method.as_str(), exchange.url.as_str());
        found.entry(key).or_default().push(answered(exchange));
    }
    found
}

fn answered(exchange: &Exchange) -> Answered<'_> {
    let answer = exchange.answer();
    (
        &exchange.request_body,
        answer.map(|answer| answer.status),
        answer.map(|answer| &answer.body),
    )
}
