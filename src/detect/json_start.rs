//! The start of a JSON text as a value: evidence keeps a long body's first characters only.

use serde_json::Value;

/// Reads a JSON text, or as much of one that was cut off as is whole; `None` for what is no JSON.
pub(super) fn read(start: &str) -> Option<Value> {
    serde_json::from_str(start).ok().or_else(|| {
        let whole = close(start)?;
        serde_json::from_str(&whole).ok()
    })
}

/// Cuts back to the last whole item and closes what is open there.
fn close(start: &str) -> Option<String> {
    let mut open = Vec::new();
    let mut is_in_string = false;
    let mut is_escaped = false;
    // The last comma between items, and what was open at it.
    let mut last = None;
    for (at, next) in start.char_indices() {
        match next {
            _ if is_escaped => is_escaped = false,
            '\\' if is_in_string => is_escaped = true,
            '"' => is_in_string = !is_in_string,
            _ if is_in_string => {}
            '{' => open.push('}'),
            '[' => open.push(']'),
            '}' | ']' => {
                open.pop();
            }
            ',' => last = Some((at, open.clone())),
            _ => {}
        }
    }
    let (end, open) = last?;
    let closing: String = open.iter().rev().collect();
    Some(format!("{}{closing}", &start[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn as_much_as_is_whole() {
        for (start, wanted) in [
            ("{\"a\":1}", Some(json!({"a": 1}))),
            (
                "{\"a\":\"x,\\\"y\",\"b\":[1,{\"c\":2,\"d\":\"long te",
                Some(json!({"a": "x,\"y", "b": [1, {"c": 2}]})),
            ),
            ("[1,2,", Some(json!([1, 2]))),
            ("{\"a\":\"one long text", None),
            ("name=Ada&x=1,2", None),
            ("", None),
        ] {
            assert_eq!(read(start), wanted, "{start}");
        }
    }
}
