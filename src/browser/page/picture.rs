//! The picture of the page in device pixels, held still for it.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{
    FramePath,
    frames::{Frame, Framed, MOST_DOCUMENTS},
    script::Script,
    settle::Motion,
};
use crate::browser::{BrowserError, Session};
use crate::checklist::Locator;
use crate::evidence::Area;

const STILL: Script = Script {
    name: "still.js",
    text: concat!(
        include_str!("js/clock.js"),
        include_str!("js/names.js"),
        include_str!("js/locate.js"),
        include_str!("js/private.js"),
        include_str!("js/still.js")
    ),
};

/// JPEG quality: text stays crisp at three device pixels per CSS pixel, at a third of a PNG's size.
const QUALITY: u8 = 85;

/// The page as it looked.
#[derive(Debug)]
pub struct Shot {
    /// A JPEG or a PNG in device pixels.
    pub encoded: Vec<u8>,
    /// Where the masked elements stand in it.
    pub masked: Vec<Area>,
    /// Why something in it may not be hidden that should be, in words.
    pub unmasked: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Held {
    areas: Vec<Area>,
    /// Which of the locators are no CSS selectors.
    wrong: Vec<usize>,
    frames: Vec<Frame>,
    /// Whether there were too many frames to hold them all.
    #[serde(skip)]
    is_cut_short: bool,
}

impl Framed for Held {
    fn take_frames(&mut self) -> Vec<Frame> {
        std::mem::take(&mut self.frames)
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
    /// Takes the page's picture: fields that nobody should read are blank in it, animations stand at their end, and no
    /// caret blinks.
    pub async fn picture(&self, motion: Motion, masked: &[&Locator]) -> Result<Shot, BrowserError> {
        let mut held = Held::default();
        let is_held = motion != Motion::Still || !masked.is_empty();
        if is_held {
            held = match self.hold_still(true, masked).await {
                // What must not be read isn't shown; what only moves is shown as it moves.
                Err(error) if motion == Motion::Private => return Err(error),
                held => held.unwrap_or_default(),
            };
        }
        let picture = self.capture().await;
        if is_held {
            // A page that was left meanwhile needs no letting go.
            let _ = self.hold_still(false, &[]).await;
        }
        let wrong = held.wrong.iter().filter_map(|index| masked.get(*index));
        let wrong = wrong.map(|it| format!("`mask` names {it}, which is no CSS selector"));
        let unseen = held.is_cut_short.then(|| {
            format!(
                "the page has more than {} frames, and a field in one of the others that nobody should read may stand in the picture",
                MOST_DOCUMENTS - 1
            )
        });
        Ok(Shot {
            encoded: picture?,
            masked: held.areas,
            unmasked: wrong.chain(unseen).collect(),
        })
    }

    /// Answers what the page itself says; its frames are held alike.
    async fn hold_still(&self, is_held: bool, masked: &[&Locator]) -> Result<Held, BrowserError> {
        let question = json!({"is_held": is_held, "locators": masked});
        let all = self
            .ask_most::<Held>(STILL, question, Duration::from_secs(2))
            .await?;
        let page = all.answered.into_iter().next().map(|it| it.answer);
        Ok(Held {
            is_cut_short: all.is_cut_short,
            ..page.unwrap_or_default()
        })
    }

    /// The BiDi command would leave the emulation out: it belongs to the driver's own connection.
    async fn capture(&self) -> Result<Vec<u8>, BrowserError> {
        let what = "take a picture";
        self.enter(&FramePath::new()).await?;
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
}
