//! Why a bundle isn't taken for confirmed and signed: each reason with a code of its own, for scripts, and a sentence.

use thiserror::Error;

use super::sshsig::SignatureFault;
use crate::{
    bundle::{Difference, DifferenceKind},
    evidence::REFUSED_HELP,
};

/// A reason why a bundle isn't confirmed and signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each says what it means in its own sentence")]
pub enum Refusal {
    #[error("{0}")]
    Different(Difference),
    #[error("{why}")]
    Unreadable { why: String },
    #[error("{file}: {fault}")]
    Signature { file: String, fault: SignatureFault },
    #[error("signoff/{file} was made by another key than its name says")]
    SignatureName { file: String },
    #[error("signoff/statement.dsse.json: {why}")]
    Envelope { why: String },
    #[error("signoff/statement.dsse.json is missing, and the statement says that it was written")]
    EnvelopeMissing,
    #[error("the statement speaks of another manifest than the one that lies here")]
    OtherManifest,
    #[error("the statement speaks of the run {said}, and this is the run {found}")]
    OtherRun { said: String, found: String },
    #[error("the statement doesn't fit the bundle: {what}")]
    Contradiction { what: String },
    #[error("signoff/walk.ndjson isn't what it was when the statement was signed")]
    WalkAltered,
    #[error("something was said in the review after the signature; look again and sign again")]
    SaidSince,
    #[error("{path} isn't a photo that the statement names")]
    StrangePhoto { path: String },
    #[error("the photo {sha256}, which the statement names, is missing")]
    PhotoMissing { sha256: String },
    #[error("signoff/earlier/{sha256}: {why}")]
    Earlier { sha256: String, why: String },
    #[error("the bundle isn't sealed: the run was cut off before its end")]
    NotSealed,
    #[error("it was never sealed: {why}")]
    HoldsSecret { why: String },
    #[error("nobody has signed it")]
    Unsigned,
    #[error("{path}: a signing was cut off; sign again")]
    CutOff { path: String },
    #[error("the statement isn't one that shippass knows: {why}")]
    UnknownStatement { why: String },
    #[error("it was rejected by its reviewer")]
    Rejected,
    #[error("it isn't confirmed: {what}")]
    NotConfirmed { what: String },
    #[error("nobody says whose signature counts")]
    NoAllowedSigners,
    #[error("{principal} may not sign with the key {key}: {why}")]
    NotAllowed {
        principal: String,
        key: String,
        why: &'static str,
        code: &'static str,
    },
    #[error("{wanted} must sign, and {found} did")]
    TooFewSigners { wanted: usize, found: usize },
    #[error("{author} is the author of the commit, and signed it")]
    IsAuthor { author: String },
    #[error(
        "the statement doesn't say who wrote the commit, and the project wants somebody else to sign"
    )]
    AuthorUnknown,
    #[error("{key} should be {wanted}, and is {found}")]
    Requirement {
        key: &'static str,
        wanted: String,
        found: String,
    },
    #[error("{what} is {age} old, and at most {most} was asked for")]
    TooOld {
        what: &'static str,
        age: String,
        most: String,
    },
    #[error("it was signed at {at}, and that is still to come")]
    FromTheFuture { at: String },
    #[error("it was signed at {signed}, before the run ended at {finished}")]
    SignedBeforeTheEnd { signed: String, finished: String },
}

impl Refusal {
    /// A short name for scripts; it never changes its meaning.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Different(difference) => match difference.kind {
                DifferenceKind::Altered => "file-altered",
                DifferenceKind::Missing => "file-missing",
                DifferenceKind::Added => "file-added",
                DifferenceKind::NotPlain => "not-a-file",
                DifferenceKind::TooLarge => "too-large",
                DifferenceKind::UnfitName => "unfit-name",
            },
            Self::Unreadable { .. } => "unreadable",
            Self::Signature { fault, .. } => match fault {
                SignatureFault::Unreadable(_) => "signature-unreadable",
                SignatureFault::Namespace(_) => "other-namespace",
                SignatureFault::Certificate => "certificate",
                SignatureFault::Bad => "bad-signature",
                SignatureFault::NeedsKeygen(_) => "needs-ssh-keygen",
            },
            Self::SignatureName { .. } => "signature-name",
            Self::Envelope { .. } => "bad-envelope",
            Self::EnvelopeMissing => "envelope-missing",
            Self::OtherManifest => "other-manifest",
            Self::OtherRun { .. } => "other-run",
            Self::Contradiction { .. } => "contradiction",
            Self::WalkAltered => "walk-altered",
            Self::SaidSince => "said-since",
            Self::StrangePhoto { .. } => "strange-photo",
            Self::PhotoMissing { .. } => "photo-missing",
            Self::Earlier { .. } => "earlier-altered",
            Self::NotSealed => "not-sealed",
            Self::HoldsSecret { .. } => "holds-secret",
            Self::Unsigned => "unsigned",
            Self::CutOff { .. } => "cut-off",
            Self::UnknownStatement { .. } => "unknown-statement",
            Self::Rejected => "rejected",
            Self::NotConfirmed { .. } => "not-confirmed",
            Self::NoAllowedSigners => "no-allowed-signers",
            Self::NotAllowed { code, .. } => code,
            Self::TooFewSigners { .. } => "too-few-signers",
            Self::IsAuthor { .. } => "is-author",
            Self::AuthorUnknown => "author-unknown",
            Self::Requirement { .. } => "requirement",
            Self::TooOld { .. } => "too-old",
            Self::FromTheFuture { .. } => "from-the-future",
            Self::SignedBeforeTheEnd { .. } => "signed-before-the-end",
        }
    }

    /// The next thing to do, where there is one.
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoAllowedSigners => {
                "name a file with a line for each signer (`ada@example.com ssh-ed25519 AAAA…`): `--allowed-signers FILE`, or `git config gpg.ssh.allowedSignersFile FILE`"
            }
            Self::NotAllowed { .. } => {
                "if they may, give them a line in the allowed signers file; the line to add was printed when they signed"
            }
            Self::Unsigned | Self::CutOff { .. } | Self::SaidSince => {
                "look at it with `shippass review`, then `shippass sign`"
            }
            Self::NotSealed => {
                "`shippass run --resume BUNDLE` completes it, `shippass review BUNDLE` shows what it saw"
            }
            Self::HoldsSecret { .. } => REFUSED_HELP,
            Self::TooFewSigners { .. } => "let a colleague look at it and `shippass sign` too",
            Self::TooOld { .. } => "run, review and sign again",
            _ if self.is_alteration() => "use a fresh copy of the bundle, or run again",
            _ => return None,
        })
    }

    /// Whether it means that something was changed; else the bundle is whole, and not good enough.
    pub fn is_alteration(&self) -> bool {
        match self {
            Self::Different(_)
            | Self::Unreadable { .. }
            | Self::SignatureName { .. }
            | Self::Envelope { .. }
            | Self::EnvelopeMissing
            | Self::OtherManifest
            | Self::OtherRun { .. }
            | Self::WalkAltered
            | Self::StrangePhoto { .. }
            | Self::PhotoMissing { .. }
            | Self::Earlier { .. } => true,
            Self::Signature { fault, .. } => {
                matches!(fault, SignatureFault::Unreadable(_) | SignatureFault::Bad)
            }
            _ => false,
        }
    }
}
