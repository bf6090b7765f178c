//! A persona's sign-in: actions, and texts of which a part is only known at the moment they are needed.

use std::fmt;

use super::{
    action::VERBS,
    element::{entry, entry_shape, locator},
    model::{Action, Entry, Locator},
    reader::Reader,
    yaml::{Kind, Node},
};

/// One thing that is done to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecipeAction {
    /// Something that is known from the start.
    Known(Action),
    /// Fills fields, one of them at least with a text that is only known then.
    Fill(Vec<(Locator, Text)>),
    /// Pastes into fields likewise.
    Paste(Vec<(Locator, Text)>),
    /// Opens an address that is only known then.
    Visit(Text),
}

/// A text that is known from the start, or only at the moment it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// Known from the start.
    Known(String),
    /// A part of it is found out when it is needed.
    Late {
        /// What stands before that part.
        before: String,
        /// Where that part comes from.
        source: LateSource,
        /// What stands behind it.
        after: String,
    },
}

/// Where a text comes from that is only known at the moment it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LateSource {
    /// The code that an authenticator app shows.
    Totp,
    /// A code or a link in a new message.
    Inbox,
}

impl LateSource {
    const ALL: [Self; 2] = [Self::Totp, Self::Inbox];

    /// The name that stands in `${…}`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Inbox => "inbox",
        }
    }

    /// What a persona that uses it needs.
    fn example(self) -> &'static str {
        match self {
            Self::Totp => "totp: ${OWNER_TOTP}",
            Self::Inbox => {
                "inbox: { url: \"http://localhost:8025/api/v1/messages\", find: \"code is ([0-9]{6})\" }"
            }
        }
    }
}

impl RecipeAction {
    /// The action, once each text has been found out.
    pub fn known(&self, known: impl Fn(&Text) -> String) -> Action {
        match self {
            Self::Known(action) => action.clone(),
            Self::Visit(text) => Action::Visit(known(text)),
            Self::Fill(entries) => Action::Fill(known_entries(entries, known)),
            Self::Paste(entries) => Action::Paste(known_entries(entries, known)),
        }
    }

    /// The action as it is written, what is only known late by its name.
    pub fn as_written(&self) -> Action {
        self.known(ToString::to_string)
    }

    /// The texts that have to be found out.
    pub fn late_texts(&self) -> Vec<LateSource> {
        let texts: Vec<&Text> = match self {
            Self::Known(_) => Vec::new(),
            Self::Visit(text) => vec![text],
            Self::Fill(entries) | Self::Paste(entries) => {
                entries.iter().map(|(_, text)| text).collect()
            }
        };
        let late = texts.into_iter().filter_map(|text| match text {
            Text::Known(_) => None,
            Text::Late { source, .. } => Some(*source),
        });
        late.collect()
    }
}

fn known_entries(entries: &[(Locator, Text)], known: impl Fn(&Text) -> String) -> Vec<Entry> {
    entries
        .iter()
        .map(|(field, text)| Entry {
            field: field.clone(),
            text: known(text),
        })
        .collect()
}

/// As it is written; what is only known late by its name.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(text) => f.write_str(text),
            Self::Late {
                before,
                source,
                after,
            } => write!(f, "{before}${{{}}}{after}", source.name()),
        }
    }
}

/// The items of a sign-in's `do`; `sources` are those that the persona has.
pub(crate) fn recipe(
    reader: &mut Reader<'_>,
    node: &Node,
    sources: &[LateSource],
) -> Option<Vec<RecipeAction>> {
    let items = reader.list(node, "`do`", "- tap: Sign in")?;
    let actions: Vec<Option<RecipeAction>> = items
        .iter()
        .map(|item| recipe_action(reader, item, sources))
        .collect();
    actions.into_iter().collect()
}

fn recipe_action(
    reader: &mut Reader<'_>,
    item: &Node,
    sources: &[LateSource],
) -> Option<RecipeAction> {
    let late = match &item.kind {
        Kind::Map(pairs) => match pairs.as_slice() {
            [(verb, value)] => late_in(value).map(|late| (verb, value, late)),
            _ => None,
        },
        Kind::Scalar { .. } | Kind::List(_) => None,
    };
    let Some((verb, value, late)) = late else {
        return VERBS.decode(reader, item).map(RecipeAction::Known);
    };
    if !matches!(verb.written(), "fill" | "paste" | "visit") {
        return VERBS.decode(reader, item).map(RecipeAction::Known);
    }
    let missing = late.iter().find(|source| !sources.contains(source));
    if let Some(source) = missing {
        let message = format!("the persona has no `{}`", source.name());
        let help = format!("write beside `sign_in`: `{}`", source.example());
        reader.error(item, message, &help);
        return None;
    }
    match verb.written() {
        "visit" => {
            let text = text(reader, value)?;
            is_address(reader, value, &text).then_some(RecipeAction::Visit(text))
        }
        "paste" => fields(reader, value).map(RecipeAction::Paste),
        _ => fields(reader, value).map(RecipeAction::Fill),
    }
}

