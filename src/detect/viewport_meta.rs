//! `viewport-meta`: a page that keeps people from zooming, or is made for one width.

use super::{
    laid_out::{LaidOut, laid_out_steps},
    rule::{Finding, Inspect, Rule, Severity},
};
use crate::evidence::Run;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "viewport-meta",
    severity: Severity::Warning,
    what: "the page's `<meta name=\"viewport\">` keeps people from zooming in, or is made for phones of one width only",
    why: "Who can't read small print zooms in with two fingers; a page that forbids it leaves them out (WCAG 1.4.4). A page for exactly 375 px \
          is right on the phone on the desk and wrong on the next one.",
    looks_at: "The last `<meta name=\"viewport\">` of each settled page on a device with a touch screen: `user-scalable=no`, a `maximum-scale` \
               under 2, and a fixed `width`.",
    silent: "Where zooming to twice the size or more is allowed, and for a page that is laid out for another width than the device's, with a \
             wrong viewport or none: the step fails over that by itself.",
    mend: "`<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">`, and nothing more. If `maximum-scale=1` is there \
           against zooming into fields, give the fields text of 16 px instead.",
    inspect: Inspect::Run(inspect),
};

/// What a viewport says that matters here.
pub(super) struct Viewport {
    width: Option<String>,
    max_scale: f64,
    is_fixed: bool,
}

impl Viewport {
    /// Reads it as browsers do: keys in any case, parted by commas, semicolons or spaces.
    pub(super) fn of(content: Option<&str>) -> Self {
        let mut viewport = Self {
            width: None,
            max_scale: f64::INFINITY,
            is_fixed: false,
        };
        let content = content.unwrap_or_default().to_lowercase();
        for part in content.split(|next: char| matches!(next, ',' | ';') || next.is_whitespace()) {
            let Some((key, value)) = part.split_once('=') else {
                continue;
            };
            match key {
                "width" => viewport.width = Some(value.to_owned()),
                "maximum-scale" => viewport.max_scale = scale(value),
                "user-scalable" => {
                    viewport.is_fixed = matches!(value, "no" | "0" | "false");
                }
                _ => {}
            }
        }
        viewport
    }

    /// Whether a phone may zoom into a field: it doesn't where the page says that it is never larger.
    pub(super) fn lets_zoom(&self) -> bool {
        !self.is_fixed && self.max_scale > 1.0
    }

    fn problem(&self) -> Option<String> {
        if self.is_fixed {
            return Some("the page forbids zooming in: user-scalable=no".to_owned());
        }
        if self.max_scale < 2.0 {
            let scale = self.max_scale;
            return Some(format!(
                "the page forbids zooming in: maximum-scale={scale}"
            ));
        }
        let width = self.width.as_ref()?;
        let is_number = width.parse::<f64>().is_ok();
        is_number.then(|| {
            format!("the page is made for phones that are {width} px wide, and for no other")
        })
    }
}

/// What isn't a number limits nothing.
fn scale(value: &str) -> f64 {
    match value {
        "yes" => 1.0,
        _ => value.parse().unwrap_or(f64::INFINITY),
    }
}

fn inspect(run: &Run) -> Vec<Finding> {
    let steps = laid_out_steps(run).filter(|_| run.device.touch);
    steps.filter_map(|laid| finding(&laid)).collect()
}

fn finding(laid: &LaidOut<'_>) -> Option<Finding> {
    let content = laid.facts.viewport.as_deref()?;
    let title = Viewport::of(Some(content)).problem()?;
    Some(Finding {
        detail: format!("It says: <meta name=\"viewport\" content=\"{content}\">"),
        ..RULE.finding(laid.seen.at(), title, content.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::Viewport;

    #[test]
    fn a_viewport_is_read_as_browsers_read_it() {
        let problem = |content: &str| Viewport::of(Some(content)).problem();
        for fine in [
            "width=device-width, initial-scale=1",
            "WIDTH=DEVICE-WIDTH; INITIAL-SCALE=1.0; MAXIMUM-SCALE=5.0",
            "initial-scale=1",
            "width=device-width maximum-scale=what",
            "",
        ] {
            assert_eq!(problem(fine), None, "{fine}");
        }
        for wrong in [
            "width=device-width, user-scalable=no",
            "width=device-width,maximum-scale=1",
            "User-Scalable=0",
            "width=375",
        ] {
            assert!(problem(wrong).is_some(), "{wrong}");
        }
    }
}
