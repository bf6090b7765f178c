//! Verifying: is the bundle whole, is its statement signed by somebody who may, and does it say what was asked for?

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use ssh_key::PublicKey;

use super::{
    allowed::AllowedSigners,
    beside::{earlier_faults, photo_faults},
    coherence::{contradictions, read_statement, shows_its_own, unlike_walk},
    envelope::check_envelope,
    refusal::Refusal,
    requirement::{Requirement, age_in_words},
    review::sealed_part,
    signers::{Holding, SignedBy, Signers, holding, misnamed},
    statement::{Overall, Said, Signoff, Statement},
};
use crate::bundle::{
    self, Bundle, BundleError, BundlePaths, SignedFiles, SignoffFiles, check_whole,
    manifest_sha256, read_signoff, walk_of,
};

/// A clock may be wrong by as much.
const DRIFT: SignedDuration = SignedDuration::from_mins(5);

/// What a verifier expects.
#[derive(Debug, Clone)]
pub struct Expectations {
    /// Whose signature counts; `None` when nobody said so.
    pub allowed: Option<AllowedSigners>,
    /// The keys are one person's, whatever name the statement gives them: their name.
    pub person: Option<String>,
    /// What must be so.
    pub required: Vec<Requirement>,
    /// How old run and signature may be.
    pub max_age: Option<SignedDuration>,
    /// How many people must have signed.
    pub signers: usize,
    /// Whether nobody may have signed for a commit of their own.
    pub not_author: bool,
    /// Who wrote the commit, as far as the verifier knows by itself.
    pub authors: Vec<String>,
    /// The time.
    pub now: Timestamp,
}

/// What came of verifying.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// Everything that stands against it; nothing means confirmed and signed.
    pub refusals: Vec<Refusal>,
    /// Who has signed, as far as the signatures hold and count.
    pub signers: Vec<SignedBy>,
    /// What was signed; `None` unless some signature over it holds.
    pub statement: Option<Statement>,
}

impl Verified {
    /// Whether something was changed.
    pub fn is_altered(&self) -> bool {
        self.refusals.iter().any(Refusal::is_alteration)
    }
}

/// Verifies a bundle offline.
///
/// # Errors
///
/// The folder holds no bundle.
pub fn verify(dir: &Path, expected: &Expectations) -> Result<Verified, BundleError> {
    let mut verified = Verified {
        refusals: Vec::new(),
        signers: Vec::new(),
        statement: None,
    };
    match check_whole(dir) {
        Ok(differences) => verified.refuse_all(differences.into_iter().map(Refusal::Different)),
        Err(BundleError::NotSealed { .. }) if BundlePaths::new(dir).is_begun() => {
            verified.refuse(Refusal::NotSealed);
        }
        Err(BundleError::Refused { why, .. }) => verified.refuse(Refusal::HoldsSecret { why }),
        Err(error) => verified.refuse(unreadable_or(error, dir)?),
    }
    let files = match read_signoff(dir) {
        Ok(files) => files,
        Err(error) => {
            verified.refuse(unreadable_or(error, dir)?);
            return Ok(verified);
        }
    };
    let strange = files.strange.iter().cloned();
    verified.refuse_all(strange.map(Refusal::Different));
    let cut_off = files.cut_off.iter().cloned();
    verified.refuse_all(cut_off.map(|path| Refusal::CutOff { path }));
    if files.is_being_replaced() {
        verified.refuse(Refusal::CutOff {
            path: "signoff/statement.json".to_owned(),
        });
        return Ok(verified);
    }
    verified.check_signed(dir, &files, expected)?;
    Ok(verified)
}

/// A file of a bundle that can't be read was changed; a folder that isn't there is no bundle at all.
fn unreadable_or(error: BundleError, dir: &Path) -> Result<Refusal, BundleError> {
    if !BundlePaths::new(dir).holds_any() {
        return Err(error);
    }
    Ok(Refusal::Unreadable {
        why: error.to_string(),
    })
}

impl Verified {
    /// What there is to say of a zip that wasn't even unpacked, since it isn't what was sealed.
    ///
    /// # Errors
    ///
    /// It is no bundle at all, or the machine is to blame.
    pub fn unopened(error: BundleError) -> Result<Self, BundleError> {
        let refusals = match error {
            BundleError::Altered { differences, .. } => {
                differences.into_iter().map(Refusal::Different).collect()
            }
            BundleError::Invalid { .. }
            | BundleError::UnknownFormat { .. }
            | BundleError::NamedTwice { .. } => vec![Refusal::Unreadable {
                why: error.to_string(),
            }],
            _ => return Err(error),
        };
        Ok(Self {
            refusals,
            signers: Vec::new(),
            statement: None,
        })
    }

    fn refuse(&mut self, refusal: Refusal) {
        if !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
    }

    fn refuse_all(&mut self, refusals: impl IntoIterator<Item = Refusal>) {
        for refusal in refusals {
            self.refuse(refusal);
        }
    }

