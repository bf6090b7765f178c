//! The prompt pack: a brief and its pictures, made to be pasted into a conversation with a model, or attached to one.

use std::{cell::RefCell, fmt::Write as _};

use super::{
    brief::{Figure, brief},
    case::Case,
    picture::{Drawn, shown},
    sheet::sheet,
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
    let pictures = RefCell::new(Vec::new());
    let mut text = brief(view, cases, &|case| {
        figures(view, case, &mut pictures.borrow_mut())
    });
    let mut pictures = pictures.into_inner();
    if let Some(drawn) = sheet(view) {
        let what = "the whole walk, each step with its number, status and name".to_owned();
        let _ = write!(text, "\n## The whole walk\n\n![{what}]({SHEET})\n");
        pictures.push(PromptPicture {
            name: SHEET.to_owned(),
            what,
            drawn,
        });
    }
    Prompt { text, pictures }
}

fn figures(
    view: &BundleView<'_>,
    case: &Case<'_>,
    pictures: &mut Vec<PromptPicture>,
) -> Vec<Figure> {
    let Some(shown) = shown(view, case) else {
        return Vec::new();
    };
    let id = case.id();
    let mut figures = Vec::new();
    let mut add = |name: String, what: String, drawn: Drawn| {
        figures.push(Figure {
            path: name.clone(),
            what: what.clone(),
        });
        pictures.push(PromptPicture { name, what, drawn });
    };
    if let Some(close) = shown.close {
        add(
            format!("{id}-close.jpg"),
            format!("{id}: what the finding points at, in a red box"),
            close,
        );
    }
    add(format!("{id}.jpg"), case.picture_in_words(), shown.whole);
    figures
}
