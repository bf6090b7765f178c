//! The `Run`: all events of a journal, folded; from here on nothing moves.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    exchange::Exchange,
    history::PastRun,
    layout::Layout,
    records::{
        ActionRecord, ConsoleLine, ExpectationRecord, Happening, Navigation, PageFacts, Picture,
        PixelArea,
    },
};

use super::shard::Shard;
use crate::config::Contract;

/// Everything that was seen in one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Facts about the run itself.
    #[serde(default)]
    pub info: RunInfo,
    /// The deployment looked at.
    #[serde(default)]
    pub target: TargetFacts,
    /// The device, as measured in the page.
    #[serde(default)]
    pub device: DeviceFacts,
    /// The browser.
    #[serde(default)]
    pub engine: EngineFacts,
    /// Path patterns that answer JSON by declaration.
    #[serde(default)]
    pub api: Vec<String>,
    /// What APIs have promised to answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contracts: Vec<Contract>,
    /// Earlier runs of the project that flagged something, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<PastRun>,
    /// One entry per checklist and persona, in the plan's order.
    #[serde(default)]
    pub checklists: Vec<ChecklistRun>,
    /// What redaction took out: rule and count.
    #[serde(default)]
    pub redactions: BTreeMap<String, u64>,
}

impl Run {
    /// The device on which a checklist, named by its index, was walked.
    pub fn device_of(&self, checklist: usize) -> &DeviceFacts {
        let list = self.checklists.get(checklist);
        let own = list.and_then(|list| list.device.as_ref());
        own.unwrap_or(&self.device)
    }

    /// All steps with the checklist they belong to, in order.
    pub fn steps(&self) -> impl Iterator<Item = (&ChecklistRun, &StepRun)> {
        self.checklists
            .iter()
            .flat_map(|checklist| checklist.steps.iter().map(move |step| (checklist, step)))
    }
}

/// Facts about the run itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// A ULID.
    pub id: String,
    /// The version of shippass that made it.
    pub tool_version: String,
    /// When it began.
    pub started: Timestamp,
    /// When it was taken up again after it had been cut off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<Timestamp>,
    /// When it ended; `None` when it was cut off.
    pub finished: Option<Timestamp>,
    /// Why it ended before its plan did: `interrupted`, an error's text.
    pub cut_short: Option<String>,
    /// The part of a plan that it walked; `None` when it walked the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// The runs that were merged into it; none when it was walked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<String>,
}

/// The deployment looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetFacts {
    /// Its name in the configuration.
    #[serde(default)]
    pub name: String,
    /// The URL asked for.
    #[serde(default)]
    pub url: String,
    /// Where that led, after redirects.
    #[serde(default)]
    pub final_url: Option<String>,
    /// `preview`, `production` or `local`.
    #[serde(default)]
    pub kind: String,
    /// Its origins, its own first.
    #[serde(default)]
    pub origins: Vec<String>,
    /// The commit it serves, when it tells.
    #[serde(default)]
    pub commit: Option<String>,
    /// How the commit was learned, or why not: `header x-app-commit`.
    #[serde(default)]
    pub commit_source: Option<String>,
    /// The commit it should serve.
    #[serde(default)]
    pub expected_commit: Option<String>,
    /// Where the expected commit is from, when nobody gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_from: Option<String>,
    /// It was only looked at: nothing that could change something was done or sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_read_only: bool,
    /// The certificate that the page was answered with; `None` on plain HTTP and where the browser doesn't tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateFacts>,
    /// What was shown to a protected deployment; `None` when nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<AccessFacts>,
}

/// A TLS certificate, as the browser read it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CertificateFacts {
    /// Whom it names: `preview.example`.
    pub subject: String,
    /// Who issued it.
    #[serde(default)]
    pub issuer: String,
    /// Until when it holds.
    #[serde(default)]
    pub valid_until: Timestamp,
}

/// What was shown to a protected deployment, and where it went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccessFacts {
    /// Names, never values: `header x-vercel-protection-bypass`.
    #[serde(default)]
    pub shown: Vec<String>,
    /// How many requests bore it, by origin; empty when the run was cut off.
    #[serde(default)]
    pub requests: BTreeMap<String, u64>,
}

/// The device, as asked for and measured in the page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceFacts {
    /// The name asked for: `375x812@3`.
    pub name: String,
    /// `innerWidth` in CSS pixels.
    pub width: u32,
    /// `innerHeight` in CSS pixels.
    pub height: u32,
    /// `devicePixelRatio`.
    pub scale: f64,
    /// Touch points and a coarse pointer.
    pub touch: bool,
    /// The user agent sent.
    #[serde(default)]
    pub user_agent: String,
}

/// The browser.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EngineFacts {
    /// `chromium`, `firefox`, `webkit`.
    pub name: String,
    /// The browser's version.
    pub version: String,
    /// The driver's name and version.
    #[serde(default)]
    pub driver: String,
}

