//! The one loop: checklist by checklist, step by step, until the end or until somebody stops it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::sync::watch;
use url::Url;

use super::{
    error::RunnerError,
    guard::refusal,
    plan::{Plan, PlannedChecklist},
    sign_in::sign_in_step,
    step::{StepEnd, StepWalk},
    target::{learn_target, outside_of},
};
use crate::browser::{
    Browser, BrowserError,
    page::{Limits, Obstacle},
};
use crate::checklist::{Action, Step};
use crate::config::{Database, Device, Target};
use crate::evidence::{Recorder, Redactor, RunEvent, StepIndex, TargetFacts};

/// The longest that a step may take, whatever happens in it.
const STEP_LIMIT: Duration = Duration::from_mins(3);

/// All that a walk needs.
pub struct Walk<'p> {
    /// What to walk.
    pub plan: &'p Plan,
    /// The deployment.
    pub target: &'p Target,
    /// What is known of it before it is opened.
    pub facts: TargetFacts,
    /// The device that was asked for.
    pub device: &'p Device,
    /// The databases that may be asked.
    pub databases: &'p BTreeMap<String, Database>,
    /// How long a person would wait.
    pub limits: Limits,
    /// The browser.
    pub browser: &'p Browser<'p>,
    /// Where events go.
    pub recorder: Recorder,
    /// Takes secrets out.
    pub redactor: Arc<Redactor>,
    /// Turns true when somebody wants it to stop.
    pub stop: watch::Receiver<bool>,
    /// Names the file of a step's picture from its checklist's folder and its id.
    pub picture_file: fn(&str, &str) -> String,
}

/// How a walk ended.
#[derive(Debug)]
pub enum WalkEnd {
    /// Every step was walked or skipped for a reason of its own.
    Whole,
    /// Somebody stopped it.
    Interrupted,
    /// The surroundings failed.
    Failed(RunnerError),
}

