//! A bundle laid open before one reviewer: what was seen, and the walk that is being written.

use std::{
    collections::HashMap,
    fs, io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use super::{
    before::{Before, requests},
    error::{NotKept, ReviewError},
    seat::Seat,
    words::fits,
};
use crate::bundle::{
    self, AcceptedStep, Bundle, BundleDocument, BundleError, BundlePaths, Missing, Said,
    SealedFile, StepEntry, Verdict, Walk, WalkEntry, WalkLog,
};
use crate::detect::StepRef;
use crate::evidence::{JOURNAL, Run, StepRun, hex_sha256, read_journal};

/// A whole, sealed bundle and the one walk through it.
pub struct Review {
    bundle: Bundle,
    files: HashMap<String, SealedFile>,
    run: Run,
    /// What is known of a step that the journal doesn't know.
    unseen: StepRun,
    log: Mutex<WalkLog>,
    before: Before,
    seat: Arc<Seat>,
    sign: String,
}

impl Review {
    /// Opens a bundle to be walked; `accepted` is the folder of the pictures last accepted, `sign` the command that signs it.
    ///
    /// # Errors
    ///
    /// It isn't whole as it was sealed, it can't be read, or another review has it open.
    pub fn open(dir: &Path, accepted: &Path, sign: String) -> Result<Self, ReviewError> {
        let bundle = bundle::open(dir)?;
        let differences = bundle::check_whole(dir)?;
        if !differences.is_empty() {
            return Err(ReviewError::Altered {
                dir: dir.to_owned(),
                differences,
            });
        }
        let log = WalkLog::open(dir, &manifest_digest(&bundle.paths)?)?;
        let manifest = bundle.manifest.iter().flat_map(|manifest| &manifest.files);
        let files: HashMap<_, _> = manifest
            .map(|file| (file.path.clone(), file.clone()))
            .collect();
        // An imported bundle may have none; then there is what `bundle.json` says. Bodies are read when asked for.
        let run = if files.contains_key(JOURNAL) {
            Run::from_events(read_journal(dir)?.events)?
        } else {
            Run::default()
        };
        let before = Before::open(accepted, &bundle.document, &run, |name| {
            sealed(&bundle.paths, &files, name).ok()
        })?;
        Ok(Self {
            bundle,
            files,
            run,
            unseen: StepRun::default(),
            log: Mutex::new(log),
            before,
            seat: Arc::default(),
            sign,
        })
    }

    /// The facts of the bundle.
    pub fn document(&self) -> &BundleDocument {
        &self.bundle.document
    }

    /// The walk so far.
    pub fn walk(&self) -> Walk {
        self.log().walk().clone()
    }

    /// What still stands between the walk and a confirming signature.
    pub fn missing(&self) -> Vec<Missing> {
        self.log().walk().missing(self.document())
    }

    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    /// The command that signs what was walked.
    pub(super) fn sign(&self) -> &str {
        &self.sign
    }

    pub(super) fn before(&self) -> &Before {
        &self.before
    }

    pub(super) fn seat(&self) -> &Arc<Seat> {
        &self.seat
    }

    /// What `bundle.json` and the journal say of the step at these indexes.
    pub(super) fn step(&self, checklist: usize, step: usize) -> Option<(&StepEntry, &StepRun)> {
        let entry = self.document().checklists.get(checklist)?.steps.get(step)?;
        let seen = seen_of(&self.run, checklist, &entry.id);
        Some((entry, seen.unwrap_or(&self.unseen)))
    }

    /// A file that the manifest names, as long as its bytes are the sealed ones.
    pub(super) fn sealed(&self, name: &str) -> io::Result<Vec<u8>> {
        sealed(&self.bundle.paths, &self.files, name)
    }

    /// Keeps what the reviewer said; it is on the disk when this returns.
    pub(super) fn keep(&self, said: Said) -> Result<(), NotKept> {
        fits(self.document(), &said).map_err(NotKept::Unfit)?;
        let entry = WalkEntry {
            at: Timestamp::now(),
            said,
        };
        self.log().append(entry).map_err(NotKept::Failed)
    }

    /// Accepts the pictures of all confirmed steps; how many these are.
    ///
    /// # Errors
    ///
    /// A picture can't be read as it was sealed, or can't be written.
    pub(super) fn accept(&self) -> Result<usize, ReviewError> {
        let document = self.document();
        let walk = self.walk();
        let mut accepted = Vec::new();
        for (at, entry, file) in pictures(document) {
            let reference = StepRef {
                checklist: at.0,
                step: entry.id.clone(),
            };
            let said = walk.steps.get(&reference);
            if said.and_then(|said| said.verdict.as_ref()) != Some(&Verdict::Confirmed) {
                continue;
            }
            let picture = self.sealed(file).map_err(|source| BundleError::Read {
                path: self.bundle.paths.root().join(file),
                source,
            })?;
            let seen = seen_of(&self.run, at.0, &entry.id).unwrap_or(&self.unseen);
            let step = AcceptedStep {
                picture: hex_sha256(&picture),
                requests: requests(seen, &document.target.origins),
                run: document.run.id.clone(),
                commit: document.target.commit.clone(),
                at: Timestamp::now(),
            };
            accepted.push((file, entry.id.clone(), step, picture));
        }
        let count = accepted.len();
        self.before.accept(accepted)?;
        Ok(count)
    }

    pub(super) fn log(&self) -> MutexGuard<'_, WalkLog> {
        // Whoever panicked did so outside the log's own code, which leaves it whole.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn manifest_digest(paths: &BundlePaths) -> Result<String, BundleError> {
    let path = paths.manifest();
    match fs::read(&path) {
        Ok(bytes) => Ok(hex_sha256(&bytes)),
        Err(source) => Err(BundleError::Read { path, source }),
    }
}

/// What the journal says of a step.
pub(super) fn seen_of<'r>(run: &'r Run, checklist: usize, id: &str) -> Option<&'r StepRun> {
    let steps = &run.checklists.get(checklist)?.steps;
    steps.iter().find(|step| step.id == id)
}

/// The page at the end of each step that has one, with the indexes of checklist and step.
pub(super) fn pictures(
    document: &BundleDocument,
) -> impl Iterator<Item = ((usize, usize), &StepEntry, &str)> {
    let checklists = document.checklists.iter().enumerate();
    let steps = checklists.flat_map(|(checklist, entry)| {
        let steps = entry.steps.iter().enumerate();
        steps.map(move |(step, entry)| ((checklist, step), entry))
    });
    steps.filter_map(|(at, entry)| Some((at, entry, entry.screens.last()?.as_str())))
}

fn sealed(
    paths: &BundlePaths,
    files: &HashMap<String, SealedFile>,
    name: &str,
) -> io::Result<Vec<u8>> {
    let sealed = files.get(name).ok_or(io::ErrorKind::NotFound)?;
    let bytes = paths.read(name)?;
    if bytes.len() as u64 == sealed.size && hex_sha256(&bytes) == sealed.sha256 {
        Ok(bytes)
    } else {
        let why = "it was altered after it was sealed";
        Err(io::Error::new(io::ErrorKind::InvalidData, why))
    }
}
