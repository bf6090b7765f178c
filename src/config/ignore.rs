//! `ignore`: findings that are known and accepted.

use super::{
    model::{IgnoreRule, RequestPattern},
    read::path_pattern,
};
use crate::checklist::{Node, Reader, Shape, given, list_words, nearest, quote};

pub(super) const IGNORE: Shape = Shape {
    what: "an ignore rule",
    keys: &["detector", "request", "why", "until"],
    later: &[],
    elsewhere: no_ignore_key,
};

const IGNORE_EXAMPLE: &str =
    "- { detector: http-error, request: GET /favicon.ico, why: the preview has no icon }";

fn no_ignore_key(key: &str) -> Option<String> {
    Some(match key {
        "reason" | "because" | "comment" => "that is `why` here".to_owned(),
        "url" | "path" => "that is `request` here: `request: GET /favicon.ico`".to_owned(),
        "rule" | "name" | "finding" => "that is `detector` here".to_owned(),
        "expires" | "end" | "date" => "that is `until` here: `until: 2026-12-31`".to_owned(),
        _ => return None,
    })
}

/// The ignore rules, in the order of the file.
pub(super) fn ignore_rules(
    reader: &mut Reader<'_>,
    node: &Node,
    detectors: &[&str],
) -> Option<Vec<IgnoreRule>> {
    let items = reader.list(node, "`ignore`", IGNORE_EXAMPLE)?;
    let rules: Vec<Option<IgnoreRule>> = items
        .iter()
        .map(|item| ignore_rule(reader, item, detectors))
        .collect();
    let rules: Vec<IgnoreRule> = rules.into_iter().collect::<Option<_>>()?;
    keep_few(reader, node, items, &rules).then_some(rules)
}

/// With so many rules each must say when it ends.
pub(super) const WITH_AN_END: usize = 7;
/// So many are refused.
pub(super) const TOO_MANY: usize = 8;

/// What is accepted today hides what breaks tomorrow: three rules are fine, from the fourth on the report names them.
fn keep_few(reader: &mut Reader<'_>, node: &Node, items: &[Node], rules: &[IgnoreRule]) -> bool {
    if rules.len() >= TOO_MANY {
        let message = format!(
            "there are {} ignore rules, and {TOO_MANY} is stop",
            rules.len()
        );
        let help = "mend what some of them accept, and take those out; seven may stand here, each with its `until`";
        reader.error(node, message, help);
        return false;
    }
    let endless = items.iter().zip(rules);
    let endless: Vec<&Node> = endless
        .filter(|(_, rule)| rules.len() >= WITH_AN_END && rule.until.is_none())
        .map(|(item, _)| item)
        .collect();
    for item in &endless {
        let message = format!("this is one of {WITH_AN_END} ignore rules and has no end");
        let help = "with seven of them each needs one: write the last day on which it holds: `until: 2026-12-31`";
        reader.error(item, message, help);
    }
    endless.is_empty()
}

fn ignore_rule(reader: &mut Reader<'_>, node: &Node, detectors: &[&str]) -> Option<IgnoreRule> {
    let fields = reader.fields(node, &IGNORE, IGNORE_EXAMPLE)?;
    let detector = fields
        .require(reader, "detector", IGNORE_EXAMPLE)
        .and_then(|node| detector(reader, node, detectors));
    let request = fields.get("request").map(|node| request(reader, node));
    let why = fields
        .require(reader, "why", "why: the preview has no icon")
        .and_then(|node| reader.text(node, "`why`", "why: the preview has no icon"));
    let until = fields.get("until").map(|node| date(reader, node));
    Some(IgnoreRule {
        detector: detector?,
        request: given(request)?,
        why: why?,
        until: given(until)?,
    })
}

fn detector(reader: &mut Reader<'_>, node: &Node, detectors: &[&str]) -> Option<String> {
    let name = reader.shown_text(node, "`detector`", "detector: http-error")?;
    if detectors.contains(&name.as_str()) {
        return Some(name);
    }
    let help = match nearest(&name, detectors.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "detectors are {}",
            list_words(detectors.iter().copied(), "and")
        ),
    };
    reader.error(
        node,
        format!("unknown detector {}", quote(node.written())),
        &help,
    );
    None
}

/// A method and a path pattern in one line.
pub(super) fn request(reader: &mut Reader<'_>, node: &Node) -> Option<RequestPattern> {
    let text = reader.shown_text(node, "`request`", "request: GET /favicon.ico")?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let (method, path) = match words.as_slice() {
        [path] => (None, *path),
        [method, path] => (Some(*method), *path),
        _ => {
            let message = "`request` wants a method and a path".to_owned();
            reader.error(node, message, "write `request: GET /favicon.ico`");
            return None;
        }
    };
    if method.is_some_and(|method| !method.bytes().all(|byte| byte.is_ascii_uppercase())) {
        let message = "the method is a word of capitals".to_owned();
        reader.error(node, message, "write `request: GET /favicon.ico`");
        return None;
    }
    let path = path_pattern(reader, node, path)?;
    Some(RequestPattern {
        method: method.map(str::to_owned),
        path,
    })
}

fn date(reader: &mut Reader<'_>, node: &Node) -> Option<jiff::civil::Date> {
    let text = reader.shown_text(node, "`until`", "until: 2026-12-31")?;
    let date = text
        .parse()
        .ok()
        .filter(|_| text.len() == "2026-12-31".len());
    if date.is_none() {
        let message = format!("{} is no date", quote(node.written()));
        reader.error(
            node,
            message,
            "write year, month and day: `until: 2026-12-31`",
        );
    }
    date
}
