//! Pages that were measured and are the app's own: what each detector of layout goes through.

use super::{
    crash_sight::sight_of,
    origin::foreign_origin,
    route::{path_of, route_of},
    rule::{Finding, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{Area, LayoutFacts, PageFacts, Run, Sight};

/// So many kinds of elements are told one by one; more of them have one cause.
const MOST: usize = 6;
/// So many elements of a kind are listed.
const LISTED: usize = 8;

/// A step whose page had settled and was measured.
#[derive(Clone, Copy)]
pub(super) struct LaidOut<'r> {
    pub(super) seen: SeenStep<'r>,
    pub(super) page: &'r PageFacts,
    pub(super) facts: &'r LayoutFacts,
}

/// An element that something is wrong with.
pub(super) struct Faulty<'r> {
    pub(super) element: &'r Sight,
    pub(super) severity: Severity,
    /// What is wrong, in one line that names it.
    pub(super) title: String,
    /// What was measured.
    pub(super) measured: String,
    /// What it has in common with others that are the same fault.
    pub(super) kind: String,
    /// Ids of exchanges that belong to it.
    pub(super) requests: Vec<String>,
}

/// Every step whose page can be judged: the target's own, at rest, neither an error page nor one that rightly says no.
pub(super) fn laid_out_steps(run: &Run) -> impl Iterator<Item = LaidOut<'_>> {
    seen_steps(run).filter_map(move |seen| {
        let step = seen.step;
        let page = step.page.as_ref()?;
        let facts = step.layout.as_ref()?.facts()?;
        let is_own = page.url.starts_with("http") && foreign_origin(run, &page.url).is_none();
        let is_app = is_own && facts.is_html && step.protection(run).is_none();
        let is_whole = step.unsettled.is_none() && sight_of(run, step).is_none();
        let is_seen = is_for_device(run, facts) && is_whole && !seen.ends_denied();
        (is_app && is_seen).then_some(LaidOut { seen, page, facts })
    })
}

/// A page that is laid out for another width fails its step by that, and nothing else that was measured counts.
fn is_for_device(run: &Run, facts: &LayoutFacts) -> bool {
    let wanted = f64::from(run.device.width);
    let widths = [facts.width, facts.shown_width];
    run.device.width == 0 || widths.iter().any(|width| (width - wanted).abs() < 0.5)
}

impl LaidOut<'_> {
    /// The same for an element in each row of a list, and on every page for what stands around them.
    pub(super) fn kind_of(&self, element: &Sight) -> String {
        self.kind(pattern_of(element))
    }

    /// The same for what stands side by side.
    pub(super) fn container_of(&self, element: &Sight) -> String {
        let pattern = pattern_of(element);
        let outer = pattern
            .rsplit_once(" > ")
            .map(|(outer, _)| outer.to_owned());
        self.kind(outer.unwrap_or(pattern))
    }

    fn kind(&self, pattern: String) -> String {
        if is_around_pages(&pattern) {
            return pattern;
        }
        format!("{} {pattern}", route_of(&self.page.url))
    }

    /// Elements of one kind are one finding, the heaviest first; what is only worth knowing stays apart from what is wrong.
    pub(super) fn findings(&self, rule: &Rule, mut faulty: Vec<Faulty<'_>>) -> Vec<Finding> {
        faulty.sort_by_key(|it| std::cmp::Reverse(it.severity));
        let key = |it: &Faulty<'_>| (it.severity == Severity::Notice, it.kind.clone());
        let mut kinds: Vec<Vec<Faulty<'_>>> = Vec::new();
        for it in faulty {
            let known = kinds
                .iter_mut()
                .find(|alike| alike.first().map(key) == Some(key(&it)));
            match known {
                Some(alike) => alike.push(it),
                None => kinds.push(vec![it]),
            }
        }
        if kinds.len() > MOST {
            let all: Vec<_> = kinds.into_iter().flatten().collect();
            return vec![self.finding(rule, route_of(&self.page.url), &all)];
        }
        let each = kinds.into_iter().map(|alike| {
            let (is_notice, kind) = alike.first().map(key).unwrap_or_default();
            self.finding(rule, format!("{kind} {is_notice}"), &alike)
        });
        each.collect()
    }

    fn finding(&self, rule: &Rule, fault: String, alike: &[Faulty<'_>]) -> Finding {
        let (mut title, severity) = alike.first().map_or_else(
            || (String::new(), rule.severity),
            |it| (it.title.clone(), it.severity),
        );
        if alike.len() > 1 {
            title = format!("{title}, and {} more like it", alike.len() - 1);
        }
        let listed = alike.iter().take(LISTED);
        let on = path_of(&self.page.url);
        Finding {
            severity,
            signals: listed
                .clone()
                .map(|it| format!("on {on}, `{}`: {}", it.element.path, it.measured))
                .collect(),
            boxes: listed.map(|it| it.element.area).collect(),
            requests: alike.iter().flat_map(|it| it.requests.clone()).collect(),
            ..rule.finding(self.seen.at(), title, fault)
        }
    }
}

/// The element's path without its place among others: the same in each row of a list.
fn pattern_of(element: &Sight) -> String {
    let mut parts = element.path.split(":nth-of-type(");
    let mut pattern = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        pattern.push_str(part.split_once(')').map_or(part, |(_, rest)| rest));
    }
    pattern
}

/// Whether it belongs to what stands around every page.
fn is_around_pages(pattern: &str) -> bool {
    let mut tags = pattern
        .split(" > ")
        .map(|step| step.split('.').next().unwrap_or_default());
    tags.any(|tag| matches!(tag, "header" | "nav" | "footer" | "aside"))
}

/// Somebody else's part is theirs to mend.
pub(super) fn unless_widget(element: &Sight, severity: Severity) -> Severity {
    if element.is_widget {
        Severity::Notice
    } else {
        severity
    }
}

/// An element as a person would say it: `button “Pay now”`.
pub(super) fn in_words(element: &Sight) -> String {
    let noun = match element.role.as_str() {
        "" | "generic" => element.tag.as_str(),
        "img" => "picture",
        "textbox" | "searchbox" | "spinbutton" => "field",
        "combobox" | "listbox" => "list",
        "paragraph" => "text",
        "listitem" => "item",
        role => role,
    };
    if element.name.is_empty() {
        let last = element.path.rsplit(" > ").next().unwrap_or_default();
        let bare = last.split(":nth-of-type").next().unwrap_or_default();
        return format!("{noun} `{bare}`");
    }
    format!("{noun} “{}”", shortened(&element.name))
}

/// As much of a text as one takes in at a glance.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{}…", start.trim_end())
}

/// `20 by 16 px`.
pub(super) fn size_of(area: &Area) -> String {
    format!("{:.0} by {:.0} px", area.width, area.height)
}
