//! What is signed: an in-toto Statement v1 with a test-result predicate, and everything of ours under one key of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bundle::{Mark, Surface};
use crate::detect::{Severity, Status};

/// `_type` of an in-toto Statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// `predicateType` of a test result.
pub const PREDICATE_TYPE: &str = "https://in-toto.io/attestation/test-result/v0.1";
/// `payloadType` of an envelope around a Statement.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// The namespace of every signature: none made for something else counts here.
pub const NAMESPACE: &str = "shippass";
pub(super) const FORMAT: &str = "shippass-signoff/1";

/// The whole of `statement.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub kind: String,
    /// The manifest, and the commit when it is known.
    pub subject: Vec<Subject>,
    /// [`PREDICATE_TYPE`].
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// The result.
    pub predicate: TestResult,
}

/// Something that the statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its digests, by algorithm.
    pub digest: BTreeMap<String, String>,
}

/// A test result, v0.1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestResult {
    /// As bad as the worst step.
    pub result: Outcome,
    /// The checklists by file and digest.
    pub configuration: Vec<Subject>,
    /// The target's URL.
    pub url: String,
    /// Steps that were clean and confirmed.
    #[serde(rename = "passedTests")]
    pub passed: Vec<String>,
    /// Steps that were confirmed over something, or couldn't be checked.
    #[serde(rename = "warnedTests")]
    pub warned: Vec<String>,
    /// Steps that were rejected.
    #[serde(rename = "failedTests")]
    pub failed: Vec<String>,
    /// What a test result has no words for.
    pub shippass_signoff: Signoff,
}

/// A test result in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Outcome {
    /// All well.
    Passed,
    /// Confirmed, and not all is well.
    Warned,
    /// Not confirmed.
    Failed,
}

/// What a human decided over what a machine saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signoff {
    /// `shippass-signoff/1`.
    pub format: String,
    /// The human's word on the whole.
    pub verdict: Overall,
    /// Why the whole was rejected, whatever was said of single steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The run's id.
    pub run_id: String,
    /// The hash of the journal's last record; `None` when the bundle holds no journal.
    pub journal_head: Option<String>,
    /// What made the bundle, and what made this statement.
    pub tool: Tools,
    /// The browser.
    pub engine: Engine,
    /// The viewport as it was measured.
    pub viewport: Viewport,
    /// The deployment.
    pub target: Target,
    /// Whether the checkout in which it was signed held changes that weren't committed; `None` outside of one.
    pub dirty_tree: Option<bool>,
    /// Who signs.
    pub reviewer: Reviewer,
    /// Whose review it was that is signed, as their own machines told it; empty where none did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub walked_by: Vec<String>,
    /// When, by the signer's own clock.
    pub signed_at: Timestamp,
    /// Every step in the order of the run.
    pub steps: Vec<Step>,
    /// Every finding.
    pub findings: Vec<Finding>,
    /// Steps that never ran, and why.
    pub not_run: Vec<NotRun>,
    /// What was looked at on real phones, each phone by itself.
    #[serde(default)]
    pub real_devices: Vec<RealDevice>,
    /// The verification ladder.
    pub ladder: Vec<Rung>,
    /// What was taken out of the evidence: rule and count.
    pub redactions: BTreeMap<String, u64>,
    /// The log of the walk up to the signature; `None` for a rejection without a walk.
    pub walk: Option<WalkSeal>,
    /// What the project demanded of who signs.
    pub policy: Option<Policy>,
    /// Whether the same statement also lies in an envelope.
    pub envelope: bool,
    /// SHA-256 of the statement that this one replaces.
    pub supersedes: Option<String>,
    /// What the signature doesn't prove.
    pub does_not_prove: Vec<String>,
}

impl Signoff {
    /// The browser that a step was walked in.
    pub fn engine_of<'s>(&'s self, step: &'s Step) -> &'s Engine {
        step.engine.as_ref().unwrap_or(&self.engine)
    }

    /// The viewport that a step was walked at.
    pub fn viewport_of<'s>(&'s self, step: &'s Step) -> &'s Viewport {
        step.viewport.as_ref().unwrap_or(&self.viewport)
    }
}

/// What the steps have of something, each once, in their order.
pub fn each_once<T: PartialEq>(of_steps: impl Iterator<Item = T>) -> Vec<T> {
    of_steps.fold(Vec::new(), |mut found, one| {
        if !found.contains(&one) {
            found.push(one);
        }
        found
    })
}

/// The human's word on the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overall {
    /// Every step was confirmed and every finding accepted.
    Confirmed,
    /// Some step couldn't be checked.
    NotConfirmed,
    /// It must not ship like this.
    Rejected,
}

