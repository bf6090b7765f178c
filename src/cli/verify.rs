//! `shippass verify`: whether a bundle is whole, untouched, confirmed and signed, without network.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp, Unit, tz::TimeZone};
use serde::Serialize;

use super::{
    Exit,
    arguments::{Global, ReportFormat, VerifyArguments},
    checkout,
    failure::Failure,
    signoff_words::{Fact, facts, lines},
    terminal::Terminal,
};
use crate::bundle::{BundlePaths, Opened, is_zip, open};
use crate::config::signoff_policy;
use crate::report::visible;
use crate::signoff::{
    AllowedSigners, Expectations, Refusal, Signoff, Verified, age_in_words, verify,
};

/// The whole of `--format json`.
#[derive(Serialize)]
struct Verification<'a> {
    format: &'static str,
    bundle: String,
    verdict: &'static str,
    signers: Vec<JsonSigner<'a>>,
    refusals: Vec<JsonRefusal>,
    /// What was signed, as the statement has it; `null` unless a signature over it holds.
    signoff: Option<&'a Signoff>,
}

#[derive(Serialize)]
struct JsonSigner<'a> {
    principal: &'a str,
    key: &'a str,
}

#[derive(Serialize)]
struct JsonRefusal {
    code: &'static str,
    message: String,
}

pub(super) fn main(
    arguments: &VerifyArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let named = arguments.bundle.as_path();
    let opened = open_named(named)?;
    let policy = signoff_policy(global.config.as_deref())?;
    let commit = (opened.as_ref().ok())
        .and_then(|opened| open(opened.folder()).ok())
        .and_then(|bundle| bundle.document.target.commit);
    let expected = Expectations {
        allowed: who_may(arguments)?,
        person: arguments.github_user.clone(),
        required: arguments.require.clone(),
        max_age: arguments.max_age,
        signers: policy.signers,
        not_author: policy.not_author,
        authors: commit
            .map(|commit| checkout::authors_of(&commit))
            .unwrap_or_default(),
        now: Timestamp::now(),
    };
    let verified = match opened {
        Ok(opened) => verify(opened.folder(), &expected)?,
        Err(refused) => refused,
    };
    let text = match arguments.format {
        ReportFormat::Human => human(named, &verified, expected.now, terminal.has_colour),
        ReportFormat::Json => json(named, &verified),
    };
    terminal.print(&text);
    Ok(match verdict_of(&verified) {
        Verdict::Confirmed => Exit::Clean,
        Verdict::Altered => Exit::Altered,
        Verdict::Rejected | Verdict::NotConfirmed => Exit::Flagged,
    })
}

/// A folder as it is, a zip unpacked; or what the zip was refused for, when it isn't what was sealed.
fn open_named(named: &Path) -> Result<Result<Opened, Verified>, Failure> {
    if !is_zip(named) {
        check_is_bundle(named)?;
    }
    match Opened::at(named) {
        Ok(opened) => Ok(Ok(opened)),
        Err(error) => Ok(Err(Verified::unopened(error)?)),
    }
}

/// A folder in which nothing of a bundle lies is a mistake on the command line.
pub(super) fn check_is_bundle(dir: &Path) -> Result<(), Failure> {
    if BundlePaths::new(dir).holds_any() {
        return Ok(());
    }
    Err(Failure::NoBundle {
        path: dir.to_owned(),
    })
}

/// The file that was named, or git's; `None` when there is neither.
fn who_may(arguments: &VerifyArguments) -> Result<Option<AllowedSigners>, Failure> {
    if let (Some(person), Some(keys)) = (&arguments.github_user, &arguments.keys) {
        return Ok(Some(AllowedSigners::of_github_user(person, &read(keys)?)));
    }
    match &arguments.allowed_signers {
        Some(path) => Ok(Some(AllowedSigners::new(&read(path)?, TimeZone::system()))),
        None => signers_of_git(),
    }
}

/// The allowed signers of git's own settings.
pub(super) fn signers_of_git() -> Result<Option<AllowedSigners>, Failure> {
    let path = checkout::path_setting("gpg.ssh.allowedSignersFile");
    let text = path.as_ref().map(read).transpose()?;
    Ok(text.map(|text| AllowedSigners::new(&text, TimeZone::system())))
}

