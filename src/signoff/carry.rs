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
use crate::evidence::{ActionRecord, Body, ConsoleLine, Exchange, ExpectationRecord, StepRun};

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
        list: &ChecklistEntry,
        id: &str,
    ) -> Result<(StepRef, &StepEntry, &Step), &'static str> {
        let lists = self.document().checklists.iter().enumerate();
        let mut named =
            lists.filter(|(_, old)| old.name == list.name && old.persona == list.persona);
        let (index, old) = named.next().ok_or("its checklist wasn't walked then")?;
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

/// How the deployment, the browser or the device is another one; `None` when they are the same.
fn moved(then: &BundleDocument, now: &BundleDocument) -> Option<&'static str> {
    let (old, new) = (&then.target, &now.target);
    let (device, engine) = (&then.device, &then.engine);
    let has_same_size = device.width == now.device.width
        && device.height == now.device.height
        && device.scale.total_cmp(&now.device.scale).is_eq();
    if new.commit.is_none() {
        Some("the deployment doesn't tell its commit")
    } else if old.commit != new.commit {
        Some("the deployment serves another commit")
    } else if (&old.name, &old.kind, &old.url) != (&new.name, &new.kind, &new.url) {
        Some("it is another deployment")
    } else if (&engine.name, &engine.version) != (&now.engine.name, &now.engine.version) {
        Some("it is another browser")
    } else if !has_same_size {
        Some("it is another device")
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
    let (then_at, then, said) = earlier.step(list, &step.id)?;
    if said.human != Some(Said::Confirmed) {
        return Err("it wasn't confirmed then");
    }
    if (step.status, then.status) != (Status::Clean, Status::Clean) {
        return Err("it isn't clean, or wasn't");
    }
    let runs = earlier.reviewed.step_run(&then_at).zip(now.step_run(at));
    let (old, new) = runs.ok_or("what was seen isn't recorded")?;
    if Pictures::of(&earlier.reviewed, then) != Pictures::of(now, step) {
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

/// The digests of a step's pictures; one that isn't sealed is like no other.
#[derive(PartialEq)]
struct Pictures<'a>(Vec<&'a String>);

impl<'a> Pictures<'a> {
    fn of(reviewed: &'a Reviewed, step: &StepEntry) -> Option<Self> {
        let digests = step.screens.iter().map(|file| reviewed.sealed.get(file));
        digests.collect::<Option<_>>().map(Self)
    }
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
