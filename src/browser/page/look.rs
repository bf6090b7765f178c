//! Looking at the page: its picture in device pixels, the device as it sees it, what its head says.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::script::Script;
use crate::browser::{BrowserError, Session};
use crate::config::Device;
use crate::evidence::DeviceFacts;

const MASK: Script = Script {
    name: "mask.js",
    text: concat!(include_str!("js/clock.js"), include_str!("js/mask.js")),
};

/// JPEG quality: text stays crisp at three device pixels per CSS pixel, at a third of a PNG's size.
const QUALITY: u8 = 85;

/// The device as the page sees it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Measure {
    /// `innerWidth`.
    pub width: f64,
    /// `innerHeight`.
    pub height: f64,
    /// The width that the page is laid out for; `width` is more when content is wider and the browser has zoomed out.
    pub layout_width: f64,
    /// `devicePixelRatio`.
    pub scale: f64,
    /// `navigator.maxTouchPoints`.
    pub touch_points: u32,
    /// Whether the pointer is coarse.
    pub is_coarse: bool,
    /// `screen.width`; the device's own where it is emulated as a phone.
    pub screen_width: f64,
    /// `navigator.userAgent`.
    pub user_agent: String,
    /// Whether the page has a `<meta name=viewport>`.
    pub has_viewport_meta: bool,
}

impl Measure {
    /// Why the browser isn't the device asked for; `None` when it is.
    ///
    /// The page's own layout width is not looked at: `layout_problem` does that.
    pub fn device_problem(&self, device: &Device) -> Option<BrowserError> {
        let is_touch = self.touch_points > 0 && self.is_coarse;
        // A window on a desk is smaller than the screen; a phone's page may be wider than it.
        let width = if device.touch {
            self.screen_width
        } else {
            self.width
        };
        let is_same = (width - f64::from(device.width)).abs() < 0.5
            && (self.scale - device.scale).abs() < 0.01
            && is_touch == device.touch;
        (!is_same).then(|| BrowserError::WrongDevice {
            measured: self.in_words(width),
            asked: device.name.clone(),
        })
    }

    /// Why the page isn't laid out at the device's width; `None` when it is.
    pub fn layout_problem(&self, device: &Device) -> Option<String> {
        // Content that is wider than a page laid out for the device is another matter: `overflow-x`.
        let is_same = [self.width, self.layout_width]
            .iter()
            .any(|width| (width - f64::from(device.width)).abs() < 0.5);
        let cause = if self.has_viewport_meta {
            "its <meta name=\"viewport\"> doesn't say width=device-width"
        } else {
            "it has no <meta name=\"viewport\" content=\"width=device-width\">"
        };
        (!is_same).then(|| {
            format!(
                "viewport: the page is laid out {:.0} px wide on a screen of {} px; {cause}",
                self.width, device.width
            )
        })
    }

    fn in_words(&self, width: f64) -> String {
        let touch = if self.touch_points > 0 && self.is_coarse {
            "touch"
        } else {
            "no touch"
        };
        format!("{width:.0} px wide at {} with {touch}", self.scale)
    }

    /// The facts for the journal.
    pub fn facts(&self, device: &Device) -> DeviceFacts {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a viewport's size in pixels"
        )]
        let pixels = |size: f64| size.round().max(0.0) as u32;
        DeviceFacts {
            name: device.name.clone(),
            width: pixels(self.width),
            height: pixels(self.height),
            scale: self.scale,
            touch: self.touch_points > 0 && self.is_coarse,
            user_agent: self.user_agent.clone(),
        }
    }
}

/// Chromedriver's door to `Page.captureScreenshot`: a JPEG in device pixels, in less than half the time
/// of the classic command's PNG.
#[derive(Debug)]
struct ChromiumScreenshot;

impl WebDriverCompatibleCommand for ChromiumScreenshot {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let params = json!({"format": "jpeg", "quality": QUALITY});
        let body = json!({"cmd": "Page.captureScreenshot", "params": params});
        (Method::POST, Some(body.to_string()))
    }
}

impl Session {
    /// The page in device pixels, as a JPEG or a PNG; fields that nobody should read are blank in it.
    pub async fn picture(&self, has_private: bool) -> Result<Vec<u8>, BrowserError> {
        if !has_private {
            return self.capture().await;
        }
        let limit = Duration::from_secs(2);
        let _: bool = self.ask_page(MASK, vec![json!(true)], limit).await?;
        let picture = self.capture().await;
        let _: bool = self.ask_page(MASK, vec![json!(false)], limit).await?;
        picture
    }

    /// The BiDi command would leave the emulation out: it belongs to the driver's own connection.
    async fn capture(&self) -> Result<Vec<u8>, BrowserError> {
        let what = "take a picture";
        let quick = self.client.issue_cmd(ChromiumScreenshot);
        let answer = match self.drive(what, quick).await {
            Ok(answer) => answer,
            // A grid that hands on only what the standard knows.
            Err(BrowserError::Command { error, .. })
                if matches!(error.as_str(), "unknown command" | "unknown method") =>
            {
                return self.drive(what, self.client.screenshot()).await;
            }
            Err(error) => return Err(error),
        };
        let data = answer
            .get("data")
            .and_then(Value::as_str)
            .unwrap_or_default();
        STANDARD
            .decode(data)
            .map_err(|error| BrowserError::Nonsense {
                script: "Page.captureScreenshot",
                reason: error.to_string(),
            })
    }

    /// The content of a `<meta name=…>` of the page.
    pub async fn read_meta(&self, name: &str) -> Result<Option<String>, BrowserError> {
        let script = "return [...document.querySelectorAll('meta[name]')].find((meta) => meta.name === arguments[0])?.content ?? null";
        let reading = self.client.execute(script, vec![json!(name)]);
        let value = self.drive("read a meta element", reading).await?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// A response header of the newest top document.
    pub fn read_header(&self, name: &str) -> Option<String> {
        self.observer.document_header(name)
    }
}
