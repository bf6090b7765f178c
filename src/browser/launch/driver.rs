//! A driver that is ready for a session: one of our own, or one that already runs.

use std::{path::Path, sync::Arc};

use serde_json::{Map, Value};
use url::Url;

use super::{
    Listener,
    chromium::{Window, chromium_capabilities},
    process::{ChromiumOptions, DriverProcess, start_chromedriver},
    profile::downloads_beside,
    remote,
};
use crate::browser::{BrowserError, OwnBrowser, SessionRequest};
use crate::config::{Device, RemoteDriver};
use crate::evidence::Redactor;

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
    /// Who wants to hear what a driver of our own says, line by line.
    pub listener: Option<fn(&str)>,
}

/// A driver that is ready for a session.
#[derive(Debug)]
pub struct Driver {
    url: String,
    capabilities: Map<String, Value>,
    own: Option<OwnBrowser>,
    /// Ours to end; `None` for one that already ran.
    process: Option<DriverProcess>,
}

impl Driver {
    /// Starts chromedriver, or takes the driver that already runs; whoever listens hears no secret.
    pub async fn start(
        request: &DriverRequest<'_>,
        redactor: &Arc<Redactor>,
    ) -> Result<Self, BrowserError> {
        let configured = request.remote.and_then(|remote| remote.url.as_ref());
        if let Some(url) = request.remote_url.or(configured) {
            return Ok(Self {
                url: url.to_string(),
                capabilities: remote::capabilities(request),
                own: None,
                process: None,
            });
        }
        let listener = request.listener.map(|tell| Listener {
            tell,
            redactor: Arc::clone(redactor),
        });
        let options = ChromiumOptions {
            listener,
            ..ChromiumOptions::default()
        };
        let process = start_chromedriver(&options).await?;
        let window = if request.is_headed {
            Window::Shown
        } else {
            Window::Hidden
        };
        let capabilities =
            chromium_capabilities(request.device, process.profile(), window, process.browser());
        Ok(Self {
            url: process.url().to_string(),
            capabilities,
            own: Some(OwnBrowser {
                device: request.device.clone(),
                downloads: downloads_beside(process.profile()),
            }),
            process: Some(process),
        })
    }

    /// What to ask of it.
    pub fn session_request(&self) -> SessionRequest {
        SessionRequest {
            driver: self.url.clone(),
            capabilities: self.capabilities.clone(),
            engine: "chromium".to_owned(),
            own: self.own.clone(),
        }
    }

    /// The profile's folder, when the driver is ours.
    pub fn profile(&self) -> Option<&Path> {
        self.process.as_ref().map(DriverProcess::profile)
    }

    /// Ends the driver, its browser and its profile's folder, when they are ours.
    pub async fn stop(self) {
        if let Some(process) = self.process {
            // A folder that can't be removed now is taken by the sweep at the next start.
            let _ = process.stop().await;
        }
    }
}
