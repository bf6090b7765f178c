//! What a search for an element came to, in words for the person who reads.

use std::fmt::Write;

use serde::Deserialize;

use crate::checklist::Locator;
use crate::evidence::{Area, ElementFacts};

/// What an element is wanted for; decides between several that bear the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be touched.
    Tap,
    /// To be typed into.
    Field,
    /// To have one of its options picked.
    Choice,
    /// To be checked or unchecked.
    Toggle,
    /// To be looked at.
    Any,
}

impl Purpose {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Tap => "tap",
            Self::Field => "field",
            Self::Choice => "choice",
            Self::Toggle => "toggle",
            Self::Any => "any",
        }
    }
}

/// Why an element couldn't be used, as the page's script tells it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Hindrance {
    /// Nothing bears the name.
    None {
        /// Names that the page does have.
        #[serde(default)]
        names: Vec<String>,
        /// Whether the element to look inside of is what is missing.
        #[serde(default)]
        inside: bool,
    },
    /// More than one bears it.
    Several {
        /// The first of them.
        matches: Vec<ElementFacts>,
        /// How many there are.
        count: usize,
        /// Whether it is the element to look inside of that fits more than one.
        #[serde(default)]
        inside: bool,
    },
    /// `nth:` counts further than there are.
    TooFew {
        /// How many there are.
        count: usize,
    },
    /// It bears the name, and nobody sees it.
    Hidden {
        /// What hides it: `display: none`.
        cause: String,
        /// Whether the element itself is hidden, not what it stands in.
        own: bool,
        /// The element that is hidden, with all in it.
        by: ElementFacts,
    },
    /// Its kind is filled in another way.
    Unfit {
        /// What it is, with its article.
        is: String,
        /// The verb to use instead.
        verb: String,
    },
    /// The CSS selector is none.
    Selector,
    /// It is disabled.
    Disabled,
    /// It can't be typed into.
    ReadOnly,
    /// It never stood still.
    Moving,
    /// It can't be scrolled into view by hand.
    OffScreen {
        /// What cuts it off; `None` when it lies outside of the page.
        by: Option<ElementFacts>,
    },
    /// Another element lies over its middle.
    Covered {
        /// That element.
        by: ElementFacts,
    },
    /// It may be in a frame: all documents are to be asked before one is chosen.
    InFrames,
    /// The page's own code broke the search.
    Page {
        /// Its words.
        message: String,
    },
}

/// Why an action or an expectation came to nothing, with what to box in the picture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Obstacle {
    /// The reason, for the person who reads.
    pub why: String,
    /// Elements to box.
    pub boxes: Vec<Area>,
}

impl Obstacle {
    /// An obstacle with nothing to box.
    pub fn plain(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            boxes: Vec::new(),
        }
    }

    /// Puts a hindrance into words.
    pub(super) fn new(locator: &Locator, hindrance: Hindrance, seconds: u64) -> Self {
        let named = locator.to_string();
        match hindrance {
            Hindrance::None { names, inside } => {
                Self::plain(not_found(locator, &names, inside, seconds))
            }
            Hindrance::Several {
                matches,
                count,
                inside,
            } => several(&sought(locator, inside), &matches, count),
            Hindrance::TooFew { count } => Self::plain(too_few(locator, count)),
            Hindrance::Hidden { cause, own, by } => Self::plain(hidden(&named, &cause, own, &by)),
            Hindrance::Unfit { is, verb } => {
                Self::plain(format!("{named} is {is}: use `{verb}` for it"))
            }
            Hindrance::Selector => Self::plain(format!("{named} is not a CSS selector")),
            Hindrance::Disabled => Self::plain(format!("{named} stayed disabled for {seconds} s")),
            Hindrance::ReadOnly => {
                Self::plain(format!("{named} is read-only and can't be typed into"))
            }
            Hindrance::Moving => Self::plain(format!("{named} never stood still for {seconds} s")),
            Hindrance::OffScreen { by: None } => Self::plain(format!(
                "{named} is on the page, but lies outside of the screen where no scrolling leads"
            )),
            Hindrance::OffScreen { by: Some(by) } => Self::plain(format!(
                "{named} is on the page, but {} cuts it off where no scrolling leads",
                in_words(&by)
            )),
            Hindrance::Covered { by } => Self {
                why: format!(
                    "{named} is covered by {} for {seconds} s: a finger would touch that instead",
                    in_words(&by)
                ),
                boxes: by.area.into_iter().collect(),
            },
            Hindrance::InFrames => Self::plain(format!(
                "the search for {named} ended before the page's frames were asked"
            )),
            Hindrance::Page { message } => Self::plain(format!(
                "the page's own code broke the search for {named}: {message}"
            )),
        }
    }
}

