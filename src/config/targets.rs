//! `targets`: where deployments are and how they tell their commit.

use std::collections::BTreeMap;

use url::Url;

use super::{
    access::access,
    address::{read_origin, read_url},
    model::{CommitSource, Target, TargetKind},
};
use crate::checklist::{Fields, Node, Reader, Shape, given, list_words, nearest, nowhere, quote};

pub(super) const TARGET: Shape = Shape {
    what: "a target",
    keys: &["url", "kind", "origins", "commit", "access"],
    later: &[],
    elsewhere: no_target_key,
};

pub(super) const COMMIT: Shape = Shape {
    what: "`commit`",
    keys: &["header", "meta", "json", "pointer"],
    later: &[],
    elsewhere: nowhere,
};

const TARGETS_EXAMPLE: &str =
    "targets: { preview: { url: https://preview.example, kind: preview } }";
const EXAMPLE: &str = "preview: { url: https://preview.example, kind: preview }";
const COMMIT_EXAMPLE: &str = "commit: { header: x-app-commit }";

fn no_target_key(key: &str) -> Option<String> {
    Some(match key {
        "type" | "env" | "environment" => "that is `kind` here: `kind: preview`".to_owned(),
        "base_url" | "baseUrl" | "baseURL" | "address" | "host" => {
            "that is `url` here: `url: https://preview.example`".to_owned()
        }
        "name" => "a target's name is the key above it".to_owned(),
        _ => return None,
    })
}

/// The targets by name; unreadable ones are left out, their mistakes noted.
pub(super) fn targets(reader: &mut Reader<'_>, node: &Node) -> BTreeMap<String, Target> {
    let pairs = reader
        .pairs(node, "`targets`", TARGETS_EXAMPLE)
        .unwrap_or_default();
    pairs
        .iter()
        .filter_map(|(key, value)| {
            let name = reader.name(key, "a target's name", EXAMPLE)?;
            let target = target(reader, &name, value)?;
            Some((name, target))
        })
        .collect()
}

fn target(reader: &mut Reader<'_>, name: &str, node: &Node) -> Option<Target> {
    let fields = reader.fields(node, &TARGET, EXAMPLE)?;
    let url = fields
        .require(reader, "url", "url: https://preview.example")
        .and_then(|node| target_url(reader, node));
    let kind = fields
        .require(reader, "kind", "kind: preview")
        .and_then(|node| kind(reader, node));
    let origins = fields.get("origins").map(|node| origins(reader, node));
    let commit = fields.get("commit").map(|node| commit(reader, node));
    let access = fields.get("access").map(|node| access(reader, node));
    Some(Target {
        name: name.to_owned(),
        url: url?,
        kind: kind?,
        origins: given(origins)?.unwrap_or_default(),
        commit: given(commit)?,
        access: given(access)?,
    })
}

fn target_url(reader: &mut Reader<'_>, node: &Node) -> Option<Url> {
    let url = read_url(reader, node, "`url`", "url: https://preview.example")?;
    if !url.username().is_empty() || url.password().is_some() {
        let message = "an address with a name or a password in it".to_owned();
        let help = "take out what stands between `://` and `@`; it would be seen in every request";
        reader.error(node, message, help);
        return None;
    }
    if url.fragment().is_some() {
        let help = "take out `#` and what follows; a step can visit it";
        reader.error(node, "a target's address ends before `#`".to_owned(), help);
        return None;
    }
    Some(url)
}

fn kind(reader: &mut Reader<'_>, node: &Node) -> Option<TargetKind> {
    let kinds = [
        TargetKind::Preview,
        TargetKind::Production,
        TargetKind::Local,
    ];
    let text = reader.shown_text(node, "`kind`", "kind: preview")?;
    let found = kinds.into_iter().find(|kind| kind.to_string() == text);
    if found.is_none() {
        let names: Vec<String> = kinds.iter().map(ToString::to_string).collect();
        let names = || names.iter().map(String::as_str);
        let help = match nearest(&text, names()) {
            None if ["staging", "stage", "dev", "test", "qa", "review"]
                .contains(&text.as_str()) =>
            {
                "what isn't production and runs elsewhere is a `preview`".to_owned()
            }
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of {}", list_words(names(), "or")),
        };
        reader.error(
            node,
            format!("unknown kind {}", quote(node.written())),
            &help,
        );
    }
    found
}

fn origins(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<String>> {
    let items = reader.list(node, "`origins`", "origins: [https://uploads.example]")?;
    let origins: Vec<Option<String>> = items.iter().map(|item| read_origin(reader, item)).collect();
    origins.into_iter().collect()
}

fn commit(reader: &mut Reader<'_>, node: &Node) -> Option<CommitSource> {
    let fields = reader.fields(node, &COMMIT, COMMIT_EXAMPLE)?;
    let ways: Vec<(&str, &Node)> = ["header", "meta", "json"]
        .into_iter()
        .filter_map(|way| fields.get(way).map(|node| (way, node)))
        .collect();
    if let Some(pointer) = fields
        .get("pointer")
        .filter(|_| fields.get("json").is_none())
    {
        let message = "`pointer` goes with `json`".to_owned();
        reader.error(
            pointer,
            message,
            "write `commit: { json: /version, pointer: /commit }`",
        );
        return None;
    }
    match ways.as_slice() {
        [("header", node)] => header(reader, node),
        [("meta", node)] => reader
            .shown_text(node, "`meta`", "commit: { meta: commit }")
            .map(CommitSource::Meta),
        [(_, node)] => json(reader, &fields, node),
        [] => {
            let message = "`commit` doesn't say where the commit is".to_owned();
            let help = "give one of `header`, `meta` or `json` with `pointer`: `commit: { header: x-app-commit }`";
            reader.error(fields.node(), message, help);
            None
        }
        [_, (second, _), ..] => {
            let message = "`commit` is read from one place, and here are several".to_owned();
            reader.error(
                fields.node(),
                message,
                &format!("keep one; take out `{second}`"),
            );
            None
        }
    }
}

fn header(reader: &mut Reader<'_>, node: &Node) -> Option<CommitSource> {
    let name = reader.shown_text(node, "`header`", COMMIT_EXAMPLE)?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.bytes().all(is_name) {
        return Some(CommitSource::Header(name.to_ascii_lowercase()));
    }
    let message = format!("{} is no header's name", quote(node.written()));
    reader.error(
        node,
        message,
        "write the name alone: `commit: { header: x-app-commit }`",
    );
    None
}

fn json(reader: &mut Reader<'_>, fields: &Fields<'_>, node: &Node) -> Option<CommitSource> {
    let example = "commit: { json: /version, pointer: /commit }";
    let path = reader.shown_text(node, "`json`", example);
    let pointer = fields
        .require(reader, "pointer", example)
        .and_then(|node| Some((node, reader.shown_text(node, "`pointer`", example)?)));
    let (path, (pointer_node, pointer)) = (path?, pointer?);
    let mut is_good = true;
    for (node, text, what) in [(node, &path, "path"), (pointer_node, &pointer, "pointer")] {
        if !text.starts_with('/') {
            is_good = false;
            let message = format!("the {what} must begin with `/`");
            reader.error(node, message, &format!("write `{example}`"));
        }
    }
    is_good.then_some(CommitSource::Json { path, pointer })
}
