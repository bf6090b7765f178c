//! Looking at the page: the device as it sees it, what its head says.

use serde::Deserialize;
use serde_json::json;

use crate::browser::{BrowserError, Session};
use crate::config::Device;
use crate::evidence::DeviceFacts;

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
    /// What the page's `<meta name=viewport>` says.
    pub viewport_meta: Option<String>,
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
        let cause = match self.viewport_meta.as_deref() {
            None => "it has no <meta name=\"viewport\" content=\"width=device-width\">".to_owned(),
            // A page that begins zoomed out is laid out for a screen that is wider by as much.
            Some(said) if said.contains("device-width") => {
                let said: String = said.chars().take(100).collect();
                format!(
                    "its <meta name=\"viewport\"> says “{said}”; only initial-scale=1 lays it out as wide as the screen"
                )
            }
            Some(_) => "its <meta name=\"viewport\"> doesn't say width=device-width".to_owned(),
        };
        (!is_same).then(|| {
            format!(
                "viewport: the page is laid out {:.0} px wide on a screen of {} px; {cause}",
                self.layout_width, device.width
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

impl Session {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(layout_width: f64, said: Option<&str>) -> Option<String> {
        let measure = Measure {
            width: 540.0,
            height: 812.0,
            layout_width,
            scale: 3.0,
            touch_points: 5,
            is_coarse: true,
            screen_width: 375.0,
            user_agent: String::new(),
            viewport_meta: said.map(str::to_owned),
        };
        measure.layout_problem(&Device::default())
    }

    #[test]
    fn a_page_of_another_width_is_told_with_what_makes_it_so() {
        let wide = Some("width=device-width, initial-scale=1");
        assert_eq!(problem(375.0, wide), None, "wide content is no layout");
        let zoomed = problem(417.0, Some("width=device-width, initial-scale=0.9"));
        let zoomed = zoomed.expect("a problem");
        assert!(
            zoomed.contains("laid out 417 px wide on a screen of 375 px")
                && zoomed.contains("initial-scale=0.9”; only initial-scale=1"),
            "{zoomed}"
        );
        let fixed = problem(1024.0, Some("width=1024")).expect("a problem");
        assert!(fixed.ends_with("doesn't say width=device-width"), "{fixed}");
        let none = problem(980.0, None).expect("a problem");
        assert!(none.contains("it has no <meta"), "{none}");
    }
}
