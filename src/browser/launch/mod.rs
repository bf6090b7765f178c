//! Starting a driver and seeing to its end; one file an engine.

mod chromium;
mod guard;
mod process;
mod remote;
mod versions;

use std::path::Path;

use serde_json::{Map, Value};
use url::Url;

pub use guard::{GuardOrder, run_guard};
pub use process::GUARD_COMMAND;

use super::{BrowserError, SessionRequest};
use crate::config::{Device, RemoteDriver};
use process::DriverProcess;

/// What kind of driver is wanted, and for which device.
#[derive(Debug, Clone, Copy)]
pub struct DriverRequest<'a> {
    /// The device to be.
    pub device: &'a Device,
    /// Whether the window is shown.
    pub is_headed: bool,
    /// The configuration's driver that already runs.
    pub remote: Option<&'a RemoteDriver>,
    /// `--webdriver`: wins over the configuration's URL.
    pub remote_url: Option<&'a Url>,
}

/// A driver that is ready for a session.
#[derive(Debug)]
pub struct Driver {
    url: String,
    capabilities: Map<String, Value>,
    /// Ours to end; `None` for one that already ran.
    process: Option<DriverProcess>,
}

impl Driver {
    /// Starts chromedriver, or takes the driver that already runs.
    pub async fn start(request: &DriverRequest<'_>) -> Result<Self, BrowserError> {
        let configured = request.remote.and_then(|remote| remote.url.as_ref());
        if let Some(url) = request.remote_url.or(configured) {
            return Ok(Self {
                url: url.to_string(),
                capabilities: remote::capabilities(request),
                process: None,
            });
        }
        let found = versions::find_chromium()?;
        let process = DriverProcess::start(&found.driver).await?;
        Ok(Self {
            url: process.url(),
            capabilities: chromium::capabilities(request, &found, process.profile()),
            process: Some(process),
        })
    }

    /// What to ask of it.
    pub fn session_request(&self, origins: Vec<String>) -> SessionRequest {
        SessionRequest {
            driver: self.url.clone(),
            capabilities: self.capabilities.clone(),
            engine: "chromium".to_owned(),
            origins,
        }
    }

    /// The profile folder, when the driver is ours.
    pub fn profile(&self) -> Option<&Path> {
        self.process.as_ref().map(DriverProcess::profile)
    }

    /// Ends the driver, its browser and its profile folder, when they are ours.
    pub async fn stop(self) {
        if let Some(process) = self.process {
            process.stop().await;
        }
    }
}
