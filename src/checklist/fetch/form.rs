//! How a `fetch` is written.

use super::{
    super::{
        element::given,
        fields::{Fields, Shape},
        pattern::StatusPattern,
        reader::{Reader, found},
        reference::has_variable,
        wanted::wanted,
        yaml::{Kind, Node},
    },
    Comparison, Fetch,
};

pub(in crate::checklist) const FETCH: Shape = Shape {
    what: "`fetch`",
    keys: &[
        "path", "status", "at", "equals", "contains", "exists", "count",
    ],
    later: &[],
    elsewhere: no_fetch_key,
};

/// An item with it, for messages.
pub(in crate::checklist) const FETCH_EXAMPLE: &str =
    "- fetch: { path: /api/me, at: /email, equals: ada@example.com }";

fn no_fetch_key(key: &str) -> Option<String> {
    Some(match key {
        "within" => "`within` stands beside `fetch`, not in it".to_owned(),
        "url" => "that is `path` here: `path: /api/me`".to_owned(),
        "pointer" | "json" | "jsonpath" => "that is `at` here: `at: /email`".to_owned(),
        "is" | "value" | "equal" => "that is `equals` here".to_owned(),
        "length" | "size" => "that is `count` here".to_owned(),
        "method" | "body" | "headers" => {
            "`fetch` reads with GET and nothing else; what writes is done by a step's actions"
                .to_owned()
        }
        _ => return None,
    })
}

/// Reads a `fetch`: a path alone, or a map that says what must stand where.
pub(crate) fn fetch(reader: &mut Reader<'_>, node: &Node) -> Option<Fetch> {
    if !matches!(node.kind, Kind::Map(_)) {
        return Some(Fetch {
            path: path(reader, node)?,
            status: None,
            at: String::new(),
            wants: Vec::new(),
        });
    }
    let fields = reader.fields(node, &FETCH, FETCH_EXAMPLE)?;
    let path = fields
        .require(reader, "path", "path: /api/me")
        .and_then(|node| path(reader, node));
    let status = fields.get("status").map(|node| status(reader, node));
    let at = fields.get("at").map(|node| pointer(reader, node));
    let wants = comparisons(reader, &fields);
    if let Some(at) = fields
        .get("at")
        .filter(|_| wants.as_ref().is_some_and(Vec::is_empty))
    {
        let message = "`at` says where, and nothing says what must stand there".to_owned();
        let help = "give one of `equals`, `contains`, `exists` or `count`: `exists: true`";
        reader.error(at, message, help);
        return None;
    }
    Some(Fetch {
        path: path?,
        status: given(status)?,
        at: given(at)?.unwrap_or_default(),
        wants: wants?,
    })
}

fn comparisons(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Vec<Comparison>> {
    let mut wants = Vec::new();
    if let Some(node) = fields.get("equals") {
        let value = wanted(reader, node, "`equals`", "equals: pro");
        wants.push(value.map(Comparison::Equals));
    }
    if let Some(node) = fields.get("contains") {
        let value = wanted(reader, node, "`contains`", "contains: pro");
        wants.push(value.map(Comparison::Contains));
    }
    if let Some(node) = fields.get("exists") {
        wants.push(reader.boolean(node, "`exists`").map(Comparison::Exists));
    }
    if let Some(node) = fields.get("count") {
        wants.push(number(reader, node, "`count`", "count: 3").map(Comparison::Count));
    }
    wants.into_iter().collect()
}

fn path(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let text = reader.text(node, "`fetch`", FETCH_EXAMPLE)?;
    let text = text.trim();
    let is_path = text.starts_with('/') || text.contains("://");
    if is_path && !text.contains(char::is_whitespace) {
        return Some(text.to_owned());
    }
    let message = "the path must begin with `/` and hold no white space".to_owned();
    let help = "write it as `/api/me`, or a whole address on one of the target's origins; a space is written %20";
    reader.error(node, message, help);
    None
}

fn status(reader: &mut Reader<'_>, node: &Node) -> Option<StatusPattern> {
    let status = StatusPattern::parse(node.written());
    if status.is_none() {
        let message = format!("`status` wants a status, found {}", found(node));
        reader.error(node, message, "write `status: 200` or `status: 2xx`");
    }
    status
}

/// Reads a JSON Pointer.
fn pointer(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let text = reader.text_or_empty(node, "`at`", "at: /email")?;
    let text = text.trim();
    if text.is_empty() || text.starts_with('/') {
        return Some(text.to_owned());
    }
    let help = if has_variable(node.written()) || !text.bytes().all(is_plain_byte) {
        "a JSON Pointer begins with `/`, and `/` stands between its parts: `at: /user/email`"
            .to_owned()
    } else {
        let bare = text.trim_start_matches("$.");
        format!(
            "write `at: /{}`",
            bare.replace(['.', '['], "/").replace(']', "")
        )
    };
    let message = "a JSON Pointer must begin with `/`".to_owned();
    reader.error(node, message, &help);
    None
}

fn is_plain_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.$[]".contains(&byte)
}

/// Reads a whole number from 0.
pub(in crate::checklist) fn number(
    reader: &mut Reader<'_>,
    node: &Node,
    subject: &str,
    example: &str,
) -> Option<usize> {
    let number = node.written().parse().ok();
    if number.is_none() {
        let message = format!("{subject} wants a whole number, found {}", found(node));
        reader.error(node, message, &format!("write `{example}`"));
    }
    number
}
