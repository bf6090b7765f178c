//! The pass itself: plan, browser, walk, evidence, judgement, bundle. Shared by `run` and `demo`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::{Timestamp, Zoned};
use tokio::runtime::Runtime;

use super::{
    Exit,
    arguments::BrowserArguments,
    conclude::{self, Judged},
    failure::Failure,
    past::{self, BUNDLES},
    person::Keyboard,
    resume::Resumed,
    signals::watch_signals,
    terminal::Terminal,
};
use crate::browser::{Browser, BrowserError, launch::DriverRequest, page::Limits};
use crate::bundle::paths;
use crate::config::{Project, Target, TargetKind};
use crate::evidence::{
    AccessFacts, PastRun, Recorder, Redactor, RunEvent, RunInfo, Shard, TargetFacts,
};
use crate::report::{Progress, ProgressMode};
use crate::runner::{Person, Plan, RunnerError, Shelf, Walk, WalkEnd};

/// What is to be walked, where and with what.
pub(super) struct Assignment {
    pub(super) project: Project,
    pub(super) target: Target,
    pub(super) persona: Option<String>,
    pub(super) shard: Option<Shard>,
    pub(super) expected: Option<ExpectedCommit>,
    /// Where sessions are kept between runs.
    pub(super) session_folder: Option<PathBuf>,
    pub(super) allows_production: bool,
    /// Whether what was flagged before counts, and this run for the next ones.
    pub(super) has_history: bool,
    pub(super) browser: BrowserArguments,
    /// Whether the end of standard input ends the run in order, as a signal does.
    pub(super) ends_with_input: bool,
    /// The run that is taken up again.
    pub(super) resumed: Option<Resumed>,
}

/// The commit that the target should serve.
pub(super) struct ExpectedCommit {
    pub(super) commit: String,
    /// Where it is from, when nobody gave it.
    pub(super) from: Option<String>,
}

impl ExpectedCommit {
    /// One that somebody gave.
    pub(super) fn given(commit: &str) -> Self {
        Self {
            commit: commit.to_owned(),
            from: None,
        }
    }
}

impl Assignment {
    /// Production is only looked at, unless somebody allows more.
    fn is_read_only(&self) -> bool {
        self.target.kind == TargetKind::Production && !self.allows_production
    }
}

/// The runtime that everything async runs on; two threads are enough for one browser.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|source| Failure::Io {
            what: "start the runtime".to_owned(),
            source,
        })
}

/// Walks, keeps the proof, judges and prints.
pub(super) fn run(
    assignment: &Assignment,
    terminal: &Terminal,
    runtime: &Runtime,
) -> Result<Exit, Failure> {
    let passed = walked(assignment, terminal, runtime)?;
    let format = assignment.browser.format;
    conclude::print(&passed.folder, &passed.judged, format, terminal)?;
    passed.exit()
}

/// A run that was walked, and what came of it.
pub(super) struct Passed {
    pub(super) folder: PathBuf,
    pub(super) judged: Judged,
    end: WalkEnd,
}

