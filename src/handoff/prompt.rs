//! The prompt pack: a brief and its pictures, made to be pasted into a conversation with a model, or attached to one.

use std::{cell::RefCell, collections::HashSet, fmt::Write as _};

use super::{
    brief::{Figure, brief},
    case::Case,
    picture::{Drawn, shown},
    sheet::{Sheet, sheet},
    view::BundleView,
};

/// The file of the brief.
pub const BRIEF: &str = "prompt.md";
const SHEET: &str = "walk.jpg";

/// A brief and its pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The Markdown.
    pub text: String,
    /// The pictures that it refers to, the closest look first.
    pub pictures: Vec<PromptPicture>,
}

/// A picture of a prompt pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptPicture {
    /// Its file's name.
    pub name: String,
    /// What it shows.
    pub what: String,
    /// The picture.
    pub drawn: Drawn,
}

impl Prompt {
    /// About how many tokens the text is: English with code, between three and four letters each, and a sign of
    /// another script one by itself.
    pub fn text_tokens(&self) -> u64 {
        let (plain, other): (Vec<char>, Vec<char>) = self.text.chars().partition(char::is_ascii);
        (plain.len() as u64 * 2).div_ceil(7) + other.len() as u64
    }

    /// About how many tokens text and pictures are together.
    pub fn tokens(&self) -> u64 {
        let pictures = self.pictures.iter().map(|picture| picture.drawn.tokens());
        self.text_tokens() + pictures.sum::<u64>()
    }
}

/// The prompt pack over some cases.
pub fn prompt(view: &BundleView<'_>, cases: &[Case<'_>]) -> Prompt {
    let album = RefCell::new(Album::default());
    let mut text = brief(view, cases, &|case| album.borrow_mut().take(view, case));
    let mut pictures = album.into_inner().pictures;
    if let Some(sheet) = sheet(view) {
        let (title, what) = told(&sheet);
        let _ = write!(text, "\n## {title}\n\n![{what}]({SHEET})\n");
        pictures.push(PromptPicture {
            name: SHEET.to_owned(),
            what,
            drawn: sheet.drawn,
        });
    }
    Prompt { text, pictures }
}

/// A heading for a sheet, and what is on it.
fn told(sheet: &Sheet) -> (String, String) {
    let each = "each step with its number, status and name";
    match (sheet.steps, sheet.left_out) {
        (_, 0) => (
            "The whole walk".to_owned(),
            format!("the whole walk, {each}"),
        ),
        (steps, more) => (
            format!("{steps} of the walk's {} steps", steps + more),
            format!(
                "{steps} of the walk's {} steps, first of all those that aren't clean; {each}",
                steps + more
            ),
        ),
    }
}

/// The pictures over some cases, the closest look at each first.
pub fn pictures(view: &BundleView<'_>, cases: &[Case<'_>]) -> Vec<PromptPicture> {
    let mut album = Album::default();
    for case in cases {
        album.take(view, case);
    }
    album.pictures
}

/// The pictures so far, and which screens they show whole.
#[derive(Default)]
struct Album {
    pictures: Vec<PromptPicture>,
    whole: HashSet<String>,
}

impl Album {
    /// Takes a case's pictures in. A screen that is there whole already is shown by its close-up only: models pay by the dot.
    fn take(&mut self, view: &BundleView<'_>, case: &Case<'_>) -> Vec<Figure> {
        let (Some(shown), Some(screen)) = (shown(view, case), case.picture()) else {
            return Vec::new();
        };
        let id = case.id();
        let is_new = self.whole.insert(screen.to_owned());
        let whole = (is_new || shown.close.is_none()).then_some(shown.whole);
        let close = shown.close.map(|drawn| PromptPicture {
            name: format!("{id}-close.jpg"),
            what: format!("{id}: what the finding points at, in a red box"),
            drawn,
        });
        let whole = whole.map(|drawn| PromptPicture {
            name: format!("{id}.jpg"),
            what: case.picture_in_words(),
            drawn,
        });
        let taken: Vec<_> = close.into_iter().chain(whole).collect();
        let figures = taken.iter().map(|picture| Figure {
            path: picture.name.clone(),
            what: picture.what.clone(),
        });
        let figures = figures.collect();
        self.pictures.extend(taken);
        figures
    }
}
