//! Live lines while a run goes on: a listener of its events.

use std::{io::Write, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::text::visible;
use crate::evidence::{ActionOutcome, ExpectationOutcome, RunEvent, StepIndex};

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressMode {
    /// A moving line, finished steps above it.
    Bar,
    /// A line a finished step.
    Lines,
    /// Nothing.
    Quiet,
}

/// Shows what happens. The machine judges only afterwards: a step is `done`, never "passed".
pub struct Progress {
    mode: ProgressMode,
    out: Box<dyn Write + Send>,
    bar: ProgressBar,
    /// The plan: checklist names with their steps' names.
    plan: Vec<(String, Vec<String>)>,
    has_failed: bool,
}

impl Progress {
    /// Begins to show; the writer is used for plain lines.
    pub fn new(mode: ProgressMode, out: Box<dyn Write + Send>) -> Self {
        let bar = match mode {
            ProgressMode::Bar => ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()),
            ProgressMode::Lines | ProgressMode::Quiet => ProgressBar::hidden(),
        };
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} {elapsed} {pos}/{len}  {wide_msg}")
        {
            bar.set_style(style);
        }
        Self {
            mode,
            out,
            bar,
            plan: Vec::new(),
            has_failed: false,
        }
    }

    /// Takes one event.
    pub fn on(&mut self, event: &RunEvent) {
        match event {
            RunEvent::RunStarted {
                target, checklists, ..
            } => {
                self.plan = checklists
                    .iter()
                    .map(|list| {
                        let steps = list.steps.iter().map(|step| visible(&step.name)).collect();
                        (visible(&list.name), steps)
                    })
                    .collect();
                let steps: usize = self.plan.iter().map(|(_, steps)| steps.len()).sum();
                self.bar.set_length(steps as u64);
                self.say(&format!("{} ({})", visible(&target.url), target.kind));
                self.bar.set_message("starting the browser");
                if self.mode == ProgressMode::Bar {
                    self.bar.enable_steady_tick(Duration::from_millis(120));
                }
            }
            RunEvent::StepStarted { at, .. } => {
                self.has_failed = false;
                self.bar.set_message(self.name(*at));
            }
            RunEvent::ActionFinished { record, .. } => {
                self.has_failed |= matches!(record.outcome, ActionOutcome::Failed { .. });
            }
            RunEvent::ExpectationFinished { record, .. } => {
                self.has_failed |= matches!(record.outcome, ExpectationOutcome::Broken { .. });
            }
            RunEvent::StepFinished {
                at, duration_ms, ..
            } => {
                let word = if self.has_failed { "failed" } else { "done" };
                let seconds = Duration::from_millis(*duration_ms).as_secs_f64();
                self.end_step(&format!("{word:8} {}  {seconds:.1} s", self.name(*at)));
            }
            RunEvent::StepSkipped { at, .. } => {
                self.end_step(&format!("{:8} {}", "not run", self.name(*at)));
            }
            RunEvent::RunFinished { .. } => self.bar.finish_and_clear(),
            _ => {}
        }
    }

    fn end_step(&mut self, line: &str) {
        self.bar.inc(1);
        self.say(line);
    }

    fn say(&mut self, line: &str) {
        match self.mode {
            ProgressMode::Bar => self.bar.println(line),
            // Nobody reading is no reason to end a run.
            ProgressMode::Lines => {
                let _ = writeln!(self.out, "{line}");
            }
            ProgressMode::Quiet => {}
        }
    }

    fn name(&self, at: StepIndex) -> String {
        let Some((checklist, steps)) = self.plan.get(at.checklist) else {
            return String::new();
        };
        let step = steps.get(at.step).map_or("", String::as_str);
        format!("{checklist} › {step}")
    }
}
