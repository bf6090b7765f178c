//! What was accepted before, and what changed since: it decides the order of the walk.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;

use super::{
    asked::{answers, happenings, requests, reshaped, shapes},
    compare::{PictureChange, compare},
    desk::{pictures, seen_of},
    sealed::Sealed,
};
use crate::bundle::{AcceptedFolder, AcceptedStep, BundleDocument, BundleError};
use crate::detect::Status;
use crate::evidence::{PixelArea, Run, StepRun};

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
    /// Picture, requests and the shape of their answers are as they were accepted.
    Same,
}

/// How a step differs from what was accepted of it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Change {
    #[serde(flatten)]
    compared: Compared,
    #[serde(flatten)]
    then: Then,
}

/// What files say, which are read behind the page.
#[derive(Debug, Clone, Serialize)]
struct Compared {
    #[serde(flatten)]
    picture: PictureChange,
    /// What answers have otherwise than then: fields and their types.
    answers: Vec<String>,
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
        self.compared.picture == PictureChange::Same
            && self.compared.answers.is_empty()
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
    /// How their pictures and answers differ, as far as that is known; nothing where the accepted picture isn't there any more.
    compared: Mutex<BTreeMap<At, Option<Compared>>>,
}

struct Accepted {
    file: String,
    id: String,
    /// What changes by itself in either picture.
    masked: Vec<PixelArea>,
    is_same_picture: bool,
    answers: Option<Answers>,
    then: Then,
}

/// JSON that is to be compared with what was answered then.
struct Answers {
    /// The files that have it, each with its request's line.
    files: BTreeSet<(String, String)>,
    /// Requests that were made both times.
    requests: BTreeSet<String>,
}

impl Answers {
    /// `None` where an older shippass accepted the step, which didn't look at answers, and where there are none.
    fn new(accepted: &AcceptedStep, seen: &StepRun, origins: &[String]) -> Option<Self> {
        let then = accepted.shapes.as_ref()?;
        let files = answers(seen, origins);
        let now = requests(seen, origins);
        let both = |line: &&String| now.contains(line);
        let requests = accepted.requests.iter().filter(both).cloned().collect();
        (!then.is_empty() || !files.is_empty()).then_some(Self { files, requests })
    }
}

impl Before {
    /// Reads what was accepted below `root`; pictures whose digests differ, and answers, are compared later. What can't be read counts as
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
            let origins = &document.target.origins;
            let now = (requests(seen, origins), happenings(seen));
            let accepted = Accepted {
                masked: [&*accepted.masked, seen.masked_in(file)].concat(),
                is_same_picture: sealed.digest(file) == Some(accepted.picture.as_str()),
                file: file.to_owned(),
                id: entry.id.clone(),
                answers: Answers::new(accepted, seen, origins),
                then: Then::new(accepted, &now),
            };
            if accepted.is_same_picture && accepted.answers.is_none() {
                let (picture, answers) = (PictureChange::Same, Vec::new());
                compared.insert(at, Some(Compared { picture, answers }));
            }
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
        let compared = match self.compared().get(&at) {
            Some(compared) => compared.clone()?,
            None => Compared {
                picture: PictureChange::Comparing,
                answers: Vec::new(),
            },
        };
        let then = accepted.then.clone();
        Some(Change { compared, then })
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

    /// Whether the shape of a step's answers was kept when it was accepted.
    pub(super) fn knows_answers(&self, at: At) -> bool {
        let id = self.steps.get(&at).map(|accepted| accepted.id.as_str());
        let place = self.shelves.get(at.0).and_then(Option::as_ref);
        let Some((id, place)) = id.zip(place) else {
            return false;
        };
        let folders = self.folders();
        let said = folders.get(place).and_then(|folder| folder.said_of(id));
        said.is_some_and(|accepted| accepted.shapes.is_some())
    }

    /// Compares the picture and the answers of a step now, unless that was done.
    pub(super) fn compare(&self, at: At) {
        let Some(accepted) = self.steps.get(&at) else {
            return;
        };
        if self.compared().contains_key(&at) {
            return;
        }
        let answers = self.reshaped(at, accepted).unwrap_or_default();
        let change = self.picture_change(at, accepted);
        let change = change.map(|picture| Compared { picture, answers });
        self.compared().insert(at, change);
    }

    /// What answers have otherwise than then.
    fn reshaped(&self, at: At, accepted: &Accepted) -> Option<Vec<String>> {
        let Answers { files, requests } = accepted.answers.as_ref()?;
        let now = shapes(files, |file| self.sealed.read(file).ok());
        let place = self.shelves.get(at.0)?.as_ref()?;
        let folders = self.folders();
        let then = folders.get(place)?.said_of(&accepted.id)?.shapes.as_ref()?;
        Some(reshaped(then, &now, requests))
    }

    fn picture_change(&self, at: At, accepted: &Accepted) -> Option<PictureChange> {
        if accepted.is_same_picture {
            return Some(PictureChange::Same);
        }
        let before = self.picture(at.0, &accepted.id)?;
        Some(match self.sealed.read(&accepted.file) {
            Ok(now) => compare(&before, &now, &accepted.masked),
            Err(_) => PictureChange::Unreadable,
        })
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

    fn compared(&self) -> MutexGuard<'_, BTreeMap<At, Option<Compared>>> {
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
