//! The shape of JSON: which paths it has and what stands there, items of arrays folded into one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::is_id;

/// Deeper and larger answers are compared as far as that.
const DEEPEST: usize = 24;
const MOST_PATHS: usize = 2_000;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Array,
    Boolean,
    Null,
    Number,
    Object,
    String,
}

impl Kind {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Array => "array",
            Self::Boolean => "boolean",
            Self::Null => "null",
            Self::Number => "number",
            Self::Object => "object",
            Self::String => "string",
        }
    }
}

/// Paths and the types that were seen at each: `/items[]/id` is `number`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shape(BTreeMap<String, BTreeSet<Kind>>);

/// What stands otherwise in one shape than in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShapeChange {
    /// Where; `/` is all of it.
    pub(crate) path: String,
    /// What stands there in the one.
    pub(crate) one: String,
    /// What stands there in the other.
    pub(crate) other: String,
}

impl Shape {
    /// Adds an answer's shape to what was seen before.
    pub(crate) fn take(&mut self, value: &Value) {
        self.walk(value, String::new(), 0);
    }

    fn walk(&mut self, value: &Value, path: String, depth: usize) {
        if depth == DEEPEST || self.0.len() == MOST_PATHS {
            return;
        }
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
        self.0.entry(path).or_default().insert(Kind::of(value));
    }

    /// What differs; below a place that is empty on a side, nothing is known of that side.
    pub(crate) fn changes(&self, other: &Self) -> Vec<ShapeChange> {
        let mut paths: BTreeSet<&String> = self.0.keys().collect();
        paths.extend(other.0.keys());
        let mut told: Vec<&str> = Vec::new();
        let mut changes = Vec::new();
        for path in paths {
            let is_told = told.iter().any(|above| is_below(path, above));
            let (here, there) = (self.0.get(path), other.0.get(path));
            if here == there || is_told || self.is_blank_above(path) || other.is_blank_above(path) {
                continue;
            }
            told.push(path);
            changes.push(ShapeChange {
                path: if path.is_empty() { "/" } else { path }.to_owned(),
                one: words(here),
                other: words(there),
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

fn words(kinds: Option<&BTreeSet<Kind>>) -> String {
    let words = |kinds: &BTreeSet<Kind>| {
        let words: Vec<_> = kinds.iter().map(|kind| kind.in_words()).collect();
        words.join(" or ")
    };
    kinds.map_or_else(|| "nothing".to_owned(), words)
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
            .map(|change| format!("{}: {} / {}", change.path, change.one, change.other))
            .collect()
    }

    #[test]
    fn only_the_shape_counts_and_is_told_once() {
        let table = [
            (json!({"n": 1}), json!({"n": 2}), vec![]),
            (
                json!({"n": 1}),
                json!({"n": "1"}),
                vec!["/n: number / string"],
            ),
            (
                json!({"q": {"a": 1}}),
                json!({}),
                vec!["/q: object / nothing"],
            ),
            (
                json!({"q": null}),
                json!({"q": {"a": 1}}),
                vec!["/q: null / object"],
            ),
            (json!([1, 2]), json!([3]), vec![]),
            (
                json!([1, "a"]),
                json!([3]),
                vec!["[]: number or string / number"],
            ),
            (json!({"items": []}), json!({"items": [{"id": 1}]}), vec![]),
            (
                json!({"items": [{"id": 1}]}),
                json!({"items": [{"id": 1, "cost": 2}]}),
                vec!["/items[]/cost: nothing / number"],
            ),
            (
                json!({"1042": {"a": 1}}),
                json!({"77": {"a": 2}, "78": {"a": 3}}),
                vec![],
            ),
            (json!({}), json!([]), vec!["/: object / array"]),
        ];
        for (a, b, expected) in table {
            assert_eq!(changes(&a, &b), expected, "{a} {b}");
        }
    }
}
