//! A `run` as it is written: a path, or a map of path and arguments.

use super::normal;
use crate::checklist::{
    fields::Shape,
    mistake::quote,
    reader::Reader,
    reference::{has_variable, is_variable_name},
    yaml::{Kind, Node},
};

pub(in crate::checklist) const RUN: Shape = Shape {
    what: "`run`",
    keys: &["checklist", "with"],
    later: &[],
    elsewhere: no_run_key,
};

const EXAMPLE: &str = "- run: parts/sign-quote.yaml";
const WITH_EXAMPLE: &str = "- run: { checklist: parts/sign-quote.yaml, with: { quote: \"1042\" } }";

/// The item of a `do` that is a `run` and stands alone in it.
pub(in crate::checklist) fn run_alone(done: &Node) -> Option<&Node> {
    let Kind::List(items) = &done.kind else {
        return None;
    };
    let [item] = items.as_slice() else {
        return None;
    };
    match &item.kind {
        Kind::Map(pairs) => match pairs.as_slice() {
            [(key, value)] if key.written() == "run" && !value.is_nothing() => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// What is said of a `run` that doesn't stand alone in the `do` of a step.
pub(in crate::checklist) fn refuse(reader: &mut Reader<'_>, node: &Node) {
    if node.is_nothing() {
        return reader.wrong(node, "`run`", "a checklist's path", EXAMPLE);
    }
    let message = "`run` stands alone in the `do` of a checklist's step".to_owned();
    let help = format!(
        "give it a step of its own, `do: [{{ {} }}]`; a sign-in is written out",
        EXAMPLE.trim_start_matches("- ")
    );
    reader.error(node, message, &help);
}

fn no_run_key(key: &str) -> Option<String> {
    Some(match key {
        "file" | "path" | "name" | "include" => "that is `checklist` here".to_owned(),
        "args" | "arguments" | "vars" | "variables" | "params" | "env" => {
            "that is `with` here: `with: { quote: \"1042\" }`".to_owned()
        }
        "as" => "the steps are walked as the checklist's own `as` that runs them".to_owned(),
        _ => return None,
    })
}

/// A `run` as it is written.
pub(super) struct Run<'n> {
    /// Where the path stands.
    pub(super) at: &'n Node,
    /// The path, from where the checklist's own is counted.
    pub(super) name: String,
    /// Keys and values of `with`.
    pub(super) with: Vec<(&'n Node, String)>,
}

pub(super) fn read_run<'n>(reader: &mut Reader<'_>, node: &'n Node) -> Option<Run<'n>> {
    let Kind::Map(_) = &node.kind else {
        let name = path(reader, node)?;
        return Some(Run {
            at: node,
            name,
            with: Vec::new(),
        });
    };
    let fields = reader.fields(node, &RUN, WITH_EXAMPLE)?;
    let checklist = fields.require(reader, "checklist", WITH_EXAMPLE);
    let name = checklist.and_then(|node| path(reader, node));
    let pairs = match fields.get("with") {
        Some(node) => reader.pairs(node, "`with`", "with: { quote: \"1042\" }")?,
        None => &[],
    };
    let with: Vec<Option<(&Node, String)>> = pairs
        .iter()
        .map(|(key, value)| Some((key, argument(reader, key, value)?)))
        .collect();
    Some(Run {
        at: checklist?,
        name: name?,
        with: with.into_iter().collect::<Option<_>>()?,
    })
}

fn argument(reader: &mut Reader<'_>, key: &Node, value: &Node) -> Option<String> {
    let name = key.written();
    if !is_variable_name(name) {
        let message = format!("{} is no name for an argument", quote(name));
        let help = "a name is made of letters, digits and `_`: `with: { quote: \"1042\" }` fills `${quote}`";
        reader.error(key, message, help);
        return None;
    }
    reader.text_or_empty(value, "an argument", "with: { quote: \"1042\" }")
}

/// The path of the file to run, from where the name of this one is counted.
fn path(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    if has_variable(node.written()) {
        let message = "the path of a checklist to run can't hold a variable".to_owned();
        reader.error(node, message, "write it out; values go in by `with`");
        return None;
    }
    let path = reader.name(node, "`run`", EXAMPLE)?;
    if path.starts_with('/') || path.contains(['\\', ':']) {
        let message = format!("{} is no path from this file", quote(&path));
        let help = format!(
            "the path begins in this file's own folder, with `/` between folders: `{EXAMPLE}`"
        );
        reader.error(node, message, &help);
        return None;
    }
    let own = reader.source().name;
    let folder = own.rfind('/').map_or("", |at| &own[..=at]);
    Some(normal(&format!("{folder}{path}")))
}
