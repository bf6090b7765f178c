//! How an element is named, and fields with their texts.

use super::{
    action::EntryForm,
    fields::{Fields, Shape},
    mistake::quote,
    model::{By, Entry, Locator},
    nearest::{list_words, nearest},
    reader::Reader,
    roles::{ROLES, is_role},
    yaml::{Kind, Node, is_sensitive},
};

pub(super) const ELEMENT: Shape = Shape {
    what: "an element",
    keys: &["role", "name", "label", "test_id", "css", "in", "nth"],
    later: &[],
    elsewhere: no_element_key,
};

/// The keys that name an element.
const WAYS: &[&str] = &["role", "name", "label", "test_id", "css"];

const ELEMENT_EXAMPLE: &str = "{ role: button, name: Sign }";

fn no_element_key(key: &str) -> Option<String> {
    Some(match key {
        "within" => "`within` stands beside the check, not in the element".to_owned(),
        "text" => "an element's visible text is its `name`".to_owned(),
        "id" => "write `css: \"#the-id\"`".to_owned(),
        "testid" | "test-id" | "data-testid" => "that is `test_id` here".to_owned(),
        "selector" | "xpath" => "write `css:` with a CSS selector".to_owned(),
        "placeholder" => "a field without a label goes by its accessible name: `name:`".to_owned(),
        "index" | "number" => "that is `nth` here, counted from 1".to_owned(),
        _ => return None,
    })
}

fn no_entry_key(key: &str) -> Option<String> {
    Some(match key {
        "value" | "with" => "that is `text` here, and `option` for `choose`".to_owned(),
        "label" | "role" | "name" | "test_id" | "css" => {
            format!("`{key}` belongs into the field: `field: {{ {key}: … }}`")
        }
        _ => return None,
    })
}

/// Reads an element: its label or visible text, or a map that says more.
pub(super) fn locator(
    reader: &mut Reader<'_>,
    node: &Node,
    subject: &str,
    example: &str,
) -> Option<Locator> {
    match &node.kind {
        Kind::Scalar { .. } if !node.is_nothing() => {
            reader.text(node, subject, example).map(Locator::named)
        }
        Kind::Map(_) => {
            let fields = reader.fields(node, &ELEMENT, ELEMENT_EXAMPLE)?;
            locator_of(reader, &fields)
        }
        _ => {
            reader.wrong(node, subject, "a text or an element", example);
            None
        }
    }
}

/// Reads an element from a map whose keys have been looked at.
fn locator_of(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Locator> {
    let by = by(reader, fields);
    let inside = fields.get("in").map(|node| {
        let subject = "`in`";
        locator(reader, node, subject, "in: { role: dialog }").map(Box::new)
    });
    let nth = fields
        .get("nth")
        .map(|node| reader.count(node, "`nth`", "nth: 2"));
    Some(Locator {
        by: by?,
        inside: given(inside)?,
        nth: given(nth)?,
    })
}

/// Turns "given and readable" round: `None` when it was given and couldn't be read.
#[expect(
    clippy::option_option,
    reason = "not given and not readable are two things"
)]
pub(crate) fn given<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        None => Some(None),
        Some(read) => read.map(Some),
    }
}

fn by(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<By> {
    let ways: Vec<(&str, &Node)> = WAYS
        .iter()
        .filter_map(|way| fields.get(way).map(|node| (*way, node)))
        .collect();
    let mut text =
        |node: &Node, key: &str| reader.text(node, &format!("`{key}`"), &format!("{key}: …"));
    match ways.as_slice() {
        [("name", name)] => text(name, "name").map(By::Name),
        [("label", label)] => text(label, "label").map(By::Label),
        [("test_id", id)] => text(id, "test_id").map(By::TestId),
        [("css", selector)] => text(selector, "css").map(By::Css),
        [("role", role)] => role_of(reader, role).map(|role| By::Role { role, name: None }),
        [("role", role), ("name", name)] => {
            let name = text(name, "name");
            let role = role_of(reader, role);
            Some(By::Role {
                role: role?,
                name: Some(name?),
            })
        }
        [] if fields.has_unknown() => None,
        [] => {
            let message = "an element needs something to be found by".to_owned();
            let help = format!(
                "give one of {}: `{ELEMENT_EXAMPLE}`",
                list_words(WAYS.iter().copied(), "or")
            );
            reader.error(fields.node(), message, &help);
            None
        }
        _ => {
            let found = list_words(ways.iter().map(|(way, _)| *way), "and");
            let message = format!("an element is named in one way, found {found}");
            let help = format!(
                "keep one of them; only `role` and `name` go together: `{ELEMENT_EXAMPLE}`"
            );
            reader.error(fields.node(), message, &help);
            None
        }
    }
}

fn role_of(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let role = reader.text(node, "`role`", "role: button")?;
    if is_role(&role) {
        return Some(role);
    }
    let help = match nearest(&role, ROLES.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            "roles are those of ARIA: `button`, `link`, `heading`, `textbox`, `dialog`".to_owned()
        }
    };
    let message = format!("{} is no role", quote(node.written()));
    reader.error(node, message, &help);
    None
}

