//! A bundle laid open before one reviewer: what was seen, and the walk that is being written.

use std::{
    collections::HashMap,
    fs, io,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use super::error::{NotKept, ReviewError};
use crate::bundle::{
    self, Bundle, BundleDocument, BundleError, BundlePaths, Missing, Said, SealedFile, StepEntry,
    Surface, Walk, WalkEntry, WalkLog,
};
use crate::detect::StepRef;
use crate::evidence::{JOURNAL, Run, StepRun, read_journal};

/// A reason or a comment is a few sentences.
const LONGEST_TEXT: usize = 4_000;
/// A page that counts more at once has slept.
const LONGEST_LOOK: u64 = 3_600_000;

/// A whole, sealed bundle and the one walk through it.
pub struct Review {
    bundle: Bundle,
    files: HashMap<String, SealedFile>,
    run: Run,
    /// What is known of a step that the journal doesn't know.
    unseen: StepRun,
    log: Mutex<WalkLog>,
    sign: String,
}

impl Review {
    /// Opens a bundle to be walked; `sign` is the command that signs it.
    ///
    /// # Errors
    ///
    /// It isn't whole as it was sealed, it can't be read, or another review has it open.
    pub fn open(dir: &Path, sign: String) -> Result<Self, ReviewError> {
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
        let run = match files.contains_key(JOURNAL) {
            true => Run::from_events(read_journal(dir)?.events)?,
            false => Run::default(),
        };
        Ok(Self {
            bundle,
            files,
            run,
            unseen: StepRun::default(),
            log: Mutex::new(log),
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

    pub(super) fn paths(&self) -> &BundlePaths {
        &self.bundle.paths
    }

    /// The command that signs what was walked.
    pub(super) fn sign(&self) -> &str {
        &self.sign
    }

    /// What `bundle.json` and the journal say of the step at these indexes.
    pub(super) fn step(&self, checklist: usize, step: usize) -> Option<(&StepEntry, &StepRun)> {
        let entry = self.document().checklists.get(checklist)?.steps.get(step)?;
        let seen = self.run.checklists.get(checklist);
        let seen = seen.and_then(|seen| seen.steps.iter().find(|step| step.id == entry.id));
        Some((entry, seen.unwrap_or(&self.unseen)))
    }

    /// A file that the manifest names, as long as its bytes are the sealed ones.
    pub(super) fn sealed(&self, name: &str) -> io::Result<Vec<u8>> {
        let sealed = self.files.get(name).ok_or(io::ErrorKind::NotFound)?;
        let bytes = self.bundle.paths.read(name)?;
        if bytes.len() as u64 == sealed.size
            && bundle::hex(&bundle::sha256(&bytes)) == sealed.sha256
        {
            Ok(bytes)
        } else {
            Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it was altered after it was sealed",
            ))
        }
    }

    /// The sealed hash of a file.
    pub(super) fn sealed_digest(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(|file| file.sha256.as_str())
    }

    /// Keeps what the reviewer said; it is on the disk when this returns.
    pub(super) fn keep(&self, said: Said) -> Result<(), NotKept> {
        self.fits(&said).map_err(NotKept::Unfit)?;
        let entry = WalkEntry {
            at: Timestamp::now(),
            said,
        };
        self.log().append(entry).map_err(NotKept::Failed)
    }

    pub(super) fn log(&self) -> MutexGuard<'_, WalkLog> {
        // Whoever panicked did so outside the log's own code, which leaves it whole.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it speaks of something that is there, in bounds.
    fn fits(&self, said: &Said) -> Result<(), &'static str> {
        use crate::bundle::{Decision, Verdict};
        match said {
            Said::Looked { step, ms, .. } => {
                self.entry(step)?;
                (*ms <= LONGEST_LOOK)
                    .then_some(())
                    .ok_or("nobody looks that long")
            }
            Said::Ticked { step, question, .. } => {
                let asked = self.entry(step)?.confirm.len();
                (*question < asked)
                    .then_some(())
                    .ok_or("there is no such sentence")
            }
            Said::Judged { step, verdict } => {
                self.entry(step)?;
                match verdict {
                    Verdict::Confirmed => Ok(()),
                    Verdict::Rejected { why } | Verdict::Unchecked { why } => is_reason(why),
                }
            }
            Said::Commented { step, text } => self.entry(step).and_then(|_| is_reason(text)),
            Said::Marked { step, mark } => {
                let is_in =
                    |from: f64, size: f64| from >= 0.0 && size >= 0.0 && from + size <= 1.0001;
                if !self.entry(step)?.screens.contains(&mark.picture) {
                    Err("the step has no such picture")
                } else if !is_in(mark.x, mark.width) || !is_in(mark.y, mark.height) {
                    Err("the place is outside the picture")
                } else {
                    is_short(&mark.note)
                }
            }
            Said::Decided { finding, decision } => {
                let mut findings = self.document().findings.iter();
                if !findings.any(|known| known.id == *finding) {
                    return Err("there is no such finding");
                }
                match decision {
                    Decision::Accepted { why } => is_reason(why),
                    Decision::Rejected { why } => is_short(why),
                }
            }
            Said::Photographed { step, .. } => self.entry(step).map(drop),
            Said::Phone { phone } => is_short(&phone.user_agent),
            // Only `sign` takes words over.
            Said::Carried { .. } => Err("nothing is carried over here"),
        }
    }

    fn entry(&self, at: &StepRef) -> Result<&StepEntry, &'static str> {
        let checklist = self.document().checklists.get(at.checklist);
        checklist
            .and_then(|checklist| checklist.steps.iter().find(|step| step.id == at.step))
            .ok_or("there is no such step")
    }
}

/// Where a page may say that it looked or ticked.
pub(super) fn surface(said: &Said) -> Option<Surface> {
    match said {
        Said::Looked { on, .. } | Said::Ticked { on, .. } => Some(*on),
        _ => None,
    }
}

fn is_reason(text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() {
        return Err("a reason has words");
    }
    is_short(text)
}

fn is_short(text: &str) -> Result<(), &'static str> {
    let is_short = text.chars().count() <= LONGEST_TEXT;
    is_short.then_some(()).ok_or("the text is too long")
}

fn manifest_digest(paths: &BundlePaths) -> Result<String, BundleError> {
    let path = paths.manifest();
    match fs::read(&path) {
        Ok(bytes) => Ok(bundle::hex(&bundle::sha256(&bytes))),
        Err(source) => Err(BundleError::Read { path, source }),
    }
}