/// Before `${…}` there may be a path; without one the whole address comes late.
fn is_address(reader: &mut Reader<'_>, node: &Node, text: &Text) -> bool {
    let begins_well = match text {
        Text::Known(text) | Text::Late { before: text, .. } => {
            text.is_empty() || text.starts_with('/') || text.starts_with("http")
        }
    };
    if !begins_well {
        let message = "the path must begin with `/`".to_owned();
        reader.error(
            node,
            message,
            "write `- visit: ${inbox}`, or `- visit: /in?code=${inbox}`",
        );
    }
    begins_well
}

fn fields(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<(Locator, Text)>> {
    let example = "- fill: { Code: \"${totp}\" }";
    let read: Vec<Option<(Locator, Text)>> = match &node.kind {
        Kind::List(items) => items
            .iter()
            .map(|item| {
                let example = "- { field: { label: Code }, text: \"${totp}\" }";
                let fields = reader.fields(item, &entry_shape("text"), example)?;
                let field = fields
                    .require(reader, "field", example)
                    .and_then(|node| locator(reader, node, "`field`", example));
                let text = fields
                    .require(reader, "text", example)
                    .and_then(|node| text(reader, node));
                Some(field_with(reader, field?, text?))
            })
            .collect(),
        _ => reader
            .pairs(node, "`fill`", example)?
            .iter()
            .map(|(field, node)| {
                let name = reader.text(field, "a field's name", example)?;
                let text = text(reader, node)?;
                Some(field_with(reader, Locator::named(name), text))
            })
            .collect(),
    };
    read.into_iter().collect()
}

fn field_with(reader: &mut Reader<'_>, field: Locator, text: Text) -> (Locator, Text) {
    match text {
        Text::Known(text) => {
            let Entry { field, text } = entry(reader, field, text);
            (field, Text::Known(text))
        }
        late @ Text::Late { .. } => (field, late),
    }
}

fn text(reader: &mut Reader<'_>, node: &Node) -> Option<Text> {
    let example = "- fill: { Code: \"${totp}\" }";
    let written = node.written();
    let Some((at, source)) = find(written) else {
        return reader
            .text_or_empty(node, "`fill`", example)
            .map(Text::Known);
    };
    let (before, rest) = written.split_at(at);
    let after = &rest[mark(source).len()..];
    if find(after).is_some() {
        let message = "two parts of one text that are only known late".to_owned();
        reader.error(
            node,
            message,
            "write one of them; the other goes into a field of its own",
        );
        return None;
    }
    let mut part = |text: &str| {
        if text.is_empty() {
            return Some(String::new());
        }
        let text = text.to_owned();
        let kind = Kind::Scalar {
            text,
            is_plain: false,
        };
        let node = Node {
            kind,
            ..node.clone()
        };
        reader.text_or_empty(&node, "a text", example)
    };
    Some(Text::Late {
        before: part(before)?,
        source,
        after: part(after)?,
    })
}

fn mark(source: LateSource) -> String {
    format!("${{{}}}", source.name())
}

/// Where the first part stands that is only known late; `$${totp}` is a text like any other.
fn find(written: &str) -> Option<(usize, LateSource)> {
    let found = LateSource::ALL.into_iter().filter_map(|source| {
        let mark = mark(source);
        let mut at = written.match_indices(&mark).map(|(at, _)| at);
        let at = at.find(|at| !written[..*at].ends_with('$'))?;
        Some((at, source))
    });
    found.min_by_key(|(at, _)| *at)
}

/// What is only known late in any text below a node; `None` when nothing is.
fn late_in(node: &Node) -> Option<Vec<LateSource>> {
    let mut found = Vec::new();
    let mut left = vec![node];
    while let Some(node) = left.pop() {
        match &node.kind {
            Kind::Scalar { text, .. } => found.extend(find(text).map(|(_, source)| source)),
            Kind::List(items) => left.extend(items),
            Kind::Map(pairs) => left.extend(pairs.iter().map(|(_, value)| value)),
        }
    }
    (!found.is_empty()).then_some(found)
}