/// Versions of shippass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tools {
    /// `shippass`.
    pub name: String,
    /// That made the bundle.
    pub version: String,
    /// That made the statement.
    pub signed_with: String,
    /// SHA-256 of the program that made the statement; `None` when it couldn't be read.
    pub signed_with_sha256: Option<String>,
}

/// The browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Engine {
    /// `chromium`.
    pub name: String,
    /// The browser's version.
    pub version: String,
    /// The driver's name and version.
    pub driver: String,
}

/// The viewport as it was measured in the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Viewport {
    /// The device's name.
    pub name: String,
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// Device pixels for each CSS pixel.
    pub scale: f64,
}

/// The deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Its name in the configuration.
    pub name: String,
    /// `preview`, `production`, `local`.
    pub kind: String,
    /// Its URL.
    pub url: String,
    /// The commit that it serves.
    pub commit: Option<String>,
    /// How that was learned.
    pub commit_source: Option<String>,
    /// The commit that it should serve.
    pub expected_commit: Option<String>,
    /// Where that is from.
    pub expected_from: Option<String>,
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reviewer {
    /// The name that the allowed signers file knows.
    pub principal: String,
    /// The key's fingerprint: `SHA256:…`.
    pub key: String,
    /// The key's type: `ssh-ed25519`.
    pub key_type: String,
}

/// One step: what the machine saw and what the human said, apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Its place in the run, from 1.
    pub seq: usize,
    /// Its id in its checklist.
    pub id: String,
    /// The name a person reads.
    pub name: String,
    /// The checklist's name.
    pub checklist: String,
    /// As whom it was walked.
    pub persona: Option<String>,
    /// The browser, where bundles of several were merged and this isn't the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<Engine>,
    /// The viewport, in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub viewport: Option<Viewport>,
    /// What the machine says.
    #[serde(rename = "machineVerdict")]
    pub machine: Status,
    /// What the human says; `None` when nothing.
    #[serde(rename = "humanVerdict")]
    pub human: Option<Said>,
    /// Sentences that the human ticked.
    pub ticked: Vec<String>,
    /// The reason or comments, in the human's words.
    pub note: Option<String>,
    /// How long it lay open.
    pub looked_ms: u64,
    /// Where it was looked at.
    pub looked_on: Vec<Surface>,
    /// SHA-256 of the earlier statement whose word was taken over.
    pub carried_from: Option<String>,
    /// Places that the human marked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// SHA-256 of its pictures, bodies and photos.
    pub evidence: Vec<String>,
}

/// The human's word on a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// It is as it should be.
    Confirmed,
    /// It couldn't be checked.
    Unchecked,
    /// It isn't as it should be.
    Rejected,
}

/// A finding, and what the human decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Its id in the run.
    pub id: String,
    /// The detector.
    pub detector: String,
    /// How heavy it weighs.
    pub severity: Severity,
    /// The checklist where it was seen first.
    pub checklist: String,
    /// The step.
    pub step: String,
    /// One line.
    pub title: String,
    /// `accepted`, `rejected`, or nothing.
    #[serde(rename = "humanVerdict")]
    pub human: Option<Decided>,
    /// The human's reason.
    pub why: Option<String>,
}

/// The human's word on a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decided {
    /// Known, and no hindrance.
    Accepted,
    /// To be mended.
    Rejected,
}

/// A step that never ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotRun {
    /// Its place in the run.
    pub seq: usize,
    /// Its name.
    pub name: String,
    /// Why.
    pub why: Option<String>,
}

/// What was looked at on a real phone, as its own browser measured it. Who was signed in there is the reviewer's word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RealDevice {
    /// Of its viewport, in CSS pixels.
    pub width: u32,
    /// Of its viewport, in CSS pixels.
    pub height: u32,
    /// Device pixels for each CSS pixel.
    pub scale: f64,
    /// Whether it takes touches.
    pub touch: bool,
    /// What its browser calls itself.
    pub user_agent: String,
    /// Places in the run of the steps that were opened there.
    pub steps: Vec<usize>,
    /// SHA-256 of the photos that it gave.
    pub photos: Vec<String>,
}

/// A rung of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rung {
    /// `build`, `tests`, `signed-in smoke at width`, `ground truth`.
    pub rung: String,
    /// Whether this bundle shows it.
    pub shown: bool,
    /// By what, or why not.
    pub by: String,
}

/// The log of the walk as it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WalkSeal {
    /// SHA-256 of its first bytes.
    pub sha256: String,
    /// How many bytes.
    pub size: u64,
}

/// What the project demands of who signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// How many must sign.
    pub signers: usize,
    /// Whether nobody may sign for a commit of their own.
    pub not_author: bool,
    /// The author of the commit, when that was asked for.
    pub author: Option<String>,
}
