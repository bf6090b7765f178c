//! A value as a checklist writes it, to be held against what a server keeps or answers.

use std::fmt;

use serde_json::Value;

use super::{
    reader::Reader,
    yaml::{Kind, Node},
};

/// A value that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Written in quotes: this text and nothing else.
    Text(String),
    /// Written without quotes: this text, or the number, the yes or no or the nothing that it spells.
    Plain(String),
    /// A list, item by item.
    List(Vec<Wanted>),
    /// A map with these keys and no others.
    Map(Vec<(String, Wanted)>),
}

impl Wanted {
    /// Whether a JSON value is the one that is wanted; `1.10` is the number 1.1.
    pub fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(text) | Self::Plain(text), Value::String(value)) => text == value,
            (Self::Plain(text), Value::Number(number)) => is_same_number(text, &number.to_string()),
            (Self::Plain(text), Value::Bool(value)) => *text == value.to_string(),
            (Self::Plain(text), Value::Null) => is_null(text),
            (Self::List(wanted), Value::Array(values)) => {
                wanted.len() == values.len()
                    && wanted.iter().zip(values).all(|(one, value)| one.is(value))
            }
            (Self::Map(wanted), Value::Object(members)) => {
                wanted.len() == members.len() && self.is_part_of(value)
            }
            _ => false,
        }
    }

    /// Whether a JSON value contains it: a text a part of itself, a list an item, a map these members.
    pub fn is_in(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(part) | Self::Plain(part), Value::String(text)) => text.contains(part),
            (_, Value::Array(items)) => items
                .iter()
                .any(|item| self.is(item) || self.is_part_of(item)),
            _ => self.is_part_of(value),
        }
    }

    /// Whether an object has all members of a wanted map, and perhaps more.
    fn is_part_of(&self, value: &Value) -> bool {
        let (Self::Map(wanted), Value::Object(members)) = (self, value) else {
            return false;
        };
        let has = |(key, one): &(String, Self)| {
            members
                .get(key)
                .is_some_and(|member| one.is(member) || one.is_part_of(member))
        };
        wanted.iter().all(has)
    }

    /// Whether a database's value, as the text that it gives, is the one that is wanted.
    pub fn is_cell(&self, cell: Option<&str>) -> bool {
        let Some(cell) = cell else {
            return matches!(self, Self::Plain(text) if is_null(text));
        };
        match self {
            Self::Text(text) => text == cell || is_same_time(text, cell),
            Self::Plain(text) => {
                text == cell
                    || is_same_number(text, cell)
                    || is_same_time(text, cell)
                    || is_same_truth(text, cell)
            }
            Self::List(_) | Self::Map(_) => {
                serde_json::from_str(cell).is_ok_and(|value| self.is(&value))
            }
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "“{text}”"),
            Self::Plain(text) => f.write_str(text),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Map(pairs) => {
                f.write_str("{")?;
                for (index, (key, value)) in pairs.iter().enumerate() {
                    write!(f, "{}{key}: {value}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
        }
    }
}

/// Reads a value: a text, a list or a map.
pub(super) fn wanted(
    reader: &mut Reader<'_>,
    node: &Node,
    subject: &str,
    example: &str,
) -> Option<Wanted> {
    match &node.kind {
        Kind::Scalar { .. } if node.is_nothing() => {
            reader.wrong(node, subject, "a value", example);
            None
        }
        Kind::Scalar { is_plain, .. } => {
            let text = reader.text_or_empty(node, subject, example)?;
            Some(if *is_plain {
                Wanted::Plain(text)
            } else {
                Wanted::Text(text)
            })
        }
        Kind::List(items) => {
            let items: Vec<Option<Wanted>> = items
                .iter()
                .map(|item| wanted(reader, item, subject, example))
                .collect();
            items.into_iter().collect::<Option<_>>().map(Wanted::List)
        }
        Kind::Map(pairs) => {
            let pairs: Vec<Option<(String, Wanted)>> = pairs
                .iter()
                .map(|(key, value)| {
                    let value = wanted(reader, value, subject, example)?;
                    Some((key.written().to_owned(), value))
                })
                .collect();
            pairs.into_iter().collect::<Option<_>>().map(Wanted::Map)
        }
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "null" | "~")
}

/// Databases write a yes or no as a word, a letter or a digit.
fn is_same_truth(text: &str, cell: &str) -> bool {
    match text {
        "true" => matches!(cell, "t" | "1" | "true"),
        "false" => matches!(cell, "f" | "0" | "false"),
        _ => false,
    }
}

/// The same point in time, or the same date and time of day, in two ways to write it.
fn is_same_time(one: &str, other: &str) -> bool {
    // Without a dash behind the year it is no date.
    let is_date = |text: &str| text.as_bytes().get(4) == Some(&b'-') && text.len() >= 16;
    if !is_date(one) || !is_date(other) {
        return false;
    }
    let point = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let civil = |text: &str| text.parse::<jiff::civil::DateTime>().ok();
    match (point(one), point(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => civil(one).is_some_and(|one| civil(other) == Some(one)),
        _ => false,
    }
}

/// The same number, however it is written: `4500`, `4500.00`, `4.5e3`.
pub(super) fn is_same_number(one: &str, other: &str) -> bool {
    number(one).is_some_and(|one| number(other) == Some(one))
}

/// A decimal number as sign, digits and the power of ten of the last digit; exact at any length.
#[derive(PartialEq)]
struct Number {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

fn number(text: &str) -> Option<Number> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let all = format!("{whole}{decimals}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = all.trim_start_matches('0');
    let digits = significant.trim_end_matches('0');
    if digits.is_empty() {
        return Some(Number {
            is_negative: false,
            digits: String::new(),
            exponent: 0,
        });
    }
    let zeros = i64::try_from(significant.len() - digits.len()).ok()?;
    let decimals = i64::try_from(decimals.len()).ok()?;
    Some(Number {
        is_negative: mantissa.starts_with('-'),
        digits: digits.to_owned(),
        exponent: exponent.checked_add(zeros)?.checked_sub(decimals)?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain(text: &str) -> Wanted {
        Wanted::Plain(text.to_owned())
    }

    fn quoted(text: &str) -> Wanted {
        Wanted::Text(text.to_owned())
    }

    #[test]
    fn what_is_in_quotes_is_a_text_and_what_is_not_may_be_more() {
        assert!(plain("4500").is(&json!(4500)) && plain("4500").is(&json!("4500")));
        assert!(quoted("4500").is(&json!("4500")) && !quoted("4500").is(&json!(4500)));
        assert!(plain("4500.00").is(&json!(4500)) && plain("4.5e3").is(&json!(4500)));
        assert!(!plain("4500.01").is(&json!(4500)) && !plain("-4500").is(&json!(4500)));
        assert!(plain("true").is(&json!(true)) && !quoted("true").is(&json!(true)));
        assert!(plain("null").is(&json!(null)) && !quoted("null").is(&json!(null)));
        assert!(plain("0").is(&json!(-0.0)) && !plain("").is(&json!(null)));
        let big = "123456789012345678901234567890";
        assert!(is_same_number(big, &format!("{big}.0")));
        assert!(!is_same_number(big, "123456789012345678901234567891"));
    }

    #[test]
    fn lists_and_maps_are_compared_whole_and_contained_in_part() {
        let list = Wanted::List(vec![plain("1"), quoted("a")]);
        assert!(list.is(&json!([1, "a"])) && !list.is(&json!(["a", 1])) && !list.is(&json!([1])));
        let map = Wanted::Map(vec![("id".to_owned(), plain("7"))]);
        assert!(map.is(&json!({"id": 7})) && !map.is(&json!({"id": 7, "name": "x"})));
        assert!(map.is_in(&json!({"id": 7, "name": "x"})));
        assert!(map.is_in(&json!([{"id": 6}, {"id": 7, "name": "x"}])));
        assert!(plain("Love").is_in(&json!("Ada Lovelace")) && plain("2").is_in(&json!([1, 2])));
        assert!(!plain("2").is_in(&json!(12)) && !plain("id").is_in(&json!({"id": 1})));
    }

    #[test]
    fn cells_are_texts_with_their_types_folded() {
        assert!(plain("4500").is_cell(Some("4500.00")) && !quoted("4500").is_cell(Some("4500.00")));
        assert!(plain("true").is_cell(Some("t")) && plain("false").is_cell(Some("0")));
        assert!(!plain("true").is_cell(Some("0")) && !quoted("true").is_cell(Some("t")));
        assert!(plain("null").is_cell(None) && !quoted("").is_cell(None));
        assert!(!plain("null").is_cell(Some("")) && quoted("").is_cell(Some("")));
        assert!(plain("2026-11-20T10:00:00").is_cell(Some("2026-11-20 10:00:00")));
        assert!(quoted("2026-11-20T10:00:00Z").is_cell(Some("2026-11-20 11:00:00+01")));
        assert!(!quoted("2026-11-20T10:00:00Z").is_cell(Some("2026-11-20 10:00:00+01")));
        assert!(!quoted("2026-11-20T10:00:00Z").is_cell(Some("2026-11-20 10:00:00")));
        assert!(plain("2026-11-20").is_cell(Some("2026-11-20")));
        let map = Wanted::Map(vec![("a".to_owned(), plain("1"))]);
        assert!(map.is_cell(Some("{\"a\": 1}")) && !map.is_cell(Some("a: 1")));
    }
}
