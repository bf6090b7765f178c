//! The checklist as the rest of the program sees it: checked, resolved, nothing left to parse.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    ask::Ask, denied::Denied, dialog::DialogAnswer, fetch::Fetch, network::Network,
    pattern::ResponsePattern, query::Query, swipe::Swipe, upload::Upload,
};

/// What we promised to look at: steps walked as a persona.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    /// The name a person reads.
    pub name: String,
    /// The file as it was named, with `/` between folders.
    pub file: String,
    /// SHA-256 in lower-case hex: of the file's bytes, or, when it runs other files, of one line a file that holds
    /// the file's own SHA-256, this file first, then each file that is run once, in the order of their first run
    /// (`sha256sum quotes.yaml parts/sign.yaml | cut -d' ' -f1 | sha256sum`).
    pub sha256: String,
    /// Personas to walk it as, one pass each; empty means signed out.
    pub personas: Vec<Named>,
    /// Elements that change by themselves in all of its pictures: a clock, an avatar.
    pub mask: Vec<Locator>,
    /// The steps, in order; never empty.
    pub steps: Vec<Step>,
}

/// A word that refers to something declared elsewhere, with its place for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The word.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

/// Line and column in a file, both counted from 1; columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One step: what the machine does, what it checks, what a human confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Unique in its checklist, made of number and name: `02-sign-it`.
    pub id: String,
    /// The name a person reads.
    pub name: String,
    /// Whether the step begins in a new signed-in session.
    pub fresh: bool,
    /// How the JavaScript dialogs in it are answered; one that opens without an answer is unexpected.
    pub dialog: Option<DialogAnswer>,
    /// What the machine does, in order.
    pub actions: Vec<Action>,
    /// What must hold afterwards.
    pub expectations: Vec<Expectation>,
    /// Sentences that a human confirms.
    pub confirm: Vec<String>,
    /// Elements that change by themselves in its picture, beside those of the checklist.
    pub mask: Vec<Locator>,
    /// Where the step begins in the checklist's own file; one that comes from a file that is run begins where it is run.
    pub place: Place,
}

impl Step {
    /// Whether it needs no page of the steps before: it begins in a new session or with a visit.
    pub fn stands_alone(&self) -> bool {
        self.fresh || matches!(self.actions.first(), Some(Action::Visit(_)))
    }
}

/// One thing that the machine does, as a person would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Opens a path of the target, or a whole URL on its origins.
    Visit(String),
    /// Touches the element's middle.
    Tap(Locator),
    /// Touches the element's middle twice, as quickly as a finger that is in a hurry.
    DoubleTap(Locator),
    /// Rests a finger on the element's middle.
    LongPress(Locator),
    /// Draws a finger over the page or over an element.
    Swipe(Swipe),
    /// Replaces the text of fields, key by key.
    Fill(Vec<Entry>),
    /// Replaces the text of fields in one go, as from the clipboard.
    Paste(Vec<Entry>),
    /// Presses a key or a chord: `Enter`, `Control+A`.
    Press(String),
    /// Picks an option of a select, a radio group or a listbox by its visible text.
    Choose(Vec<Entry>),
    /// Checks a box or turns a switch on, unless it is.
    Check(Locator),
    /// Unchecks a box or turns a switch off, unless it is.
    Uncheck(Locator),
    /// Brings an element onto the screen; a list that loads while it is scrolled is scrolled for it.
    ScrollTo(Locator),
    /// Gives files to file fields.
    Upload(Vec<Upload>),
    /// Waits until a text or an element is visible.
    WaitFor(Sight),
    /// Changes how well the page reaches the world, for the rest of the step.
    Network(Network),
    /// Goes one page back in history.
    Back,
    /// Loads the page again.
    Reload,
    /// Asks a human.
    Ask(Ask),
}

impl Action {
    /// The verb as it is written in a checklist.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Visit(_) => "visit",
            Self::Tap(_) => "tap",
            Self::DoubleTap(_) => "double_tap",
            Self::LongPress(_) => "long_press",
            Self::Swipe(_) => "swipe",
            Self::Fill(_) => "fill",
            Self::Paste(_) => "paste",
            Self::Press(_) => "press",
            Self::Choose(_) => "choose",
            Self::Check(_) => "check",
            Self::Uncheck(_) => "uncheck",
            Self::ScrollTo(_) => "scroll_to",
            Self::Upload(_) => "upload",
            Self::WaitFor(_) => "wait_for",
            Self::Network(_) => "network",
            Self::Back => "back",
            Self::Reload => "reload",
            Self::Ask(_) => "ask",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Visit(path) => write!(f, "visit {path}"),
            Self::Tap(locator) => write!(f, "tap {locator}"),
            Self::DoubleTap(locator) => write!(f, "double tap {locator}"),
            Self::LongPress(locator) => write!(f, "long press {locator}"),
            Self::Swipe(swipe) => write!(f, "{swipe}"),
            Self::Fill(entries) => write_entries(f, "fill", "with", entries),
            Self::Paste(entries) => write_entries(f, "paste into", "the text", entries),
            Self::Press(key) => write!(f, "press {key}"),
            Self::Choose(entries) => write_entries(f, "choose", "as", entries),
            Self::Check(locator) => write!(f, "check {locator}"),
            Self::Uncheck(locator) => write!(f, "uncheck {locator}"),
            Self::ScrollTo(locator) => write!(f, "scroll to {locator}"),
            Self::Upload(uploads) => {
                for (index, upload) in uploads.iter().enumerate() {
                    let lead = if index == 0 { "upload" } else { "," };
                    write!(f, "{lead} {upload}")?;
                }
                Ok(())
            }
            Self::WaitFor(sight) => write!(f, "wait for {sight}"),
            Self::Network(network) => write!(f, "network {network}"),
            Self::Back => f.write_str("back"),
            Self::Reload => f.write_str("reload"),
            Self::Ask(ask) => write!(f, "ask a person: {ask}"),
        }
    }
}

