//! From a journal's events to a `Run`; total over every prefix of a journal.

use std::path::Path;

use url::Url;

use super::{
    bodies,
    error::EvidenceError,
    event::{RunEvent, StepIndex},
    exchange::{Body, Outcome, ReadAs, Resource},
    header::HeaderTexts,
    journal::JournalReader,
    run::{Run, RunInfo, StepRun, add_counts, number_of},
};

/// Reads a bundle's journal and folds it.
pub fn read_run(folder: &Path) -> Result<Run, EvidenceError> {
    read_run_so_far(folder).map(|(run, _)| run)
}

/// The same, and what is wrong behind the last whole record; `None` when the whole journal is good.
pub fn read_run_so_far(folder: &Path) -> Result<(Run, Option<String>), EvidenceError> {
    let mut journal = JournalReader::open(folder)?;
    let run = Run::from_events(journal.by_ref());
    journal.close()?;
    let mut run = run?;
    run.take_bodies(folder);
    Ok((run, journal.torn()))
}

/// A read whose exchange hasn't come yet.
struct PendingRead {
    at: StepIndex,
    url: String,
    how: ReadAs,
}

/// A run that is being folded.
#[derive(Default)]
pub(super) struct Fold {
    run: Run,
    reads: Vec<PendingRead>,
    texts: HeaderTexts,
}

impl Run {
    /// Folds events; a step that began and never ended keeps no page and no end.
    pub fn from_events(events: impl IntoIterator<Item = RunEvent>) -> Result<Self, EvidenceError> {
        let mut fold = Fold::default();
        for event in events {
            fold.take(event)?;
        }
        Ok(fold.end())
    }
}

impl Fold {
    /// Goes on with a run of which facts and plan are known.
    pub(super) fn of(run: Run) -> Self {
        Self {
            run,
            ..Self::default()
        }
    }

    /// Keeps facts and plan alone.
    pub(super) fn put_evidence_away(&mut self) {
        let steps = self.run.checklists.iter_mut();
        steps
            .flat_map(|list| &mut list.steps)
            .for_each(StepRun::begin_anew);
        self.reads = Vec::new();
        self.texts = HeaderTexts::default();
    }

    /// Whether the plan has a step.
    pub(super) fn check(&mut self, at: StepIndex) -> Result<(), EvidenceError> {
        self.run.step(at).map(|_| ())
    }

    /// The run.
    pub(super) fn end(mut self) -> Run {
        for read in std::mem::take(&mut self.reads) {
            self.run.attach(&read);
        }
        for checklist in &mut self.run.checklists {
            for step in &mut checklist.steps {
                // Exchanges end in another order than they begin.
                step.exchanges
                    .sort_by_key(|exchange| number_of(&exchange.id).unwrap_or(u64::MAX));
                step.exchanges.shrink_to_fit();
            }
        }
        self.run
    }

    /// What happened next.
    pub(super) fn take(&mut self, mut event: RunEvent) -> Result<(), EvidenceError> {
        if let RunEvent::ExchangeFinished { exchange, .. } = &mut event {
            exchange.share_headers(&mut self.texts);
        }
        let run = &mut self.run;
        match event {
            RunEvent::RunStarted {
                info,
                target,
                api,
                contracts,
                past,
                checklists,
            } => {
                // Whatever it says of itself: only its last record ends a run.
                run.info = RunInfo {
                    finished: None,
                    cut_short: None,
                    ..info
                };
                run.target = *target;
                run.api = api;
                run.contracts = contracts;
                run.past = past;
                run.checklists = checklists;
                for checklist in &mut run.checklists {
                    for step in &mut checklist.steps {
                        step.finished = false;
                    }
                }
            }
            RunEvent::RunResumed { resumed, anew } => {
                run.info.resumed.push(resumed);
                run.info.finished = None;
                run.info.cut_short = None;
                for at in anew {
                    run.step(at)?.begin_anew();
                }
            }
            RunEvent::EngineStarted(engine) => run.engine = engine,
            RunEvent::DeviceMeasured(device) => run.device = device,
            RunEvent::TargetLearned(target) => run.target = target,
            RunEvent::AnswerRead { at, url, how } => {
                run.step(at)?;
                self.reads.push(PendingRead { at, url, how });
            }
            RunEvent::RunFinished {
                finished,
                cut_short,
                redactions,
                opened,
            } => {
                if let Some(access) = &mut run.target.access {
                    add_counts(&mut access.requests, &opened);
                }
                run.info.finished = Some(finished);
                run.info.cut_short = cut_short;
                add_counts(&mut run.redactions, &redactions);
            }
            RunEvent::StepStarted { at, .. }
            | RunEvent::ActionFinished { at, .. }
            | RunEvent::ExpectationFinished { at, .. }
            | RunEvent::ExchangeFinished { at, .. }
            | RunEvent::ConsoleWritten { at, .. }
            | RunEvent::Navigated { at, .. }
            | RunEvent::Happened { at, .. }
            | RunEvent::LayoutMeasured { at, .. }
            | RunEvent::PictureTaken { at, .. }
            | RunEvent::StepFinished { at, .. }
            | RunEvent::StepSkipped { at, .. } => run.step(at)?.take(event),
        }
        Ok(())
    }
}

