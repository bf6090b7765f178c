//! Where steps stand in a file, read without asking whether all of it is right.

use super::{
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