/// The same without printing what came of it.
pub(super) fn walked(
    assignment: &Assignment,
    terminal: &Terminal,
    runtime: &Runtime,
) -> Result<Passed, Failure> {
    let plan = plan(assignment)?;
    let shelf = match &assignment.session_folder {
        Some(folder) => Some(open_shelf(&plan, folder)?),
        None => None,
    };
    let id = ulid::Ulid::generate().to_string();
    let folder = match (&assignment.resumed, &assignment.browser.out) {
        (Some(resumed), _) => resumed.folder.clone(),
        (None, Some(folder)) => folder.clone(),
        (None, None) => Path::new(BUNDLES).join(id.to_lowercase()),
    };
    let history = assignment.has_history.then(past::history);
    let redactor = Arc::new(redactor(&assignment.project, terminal));
    let mut progress = Progress::new(progress_mode(terminal), Box::new(std::io::stderr()));
    let person = Person::new(Keyboard::new(
        terminal,
        assignment.browser.headed,
        progress.curtain(),
    ));
    if let Some(resumed) = &assignment.resumed {
        progress.take_up(&resumed.run.checklists, plan.to_walk().count());
    }
    let listener = move |event: &RunEvent| progress.on(event);
    let (recorder, first) = if let Some(resumed) = &assignment.resumed {
        resumed.unseal()?;
        let recorder = Recorder::resume(&folder, &resumed.run, Arc::clone(&redactor), listener)?;
        (recorder, taken_up(&plan))
    } else {
        let past = history
            .as_ref()
            .map(|history| past::read(history, terminal));
        let recorder = Recorder::create(&folder, Arc::clone(&redactor), listener)?;
        let started = started(assignment, &plan, id, past.unwrap_or_default());
        (recorder, started)
    };
    recorder.record(first);
    let (end, opened) = runtime.block_on(walk(
        assignment,
        &plan,
        (person, shelf.as_ref()),
        (&recorder, terminal),
        &redactor,
    ));
    for trouble in shelf.iter().flat_map(Shelf::troubles) {
        terminal.say(&format!("warning: {}", redactor.text(&trouble)));
    }
    recorder.finish(RunEvent::RunFinished {
        finished: Timestamp::now(),
        cut_short: cut_short(&end).map(|why| redactor.text(&why)),
        redactions: redactor.counts(),
        opened,
    })?;
    let today = Zoned::now().date();
    let judged = conclude::conclude(&folder, &assignment.project.config.ignore, &redactor, today)?;
    let end = match (end, judged.protection()?) {
        // Some show themselves only in the bodies of answers, which are judged afterwards.
        (WalkEnd::Whole, Some(protection)) => WalkEnd::Failed(RunnerError::protected(
            &target_facts(assignment),
            protection,
        )),
        (end, _) => end,
    };
    // A shard is no run of its own: the whole is remembered when it is merged.
    if let (Some(history), None, WalkEnd::Whole | WalkEnd::Interrupted) =
        (history, assignment.shard, &end)
    {
        past::remember(&history, &judged, terminal);
    }
    Ok(Passed {
        folder,
        judged,
        end,
    })
}

impl Passed {
    /// What scripts hear of it.
    pub(super) fn exit(self) -> Result<Exit, Failure> {
        match self.end {
            WalkEnd::Whole if self.judged.is_clean() => Ok(Exit::Clean),
            WalkEnd::Whole => Ok(Exit::Flagged),
            WalkEnd::Interrupted => Ok(Exit::Interrupted),
            WalkEnd::Failed(error) => Err(error.into()),
        }
    }
}

fn plan(assignment: &Assignment) -> Result<Plan, Failure> {
    let Project {
        config, checklists, ..
    } = &assignment.project;
    let only = assignment.persona.as_deref();
    let plan = Plan::new(checklists, &config.personas, only, paths::slug).map_err(|persona| {
        Failure::UnknownPersona {
            name: persona.name,
            known: config.personas.keys().cloned().collect(),
        }
    })?;
    let plan = match assignment.shard {
        None => plan,
        Some(shard) if shard.of as usize > checklists.len() => {
            return Err(Failure::TooManyShards {
                of: shard.of,
                checklists: checklists.len(),
            });
        }
        Some(shard) => plan.shard(shard),
    };
    match &assignment.resumed {
        None => Ok(plan),
        Some(resumed) => resumed.left_of(plan),
    }
}

/// A session that nothing proves could be anybody's: it is not kept.
fn open_shelf(plan: &Plan, folder: &Path) -> Result<Shelf, Failure> {
    let personas = plan.passes.iter().filter_map(|pass| pass.persona.as_ref());
    let mut unproven: Vec<String> = personas
        .filter(|persona| persona.proof.is_empty())
        .map(|persona| persona.name.clone())
        .collect();
    unproven.sort();
    unproven.dedup();
    if !unproven.is_empty() {
        return Err(Failure::Unproven { personas: unproven });
    }
    Shelf::open(folder.to_owned()).map_err(|source| Failure::Io {
        what: format!("keep sessions in {}", folder.display()),
        source,
    })
}

fn redactor(project: &Project, terminal: &Terminal) -> Redactor {
    let redactor = Redactor::new(project.config.secret_values());
    for name in redactor.short_secrets() {
        terminal.say(&format!(
            "warning: the value of {name} is too short to be found and taken out everywhere"
        ));
    }
    redactor
}

fn progress_mode(terminal: &Terminal) -> ProgressMode {
    match (terminal.is_quiet, terminal.is_watched) {
        (true, _) => ProgressMode::Quiet,
        (false, true) => ProgressMode::Bar,
        (false, false) => ProgressMode::Lines,
    }
}

