//! One step: do, expect, settle, look. Whatever fails in the product is recorded, not raised.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{
    effects::effects_between,
    sign_in::{Door, Refusal},
    typed::means_the_same,
    walk::Walk,
};
use crate::browser::{
    BrowserError, Session,
    page::{Counters, Deed, FieldText, Obstacle, PageMarks, Settled, Touched, Way},
};
use crate::checklist::{Action, Entry, Step};
use crate::evidence::{
    About, ActionOutcome, ActionRecord, Area, ExpectationOutcome, ExpectationRecord, Layout,
    NewPicture, PageFacts, Protection, RunEvent, StepIndex, Typed,
};

/// How a step ended, as far as the steps after it care.
#[derive(Debug)]
pub(super) struct StepEnd {
    /// An action failed: the page isn't where the next steps expect it.
    pub(super) has_failed_action: bool,
    /// Where the page stood.
    pub(super) url: String,
    /// What answered in the target's place.
    pub(super) protection: Option<Protection>,
    /// Why it was left off before it did something that it may not.
    pub(super) refusal: Option<String>,
}

/// A step under way.
pub(super) struct StepWalk<'w, 'p> {
    pub(super) walk: &'w Walk<'p>,
    pub(super) session: &'w Session,
    pub(super) at: StepIndex,
    pub(super) actions: Vec<ActionRecord>,
    /// How things stood just before the last touch, while its effects aren't known yet.
    touched: Option<(Counters, PageMarks)>,
    typed: Vec<TypedField>,
    pub(super) boxes: Vec<Area>,
    undecided: Vec<String>,
    pub(super) has_failed_action: bool,
    /// Why the action at hand, and all after it, may not be done.
    pub(super) refusal: Option<String>,
    /// Whether the persona is on its way in.
    pub(super) is_sign_in: bool,
}

/// A text that was typed, to be compared with what the field holds at the end.
struct TypedField {
    action: usize,
    field: String,
    text: String,
    held: FieldText,
}

impl<'w, 'p> StepWalk<'w, 'p> {
    pub(super) fn new(walk: &'w Walk<'p>, session: &'w Session, at: StepIndex) -> Self {
        Self {
            walk,
            session,
            at,
            actions: Vec::new(),
            touched: None,
            typed: Vec::new(),
            boxes: Vec::new(),
            undecided: Vec::new(),
            has_failed_action: false,
            refusal: None,
            is_sign_in: false,
        }
    }

