//! What can be wrong with a file before anything in it is read: its limits, and what of YAML is left out.

use crate::checklist::{mistake::Weight, model::Place};

/// The largest file that is read, in bytes.
pub(crate) const LARGEST: usize = 1024 * 1024;
/// The deepest nesting of lists and maps.
pub(in crate::checklist) const DEEPEST: usize = 32;
/// The most nodes in a file.
pub(in crate::checklist) const MOST_NODES: usize = 50_000;

/// Something wrong with the YAML itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::checklist) struct Problem {
    pub(in crate::checklist) weight: Weight,
    pub(in crate::checklist) place: Place,
    pub(in crate::checklist) end: Place,
    pub(in crate::checklist) message: String,
    pub(in crate::checklist) help: String,
}

/// An anchor or a tag, of which nothing is read.
pub(super) fn property(place: Place, what: &str, sign: &str) -> Problem {
    Problem {
        weight: Weight::Error,
        place,
        end: place,
        message: format!("this is {what} to YAML, and those are not read"),
        help: format!(
            "a text that begins with `{sign}` goes in quotes; anything else is written out"
        ),
    }
}

fn first_place(message: String, help: String) -> Problem {
    let place = Place { line: 1, column: 1 };
    Problem {
        weight: Weight::Error,
        place,
        end: place,
        message,
        help,
    }
}

/// A file without a value.
pub(super) fn empty() -> Problem {
    first_place(
        "the file is empty".to_owned(),
        "`shippass init URL` writes a first configuration and a first checklist".to_owned(),
    )
}

/// A file too large to be read.
pub(super) fn too_large() -> Problem {
    first_place(
        format!("the file is larger than {} KiB", LARGEST / 1024),
        "cut it into several checklists; is it a YAML file at all?".to_owned(),
    )
}

/// A file with too many values.
pub(super) fn too_many_nodes(place: Place) -> Problem {
    Problem {
        place,
        end: place,
        ..first_place(
            format!("the file holds more than {MOST_NODES} values"),
            "cut it into several checklists".to_owned(),
        )
    }
}

/// A `---` behind the first document.
pub(super) fn second_document(place: Place) -> Problem {
    Problem {
        place,
        end: place,
        ..first_place(
            "a second document begins here, and a file holds one".to_owned(),
            "move it to a file of its own; a line of `---` within a text needs quotes or an indent"
                .to_owned(),
        )
    }
}
