//! A checklist's own keys and its steps.

use std::{collections::BTreeSet, fmt::Write as _};

use sha2::{Digest, Sha256};

use super::{
    action::{VERBS, actions},
    check::{CHECKS, expectations},
    dialog::dialog,
    element::given,
    fields::Shape,
    mistake::{Mistake, quote},
    model::{Check, Checklist, Named, Step},
    nearest::{list_words, nearest},
    query::Query,
    reader::Reader,
    source::Source,
    variables::Variables,
    yaml::{Kind, Node},
};

const CHECKLIST: Shape = Shape {
    what: "a checklist",
    keys: &["name", "as", "steps"],
    later: &[],
    elsewhere: no_checklist_key,
};

const STEP: Shape = Shape {
    what: "a step",
    keys: &["name", "fresh", "dialog", "do", "expect", "confirm"],
    later: &[],
    elsewhere: no_step_key,
};

/// The longest id of a step, in characters.
const LONGEST_ID: usize = 40;

/// The names that a checklist may refer to; `None` where they aren't known.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Declared<'d> {
    /// Who may walk.
    pub(crate) personas: Option<&'d BTreeSet<String>>,
    /// What may be asked.
    pub(crate) databases: Option<&'d BTreeSet<String>>,
}

/// Reads a checklist.
pub(crate) fn read_checklist(
    source: Source<'_>,
    variables: &mut Variables,
    declared: Declared<'_>,
) -> (Option<Checklist>, Vec<Mistake>) {
    let (mut reader, root) = Reader::open(source, variables);
    let checklist = root.and_then(|root| checklist(&mut reader, &root, declared));
    let checklist = checklist.filter(|_| !reader.has_errors());
    (checklist, reader.finish())
}

fn checklist(reader: &mut Reader<'_>, root: &Node, declared: Declared<'_>) -> Option<Checklist> {
    let fields = reader.fields(root, &CHECKLIST, "name: Customer signs a quote")?;
    let name = fields
        .require(reader, "name", "name: Customer signs a quote")
        .and_then(|node| reader.name(node, "`name`", "name: Customer signs a quote"));
    let walkers = fields
        .get("as")
        .map(|node| walkers(reader, node, declared.personas));
    let steps = fields
        .require(
            reader,
            "steps",
            "steps: [{ name: Open it, do: [{ visit: / }] }]",
        )
        .and_then(|node| steps(reader, node));
    if let Some(databases) = declared.databases {
        check_databases(reader, steps.as_deref().unwrap_or_default(), databases);
    }
    let source = reader.source();
    Some(Checklist {
        name: name?,
        file: source.name.to_owned(),
        sha256: sha256(source.text.as_bytes()),
        personas: given(walkers)?.unwrap_or_default(),
        steps: steps?,
    })
}

fn no_checklist_key(key: &str) -> Option<String> {
    Some(match key {
        "persona" | "personas" | "user" => "that is `as` here: `as: owner`".to_owned(),
        "title" => "that is `name` here".to_owned(),
        "do" | "expect" | "confirm" | "fresh" => {
            format!("`{key}` belongs to a step: `steps: [{{ name: …, {key}: … }}]`")
        }
        "targets" | "device" | "ignore" | "webdriver" => {
            format!("`{key}` belongs into `shippass.yaml`")
        }
        _ => return None,
    })
}

fn no_step_key(key: &str) -> Option<String> {
    Some(match key {
        "as" => "`as` belongs to the whole checklist, beside its `name`".to_owned(),
        "actions" => "that is `do` here".to_owned(),
        "checks" | "then" | "assert" => "that is `expect` here".to_owned(),
        "alert" | "prompt" | "popup" => "that is `dialog` here: `dialog: accept`".to_owned(),
        word if VERBS.names().any(|verb| verb == word) => {
            format!("`{word}` is a verb: put `- {word}: …` under `do`")
        }
        word if CHECKS.names().any(|check| check == word) => {
            format!("`{word}` is a check: put `- {word}: …` under `expect`")
        }
        _ => return None,
    })
}

/// The personas of `as`: one, or a list of them.
fn walkers(
    reader: &mut Reader<'_>,
    node: &Node,
    personas: Option<&BTreeSet<String>>,
) -> Option<Vec<Named>> {
    let nodes = match &node.kind {
        Kind::List(_) => reader.list(node, "`as`", "as: [owner, member]")?,
        _ => std::slice::from_ref(node),
    };
    let mut seen = BTreeSet::new();
    let mut walkers = Vec::new();
    for node in nodes {
        let Some(name) = reader.name(node, "`as`", "as: owner") else {
            continue;
        };
        if let Some(personas) = personas.filter(|personas| !personas.contains(&name)) {
            unknown_persona(reader, node, personas);
        } else if !seen.insert(name.clone()) {
            let message = format!("{} stands in `as` twice", quote(&name));
            reader.error(
                node,
                message,
                "each persona walks the checklist once; keep one",
            );
        }
        walkers.push(Named {
            name,
            place: node.place,
        });
    }
    (walkers.len() == nodes.len()).then_some(walkers)
}

