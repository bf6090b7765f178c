//! Events with the places, ids and names that they have in the whole, and the files that they name.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read, Write},
};

use super::{MergeError, part::Part};
use crate::bundle::{
    error::BundleError,
    paths::{BundlePaths, SCREENS},
};
use crate::evidence::{Body, Exchange, Outcome, RunEvent};

/// Gives each part's events their places behind those of the parts before.
pub(super) struct Renamed<'t> {
    to: &'t BundlePaths,
    checklists: usize,
    exchanges: Counter,
    lines: Counter,
    /// Folders of pictures of this part, and what they are called in the whole.
    folders: BTreeMap<String, String>,
}

/// Ids that are counted through: `e17`.
#[derive(Default)]
struct Counter {
    /// The highest of the parts before.
    base: u64,
    highest: u64,
}

impl Counter {
    fn renamed(&mut self, id: &str) -> String {
        let digits = id.find(|next: char| next.is_ascii_digit());
        let (letters, number) = id.split_at(digits.unwrap_or(id.len()));
        match number.parse::<u64>() {
            Ok(number) => {
                let number = number.saturating_add(self.base);
                self.highest = self.highest.max(number);
                format!("{letters}{number}")
            }
            // Not one of ours; it stays apart from those of other parts.
            Err(_) => format!("{id}-{}", self.base),
        }
    }
}

impl<'t> Renamed<'t> {
    pub(super) fn new(to: &'t BundlePaths) -> Self {
        Self {
            to,
            checklists: 0,
            exchanges: Counter::default(),
            lines: Counter::default(),
            folders: BTreeMap::new(),
        }
    }

    /// Before a part's first event.
    pub(super) fn begin(&mut self) {
        self.folders.clear();
        for counter in [&mut self.exchanges, &mut self.lines] {
            counter.base = counter.highest;
        }
    }

    /// After its last one.
    pub(super) fn end(&mut self, checklists: usize) {
        self.checklists += checklists;
    }

    /// The event as it stands in the whole, once the files that it names are there; `None` for what is told of the run.
    pub(super) fn event(
        &mut self,
        mut event: RunEvent,
        part: &Part,
    ) -> Result<Option<RunEvent>, MergeError> {
        if let RunEvent::RunResumed { anew, .. } = &mut event {
            // What was seen of those steps before counts no longer in the whole either.
            for at in anew {
                at.checklist += self.checklists;
            }
            return Ok(Some(event));
        }
        let Some(at) = event.place() else {
            return Ok(None);
        };
        at.checklist += self.checklists;
        match &mut event {
            RunEvent::ExchangeFinished { exchange, .. } => self.exchange(exchange, part)?,
            RunEvent::ExpectationFinished { record, .. } => {
                for id in record.exchange.iter_mut().chain(&mut record.brought_about) {
                    *id = self.exchanges.renamed(id);
                }
            }
            RunEvent::ConsoleWritten { line, .. } => line.id = self.lines.renamed(&line.id),
            RunEvent::PictureTaken { picture, .. } => {
                let name = self.picture(&picture.file);
                self.bring(part, &picture.file, &name)?;
                picture.file = name;
            }
            _ => {}
        }
        Ok(Some(event))
    }

    fn exchange(&mut self, exchange: &mut Exchange, part: &Part) -> Result<(), MergeError> {
        exchange.id = self.exchanges.renamed(&exchange.id);
        if let Some(id) = &mut exchange.redirected_from {
            *id = self.exchanges.renamed(id);
        }
        let answered = match &exchange.outcome {
            Outcome::Answered(answer) => Some(&answer.body),
            Outcome::Failed { .. } | Outcome::Pending => None,
        };
        for body in answered.into_iter().chain([&exchange.request_body]) {
            if let Body::Kept(kept) = body {
                self.bring(part, &kept.file, &kept.file)?;
            }
        }
        Ok(())
    }

    /// Two parts may have walked checklists of one name: their pictures lie in folders of their own.
    fn picture(&mut self, file: &str) -> String {
        let Some((folder, name)) = file
            .strip_prefix(SCREENS)
            .and_then(|rest| rest.strip_prefix('/'))
            .and_then(|rest| rest.split_once('/'))
        else {
            return file.to_owned();
        };
        let to = self.to;
        let folder = self.folders.entry(folder.to_owned()).or_insert_with(|| {
            let is_free = |name: &String| {
                let path = to.inside(&format!("{SCREENS}/{name}"));
                path.is_some_and(|path| !path.exists())
            };
            let numbered = (2..10_000).map(|number| format!("{folder}-{number}"));
            let mut names = std::iter::once(folder.to_owned()).chain(numbered);
            names.find(is_free).unwrap_or_else(|| folder.to_owned())
        });
        format!("{SCREENS}/{folder}/{name}")
    }

    /// Copies a file of a part unless it is there: bodies are named by their hash.
    fn bring(&self, part: &Part, from: &str, name: &str) -> Result<(), MergeError> {
        let lost = |source| MergeError::Lost {
            dir: part.dir.clone(),
            name: from.to_owned(),
            source,
        };
        let unfit = || io::Error::new(io::ErrorKind::InvalidInput, "not a name of a bundle");
        let path = self.to.inside(name).ok_or_else(|| lost(unfit()))?;
        if path.exists() {
            return Ok(());
        }
        let mut source = BundlePaths::new(&part.dir).open(from).map_err(lost)?;
        let unwritten = |source| {
            MergeError::Unwritten(BundleError::Write {
                path: path.clone(),
                source,
            })
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(unwritten)?;
        }
        let mut target = File::create_new(&path).map_err(unwritten)?;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let length = source.read(&mut buffer).map_err(lost)?;
            if length == 0 {
                return Ok(());
            }
            target.write_all(&buffer[..length]).map_err(unwritten)?;
        }
    }
}
