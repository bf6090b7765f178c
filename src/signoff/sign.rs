//! Signing: what will be signed is laid out first, then signed byte for byte, checked and written.

use std::{collections::BTreeSet, path::Path};

use jiff::Timestamp;

use super::{
    coherence::read_statement,
    compose::{Terms, compose},
    envelope::{is_sealed_by, seal_envelope},
    error::SignError,
    key::{Signer, Way},
    policy::Demand,
    review::{Reviewed, check, sealed_part},
    sshsig::{key_id, verify_signature},
    statement::{Overall, Statement},
};
use crate::bundle::{
    Difference, DifferenceKind, NewSignoff, SignedFiles, SignoffFiles, further_signature,
    hex_sha256, manifest_sha256, paths::SIGNATURE, read_signoff, walk_of, write_further,
    write_signoff,
};

/// What somebody wants to sign.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who: a name that the allowed signers file knows.
    pub principal: String,
    /// When.
    pub now: Timestamp,
    /// Why the whole is rejected, whatever was said of single steps; `None` when it isn't.
    pub rejection: Option<String>,
    /// SHA-256 of this program, as far as it can be read.
    pub program_sha256: Option<String>,
    /// Whether the checkout holds changes that aren't committed.
    pub dirty_tree: Option<bool>,
    /// What the project demands of who signs.
    pub demand: Option<Demand>,
}

/// A statement that waits for its signature.
#[derive(Debug)]
pub struct Draft {
    /// What it says.
    pub statement: Statement,
    /// Whether somebody else made it and signed it first.
    pub is_further: bool,
    /// Whether nothing but the envelope lacks this key.
    has_signed: bool,
    bytes: Vec<u8>,
    replaces: Option<String>,
}

/// What was written.
#[derive(Debug)]
pub struct SignedOff {
    /// SHA-256 of the statement.
    pub statement_sha256: String,
    /// The signature's file name in `signoff/`.
    pub file: String,
    /// What made the signature.
    pub by: Way,
    /// Whether an envelope was written, too.
    pub has_envelope: bool,
}

/// Lays out what will be signed; refuses while something stands between the walk and a signature.
pub fn prepare(reviewed: &Reviewed, signer: &Signer, request: Request) -> Result<Draft, SignError> {
    let is_rejection = request.rejection.is_some() || reviewed.walk.is_rejection();
    let missing = reviewed.missing();
    if !is_rejection && !missing.is_empty() {
        return Err(SignError::Missing(missing));
    }
    let demand = request.demand.as_ref();
    let policy = demand.map(|demand| demand.met_by(&request.principal, reviewed));
    let policy = policy.transpose()?;
    let standing = Standing::of(reviewed)?;
    if let Some(standing) = &standing
        && request.rejection.is_none()
        && !reviewed.files.is_being_replaced()
        && standing.says(reviewed, is_rejection)
    {
        let has_signed = standing.signers.contains(&signer.id()?);
        return if has_signed && is_done(&reviewed.files.signed, signer) {
            Err(SignError::SignedAlready)
        } else {
            Ok(standing.further(reviewed, has_signed))
        };
    }
    let replaces = standing.map(|standing| standing.sha256);
    let statement = compose(
        reviewed,
        Terms {
            reviewer: signer.reviewer(&request.principal),
            signed_at: request.now,
            program_sha256: request.program_sha256,
            dirty_tree: request.dirty_tree,
            rejection: request.rejection,
            policy,
            has_envelope: signer.can_sign_raw(),
            supersedes: replaces.clone().or_else(|| last_earlier(&reviewed.files)),
        },
    );
    Ok(Draft {
        bytes: bytes_of(&statement)?,
        statement,
        is_further: false,
        has_signed: false,
        replaces,
    })
}

/// Whether a key's signing went to its end: the envelope comes after the signature, and between them it may be cut off.
fn is_done(files: &SignedFiles, signer: &Signer) -> bool {
    let envelope = files.envelope.as_deref();
    envelope.is_none_or(|envelope| !signer.can_sign_raw() || is_sealed_by(envelope, signer))
}

/// The last of the statements that were replaced, where a signing was cut off before it was done.
fn last_earlier(files: &SignoffFiles) -> Option<String> {
    let read = |bytes: &Option<Vec<u8>>| read_statement(bytes.as_deref()?).ok();
    let earlier = files.earlier.values();
    let replaced: BTreeSet<String> = earlier
        .filter_map(|signed| {
            read(&signed.statement)?
                .predicate
                .shippass_signoff
                .supersedes
        })
        .collect();
    let mut names = files.earlier.keys();
    names.find(|name| !replaced.contains(*name)).cloned()
}

/// A sign-off that is there already.
struct Standing {
    statement: Statement,
    sha256: String,
    /// Ids of the keys that have signed it.
    signers: Vec<String>,
}

