//! Every error that can end a command, turned into text with help, and into an exit status.

use std::{fmt, io, path::PathBuf};

use super::Exit;
use crate::browser::BrowserError;
use crate::bundle::{BundleError, MergeError};
use crate::checklist::Mistake;
use crate::config::{DeviceError, ProjectError, TargetError};
use crate::demo::{DemoError, UnknownFault};
use crate::detect;
use crate::evidence::{EvidenceError, ScanError};
use crate::handoff::HandoffError;
use crate::report::visible;
use crate::review::ReviewError;
use crate::runner::RunnerError;
use crate::signoff::SignError;

/// Why a command ended before its time.
#[derive(Debug)]
pub(super) enum Failure {
    /// The project couldn't be read.
    Project(ProjectError),
    /// Built-in files hold a mistake.
    Mistakes(Vec<Mistake>),
    /// The target couldn't be picked.
    Target(TargetError),
    /// The device isn't known.
    Device(DeviceError),
    /// `--as` names nobody.
    UnknownPersona { name: String, known: Vec<String> },
    /// `--resume` of a run that can't be taken up.
    NotResumable { folder: PathBuf, why: String },
    /// `--keep-session` with personas that nothing proves.
    Unproven { personas: Vec<String> },
    /// `--keep-session` where no home is known.
    NoStateFolder,
    /// The user's state folder is a part of the project.
    StateInProject { folder: PathBuf },
    /// `explain` names no detector.
    UnknownDetector { name: String },
    /// `--fault` names none.
    UnknownFault(UnknownFault),
    /// The browser couldn't be used.
    Browser(BrowserError),
    /// The walk couldn't go on.
    Runner(RunnerError),
    /// Evidence couldn't be kept.
    Evidence(EvidenceError),
    /// What is to be inspected is no evidence.
    NoEvidence { why: String },
    /// The bundle has no such finding.
    UnknownFinding { id: String, known: Vec<String> },
    /// A finding isn't written into its checklist.
    NotGated { why: String, help: Option<String> },
    /// More parts of a plan than it has checklists.
    TooManyShards { of: u32, checklists: usize },
    /// Bundles can't be made one.
    Merge(MergeError),
    /// What was named as a bundle is none.
    NotABundle(BundleError),
    /// There is no bundle.
    NoBundle { path: PathBuf },
    /// A file that says whose signature counts can't be read.
    SignersUnreadable { path: PathBuf, source: io::Error },
    /// Neither `--key` nor git says which key to sign with.
    NoSigningKey,
    /// Neither `--signer` nor git says who signs.
    NoSigner,
    /// Nobody sits there to be asked.
    NobodyToAsk,
    /// Nothing was signed.
    Sign(SignError),
    /// The bundle couldn't be written or read.
    Bundle(BundleError),
    /// The bundle couldn't be reviewed.
    Review(ReviewError),
    /// There is nothing of that kind to hand on.
    Handoff(HandoffError),
    /// Nothing can be copied here.
    NoClipboard { why: String },
    /// A known secret stands in the bundle.
    Leak(ScanError),
    /// A file that was to be written anew.
    AlreadyThere { path: PathBuf },
    /// The demo app didn't start.
    Demo(DemoError),
    /// The system refused something else.
    Io { what: String, source: io::Error },
}

