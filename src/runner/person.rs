//! A human in the middle: asked on the terminal, waited for without a hurry, and missed where there is none.

use std::{
    fmt,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::step::StepWalk;
use crate::browser::page::{Deed, Obstacle, Way};
use crate::checklist::{Action, Ask, Entry};

/// Whoever sits at the terminal.
pub trait Human: Send + Sync {
    /// Why nobody can be asked this; `None` when somebody can.
    fn absence(&self, ask: &Ask) -> Option<String>;

    /// Puts a question. The line that is answered comes over the channel, or its end when there will be none.
    fn ask(&self, ask: &Ask, question: &str) -> oneshot::Receiver<String>;
}

/// The person who watches a walk.
pub struct Person {
    human: Box<dyn Human>,
    patience: Mutex<Patience>,
}

/// How long was waited for the person.
#[derive(Debug, Default)]
struct Patience {
    spent: Duration,
    since: Option<Instant>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person")
    }
}

impl Person {
    /// The person behind a terminal.
    pub fn new(human: impl Human + 'static) -> Self {
        Self {
            human: Box::new(human),
            patience: Mutex::default(),
        }
    }

    /// Why some of these actions can't be done: they need somebody, and nobody is there.
    pub(super) fn absence<'a>(
        &self,
        actions: impl IntoIterator<Item = &'a Action>,
    ) -> Option<String> {
        actions.into_iter().find_map(|action| match action {
            Action::Ask(ask) => {
                let why = self.human.absence(ask)?;
                Some(format!("“{ask}” needs a person: {why}"))
            }
            _ => None,
        })
    }

    async fn ask(&self, ask: &Ask, question: &str) -> Option<String> {
        self.patience().since = Some(Instant::now());
        let answer = self.human.ask(ask, question).await.ok();
        let mut patience = self.patience();
        patience.spent = patience.waited();
        patience.since = None;
        answer
    }

    fn patience(&self) -> MutexGuard<'_, Patience> {
        self.patience.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a future comes to; `None` when it takes longer than the limit, the time not counted in which the person
    /// was waited for.
    pub(super) async fn limit<T>(
        &self,
        limit: Duration,
        future: impl Future<Output = T>,
    ) -> Option<T> {
        let mut future = pin!(future);
        let mut waited = self.patience().waited();
        let mut left = limit;
        loop {
            if let Ok(done) = tokio::time::timeout(left, &mut future).await {
                return Some(done);
            }
            let now = self.patience().waited();
            left = now.saturating_sub(waited);
            waited = now;
            if left.is_zero() {
                return None;
            }
        }
    }
}

impl Patience {
    fn waited(&self) -> Duration {
        self.spent + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

impl StepWalk<'_, '_> {
    /// Asks the person, and types what was told.
    pub(super) async fn ask(&mut self, ask: &Ask) -> Deed<()> {
        let (person, redactor) = (&self.walk.person, &self.walk.redactor);
        if let Some(why) = person.human.absence(ask) {
            return Ok(Err(Obstacle::plain(format!("it needs a person: {why}"))));
        }
        let question = redactor.text(&ask.to_string());
        let Some(answer) = person.ask(ask, &question).await else {
            return Ok(Err(Obstacle::plain(
                "nobody answered: standard input has ended".to_owned(),
            )));
        };
        let Ask::Tell { into, .. } = ask else {
            return Ok(Ok(()));
        };
        let text = answer.trim().to_owned();
        if text.is_empty() {
            return Ok(Err(Obstacle::plain("an empty line was told".to_owned())));
        }
        redactor.learn_code("told by a person", &text);
        let field = into.clone();
        self.fill(&[Entry { field, text }], Way::Typed).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers after a while.
    struct Slow(Duration);

    impl Human for Slow {
        fn absence(&self, _: &Ask) -> Option<String> {
            None
        }

        fn ask(&self, _: &Ask, _: &str) -> oneshot::Receiver<String> {
            let (answer, answered) = oneshot::channel();
            let after = self.0;
            std::thread::spawn(move || {
                std::thread::sleep(after);
                let _ = answer.send("done".to_owned());
            });
            answered
        }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        runtime.expect("a runtime").block_on(future)
    }

    #[test]
    fn the_time_of_a_person_is_not_counted() {
        let person = Person::new(Slow(Duration::from_millis(300)));
        let ask = Ask::Do("Look".to_owned());
        let answer = block_on(person.limit(Duration::from_millis(50), person.ask(&ask, "Look")));
        assert_eq!(answer, Some(Some("done".to_owned())));
    }

    #[test]
    fn what_hangs_by_itself_is_given_up() {
        let person = Person::new(Slow(Duration::from_millis(100)));
        let ask = Ask::Do("Look".to_owned());
        let hangs = async {
            person.ask(&ask, "Look").await;
            std::future::pending::<()>().await;
        };
        assert_eq!(
            block_on(person.limit(Duration::from_millis(50), hangs)),
            None
        );
    }
}
