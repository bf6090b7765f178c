//! What was accepted before, and what changed since: it decides the order of the walk.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;

use super::{
    compare::{PictureChange, compare},
    desk::{pictures, seen_of},
    sealed::Sealed,
};
use crate::bundle::{AcceptedFolder, AcceptedStep, BundleDocument, BundleError};
use crate::detect::Status;
use crate::evidence::{Exchange, Outcome, PixelArea, Resource, Run, StepRun};

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
    #[serde(flatten)]
    then: Then,
}

/// What is known of a step before any picture is looked at.
#[derive(Debug, Clone, Serialize)]
struct Then {
    /// Requests that weren't made then.
    more: Vec<String>,
    /// Requests that were made then.
    fewer: Vec<String>,
    /// When it was accepted, and of which commit.
    at: jiff::Timestamp,
    commit: Option<String>,
}

impl Then {
    fn new(accepted: &AcceptedStep, requests: &[String]) -> Self {
        let then: BTreeSet<_> = accepted.requests.iter().collect();
        let today: BTreeSet<_> = requests.iter().collect();
        let only = |one: &BTreeSet<&String>, other: &BTreeSet<&String>| {
            let only = one.difference(other).take(MOST_LISTED);
            only.map(|line| (*line).clone()).collect()
        };
        Self {
            more: only(&today, &then),
            fewer: only(&then, &today),
            at: accepted.at,
            commit: accepted.commit.clone(),
        }
    }
}

impl Change {
    fn is_none(&self) -> bool {
        self.picture == PictureChange::Same
            && self.then.more.is_empty()
            && self.then.fewer.is_empty()
    }
}

const MOST_LISTED: usize = 20;

/// A step's place: checklist and step by their indexes.
pub(super) type At = (usize, usize);

/// The pictures last accepted, by the folder that the pictures have in the bundle.
pub(super) struct Before {
    root: PathBuf,
    sealed: Arc<Sealed>,
    folders: Mutex<HashMap<String, AcceptedFolder>>,
    /// Steps of which something was accepted.
    steps: BTreeMap<At, Accepted>,
    /// How their pictures differ, as far as that is known; nothing where the accepted one isn't there any more.
    compared: Mutex<BTreeMap<At, Option<PictureChange>>>,
}

struct Accepted {
    file: String,
    id: String,
    /// What changes by itself in either picture.
    masked: Vec<PixelArea>,
    then: Then,
}

impl Before {
    /// Reads what was accepted below `root`; pictures whose digests differ are compared later.
    pub(super) fn open(
        root: &Path,
        document: &BundleDocument,
        run: &Run,
        sealed: Arc<Sealed>,
    ) -> Result<Self, BundleError> {
        let surroundings = (document.device.name.as_str(), document.engine.name.as_str());
        let mut folders: HashMap<String, AcceptedFolder> = HashMap::new();
        let (mut steps, mut compared) = (BTreeMap::new(), BTreeMap::new());
        let unseen = StepRun::default();
        for (at, entry, file) in pictures(document) {
            let Some(name) = folder_of(file) else {
                continue;
            };
            if !folders.contains_key(name) {
                let folder = AcceptedFolder::open(root, name, surroundings)?;
                folders.insert(name.to_owned(), folder);
            }
            let Some(accepted) = folders[name].said_of(&entry.id) else {
                continue;
            };
            let seen = seen_of(run, at.0, &entry.id).unwrap_or(&unseen);
            let requests = requests(seen, &document.target.origins);
            if sealed.digest(file) == Some(accepted.picture.as_str()) {
                compared.insert(at, Some(PictureChange::Same));
            }
            let accepted = Accepted {
                masked: [&*accepted.masked, seen.masked_in(file)].concat(),
                file: file.to_owned(),
                id: entry.id.clone(),
                then: Then::new(accepted, &requests),
            };
            steps.insert(at, accepted);
        }
        Ok(Self {
            root: root.to_owned(),
            sealed,
            folders: Mutex::new(folders),
            steps,
            compared: Mutex::new(compared),
        })
    }

    /// Where accepted pictures are.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// How a step differs from what was accepted, as far as that is known; `None` when nothing was.
    pub(super) fn change(&self, at: At) -> Option<Change> {
        let accepted = self.steps.get(&at)?;
        let picture = match self.compared().get(&at) {
            Some(compared) => compared.clone()?,
            None => PictureChange::Comparing,
        };
        let then = accepted.then.clone();
        Some(Change { picture, then })
    }

    pub(super) fn group(&self, at: At, status: Status, has_findings: bool) -> Group {
        match self.change(at) {
            _ if status != Status::Clean || has_findings => Group::Flagged,
            None => Group::New,
            Some(change) if change.is_none() => Group::Same,
            Some(_) => Group::Changed,
        }
    }

    /// Whether pictures are still to be compared.
    pub(super) fn is_comparing(&self) -> bool {
        self.compared().len() < self.steps.len()
    }

    /// Compares the picture of a step now, unless that was done.
    pub(super) fn compare(&self, at: At) {
        let Some(accepted) = self.steps.get(&at) else {
            return;
        };
        if self.compared().contains_key(&at) {
            return;
        }
        let before = self.picture(&accepted.file, &accepted.id);
        let now = self.sealed.read(&accepted.file).ok();
        let change = before.map(|before| match now {
            Some(now) => compare(&before, &now, &accepted.masked),
            None => PictureChange::Unreadable,
        });
        self.compared().insert(at, change);
    }

    /// Compares what is left on threads of their own, in the order of the walk, and tells when it is done.
    ///
    /// They hold on to nothing: when the review ends, they end with the picture that they have before them.
    pub(super) fn compare_behind(self: &Arc<Self>, done: impl Fn() + Send + Sync + 'static) {
        let compared = self.compared();
        let left = self.steps.keys().filter(|at| !compared.contains_key(at));
        let left: VecDeque<At> = left.copied().collect();
        drop(compared);
        if left.is_empty() {
            return;
        }
        // One core is the page's.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (left, done) = (Arc::new(Mutex::new(left)), Arc::new(done));
        for _ in 0..cores.saturating_sub(1).max(1) {
            let (before, left, done) = (Arc::downgrade(self), Arc::clone(&left), Arc::clone(&done));
            let next = move || left.lock().ok()?.pop_front();
            std::thread::spawn(move || {
                while let Some((before, at)) = before.upgrade().zip(next()) {
                    before.compare(at);
                    if !before.is_comparing() {
                        done();
                    }
                }
            });
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

    fn compared(&self) -> MutexGuard<'_, BTreeMap<At, Option<PictureChange>>> {
        self.compared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `screens/<folder>/02-sign-it.jpg`: checklist and persona have one folder.
fn folder_of(file: &str) -> Option<&str> {
    file.split('/').nth(1)
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