/// One checklist as one persona.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ChecklistRun {
    /// The name a person reads.
    pub name: String,
    /// Its file.
    #[serde(default)]
    pub file: String,
    /// SHA-256 of its file.
    #[serde(default)]
    pub sha256: String,
    /// The persona; `None` signed out.
    #[serde(default)]
    pub persona: Option<String>,
    /// The persona's tier.
    #[serde(default)]
    pub tier: Option<String>,
    /// The browser, where bundles of several were merged and this one isn't the first's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineFacts>,
    /// The device, in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceFacts>,
    /// Its steps; the first is the sign-in when there is a persona.
    #[serde(default)]
    pub steps: Vec<StepRun>,
}

/// One step and all that was seen in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts of a record, each with its own name in the journal"
)]
pub struct StepRun {
    /// Unique in its checklist: `02-sign-it`; the sign-in's is `00-sign-in`.
    pub id: String,
    /// The name a person reads.
    #[serde(default)]
    pub name: String,
    /// Whether it begins in a new signed-in session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
    /// Sentences that a human confirms.
    #[serde(default)]
    pub confirm: Vec<String>,
    /// When it began; `None` when it never did.
    #[serde(default)]
    pub started: Option<Timestamp>,
    /// How long it took.
    #[serde(default)]
    pub duration_ms: u64,
    /// Why it never began.
    #[serde(default)]
    pub not_run: Option<String>,
    /// Whether that was the run's own end, before its plan's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unreached: bool,
    /// Whether its end was recorded; a step that was cut off is never clean.
    #[serde(default = "finished")]
    pub finished: bool,
    /// What was done, in order.
    #[serde(default)]
    pub actions: Vec<ActionRecord>,
    /// What was expected, in order.
    #[serde(default)]
    pub expectations: Vec<ExpectationRecord>,
    /// Requests that began in it, in order.
    #[serde(default)]
    pub exchanges: Vec<Exchange>,
    /// Console lines and uncaught errors.
    #[serde(default)]
    pub console: Vec<ConsoleLine>,
    /// Pages gone to.
    #[serde(default)]
    pub navigations: Vec<Navigation>,
    /// Dialogs, downloads, new tabs, changes of the network.
    #[serde(default)]
    pub happenings: Vec<Happening>,
    /// The pictures, in order.
    #[serde(default)]
    pub pictures: Vec<Picture>,
    /// The page as it stood at the end.
    #[serde(default)]
    pub page: Option<PageFacts>,
    /// How it was laid out then; `None` in records from before that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// Why the page was taken before it had settled; `None` when it had.
    #[serde(default)]
    pub unsettled: Option<String>,
    /// What needed to decide couldn't be had, each with its reason.
    #[serde(default)]
    pub undecided: Vec<String>,
    /// Another tool recorded its requests and nothing else: there is neither a page nor a picture to miss.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_traffic_only: bool,
}

impl ChecklistRun {
    /// Whether it is the same checklist, walked as somebody else.
    pub(super) fn is_pass_of(&self, other: &Self) -> bool {
        self.persona.is_some()
            && other.persona.is_some()
            && (&self.file, &self.sha256, &self.name) == (&other.file, &other.sha256, &other.name)
    }
}

impl StepRun {
    /// Whether it came to an end of its own: it was walked, or left out for a reason that still holds.
    pub fn is_settled(&self) -> bool {
        match &self.not_run {
            Some(_) => !self.unreached,
            None => self.started.is_some() && self.finished,
        }
    }

    /// Whether it did something on its page; who only looks brings nothing about.
    pub fn has_acted(&self) -> bool {
        let mut actions = self.actions.iter();
        actions.any(|action| !matches!(action.verb.as_str(), "visit" | "back" | "reload"))
    }

    /// What changes by itself in one of its pictures.
    pub fn masked_in(&self, file: &str) -> &[PixelArea] {
        let mut pictures = self.pictures.iter();
        let picture = pictures.find(|picture| picture.file == file);
        picture.map_or(&[], |picture| &picture.masked)
    }

    /// Whether the step took the network away at some moment.
    pub fn was_offline(&self) -> bool {
        self.happenings.iter().any(
            |happening| matches!(happening, Happening::Network { state } if state == "offline"),
        )
    }
}

/// Adds what one part of a run has counted to what the others have.
pub(crate) fn add_counts(sums: &mut BTreeMap<String, u64>, counts: &BTreeMap<String, u64>) {
    for (name, count) in counts {
        *sums.entry(name.clone()).or_default() += count;
    }
}

/// `e17` is 17.
pub(super) fn number_of(id: &str) -> Option<u64> {
    id.trim_start_matches(|character: char| !character.is_ascii_digit())
        .parse()
        .ok()
}

/// Recorded runs in fixtures are whole unless they say otherwise.
fn finished() -> bool {
    true
}
