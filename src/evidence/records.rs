//! What was seen in one step, piece by piece: actions, expectations, console lines, pictures, the page.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One action and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionRecord {
    /// The verb: `tap`.
    pub verb: String,
    /// In words, secrets taken out: `tap “Sign quote”`.
    pub what: String,
    /// When it began, waiting for its element included; what it brought about came after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// How long it took, waiting for its element included.
    #[serde(default)]
    pub duration_ms: u64,
    /// What came of it.
    #[serde(default)]
    pub outcome: ActionOutcome,
    /// The element acted on.
    #[serde(default)]
    pub element: Option<ElementFacts>,
    /// What it brought about until the next action or the end of the step.
    #[serde(default)]
    pub effects: Option<Effects>,
    /// Texts typed and what the fields then held.
    #[serde(default)]
    pub typed: Vec<Typed>,
}

impl ActionRecord {
    /// The verb of a session that is taken up again.
    pub const TAKE_UP: &str = "take up";
    /// How that record ends when nobody was signed in any more.
    pub const IN_VAIN: &str = "; signing in anew";

    /// Whether a session was taken up in which nobody was signed in any more.
    #[must_use]
    pub fn was_taken_up_in_vain(&self) -> bool {
        self.verb == Self::TAKE_UP && self.what.ends_with(Self::IN_VAIN)
    }
}

/// What came of an action.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionOutcome {
    /// It came to pass.
    #[default]
    Done,
    /// It didn't.
    Failed {
        /// What stood in its way, for the person who reads.
        why: String,
    },
    /// An action before it failed.
    NotRun,
}

/// An element as it was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ElementFacts {
    /// Lower-case tag name.
    #[serde(default)]
    pub tag: String,
    /// ARIA role, given or implied.
    #[serde(default)]
    pub role: String,
    /// Accessible name.
    #[serde(default)]
    pub name: String,
    /// Where it stands in the viewport, in CSS pixels.
    #[serde(default)]
    pub area: Option<Area>,
    /// Whether it stands for what is shown already: the selected tab, a link to the page itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_current: bool,
}

/// A rectangle in CSS pixels, relative to the viewport.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Area {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Area {
    /// The same in a picture of so many pixels per CSS pixel, with what it only touches.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places in a picture; what lies outside ends at its edge"
    )]
    pub(super) fn in_pixels(&self, scale: f64) -> PixelArea {
        let start = |value: f64| (value * scale).floor().max(0.0) as u32;
        let end = |value: f64| (value * scale).ceil().max(0.0) as u32;
        let (x, y) = (start(self.x), start(self.y));
        PixelArea {
            x,
            y,
            width: end(self.x + self.width).saturating_sub(x),
            height: end(self.y + self.height).saturating_sub(y),
        }
    }
}

/// A rectangle of a picture, in its own pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PixelArea {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl PixelArea {
    /// Whether a pixel lies in it.
    pub(super) fn holds(&self, x: u32, y: u32) -> bool {
        let is_within = |at: u32, start: u32, length: u32| at >= start && at - start < length;
        is_within(x, self.x, self.width) && is_within(y, self.y, self.height)
    }
}

/// What an action brought about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effects {
    /// Requests that began.
    #[serde(default)]
    pub requests: u32,
    /// Changes of the page's tree, attributes and texts, and of what it shows.
    #[serde(default)]
    pub changes: u32,
    /// The page or its URL changed.
    #[serde(default)]
    pub navigated: bool,
    /// Other things seen: `focus`, `value`, `scroll`, `clipboard`, `dialog`, `download`, `new tab`.
    #[serde(default)]
    pub others: Vec<String>,
}

/// A text typed and what the field then held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    /// The field in words.
    pub field: String,
    /// What was typed, secrets taken out.
    pub typed: String,
    /// What the field held after the step had settled, secrets taken out.
    pub held: String,
    /// Whether what it holds means the same; compared before redaction.
    pub is_same: bool,
    /// `type` of the input: `text`, `password`, `tel`.
    #[serde(default)]
    pub input_type: String,
}

/// One expectation and whether it held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectationRecord {
    /// In words, secrets taken out: `see “Signed. Thank you.”`.
    pub what: String,
    /// Whether it held.
    pub outcome: ExpectationOutcome,
    /// How long until it held, or was given up.
    #[serde(default)]
    pub duration_ms: u64,
    /// The exchange that a `response` line named, when one was found.
    #[serde(default)]
    pub exchange: Option<String>,
    /// Whether the line demanded a JSON body.
    #[serde(default)]
    pub wants_json: bool,
    /// What it asked.
    #[serde(default)]
    pub about: About,
    /// Exchanges that the check itself brought about, by going where it asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brought_about: Vec<String>,
}

