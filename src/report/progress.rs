//! What a person sees while a run goes on: the step at hand, and finished ones above it.
//!
//! The detectors have not spoken yet, so a step is `done`, never clean, and never passed.

use std::{
    io::{self, Write},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{visible, words};
use crate::evidence::{
    ActionOutcome, ChecklistRun, ExpectationOutcome, RunEvent, StepIndex, StepRun,
};

const TICK: Duration = Duration::from_millis(120);

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressMode {
    /// A line on standard error that is drawn over and over; finished steps above it.
    Bar,
    /// A line for each finished step.
    Lines,
    /// Nothing.
    Quiet,
}

/// Hides the bar while a person is asked something, so that it doesn't draw over the answer.
#[derive(Debug, Clone)]
pub struct Curtain(Option<ProgressBar>);

impl Curtain {
    /// From now on the bar draws nothing; the line it stood on is left as it is.
    pub fn draw(&self) {
        if let Some(bar) = &self.0 {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
    }

    /// Shows the bar again.
    pub fn open(&self) {
        if let Some(bar) = &self.0 {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

/// Listens to a run and tells how far it is.
pub struct Progress {
    bar: Option<ProgressBar>,
    out: Option<Box<dyn Write + Send>>,
    checklists: Vec<ChecklistRun>,
    outcome: StepOutcome,
    /// The step at hand.
    begun: Option<StepIndex>,
}

/// How a step went, as far as its actions and expectations tell; the worst one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum StepOutcome {
    Done,
    NotRun,
    Unknown,
    Failed,
}

impl Progress {
    /// Finished steps go to `out`; the bar, when there is one, to standard error.
    pub fn new(mode: ProgressMode, out: Box<dyn Write + Send>) -> Self {
        Self {
            bar: (mode == ProgressMode::Bar).then(new_bar),
            out: (mode != ProgressMode::Quiet).then_some(out),
            checklists: Vec::new(),
            outcome: StepOutcome::Done,
            begun: None,
        }
    }

    /// What hides the bar for a while.
    pub fn curtain(&self) -> Curtain {
        Curtain(self.bar.clone())
    }

    /// Takes note of an event; a failure to write ends the showing, never the run.
    pub fn on(&mut self, event: &RunEvent) {
        match event {
            RunEvent::RunStarted { checklists, .. } => self.plan(checklists),
            RunEvent::TargetLearned(target) => {
                let target = words::target(target);
                self.line(&format!("target   {}", visible::line(&target)));
            }
            RunEvent::StepStarted { at, .. } => self.begin(*at),
            RunEvent::ActionFinished { record, .. } => {
                if matches!(record.outcome, ActionOutcome::Failed { .. }) {
                    self.worsen(StepOutcome::Failed);
                }
            }
            RunEvent::ExpectationFinished { record, .. } => match record.outcome {
                ExpectationOutcome::Broken { .. } => self.worsen(StepOutcome::Failed),
                ExpectationOutcome::Undecided { .. } => self.worsen(StepOutcome::Unknown),
                ExpectationOutcome::Held | ExpectationOutcome::NotRun => {}
            },
            RunEvent::StepFinished {
                at,
                duration_ms,
                undecided,
                ..
            } => {
                if !undecided.is_empty() {
                    self.worsen(StepOutcome::Unknown);
                }
                self.end(*at, *duration_ms);
            }
            // Left off on its way: its end is still to come.
            RunEvent::StepSkipped { at, .. } if self.begun == Some(*at) => {
                self.worsen(StepOutcome::NotRun);
            }
            RunEvent::StepSkipped { at, why, .. } => {
                self.line(&format!(
                    "not run  {}: {}",
                    self.name(*at),
                    visible::line(why)
                ));
                self.advance();
            }
            RunEvent::RunFinished { cut_short, .. } => self.finish(cut_short.as_deref()),
            _ => {}
        }
    }

    /// Goes on with a run of those checklists, of which so many steps are left.
    pub fn take_up(&mut self, checklists: &[ChecklistRun], left: usize) {
        self.plan(checklists);
        if let Some(bar) = &self.bar {
            bar.set_length(left as u64);
        }
    }

    fn plan(&mut self, checklists: &[ChecklistRun]) {
        // Names are all that is needed; the plan's steps hold nothing else yet.
        self.checklists = checklists.to_vec();
        let steps: usize = checklists.iter().map(|list| list.steps.len()).sum();
        if let Some(bar) = &self.bar {
            bar.set_length(steps as u64);
            bar.enable_steady_tick(TICK);
        }
    }

    fn begin(&mut self, at: StepIndex) {
        self.outcome = StepOutcome::Done;
        self.begun = Some(at);
        if let Some(bar) = &self.bar {
            bar.set_message(self.name(at));
        }
    }

    fn worsen(&mut self, outcome: StepOutcome) {
        self.outcome = self.outcome.max(outcome);
    }

    fn end(&mut self, at: StepIndex, duration_ms: u64) {
        let word = match self.outcome {
            StepOutcome::Done => "done   ",
            StepOutcome::NotRun => "not run",
            StepOutcome::Unknown => "unknown",
            StepOutcome::Failed => "failed ",
        };
        let time = words::duration(duration_ms);
        self.begun = None;
        self.line(&format!("{word}  {}  {time}", self.name(at)));
        self.advance();
    }

    fn finish(&mut self, cut_short: Option<&str>) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if let Some(why) = cut_short {
            self.line(&format!("cut short: {}", visible::line(why)));
        }
    }

    fn advance(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// `Customer signs a quote › Sign it`, with the persona when there is one.
    fn name(&self, at: StepIndex) -> String {
        let checklist = self.checklists.get(at.checklist);
        let step: Option<&StepRun> = checklist.and_then(|list| list.steps.get(at.step));
        let list = checklist.map_or("?", |list| list.name.as_str());
        let persona = checklist.and_then(|list| list.persona.as_deref());
        let step = step.map_or("?", |step| step.name.as_str());
        let (list, step) = (visible::line(list), visible::line(step));
        match persona {
            Some(persona) => format!("{list} (as {}) › {step}", visible::line(persona)),
            None => format!("{list} › {step}"),
        }
    }

    fn line(&mut self, line: &str) {
        let Some(out) = &mut self.out else { return };
        let mut write = || -> io::Result<()> {
            writeln!(out, "{line}")?;
            out.flush()
        };
        let written = match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        };
        if written.is_err() {
            self.out = None;
        }
    }
}

impl Drop for Progress {
    /// A run that ends by an error must not leave half a line on the terminal.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn new_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    // The template is a constant; the plain style stands in should it ever be wrong.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg} {elapsed}") {
        bar.set_style(style);
    }
    bar
}
