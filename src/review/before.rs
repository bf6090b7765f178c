//! What was accepted before, and what changed since: it decides the order of the walk.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
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
use crate::evidence::{Exchange, Happening, Outcome, PixelArea, Resource, Run, StepRun};

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
    /// Requests that weren't made then, and what else didn't happen.
    more: Vec<String>,
    /// Requests that were made then, and what else happened.
    fewer: Vec<String>,
    /// When it was accepted, and of which commit.
    at: jiff::Timestamp,
    commit: Option<String>,
}

impl Then {
    fn new(accepted: &AcceptedStep, (requests, happenings): &(Vec<String>, Vec<String>)) -> Self {
        // What an older shippass accepted says nothing of what else happened.
        let happened = accepted.happenings.as_ref();
        let then: BTreeSet<_> = accepted
            .requests
            .iter()
            .chain(happened.into_iter().flatten())
            .collect();
        let happenings = happened.map(|_| happenings).into_iter().flatten();
        let today: BTreeSet<_> = requests.iter().chain(happenings).collect();
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

/// Where a checklist's pictures are accepted: the folder's name, device and engine.
type Shelf = (String, String, String);

/// The pictures last accepted, by the place that they have for each checklist.
pub(super) struct Before {
    root: PathBuf,
    sealed: Arc<Sealed>,
    /// By the checklist's index; a checklist without a picture has none.
    shelves: Vec<Option<Shelf>>,
    /// Those that can be read.
    folders: Mutex<BTreeMap<Shelf, AcceptedFolder>>,
    /// Why others can't.
    notices: Vec<String>,
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
    /// Reads what was accepted below `root`; pictures whose digests differ are compared later. What can't be read counts as
    /// nothing accepted, and is told.
    pub(super) fn open(
        root: &Path,
        document: &BundleDocument,
        run: &Run,
        sealed: Arc<Sealed>,
    ) -> Self {
        let shelves = shelves(document);
        let (folders, notices) = read(root, &shelves);
        let (mut steps, mut compared) = (BTreeMap::new(), BTreeMap::new());
        let unseen = StepRun::default();
        for (at, entry, file) in pictures(document) {
            let shelf = shelves.get(at.0).and_then(Option::as_ref);
            let folder = shelf.and_then(|shelf| folders.get(shelf));
            let Some(accepted) = folder.and_then(|folder| folder.said_of(&entry.id)) else {
                continue;
            };
            let seen = seen_of(run, at.0, &entry.id).unwrap_or(&unseen);
            let now = (requests(seen, &document.target.origins), happenings(seen));
            if sealed.digest(file) == Some(accepted.picture.as_str()) {
                compared.insert(at, Some(PictureChange::Same));
            }
            let accepted = Accepted {
                masked: [&*accepted.masked, seen.masked_in(file)].concat(),
                file: file.to_owned(),
                id: entry.id.clone(),
                then: Then::new(accepted, &now),
            };
            steps.insert(at, accepted);
        }
        Self {
            root: root.to_owned(),
            sealed,
            shelves,
            folders: Mutex::new(folders),
            notices,
            steps,
            compared: Mutex::new(compared),
        }
    }

    /// What of it can't be read, and what to do.
    pub(super) fn notices(&self) -> &[String] {
        &self.notices
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
        let before = self.picture(at.0, &accepted.id);
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

    /// The picture that was accepted of a step, by its checklist's index and its id.
    pub(super) fn picture(&self, checklist: usize, id: &str) -> Option<Vec<u8>> {
        let place = self.shelves.get(checklist)?.as_ref()?;
        let folders = self.folders();
        let (_, picture) = folders.get(place)?.step(id)?;
        Some(picture)
    }

    /// Accepts steps, each with its checklist's index, its id and its picture.
    pub(super) fn accept(
        &self,
        steps: Vec<(usize, String, AcceptedStep, Vec<u8>)>,
    ) -> Result<(), BundleError> {
        let mut by_shelf: BTreeMap<&Shelf, Vec<_>> = BTreeMap::new();
        for (checklist, id, step, picture) in steps {
            if let Some(Some(shelf)) = self.shelves.get(checklist) {
                let steps = by_shelf.entry(shelf).or_default();
                steps.push((id, step, picture));
            }
        }
        let mut folders = self.folders();
        for shelf in by_shelf.keys() {
            // One that couldn't be read may have been settled meanwhile; nothing is accepted over one that wasn't.
            if !folders.contains_key(*shelf) {
                folders.insert((*shelf).clone(), on(&self.root, shelf)?);
            }
        }
        for (shelf, steps) in by_shelf {
            if let Some(folder) = folders.get_mut(shelf) {
                folder.accept(steps)?;
            }
        }
        Ok(())
    }

    fn folders(&self) -> MutexGuard<'_, BTreeMap<Shelf, AcceptedFolder>> {
        // What is read anew at every opening can't be left half-way.
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn compared(&self) -> MutexGuard<'_, BTreeMap<At, Option<PictureChange>>> {
        self.compared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The shelf of each checklist. In a merged bundle the pictures of a checklist's further devices lie in folders of other names,
/// `quotes-2`: accepted they stand under the checklist's own name, as they do after a run on that device alone.
fn shelves(document: &BundleDocument) -> Vec<Option<Shelf>> {
    let lists = &document.checklists;
    let mut shelves: Vec<Option<Shelf>> = Vec::new();
    for (index, list) in lists.iter().enumerate() {
        let (device, engine) = (document.device_of(list), document.engine_of(list));
        let shelf = |folder: &str| (folder.to_owned(), device.name.clone(), engine.name.clone());
        let mut files = list.steps.iter().filter_map(|step| step.screens.last());
        let folder = files.next().and_then(|file| folder_of(file));
        let mut others = lists[..index].iter();
        let first = others.position(|it| it.name == list.name && it.persona == list.persona);
        let first = first.and_then(|first| shelves[first].as_ref());
        let own = first.map(|(folder, ..)| shelf(folder));
        let own = own.filter(|own| !shelves.contains(&Some(own.clone())));
        shelves.push(folder.map(|folder| own.unwrap_or_else(|| shelf(folder))));
    }
    shelves
}

fn on(root: &Path, (folder, device, engine): &Shelf) -> Result<AcceptedFolder, BundleError> {
    AcceptedFolder::open(root, folder, (device, engine))
}

/// What stands on the shelves, and what can't be read there.
fn read(root: &Path, shelves: &[Option<Shelf>]) -> (BTreeMap<Shelf, AcceptedFolder>, Vec<String>) {
    let (mut folders, mut notices) = (BTreeMap::new(), Vec::new());
    for shelf in shelves.iter().flatten() {
        match on(root, shelf) {
            Ok(folder) => {
                folders.insert(shelf.clone(), folder);
            }
            Err(error) => notices.push(format!("{error}; {}", error.help())),
        }
    }
    (folders, notices)
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

/// What else happened, a line each, in its order: a dialog with its words, a file with its digest, another tab.
pub(super) fn happenings(seen: &StepRun) -> Vec<String> {
    let lines = seen.happenings.iter().map(|happening| match happening {
        Happening::Dialog {
            kind,
            text,
            is_accepted,
            ..
        } => {
            let answer = if *is_accepted {
                "accepted"
            } else {
                "dismissed"
            };
            format!("dialog {kind} “{text}”, {answer}")
        }
        Happening::Download { name, file, .. } => match file {
            Some(file) => format!("download {name}, sha-256 {}", file.sha256),
            None => format!("download {name}, not kept"),
        },
        Happening::Withheld { method, url } => {
            format!("not sent: {method} {}", path_of(url))
        }
        Happening::NewTab { url } => format!("new tab {}", path_of(url)),
        Happening::Network { state } => format!("network {state}"),
    });
    lines.collect()
}

/// A preview has another origin each time, and a query what changes.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split(['?', '#']).next().unwrap_or(path)
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
