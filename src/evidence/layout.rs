//! How a settled page is laid out: what one measuring pass in the page found, piece by piece.

use serde::{Deserialize, Serialize};

use super::{records::Area, redact::Redactor};

/// What came of measuring a page; a page that couldn't be measured fails no step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// It was measured.
    Measured(Box<LayoutFacts>),
    /// It wasn't.
    NotMeasured {
        /// Why.
        why: String,
    },
}

impl Layout {
    /// What was measured.
    pub fn facts(&self) -> Option<&LayoutFacts> {
        match self {
            Self::Measured(facts) => Some(facts),
            Self::NotMeasured { .. } => None,
        }
    }
}

/// How a page is laid out; lengths in CSS pixels. Lists hold the first of what there was, what nothing excuses before the rest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LayoutFacts {
    /// The width that the page is laid out for.
    pub width: f64,
    /// The width that the picture shows: more than the page's when the browser has zoomed out over wide content.
    pub shown_width: f64,
    /// The height that the picture shows.
    pub shown_height: f64,
    /// How far the page's content reaches.
    pub content_width: f64,
    /// Whether it is an HTML page.
    pub is_html: bool,
    /// The content of its last `<meta name=viewport>`.
    pub viewport: Option<String>,
    /// How many texts, pictures and controls it shows, shadow trees and frames among them.
    pub shown: u32,
    /// How many painted boxes it shows, when nothing else.
    pub painted: u32,
    /// What sticks out past the right edge, the outermost of each.
    pub wide: Vec<WideElement>,
    /// Texts of which a part can't be seen.
    pub clipped: Vec<ClippedText>,
    /// Controls whose middle something lies over.
    pub covered: Vec<CoveredControl>,
    /// Controls under 24 by 24.
    pub small: Vec<SmallTarget>,
    /// Fields whose text is under 16.
    pub small_fields: Vec<SmallField>,
    /// Pictures that didn't come.
    pub broken_images: Vec<BrokenImage>,
}

/// An element as it was measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sight {
    /// Lower-case tag name.
    pub tag: String,
    /// ARIA role, given or implied.
    pub role: String,
    /// Accessible name, or the first of its text; empty for what nobody should read.
    pub name: String,
    /// A CSS selector that leads to it: `#items > li.item:nth-of-type(2)`.
    pub path: String,
    /// Whether it comes with somebody else's service: a chat, a map, a consent banner.
    pub is_widget: bool,
    /// Where it stands in the viewport.
    pub area: Area,
}

/// An element that sticks out past the right edge of a page that can be moved sideways.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WideElement {
    /// The element.
    pub element: Sight,
    /// How far.
    pub beyond: f64,
    /// Whether nothing of what it says or offers is lost.
    pub is_decoration: bool,
}

/// A text of which a part can't be seen, and no hand brings it back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClippedText {
    /// The element that holds it, and what of it is on screen.
    pub element: Sight,
    /// How it is cut.
    pub how: Cut,
    /// Where: `right`, `left`, `top`, `bottom`.
    pub side: String,
    /// How much of it.
    pub hidden: f64,
    /// The whole text; empty for what nobody should read.
    pub text: String,
    /// What of a line can be seen.
    pub seen: String,
}

/// How a text is cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// By an edge, as it comes.
    #[default]
    Cut,
    /// With an ellipsis, so that a reader knows.
    Ellipsis,
    /// In a field narrower than what it holds.
    Field,
}

/// A control whose middle something lies over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CoveredControl {
    /// The control.
    pub element: Sight,
    /// What lies over it.
    pub by: Sight,
    /// How much of it is covered, of five points.
    pub share: f64,
    /// Why that may be meant: `dialog`, `menu`, `message`, `consent`, `backdrop`, `scroll`; `widget` for somebody else's.
    pub intent: Option<String>,
}

/// A control that is smaller than a fingertip.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SmallTarget {
    /// The control, with all that takes touches for it.
    pub element: Sight,
    /// What WCAG 2.5.8 excuses it by: `spacing`, `inline`, `equivalent`, `user_agent`.
    pub exception: Option<String>,
    /// The nearest other control, when nothing excuses it.
    pub beside: Option<Sight>,
}

/// A field whose text is small.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SmallField {
    /// The field.
    pub element: Sight,
    /// Its text's size.
    pub font_size: f64,
}

/// A picture that didn't come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BrokenImage {
    /// The picture.
    pub element: Sight,
    /// Where it should have come from.
    pub source: String,
    /// Whether it is there for its looks only.
    pub is_decoration: bool,
}

impl LayoutFacts {
    /// The facts with every text's secrets taken out.
    #[must_use]
    pub fn redacted(mut self, redactor: &Redactor) -> Self {
        self.viewport = self.viewport.map(|content| redactor.text(&content));
        for sight in self.sights() {
            sight.name = redactor.text(&sight.name);
            sight.path = redactor.text(&sight.path);
        }
        for clipped in &mut self.clipped {
            let clean = redactor.text(&clipped.text);
            // A part of a secret is no longer known for one.
            if clean == clipped.text {
                clipped.seen = redactor.text(&clipped.seen);
            } else {
                clipped.text = clean;
                clipped.seen.clear();
            }
        }
        for image in &mut self.broken_images {
            image.source = redactor.url(&image.source);
        }
        self
    }

    fn sights(&mut self) -> impl Iterator<Item = &mut Sight> {
        let wide = self.wide.iter_mut().map(|it| &mut it.element);
        let clipped = self.clipped.iter_mut().map(|it| &mut it.element);
        let covered = self
            .covered
            .iter_mut()
            .flat_map(|it| [&mut it.element, &mut it.by]);
        let small = self
            .small
            .iter_mut()
            .flat_map(|it| std::iter::once(&mut it.element).chain(&mut it.beside));
        let fields = self.small_fields.iter_mut().map(|it| &mut it.element);
        let images = self.broken_images.iter_mut().map(|it| &mut it.element);
        wide.chain(clipped)
            .chain(covered)
            .chain(small)
            .chain(fields)
            .chain(images)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_page_is_recorded_with_a_secret_in_it() {
        let redactor = Redactor::new([("TOKEN", "hush-hush-4711")]);
        let sight = || Sight {
            name: "Key hush-hush-4711".to_owned(),
            path: "#hush-hush-4711".to_owned(),
            ..Sight::default()
        };
        let facts = LayoutFacts {
            viewport: Some("hush-hush-4711".to_owned()),
            wide: vec![WideElement {
                element: sight(),
                ..WideElement::default()
            }],
            clipped: vec![ClippedText {
                element: sight(),
                text: "Key hush-hush-4711".to_owned(),
                seen: "Key hush-hu".to_owned(),
                ..ClippedText::default()
            }],
            covered: vec![CoveredControl {
                element: sight(),
                by: sight(),
                ..CoveredControl::default()
            }],
            small: vec![SmallTarget {
                element: sight(),
                beside: Some(sight()),
                ..SmallTarget::default()
            }],
            small_fields: vec![SmallField {
                element: sight(),
                ..SmallField::default()
            }],
            broken_images: vec![BrokenImage {
                element: sight(),
                source: "https://app.example/hush-hush-4711.png".to_owned(),
                ..BrokenImage::default()
            }],
            ..LayoutFacts::default()
        };
        let written = serde_json::to_string(&facts.redacted(&redactor)).expect("JSON");
        assert!(!written.contains("hush"), "{written}");
    }
}
