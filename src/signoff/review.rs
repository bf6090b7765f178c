//! A reviewed bundle: what was recorded, and what a human has said of it so far.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{
    error::SignError,
    statement::{Statement, WalkSeal},
};
use crate::bundle::{
    self, Bundle, BundleError, Difference, DifferenceKind, SignoffFiles, Walk, WalkLog,
    check_whole, clear_cut_off, hex_sha256, manifest_sha256, photo_digest, read_signoff, walk_of,
};
use crate::detect::StepRef;
use crate::evidence::{JOURNAL, Run, StepRun, read_journal, read_run};

/// A bundle with everything that a statement over it speaks of.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// The bundle.
    pub bundle: Bundle,
    /// SHA-256 of `manifest.json` in hex.
    pub manifest_sha256: String,
    /// What the human said.
    pub walk: Walk,
    pub(super) walk_seal: Option<WalkSeal>,
    pub(super) run: Option<Run>,
    pub(super) journal_head: Option<String>,
    /// Digest by path.
    pub(super) sealed: BTreeMap<String, String>,
    /// Digest by path.
    pub(super) photos: BTreeMap<String, String>,
    pub(super) files: SignoffFiles,
}

impl Reviewed {
    /// Reads a bundle; refuses one that isn't what was sealed. What a signing left that was cut off is cleared away.
    pub fn read(dir: &Path) -> Result<Self, SignError> {
        clear_cut_off(dir)?;
        check(dir)?;
        let bundle = bundle::open(dir)?;
        let Some(manifest) = &bundle.manifest else {
            return Err(BundleError::NotSealed {
                dir: dir.to_owned(),
            }
            .into());
        };
        let sealed = manifest.files.iter();
        let sealed = sealed.map(|file| (file.path.clone(), file.sha256.clone()));
        let sealed = sealed.collect();
        let manifest_sha256 = manifest_sha256(dir)?;
        let mut files = read_signoff(dir)?;
        let walk = match &files.walk {
            Some(bytes) => walk_of(bytes, &manifest_sha256)?,
            None => Walk::default(),
        };
        if !photo_differences(&files, &walk).is_empty() {
            // Opening the walk to write it clears away what a phone left that was cut off.
            drop(WalkLog::open(dir, &manifest_sha256)?);
            files = read_signoff(dir)?;
        }
        let differences = photo_differences(&files, &walk);
        if !differences.is_empty() {
            return Err(SignError::Altered(differences));
        }
        let (run, journal_head) = if dir.join(JOURNAL).is_file() {
            (Some(read_run(dir)?), Some(read_journal(dir)?.head))
        } else {
            (None, None)
        };
        Ok(Self {
            walk_seal: files.walk.as_deref().map(whole_lines).map(seal_of),
            photos: files.photos.clone(),
            bundle,
            manifest_sha256,
            walk,
            run,
            journal_head,
            sealed,
            files,
        })
    }

    /// A step as the journal has it.
    pub(super) fn step_run(&self, at: &StepRef) -> Option<&StepRun> {
        let checklist = self.run.as_ref()?.checklists.get(at.checklist)?;
        checklist.steps.iter().find(|step| step.id == at.step)
    }

    /// Whether nothing but looking was done since a statement was made.
    pub(super) fn says_the_same_as(&self, statement: &Statement) -> bool {
        let seal = statement.predicate.shippass_signoff.walk.as_ref();
        let bytes = self.files.walk.as_deref().unwrap_or_default();
        let before = sealed_part(seal, bytes);
        let before = before.and_then(|before| walk_of(before, &self.manifest_sha256).ok());
        before.is_some_and(|before| before.without_looking() == self.walk.clone().without_looking())
    }

    /// What still stands between the walk and a signature, in words.
    pub fn missing(&self) -> Vec<String> {
        let document = &self.bundle.document;
        let missing = self.walk.missing(document);
        missing.iter().map(|one| one.in_words(document)).collect()
    }
}

/// Every file is there and unchanged, and nothing was added.
pub(super) fn check(dir: &Path) -> Result<(), SignError> {
    let mut differences = check_whole(dir)?;
    differences.extend(read_signoff(dir)?.strange);
    if differences.is_empty() {
        Ok(())
    } else {
        Err(SignError::Altered(differences))
    }
}

/// How the photos that lie there differ from those that the walk names.
fn photo_differences(files: &SignoffFiles, walk: &Walk) -> Vec<Difference> {
    let named: BTreeSet<&String> = walk.photos().collect();
    let kind = |path: &String| match files.photos.get(path) {
        _ if !named.contains(path) => Some(DifferenceKind::Added),
        None => Some(DifferenceKind::Missing),
        Some(sha256) if photo_digest(path) != Some(sha256) => Some(DifferenceKind::Altered),
        Some(_) => None,
    };
    let all: BTreeSet<&String> = files.photos.keys().chain(named.iter().copied()).collect();
    let all = all.into_iter().filter_map(|path| {
        let path = path.clone();
        kind(&path).map(|kind| Difference { path, kind })
    });
    all.collect()
}

/// The part of the walk's log that was sealed; `None` when its first bytes are others now.
pub(super) fn sealed_part<'a>(seal: Option<&WalkSeal>, bytes: &'a [u8]) -> Option<&'a [u8]> {
    let Some(seal) = seal else {
        return Some(&[]);
    };
    let before = bytes.get(..usize::try_from(seal.size).ok()?)?;
    (seal_of(before) == *seal).then_some(before)
}

/// A line that is just being written isn't said yet.
fn whole_lines(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    &bytes[..end.map_or(0, |end| end + 1)]
}

pub(super) fn seal_of(bytes: &[u8]) -> WalkSeal {
    WalkSeal {
        sha256: hex_sha256(bytes),
        size: bytes.len() as u64,
    }
}
