//! What was accepted before, and what changed since: it decides the order of the walk.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;

use super::{
    compare::{PictureChange, compare},
    desk::{pictures, seen_of},
};
use crate::bundle::{AcceptedFolder, AcceptedStep, BundleDocument, BundleError};
use crate::detect::Status;
use crate::evidence::{Exchange, Outcome, Resource, Run, StepRun};

/// The part of the walk that a step belongs to; they come in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Group {
    /// The machine has something to say.
    Flagged,
    /// It isn't as it was accepted.
    Changed,
    /// It was never accepted.
    New,
    /// Picture and requests are as they were accepted.
    Same,
}

/// How a step differs from what was accepted of it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Change {
    #[serde(flatten)]
    pub(super) picture: PictureChange,
    /// Requests that weren't made then.
    pub(super) more: Vec<String>,
    /// Requests that were made then.
    pub(super) fewer: Vec<String>,
    /// When it was accepted, and of which commit.
    pub(super) at: jiff::Timestamp,
    pub(super) commit: Option<String>,
}

impl Change {
    fn new(accepted: &AcceptedStep, before: &[u8], now: &[u8], requests: &[String]) -> Self {
        let then: BTreeSet<_> = accepted.requests.iter().collect();
        let today: BTreeSet<_> = requests.iter().collect();
        let only = |one: &BTreeSet<&String>, other: &BTreeSet<&String>| {
            let only = one.difference(other).take(MOST_LISTED);
            only.map(|line| (*line).clone()).collect()
        };
        Self {
            picture: compare(before, now),
            more: only(&today, &then),
            fewer: only(&then, &today),
            at: accepted.at,
            commit: accepted.commit.clone(),
        }
    }

    fn is_none(&self) -> bool {
        self.picture == PictureChange::Same && self.more.is_empty() && self.fewer.is_empty()
    }
}

const MOST_LISTED: usize = 20;

/// The pictures last accepted, by the folder that the pictures have in the bundle.
pub(super) struct Before {
    root: PathBuf,
    folders: Mutex<HashMap<String, AcceptedFolder>>,
    changes: BTreeMap<(usize, usize), Change>,
}

impl Before {
    /// Reads what was accepted below `root` and compares every step with it.
    pub(super) fn open(
        root: &Path,
        document: &BundleDocument,
        run: &Run,
        read: impl Fn(&str) -> Option<Vec<u8>> + Sync,
    ) -> Result<Self, BundleError> {
        let surroundings = (document.device.name.as_str(), document.engine.name.as_str());
        let mut folders = HashMap::new();
        for folder in pictures(document).filter_map(|(_, _, file)| folder_of(file)) {
            if !folders.contains_key(folder) {
                let accepted = AcceptedFolder::open(root, folder, surroundings)?;
                folders.insert(folder.to_owned(), accepted);
            }
        }
        let unseen = StepRun::default();
        let changes = in_parallel(pictures(document), |(at, entry, file)| {
            let (accepted, before) = folders.get(folder_of(file)?)?.step(&entry.id)?;
            let seen = seen_of(run, at.0, &entry.id).unwrap_or(&unseen);
            let requests = requests(seen, &document.target.origins);
            let change = Change::new(accepted, &before, &read(file)?, &requests);
            Some((at, change))
        });
        Ok(Self {
            root: root.to_owned(),
            folders: Mutex::new(folders),
            changes,
        })
    }

    /// Where accepted pictures are.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// How a step differs from what was accepted; `None` when nothing was.
    pub(super) fn change(&self, at: (usize, usize)) -> Option<&Change> {
        self.changes.get(&at)
    }

    pub(super) fn group(&self, at: (usize, usize), status: Status, has_findings: bool) -> Group {
        match self.change(at) {
            _ if status != Status::Clean || has_findings => Group::Flagged,
            None => Group::New,
            Some(change) if change.is_none() => Group::Same,
            Some(_) => Group::Changed,
        }
    }

    /// The picture that was accepted of a step.
    pub(super) fn picture(&self, file: &str, id: &str) -> Option<Vec<u8>> {
        let folders = self.folders();
        let (_, picture) = folders.get(folder_of(file)?)?.step(id)?;
        Some(picture)
    }

    /// Accepts steps by the folders of their pictures.
    pub(super) fn accept(
        &self,
        steps: Vec<(&str, String, AcceptedStep, Vec<u8>)>,
    ) -> Result<(), BundleError> {
        let mut by_folder: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for (file, id, step, picture) in steps {
            if let Some(folder) = folder_of(file) {
                let steps = by_folder.entry(folder).or_default();
                steps.push((id, step, picture));
            }
        }
        let mut folders = self.folders();
        for (folder, steps) in by_folder {
            if let Some(folder) = folders.get_mut(folder) {
                folder.accept(steps)?;
            }
        }
        Ok(())
    }

    fn folders(&self) -> MutexGuard<'_, HashMap<String, AcceptedFolder>> {
        // What is read anew at every opening can't be left half-way.
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `screens/<folder>/02-sign-it.jpg`: checklist and persona have one folder.
fn folder_of(file: &str) -> Option<&str> {
    file.split('/').nth(1)
}

/// Pictures are decoded on all the machine's cores: a long bundle must not keep its reader waiting.
fn in_parallel<T>(
    steps: impl Iterator<Item = T> + Send,
    change: impl Fn(T) -> Option<((usize, usize), Change)> + Sync,
) -> BTreeMap<(usize, usize), Change> {
    let (found, rest) = (Mutex::new(BTreeMap::new()), Mutex::new(steps));
    let next = || rest.lock().ok()?.next();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(step) = next() {
                    if let (Some((at, change)), Ok(mut found)) = (change(step), found.lock()) {
                        found.insert(at, change);
                    }
                }
            });
        }
    });
    found.into_inner().unwrap_or_default()
}

/// What the page asked and how it was answered, a line each, sorted: order and number of requests change from run to run.
pub(super) fn requests(seen: &StepRun, origins: &[String]) -> Vec<String> {
    let asked = seen.exchanges.iter().filter(|exchange| {
        let is_data = matches!(
            exchange.resource,
            Resource::Document
                | Resource::Frame
                | Resource::Fetch
                | Resource::Xhr
                | Resource::WebSocket
                | Resource::EventSource
        );
        is_data && !exchange.is_of_check()
    });
    let lines: BTreeSet<_> = asked.map(|exchange| line(exchange, origins)).collect();
    lines.into_iter().collect()
}

/// `POST /api/quotes/*/sign 200 application/json`; a preview has another origin each time.
fn line(exchange: &Exchange, origins: &[String]) -> String {
    let route = exchange.route();
    let is_own = |origin: &&String| route.starts_with(origin.as_str());
    let route = match origins.iter().find(is_own) {
        Some(origin) => &route[origin.len()..],
        None => &route,
    };
    let outcome = match &exchange.outcome {
        Outcome::Answered(answer) => format!("{} {}", answer.status, answer.mime),
        Outcome::Failed { error } => error.clone(),
        Outcome::Pending => "no answer".to_owned(),
    };
    format!("{} {route} {}", exchange.method, outcome.trim_end())
}