/// What an expectation asks, as far as it matters to what it means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// What the page shows.
    #[default]
    Page,
    /// The requests that it made, or how it is laid out.
    Passing,
    /// What the server keeps: an API's answer, a database's rows.
    Kept,
    /// What must be kept from the persona.
    Access,
}

/// Whether an expectation held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectationOutcome {
    /// It held.
    Held,
    /// It didn't.
    Broken {
        /// What was there instead.
        seen: String,
    },
    /// What was needed to decide it couldn't be had.
    Undecided {
        /// Why.
        why: String,
    },
    /// The step's actions failed before it.
    #[default]
    NotRun,
}

/// A console line or an uncaught error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleLine {
    /// Unique in the run: `c3`.
    #[serde(default)]
    pub id: String,
    /// `error`, `warn`, `info`, `debug`.
    pub level: String,
    /// Where it came from.
    #[serde(default)]
    pub kind: ConsoleKind,
    /// The text, secrets taken out.
    pub text: String,
    /// The script it came from; empty when unknown.
    #[serde(default)]
    pub source: String,
    /// Line in the script, from 1; 0 when unknown.
    #[serde(default)]
    pub line: u32,
    /// The stack, innermost first: `name (url:line:column)`.
    #[serde(default)]
    pub stack: Vec<String>,
    /// When it was written.
    #[serde(default)]
    pub at: Timestamp,
}

/// Where a console line came from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleKind {
    /// A call of `console.…`.
    #[default]
    Console,
    /// An uncaught error or an unhandled rejection.
    UncaughtError,
    /// The browser itself.
    Browser,
}

/// A page gone to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Navigation {
    /// The URL, secrets taken out.
    pub url: String,
    /// Whether the document stayed: `pushState`, a fragment.
    #[serde(default)]
    pub is_same_document: bool,
    /// When.
    #[serde(default)]
    pub at: Timestamp,
}

/// What happened around the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// A JavaScript dialog opened.
    Dialog {
        /// `alert`, `confirm`, `prompt`, `beforeunload`.
        kind: String,
        /// Its text.
        text: String,
        /// Whether it was answered with its OK button; else with Cancel.
        #[serde(default)]
        is_accepted: bool,
        /// Whether the step says how its dialogs are answered.
        #[serde(default)]
        is_expected: bool,
    },
    /// A file was downloaded.
    Download {
        /// The file name suggested.
        name: String,
        /// From where.
        url: String,
        /// The whole file; `None` when it never came, or lies on another machine.
        #[serde(default)]
        file: Option<DownloadedFile>,
    },
    /// A request that could change something was kept from leaving the browser.
    Withheld {
        /// Its method.
        method: String,
        /// Where it was to go.
        url: String,
    },
    /// A new tab or window opened.
    NewTab {
        /// Its first URL.
        url: String,
    },
    /// The step changed how well the page reaches the world.
    Network {
        /// `offline`, `slow`, `online`.
        state: String,
    },
}

/// What is known of a downloaded file; the file itself is not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadedFile {
    /// In bytes.
    pub size: u64,
    /// In lower-case hex.
    pub sha256: String,
}

/// A picture of the page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Its path in the bundle: `screens/<checklist>/02-sign-it.jpg`.
    pub file: String,
    /// Width in device pixels.
    pub width: u32,
    /// Height in device pixels.
    pub height: u32,
    /// What it shows when it isn't the plain page at the step's end: `the two matches`.
    #[serde(default)]
    pub caption: Option<String>,
    /// What changes by itself in it, and isn't compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<PixelArea>,
}

/// The page as it stood at the end of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageFacts {
    /// The URL, secrets taken out.
    #[serde(default)]
    pub url: String,
    /// The document's title.
    #[serde(default)]
    pub title: String,
    /// The first 2,000 characters that a person can read.
    #[serde(default)]
    pub text: String,
    /// How many characters a person can read, all in all.
    #[serde(default)]
    pub text_length: u32,
    /// Visible things that aren't the page's text: images, canvases, videos, drawn shapes, form fields, words in shadow trees.
    #[serde(default)]
    pub visuals: u32,
    /// Texts of live regions and alerts that are visible.
    #[serde(default)]
    pub alerts: Vec<String>,
    /// The browser's own error page stands there.
    #[serde(default)]
    pub is_browser_error: bool,
}