impl Run {
    /// Reads the whole texts of those answers that a contract speaks of; others stay on the disk.
    pub(super) fn take_bodies(&mut self, folder: &Path) {
        let contracts = std::mem::take(&mut self.contracts);
        let steps = self.checklists.iter_mut().flat_map(|list| &mut list.steps);
        for exchange in steps.flat_map(|step| &mut step.exchanges) {
            let path = Url::parse(&exchange.url)
                .map_or_else(|_| String::new(), |url| url.path().to_owned());
            let is_spoken_of = contracts
                .iter()
                .any(|contract| contract.speaks_of(&exchange.method, &path));
            if let (true, Outcome::Answered(answer)) = (is_spoken_of, &mut exchange.outcome)
                && let Body::Kept(kept) = &mut answer.body
            {
                // A file that is gone leaves the start, and what can't be decided says so.
                kept.text = bodies::read_text(folder, &kept.file);
            }
        }
        self.contracts = contracts;
    }

    fn step(&mut self, at: StepIndex) -> Result<&mut StepRun, EvidenceError> {
        let StepIndex { checklist, step } = at;
        self.checklists
            .get_mut(checklist)
            .and_then(|checklist| checklist.steps.get_mut(step))
            .ok_or(EvidenceError::UnknownStep { checklist, step })
    }

    /// A read belongs to the newest exchange with its URL, in its step or in one before.
    fn attach(&mut self, read: &PendingRead) {
        let Some(checklist) = self.checklists.get_mut(read.at.checklist) else {
            return;
        };
        let steps = checklist.steps.iter_mut().take(read.at.step + 1).rev();
        let mut exchanges = steps
            .flat_map(|step| step.exchanges.iter_mut().rev())
            .filter(|exchange| {
                // Only calls of the page's own code are read by it.
                matches!(
                    exchange.resource,
                    Resource::Fetch | Resource::Xhr | Resource::Other
                )
            });
        if let Some(exchange) = exchanges.find(|exchange| is_read(&exchange.url, &read.url))
            && !exchange.read_as.contains(&read.how)
        {
            exchange.read_as.push(read.how);
        }
    }
}

/// The page's code sees a URL without its fragment.
fn is_read(exchange: &str, read: &str) -> bool {
    let bare = |url: &str| url.split('#').next().unwrap_or_default().to_owned();
    bare(exchange) == bare(read)
}

impl StepRun {
    /// Forgets an earlier walk; the journal keeps it.
    fn begin_anew(&mut self) {
        *self = Self {
            id: std::mem::take(&mut self.id),
            name: std::mem::take(&mut self.name),
            fresh: self.fresh,
            confirm: std::mem::take(&mut self.confirm),
            ..Self::default()
        };
    }

    fn take(&mut self, event: RunEvent) {
        match event {
            RunEvent::StepStarted { started, .. } => self.started = Some(started),
            RunEvent::ActionFinished { record, .. } => self.actions.push(record),
            RunEvent::ExpectationFinished { record, .. } => self.expectations.push(record),
            RunEvent::ExchangeFinished { exchange, .. } => self.exchanges.push(*exchange),
            RunEvent::ConsoleWritten { line, .. } => self.console.push(line),
            RunEvent::Navigated { navigation, .. } => self.navigations.push(navigation),
            RunEvent::Happened { happening, .. } => self.happenings.push(happening),
            RunEvent::LayoutMeasured { layout, .. } => self.layout = Some(layout),
            RunEvent::PictureTaken { picture, .. } => self.pictures.push(picture),
            RunEvent::StepSkipped { why, unreached, .. } => {
                self.not_run = Some(why);
                self.unreached = unreached;
            }
            RunEvent::StepFinished {
                duration_ms,
                page,
                unsettled,
                undecided,
                ..
            } => {
                self.duration_ms = duration_ms;
                self.page = page;
                self.unsettled = unsettled;
                self.undecided = undecided;
                self.finished = true;
            }
            // The others belong to no step.
            _ => {}
        }
    }
}