fn write_entries(
    f: &mut fmt::Formatter<'_>,
    verb: &str,
    link: &str,
    entries: &[Entry],
) -> fmt::Result {
    for (index, entry) in entries.iter().enumerate() {
        let lead = if index == 0 { verb } else { "," };
        write!(f, "{lead} {} {link} “{}”", entry.field, entry.text)?;
    }
    Ok(())
}

/// A field and the text that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The field.
    pub field: Locator,
    /// The text to type, to pick or to find there.
    pub text: String,
}

/// Names an element the way a person would; handed to the page as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locator {
    /// By what it is named.
    pub by: By,
    /// Looked for inside this element only (`in:`).
    pub inside: Option<Box<Locator>>,
    /// Which of several matches, from 1 (`nth:`); without it two matches are an error.
    pub nth: Option<usize>,
}

impl Locator {
    /// An element named by its label or visible text.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            by: By::Name(name.into()),
            inside: None,
            nth: None,
        }
    }
}

/// The ways to name an element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Accessible name, then visible text.
    Name(String),
    /// ARIA role, with an accessible name or without.
    Role {
        /// The role: `button`, `heading`.
        role: String,
        /// The accessible name.
        name: Option<String>,
    },
    /// The label of a form field.
    Label(String),
    /// The `data-testid` attribute, exactly.
    TestId(String),
    /// A CSS selector.
    Css(String),
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.by {
            By::Name(name) => write!(f, "“{name}”")?,
            By::Role {
                role,
                name: Some(name),
            } => write!(f, "{role} “{name}”")?,
            By::Role { role, name: None } => write!(f, "{role}")?,
            By::Label(label) => write!(f, "field “{label}”")?,
            By::TestId(id) => write!(f, "test id “{id}”")?,
            By::Css(selector) => write!(f, "css `{selector}`")?,
        }
        if let Some(nth) = self.nth {
            write!(f, " (number {nth})")?;
        }
        if let Some(inside) = &self.inside {
            write!(f, " in {inside}")?;
        }
        Ok(())
    }
}

/// What must hold, and for how long it may take to come true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// What must hold.
    pub check: Check,
    /// How long to wait for it; the run's default when not given.
    pub within: Option<Duration>,
}

/// What can be expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// A text or an element is visible.
    See(Sight),
    /// A text or an element is not visible.
    NotSee(Sight),
    /// The page's path, or whole URL, matches: `*` within a segment, `**` across.
    Url(String),
    /// The page's title matches: `*` stands for anything.
    Title(String),
    /// Fields hold exactly these texts.
    Value(Vec<Entry>),
    /// So many elements fit.
    Count {
        /// What they are named by.
        of: Locator,
        /// How many.
        is: usize,
    },
    /// An element can be used.
    Enabled(Locator),
    /// An element is there and can't be used.
    Disabled(Locator),
    /// The step brought about such a response.
    Response(ResponsePattern),
    /// The step brought about no such response.
    NoResponse(ResponsePattern),
    /// An API, read as the signed-in persona, answers this.
    Fetch(Fetch),
    /// The product's own database holds this.
    Query(Query),
    /// This must be kept from whoever walks.
    Denied(Denied),
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::See(sight) => write!(f, "see {sight}"),
            Self::NotSee(sight) => write!(f, "not see {sight}"),
            Self::Url(pattern) => write!(f, "url {pattern}"),
            Self::Title(pattern) => write!(f, "title {pattern}"),
            Self::Count { of, is } => write!(f, "count of {of} is {is}"),
            Self::Enabled(locator) => write!(f, "{locator} is enabled"),
            Self::Disabled(locator) => write!(f, "{locator} is disabled"),
            Self::Value(entries) => write_entries(f, "value of", "is", entries),
            Self::Response(pattern) => write!(f, "response {pattern}"),
            Self::NoResponse(pattern) => write!(f, "no response {pattern}"),
            Self::Fetch(fetch) => write!(f, "{fetch}"),
            Self::Query(query) => write!(f, "{query}"),
            Self::Denied(denied) => write!(f, "{denied}"),
        }
    }
}

/// Something to be seen on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// A visible text, white space folded, anywhere on the page.
    Text(String),
    /// A visible element.
    Element(Locator),
    /// A visible text inside an element.
    TextIn(String, Locator),
}

impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "“{text}”"),
            Self::Element(locator) => write!(f, "{locator}"),
            Self::TextIn(text, locator) => write!(f, "“{text}” in {locator}"),
        }
    }
}
