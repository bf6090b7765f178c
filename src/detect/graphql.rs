//! What a GraphQL request asks for: by POST it reads as well as it writes.

use serde_json::Value;

use super::json_start;
use crate::evidence::{Body, Exchange};

/// Whether a request's body is GraphQL, and nothing in it writes.
///
/// <https://spec.graphql.org/October2021/#sec-Document>
pub(super) fn is_read(exchange: &Exchange) -> bool {
    let start = exchange.request_body.start().unwrap_or_default();
    let body = json_start::read(start);
    let operations = match &body {
        Some(Value::Array(several)) => several.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let documents: Option<Vec<_>> = operations.iter().map(document_of).collect();
    match documents {
        Some(documents) if !documents.is_empty() => documents.into_iter().all(only_reads),
        _ => {
            let is_cut_off =
                matches!(&exchange.request_body, Body::Kept(kept) if kept.whole().is_none());
            is_cut_off && unfinished_document(start).is_some_and(|document| only_reads(&document))
        }
    }
}

fn document_of(operation: &Value) -> Option<&str> {
    operation.get("query")?.as_str()
}

/// A document whose end wasn't kept: what stands behind the last `"query":`.
fn unfinished_document(start: &str) -> Option<String> {
    let (_, rest) = start.rsplit_once("\"query\"")?;
    let value = rest.trim_start().strip_prefix(':')?.trim_start();
    Some(value.strip_prefix('"')?.replace("\\n", "\n"))
}

/// Begins as what reads begin with; what somebody searches for is mostly called `query` too.
fn only_reads(document: &str) -> bool {
    let mut lines = document.lines().map(str::trim);
    let first = lines
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .unwrap_or_default();
    let at = first.find(|next: char| !next.is_ascii_alphabetic());
    let (word, rest) = first.split_at(at.unwrap_or(first.len()));
    match word {
        "" => is_selection(document, rest),
        "query" | "subscription" => document.contains('{'),
        "fragment" => document.contains('{') && !document.contains("mutation"),
        _ => false,
    }
}

/// `{ quotes { id } }`, and not `{"city":"Bern"}`.
fn is_selection(document: &str, first: &str) -> bool {
    let inside = document.split_once('{').map_or("", |(_, inside)| inside);
    let next = inside.trim_start().chars().next();
    first.starts_with('{')
        && next.is_some_and(|next| next.is_alphabetic() || matches!(next, '_' | '.' | '#'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use serde_json::json;

    use super::*;

    /// `size` is the body's own; more than the text has when its end wasn't kept.
    fn is_read_of(start: &str, size: usize) -> bool {
        let exchange = json!({
            "id": "e1", "method": "POST", "url": "https://a.example/graphql", "outcome": "pending",
            "request_body": { "kept": { "content": "json", "size": size, "start": start } }
        });
        is_read(&serde_json::from_value(exchange).unwrap())
    }

    #[test]
    fn reads_are_told_from_writes_and_from_what_else_is_called_a_query() {
        for (body, wanted) in [
            (json!({"query": "query Quotes { quotes { id } }"}), true),
            (json!({"query": "{ quotes { id } }"}), true),
            (json!({"query": "# all\n{\n  quotes { id }\n}"}), true),
            (json!({"query": "subscription { news }"}), true),
            (
                json!({"query": "query S($query: String) { s(q: $query) }", "variables": {"query": "roof"}}),
                true,
            ),
            (
                json!({"query": "fragment F on Quote { id } query { quotes { ...F } }"}),
                true,
            ),
            (json!([{"query": "{ a }"}, {"query": "query { b }"}]), true),
            (json!({"query": "mutation Sign { sign }"}), false),
            (
                json!({"query": "fragment F on Quote { id } mutation { sign { ...F } }"}),
                false,
            ),
            (
                json!([{"query": "{ a }"}, {"query": "mutation { b }"}]),
                false,
            ),
            (json!({"name": "Roofs", "query": "roof"}), false),
            (json!({"name": "Roofs", "query": "query roofs"}), false),
            (
                json!({"name": "Roofs", "query": "{\"city\":\"Bern\"}"}),
                false,
            ),
            (
                json!({"name": "Roofs", "filter": {"query": "{ a }"}}),
                false,
            ),
            (json!([]), false),
        ] {
            let body = body.to_string();
            assert_eq!(is_read_of(&body, body.len()), wanted, "{body}");
        }
    }

    #[test]
    fn a_document_whose_end_was_not_kept_is_judged_by_its_beginning() {
        for (start, wanted) in [
            (
                r#"{"operationName":"Q","query":"query Q {\n  quotes { id, na"#,
                true,
            ),
            (r##"{"query":"# all\nquery Q {\n  quotes { id"##, true),
            (r#"{"query":"mutation Sign {\n  sign(name: "#, false),
            (r#"{"name":"Roofs","query":"roof","text":"long"#, false),
        ] {
            assert_eq!(is_read_of(start, 9_000), wanted, "{start}");
        }
    }
}
