//! Coming in as a persona: by taking up a session that was signed in before, else by the persona's own recipe; then by
//! proving who it is.

use std::{fmt, time::Instant};

use jiff::Timestamp;

use super::{
    late::LateTexts,
    sessions::{KeptSession, home_of},
    step::{StepEnd, StepWalk, milliseconds},
    walk::Walk,
};
use crate::browser::{BrowserError, Session};
use crate::checklist::{Action, RecipeAction};
use crate::config::Persona;
use crate::evidence::{
    About, ActionOutcome, ActionRecord, ExpectationOutcome, ExpectationRecord, RunEvent, StepIndex,
};

/// The name of the step that signs a persona in.
pub(super) fn sign_in_name(persona: &Persona) -> String {
    format!("Sign in as {}", persona.name)
}

/// How a page of a persona's own is come by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Door<'d> {
    /// Who comes in.
    pub(super) persona: &'d Persona,
    /// The session to take up again.
    pub(super) kept: Option<&'d KeptSession>,
    /// The checklist that is walked.
    pub(super) checklist: &'d str,
}

/// A page on which the persona is signed in.
#[derive(Debug)]
pub(super) struct Entered {
    /// What the proof came to, every check held.
    pub(super) proof: Vec<ExpectationRecord>,
    /// The session to keep.
    pub(super) session: KeptSession,
}

/// Why a persona couldn't come in.
#[derive(Debug)]
pub(super) enum Refusal {
    /// An action of the recipe failed.
    NotSignedIn(String),
    /// The proof doesn't hold: why in words, and each of its checks.
    Unproven(String, Vec<ExpectationRecord>),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSignedIn(why) => f.write_str(why),
            Self::Unproven(why, _) => write!(f, "the proof doesn’t hold: {why}"),
        }
    }
}

/// How the sign-in step ended.
#[derive(Debug)]
pub(super) struct SignInEnd {
    pub(super) end: StepEnd,
    pub(super) entry: Entry,
}

/// What the sign-in step came to.
#[derive(Debug)]
pub(super) enum Entry {
    /// Signed in; with the session to keep.
    SignedIn(KeptSession),
    /// An action of the recipe failed.
    NotSignedIn,
    /// The proof doesn't hold, in words.
    Unproven(String),
}

impl<'w, 'p> StepWalk<'w, 'p> {
    /// Walks the sign-in step.
    pub(super) async fn sign_in(
        walk: &'w Walk<'p>,
        session: &'w Session,
        at: StepIndex,
        door: Door<'_>,
        picture: String,
    ) -> Result<SignInEnd, BrowserError> {
        let clock = Instant::now();
        let started = Timestamp::now();
        walk.recorder.record(RunEvent::StepStarted { at, started });
        let mut this = Self::new(walk, session, at);
        let (proof, entry) = match this.enter(door).await? {
            Ok(Entered { proof, session }) => (proof, Entry::SignedIn(session)),
            Err(Refusal::NotSignedIn(_)) => (Vec::new(), Entry::NotSignedIn),
            Err(Refusal::Unproven(why, proof)) => (proof, Entry::Unproven(why)),
        };
        let settled = session.settle(walk.limits.settle).await?;
        let end = this.close(clock, proof, settled, picture).await?;
        Ok(SignInEnd { end, entry })
    }

    /// Opens a page that shares nothing with the one before and comes in as the persona.
    pub(super) async fn enter(
        &mut self,
        door: Door<'_>,
    ) -> Result<Result<Entered, Refusal>, BrowserError> {
        self.is_sign_in = true;
        let entered = self.come_in(door).await?;
        self.is_sign_in = false;
        Ok(entered)
    }

    async fn come_in(&mut self, door: Door<'_>) -> Result<Result<Entered, Refusal>, BrowserError> {
        if let Some(kept) = door.kept {
            let clock = Instant::now();
            let taken_up = self.take_up(door.persona, kept).await?;
            let (outcome, proof) = match taken_up {
                Ok(proof) => (String::new(), Some(proof)),
                Err(why) => (
                    format!("; it didn’t hold: {why}{}", ActionRecord::IN_VAIN),
                    None,
                ),
            };
            let what = format!(
                "take up the session of {} again, {}{outcome}",
                door.persona.name, kept.origin
            );
            self.actions.push(taken_up_record(what, clock));
            if let Some(proof) = proof {
                // Tokens that were renewed on the way home are the ones to keep.
                let stored = self.session.store().await?;
                stored.hide(&self.walk.redactor);
                let session = KeptSession {
                    stored,
                    ..kept.clone()
                };
                return Ok(Ok(Entered { proof, session }));
            }
            self.boxes.clear();
        }
        self.session.open_page().await?;
        self.session.enter_step(self.at, None).await?;
        self.sign_in_by_recipe(door).await
    }

