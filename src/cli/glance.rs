//! A browser for a short look: nothing of what it sees is kept, and it changes nothing.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use url::Url;

use super::failure::Failure;
use crate::browser::{Browser, launch::DriverRequest};
use crate::config::{Device, RemoteDriver, Target};
use crate::evidence::{Recorder, Redactor, RunEvent};

/// What the command line says of the driver.
#[derive(Clone, Copy)]
pub(super) struct AskedDriver<'a> {
    /// `--webdriver`.
    pub(super) url: Option<&'a Url>,
    /// With `-v`, who hears what it says of itself.
    pub(super) listener: Option<fn(&str)>,
}

/// Which browser is to look, and as which device.
pub(super) struct Glance<'a> {
    pub(super) device: &'a Device,
    /// The configuration's driver that already runs.
    pub(super) remote: Option<&'a RemoteDriver>,
    pub(super) asked: AskedDriver<'a>,
    pub(super) redactor: Arc<Redactor>,
    /// What is looked at.
    pub(super) target: &'a Target,
}

impl Glance<'_> {
    /// Starts the browser, lets `look` have it, and ends it whatever comes of that.
    pub(super) async fn look<T>(
        self,
        look: impl AsyncFnOnce(&Browser<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let folder = tempfile::tempdir().map_err(|source| Failure::Io {
            what: "make a folder for a short look".to_owned(),
            source,
        })?;
        let records = folder.path().join("look");
        let recorder = Recorder::create(&records, Arc::clone(&self.redactor), |_| ())?;
        let request = DriverRequest {
            device: self.device,
            is_headed: false,
            remote: self.remote,
            remote_url: self.asked.url,
            listener: self.asked.listener,
        };
        let browser = Browser::start(
            request,
            (self.target, true),
            recorder.clone(),
            self.redactor,
        )
        .await?;
        let seen = look(&browser).await;
        if seen.is_ok() {
            browser.close().await;
        } else {
            browser.abandon().await;
        }
        recorder.finish(RunEvent::RunFinished {
            finished: Timestamp::now(),
            cut_short: None,
            redactions: BTreeMap::new(),
            opened: BTreeMap::new(),
        })?;
        seen
    }
}
