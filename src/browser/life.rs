//! One browser from its start to its end: the driver, the session, and a new pair of both when a
//! page has hung them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    door::Door,
    error::BrowserError,
    launch::{Driver, DriverRequest},
    session::Session,
};
use crate::config::Target;
use crate::evidence::{Recorder, Redactor};

/// A running browser; whatever happens to it, `close` or dropping it ends every process of it.
#[derive(Debug)]
pub struct Browser<'c> {
    request: DriverRequest<'c>,
    door: Arc<Door>,
    witness: Witness,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    driver: Driver,
    session: Arc<Session>,
}

/// Where what is seen goes to; outlives a session.
#[derive(Debug, Clone)]
pub(super) struct Witness {
    pub(super) recorder: Recorder,
    pub(super) redactor: Arc<Redactor>,
}

impl<'c> Browser<'c> {
    /// Starts the driver and opens a session that is watched from its first moment. `is_read_only` keeps in
    /// every request that could change something.
    pub async fn start(
        request: DriverRequest<'c>,
        (target, is_read_only): (&Target, bool),
        recorder: Recorder,
        redactor: Arc<Redactor>,
    ) -> Result<Self, BrowserError> {
        let door = Door::new(target, is_read_only, &redactor).await?;
        let witness = Witness { recorder, redactor };
        let browser = Self {
            request,
            door: Arc::new(door),
            witness,
            running: Mutex::default(),
        };
        browser.open().await?;
        Ok(browser)
    }

    async fn open(&self) -> Result<(), BrowserError> {
        let driver = Driver::start(&self.request, &self.witness.redactor).await?;
        let request = driver.session_request();
        let door = Arc::clone(&self.door);
        match Session::open(&request, door, self.witness.clone()).await {
            Ok(session) => {
                *self.running() = Some(Running {
                    driver,
                    session: Arc::new(session),
                });
                Ok(())
            }
            Err(error) => {
                driver.stop().await;
                Err(error)
            }
        }
    }

    /// How many requests bore what opens the target's door, by origin.
    pub fn opened_doors(&self) -> BTreeMap<String, u64> {
        self.door.opened()
    }

    /// The session of now.
    ///
    /// # Errors
    ///
    /// `Gone` when the browser couldn't be started again.
    pub fn session(&self) -> Result<Arc<Session>, BrowserError> {
        let running = self.running();
        running
            .as_ref()
            .map(|running| Arc::clone(&running.session))
            .ok_or(BrowserError::Gone)
    }

    /// Kills a browser that hangs and starts another one.
    pub async fn restart(&self) -> Result<(), BrowserError> {
        self.abandon().await;
        self.open().await
    }

    /// Closes the session in order, then ends the driver.
    pub async fn close(&self) {
        let left = self.running().take();
        if let Some(Running { driver, session }) = left {
            // The evidence is whole by now; a browser that doesn't end by itself is ended with its driver.
            let _ = session.close().await;
            driver.stop().await;
        }
    }

    /// Ends everything at once; what was still open is recorded as such.
    pub async fn abandon(&self) {
        let left = self.running().take();
        if let Some(Running { driver, session }) = left {
            driver.stop().await;
            session.has_ended().await;
        }
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