/// Reads fields and their texts: a map of field to text, or a list that names the field as an element.
pub(super) fn entries(
    reader: &mut Reader<'_>,
    node: &Node,
    form: &EntryForm,
) -> Option<Vec<Entry>> {
    let entries: Vec<Option<Entry>> = match &node.kind {
        Kind::Map(pairs) if is_one_entry(pairs) => {
            let message = format!("{} takes the field's own name as the key", form.subject);
            let help = format!("write `{}`, or a list: `{}`", form.example, form.item);
            reader.error(node, message, &help);
            return None;
        }
        Kind::Map(_) => reader
            .pairs(node, form.subject, form.example)?
            .iter()
            .map(|(field, text)| entry_of_pair(reader, field, text, form))
            .collect(),
        Kind::List(_) => reader
            .list(node, form.subject, form.item)?
            .iter()
            .map(|item| entry_of_item(reader, item, form))
            .collect(),
        Kind::Scalar { .. } => {
            let wanted = format!("a map of field to {}", form.text);
            reader.wrong(node, form.subject, &wanted, form.example);
            return None;
        }
    };
    entries.into_iter().collect()
}

/// Whether a map says `{ field: Email, value: … }` where `{ Email: … }` is meant: its keys would be taken for labels.
fn is_one_entry(pairs: &[(Node, Node)]) -> bool {
    let names = |known: &[&str]| {
        pairs
            .iter()
            .any(|(key, _)| known.contains(&key.written().to_ascii_lowercase().as_str()))
    };
    names(&[
        "field", "selector", "element", "locator", "css", "label", "target",
    ]) && names(&["text", "value", "option", "with", "equals"])
}

fn entry_of_pair(
    reader: &mut Reader<'_>,
    field: &Node,
    text: &Node,
    form: &EntryForm,
) -> Option<Entry> {
    if text.is_nothing() && reader.is_cut_by_comma(field) {
        // It may be the end of a secret: it is not repeated.
        let message = "a field without a text".to_owned();
        let help = "within braces a comma begins the next field; a text with a comma goes in quotes: `{ Amount: \"$4,500\" }`";
        reader.error(field, message, help);
        return None;
    }
    let name = reader.text(field, "a field's name", form.example);
    let text = if text.is_nothing() {
        text_of(reader, &Node::nothing(field), form)
    } else {
        text_of(reader, text, form)
    };
    Some(entry(reader, Locator::named(name?), text?))
}

/// An item of the list form; `text` is the key of the text.
pub(super) fn entry_shape(text: &str) -> Shape {
    Shape {
        what: "an entry",
        keys: if text == "option" {
            &["field", "option"]
        } else {
            &["field", "text"]
        },
        later: &[],
        elsewhere: no_entry_key,
    }
}

fn entry_of_item(reader: &mut Reader<'_>, item: &Node, form: &EntryForm) -> Option<Entry> {
    let fields = reader.fields(item, &entry_shape(form.text), form.item)?;
    let field = fields
        .require(reader, "field", form.item)
        .and_then(|node| locator(reader, node, "`field`", form.item));
    let text = fields
        .require(reader, form.text, form.item)
        .and_then(|node| text_of(reader, node, form));
    Some(entry(reader, field?, text?))
}

/// Puts an entry together; a text for a field that is named like a secret is one, wherever it came from.
pub(super) fn entry(reader: &mut Reader<'_>, field: Locator, text: String) -> Entry {
    let name = match &field.by {
        By::Name(name) | By::Label(name) | By::TestId(name) => Some(name),
        By::Role { name, .. } => name.as_ref(),
        By::Css(_) => None,
    };
    if let Some(name) = name.filter(|name| is_sensitive(name)) {
        reader.hide(name, &text);
    }
    Entry { field, text }
}

fn text_of(reader: &mut Reader<'_>, node: &Node, form: &EntryForm) -> Option<String> {
    if form.may_be_empty && node.is_nothing() {
        let message = format!("{} wants a text, found nothing", form.subject);
        let help = format!(
            "write `{}`; to leave the field empty write `\"\"`",
            form.example
        );
        reader.error(node, message, &help);
        None
    } else if form.may_be_empty {
        reader.text_or_empty(node, form.subject, form.example)
    } else {
        reader.text(node, form.subject, form.example)
    }
}
