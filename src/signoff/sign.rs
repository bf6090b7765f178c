//! Signing: what will be signed is laid out first, then signed byte for byte, checked and written.

use std::path::Path;

use jiff::Timestamp;

use super::{
    compose::{Terms, compose},
    envelope::seal_envelope,
    error::SignError,
    key::{Signer, Way},
    policy::Demand,
    review::{Reviewed, check, manifest_sha256},
    sshsig::{key_id, verify_signature},
    statement::{Overall, Statement},
};
use crate::bundle::{
    Difference, DifferenceKind, NewSignature, SignedFiles, further_signature, hex,
    paths::SIGNATURE, read_signoff, set_aside, sha256, write_signoff,
};

/// What somebody wants to sign.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who: a name that the allowed signers file knows.
    pub principal: String,
    /// When.
    pub now: Timestamp,
    /// Whether it is a rejection, whatever was said of single steps.
    pub is_rejection: bool,
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
    bytes: Vec<u8>,
    replaces: Option<(SignedFiles, String)>,
    envelope: Option<Vec<u8>>,
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
    let is_rejection = request.is_rejection || reviewed.walk.is_rejection();
    let missing = reviewed.missing();
    if !is_rejection && !missing.is_empty() {
        return Err(SignError::Missing(missing));
    }
    let policy = match &request.demand {
        Some(demand) => Some(demand.met_by(&request.principal, reviewed)?),
        None => None,
    };
    let standing = Standing::of(reviewed)?;
    let standing = match standing {
        Some(standing) if standing.says(reviewed, is_rejection) => {
            return match standing.signers.contains(&signer.id()?) {
                true => Err(SignError::SignedAlready),
                false => Ok(standing.further(reviewed)),
            };
        }
        other => other,
    };
    let statement = compose(
        reviewed,
        Terms {
            reviewer: signer.reviewer(&request.principal),
            signed_at: request.now,
            dirty_tree: request.dirty_tree,
            is_rejection,
            policy,
            has_envelope: signer.can_sign_raw(),
            supersedes: standing.as_ref().map(|standing| standing.sha256.clone()),
        },
    );
    let mut bytes = serde_json::to_vec_pretty(&statement)?;
    bytes.push(b'\n');
    Ok(Draft {
        statement,
        is_further: false,
        bytes,
        replaces: standing.map(|standing| (reviewed.files.signed.clone(), standing.sha256)),
        envelope: None,
    })
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
        let mut signers = Vec::new();
        for (name, signature) in &signed.signatures {
            let key =
                verify_signature(signature, bytes).map_err(|fault| SignError::EarlierUnsound {
                    why: format!("{name}: {fault}"),
                })?;
            signers.push(key_id(&key)?);
        }
        if signers.is_empty() {
            return Ok(None);
        }
        let statement =
            serde_json::from_slice(bytes).map_err(|error| SignError::EarlierUnsound {
                why: error.to_string(),
            })?;
        Ok(Some(Self {
            statement,
            sha256: hex(&sha256(bytes)),
            signers,
        }))
    }

    /// Whether it says what would be said now.
    fn says(&self, reviewed: &Reviewed, is_rejection: bool) -> bool {
        let verdict = self.statement.predicate.shippass_signoff.verdict;
        (verdict == Overall::Rejected) == is_rejection && reviewed.says_the_same_as(&self.statement)
    }

    /// The same statement, for one more to sign.
    fn further(self, reviewed: &Reviewed) -> Draft {
        let signed = &reviewed.files.signed;
        Draft {
            statement: self.statement,
            is_further: true,
            bytes: signed.statement.clone().unwrap_or_default(),
            replaces: None,
            envelope: signed.envelope.clone(),
        }
    }
}

impl Draft {
    /// SHA-256 of the very bytes that are signed.
    pub fn sha256(&self) -> String {
        hex(&sha256(&self.bytes))
    }

    /// Hashes every file once more, signs and writes.
    pub fn sign(self, reviewed: &Reviewed, signer: &Signer) -> Result<SignedOff, SignError> {
        let dir = reviewed.bundle.paths.root();
        self.still_holds(dir, reviewed)?;
        let signed = signer.sign(&self.bytes)?;
        let wants_envelope = match self.is_further {
            true => self.envelope.is_some() && signer.can_sign_raw(),
            false => self.statement.predicate.shippass_signoff.envelope,
        };
        let envelope = wants_envelope
            .then(|| seal_envelope(&self.bytes, self.envelope.as_deref(), signer))
            .transpose()?;
        let file = match self.is_further {
            true => further_signature(&signer.id()?),
            false => SIGNATURE.to_owned(),
        };
        if let Some((before, sha256)) = &self.replaces {
            set_aside(dir, before, sha256)?;
        }
        let new = NewSignature {
            statement: (!self.is_further).then_some(self.bytes.as_slice()),
            envelope: envelope.as_deref(),
            name: &file,
            signature: signed.armored.as_bytes(),
        };
        write_signoff(dir, new)?;
        Ok(SignedOff {
            statement_sha256: self.sha256(),
            file,
            by: signed.by,
            has_envelope: envelope.is_some(),
        })
    }

    /// Between the laying out and the yes somebody may have changed a file.
    fn still_holds(&self, dir: &Path, reviewed: &Reviewed) -> Result<(), SignError> {
        check(dir)?;
        let now = manifest_sha256(dir)?;
        let walk = read_signoff(dir)?.walk;
        if now == reviewed.manifest_sha256 && walk == reviewed.files.walk {
            return Ok(());
        }
        Err(SignError::Altered(vec![Difference {
            path: "manifest.json".to_owned(),
            kind: DifferenceKind::Altered,
        }]))
    }
}