fn unknown_persona(reader: &mut Reader<'_>, node: &Node, personas: &BTreeSet<String>) {
    let written = node.written().trim();
    let names = || personas.iter().map(String::as_str);
    let help = match nearest(written, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if personas.is_empty() => {
            "no persona is declared; `shippass.yaml` has them under `personas`, and without `as` a checklist is walked signed out".to_owned()
        }
        None => format!(
            "declared in `shippass.yaml`: {}",
            list_words(names(), "and")
        ),
    };
    reader.error(node, format!("unknown persona {}", quote(written)), &help);
}

/// Every database that is asked must be declared.
fn check_databases(reader: &mut Reader<'_>, steps: &[Step], databases: &BTreeSet<String>) {
    let names = || databases.iter().map(String::as_str);
    let expectations = steps.iter().flat_map(|step| &step.expectations);
    for expectation in expectations {
        let Check::Query(Query { db, .. }) = &expectation.check else {
            continue;
        };
        if databases.contains(&db.name) {
            continue;
        }
        let help = match nearest(&db.name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if databases.is_empty() => {
                "no database is declared; `shippass.yaml` has them under `databases: { app: ${APP_DATABASE_URL} }`".to_owned()
            }
            None => format!("declared in `shippass.yaml`: {}", list_words(names(), "and")),
        };
        reader.error_at(db, format!("unknown database {}", quote(&db.name)), &help);
    }
}

fn steps(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Step>> {
    let items = reader.list(node, "`steps`", "- name: Open the quote")?;
    let steps: Vec<Option<Step>> = items
        .iter()
        .enumerate()
        .map(|(index, item)| step(reader, item, index + 1))
        .collect();
    steps.into_iter().collect()
}

fn step(reader: &mut Reader<'_>, node: &Node, number: usize) -> Option<Step> {
    let fields = reader.fields(node, &STEP, "- name: Open the quote")?;
    let name = fields
        .require(reader, "name", "name: Open the quote")
        .and_then(|node| reader.name(node, "`name`", "name: Open the quote"));
    let fresh = fields
        .get("fresh")
        .map(|node| reader.boolean(node, "`fresh`"));
    let dialog = fields.get("dialog").map(|node| dialog(reader, node));
    let done = fields.get("do").map(|node| actions(reader, node));
    let expected = fields.get("expect").map(|node| expectations(reader, node));
    let confirm = fields.get("confirm").map(|node| sentences(reader, node));
    if done.is_none() && expected.is_none() && confirm.is_none() {
        let message = "the step does nothing and looks at nothing".to_owned();
        let help = "give it `do`, `expect` or `confirm`";
        reader.error(fields.node(), message, help);
    }
    let name = name?;
    Some(Step {
        id: step_id(number, &name),
        name,
        fresh: given(fresh)?.unwrap_or(false),
        dialog: given(dialog)?,
        actions: given(done)?.unwrap_or_default(),
        expectations: given(expected)?.unwrap_or_default(),
        confirm: given(confirm)?.unwrap_or_default(),
        place: node.place,
    })
}

fn sentences(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<String>> {
    let example = "- Nothing is cut off at the right edge";
    let items = reader.list(node, "`confirm`", example)?;
    let sentences: Vec<Option<String>> = items
        .iter()
        .map(|item| reader.text(item, "a sentence of `confirm`", example))
        .collect();
    sentences.into_iter().collect()
}

/// `02-sign-it`: the number keeps it unique, the name readable.
fn step_id(number: usize, name: &str) -> String {
    let mut id = format!("{number:02}-");
    let mut is_gap = true;
    for character in name.chars().flat_map(char::to_lowercase) {
        if id.len() == LONGEST_ID {
            break;
        }
        if character.is_ascii_alphanumeric() {
            id.push(character);
            is_gap = false;
        } else if !is_gap && !matches!(character, '\'' | '’') {
            id.push('-');
            is_gap = true;
        }
    }
    let id = id.trim_end_matches('-');
    if id.len() <= format!("{number:02}").len() {
        return format!("{id}-step");
    }
    id.to_owned()
}

fn sha256(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string can't fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_plain_and_never_empty() {
        assert_eq!(step_id(2, "Sign it"), "02-sign-it");
        assert_eq!(step_id(1, "  It's — done! "), "01-its-done");
        assert_eq!(step_id(3, "見積書"), "03-step");
        assert_eq!(step_id(120, "x"), "120-x");
        let long = step_id(7, &"word ".repeat(30));
        assert!(long.len() <= LONGEST_ID && !long.ends_with('-'), "{long}");
    }

    #[test]
    fn hash_is_the_known_one() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
    }
}