fn started(assignment: &Assignment, plan: &Plan, id: String, past: Vec<PastRun>) -> RunEvent {
    let config = &assignment.project.config;
    RunEvent::RunStarted {
        info: RunInfo {
            id,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            started: Timestamp::now(),
            resumed: Vec::new(),
            finished: None,
            cut_short: None,
            shard: assignment.shard,
            merged: Vec::new(),
        },
        target: Box::new(target_facts(assignment)),
        api: config.api.iter().map(ToString::to_string).collect(),
        contracts: config.contract.clone(),
        past,
        checklists: plan.outline(),
    }
}

fn taken_up(plan: &Plan) -> RunEvent {
    RunEvent::RunResumed {
        resumed: Timestamp::now(),
        anew: plan.to_walk().collect(),
    }
}

fn target_facts(assignment: &Assignment) -> TargetFacts {
    let target = &assignment.target;
    TargetFacts {
        name: target.name.clone(),
        url: target.url.to_string(),
        kind: target.kind.to_string(),
        origins: target.all_origins(),
        expected_commit: assignment.expected.as_ref().map(|it| it.commit.clone()),
        expected_from: assignment.expected.as_ref().and_then(|it| it.from.clone()),
        is_read_only: assignment.is_read_only(),
        access: target.access.as_ref().map(|access| AccessFacts {
            shown: access.names(),
            ..AccessFacts::default()
        }),
        ..TargetFacts::default()
    }
}

/// The walk within the life of a browser; whatever happens, the browser is gone afterwards. Tells too how many
/// requests bore what opens the target's door, by origin.
async fn walk(
    assignment: &Assignment,
    plan: &Plan,
    (person, shelf): (Person, Option<&Shelf>),
    (recorder, terminal): (&Recorder, &Terminal),
    redactor: &Arc<Redactor>,
) -> (WalkEnd, BTreeMap<String, u64>) {
    let unopened = |end| (end, BTreeMap::new());
    if plan.to_walk().next().is_none() {
        return unopened(WalkEnd::Whole);
    }
    let mut stop = match watch_signals(assignment.ends_with_input) {
        Ok(stop) => stop,
        Err(error) => {
            let error = RunnerError::EvidenceLost(error.to_string());
            return unopened(WalkEnd::Failed(error));
        }
    };
    let starting = start_browser(assignment, recorder, redactor, terminal);
    let started = tokio::select! {
        biased;
        _ = stop.wait_for(|is_stopped| *is_stopped) => return unopened(WalkEnd::Interrupted),
        started = starting => started,
    };
    let browser = match started {
        Ok(browser) => browser,
        Err(error) => return unopened(WalkEnd::Failed(error.into())),
    };
    let resumed = assignment.resumed.as_ref();
    if let Err(error) = resumed.map_or(Ok(()), |resumed| resumed.goes_with(&browser)) {
        browser.abandon().await;
        return unopened(WalkEnd::Failed(error));
    }
    let walk = Walk {
        plan,
        target: &assignment.target,
        facts: target_facts(assignment),
        before: assignment.resumed.as_ref().and_then(Resumed::target),
        device: &assignment.project.config.device,
        databases: &assignment.project.config.databases,
        limits: Limits::default(),
        browser: &browser,
        recorder: recorder.clone(),
        redactor: Arc::clone(redactor),
        shelf,
        person,
        stop,
        picture_file: paths::picture,
    };
    let end = walk.run().await;
    match end {
        WalkEnd::Whole => browser.close().await,
        // A page or a driver that hangs would hold up an orderly end.
        WalkEnd::Interrupted | WalkEnd::Failed(_) => browser.abandon().await,
    }
    (end, browser.opened_doors())
}

async fn start_browser<'a>(
    assignment: &'a Assignment,
    recorder: &Recorder,
    redactor: &Arc<Redactor>,
    terminal: &Terminal,
) -> Result<Browser<'a>, BrowserError> {
    let config = &assignment.project.config;
    let request = DriverRequest {
        device: &config.device,
        is_headed: assignment.browser.headed,
        remote: config.webdriver.as_ref(),
        remote_url: assignment.browser.webdriver.as_ref(),
        listener: terminal.of_driver,
    };
    let door = (&assignment.target, assignment.is_read_only());
    let browser = Browser::start(request, door, recorder.clone(), Arc::clone(redactor)).await?;
    let engine = browser.session()?.engine().clone();
    recorder.record(RunEvent::EngineStarted(engine));
    Ok(browser)
}

fn cut_short(end: &WalkEnd) -> Option<String> {
    match end {
        WalkEnd::Whole => None,
        WalkEnd::Interrupted => Some("interrupted".to_owned()),
        WalkEnd::Failed(error) => Some(error.to_string()),
    }
}