    /// Only what was signed is read.
    fn check_signed(
        &mut self,
        dir: &Path,
        files: &SignoffFiles,
        expected: &Expectations,
    ) -> Result<(), BundleError> {
        let (signatures, faults) = holding(&files.signed);
        self.refuse_all(faults);
        if signatures.is_empty() {
            self.refuse(Refusal::Unsigned);
            return Ok(());
        }
        let bytes = files.signed.statement.as_deref().unwrap_or_default();
        let statement = match read_statement(bytes) {
            Ok(statement) => statement,
            Err(why) => {
                self.refuse(Refusal::UnknownStatement { why });
                return Ok(());
            }
        };
        let signoff = &statement.predicate.shippass_signoff;
        let people = self.check_signers(&signatures, signoff, expected);
        let keys: Vec<&PublicKey> = signatures.iter().map(|one| &one.key).collect();
        self.check_envelope(&files.signed, signoff, &keys);
        self.refuse_all(photo_faults(files, signoff));
        self.refuse_all(earlier_faults(files, signoff.supersedes.as_ref()));
        let mut finished = None;
        match bundle::open(dir) {
            Ok(bundle) => {
                finished = bundle.document.run.finished;
                let manifest = manifest_sha256(dir).unwrap_or_default();
                self.check_bundle(&manifest, &bundle, &statement, files);
            }
            Err(error) => self.refuse(unreadable_or(error, dir)?),
        }
        self.check_verdict(signoff);
        self.check_age(signoff, finished, expected);
        let unmet = expected.required.iter();
        let unmet = unmet.filter_map(|required| required.check(signoff, people).err());
        self.refuse_all(unmet);
        self.statement = Some(statement);
        Ok(())
    }

    /// How many people have signed who may.
    fn check_signers(
        &mut self,
        signatures: &[Holding],
        signoff: &Signoff,
        expected: &Expectations,
    ) -> usize {
        self.refuse_all(misnamed(signatures, signoff));
        let Some(allowed) = &expected.allowed else {
            self.refuse(Refusal::NoAllowedSigners);
            return 0;
        };
        let (signers, faults) = Signers::new(signatures, signoff, allowed, expected);
        self.refuse_all(faults);
        self.refuse_all(signers.author_fault(signoff));
        let policy = signoff.policy.as_ref();
        let wanted = policy.map_or(1, |policy| policy.signers);
        let (wanted, found) = (wanted.max(expected.signers), signers.people());
        // That nobody may is said already.
        if found > 0 && found < wanted {
            self.refuse(Refusal::TooFewSigners { wanted, found });
        }
        self.signers = signers.into_names();
        found
    }

    fn check_envelope(&mut self, signed: &SignedFiles, signoff: &Signoff, keys: &[&PublicKey]) {
        match (&signed.envelope, &signed.statement) {
            (None, _) if signoff.envelope => self.refuse(Refusal::EnvelopeMissing),
            (Some(envelope), Some(statement)) => {
                if let Err(why) = check_envelope(envelope, statement, keys) {
                    self.refuse(Refusal::Envelope { why });
                }
            }
            _ => {}
        }
    }

    fn check_bundle(
        &mut self,
        manifest: &str,
        bundle: &Bundle,
        statement: &Statement,
        files: &SignoffFiles,
    ) {
        let signoff = &statement.predicate.shippass_signoff;
        let subjects = statement.subject.iter();
        let mut digests = subjects.filter_map(|subject| subject.digest.get("sha256"));
        if !digests.any(|digest| digest == manifest) {
            self.refuse(Refusal::OtherManifest);
        }
        if signoff.run_id != bundle.document.run.id {
            self.refuse(Refusal::OtherRun {
                said: signoff.run_id.clone(),
                found: bundle.document.run.id.clone(),
            });
        }
        self.refuse_all(contradictions(bundle, manifest, statement));
        if !shows_its_own(bundle, files, signoff) {
            self.refuse(Refusal::Contradiction {
                what: "it shows evidence that isn't in the bundle".to_owned(),
            });
        }
        let walk = files.walk.as_deref().unwrap_or_default();
        let sealed = sealed_part(signoff.walk.as_ref(), walk);
        let before = sealed.and_then(|sealed| walk_of(sealed, manifest).ok());
        let now = walk.is_empty() || walk.ends_with(b"\n");
        let now = now.then(|| walk_of(walk, manifest).ok()).flatten();
        match (before, now) {
            (Some(before), Some(now)) => {
                self.refuse_all(unlike_walk(&bundle.document, &before, signoff));
                if before.without_looking() != now.without_looking() {
                    self.refuse(Refusal::SaidSince);
                }
            }
            _ => self.refuse(Refusal::WalkAltered),
        }
    }

    fn check_verdict(&mut self, signoff: &Signoff) {
        if signoff.verdict == Overall::Rejected {
            self.refuse(Refusal::Rejected);
        }
        let unchecked: Vec<&str> = (signoff.steps.iter())
            .filter(|step| step.human != Some(Said::Confirmed))
            .map(|step| step.name.as_str())
            .collect();
        if signoff.verdict == Overall::NotConfirmed || !unchecked.is_empty() {
            let what = if unchecked.is_empty() {
                "it has no step".to_owned()
            } else {
                unchecked.join(", ")
            };
            self.refuse(Refusal::NotConfirmed { what });
        }
    }

    fn check_age(
        &mut self,
        signoff: &Signoff,
        finished: Option<Timestamp>,
        expected: &Expectations,
    ) {
        let (signed, now) = (signoff.signed_at, expected.now);
        if let Some(finished) = finished.filter(|finished| finished.duration_since(signed) > DRIFT)
        {
            self.refuse(Refusal::SignedBeforeTheEnd {
                signed: signed.to_string(),
                finished: finished.to_string(),
            });
        }
        if signed.duration_since(now) > DRIFT {
            let at = signed.to_string();
            self.refuse(Refusal::FromTheFuture { at });
        }
        let Some(most) = expected.max_age else {
            return;
        };
        let times = [
            Some(("the signature", signed)),
            finished.map(|end| ("the run", end)),
        ];
        for (what, time) in times.into_iter().flatten() {
            let age = now.duration_since(time);
            if age > most {
                self.refuse(Refusal::TooOld {
                    what,
                    age: age_in_words(age),
                    most: age_in_words(most),
                });
            }
        }
    }
}
