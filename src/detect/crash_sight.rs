//! What a crashed page looks like: the browser's error page, a blank screen, an error page's words.

use super::{origin::foreign_origin, rule::Undecided, seen_step::SeenStep};
use crate::evidence::{Content, PageFacts, Resource, Run, StepRun};

/// What was seen of a crash.
pub(super) struct Sight {
    /// In one line: `the page stayed blank`.
    pub(super) title: &'static str,
    /// What it said, in a sentence.
    pub(super) words: String,
}

/// Sentences that nothing but a framework's error page says.
const UNMISTAKABLE: &[&str] = &[
    "application error: a client-side exception has occurred",
    "application error: a server-side exception has occurred",
    "unexpected application error",
    "uncaught runtime errors",
    "this page crashed",
    "this page couldn’t load",
    "this page couldn't load",
    "the application has encountered an unknown error",
    "gatsby: this page had an error",
];

/// Words that error pages share with toasts and articles: only the first words of a page count.
const COMMON: &[&str] = &[
    "something went wrong",
    "something’s gone wrong",
    "something's gone wrong",
    "oops! something went wrong",
    "oops, something went wrong",
    "oops! an error occurred",
    "internal server error",
    "500 internal server error",
    "an error occurred",
    "an error has occurred",
    "an unexpected error has occurred",
    "an unexpected error occurred",
    "unexpected error",
];

/// An error page says little before its words: a name, a menu.
const BEFORE: usize = 120;
/// It says little after them: an apology and what to press.
const AFTER: usize = 280;

/// What the page looked like, when it looked broken; pages of other origins are none of its.
pub(super) fn sight_of(run: &Run, step: &StepRun) -> Option<Sight> {
    let page = step.page.as_ref()?;
    if page.is_browser_error {
        return Some(Sight {
            title: "the browser showed its own error page",
            words: quote(&page.text),
        });
    }
    if !is_own(run, page) {
        return None;
    }
    if is_blank(step, page) && step.unsettled.is_none() && !is_no_html(step, page) {
        return Some(Sight {
            title: "the page stayed blank",
            words: "There was no text, picture or control to be seen on it.".to_owned(),
        });
    }
    says_error(page).then(|| Sight {
        title: "the page showed an error page",
        words: quote(&page.text),
    })
}

/// A page that showed nothing when it was taken and had not settled: it may have been about to, or not.
pub(super) fn undecided(run: &Run, seen: &SeenStep<'_>) -> Option<Undecided> {
    let (step, page) = (seen.step, seen.step.page.as_ref()?);
    let unsettled = step.unsettled.as_ref()?;
    let is_unknown = is_own(run, page)
        && is_blank(step, page)
        && !page.is_browser_error
        && !is_no_html(step, page)
        && !seen.ends_denied();
    is_unknown.then(|| Undecided {
        at: seen.at(),
        why: format!("the page was blank when it was taken, and it hadn't settled: {unsettled}"),
    })
}

fn is_own(run: &Run, page: &PageFacts) -> bool {
    page.url.starts_with("http") && foreign_origin(run, &page.url).is_none()
}

/// What stands in shadow trees only is no text of the page, and is seen all the same.
fn is_blank(step: &StepRun, page: &PageFacts) -> bool {
    let facts = step.layout.as_ref().and_then(|layout| layout.facts());
    let shown = facts.map_or(0, |facts| facts.shown);
    page.text_length == 0 && page.visuals == 0 && shown == 0
}

/// A PDF or a picture opened as a page has no text of its own.
fn is_no_html(step: &StepRun, page: &PageFacts) -> bool {
    let bare = |url: &str| url.split('#').next().unwrap_or_default().to_owned();
    let mut documents = step.exchanges.iter().rev();
    let document = documents.find(|exchange| {
        exchange.resource == Resource::Document && bare(&exchange.url) == bare(&page.url)
    });
    document
        .and_then(|document| document.answer())
        .is_some_and(|answer| {
            let is_html = matches!(
                answer.body.content(),
                Some(Content::HtmlDocument | Content::HtmlFragment | Content::Empty)
            );
            !is_html && !answer.mime.is_empty() && !answer.mime.contains("html")
        })
}

/// Whether an error page's words are what the page is about.
fn says_error(page: &PageFacts) -> bool {
    let text = page.text.to_lowercase();
    if UNMISTAKABLE
        .iter()
        .any(|words| text.find(words).is_some_and(|at| at <= BEFORE))
    {
        return true;
    }
    let lines = lines_with_places(&text);
    let Some((at, line)) = lines.into_iter().find(|(_, line)| is_common(line)) else {
        return false;
    };
    let after = usize::try_from(page.text_length)
        .unwrap_or(usize::MAX)
        .saturating_sub(at + line.chars().count());
    let is_main = at <= BEFORE && after <= AFTER;
    // An alert beside fields and buttons is a message on a page that works.
    let alerts = page.alerts.iter().map(|alert| alert.to_lowercase());
    let is_alert = alerts.into_iter().any(|alert| alert.contains(line));
    is_main && (!is_alert || is_alone(page, line))
}

/// The line of a page by which it is known for an error page.
pub(crate) fn error_page_line(page: &PageFacts) -> Option<&str> {
    page.text.lines().map(str::trim).find(|line| {
        let line = line.to_lowercase();
        UNMISTAKABLE.iter().any(|words| line.contains(words)) || is_common(&line)
    })
}

/// Where each line begins, in characters, and what it says.
fn lines_with_places(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    text.lines()
        .map(|line| {
            let place = at;
            at += line.chars().count() + 1;
            (place, line.trim())
        })
        .collect()
}

/// The line begins with an error page's words, and is no sentence about them.
fn is_common(line: &str) -> bool {
    COMMON.iter().any(|words| {
        line.strip_prefix(words).is_some_and(|rest| {
            let is_heading = rest
                .trim_matches(|next: char| !next.is_alphanumeric())
                .is_empty();
            let goes_on = rest.starts_with(['.', '!', ':', ',', '…', ' ', '-', '–', '—']);
            is_heading || (goes_on && line.chars().count() <= 160)
        })
    })
}

/// Hardly anything but the alert is on the page.
fn is_alone(page: &PageFacts, line: &str) -> bool {
    let alert = page
        .alerts
        .iter()
        .find(|alert| alert.to_lowercase().contains(line))
        .map_or(0, |alert| alert.chars().count());
    let rest = usize::try_from(page.text_length)
        .unwrap_or(usize::MAX)
        .saturating_sub(alert);
    rest <= 40 && page.visuals <= 3
}

fn quote(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let words: String = words.join(" ").chars().take(200).collect();
    if words.is_empty() {
        "It said nothing.".to_owned()
    } else {
        format!("It said “{words}”.")
    }
}
