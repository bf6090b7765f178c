//! How well the page reaches the world.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::json;
use url::Url;

use super::{
    act::{Deed, first_line, is_fatal},
    locate::Obstacle,
};
use crate::browser::{BrowserError, Session};
use crate::checklist::Network;

/// A slow phone network, as Chromium's own developer tools have it: 400 kbit/s, in bytes a second.
const TRICKLE: u32 = 50_000;
/// What a slow network adds to each request, in milliseconds.
const DELAY: u32 = 400;

/// Chromedriver's own command. BiDi's `emulation.setNetworkConditions` knows offline only, and once it was
/// used in a page this one has no effect there any more.
#[derive(Debug)]
struct NetworkConditions(Network);

impl WebDriverCompatibleCommand for NetworkConditions {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/chromium/network_conditions"))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let conditions = |is_offline: bool, delay: u32, throughput: u32| {
            let conditions = json!({
                "offline": is_offline,
                "latency": delay,
                "download_throughput": throughput,
                "upload_throughput": throughput,
            });
            json!({"network_conditions": conditions}).to_string()
        };
        match self.0 {
            Network::Online => (Method::DELETE, None),
            Network::Slow => (Method::POST, Some(conditions(false, DELAY, TRICKLE))),
            Network::Offline => (Method::POST, Some(conditions(true, 0, 0))),
        }
    }
}

impl Session {
    /// Changes how well the page and its tabs reach the world, until the next step begins.
    pub async fn set_network(&self, state: Network) -> Deed<()> {
        if *self.network() == state {
            return Ok(Ok(()));
        }
        let what = format!("set the network {state}");
        let setting = self.client.issue_cmd(NetworkConditions(state));
        match self.drive(&what, setting).await {
            Ok(_) => {
                *self.network() = state;
                Ok(Ok(()))
            }
            Err(BrowserError::Command { error, message, .. }) if !is_fatal(&error) => {
                let why = format!("could not {what}: {}", first_line(&message));
                Ok(Err(Obstacle::plain(why)))
            }
            Err(error) => Err(error),
        }
    }
}