impl Walk<'_> {
    /// Walks the plan; steps that never began are recorded as such, whatever happened.
    pub async fn run(&self) -> WalkEnd {
        let mut stop = self.stop.clone();
        let mut begun = StepIndex::default();
        let end = tokio::select! {
            biased;
            _ = stop.wait_for(|is_stopped| *is_stopped) => WalkEnd::Interrupted,
            end = self.walk_all(&mut begun) => match end {
                Ok(()) => WalkEnd::Whole,
                Err(error) => WalkEnd::Failed(error),
            },
        };
        let why = match &end {
            WalkEnd::Whole => return end,
            WalkEnd::Interrupted => "the run was interrupted".to_owned(),
            WalkEnd::Failed(error) => format!("the run ended: {error}"),
        };
        self.skip_from(begun, &self.redactor.text(&why));
        end
    }

    async fn walk_all(&self, begun: &mut StepIndex) -> Result<(), RunnerError> {
        self.browser.session()?.open_page().await?;
        let facts = self.facts.clone();
        let session = self.browser.session()?;
        let learned = learn_target(&session, self.target, self.device, self.limits, facts).await?;
        self.recorder
            .record(RunEvent::DeviceMeasured(learned.device));
        let mut facts = learned.target;
        facts.url = self.redactor.url(&facts.url);
        facts.final_url = facts.final_url.map(|url| self.redactor.url(&url));
        self.recorder.record(RunEvent::TargetLearned(facts));
        if let Some(refusal) = learned.refusal {
            self.skip_from(StepIndex::default(), &refusal);
            return Ok(());
        }
        for (index, pass) in self.plan.passes.iter().enumerate() {
            self.browser.session()?.open_page().await?;
            self.walk_checklist(index, pass, begun).await?;
        }
        self.browser.session()?.close_page().await?;
        Ok(())
    }

    async fn walk_checklist(
        &self,
        checklist: usize,
        pass: &PlannedChecklist,
        begun: &mut StepIndex,
    ) -> Result<(), RunnerError> {
        let sign_in = pass.persona.as_ref().map(sign_in_step);
        let is_signed_in = sign_in.is_some();
        let steps: Vec<&Step> = sign_in.iter().chain(&pass.checklist.steps).collect();
        let mut blocked: Option<Blocked> = None;
        for (step, walked) in steps.into_iter().enumerate() {
            let at = StepIndex { checklist, step };
            *begun = StepIndex {
                checklist,
                step: step + 1,
            };
            let is_sign_in = is_signed_in && step == 0;
            if let Some(why) = blocked.as_ref().and_then(|blocked| blocked.reason(walked)) {
                self.recorder.record(RunEvent::StepSkipped { at, why });
                continue;
            }
            if self.facts.is_read_only
                && let Some(why) = refusal(walked, is_sign_in)
            {
                let why = self.redactor.text(&why);
                self.recorder.record(RunEvent::StepSkipped { at, why });
                blocked = Some(Blocked::after_refusal(walked, is_sign_in));
                continue;
            }
            if walked.fresh
                && let Some(why) = self.start_afresh(at, sign_in.as_ref()).await?
            {
                self.recorder.record(RunEvent::StepSkipped { at, why });
                blocked = Some(Blocked::ByLostPage(format!("“{}” failed", walked.name)));
                continue;
            }
            let file = (self.picture_file)(&pass.folder, &walked.id);
            let end = self.walk_step(at, walked, file).await?;
            if let Some(protection) = end.protection {
                return Err(RunnerError::protected(&self.facts, protection));
            }
            blocked = self.block_after(walked, is_sign_in, &end);
            if let Some(why) = self.recorder.failed() {
                return Err(RunnerError::EvidenceLost(why));
            }
        }
        Ok(())
    }

    /// What keeps the steps after this one from being walked.
    fn block_after(&self, step: &Step, is_sign_in: bool, end: &StepEnd) -> Option<Blocked> {
        if is_sign_in && end.has_failed_action && end.refusal.is_none() {
            return Some(Blocked::Wholly(format!("“{}” failed", step.name)));
        }
        if let Some(origin) = outside_of(&end.url, self.target) {
            let why = format!("“{}” left the target for {origin}", step.name);
            return Some(Blocked::Wholly(why));
        }
        if end.refusal.is_some() {
            return Some(Blocked::after_refusal(step, is_sign_in));
        }
        end.has_failed_action
            .then(|| Blocked::ByLostPage(format!("“{}” failed", step.name)))
    }

    /// A new signed-in session: nothing of the page, its cache or its storage is kept.
    async fn start_afresh(
        &self,
        at: StepIndex,
        sign_in: Option<&Step>,
    ) -> Result<Option<String>, RunnerError> {
        self.browser.session()?.open_page().await?;
        self.browser.session()?.enter_step(at);
        let Some(sign_in) = sign_in else {
            return Ok(None);
        };
        let session = self.browser.session()?;
        let obstacle = StepWalk::sign_in_again(self, &session, at, sign_in).await?;
        if let Some(protection) = session.protection(None).filter(|_| obstacle.is_some()) {
            return Err(RunnerError::protected(&self.facts, protection));
        }
        Ok(obstacle.map(|why| format!("signing in again failed: {why}")))
    }

    async fn walk_step(
        &self,
        at: StepIndex,
        step: &Step,
        file: String,
    ) -> Result<StepEnd, RunnerError> {
        let session = self.browser.session()?;
        let walking = StepWalk::run(self, &session, at, step, file);
        let error = match tokio::time::timeout(STEP_LIMIT, walking).await {
            Ok(Ok(end)) => return Ok(end),
            Ok(Err(error)) => error,
            Err(_) => BrowserError::StepTooLong { limit: STEP_LIMIT },
        };
        self.recorder.record(RunEvent::StepFinished {
            at,
            duration_ms: 0,
            page: None,
            unsettled: None,
            undecided: vec![self.redactor.text(&error.to_string())],
        });
        // Whatever hung it, the next step that can still run gets a browser that works.
        self.browser.restart().await?;
        self.browser.session()?.open_page().await?;
        Ok(StepEnd {
            has_failed_action: true,
            url: String::new(),
            protection: None,
            refusal: None,
        })
    }

    /// The whole URL of a `visit`; it must stay on the target.
    pub(super) fn resolve(&self, path: &str) -> Result<String, Obstacle> {
        let plain = |why: String| Obstacle {
            why,
            boxes: Vec::new(),
        };
        let url: Url = self
            .target
            .url
            .join(path)
            .map_err(|error| plain(format!("`{path}` is no path of the target: {error}")))?;
        match outside_of(url.as_str(), self.target) {
            Some(origin) => Err(plain(format!("{origin} is none of the target's origins"))),
            None => Ok(url.into()),
        }
    }

    fn skip_from(&self, first: StepIndex, why: &str) {
        for (checklist, pass) in self.plan.outline().iter().enumerate() {
            for step in 0..pass.steps.len() {
                let at = StepIndex { checklist, step };
                if at >= first {
                    let why = why.to_owned();
                    self.recorder.record(RunEvent::StepSkipped { at, why });
                }
            }
        }
    }
}

/// Why later steps can't be walked.
#[derive(Debug)]
enum Blocked {
    /// A step didn't come to its end: the page isn't where it should be. A step that goes to a page of its own can run.
    ByLostPage(String),
    /// Nothing more of this checklist can run.
    Wholly(String),
}

impl Blocked {
    /// What a step that may not be walked keeps from being walked.
    fn after_refusal(step: &Step, is_sign_in: bool) -> Self {
        let why = format!("“{}” was not walked", step.name);
        if is_sign_in {
            Self::Wholly(why)
        } else {
            Self::ByLostPage(why)
        }
    }

    fn reason(&self, step: &Step) -> Option<String> {
        match self {
            Self::Wholly(why) => Some(why.clone()),
            Self::ByLostPage(_)
                if step.fresh || matches!(step.actions.first(), Some(Action::Visit(_))) =>
            {
                None
            }
            Self::ByLostPage(why) => Some(format!(
                "{why}, and this step doesn't begin with a visit of its own"
            )),
        }
    }
}
