//! `RunEvent`: one thing that happened; a stream of them is all that leaves a running browser.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    exchange::{Exchange, ReadAs},
    history::PastRun,
    layout::Layout,
    records::{
        ActionRecord, ConsoleLine, ExpectationRecord, Happening, Navigation, PageFacts, Picture,
    },
    run::{ChecklistRun, DeviceFacts, EngineFacts, RunInfo, TargetFacts},
};

use crate::config::Contract;

/// One thing that happened; every text in it has had its secrets taken out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEvent {
    /// The first record of a journal: the plan, all its steps not begun.
    RunStarted {
        /// Facts about the run itself.
        info: RunInfo,
        /// The deployment to look at.
        target: Box<TargetFacts>,
        /// Path patterns that answer JSON by declaration.
        api: Vec<String>,
        /// What APIs have promised to answer.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        contracts: Vec<Contract>,
        /// Earlier runs of the project that flagged something, the oldest first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        past: Vec<PastRun>,
        /// The planned checklists, with the steps' ids, names and sentences to confirm.
        checklists: Vec<ChecklistRun>,
    },
    /// The browser is up.
    EngineStarted(EngineFacts),
    /// The device was measured in the page.
    DeviceMeasured(DeviceFacts),
    /// Where the target's URL leads and which commit it serves.
    TargetLearned(TargetFacts),
    /// A step begins.
    StepStarted {
        /// Which step.
        at: StepIndex,
        /// When.
        started: Timestamp,
    },
    /// An action ended, and what it brought about is known.
    ActionFinished {
        /// Which step.
        at: StepIndex,
        /// The action.
        record: ActionRecord,
    },
    /// An expectation was decided.
    ExpectationFinished {
        /// Which step.
        at: StepIndex,
        /// The expectation.
        record: ExpectationRecord,
    },
    /// A request ended, or was still open at the run's end.
    ExchangeFinished {
        /// The step in which the request began.
        at: StepIndex,
        /// The exchange.
        exchange: Box<Exchange>,
    },
    /// The page's code read an answer; belongs to the newest exchange with that URL.
    AnswerRead {
        /// The step in which it was read.
        at: StepIndex,
        /// The answer's URL, redacted as the exchange's is.
        url: String,
        /// How it was read.
        how: ReadAs,
    },
    /// A console line or an uncaught error.
    ConsoleWritten {
        /// Which step.
        at: StepIndex,
        /// The line.
        line: ConsoleLine,
    },
    /// A page was gone to.
    Navigated {
        /// Which step.
        at: StepIndex,
        /// Where to.
        navigation: Navigation,
    },
    /// A dialog, a download or a new tab.
    Happened {
        /// Which step.
        at: StepIndex,
        /// What.
        happening: Happening,
    },
    /// How the settled page is laid out, or why that isn't known.
    LayoutMeasured {
        /// Which step.
        at: StepIndex,
        /// What came of it.
        layout: Layout,
    },
    /// A picture is on disk.
    PictureTaken {
        /// Which step.
        at: StepIndex,
        /// The picture.
        picture: Picture,
    },
    /// A step ended.
    StepFinished {
        /// Which step.
        at: StepIndex,
        /// How long it took.
        duration_ms: u64,
        /// The page as it stood.
        page: Option<PageFacts>,
        /// Why the page was taken before it had settled.
        unsettled: Option<String>,
        /// What needed to decide couldn't be had.
        undecided: Vec<String>,
    },
    /// A step will not begin.
    StepSkipped {
        /// Which step.
        at: StepIndex,
        /// Why.
        why: String,
        /// The run ended before it; one that takes the run up again walks it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unreached: bool,
    },
    /// The run was cut off and is taken up again.
    RunResumed {
        /// When.
        resumed: Timestamp,
        /// The steps that are walked anew; what was seen of them before counts no longer.
        anew: Vec<StepIndex>,
    },
    /// The last record of a whole journal.
    RunFinished {
        /// When.
        finished: Timestamp,
        /// Why it ended before its plan did.
        cut_short: Option<String>,
        /// What redaction took out: rule and count.
        redactions: std::collections::BTreeMap<String, u64>,
        /// How many requests bore what opens the target's door, by origin.
        #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
        opened: std::collections::BTreeMap<String, u64>,
    },
}

/// Names a step by its place in the plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StepIndex {
    /// The checklist's index in the plan.
    pub checklist: usize,
    /// The step's index in its checklist.
    pub step: usize,
}

impl RunEvent {
    /// The step that it belongs to; `None` when it tells of the whole run.
    pub fn place(&mut self) -> Option<&mut StepIndex> {
        match self {
            Self::RunStarted { .. }
            | Self::EngineStarted(_)
            | Self::DeviceMeasured(_)
            | Self::TargetLearned(_)
            | Self::RunResumed { .. }
            | Self::RunFinished { .. } => None,
            Self::StepStarted { at, .. }
            | Self::ActionFinished { at, .. }
            | Self::ExpectationFinished { at, .. }
            | Self::ExchangeFinished { at, .. }
            | Self::AnswerRead { at, .. }
            | Self::ConsoleWritten { at, .. }
            | Self::Navigated { at, .. }
            | Self::Happened { at, .. }
            | Self::LayoutMeasured { at, .. }
            | Self::PictureTaken { at, .. }
            | Self::StepFinished { at, .. }
            | Self::StepSkipped { at, .. } => Some(at),
        }
    }
}