impl Failure {
    /// The exit status that scripts rely on.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Project(_)
            | Self::Mistakes(_)
            | Self::Target(_)
            | Self::Device(_)
            | Self::UnknownPersona { .. }
            | Self::NotResumable { .. }
            | Self::Unproven { .. }
            | Self::NoStateFolder
            | Self::StateInProject { .. }
            | Self::UnknownDetector { .. }
            | Self::UnknownFault(_)
            | Self::AlreadyThere { .. }
            | Self::NoEvidence { .. }
            | Self::UnknownFinding { .. }
            | Self::NotGated { .. }
            | Self::TooManyShards { .. }
            | Self::Merge(
                MergeError::Altered { .. }
                | MergeError::Unlike { .. }
                | MergeError::Twice { .. }
                | MergeError::Lost { .. }
                | MergeError::NoBundle(_)
                | MergeError::NoJournal(_),
            )
            | Self::NotABundle(_)
            | Self::Handoff(_)
            | Self::NoBundle { .. }
            | Self::SignersUnreadable { .. }
            | Self::NoSigningKey
            | Self::NoSigner
            | Self::NobodyToAsk
            | Self::Evidence(
                EvidenceError::FolderInUse { .. }
                | EvidenceError::NoJournal { .. }
                | EvidenceError::Refused { .. }
                | EvidenceError::UnknownStep { .. },
            ) => Exit::BadInput,
            Self::Sign(error) => exit_of_signing(error),
            Self::Review(error) if error.is_wrong_input() => Exit::BadInput,
            Self::Bundle(error) if error.is_of_input() => Exit::BadInput,
            Self::Browser(_)
            | Self::Runner(_)
            | Self::Evidence(_)
            | Self::Bundle(_)
            | Self::Merge(MergeError::Unwritten(_))
            | Self::Review(_)
            | Self::NoClipboard { .. }
            | Self::Leak(_)
            | Self::Demo(_)
            | Self::Io { .. } => Exit::Surroundings,
        }
    }

    /// What to do next.
    pub(super) fn help(&self) -> Option<String> {
        match self {
            Self::AlreadyThere { .. } => Some(
                "nothing was written; edit it, move it away, or begin in another folder with `--config FOLDER/shippass.yaml`".to_owned(),
            ),
            Self::Project(error) => Some(error.help()),
            Self::Target(error) => Some(error.help()),
            Self::Device(error) => Some(error.help()),
            Self::UnknownPersona { known, .. } if known.is_empty() => {
                Some("declare it under `personas` in `shippass.yaml`".to_owned())
            }
            Self::UnknownPersona { known, .. } => {
                Some(format!("the declared ones are {}", known.join(", ")))
            }
            Self::NotResumable { .. } => {
                Some("make a new run with `shippass run`; what that one saw stays in its folder".to_owned())
            }
            Self::Unproven { .. } => Some(
                "give it what an API says of it: `proof: [{ fetch: { path: /api/me, at: /email, equals: ada@example.com } }]`"
                    .to_owned(),
            ),
            Self::NoStateFolder => {
                Some("set `HOME`, or `XDG_STATE_HOME` to a folder of your own".to_owned())
            }
            Self::StateInProject { .. } => {
                Some("set `XDG_STATE_HOME` to a folder outside: what is kept there signs in".to_owned())
            }
            Self::UnknownDetector { .. } => {
                Some(format!("the detectors are {}", detect::names().join(", ")))
            }
            Self::UnknownFault(error) => Some(error.help()),
            Self::Browser(error) => error.help(),
            Self::Runner(error) => error.help(),
            Self::Evidence(error) => error.help().map(str::to_owned),
            Self::NoEvidence { .. } => Some(
                "name a bundle's folder, the one that holds journal.ndjson, or an HTTP archive (HAR), saved whole".to_owned(),
            ),
            Self::UnknownFinding { known, .. } if known.is_empty() => {
                Some("nothing was found in that run".to_owned())
            }
            Self::UnknownFinding { known, .. } => {
                Some(visible::line(&format!("its findings are {}", known.join(", "))).into_owned())
            }
            Self::TooManyShards { checklists, .. } => Some(format!(
                "a shard is made of whole checklists: use `--shard 1/{checklists}` and so on"
            )),
            Self::Merge(error) => Some(error.help().to_owned()),
            Self::NotGated { help, .. } => {
                let help = help.as_deref().map(visible::line);
                help.map(std::borrow::Cow::into_owned)
            }
            Self::Bundle(error) | Self::NotABundle(error) => Some(error.help().to_owned()),
            Self::NoBundle { .. } => Some("name the bundle's folder itself, the one that holds bundle.json; `shippass review` unpacks a zip".to_owned()),
            Self::SignersUnreadable { .. } => Some(
                "name a file with lines like `ada@example.com ssh-ed25519 AAAA…`: `--allowed-signers FILE`".to_owned(),
            ),
            Self::NoSigningKey => Some(
                "name one with `--key ~/.ssh/id_ed25519`, or tell git: `git config --global gpg.format ssh` and `git config --global user.signingkey ~/.ssh/id_ed25519.pub`".to_owned(),
            ),
            Self::NoSigner => Some(
                "say it with `--signer ada@example.com`, or tell git: `git config --global user.email ada@example.com`".to_owned(),
            ),
            Self::NobodyToAsk => Some("sign at a terminal, or say `--yes` beforehand".to_owned()),
            Self::Sign(error) => error.help(),
            Self::Review(error) => error.help().map(str::to_owned),
            // It may quote what a stranger wrote.
            Self::Handoff(error) => Some(visible::line(&error.help()).into_owned()),
            Self::NoClipboard { .. } => Some(
                "leave out `--clipboard`: the files are written, and can be opened or attached".to_owned(),
            ),
            Self::Leak(error) => Some(error.help().to_owned()),
            // Mistakes bring their own help, each its own.
            Self::Mistakes(_) | Self::Demo(_) | Self::Io { .. } => None,
        }
    }
}

