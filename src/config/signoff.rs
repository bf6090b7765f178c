//! `signoff`: what the project demands of who signs.

use std::path::Path;

use super::{
    error::ProjectError,
    load::{find_config, name_of, read_text},
    model::SignoffPolicy,
};
use crate::checklist::{Kind, Node, Reader, Shape, Source, Variables, given, nowhere};

pub(super) const SIGNOFF: Shape = Shape {
    what: "`signoff`",
    keys: &["signers", "not_author"],
    later: &[],
    elsewhere: nowhere,
};

const EXAMPLE: &str = "signoff: { signers: 2, not_author: true }";

/// The demands.
pub(super) fn signoff(reader: &mut Reader<'_>, node: &Node) -> Option<SignoffPolicy> {
    let fields = reader.fields(node, &SIGNOFF, EXAMPLE)?;
    let signers = fields.get("signers");
    let signers = signers.map(|node| reader.count(node, "`signers`", "signers: 2"));
    let not_author = fields.get("not_author");
    let not_author = not_author.map(|node| reader.boolean(node, "`not_author`"));
    Some(SignoffPolicy {
        signers: given(signers)?.unwrap_or(1),
        not_author: given(not_author)?.unwrap_or_default(),
    })
}

/// The demands alone: whoever signs or verifies has none of the values that a run takes from the environment.
///
/// Without a path they are those of `shippass.yaml` in the current folder, if there is one.
pub fn signoff_policy(path: Option<&Path>) -> Result<SignoffPolicy, ProjectError> {
    let Some(found) = find_config(path)? else {
        return Ok(SignoffPolicy::default());
    };
    let text = read_text(&found)?.map_err(|mistake| ProjectError::Mistakes(vec![*mistake]))?;
    let name = name_of(&found);
    let source = Source {
        name: &name,
        text: &text,
    };
    let mut variables = Variables::default();
    let (mut reader, root) = Reader::open(source, &mut variables);
    let policy = match root.as_ref().map(|root| &root.kind) {
        Some(Kind::Map(pairs)) => {
            let mut pairs = pairs.iter();
            let node = pairs.find(|(key, _)| key.written() == "signoff");
            node.map(|(_, node)| signoff(&mut reader, node))
        }
        _ => None,
    };
    let has_errors = reader.has_errors();
    match given(policy) {
        Some(policy) if !has_errors => Ok(policy.unwrap_or_default()),
        _ => Err(ProjectError::Mistakes(reader.finish())),
    }
}
