//! Where steps stand in a file, read without asking whether all of it is right.

use super::{
    identity::{sha256, sha256_of_all},
    include::{normal, run_alone},
    model::Place,
    source::without_mark,
    yaml::{Kind, Node, parse},
};

/// The names of the steps that a file writes out, as they are written, and where each begins; empty for a file that
/// is no checklist.
pub fn step_places(text: &str) -> Vec<(String, Place)> {
    let Some(root) = parse(without_mark(text)).root else {
        return Vec::new();
    };
    let Some(Kind::List(steps)) = value(&root, "steps").map(|node| &node.kind) else {
        return Vec::new();
    };
    let named = steps.iter().map(|step| {
        let name = value(step, "name").map_or("", Node::written);
        (name.to_owned(), step.place)
    });
    named.collect()
}

/// The SHA-256 of a checklist and of what it runs, as [`Checklist::sha256`](super::Checklist::sha256) says; `None` when a
/// file of them can't be read.
pub fn sha256_as_written(
    name: &str,
    text: &str,
    read: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let mut parts = Vec::new();
    add_parts(name, text, read, &mut parts)?;
    Some(sha256_of_all(text, &parts))
}

/// The files that a checklist runs, in the order in which they are read.
fn add_parts(
    name: &str,
    text: &str,
    read: &dyn Fn(&str) -> Option<String>,
    parts: &mut Vec<(String, String)>,
) -> Option<()> {
    let root = parse(without_mark(text)).root;
    let steps = root.as_ref().and_then(|root| value(root, "steps"));
    let Some(Kind::List(steps)) = steps.map(|node| &node.kind) else {
        return Some(());
    };
    for run in steps
        .iter()
        .filter_map(|step| run_alone(value(step, "do")?))
    {
        let path = value(run, "checklist").unwrap_or(run).written();
        let folder = name.rfind('/').map_or("", |at| &name[..=at]);
        let part = normal(&format!("{folder}{path}"));
        if parts.iter().any(|(known, _)| *known == part) {
            continue;
        }
        let text = read(&part)?;
        parts.push((part.clone(), sha256(text.as_bytes())));
        add_parts(&part, &text, read, parts)?;
    }
    Some(())
}

fn value<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Kind::Map(pairs) = &node.kind else {
        return None;
    };
    let mut pairs = pairs.iter();
    pairs.find_map(|(name, value)| (name.written() == key).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_stands_where_its_dash_is_followed_by_its_first_key() {
        let text = "name: Quotes\nas: owner\nsteps:\n  # the door\n  - name: Open ${it}\n    do:\n      - visit: /\n\n  - do:\n      - tap: Sign\n    name: \"Sign it\"\n";
        let places: Vec<_> = step_places(text)
            .into_iter()
            .map(|(name, place)| (name, place.line))
            .collect();
        assert_eq!(
            places,
            [("Open ${it}".to_owned(), 5), ("Sign it".to_owned(), 9)]
        );
        assert_eq!(step_places("no: [checklist"), []);
        assert_eq!(step_places("- a"), []);
    }
}
