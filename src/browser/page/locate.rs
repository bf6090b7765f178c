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
}

impl Purpose {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Tap => "tap",
            Self::Field => "field",
            Self::Choice => "choice",
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
    },
    /// The CSS selector is none.
    Selector,
    /// It is disabled.
    Disabled,
    /// It can't be typed into.
    ReadOnly,
    /// It never stood still.
    Moving,
    /// It can't be scrolled into view.
    OffScreen,
    /// Another element lies over its middle.
    Covered {
        /// That element.
        by: ElementFacts,
    },
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
            Hindrance::Several { matches, count } => several(&named, &matches, count),
            Hindrance::Selector => Self::plain(format!("{named} is not a CSS selector")),
            Hindrance::Disabled => Self::plain(format!("{named} stayed disabled for {seconds} s")),
            Hindrance::ReadOnly => {
                Self::plain(format!("{named} is read-only and can't be typed into"))
            }
            Hindrance::Moving => Self::plain(format!("{named} never stood still for {seconds} s")),
            Hindrance::OffScreen => Self::plain(format!(
                "{named} is on the page but can't be scrolled into view"
            )),
            Hindrance::Covered { by } => Self {
                why: format!(
                    "{named} is covered by {} for {seconds} s: a finger would touch that instead",
                    in_words(&by)
                ),
                boxes: by.area.into_iter().collect(),
            },
            Hindrance::Page { message } => Self::plain(format!(
                "the page's own code broke the search for {named}: {message}"
            )),
        }
    }
}

fn not_found(locator: &Locator, names: &[String], inside: bool, seconds: u64) -> String {
    let sought = match (&locator.inside, inside) {
        (Some(outer), true) => outer.to_string(),
        _ => locator.to_string(),
    };
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
