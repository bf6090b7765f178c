//! Pictures last accepted: `screenshots/accepted/<checklist>/<device>-<engine>/`, kept with the project and not in a bundle.
//!
//! A picture stands there as it was taken, byte by byte, with a piece of its digest in its name; `accepted.json` beside it says
//! whose it is. That is written last: a picture that isn't the one it speaks of counts for nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    digest::hex_sha256,
    error::BundleError,
    paths::{BundlePaths, slug},
    signoff_files::is_hex,
    whole_file::{Staged, stage, stage_json},
};
use crate::detect::Shape;
use crate::evidence::{PixelArea, make_synced_folder};

const FORMAT: &str = "shippass-accepted/1";
const INDEX: &str = "accepted.json";
/// How much of its digest a picture has in its name.
const DIGITS: usize = 12;

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
    /// What else happened, a line each; `None` where an older shippass accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub happenings: Option<Vec<String>>,
    /// The shapes of the JSON that was answered, by the request's line; `None` where an older shippass accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shapes: Option<BTreeMap<String, Shape>>,
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
        let steps = match BundlePaths::new(&dir).read(INDEX) {
            Ok(bytes) => steps_of(&bytes).map_err(|why| BundleError::AcceptedUnreadable {
                path: dir.join(INDEX),
                why,
            })?,
            Err(source) if source.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(source) => {
                let path = dir.join(INDEX);
                return Err(BundleError::Read { path, source });
            }
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
        let paths = BundlePaths::new(&self.dir);
        let names = [file_of(id, &accepted.picture), plain_file_of(id)];
        let mut pictures = names.iter().filter_map(|name| paths.read(name).ok());
        let bytes = pictures.find(|bytes| hex_sha256(bytes) == accepted.picture)?;
        Some((accepted, bytes))
    }

    /// Accepts steps, each with its picture: new pictures take no old one's place, and the index that names them comes last.
    /// Whenever it ends, what was accepted is all of the old or all of the new.
    ///
    /// # Errors
    ///
    /// A file can't be written; then what was accepted before still is, and nothing else.
    pub fn accept(
        &mut self,
        steps: Vec<(String, AcceptedStep, Vec<u8>)>,
    ) -> Result<(), BundleError> {
        make_synced_folder(&self.dir).map_err(|source| BundleError::Write {
            path: self.dir.clone(),
            source,
        })?;
        let mut index = Index {
            format: FORMAT.to_owned(),
            steps: self.steps.clone(),
        };
        let mut pictures = Vec::new();
        for (id, step, bytes) in steps {
            let path = self.dir.join(file_of(&id, &step.picture));
            pictures.push(stage(&path, |out| out.write_all(&bytes))?);
            index.steps.insert(id, step);
        }
        let staged = stage_json(&self.dir.join(INDEX), &index)?;
        pictures.into_iter().try_for_each(Staged::place)?;
        staged.place()?;
        self.steps = index.steps;
        self.clear_replaced();
        Ok(())
    }

    /// Removes pictures that the index doesn't name any more, and what a killed acceptance left; one that stays is none.
    fn clear_replaced(&self) {
        let paths = BundlePaths::new(&self.dir);
        let mut ours = BTreeSet::new();
        let mut named = BTreeSet::new();
        for (id, step) in &self.steps {
            let file = file_of(id, &step.picture);
            ours.insert(slug(id));
            // One that an older shippass accepted keeps its name.
            let is_there = paths.open(&file).is_ok();
            named.insert(if is_there { file } else { plain_file_of(id) });
        }
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_ours = picture_of(&name).is_some_and(|step| ours.contains(step));
            if is_ours && !named.contains(&name) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

fn steps_of(bytes: &[u8]) -> Result<BTreeMap<String, AcceptedStep>, String> {
    let has_conflict = bytes
        .split(|byte| *byte == b'\n')
        .any(|line| line.starts_with(b"<<<<<<< "));
    if has_conflict {
        return Err("git left a conflict in it that nobody has settled".to_owned());
    }
    let index: Index = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if index.format != FORMAT {
        return Err(format!(
            "it has the format `{}`",
            index.format.escape_debug()
        ));
    }
    Ok(index.steps)
}

/// `02-sign-it.9c1f0e2d5a7b.jpg`: another picture has another name, and so never stands in this one's place.
fn file_of(id: &str, sha256: &str) -> String {
    let digits = sha256.get(..DIGITS).unwrap_or(sha256);
    format!("{}.{digits}.jpg", slug(id))
}

/// As an older shippass called it.
fn plain_file_of(id: &str) -> String {
    format!("{}.jpg", slug(id))
}

/// The step whose picture has that name, or had it while it was written; no step's name has a dot.
fn picture_of(name: &str) -> Option<&str> {
    let unfinished = name
        .strip_prefix('.')
        .and_then(|name| name.strip_suffix(".part"));
    let whole = unfinished.unwrap_or(name).strip_suffix(".jpg")?;
    let (step, digits) = whole.split_once('.').unwrap_or((whole, ""));
    (digits.is_empty() || is_hex(digits, DIGITS)).then_some(step)
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
            happenings: None,
            shapes: None,
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
        let place = place(root.path());
        let (one, two) = (
            file_of("01-open", &hex_sha256(b"one")),
            file_of("02-sign", &hex_sha256(b"two")),
        );
        assert_eq!(names(&place), [&one, &two, INDEX]);

        write_whole(&place.join(one), |out| out.write_all(b"other")).unwrap();
        assert!(folder.step("01-open").is_none());
        assert!(folder.step("02-sign").is_some());
    }

    fn place(root: &Path) -> PathBuf {
        root.join("quotes/375x812-3-chromium")
    }

    fn names(place: &Path) -> Vec<String> {
        let mut names: Vec<_> = (fs::read_dir(place).unwrap())
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn both(texts: [&'static [u8]; 2]) -> Vec<(String, AcceptedStep, Vec<u8>)> {
        let steps = ["01-open", "02-sign"].into_iter().zip(texts);
        let steps = steps.map(|(id, bytes)| (id.to_owned(), accepted(bytes), bytes.to_vec()));
        steps.collect()
    }

    /// Two steps accepted anew, the first as an older shippass had named its picture: after every change of a file, as if killed.
    #[test]
    fn wherever_an_acceptance_is_killed_all_of_the_old_or_all_of_the_new_is_accepted() {
        let root = tempfile::tempdir().unwrap();
        open(root.path()).accept(both([b"one", b"two"])).unwrap();
        let place = place(root.path());
        let first = place.join(file_of("01-open", &hex_sha256(b"one")));
        fs::rename(first, place.join("01-open.jpg")).unwrap();
        let read = |name: &String| (name.clone(), fs::read(place.join(name)).unwrap());
        let old: Vec<_> = names(&place).iter().map(read).collect();
        open(root.path()).accept(both([b"uno", b"due"])).unwrap();
        let new: Vec<_> = names(&place).iter().map(read).collect();
        assert_eq!(new.len(), 3, "{new:?}");

        let put = |(name, bytes): &(String, Vec<u8>)| {
            write_whole(&place.join(name), |out| out.write_all(bytes)).unwrap();
        };
        let seen = || {
            let folder = open(root.path());
            ["01-open", "02-sign"].map(|id| folder.step(id).map(|(_, bytes)| bytes))
        };
        let whole = |texts: [&[u8]; 2]| texts.map(|text| Some(text.to_vec()));
        for (name, _) in &new {
            fs::remove_file(place.join(name)).unwrap();
        }
        old.iter().for_each(put);
        assert_eq!(seen(), whole([b"one", b"two"]));
        // What was still being written, the pictures, then the index; the old ones are cleared away last.
        let torn = place.join(".01-open.0123456789ab.jpg.part");
        write_whole(&torn, |out| out.write_all(b"u")).unwrap();
        for picture in &new[..2] {
            put(picture);
            assert_eq!(seen(), whole([b"one", b"two"]));
        }
        put(&new[2]);
        assert_eq!(seen(), whole([b"uno", b"due"]));
        // The next one clears away what was left.
        open(root.path()).accept(both([b"uno", b"due"])).unwrap();
        assert_eq!(names(&place).len(), 3, "{:?}", names(&place));
        assert_eq!(seen(), whole([b"uno", b"due"]));
    }

    #[test]
    fn an_index_with_a_conflict_in_it_is_told_and_nothing_is_written_over_it() {
        let root = tempfile::tempdir().unwrap();
        open(root.path()).accept(both([b"one", b"two"])).unwrap();
        let index = place(root.path()).join(INDEX);
        let text = b"{\n<<<<<<< HEAD\n=======\n>>>>>>> other\n}\n";
        write_whole(&index, |out| out.write_all(text)).unwrap();
        let opened = AcceptedFolder::open(root.path(), "Quotes", ("375x812@3", "chromium"));
        let error = opened.unwrap_err();
        assert!(error.to_string().contains("conflict"), "{error}");
        assert!(error.help().contains("settle"), "{}", error.help());
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
