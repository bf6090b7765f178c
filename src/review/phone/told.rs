//! What the phone is told: the steps in the order of the walk, where each is to be opened, what is asked, what was said there.

use std::collections::BTreeSet;

use serde::Serialize;
use url::Url;

use super::super::{before::Group, desk::Review};
use crate::bundle::{BundleDocument, ChecklistEntry, StepEntry, StepWalk, Surface};
use crate::detect::{Status, StepRef};
use crate::evidence::TargetFacts;

/// The walk, for a phone.
#[derive(Serialize)]
pub(super) struct PhoneWalk<'a> {
    target: &'a str,
    /// Where the deployment begins.
    start: Option<String>,
    commit: Option<&'a str>,
    steps: Vec<PhoneStep>,
}

/// A step, for a phone.
#[derive(Serialize)]
pub(super) struct PhoneStep {
    checklist: usize,
    id: String,
    name: String,
    list: String,
    persona: Option<String>,
    tier: Option<String>,
    status: Status,
    group: Group,
    /// The sentences to confirm.
    confirm: Vec<String>,
    /// The page on which it ended; `None` when a link can't lead there.
    url: Option<String>,
    /// Whether it was opened there.
    is_opened: bool,
    ticked: BTreeSet<usize>,
    comments: Vec<String>,
    /// Names of the photos that were given.
    photos: Vec<String>,
}

impl<'a> PhoneWalk<'a> {
    pub(super) fn new(review: &'a Review) -> Self {
        let document = review.document();
        let walk = review.walk();
        let lists = document.checklists.iter().enumerate();
        let mut steps: Vec<_> = lists
            .flat_map(|(checklist, list)| {
                let steps = list.steps.iter().enumerate();
                steps.map(move |(place, entry)| ((checklist, place), list, entry))
            })
            .map(|(at, list, entry)| {
                let step = reference(at.0, entry);
                PhoneStep::of(review, (at, list, entry), walk.steps.get(&step))
            })
            .collect();
        // Within a group they stay in the order of the run.
        steps.sort_by_key(|step| step.group);
        let target = &document.target;
        Self {
            target: &target.name,
            start: link(target, &target.url),
            commit: target.commit.as_deref(),
            steps,
        }
    }
}

impl PhoneStep {
    /// The step as it stands; `None` when there is none.
    pub(super) fn new(review: &Review, at: &StepRef) -> Option<Self> {
        let (list, place) = place_of(review.document(), at)?;
        let log = review.log();
        let said = log.walk().steps.get(at);
        let entry = list.steps.get(place)?;
        Some(Self::of(review, ((at.checklist, place), list, entry), said))
    }

    fn of(
        review: &Review,
        (at, list, entry): ((usize, usize), &ChecklistEntry, &StepEntry),
        said: Option<&StepWalk>,
    ) -> Self {
        let document = review.document();
        let page = review
            .step(at.0, at.1)
            .and_then(|(_, seen)| seen.page.as_ref());
        let nothing = StepWalk::default();
        let said = said.unwrap_or(&nothing);
        let name_of = |file: &String| file.rsplit('/').next().unwrap_or_default().to_owned();
        Self {
            checklist: at.0,
            id: entry.id.clone(),
            name: entry.name.clone(),
            list: list.name.clone(),
            persona: list.persona.clone(),
            tier: list.tier.clone(),
            status: entry.status,
            group: (review.before()).group(at, entry.status, !entry.findings.is_empty()),
            confirm: entry.confirm.clone(),
            url: page.and_then(|page| link(&document.target, &page.url)),
            is_opened: said.on.contains(&Surface::Phone),
            ticked: said.ticked.iter().map(|(_, question)| *question).collect(),
            comments: said.comments.clone(),
            photos: said.photos.iter().map(name_of).collect(),
        }
    }
}

fn reference(checklist: usize, entry: &StepEntry) -> StepRef {
    StepRef {
        checklist,
        step: entry.id.clone(),
    }
}

fn place_of<'d>(document: &'d BundleDocument, at: &StepRef) -> Option<(&'d ChecklistEntry, usize)> {
    let list = document.checklists.get(at.checklist)?;
    let place = list.steps.iter().position(|step| step.id == at.step)?;
    Some((list, place))
}

/// A recorded address as a link: of the target itself and of nobody else, and whole.
fn link(target: &TargetFacts, recorded: &str) -> Option<String> {
    let url = Url::parse(recorded).ok()?;
    let origin = |url: &Url| url.origin().ascii_serialization();
    let start = Url::parse(&target.url).ok();
    let is_own = start.is_some_and(|start| origin(&start) == origin(&url))
        || target.origins.contains(&origin(&url));
    let is_web = matches!(url.scheme(), "http" | "https");
    let is_bare = url.username().is_empty() && url.password().is_none();
    // Where a secret was taken out the address leads nowhere.
    let is_whole = !recorded.contains("[redacted") && !recorded.contains("%5Bredacted");
    (is_web && is_own && is_bare && is_whole).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_target_and_nowhere_else() {
        let target = TargetFacts {
            url: "https://preview.example/start".to_owned(),
            origins: vec!["https://app.example:8443".to_owned()],
            ..TargetFacts::default()
        };
        for good in [
            "https://preview.example/quotes/1042?tab=2#total",
            "https://app.example:8443/",
        ] {
            assert_eq!(link(&target, good).as_deref(), Some(good));
        }
        for bad in [
            "",
            "/quotes",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "blob:https://preview.example/x",
            "https://evil.example/",
            "http://preview.example/",
            "https://preview.example:444/",
            "https://preview.example.evil.example/",
            "https://ada:secret@preview.example/",
            "https://preview.example/reset/[redacted:path:1a2b]",
            "https://preview.example/?t=%5Bredacted:query:1a2b%5D",
        ] {
            assert_eq!(link(&target, bad), None, "{bad}");
        }
    }
}
