//! The shape of JSON: which paths it has and what stands there, items of arrays folded into one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::model::Change;
use crate::detect::is_id;

/// Deeper and larger answers are compared as far as that.
const DEEPEST: usize = 24;
const MOST_PATHS: usize = 2_000;

/// Paths and the types that were seen at each: `/items[]/id` is `number`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shape(BTreeMap<String, BTreeSet<&'static str>>);

impl Shape {
    /// Adds an answer's shape to what was seen before.
    pub(super) fn take(&mut self, value: &Value) {
        self.walk(value, String::new(), 0);
    }

    fn walk(&mut self, value: &Value, path: String, depth: usize) {
        if depth == DEEPEST || self.0.len() == MOST_PATHS {
            return;
        }
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        match value {
            Value::Array(items) => {
                for item in items {
                    self.walk(item, format!("{path}[]"), depth + 1);
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    // A map by id has as many paths as the data has ids.
                    let key = if is_id(key) { "*" } else { key };
                    self.walk(value, format!("{path}/{key}"), depth + 1);
                }
            }
            _ => {}
        }
        self.0.entry(path).or_default().insert(kind);
    }

    /// What differs; below a place that is empty on a side, nothing is known of that side.
    pub(super) fn changes(&self, other: &Self) -> Vec<Change> {
        let mut paths: BTreeSet<&String> = self.0.keys().collect();
        paths.extend(other.0.keys());
        let mut told: Vec<&str> = Vec::new();
        let mut changes = Vec::new();
        for path in paths {
            let is_told = told.iter().any(|above| is_below(path, above));
            let (a, b) = (self.0.get(path), other.0.get(path));
            if a == b || is_told || self.is_blank_above(path) || other.is_blank_above(path) {
                continue;
            }
            told.push(path);
            changes.push(Change {
                what: format!("json {}", if path.is_empty() { "/" } else { path }),
                a: words(a),
                b: words(b),
            });
        }
        changes
    }

    /// Whether the path lies in an array without items.
    fn is_blank_above(&self, path: &str) -> bool {
        let ends = path.match_indices("[]").map(|(at, _)| at);
        ends.into_iter()
            .any(|at| self.0.contains_key(&path[..at]) && !self.0.contains_key(&path[..at + 2]))
    }
}

fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| rest.starts_with('/') || rest.starts_with("[]"))
}

fn words(types: Option<&BTreeSet<&'static str>>) -> String {
    types.map_or_else(
        || "nothing".to_owned(),
        |types| types.iter().copied().collect::<Vec<_>>().join(" or "),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changes(a: &Value, b: &Value) -> Vec<String> {
        let [a, b] = [a, b].map(|value| {
            let mut shape = Shape::default();
            shape.take(value);
            shape
        });
        let lines = a.changes(&b).into_iter();
        lines
            .map(|change| format!("{}: {} / {}", change.what, change.a, change.b))
            .collect()
    }

    #[test]
    fn only_the_shape_counts_and_is_told_once() {
        let table = [
            (json!({"n": 1}), json!({"n": 2}), vec![]),
            (
                json!({"n": 1}),
                json!({"n": "1"}),
                vec!["json /n: number / string"],
            ),
            (
                json!({"q": {"a": 1}}),
                json!({}),
                vec!["json /q: object / nothing"],
            ),
            (
                json!({"q": null}),
                json!({"q": {"a": 1}}),
                vec!["json /q: null / object"],
            ),
            (json!([1, 2]), json!([3]), vec![]),
            (
                json!([1, "a"]),
                json!([3]),
                vec!["json []: number or string / number"],
            ),
            (json!({"items": []}), json!({"items": [{"id": 1}]}), vec![]),
            (
                json!({"items": [{"id": 1}]}),
                json!({"items": [{"id": 1, "cost": 2}]}),
                vec!["json /items[]/cost: nothing / number"],
            ),
            (
                json!({"1042": {"a": 1}}),
                json!({"77": {"a": 2}, "78": {"a": 3}}),
                vec![],
            ),
            (json!({}), json!([]), vec!["json /: object / array"]),
        ];
        for (a, b, expected) in table {
            assert_eq!(changes(&a, &b), expected, "{a} {b}");
        }
    }
}
