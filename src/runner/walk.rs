//! The one loop: checklist by checklist, step by step, until the end or until somebody stops it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::sync::watch;
use url::Url;

use super::{
    error::RunnerError,
    guard::refusal,
    person::Person,
    plan::{Plan, PlannedChecklist, SIGN_IN_STEP},
    sessions::Sessions,
    shelf::Shelf,
    sign_in::{Door, Entry, SignInEnd, sign_in_name},
    step::{StepEnd, StepWalk},
    target::{learn_target, outside_of},
};
use crate::browser::{
    Browser, BrowserError,
    page::{Limits, Obstacle},
};
use crate::checklist::{Action, RecipeAction, Step};
use crate::config::{Database, Device, Persona, Target};
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
    /// What a run that is taken up again had learned of it.
    pub before: Option<&'p TargetFacts>,
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
    /// Where sessions are kept between runs, when they are.
    pub shelf: Option<&'p Shelf>,
    /// Whoever can be asked.
    pub person: Person,
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
        self.skip_from(begun, &self.redactor.text(&why), true);
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
        if let Some(before) = self.before
            && before.commit != facts.commit
        {
            return Err(RunnerError::OtherCommit {
                before: before.commit.clone(),
                now: facts.commit,
            });
        }
        facts.url = self.redactor.url(&facts.url);
        facts.final_url = facts.final_url.map(|url| self.redactor.url(&url));
        self.recorder.record(RunEvent::TargetLearned(facts));
        if let Some(refusal) = learned.refusal {
            self.skip_from(StepIndex::default(), &refusal, false);
            return Ok(());
        }
        let mut sessions = Sessions::begin(self.target, self.shelf);
        for (index, pass) in self.plan.passes.iter().enumerate() {
            if let Some(from) = pass.from {
                self.walk_checklist(index, (pass, from), &mut sessions, begun)
                    .await?;
            }
        }
        self.browser.session()?.close_page().await?;
        Ok(())
    }

    async fn walk_checklist(
        &self,
        checklist: usize,
        (pass, from): (&PlannedChecklist, usize),
        sessions: &mut Sessions<'_>,
        begun: &mut StepIndex,
    ) -> Result<(), RunnerError> {
        let mut at = StepIndex { checklist, step: 0 };
        let mut blocked = None;
        match &pass.persona {
            None => self.browser.session()?.open_page().await?,
            Some(persona) => {
                *begun = next(at);
                blocked = self.sign_in(at, pass, persona, sessions).await?;
                at = next(at);
            }
        }
        at.step += from;
        let mut is_signed_out = false;
        for step in pass.checklist.steps.iter().skip(from) {
            *begun = next(at);
            match blocked.as_ref().and_then(|blocked| blocked.reason(step)) {
                Some(why) => self.skip(at, why),
                None if let Some(why) = self.obstacle_to(&step.actions) => {
                    self.skip(at, why);
                    blocked = Some(Blocked::lost(step, "was not walked"));
                }
                None => {
                    let walking = self.walk_step(at, pass, step, sessions, &mut is_signed_out);
                    blocked = walking.await?;
                }
            }
            if let Some(why) = self.recorder.failed() {
                return Err(RunnerError::EvidenceLost(why));
            }
            at = next(at);
        }
        Ok(())
    }

    /// Walks the step that signs in; answers what keeps the steps after it from being walked.
    async fn sign_in(
        &self,
        at: StepIndex,
        pass: &PlannedChecklist,
        persona: &Persona,
        sessions: &mut Sessions<'_>,
    ) -> Result<Option<Blocked>, RunnerError> {
        if let Some(why) = sessions.refusal(&persona.name) {
            let why = why.to_owned();
            self.skip(at, why.clone());
            return Ok(Some(Blocked::Wholly(why)));
        }
        sessions.recall(&persona.name, &self.redactor);
        let kept = sessions.kept(&persona.name);
        if kept.is_none()
            && let Some(why) = self.obstacle_to_sign_in(persona)
        {
            self.skip(at, why);
            return Ok(Some(Blocked::Wholly(format!(
                "“{}” was not walked",
                sign_in_name(persona)
            ))));
        }
        let session = self.browser.session()?;
        let door = Door {
            persona,
            kept,
            checklist: &pass.checklist.name,
        };
        let picture = (self.picture_file)(&pass.folder, SIGN_IN_STEP);
        let walking = Box::pin(StepWalk::sign_in(self, &session, at, door, picture));
        let name = sign_in_name(persona);
        let Some(SignInEnd { end, entry }) = self.within_limit(at, walking).await? else {
            sessions.forget(&persona.name);
            return Ok(Some(Blocked::Wholly(format!("“{name}” failed"))));
        };
        if let Some(protection) = end.protection {
            return Err(RunnerError::protected(&self.facts, protection));
        }
        Ok(match entry {
            Entry::NotSignedIn if end.refusal.is_some() => {
                Some(Blocked::Wholly(format!("“{name}” was not walked")))
            }
            Entry::NotSignedIn => {
                sessions.forget(&persona.name);
                Some(Blocked::Wholly(format!("“{name}” failed")))
            }
            Entry::Unproven(why) => {
                let why = format!(
                    "it isn’t proven who is signed in as {}: {why}",
                    persona.name
                );
                sessions.refuse(&persona.name, why.clone());
                Some(Blocked::Wholly(why))
            }
            Entry::SignedIn(kept) => {
                let left = self.left_target(&name, &end);
                if left.is_none() {
                    sessions.keep(&persona.name, kept);
                }
                left
            }
        })
    }

    /// Why none of these actions is begun: they could change production, or need somebody who isn't there.
    fn obstacle_to(&self, actions: &[Action]) -> Option<String> {
        let forbidden = || refusal(actions, false).filter(|_| self.facts.is_read_only);
        let why = forbidden().or_else(|| self.person.absence(actions))?;
        Some(self.redactor.text(&why))
    }

    /// Why the persona can't sign in by its recipe; a session that is kept may be taken up all the same.
    pub(super) fn obstacle_to_sign_in(&self, persona: &Persona) -> Option<String> {
        let recipe: Vec<Action> = persona
            .sign_in
            .iter()
            .map(RecipeAction::as_written)
            .collect();
        let forbidden = || refusal(&recipe, true).filter(|_| self.facts.is_read_only);
        let why = forbidden().or_else(|| self.person.absence(&recipe))?;
        Some(self.redactor.text(&why))
    }

    /// Walks a step; answers what keeps the steps after it from being walked. Where the persona's session is gone, it
    /// comes in by the door as a fresh one does.
    async fn walk_step(
        &self,
        at: StepIndex,
        pass: &PlannedChecklist,
        step: &Step,
        sessions: &Sessions<'_>,
        is_signed_out: &mut bool,
    ) -> Result<Option<Blocked>, RunnerError> {
        let session = self.browser.session()?;
        let mut door = None;
        let enters = step.fresh || *is_signed_out;
        match pass.persona.as_ref().filter(|_| enters) {
            Some(persona) => {
                door = Some(Door {
                    persona,
                    kept: sessions.kept(&persona.name),
                    checklist: &pass.checklist.name,
                });
            }
            None if step.fresh => session.open_page().await?,
            None => {}
        }
        let picture = (self.picture_file)(&pass.folder, &step.id);
        let walking = Box::pin(StepWalk::run(self, &session, at, (step, picture), door));
        let walked = self.within_limit(at, walking).await?;
        *is_signed_out = !matches!(walked, Some(Ok(_)));
        let protection = match &walked {
            Some(Ok(end)) => end.protection,
            Some(Err(_)) => session.protection(None),
            None => None,
        };
        if let Some(protection) = protection {
            return Err(RunnerError::protected(&self.facts, protection));
        }
        Ok(match walked {
            None => Some(Blocked::lost(step, "failed")),
            Some(Ok(end)) => {
                let left = self.left_target(&step.name, &end);
                left.or_else(|| match (&end.refusal, end.has_failed_action) {
                    (Some(_), _) => Some(Blocked::lost(step, "was not walked")),
                    (None, true) => Some(Blocked::lost(step, "failed")),
                    (None, false) => None,
                })
            }
            Some(Err(refusal)) => {
                let why = format!("signing in again failed: {refusal}");
                self.skip(at, why);
                Some(Blocked::lost(step, "was not walked"))
            }
        })
    }

    fn left_target(&self, step: &str, end: &StepEnd) -> Option<Blocked> {
        let origin = outside_of(&end.url, self.target)?;
        let why = format!("“{step}” left the target for {origin}");
        Some(Blocked::Wholly(why))
    }

    /// What a step came to; `None` when it hung or the browser failed in it, and another browser runs now.
    async fn within_limit<T>(
        &self,
        at: StepIndex,
        walking: impl Future<Output = Result<T, BrowserError>>,
    ) -> Result<Option<T>, RunnerError> {
        let error = match self.person.limit(STEP_LIMIT, walking).await {
            Some(Ok(end)) => return Ok(Some(end)),
            Some(Err(error)) => error,
            None => BrowserError::StepTooLong { limit: STEP_LIMIT },
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
        Ok(None)
    }

    /// The whole URL of a `visit`; it must stay on the target.
    pub(super) fn resolve(&self, path: &str) -> Result<String, Obstacle> {
        let url: Url = self.target.url.join(path).map_err(|error| {
            Obstacle::plain(format!("`{path}` is no path of the target: {error}"))
        })?;
        match outside_of(url.as_str(), self.target) {
            Some(origin) => Err(Obstacle::plain(format!(
                "{origin} is none of the target's origins"
            ))),
            None => Ok(url.into()),
        }
    }

    /// Records that a step is left out, for a reason of its own.
    pub(super) fn skip(&self, at: StepIndex, why: String) {
        let unreached = false;
        self.recorder
            .record(RunEvent::StepSkipped { at, why, unreached });
    }

    fn skip_from(&self, first: StepIndex, why: &str, unreached: bool) {
        for at in self.plan.to_walk().filter(|at| *at >= first) {
            let why = why.to_owned();
            self.recorder
                .record(RunEvent::StepSkipped { at, why, unreached });
        }
    }
}

fn next(at: StepIndex) -> StepIndex {
    StepIndex {
        step: at.step + 1,
        ..at
    }
}

/// Why later steps can't be walked.
#[derive(Debug)]
enum Blocked {
    /// The page isn't where it should be, for this reason. A step that goes to a page of its own can run.
    ByLostPage(String),
    /// Nothing more of this checklist can run.
    Wholly(String),
}

impl Blocked {
    fn lost(step: &Step, how: &str) -> Self {
        Self::ByLostPage(format!("“{}” {how}", step.name))
    }

    fn reason(&self, step: &Step) -> Option<String> {
        match self {
            Self::Wholly(why) => Some(why.clone()),
            Self::ByLostPage(_) if step.stands_alone() => None,
            Self::ByLostPage(why) => Some(format!(
                "{why}, and this step doesn't begin with a visit of its own"
            )),
        }
    }
}
