//! `proof` of a persona: checks that tell who is signed in.

use super::{
    check::expectation,
    mistake::quote,
    model::{Check, Expectation},
    reader::Reader,
    yaml::Node,
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
    let word = match check {
        Check::See(_) | Check::Url(_) | Check::Fetch(_) => return true,
        Check::NotSee(_) => "not_see",
        Check::Value(_) => "value",
        Check::Response(_) => "response",
        Check::NoResponse(_) => "no_response",
        Check::Query(_) => "query",
    };
    let message = format!("{} doesn’t prove who is signed in", quote(word));
    let help = "a proof is what an API says of whoever is signed in: `- fetch: { path: /api/me, at: /email, equals: \
                ada@example.com }`, or what only this persona can see: `- see: Hello, Ada`";
    reader.error(item, message, help);
    false
}
