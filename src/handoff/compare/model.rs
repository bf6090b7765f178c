//! What a comparison says; its JSON is what `compare --format json` prints.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::Serialize;
use serde_json::Value;

use super::Side;
use crate::bundle::Counts;
use crate::detect::{Severity, Status};
use crate::evidence::PixelArea;

pub(super) const FORMAT: &str = "shippass-comparison/1";

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// The first.
    A,
    /// The second.
    B,
}

impl Which {
    /// As a person reads it.
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// Two bundles, step by step.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Comparison {
    /// `shippass-comparison/1`.
    pub format: String,
    /// How many differences that matter there are, all in all.
    pub differences: usize,
    /// The first bundle.
    pub a: Facts,
    /// The second.
    pub b: Facts,
    /// Every checklist of both, as each persona.
    pub checklists: Vec<ChecklistComparison>,
    /// Routes that were answered much slower on one side.
    pub timings: Vec<TimingDifference>,
}

/// What a bundle is of.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Facts {
    /// The run's id.
    pub run: String,
    /// When it began.
    pub started: jiff::Timestamp,
    /// The target's name.
    pub target: String,
    /// Its URL.
    pub url: String,
    /// The commit it served, when it told.
    pub commit: Option<String>,
    /// The browser and its version.
    pub engine: String,
    /// The device.
    pub device: String,
    /// How many steps of each status.
    pub counts: Counts,
}

/// A checklist as one persona, on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ChecklistComparison {
    /// The name a person reads.
    pub name: String,
    /// The persona; `None` signed out.
    pub persona: Option<String>,
    /// The browser, in a bundle that was merged from several and where it isn't the first one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// The device, in the same way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The checklist's file is not the same on both sides.
    pub is_rewritten: bool,
    /// Its steps.
    pub steps: Vec<StepComparison>,
}

/// A step on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StepComparison {
    /// Its id.
    pub id: String,
    /// The name a person reads.
    pub name: String,
    /// What the machine said of it in A; `None` when A hasn't got it.
    pub a: Option<Status>,
    /// The same of B.
    pub b: Option<Status>,
    /// Findings that only B shows.
    pub new: Vec<FindingLine>,
    /// Findings that only A shows.
    pub gone: Vec<FindingLine>,
    /// The page at the step's end; `None` when neither side has a picture.
    pub picture: Option<PictureComparison>,
    /// Calls that were answered otherwise.
    pub exchanges: Vec<RouteDifference>,
    /// How many differences that matter it shows.
    pub differences: usize,
}

/// A finding that only one side shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FindingLine {
    /// Its id in its own bundle.
    pub id: String,
    /// The detector.
    pub detector: String,
    /// How heavy it weighs.
    pub severity: Severity,
    /// One line.
    pub title: String,
}

/// A picture of each side and how they differ.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PictureComparison {
    /// A's.
    pub a: Option<PictureFile>,
    /// B's.
    pub b: Option<PictureFile>,
    /// What came of looking at both.
    pub sight: Sight,
}

impl PictureComparison {
    /// What is masked in either picture.
    pub(super) fn masked(&self) -> Vec<PixelArea> {
        let files = self.a.iter().chain(&self.b);
        files.flat_map(|file| &file.masked).copied().collect()
    }
}

/// A picture in its bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PictureFile {
    /// Its path in the bundle.
    pub file: String,
    /// Width in device pixels.
    pub width: u32,
    /// Height in device pixels.
    pub height: u32,
    /// What the checklist masks in it, in device pixels; it isn't compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<PixelArea>,
}

/// What came of looking at two pictures.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// They show the same.
    Same,
    /// This share of their pixels differs, smoothed edges left out.
    Differs {
        /// From 0 to 1.
        share: f64,
    },
    /// They are of different sizes.
    OtherSize,
    /// One side has none.
    OnlyIn(Which),
    /// One of them couldn't be read.
    Unreadable {
        /// Which, and why.
        why: String,
    },
}

/// A call whose answers differ, by its route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RouteDifference {
    /// Method and path, ids folded: `POST /api/quotes/*/sign`.
    pub route: String,
    /// The side that alone made the call.
    pub only_in: Option<Which>,
    /// How the answers differ.
    pub changes: Vec<Change>,
    /// Changes that aren't listed because there are so many.
    pub left_out: usize,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// What: `status`, `content type`, `body`, `json /items[]/id`, `header cache-control`.
    pub what: String,
    /// In A.
    pub a: String,
    /// In B.
    pub b: String,
}

/// A route that was answered much slower on one side.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TimingDifference {
    /// Method and path, ids folded.
    pub route: String,
    /// A's median, in milliseconds.
    pub a_ms: u64,
    /// B's.
    pub b_ms: u64,
}

/// Less than that is a caret that blinks.
const PIXELS_THAT_MATTER: f64 = 0.0001;

impl PictureComparison {
    /// Whether a person would see the difference.
    pub fn matters(&self) -> bool {
        match &self.sight {
            Sight::Same => false,
            Sight::Differs { share } => *share >= PIXELS_THAT_MATTER,
            Sight::OtherSize | Sight::OnlyIn(_) | Sight::Unreadable { .. } => true,
        }
    }
}

impl StepComparison {
    /// The side that alone has the step.
    pub fn only_in(&self) -> Option<Which> {
        match (self.a, self.b) {
            (Some(_), None) => Some(Which::A),
            (None, Some(_)) => Some(Which::B),
            _ => None,
        }
    }

    /// The same step with its differences counted.
    pub(super) fn counted(mut self) -> Self {
        let picture = self.picture.as_ref();
        let is_seen = picture.is_some_and(PictureComparison::matters);
        self.differences = if self.only_in().is_some() {
            1
        } else {
            usize::from(self.a != self.b)
                + self.new.len()
                + self.gone.len()
                + usize::from(is_seen)
                + self.exchanges.len()
        };
        self
    }
}

/// The JSON Schema (draft 2020-12) of what `compare --format json` prints. A later version of shippass may add keys.
pub fn comparison_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let generator = settings.into_generator();
    let mut schema = generator.into_root_schema_for::<Comparison>();
    schema.insert(
        "title".to_owned(),
        "A comparison of two bundles of shippass".into(),
    );
    schema.to_value()
}

impl Facts {
    pub(super) fn of(side: Side<'_>) -> Self {
        let document = &side.bundle.document;
        Self {
            run: document.run.id.clone(),
            started: document.run.started,
            target: document.target.name.clone(),
            url: document.target.url.clone(),
            commit: document.target.commit.clone(),
            engine: format!("{} {}", document.engine.name, document.engine.version),
            device: document.device.name.clone(),
            counts: document.counts,
        }
    }
}
