//! Measuring how a page is laid out, in one pass that only reads.

use std::time::Duration;

use super::script::Script;
use crate::browser::{BrowserError, Session};
use crate::evidence::LayoutFacts;

const LAYOUT: Script = Script {
    name: "layout.js",
    text: concat!(
        include_str!("js/names.js"),
        include_str!("js/locate.js"),
        include_str!("js/touch.js"),
        include_str!("js/layout-walk.js"),
        include_str!("js/layout-text.js"),
        include_str!("js/layout-controls.js"),
        include_str!("js/layout.js")
    ),
};

/// The page's own clock ends the pass before this.
const LIMIT: Duration = Duration::from_secs(2);

impl Session {
    /// Measures how the page is laid out; not redacted.
    pub async fn measure_layout(&self) -> Result<LayoutFacts, BrowserError> {
        self.ask_page(LAYOUT, Vec::new(), LIMIT).await
    }
}