impl Standing {
    /// `None` when nothing is signed; an unsound one is an error, for nobody knows what it was.
    fn of(reviewed: &Reviewed) -> Result<Option<Self>, SignError> {
        let signed = &reviewed.files.signed;
        let Some(bytes) = &signed.statement else {
            return Ok(None);
        };
        if signed.signatures.is_empty() {
            return Ok(None);
        }
        let unsound = |why: String| SignError::EarlierUnsound { why };
        let mut signers = Vec::new();
        for (name, signature) in &signed.signatures {
            let key = verify_signature(signature, bytes)
                .map_err(|fault| unsound(format!("{name}: {fault}")))?;
            signers.push(key_id(&key)?);
        }
        Ok(Some(Self {
            statement: read_statement(bytes).map_err(unsound)?,
            sha256: hex_sha256(bytes),
            signers,
        }))
    }

    /// Whether it says what would be said now.
    fn says(&self, reviewed: &Reviewed, is_rejection: bool) -> bool {
        let verdict = self.statement.predicate.shippass_signoff.verdict;
        (verdict == Overall::Rejected) == is_rejection && reviewed.says_the_same_as(&self.statement)
    }

    /// The same statement, for one more to sign, or for one who was cut off.
    fn further(&self, reviewed: &Reviewed, has_signed: bool) -> Draft {
        let signed = &reviewed.files.signed;
        Draft {
            statement: self.statement.clone(),
            is_further: true,
            has_signed,
            bytes: signed.statement.clone().unwrap_or_default(),
            replaces: None,
        }
    }
}

impl Draft {
    /// SHA-256 of the very bytes that are signed.
    pub fn sha256(&self) -> String {
        hex_sha256(&self.bytes)
    }

    /// Hashes every file once more, signs and writes.
    pub fn sign(mut self, reviewed: &Reviewed, signer: &Signer) -> Result<SignedOff, SignError> {
        let dir = reviewed.bundle.paths.root();
        still_holds(dir, reviewed)?;
        let before = &reviewed.files.signed;
        let envelope = self.envelope(before, signer)?;
        if self.has_signed && envelope.is_none() {
            return Err(SignError::SignedAlready);
        }
        let made = signer.sign(&self.bytes)?;
        let signature = made.armored.as_bytes();
        let file = if self.is_further {
            let name = further_signature(&signer.id()?);
            write_further(dir, &name, signature, envelope.as_deref())?;
            name
        } else {
            write_signoff(
                dir,
                NewSignoff {
                    statement: &self.bytes,
                    envelope: envelope.as_deref(),
                    signature,
                    replaces: self.replaces.as_deref().map(|sha256| (before, sha256)),
                },
            )?;
            SIGNATURE.to_owned()
        };
        Ok(SignedOff {
            statement_sha256: self.sha256(),
            file,
            by: made.by,
            has_envelope: envelope.is_some(),
        })
    }
}

impl Draft {
    /// The envelope, where one is wanted and can be made. An agent may list a key and refuse to use it; what signs then makes
    /// no envelope, and the statement says that there is none.
    fn envelope(
        &mut self,
        before: &SignedFiles,
        signer: &Signer,
    ) -> Result<Option<Vec<u8>>, SignError> {
        let signoff = &mut self.statement.predicate.shippass_signoff;
        let is_wanted = if self.is_further {
            before.envelope.is_some() && signer.can_sign_raw()
        } else {
            signoff.envelope
        };
        if !is_wanted {
            return Ok(None);
        }
        let others = before.envelope.as_deref().filter(|_| self.is_further);
        match seal_envelope(&self.bytes, others, signer) {
            Ok(envelope) => Ok(Some(envelope)),
            Err(SignError::Agent { .. } | SignError::NotMade) if self.is_further => Ok(None),
            Err(SignError::Agent { .. } | SignError::NotMade) => {
                signoff.envelope = false;
                self.bytes = bytes_of(&self.statement)?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// The very bytes that are signed.
fn bytes_of(statement: &Statement) -> serde_json::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(statement)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Between the laying out and the yes somebody may have changed a file, or have gone on reviewing: a page that lies open
/// looks on, which says nothing, and the statement seals the walk as it was laid out.
fn still_holds(dir: &Path, reviewed: &Reviewed) -> Result<(), SignError> {
    check(dir)?;
    let altered = |path: &str| {
        let path = path.to_owned();
        let kind = DifferenceKind::Altered;
        Err(SignError::Altered(vec![Difference { path, kind }]))
    };
    if manifest_sha256(dir)? != reviewed.manifest_sha256 {
        return altered("manifest.json");
    }
    let now = read_signoff(dir)?;
    let walk = now.walk.as_deref().unwrap_or_default();
    if sealed_part(reviewed.walk_seal.as_ref(), walk).is_none() {
        return altered("signoff/walk.ndjson");
    }
    let mut photos = reviewed.photos.iter();
    if !photos.all(|(path, digest)| now.photos.get(path) == Some(digest)) {
        return altered("signoff/phone");
    }
    let said = walk_of(walk, &reviewed.manifest_sha256)?.without_looking();
    if said != reviewed.walk.clone().without_looking() || now.photos != reviewed.photos {
        return Err(SignError::WentOn);
    }
    Ok(())
}
