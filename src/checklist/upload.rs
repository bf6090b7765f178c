//! `upload`: which files a field gets.

use std::{fmt, path::PathBuf};

use super::{
    element::locator,
    fields::Shape,
    model::{Action, Locator, Place},
    reader::Reader,
    yaml::{Kind, Node},
};

/// A field and the files that it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The file field, or the label or button that stands for it.
    pub field: Locator,
    /// The files; never empty.
    pub files: Vec<UploadFile>,
}

/// A file of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadFile {
    /// As it is written, from the folder of the file that names it.
    pub written: String,
    /// Where it really is; as it is written until the project has been looked for on disk.
    pub path: PathBuf,
    /// The file that names it; of a checklist that is run, its own.
    pub named_in: String,
    /// Where it is named there, up to its end.
    pub place: (Place, Place),
}

impl fmt::Display for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, file) in self.files.iter().enumerate() {
            let lead = if index == 0 { "" } else { ", " };
            write!(f, "{lead}{}", file.written)?;
        }
        write!(f, " to {}", self.field)
    }
}

pub(super) const ITEM: Shape = Shape {
    what: "an upload",
    keys: &["field", "file"],
    later: &[],
    elsewhere: no_item_key,
};

const EXAMPLE: &str = "- upload: { Photo: photos/roof.jpg }";
const EXAMPLE_ITEM: &str = "- { field: { label: Photo }, file: photos/roof.jpg }";

fn no_item_key(key: &str) -> Option<String> {
    Some(match key {
        "files" | "path" | "paths" => "that is `file` here: one file, or a list of them".to_owned(),
        "label" | "role" | "name" | "test_id" | "css" => {
            format!("`{key}` belongs into the field: `field: {{ {key}: … }}`")
        }
        _ => return None,
    })
}

/// A map of field to file or files, or a list that names the field as an element.
pub(super) fn upload(reader: &mut Reader<'_>, node: &Node) -> Option<Action> {
    let uploads: Vec<Option<Upload>> = match &node.kind {
        Kind::Map(_) => reader
            .pairs(node, "`upload`", EXAMPLE)?
            .iter()
            .map(|(field, files)| {
                let field = reader.text(field, "a field's name", EXAMPLE);
                let files = upload_files(reader, files, EXAMPLE);
                Some(Upload {
                    field: Locator::named(field?),
                    files: files?,
                })
            })
            .collect(),
        Kind::List(_) => reader
            .list(node, "`upload`", EXAMPLE_ITEM)?
            .iter()
            .map(|item| upload_item(reader, item))
            .collect(),
        Kind::Scalar { .. } => {
            reader.wrong(node, "`upload`", "a map of field to file", EXAMPLE);
            return None;
        }
    };
    let uploads: Option<Vec<Upload>> = uploads.into_iter().collect();
    uploads.map(Action::Upload)
}

fn upload_item(reader: &mut Reader<'_>, item: &Node) -> Option<Upload> {
    let fields = reader.fields(item, &ITEM, EXAMPLE_ITEM)?;
    let field = fields
        .require(reader, "field", EXAMPLE_ITEM)
        .and_then(|node| locator(reader, node, "`field`", EXAMPLE_ITEM));
    let files = fields
        .require(reader, "file", EXAMPLE_ITEM)
        .and_then(|node| upload_files(reader, node, EXAMPLE_ITEM));
    Some(Upload {
        field: field?,
        files: files?,
    })
}

fn upload_files(reader: &mut Reader<'_>, node: &Node, example: &str) -> Option<Vec<UploadFile>> {
    let nodes = match &node.kind {
        Kind::List(_) => reader.list(node, "the list of files", example)?,
        _ => std::slice::from_ref(node),
    };
    let files: Vec<Option<UploadFile>> = nodes
        .iter()
        .map(|node| upload_file(reader, node, example))
        .collect();
    files.into_iter().collect()
}

fn upload_file(reader: &mut Reader<'_>, node: &Node, example: &str) -> Option<UploadFile> {
    // What a file is called stands in messages and in the report.
    let written = reader.shown_text(node, "a file", example)?;
    let written = written.trim().to_owned();
    Some(UploadFile {
        path: PathBuf::from(&written),
        written,
        named_in: reader.source_name().to_owned(),
        place: (node.place, node.end),
    })
}
