//! Pictures last accepted: `screenshots/accepted/<checklist>/<device>-<engine>/`, kept with the project and not in a bundle.
//!
//! A picture stands there as it was taken, byte by byte; `accepted.json` beside it says whose it is. That is written last:
//! a picture that isn't the one it speaks of counts for nothing, so a step is accepted whole or not at all.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    digest::hex_sha256,
    error::BundleError,
    paths::{BundlePaths, slug},
    whole_file::{Staged, stage, stage_json},
};
use crate::evidence::PixelArea;

const FORMAT: &str = "shippass-accepted/1";
const INDEX: &str = "accepted.json";

/// What was accepted of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedStep {
    /// SHA-256 of its picture.
    pub picture: String,
    /// What changes by itself in it, and isn't compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<PixelArea>,
    /// The page's requests, a line each, as they were then.
    pub requests: Vec<String>,
    /// The run that it was accepted in.
    pub run: String,
    /// The commit that the deployment served.
    pub commit: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What was accepted of one checklist on one device and engine.
#[derive(Debug)]
pub struct AcceptedFolder {
    dir: PathBuf,
    steps: BTreeMap<String, AcceptedStep>,
}

#[derive(Serialize, Deserialize)]
struct Index {
    format: String,
    steps: BTreeMap<String, AcceptedStep>,
}

impl AcceptedFolder {
    /// Reads what was accepted of a checklist, which is named as the folder of its pictures is in a bundle.
    ///
    /// # Errors
    ///
    /// `accepted.json` can't be read or isn't valid.
    pub fn open(
        root: &Path,
        checklist: &str,
        (device, engine): (&str, &str),
    ) -> Result<Self, BundleError> {
        let surroundings = format!("{}-{}", slug(device), slug(engine));
        let dir = root.join(slug(checklist)).join(surroundings);
        let path = dir.join(INDEX);
        let steps = match BundlePaths::new(&dir).read(INDEX) {
            Ok(bytes) => {
                let index: Index =
                    serde_json::from_slice(&bytes).map_err(|source| BundleError::Invalid {
                        path: path.clone(),
                        source,
                    })?;
                if index.format != FORMAT {
                    let found = index.format.escape_debug().to_string();
                    return Err(BundleError::UnknownFormat { path, found });
                }
                index.steps
            }
            Err(source) if source.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(source) => return Err(BundleError::Read { path, source }),
        };
        Ok(Self { dir, steps })
    }

    /// What is said to have been accepted of a step, its picture not yet looked at.
    pub fn said_of(&self, id: &str) -> Option<&AcceptedStep> {
        self.steps.get(id)
    }

    /// What was accepted of a step, with its picture; `None` when nothing was, or when the picture is another one.
    pub fn step(&self, id: &str) -> Option<(&AcceptedStep, Vec<u8>)> {
        let accepted = self.steps.get(id)?;
        let bytes = BundlePaths::new(&self.dir).read(&file_of(id)).ok()?;
        (hex_sha256(&bytes) == accepted.picture).then_some((accepted, bytes))
    }

    /// Accepts steps, each with its picture: all of it is on the disk before anything takes its place, the index last.
    ///
    /// # Errors
    ///
    /// A file can't be written; then what was accepted before still is, and nothing else.
    pub fn accept(
        &mut self,
        steps: Vec<(String, AcceptedStep, Vec<u8>)>,
    ) -> Result<(), BundleError> {
        fs::create_dir_all(&self.dir).map_err(|source| BundleError::Write {
            path: self.dir.clone(),
            source,
        })?;
        let mut index = Index {
            format: FORMAT.to_owned(),
            steps: self.steps.clone(),
        };
        let mut pictures = Vec::new();
        for (id, step, bytes) in steps {
            let path = self.dir.join(file_of(&id));
            pictures.push(stage(&path, |out| out.write_all(&bytes))?);
            index.steps.insert(id, step);
        }
        let staged = stage_json(&self.dir.join(INDEX), &index)?;
        pictures.into_iter().try_for_each(Staged::place)?;
        staged.place()?;
        self.steps = index.steps;
        Ok(())
    }
}

/// The name that the picture has in a bundle, too.
fn file_of(id: &str) -> String {
    format!("{}.jpg", slug(id))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;
    use crate::bundle::whole_file::write_whole;

    fn accepted(bytes: &[u8]) -> AcceptedStep {
        AcceptedStep {
            masked: Vec::new(),
            picture: hex_sha256(bytes),
            requests: vec!["GET /api/me 200".to_owned()],
            run: "01M7".to_owned(),
            commit: None,
            at: "2026-11-21T12:00:00Z".parse().unwrap(),
        }
    }

    fn open(root: &Path) -> AcceptedFolder {
        AcceptedFolder::open(root, "Quotes", ("375x812@3", "chromium")).unwrap()
    }

    #[test]
    fn what_was_accepted_is_read_back_and_only_while_its_picture_is_the_same() {
        let root = tempfile::tempdir().unwrap();
        assert!(open(root.path()).step("01-open").is_none());
        let first = ("01-open".to_owned(), accepted(b"one"), b"one".to_vec());
        open(root.path()).accept(vec![first]).unwrap();
        let second = ("02-sign".to_owned(), accepted(b"two"), b"two".to_vec());
        open(root.path()).accept(vec![second]).unwrap();

        let folder = open(root.path());
        assert_eq!(folder.step("01-open").unwrap().1, b"one");
        assert_eq!(folder.step("02-sign").unwrap().0, &accepted(b"two"));
        let place = root.path().join("quotes/375x812-3-chromium");
        let mut names: Vec<_> = (fs::read_dir(&place).unwrap())
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["01-open.jpg", "02-sign.jpg", INDEX]);

        write_whole(&place.join("01-open.jpg"), |out| out.write_all(b"other")).unwrap();
        assert!(folder.step("01-open").is_none());
        assert!(folder.step("02-sign").is_some());
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let root = tempfile::tempdir().unwrap();
        let inside = root.path().join("a/b");
        let mut folder = AcceptedFolder::open(&inside, "../..", ("../..", "/etc")).unwrap();
        let step = ("../../x".to_owned(), accepted(b"x"), b"x".to_vec());
        folder.accept(vec![step]).unwrap();
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
        assert_eq!(fs::read_dir(root.path().join("a")).unwrap().count(), 1);
        assert!(folder.step("../../x").is_some());
    }
}