impl Failure {
    /// What went wrong, in one sentence.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Mistakes(mistakes) => {
                let first = mistakes.first();
                first.map_or_else(String::new, |mistake| mistake.message.clone())
            }
            Self::Project(error) => error.to_string(),
            Self::Target(error) => error.to_string(),
            Self::Device(error) => error.to_string(),
            Self::UnknownPersona { name, .. } => format!("there is no persona `{name}`"),
            Self::NotResumable { folder, why } => {
                format!("{} can't be taken up again: {why}", folder.display())
            }
            Self::Unproven { personas } => format!(
                "`--keep-session` needs a proof, and nothing proves who is signed in as {}",
                personas.join(", ")
            ),
            Self::NoStateFolder => "there is no folder to keep sessions in".to_owned(),
            Self::StateInProject { folder } => format!(
                "{} is part of the project, no place to keep sessions in",
                folder.display()
            ),
            Self::UnknownDetector { name } => format!("there is no detector `{name}`"),
            Self::UnknownFault(error) => error.to_string(),
            Self::Browser(error) => error.to_string(),
            Self::Runner(error) => error.to_string(),
            Self::Evidence(error) => error.to_string(),
            // It may quote what a stranger wrote.
            Self::NoEvidence { why } | Self::NotGated { why, .. } => {
                visible::line(why).into_owned()
            }
            Self::UnknownFinding { id, .. } => {
                format!("the bundle has no finding `{}`", visible::line(id))
            }
            Self::TooManyShards { of, checklists } => {
                let lists = if *checklists == 1 {
                    "checklist"
                } else {
                    "checklists"
                };
                format!("{checklists} {lists} can't be cut into {of} shards")
            }
            // It may quote what a stranger wrote.
            Self::Merge(error) => visible::line(&error.to_string()).into_owned(),
            Self::Bundle(error) | Self::NotABundle(error) => error.to_string(),
            Self::NoBundle { path } => format!("there is no bundle in {}", path.display()),
            Self::SignersUnreadable { path, source } => {
                format!("{} can't be read: {source}", path.display())
            }
            Self::NoSigningKey => "nothing says which key to sign with".to_owned(),
            Self::NoSigner => "nothing says who signs".to_owned(),
            Self::NobodyToAsk => "nobody sits at this terminal to say yes".to_owned(),
            // It may quote what a stranger wrote, on lines of their own.
            Self::Sign(error) => visible::block(&error.to_string()).into_owned(),
            Self::Review(error) => error.to_string(),
            Self::Handoff(error) => visible::line(&error.to_string()).into_owned(),
            Self::NoClipboard { why } => format!("nothing can be copied here: {why}"),
            Self::Leak(error) => error.to_string(),
            Self::AlreadyThere { path } => format!("there is a {} already", path.display()),
            Self::Demo(error) => error.to_string(),
            Self::Io { what, source } => format!("couldn't {what}: {source}"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(ProjectError::Mistakes(mistakes)) => {
                write_mistakes(f, mistakes)?;
                let error = ProjectError::Mistakes(Vec::new());
                return write!(f, "help: {}", error.help());
            }
            Self::Mistakes(mistakes) => return write_mistakes(f, mistakes),
            other => write!(f, "error: {}", other.message())?,
        }
        match self.help() {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

/// What stands between a walk and a signature is a matter of the bundle, not of the surroundings.
fn exit_of_signing(error: &SignError) -> Exit {
    match error {
        SignError::Missing(_)
        | SignError::IsAuthor { .. }
        | SignError::AuthorUnknown { .. }
        | SignError::SignedAlready
        | SignError::WentOn
        | SignError::CarryUnfit { .. }
        | SignError::Bundle(BundleError::NotSealed { .. }) => Exit::Flagged,
        SignError::Altered(_)
        | SignError::EarlierUnsound { .. }
        | SignError::Bundle(
            BundleError::Invalid { .. }
            | BundleError::UnknownFormat { .. }
            | BundleError::NamedTwice { .. }
            | BundleError::NotPlain { .. }
            | BundleError::OtherBundle { .. }
            | BundleError::UnfitName { .. },
        ) => Exit::Altered,
        SignError::KeyUnreadable { .. } | SignError::NoKey { .. } | SignError::Key(_) => {
            Exit::BadInput
        }
        SignError::Bundle(_)
        | SignError::Evidence(_)
        | SignError::Agent { .. }
        | SignError::NoWay { .. }
        | SignError::NotMade
        | SignError::Statement(_) => Exit::Surroundings,
    }
}

fn write_mistakes(f: &mut fmt::Formatter<'_>, mistakes: &[Mistake]) -> fmt::Result {
    for mistake in mistakes {
        writeln!(f, "{mistake}\n")?;
    }
    Ok(())
}

macro_rules! from {
    ($($source:ty => $variant:ident),* $(,)?) => {
        $(impl From<$source> for Failure {
            fn from(error: $source) -> Self {
                Self::$variant(error)
            }
        })*
    };
}

from! {
    ProjectError => Project,
    Vec<Mistake> => Mistakes,
    TargetError => Target,
    DeviceError => Device,
    UnknownFault => UnknownFault,
    BrowserError => Browser,
    RunnerError => Runner,
    EvidenceError => Evidence,
    BundleError => Bundle,
    MergeError => Merge,
    HandoffError => Handoff,
    SignError => Sign,
    ReviewError => Review,
    ScanError => Leak,
    DemoError => Demo,
}
