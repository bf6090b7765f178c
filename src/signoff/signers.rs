//! Who has signed: which keys, under which names, how many people, and whether the commit's author is one of them.

use ssh_key::PublicKey;

use super::{
    allowed::{AllowedSigners, NotAllowed},
    refusal::Refusal,
    sshsig::{SignatureFault, fingerprint, key_id, verify_signature},
    statement::{NAMESPACE, Signoff},
    verify::Expectations,
};
use crate::bundle::{SignedFiles, further_signature, paths::SIGNATURE};

/// Somebody whose signature counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBy {
    /// As the allowed signers file knows them.
    pub principal: String,
    /// The key's fingerprint.
    pub key: String,
}

/// A signature that holds over the statement.
pub(super) struct Holding {
    file: String,
    pub(super) key: PublicKey,
}

/// The signatures that hold, and what is wrong with the others.
pub(super) fn holding(signed: &SignedFiles) -> (Vec<Holding>, Vec<Refusal>) {
    let (mut holding, mut refusals) = (Vec::new(), Vec::new());
    for (file, signature) in &signed.signatures {
        let statement = signed.statement.as_deref();
        let key = statement.ok_or(SignatureFault::Bad);
        match key.and_then(|statement| verify_signature(signature, statement)) {
            Ok(key) => holding.push(Holding {
                file: file.clone(),
                key,
            }),
            Err(fault) => refusals.push(Refusal::Signature {
                file: format!("signoff/{file}"),
                fault,
            }),
        }
    }
    (holding, refusals)
}

/// Whoever made the statement signed it first; everybody else's file is named after their key. So no key counts twice.
pub(super) fn misnamed(signatures: &[Holding], signoff: &Signoff) -> Vec<Refusal> {
    let is_misnamed = |signature: &&Holding| {
        let is_first = fingerprint(&signature.key) == signoff.reviewer.key;
        let name = if is_first {
            Some(SIGNATURE.to_owned())
        } else {
            key_id(&signature.key).ok().map(|id| further_signature(&id))
        };
        name.as_ref() != Some(&signature.file)
    };
    let misnamed = signatures.iter().filter(is_misnamed);
    let mut refusals: Vec<Refusal> = misnamed
        .map(|signature| Refusal::SignatureName {
            file: signature.file.clone(),
        })
        .collect();
    if !signatures.iter().any(|one| one.file == SIGNATURE) {
        refusals.push(Refusal::Contradiction {
            what: format!(
                "{} is named as its signer and hasn't signed",
                signoff.reviewer.key
            ),
        });
    }
    refusals
}

/// Everybody whose signature counts.
pub(super) struct Signers<'a> {
    allowed: &'a AllowedSigners,
    expected: &'a Expectations,
    known: Vec<(SignedBy, &'a PublicKey)>,
    people: usize,
}

impl<'a> Signers<'a> {
    /// Looks every key up; one that may not sign is a refusal.
    pub(super) fn new(
        signatures: &'a [Holding],
        signoff: &Signoff,
        allowed: &'a AllowedSigners,
        expected: &'a Expectations,
    ) -> (Self, Vec<Refusal>) {
        let mut signers = Self {
            allowed,
            expected,
            known: Vec::new(),
            people: 0,
        };
        let mut refusals = Vec::new();
        for signature in signatures {
            match signers.principal_of(&signature.key, signoff) {
                Ok(principal) => signers.take(principal, &signature.key),
                Err(refusal) => refusals.push(refusal),
            }
        }
        (signers, refusals)
    }

    /// Under which name a key may sign: the statement's own for whoever made it, any for who joined.
    fn principal_of(&self, key: &PublicKey, signoff: &Signoff) -> Result<String, Refusal> {
        let reviewer = &signoff.reviewer;
        let named = match &self.expected.person {
            Some(person) => Some(person),
            None if fingerprint(key) == reviewer.key => Some(&reviewer.principal),
            None => None,
        };
        let now = self.expected.now;
        let outcome = if let Some(principal) = named {
            let allowed = self.allowed.allows(key, principal, NAMESPACE, now);
            allowed.map(|()| principal.clone())
        } else {
            let found = self.allowed.principals(key, NAMESPACE, now);
            found.ok_or(NotAllowed::Unknown)
        };
        outcome.map_err(|fault| {
            let (code, why) = fault.in_words();
            Refusal::NotAllowed {
                principal: named.map_or("somebody", String::as_str).to_owned(),
                key: fingerprint(key),
                why,
                code,
            }
        })
    }

    /// A second key of the same person is no second person.
    fn take(&mut self, principal: String, key: &'a PublicKey) {
        let may = |key, name: &str| {
            let now = self.expected.now;
            self.allowed.allows(key, name, NAMESPACE, now).is_ok()
        };
        let is_known = self.known.iter().any(|(known, known_key)| {
            known.principal == principal || may(key, &known.principal) || may(known_key, &principal)
        });
        self.people += usize::from(!is_known);
        let signed_by = SignedBy {
            principal,
            key: fingerprint(key),
        };
        self.known.push((signed_by, key));
    }

    /// How many people.
    pub(super) fn people(&self) -> usize {
        self.people
    }

    /// Whether somebody signed who wrote the commit, where the project or the statement wants somebody else.
    pub(super) fn author_fault(&self, signoff: &Signoff) -> Option<Refusal> {
        let policy = signoff.policy.as_ref();
        if !self.expected.not_author && !policy.is_some_and(|policy| policy.not_author) {
            return None;
        }
        let said = policy.and_then(|policy| policy.author.as_ref());
        let authors: Vec<&String> = self.expected.authors.iter().chain(said).collect();
        if authors.is_empty() {
            return Some(Refusal::AuthorUnknown);
        }
        let now = self.expected.now;
        let is_author = |author: &&&String| {
            let is_it = |name: &str| name.eq_ignore_ascii_case(author);
            let mut known = self.known.iter();
            is_it(&signoff.reviewer.principal)
                || known.any(|(by, key)| {
                    is_it(&by.principal) || self.allowed.allows(key, author, NAMESPACE, now).is_ok()
                })
        };
        let author = authors.iter().find(is_author)?;
        Some(Refusal::IsAuthor {
            author: (**author).clone(),
        })
    }

    /// All of them, as they are named.
    pub(super) fn into_names(self) -> Vec<SignedBy> {
        self.known.into_iter().map(|(by, _)| by).collect()
    }
}