/// The element in words, or the one that it was to be looked for in.
fn sought(locator: &Locator, inside: bool) -> String {
    match (&locator.inside, inside) {
        (Some(outer), true) => outer.to_string(),
        _ => locator.to_string(),
    }
}

fn too_few(locator: &Locator, count: usize) -> String {
    let all = Locator {
        nth: None,
        ..locator.clone()
    };
    let fit = if count == 1 { "fits" } else { "fit" };
    let number = locator.nth.unwrap_or(1);
    format!("only {count} {fit} {all}, there is no number {number}")
}

fn hidden(named: &str, cause: &str, own: bool, by: &ElementFacts) -> String {
    if own {
        return format!("{named} is on the page, but nobody sees it: {cause} hides it");
    }
    format!(
        "{named} is on the page, but nobody sees it: {cause} hides the {} that it is in",
        in_words(by)
    )
}

fn not_found(locator: &Locator, names: &[String], inside: bool, seconds: u64) -> String {
    let sought = sought(locator, inside);
    let nearest = nearest(&sought, names);
    let mut text = format!("found no {sought} within {seconds} s");
    if nearest.is_empty() {
        text.push_str("; the page shows nothing of that kind that has a name");
    } else {
        let listed: Vec<_> = nearest.iter().map(|name| format!("“{name}”")).collect();
        text.push_str("; the nearest names on the page are ");
        text.push_str(&listed.join(", "));
    }
    text
}

fn several(named: &str, matches: &[ElementFacts], count: usize) -> Obstacle {
    let mut why = format!("{count} elements fit {named}; say which with a role, `in:` or `nth:`:");
    let mut boxes = Vec::new();
    for (index, element) in matches.iter().enumerate() {
        let number = index + 1;
        let _ = write!(why, "\n{number}. {}", in_words(element));
        if let Some(area) = element.area {
            let _ = write!(why, " at {:.0}, {:.0}", area.x, area.y);
            boxes.push(area);
        }
    }
    Obstacle { why, boxes }
}

fn in_words(element: &ElementFacts) -> String {
    let role = if element.role.is_empty() || element.role == "generic" {
        format!("<{}>", element.tag)
    } else {
        element.role.clone()
    };
    match element.name.as_str() {
        "" => role,
        name => format!("{role} “{name}”"),
    }
}

/// The names most like the one sought, best first; all of a short list.
fn nearest<'a>(sought: &str, names: &'a [String]) -> Vec<&'a str> {
    let wanted = sought.to_lowercase();
    let mut ranked: Vec<_> = names
        .iter()
        .map(|name| {
            (
                strsim::jaro_winkler(&wanted, &name.to_lowercase()),
                name.as_str(),
            )
        })
        .collect();
    ranked.sort_by(|one, two| two.0.total_cmp(&one.0));
    ranked.into_iter().take(6).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(role: &str, name: &str, x: f64) -> ElementFacts {
        ElementFacts {
            tag: "button".to_owned(),
            role: role.to_owned(),
            name: name.to_owned(),
            area: Some(Area {
                x,
                y: 10.0,
                width: 50.0,
                height: 44.0,
            }),
            is_current: false,
        }
    }

    #[test]
    fn two_matches_are_listed_and_boxed() {
        let hindrance = Hindrance::Several {
            matches: vec![
                element("button", "Save", 16.0),
                element("link", "Save", 200.0),
            ],
            count: 2,
            inside: false,
        };
        let obstacle = Obstacle::new(&Locator::named("Save"), hindrance, 8);
        assert_eq!(
            obstacle.why,
            "2 elements fit “Save”; say which with a role, `in:` or `nth:`:\n\
             1. button “Save” at 16, 10\n2. link “Save” at 200, 10"
        );
        assert_eq!(obstacle.boxes.len(), 2);
    }

    #[test]
    fn not_found_names_the_nearest_first() {
        let names = ["Dashboard", "Sign out", "Sign quote"]
            .map(str::to_owned)
            .to_vec();
        let hindrance = Hindrance::None {
            names,
            inside: false,
        };
        let obstacle = Obstacle::new(&Locator::named("Sign the quote"), hindrance, 8);
        assert_eq!(
            obstacle.why,
            "found no “Sign the quote” within 8 s; the nearest names on the page are “Sign quote”, “Sign out”, “Dashboard”"
        );
    }
}