    /// Puts what was stored into a new page, goes home and asks for the proof; `Err` says why it isn't signed in.
    async fn take_up(
        &mut self,
        persona: &Persona,
        kept: &KeptSession,
    ) -> Result<Result<Vec<ExpectationRecord>, String>, BrowserError> {
        let session = self.session;
        let seeding = session.open_page_with(&kept.stored).await?;
        session.enter_step(self.at, None).await?;
        let visited = session.visit(kept.home.as_str()).await?;
        let come_home = match visited {
            Ok(()) => self.prove_again(persona, kept).await?,
            Err(obstacle) => Err(obstacle.why),
        };
        session.end_seeding(seeding).await?;
        Ok(come_home)
    }

    async fn prove_again(
        &mut self,
        persona: &Persona,
        kept: &KeptSession,
    ) -> Result<Result<Vec<ExpectationRecord>, String>, BrowserError> {
        if persona.proof.is_empty() {
            // Nothing to wait for but the page itself, which may send whoever isn't signed in to the sign-in page.
            let settled = self.session.settle(self.walk.limits.settle).await?;
            if is_sign_in_page(persona, &settled.page.url, kept) {
                return Ok(Err("the page asked to sign in".to_owned()));
            }
        }
        let proof = self.prove(persona).await?;
        Ok(match unproven(&proof) {
            Some(why) => Err(why),
            None => Ok(proof),
        })
    }

    /// Asks who is signed in; nothing was claimed before that could be untrue.
    async fn prove(&mut self, persona: &Persona) -> Result<Vec<ExpectationRecord>, BrowserError> {
        let mut proof = self.expect_all(&persona.proof).await?;
        for record in &mut proof {
            record.about = About::default();
        }
        Ok(proof)
    }

    async fn sign_in_by_recipe(
        &mut self,
        door: Door<'_>,
    ) -> Result<Result<Entered, Refusal>, BrowserError> {
        if let Some(why) = self.walk.obstacle_to_sign_in(door.persona) {
            self.refusal = Some(why.clone());
            return Ok(Err(Refusal::NotSignedIn(why)));
        }
        let mut late = LateTexts::begin(door.persona).await;
        for action in &door.persona.sign_in {
            match self.find_out(&mut late, action).await {
                Ok(action) => self.act(&action).await?,
                Err(why) => self.fail_unasked(action, why),
            }
        }
        let failed = self
            .actions
            .iter()
            .find_map(|action| match &action.outcome {
                ActionOutcome::Failed { why } => Some(self.walk.redactor.text(why)),
                ActionOutcome::Done | ActionOutcome::NotRun => None,
            });
        if let Some(why) = failed {
            return Ok(Err(Refusal::NotSignedIn(why)));
        }
        let settled = self.session.settle(self.walk.limits.settle).await?;
        let proof = self.prove(door.persona).await?;
        if let Some(why) = unproven(&proof) {
            return Ok(Err(Refusal::Unproven(why, proof)));
        }
        let stored = self.session.store().await?;
        stored.hide(&self.walk.redactor);
        let session = KeptSession {
            stored,
            home: home_of(&settled.page.url, &self.walk.target.url),
            origin: format!("signed in in “{}”", door.checklist),
        };
        Ok(Ok(Entered { proof, session }))
    }
}

impl StepWalk<'_, '_> {
    /// After a failed action nothing is found out any more: a code would be waited for in vain.
    async fn find_out(
        &self,
        late: &mut LateTexts<'_>,
        action: &RecipeAction,
    ) -> Result<Action, String> {
        if self.has_failed_action {
            return Ok(action.as_written());
        }
        late.find_out(action, &self.walk.redactor).await
    }

    fn fail_unasked(&mut self, action: &RecipeAction, why: String) {
        let action = action.as_written();
        self.has_failed_action = true;
        self.actions.push(ActionRecord {
            verb: action.verb().to_owned(),
            what: action.to_string(),
            outcome: ActionOutcome::Failed { why },
            ..ActionRecord::default()
        });
    }
}

/// The first check that didn't hold, in words; their secrets have been taken out.
fn unproven(proof: &[ExpectationRecord]) -> Option<String> {
    proof.iter().find_map(|record| match &record.outcome {
        ExpectationOutcome::Held => None,
        ExpectationOutcome::Broken { seen } => Some(format!("{}: {seen}", record.what)),
        ExpectationOutcome::Undecided { why } => Some(format!("{}: {why}", record.what)),
        ExpectationOutcome::NotRun => Some(format!("{}: it was not looked for", record.what)),
    })
}

/// Whether the page is the one where the recipe begins, and home is another.
fn is_sign_in_page(persona: &Persona, url: &str, kept: &KeptSession) -> bool {
    let begin = persona.sign_in.iter().find_map(|action| match action {
        RecipeAction::Known(Action::Visit(path)) => kept.home.join(path).ok(),
        _ => None,
    });
    let (Some(begin), Ok(now)) = (begin, url::Url::parse(url)) else {
        return false;
    };
    let is_at = |page: &url::Url| page.origin() == begin.origin() && page.path() == begin.path();
    is_at(&now) && !is_at(&kept.home)
}

fn taken_up_record(what: String, clock: Instant) -> ActionRecord {
    ActionRecord {
        verb: ActionRecord::TAKE_UP.to_owned(),
        what,
        duration_ms: milliseconds(clock.elapsed()),
        ..ActionRecord::default()
    }
}
