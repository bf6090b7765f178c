//! `proof` of a persona: checks that tell who is signed in.

use super::{
    check::expectation,
    mistake::quote,
    model::{Check, Expectation},
    reader::Reader,
    yaml::{Kind, Node},
};

/// The items of a `proof`.
pub(crate) fn proof(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Expectation>> {
    let items = reader.list(node, "`proof`", "- see: Hello, Ada")?;
    let checks: Vec<Option<Expectation>> = items
        .iter()
        .map(|item| {
            let expectation = expectation(reader, item)?;
            tells_who(reader, item, &expectation.check).then_some(expectation)
        })
        .collect();
    checks.into_iter().collect()
}

/// What isn't there, what was typed and what a step brought about tell nothing of who is signed in.
fn tells_who(reader: &mut Reader<'_>, item: &Node, check: &Check) -> bool {
    if matches!(check, Check::See(_) | Check::Url(_) | Check::Fetch(_)) {
        return true;
    }
    let word = match &item.kind {
        Kind::Map(pairs) => pairs
            .iter()
            .map(|(key, _)| key.written())
            .find(|key| *key != "within"),
        Kind::Scalar { .. } | Kind::List(_) => None,
    };
    let message = format!(
        "{} doesn’t prove who is signed in",
        quote(word.unwrap_or_default())
    );
    let help = "a proof is what an API says of whoever is signed in: `- fetch: { path: /api/me, at: /email, equals: \
                ada@example.com }`, or what only this persona can see: `- see: Hello, Ada`";
    reader.error(item, message, help);
    false
}