    /// Walks a step from its first action to its picture. A fresh one enters by the door; what keeps it out is
    /// answered, and the step has not begun.
    pub(super) async fn run(
        walk: &'w Walk<'p>,
        session: &'w Session,
        at: StepIndex,
        (step, picture): (&Step, String),
        door: Option<Door<'_>>,
    ) -> Result<Result<StepEnd, Refusal>, BrowserError> {
        let clock = Instant::now();
        let started = Timestamp::now();
        let mut this = Self::new(walk, session, at);
        let mut expected = Vec::new();
        if let Some(door) = door {
            match this.enter(door).await? {
                Ok(entered) => expected = entered.proof,
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        walk.recorder.record(RunEvent::StepStarted { at, started });
        session.enter_step(at, step.dialog.clone()).await?;
        for action in &step.actions {
            this.act(action).await?;
        }
        let mut done = this.expect_all(&step.expectations).await?;
        let settled = session.settle(walk.limits.settle).await?;
        this.expect_absences(&step.expectations, &mut done, &settled)
            .await;
        expected.extend(done);
        let end = this.close(clock, expected, settled, picture).await?;
        Ok(Ok(end))
    }

    /// Looks at the settled page and records all that was done and expected.
    pub(super) async fn close(
        mut self,
        clock: Instant,
        mut expected: Vec<ExpectationRecord>,
        settled: Settled,
        picture: String,
    ) -> Result<StepEnd, BrowserError> {
        expected.extend(self.layout_expectation(&settled));
        self.measure_layout(&settled).await;
        self.look(&settled, picture).await?;
        let protection = self.session.protection(Some(&settled.page));
        if protection.is_some() {
            self.leave_undone(&mut expected);
        }
        self.record_actions(&settled);
        let at = self.at;
        for record in expected {
            let event = RunEvent::ExpectationFinished { at, record };
            self.walk.recorder.record(event);
        }
        Ok(self.finish(clock, settled, protection))
    }

    /// A page that can't be measured says so and fails nothing; one that still moves isn't laid out yet.
    async fn measure_layout(&self, settled: &Settled) {
        let redactor = &self.walk.redactor;
        let unsettled = settled.unsettled.as_ref();
        let unfit = unsettled
            .map(|why| format!("the page had not settled: {why}"))
            // Laid out for another width it says nothing of how it looks on the device.
            .or_else(|| settled.measure.layout_problem(self.walk.device));
        let measured = match unfit {
            Some(why) => Err(why),
            None => self
                .session
                .measure_layout()
                .await
                .map_err(|error| error.to_string()),
        };
        let layout = match measured {
            Ok(facts) => Layout::Measured(Box::new(facts.redacted(redactor))),
            Err(why) => Layout::NotMeasured {
                why: redactor.text(&why),
            },
        };
        let at = self.at;
        self.walk
            .recorder
            .record(RunEvent::LayoutMeasured { at, layout });
    }

    async fn look(&mut self, settled: &Settled, file: String) -> Result<(), BrowserError> {
        let masked = self.walk.plan.masked(self.at);
        let shot = self.session.picture(settled.motion, &masked).await?;
        self.undecided.extend(shot.unmasked);
        let caption = (!self.boxes.is_empty()).then(|| "what stood in the way is boxed".to_owned());
        let picture = NewPicture {
            file,
            encoded: shot.encoded,
            caption,
            boxes: std::mem::take(&mut self.boxes),
            masked: shot.masked,
            scale: settled.measure.scale,
        };
        self.walk.recorder.take_picture(self.at, picture);
        Ok(())
    }

    fn finish(self, clock: Instant, settled: Settled, protection: Option<Protection>) -> StepEnd {
        let redactor = &self.walk.redactor;
        let url = settled.page.url.clone();
        if let Some(why) = &self.refusal {
            self.walk.skip(self.at, redactor.text(why));
        }
        self.walk.recorder.record(RunEvent::StepFinished {
            at: self.at,
            duration_ms: milliseconds(clock.elapsed()),
            unsettled: settled.unsettled.map(|why| redactor.text(&why)),
            page: Some(PageFacts {
                url: redactor.url(&url),
                title: redactor.text(&settled.page.title),
                text: redactor.text(&settled.page.text),
                alerts: settled
                    .page
                    .alerts
                    .iter()
                    .map(|text| redactor.text(text))
                    .collect(),
                ..settled.page
            }),
            undecided: protection
                .map(|it| format!("{} answered instead of the target", it.name))
                .into_iter()
                .chain(self.undecided.into_iter().chain(settled.left_behind))
                .map(|why| redactor.text(&why))
                .collect(),
        });
        StepEnd {
            has_failed_action: self.has_failed_action,
            url,
            protection,
            refusal: self.refusal,
        }
    }

    pub(super) async fn act(&mut self, action: &Action) -> Result<(), BrowserError> {
        let mut record = ActionRecord {
            verb: action.verb().to_owned(),
            what: action.to_string(),
            outcome: ActionOutcome::NotRun,
            ..ActionRecord::default()
        };
        if !self.has_failed_action {
            self.rest_after_touch().await?;
            let clock = Instant::now();
            record.started = Some(Timestamp::now());
            let done = self.perform_if_allowed(action).await?;
            record.duration_ms = milliseconds(clock.elapsed());
            match done {
                Err(_) if self.refusal.is_some() => self.has_failed_action = true,
                Ok(touched) => {
                    record.outcome = ActionOutcome::Done;
                    if let Some(touched) = touched {
                        record.element = Some(touched.element);
                        self.touched = touched.before.map(|before| (before, touched.marks));
                    }
                }
                Err(obstacle) => record.outcome = self.fail(obstacle),
            }
        }
        self.actions.push(record);
        Ok(())
    }

    fn fail(&mut self, Obstacle { why, boxes }: Obstacle) -> ActionOutcome {
        self.has_failed_action = true;
        self.boxes.extend(boxes);
        ActionOutcome::Failed { why }
    }

    /// A person looks what a touch did before going on; so its effects are known by then.
    pub(super) async fn rest_after_touch(&mut self) -> Result<(), BrowserError> {
        if self.touched.is_some() {
            let settled = self.session.settle(self.walk.limits.settle).await?;
            self.close_touch(&settled.counters);
        }
        Ok(())
    }

    fn close_touch(&mut self, now: &Counters) {
        if let (Some((before, marks)), Some(record)) =
            (self.touched.take(), self.actions.last_mut())
        {
            let marks_now = self.session.page_marks();
            record.effects = Some(effects_between((&before, marks), (now, marks_now)));
        }
    }

    /// Answers what was touched, for a touch whose effects are worth counting.
    pub(super) async fn perform(&mut self, action: &Action) -> Deed<Option<Touched>> {
        let session = self.session;
        let limit = self.walk.limits.action;
        let done = match action {
            Action::Tap(locator) => return Ok(session.tap(locator, limit).await?.map(Some)),
            Action::Check(locator) => return session.toggle(locator, true, limit).await,
            Action::Uncheck(locator) => return session.toggle(locator, false, limit).await,
            Action::Fill(entries) => self.fill(entries, Way::Typed).await?,
            Action::Paste(entries) => self.fill(entries, Way::Pasted).await?,
            Action::ScrollTo(locator) => session.scroll_to(locator, limit).await?,
            Action::DoubleTap(locator) => {
                return Ok(session.double_tap(locator, limit).await?.map(Some));
            }
            Action::LongPress(locator) => {
                return Ok(session.long_press(locator, limit).await?.map(Some));
            }
            Action::Swipe(swipe) => return Ok(session.swipe(swipe, limit).await?.map(Some)),
            Action::Choose(entries) => self.choose(entries).await?,
            Action::Upload(uploads) => session.upload(uploads, limit).await?,
            Action::WaitFor(sight) => self.wait_for(sight).await?,
            Action::Network(state) => self.set_network(*state).await?,
            Action::Press(key) => session.press(key).await?,
            Action::Visit(path) => match self.walk.resolve(path) {
                Ok(url) => session.visit(&url).await?,
                Err(obstacle) => Err(obstacle),
            },
            Action::Back => session.back().await?,
            Action::Reload => session.reload().await?,
            Action::Ask(ask) => self.ask(ask).await?,
        };
        Ok(done.map(|()| None))
    }

    pub(super) async fn fill(&mut self, entries: &[Entry], way: Way) -> Deed<()> {
        for entry in entries {
            let limit = self.walk.limits.action;
            let done = self.session.fill(entry, way, limit).await?;
            let held = match done {
                Ok((_, held)) => held,
                Err(obstacle) => return Ok(Err(obstacle)),
            };
            if held.is_private {
                self.walk
                    .redactor
                    .learn("typed into a private field", &entry.text);
            }
            self.typed.push(TypedField {
                action: self.actions.len(),
                field: entry.field.to_string(),
                text: entry.text.clone(),
                held,
            });
        }
        Ok(Ok(()))
    }

    async fn choose(&mut self, entries: &[Entry]) -> Deed<()> {
        for entry in entries {
            if let Err(obstacle) = self.session.choose(entry, self.walk.limits.action).await? {
                return Ok(Err(obstacle));
            }
        }
        Ok(Ok(()))
    }

    /// Once the page has settled all that an action did is known.
    fn record_actions(&mut self, settled: &Settled) {
        self.close_touch(&settled.counters);
        for typed in std::mem::take(&mut self.typed) {
            let record = self.compare_typed(&typed, settled);
            if let Some(action) = self.actions.get_mut(typed.action) {
                action.typed.push(record);
            }
        }
        let redactor = &self.walk.redactor;
        for mut record in std::mem::take(&mut self.actions) {
            record.what = redactor.text(&record.what);
            if let ActionOutcome::Failed { why } = &mut record.outcome {
                *why = redactor.text(why);
            }
            if let Some(element) = &mut record.element {
                element.name = redactor.text(&element.name);
            }
            self.walk.recorder.record(RunEvent::ActionFinished {
                at: self.at,
                record,
            });
        }
    }

    /// A form that was sent may have been emptied: only a text that is still there is looked at again.
    fn compare_typed(&self, typed: &TypedField, settled: &Settled) -> Typed {
        let later = settled.held.iter().find(|later| {
            later.id == typed.held.id
                && (settled.document - typed.held.document).abs() < f64::EPSILON
                && !later.held.is_empty()
        });
        let held = later.map_or(typed.held.held.as_str(), |later| later.held.as_str());
        let shown = |text: &str| {
            if typed.held.is_private {
                return "•".repeat(8);
            }
            self.walk.redactor.text(text)
        };
        Typed {
            field: typed.field.clone(),
            typed: shown(&typed.text),
            held: shown(held),
            is_same: means_the_same(&typed.text, held, &typed.held.input_type),
            input_type: typed.held.input_type.clone(),
        }
    }

    /// The page itself may not be laid out for the device; every step says so.
    fn layout_expectation(&self, settled: &Settled) -> Option<ExpectationRecord> {
        let seen = settled.measure.layout_problem(self.walk.device)?;
        Some(ExpectationRecord {
            what: format!("the page is laid out {} px wide", self.walk.device.width),
            outcome: ExpectationOutcome::Broken { seen },
            about: About::Passing,
            ..ExpectationRecord::default()
        })
    }
}

/// A duration as the journal has it.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
