//! Where the files are that checklists run, and which are being read.

use crate::checklist::{
    mistake::{Mistake, quote_path},
    model::Named,
    steps::Declared,
};

/// How deep checklists may run each other.
pub(super) const DEEPEST: usize = 8;
/// How many files one checklist may run, those counted that the others run.
pub(super) const MOST_RUNS: usize = 200;

/// Where the files are that checklists run.
pub(crate) trait Library {
    /// The text of a file. `name` is a path as [`Source::name`] is; `root` is the checklist that everything began with.
    fn text(&self, root: &str, name: &str) -> Result<String, Absent>;
}

/// Why a file can't be run.
#[derive(Debug)]
pub(crate) enum Absent {
    /// There is no such file.
    NotThere,
    /// It doesn't belong to the project.
    Outside,
    /// The system didn't give it, in its own words.
    Unreadable(String),
    /// It holds no text.
    NoText(Box<Mistake>),
}

/// What a checklist needs to be read, beside its text and the variables.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'p> {
    /// The names that it may refer to.
    pub(crate) declared: Declared<'p>,
    /// Where the files are that it runs.
    pub(crate) library: &'p dyn Library,
}

/// The files that a checklist runs, while it is read.
pub(in crate::checklist) struct Inclusion<'p> {
    pub(super) surroundings: Surroundings<'p>,
    /// The files being read, each run by the one before it.
    pub(super) chain: Vec<Link>,
    /// Every file that was run, with its SHA-256, in the order of the first time.
    pub(in crate::checklist) files: Vec<(String, String)>,
    pub(super) runs: usize,
    /// What is wrong in the files that were run.
    pub(in crate::checklist) mistakes: Vec<Mistake>,
}

/// A file that is being read.
pub(super) struct Link {
    pub(super) file: String,
    /// The personas of its `as`; `None` while they aren't known.
    personas: Option<Vec<String>>,
}

impl<'p> Inclusion<'p> {
    /// For a checklist that nothing runs.
    pub(in crate::checklist) fn new(surroundings: Surroundings<'p>) -> Self {
        Self {
            surroundings,
            chain: Vec::new(),
            files: Vec::new(),
            runs: 0,
            mistakes: Vec::new(),
        }
    }

    /// The names that checklists may refer to.
    pub(in crate::checklist) fn declared(&self) -> Declared<'p> {
        self.surroundings.declared
    }

    /// From here on this file is read, until `leave`.
    pub(in crate::checklist) fn enter(&mut self, file: &str) {
        self.chain.push(Link {
            file: normal(file),
            personas: None,
        });
    }

    /// The file's `as` is known: these personas walk it.
    pub(in crate::checklist) fn walked_as(&mut self, personas: &[Named]) {
        if let Some(link) = self.chain.last_mut() {
            link.personas = Some(personas.iter().map(|named| named.name.clone()).collect());
        }
    }

    pub(in crate::checklist) fn leave(&mut self) {
        self.chain.pop();
    }

    pub(super) fn personas(&self) -> Option<&[String]> {
        self.chain.last()?.personas.as_deref()
    }

    /// `a.yaml` runs `b.yaml` runs `a.yaml`, when running the file would close such a ring.
    pub(super) fn ring(&self, name: &str) -> Option<String> {
        let at = self.chain.iter().position(|link| link.file == name)?;
        let files = self.chain[at..].iter().map(|link| link.file.as_str());
        let files: Vec<String> = files.chain([name]).map(quote_path).collect();
        Some(files.join(" runs "))
    }
}

/// A path without `.`, and without `..` where something stands before it.
pub(crate) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_in_their_shortest_form() {
        for (path, expected) in [
            ("checklists/../parts/a.yaml", "parts/a.yaml"),
            ("./a//b/./c.yaml", "a/b/c.yaml"),
            ("../a/../../b.yaml", "../../b.yaml"),
            ("/x/../a.yaml", "/a.yaml"),
            ("/../a.yaml", "/../a.yaml"),
        ] {
            assert_eq!(normal(path), expected, "{path}");
        }
    }
}