/// Comments may be written in whatever encoding; names and keys that aren't UTF-8 fit nobody.
fn read(path: &PathBuf) -> Result<String, Failure> {
    let bytes = fs::read(path).map_err(|source| Failure::SignersUnreadable {
        path: path.clone(),
        source,
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What came of it, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Confirmed,
    NotConfirmed,
    Rejected,
    Altered,
}

impl Verdict {
    /// As `--format json` says it.
    fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::NotConfirmed => "not-confirmed",
            Self::Rejected => "rejected",
            Self::Altered => "altered",
        }
    }
}

fn verdict_of(verified: &Verified) -> Verdict {
    if verified.is_altered() {
        Verdict::Altered
    } else if verified.refusals.contains(&Refusal::Rejected) {
        Verdict::Rejected
    } else if verified.refusals.is_empty() {
        Verdict::Confirmed
    } else {
        Verdict::NotConfirmed
    }
}

fn human(dir: &Path, verified: &Verified, now: Timestamp, has_colour: bool) -> String {
    let (head, colour) = match verdict_of(verified) {
        Verdict::Confirmed => ("confirmed and signed", 32),
        Verdict::NotConfirmed => ("not confirmed", 33),
        Verdict::Rejected => ("rejected", 31),
        Verdict::Altered => ("ALTERED", 31),
    };
    let head = if has_colour {
        format!("\u{1b}[1;{colour}m{head}\u{1b}[0m")
    } else {
        head.to_owned()
    };
    let mut text = format!("{head}: {}\n", dir.display());
    for refusal in &verified.refusals {
        let code = refusal.code();
        let why = refusal.to_string();
        let _ = writeln!(text, "  - {} [{code}]", visible::line(&why));
    }
    let statement = verified.statement.as_ref();
    // What an altered bundle says of itself is worth nothing.
    if let Some(statement) = statement.filter(|_| !verified.is_altered()) {
        let signoff = &statement.predicate.shippass_signoff;
        let mut all = signed_by(verified, signoff, now);
        all.extend(facts(signoff));
        text.push_str(&lines(&all));
    }
    if let Some(help) = verified.refusals.iter().find_map(Refusal::help) {
        let _ = writeln!(text, "help: {help}");
    }
    text
}

fn signed_by(verified: &Verified, signoff: &Signoff, now: Timestamp) -> Vec<Fact> {
    let mut signers: Vec<Fact> = Vec::new();
    for signer in &verified.signers {
        signers.push((
            "signed by",
            format!("{} with {}", signer.principal, signer.key),
        ));
    }
    if signers.is_empty() {
        let claimed = format!(
            "{} with {}",
            signoff.reviewer.principal, signoff.reviewer.key
        );
        signers.push(("claims", format!("{claimed}; nobody here vouches for that")));
    }
    let age = now.duration_since(signoff.signed_at);
    let at = signoff
        .signed_at
        .round(Unit::Second)
        .unwrap_or(signoff.signed_at);
    signers.push(("when", format!("{at} by the signer's clock{}", ago(age))));
    signers
}

fn ago(age: SignedDuration) -> String {
    match age.as_mins() {
        0 => ", just now".to_owned(),
        1.. => format!(", {} ago", age_in_words(age)),
        _ => String::new(),
    }
}

fn json(dir: &Path, verified: &Verified) -> String {
    let signers = verified.signers.iter().map(|signer| JsonSigner {
        principal: &signer.principal,
        key: &signer.key,
    });
    let refusals = verified.refusals.iter().map(|refusal| JsonRefusal {
        code: refusal.code(),
        message: refusal.to_string(),
    });
    let statement = verified.statement.as_ref();
    let verification = Verification {
        format: "shippass-verification/1",
        bundle: dir.display().to_string(),
        verdict: verdict_of(verified).word(),
        signers: signers.collect(),
        refusals: refusals.collect(),
        signoff: statement.map(|statement| &statement.predicate.shippass_signoff),
    };
    serde_json::to_string_pretty(&verification).unwrap_or_default()
}
