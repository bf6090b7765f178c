//! A bundle laid open before one reviewer: what was seen, and the walk that is being written.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use super::{
    asked::{answers, happenings, requests, shapes},
    before::Before,
    error::{NotKept, ReviewError},
    sealed::Sealed,
    seat::Seat,
    words::{fits, fits_phone},
};
use crate::bundle::{
    self, AcceptedStep, Bundle, BundleDocument, BundleError, Missing, Phone, Said, StepEntry,
    Verdict, Walk, WalkEntry, WalkLog, photo_digest, write_photo,
};
use crate::detect::StepRef;
use crate::evidence::{JOURNAL, Run, StepRun, hex_sha256, read_journal};

/// A whole, sealed bundle and the one walk through it.
pub struct Review {
    bundle: Bundle,
    sealed: Arc<Sealed>,
    run: Run,
    /// What is known of a step that the journal doesn't know.
    unseen: StepRun,
    log: Mutex<WalkLog>,
    before: Arc<Before>,
    seat: Arc<Seat>,
    sign: String,
}

impl Review {
    /// Opens a bundle to be walked; `accepted` is the folder of the pictures last accepted, `sign` the command that signs it,
    /// `by` who sits here.
    ///
    /// # Errors
    ///
    /// It isn't whole as it was sealed, it can't be read, or another review has it open.
    pub fn open(
        dir: &Path,
        accepted: &Path,
        sign: String,
        by: String,
    ) -> Result<Self, ReviewError> {
        let bundle = bundle::open(dir)?;
        let differences = bundle::check_whole(dir)?;
        if !differences.is_empty() {
            return Err(ReviewError::Altered {
                dir: dir.to_owned(),
                differences,
            });
        }
        let mut log = WalkLog::open(dir, &bundle::manifest_sha256(dir)?)?;
        if log.walk().opened_by.as_ref() != Some(&by) {
            let (at, said) = (Timestamp::now(), Said::Opened { by });
            log.append(WalkEntry { at, said })?;
        }
        let sealed = Arc::new(Sealed::new(&bundle));
        // An imported bundle may have none; then there is what `bundle.json` says. Bodies are read when asked for.
        let run = if sealed.has(JOURNAL) {
            Run::from_events(read_journal(dir)?.events)?
        } else {
            Run::default()
        };
        let before = Before::open(accepted, &bundle.document, &run, Arc::clone(&sealed));
        Ok(Self {
            bundle,
            sealed,
            run,
            unseen: StepRun::default(),
            log: Mutex::new(log),
            before: Arc::new(before),
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

    /// What of the pictures last accepted can't be read, and what to do.
    pub fn notices(&self) -> &[String] {
        self.before.notices()
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

    pub(super) fn before(&self) -> &Arc<Before> {
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
        self.sealed.read(name)
    }

    /// A photo that the walk names, as long as its bytes are the ones that were given.
    pub(super) fn photo(&self, file: &str) -> Option<Vec<u8>> {
        self.log().walk().photos().find(|named| *named == file)?;
        let bytes = self.bundle.paths.read(file).ok()?;
        (photo_digest(file) == Some(&hex_sha256(&bytes))).then_some(bytes)
    }

    /// Keeps what the reviewer said; it is on the disk when this returns.
    pub(super) fn keep(&self, said: Said) -> Result<(), NotKept> {
        fits(self.document(), &said).map_err(NotKept::Unfit)?;
        append(&mut self.log(), said)
    }

    /// Keeps what was said on the phone, and tells the desk.
    pub(super) fn keep_from_phone(&self, said: Said) -> Result<(), NotKept> {
        let mut log = self.log();
        fits_phone(self.document(), log.walk(), &said).map_err(NotKept::Unfit)?;
        append(&mut log, said)?;
        drop(log);
        self.seat.tell();
        Ok(())
    }

    /// Keeps what a phone said of itself, unless it is the phone that walks already.
    pub(super) fn take_up(&self, phone: Phone) -> Result<(), NotKept> {
        let last = self.walk().phones.pop().map(|pass| pass.phone);
        if last.as_ref() == Some(&phone) {
            return Ok(());
        }
        self.keep_from_phone(Said::Phone { phone })
    }

    /// Keeps a photo of a step, as it was encoded here: first the file, then the word that names it.
    pub(super) fn photograph(&self, step: &StepRef, jpeg: &[u8]) -> Result<(), NotKept> {
        let said = |file: &str| Said::Photographed {
            step: step.clone(),
            file: file.to_owned(),
        };
        fits_phone(self.document(), &self.walk(), &said("")).map_err(NotKept::Unfit)?;
        let file = write_photo(self.bundle.paths.root(), jpeg)?;
        let walk = self.walk();
        let photos = walk.steps.get(step).map(|seen| &seen.photos);
        if photos.is_some_and(|photos| photos.contains(&file)) {
            return Ok(());
        }
        self.keep_from_phone(said(&file))
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
            let origins = &document.target.origins;
            let step = AcceptedStep {
                picture: hex_sha256(&picture),
                masked: seen.masked_in(file).to_vec(),
                requests: requests(seen, origins),
                happenings: Some(happenings(seen)),
                shapes: Some(shapes(&answers(seen, origins), |file| {
                    self.sealed(file).ok()
                })),
                run: document.run.id.clone(),
                commit: document.target.commit.clone(),
                at: Timestamp::now(),
            };
            accepted.push((at.0, entry.id.clone(), step, picture));
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

fn append(log: &mut WalkLog, said: Said) -> Result<(), NotKept> {
    let at = Timestamp::now();
    log.append(WalkEntry { at, said }).map_err(NotKept::Failed)
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
