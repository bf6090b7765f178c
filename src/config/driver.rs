//! `webdriver`: a driver that already runs, and the capabilities to ask of it.

use super::{address::read_url, model::RemoteDriver};
use crate::checklist::{Kind, Node, Reader, Shape, given, has_variable, nowhere, quote};

pub(super) const WEBDRIVER: Shape = Shape {
    what: "`webdriver`",
    keys: &["url", "capabilities"],
    later: &[],
    elsewhere: nowhere,
};

/// The driver that already runs.
pub(super) fn webdriver(reader: &mut Reader<'_>, node: &Node) -> Option<RemoteDriver> {
    let example = "webdriver: { url: http://127.0.0.1:4444 }";
    let fields = reader.fields(node, &WEBDRIVER, example)?;
    let url = fields
        .get("url")
        .map(|node| read_url(reader, node, "`url`", "url: http://127.0.0.1:4444"));
    let capabilities = fields.get("capabilities").map(|node| {
        let example = "capabilities: { browserName: chrome }";
        let pairs = reader.pairs(node, "`capabilities`", example)?;
        json_map(reader, pairs)
    });
    Some(RemoteDriver {
        url: given(url)?,
        capabilities: given(capabilities)?.unwrap_or_default(),
    })
}

/// Capabilities that are texts by the standard, though they look like numbers.
const TEXT_CAPABILITIES: &[&str] = &["browserName", "browserVersion", "platformName"];

fn json_map(
    reader: &mut Reader<'_>,
    pairs: &[(Node, Node)],
) -> Option<serde_json::Map<String, serde_json::Value>> {
    let values: Vec<Option<(String, serde_json::Value)>> = pairs
        .iter()
        .map(|(key, value)| {
            let key = key.written();
            let value = if TEXT_CAPABILITIES.contains(&key) {
                reader
                    .text(value, &quote(key), &format!("{key}: …"))?
                    .into()
            } else {
                json(reader, value)?
            };
            Some((key.to_owned(), value))
        })
        .collect();
    values.into_iter().collect()
}

/// A value as JSON; what is written without quotes is read as JSON would, where it can be.
fn json(reader: &mut Reader<'_>, node: &Node) -> Option<serde_json::Value> {
    match &node.kind {
        Kind::Scalar {
            text,
            is_plain: true,
        } if text.is_empty() => Some(serde_json::Value::Null),
        Kind::Scalar {
            text,
            is_plain: true,
        } if !has_variable(text) => {
            let literal = serde_json::from_str(text).ok();
            let literal = literal.filter(|value: &serde_json::Value| !value.is_string());
            literal.or_else(|| {
                reader
                    .text(node, "a capability", "browserName: chrome")
                    .map(Into::into)
            })
        }
        Kind::Scalar { .. } => reader
            .text_or_empty(node, "a capability", "browserName: chrome")
            .map(Into::into),
        Kind::List(items) => {
            let values: Vec<Option<_>> = items.iter().map(|item| json(reader, item)).collect();
            values
                .into_iter()
                .collect::<Option<Vec<_>>>()
                .map(Into::into)
        }
        Kind::Map(pairs) => json_map(reader, pairs).map(Into::into),
    }
}
