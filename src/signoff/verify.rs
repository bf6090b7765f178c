//! Verifying: is the bundle whole, is its statement signed by somebody who may, and does it say what was asked for?

use std::{collections::BTreeSet, path::Path};

use jiff::{SignedDuration, Timestamp};
use ssh_key::PublicKey;

use super::{
    allowed::{AllowedSigners, NotAllowed},
    coherence::{contradictions, read_statement},
    envelope::check_envelope,
    refusal::Refusal,
    requirement::{Requirement, age_in_words},
    review::{manifest_sha256, said, said_at},
    sshsig::{SignatureFault, fingerprint, key_id, verify_signature},
    statement::{NAMESPACE, Overall, Said, Signoff, Statement},
};
use crate::bundle::{
    self, Bundle, BundleError, BundlePaths, SignedFiles, SignoffFiles, check_whole,
    further_signature, hex, paths::SIGNATURE, read_signoff, sha256, walk_of,
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
    /// Whether nobody may have signed for a commit of their own.
    pub not_author: bool,
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

/// Somebody whose signature counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBy {
    /// As the allowed signers file knows them.
    pub principal: String,
    /// The key's fingerprint.
    pub key: String,
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
/// The folder holds no bundle, or can't be read.
pub fn verify(dir: &Path, expected: &Expectations) -> Result<Verified, BundleError> {
    let mut verified = Verified {
        refusals: Vec::new(),
        signers: Vec::new(),
        statement: None,
    };
    match check_whole(dir) {
        Ok(differences) => verified.refuse_all(differences.into_iter().map(Refusal::Different)),
        Err(BundleError::NotSealed { .. }) => verified.refuse(Refusal::NotSealed),
        Err(error) => verified.refuse(unreadable_or(error, dir)?),
    }
    let files = read_signoff(dir)?;
    let strange = files.strange.iter().cloned();
    verified.refuse_all(strange.map(Refusal::Different));
    let keys = verified.take_signatures(&files.signed);
    if keys.is_empty() {
        verified.refuse(Refusal::Unsigned);
        return Ok(verified);
    }
    // Only what was signed is read.
    let bytes = files.signed.statement.as_deref().unwrap_or_default();
    let statement = match read_statement(bytes) {
        Ok(statement) => statement,
        Err(why) => {
            verified.refuse(Refusal::UnknownStatement { why });
            return Ok(verified);
        }
    };
    let signoff = statement.predicate.shippass_signoff.clone();
    verified.check_signers(&keys, &signoff, expected);
    verified.check_envelope(&files.signed, &signoff, &keys);
    verified.check_beside(&files, &signoff);
    let mut finished = None;
    match bundle::open(dir) {
        Ok(bundle) => {
            finished = bundle.document.run.finished;
            verified.check_bundle(dir, &bundle, &statement, &files);
        }
        Err(error) => verified.refuse(unreadable_or(error, dir)?),
    }
    verified.check_verdict(&signoff);
    verified.check_age(&signoff, finished, expected);
    let count = verified.signers.len();
    let unmet = expected.required.iter();
    let unmet: Vec<Refusal> = unmet
        .filter_map(|required| required.check(&signoff, count).err())
        .collect();
    verified.refuse_all(unmet);
    verified.statement = Some(statement);
    Ok(verified)
}

/// A file of a bundle that can't be read was changed; a folder that isn't there is no bundle at all.
fn unreadable_or(error: BundleError, dir: &Path) -> Result<Refusal, BundleError> {
    let paths = BundlePaths::new(dir);
    if !paths.document().is_file() && !paths.manifest().is_file() {
        return Err(error);
    }
    Ok(Refusal::Unreadable {
        what: "the bundle".to_owned(),
        why: error.to_string(),
    })
}

impl Verified {
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

    /// The keys whose signatures hold, each once.
    fn take_signatures(&mut self, signed: &SignedFiles) -> Vec<PublicKey> {
        let Some(statement) = &signed.statement else {
            self.refuse_all(signed.signatures.keys().map(|file| Refusal::Signature {
                file: format!("signoff/{file}"),
                fault: SignatureFault::Bad,
            }));
            return Vec::new();
        };
        let mut keys: Vec<PublicKey> = Vec::new();
        for (file, signature) in &signed.signatures {
            match verify_signature(signature, statement) {
                Ok(key) if !is_named_after(file, &key) => {
                    self.refuse(Refusal::SignatureName { file: file.clone() });
                }
                Ok(key) if keys.iter().any(|known| known.key_data() == key.key_data()) => {}
                Ok(key) => keys.push(key),
                Err(fault) => self.refuse(Refusal::Signature {
                    file: format!("signoff/{file}"),
                    fault,
                }),
            }
        }
        keys
    }

    fn check_signers(&mut self, keys: &[PublicKey], signoff: &Signoff, expected: &Expectations) {
        let Some(allowed) = &expected.allowed else {
            self.refuse(Refusal::NoAllowedSigners);
            return;
        };
        let reviewer = &signoff.reviewer;
        if !keys.iter().any(|key| fingerprint(key) == reviewer.key) {
            self.refuse(Refusal::Contradiction {
                what: format!("{} is named as its signer and hasn't signed", reviewer.key),
            });
        }
        for key in keys {
            let is_first = fingerprint(key) == reviewer.key;
            match self.principal_of(key, is_first, signoff, allowed, expected) {
                Ok(principal) => self.signers.push(SignedBy {
                    principal,
                    key: fingerprint(key),
                }),
                Err(refusal) => self.refuse(refusal),
            }
        }
        let policy = signoff.policy.as_ref();
        let author = policy.and_then(|policy| policy.author.as_deref());
        if expected.not_author || policy.is_some_and(|policy| policy.not_author) {
            match author {
                None => self.refuse(Refusal::AuthorUnknown),
                Some(author) => {
                    let mut signers = self.signers.iter();
                    if signers.any(|signer| signer.principal.eq_ignore_ascii_case(author)) {
                        let author = author.to_owned();
                        self.refuse(Refusal::IsAuthor { author });
                    }
                }
            }
        }
        let wanted = policy.map_or(1, |policy| policy.signers);
        let found = self.signers.len();
        if found < wanted {
            self.refuse(Refusal::TooFewSigners { wanted, found });
        }
    }

    /// Under which name a key may sign: the statement's own for whoever made it, any for who joined.
    #[expect(clippy::unused_self, reason = "reads beside its callers")]
    fn principal_of(
        &self,
        key: &PublicKey,
        is_first: bool,
        signoff: &Signoff,
        allowed: &AllowedSigners,
        expected: &Expectations,
    ) -> Result<String, Refusal> {
        let named = match (&expected.person, is_first) {
            (Some(person), _) => Some(person.clone()),
            (None, true) => Some(signoff.reviewer.principal.clone()),
            (None, false) => None,
        };
        let outcome = match &named {
            Some(principal) => allowed
                .allows(key, principal, NAMESPACE, expected.now)
                .map(|()| principal.clone()),
            None => allowed
                .principals(key, NAMESPACE, expected.now)
                .ok_or(NotAllowed::Unknown),
        };
        outcome.map_err(|fault| {
            let (code, why) = fault.in_words();
            Refusal::NotAllowed {
                principal: named.unwrap_or_else(|| "somebody".to_owned()),
                key: fingerprint(key),
                why,
                code,
            }
        })
    }

    fn check_envelope(&mut self, signed: &SignedFiles, signoff: &Signoff, keys: &[PublicKey]) {
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

    /// Photos, and the statements that were replaced.
    fn check_beside(&mut self, files: &SignoffFiles, signoff: &Signoff) {
        let named: BTreeSet<&String> = signoff
            .steps
            .iter()
            .flat_map(|step| &step.evidence)
            .collect();
        for (path, sha256) in &files.photos {
            let is_own_name = path
                .rsplit('/')
                .next()
                .is_some_and(|name| name.split_once('.').is_some_and(|(stem, _)| stem == sha256));
            if !is_own_name || !named.contains(sha256) {
                self.refuse(Refusal::StrangePhoto { path: path.clone() });
            }
        }
        for sha256 in signoff.real_device.iter().flat_map(|device| &device.photos) {
            if !files.photos.values().any(|found| found == sha256) {
                let sha256 = sha256.clone();
                self.refuse(Refusal::PhotoMissing { sha256 });
            }
        }
        self.refuse_all(earlier_faults(files, signoff.supersedes.as_ref()));
    }

    fn check_bundle(
        &mut self,
        dir: &Path,
        bundle: &Bundle,
        statement: &Statement,
        files: &SignoffFiles,
    ) {
        let signoff = &statement.predicate.shippass_signoff;
        let manifest = manifest_sha256(dir).unwrap_or_default();
        let subjects = statement.subject.iter();
        let mut subjects = subjects.filter(|subject| subject.name == "manifest.json");
        if !subjects.any(|subject| subject.digest.get("sha256") == Some(&manifest)) {
            self.refuse(Refusal::OtherManifest);
        }
        if signoff.run_id != bundle.document.run.id {
            self.refuse(Refusal::OtherRun {
                said: signoff.run_id.clone(),
                found: bundle.document.run.id.clone(),
            });
        }
        self.refuse_all(contradictions(bundle, statement));
        let walk = files.walk.as_deref().unwrap_or_default();
        match (
            said_at(signoff.walk.as_ref(), walk, &manifest),
            walk_of(walk, &manifest),
        ) {
            (Ok(before), Ok(now)) if before == said(now.clone()) => {}
            (Ok(_), Ok(_)) => self.refuse(Refusal::SaidSince),
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
            let what = match unchecked.is_empty() {
                true => "it has no step".to_owned(),
                false => unchecked.join(", "),
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

fn is_named_after(file: &str, key: &PublicKey) -> bool {
    file == SIGNATURE || key_id(key).is_ok_and(|id| file == further_signature(&id))
}

/// What was replaced is a chain: each statement names the one before it, and each is still signed.
fn earlier_faults(files: &SignoffFiles, supersedes: Option<&String>) -> Vec<Refusal> {
    let fault = |sha256: &str, why: &str| Refusal::Earlier {
        sha256: sha256.to_owned(),
        why: why.to_owned(),
    };
    let mut faults = Vec::new();
    let mut left: BTreeSet<&String> = files.earlier.keys().collect();
    let mut next = supersedes.cloned();
    while let Some(name) = next.take() {
        let Some(signed) = files.earlier.get(&name).filter(|_| left.remove(&name)) else {
            faults.push(fault(&name, "it is missing"));
            break;
        };
        let statement = signed.statement.as_deref().unwrap_or_default();
        let signatures = signed.signatures.values();
        let holds = |signature: &Vec<u8>| verify_signature(signature, statement).is_ok();
        if hex(&sha256(statement)) != name {
            faults.push(fault(&name, "it isn't the statement that was replaced"));
        } else if signed.signatures.is_empty() || !signatures.into_iter().all(holds) {
            faults.push(fault(&name, "its signatures don't hold"));
        } else if let Ok(read) = read_statement(statement) {
            next = read.predicate.shippass_signoff.supersedes;
        }
    }
    faults.extend(
        left.into_iter()
            .map(|name| fault(name, "no statement names it")),
    );
    faults
}
