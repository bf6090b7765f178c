//! The recorder: one thread writes the journal and the bodies, another prepares pictures, so that
//! the step loop never waits for the disk. Only here does a stream become something that lasts.

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread::JoinHandle,
};

use super::{
    bodies::{self, CapturedBody},
    error::EvidenceError,
    event::{RunEvent, StepIndex},
    exchange::{Body, Resource},
    journal::Journal,
    kept_files::KeptFiles,
    picture::{self, NewPicture},
    records::Picture,
    redact::Redactor,
    run::{Run, number_of},
    synced::make_synced_folder,
};

/// How much may wait to be written; beyond it the one who brings more waits.
const QUEUE: usize = 64;

/// A cheap handle; every clone writes to the same journal.
#[derive(Debug, Clone)]
pub struct Recorder {
    orders: mpsc::SyncSender<Order>,
    pictures: mpsc::SyncSender<Shot>,
    redactor: Arc<Redactor>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How many exchanges and console lines have a number.
    exchanges: AtomicU64,
    lines: AtomicU64,
    /// The first thing that went wrong.
    failure: Mutex<Option<EvidenceError>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// How many pictures of each step were taken and aren't written yet.
    unpainted: Mutex<BTreeMap<StepIndex, usize>>,
}

enum Order {
    Event(Box<RunEvent>),
    /// A picture that is ready, behind its file; `None` when nothing could be made of it.
    Painted(StepIndex, Option<Picture>),
    File {
        path: String,
        bytes: Vec<u8>,
    },
    End,
}

enum Shot {
    Picture(StepIndex, Box<NewPicture>),
    End,
}

type Listener = Box<dyn FnMut(&RunEvent) + Send>;

impl Recorder {
    /// Begins a bundle in an empty or new folder. The listener hears each event once it is written;
    /// the end of a step once it is on the disk.
    pub fn create(
        folder: &Path,
        redactor: Arc<Redactor>,
        listener: impl FnMut(&RunEvent) + Send + 'static,
    ) -> Result<Self, EvidenceError> {
        prepare_folder(folder)?;
        let journal = Journal::create(folder)?;
        Ok(Self::begin(
            folder,
            journal,
            State::default(),
            redactor,
            listener,
        ))
    }

    /// Goes on with the bundle of a run that was cut off.
    ///
    /// # Errors
    ///
    /// That run is still going on, or its journal can't be read or written.
    pub fn resume(
        folder: &Path,
        run: &Run,
        redactor: Arc<Redactor>,
        listener: impl FnMut(&RunEvent) + Send + 'static,
    ) -> Result<Self, EvidenceError> {
        let journal = Journal::reopen(folder)?;
        let exchanges = run.steps().flat_map(|(_, step)| &step.exchanges);
        let lines = run.steps().flat_map(|(_, step)| &step.console);
        let state = State {
            exchanges: highest(exchanges.map(|exchange| exchange.id.as_str())).into(),
            lines: highest(lines.map(|line| line.id.as_str())).into(),
            ..State::default()
        };
        Ok(Self::begin(folder, journal, state, redactor, listener))
    }

    fn begin(
        folder: &Path,
        journal: Journal,
        state: State,
        redactor: Arc<Redactor>,
        listener: impl FnMut(&RunEvent) + Send + 'static,
    ) -> Self {
        let (orders, order_queue) = mpsc::sync_channel(QUEUE);
        let (pictures, picture_queue) = mpsc::sync_channel(QUEUE);
        let state = Arc::new(state);
        let recorder = Self {
            orders,
            pictures,
            redactor: Arc::clone(&redactor),
            state,
        };
        let writer = Writer {
            files: KeptFiles::new(folder),
            journal,
            redactor,
            state: Arc::clone(&recorder.state),
            listener: Some(Box::new(listener)),
            waiting: VecDeque::new(),
        };
        let orders = recorder.orders.clone();
        let threads = vec![
            std::thread::spawn(move || writer.run(&order_queue)),
            std::thread::spawn(move || prepare_pictures(&picture_queue, &orders)),
        ];
        *recorder
            .state
            .threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = threads;
        recorder
    }

    /// The next exchange's id: `e17`.
    pub fn next_exchange(&self) -> String {
        format!(
            "e{}",
            self.state.exchanges.fetch_add(1, Ordering::Relaxed) + 1
        )
    }

    /// The next console line's id: `c3`.
    pub fn next_line(&self) -> String {
        format!("c{}", self.state.lines.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Hands over an event.
    pub fn record(&self, event: RunEvent) {
        // A writer that is gone has left its reason in the state.
        let _ = self.orders.send(Order::Event(Box::new(event)));
    }

    /// Describes a body, and hands its bytes over when it is kept.
    pub fn keep_body(
        &self,
        captured: CapturedBody,
        resource: Resource,
        is_first_party: bool,
    ) -> Body {
        let prepared = bodies::prepare(captured, resource, is_first_party, &self.redactor);
        if let Some((path, bytes)) = prepared.file {
            let _ = self.orders.send(Order::File { path, bytes });
        }
        prepared.body
    }

    /// Hands over a picture.
    pub fn take_picture(&self, at: StepIndex, picture: NewPicture) {
        *self.state.unpainted().entry(at).or_default() += 1;
        let _ = self.pictures.send(Shot::Picture(at, Box::new(picture)));
    }

    /// What went wrong, in words, as soon as something has.
    pub fn failed(&self) -> Option<String> {
        self.state.failure().as_ref().map(ToString::to_string)
    }

    /// Waits until everything handed over is on the disk.
    ///
    /// # Errors
    ///
    /// The first thing that couldn't be kept.
    pub fn finish(&self, last: RunEvent) -> Result<(), EvidenceError> {
        let threads = {
            let mut threads = self
                .state
                .threads
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *threads)
        };
        let mut threads = threads.into_iter();
        let (writer, painter) = (threads.next(), threads.next());
        let _ = self.pictures.send(Shot::End);
        let is_painted = painter.is_none_or(|thread| thread.join().is_ok());
        self.record(last);
        let _ = self.orders.send(Order::End);
        let is_written = writer.is_none_or(|thread| thread.join().is_ok());
        let failure = self.state.failure().take();
        match failure {
            Some(error) => Err(error),
            None if is_painted && is_written => Ok(()),
            None => Err(EvidenceError::Lost(
                "a thread that writes broke down".to_owned(),
            )),
        }
    }
}

impl State {
    fn failure(&self) -> std::sync::MutexGuard<'_, Option<EvidenceError>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unpainted(&self) -> std::sync::MutexGuard<'_, BTreeMap<StepIndex, usize>> {
        self.unpainted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn prepare_folder(folder: &Path) -> Result<(), EvidenceError> {
    let failed = |source| EvidenceError::Io {
        what: "make",
        path: folder.to_path_buf(),
        source,
    };
    make_synced_folder(folder).map_err(failed)?;
    if std::fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(EvidenceError::FolderInUse {
            folder: folder.to_path_buf(),
        });
    }
    Ok(())
}

/// The highest number among ids.
fn highest<'i>(ids: impl Iterator<Item = &'i str>) -> u64 {
    ids.filter_map(number_of).max().unwrap_or_default()
}

/// The thread that writes.
struct Writer {
    files: KeptFiles,
    journal: Journal,
    redactor: Arc<Redactor>,
    state: Arc<State>,
    listener: Option<Listener>,
    /// The end of a step whose pictures aren't there yet, and all that came behind it.
    waiting: VecDeque<Box<RunEvent>>,
}

impl Writer {
    fn run(mut self, orders: &mpsc::Receiver<Order>) {
        while let Ok(order) = orders.recv() {
            let done = match order {
                Order::End => break,
                Order::Event(event) => self.take(event),
                Order::Painted(at, picture) => self.take_painted(at, picture),
                // Before the record that names it: the queue keeps the order.
                Order::File { path, bytes } => self.files.write(path, &bytes),
            };
            if let Err(error) = done {
                // The first failure is the one that explains; after it nothing more is kept.
                self.state.failure().get_or_insert(error);
            }
        }
        // What still waits then waits for a picture that never comes.
        while let Some(event) = self.waiting.pop_front() {
            if let Err(error) = self.append(&event) {
                self.state.failure().get_or_insert(error);
            }
        }
        if let Err(error) = self.journal.sync() {
            self.state.failure().get_or_insert(error);
        }
    }

    /// A step has no end before its pictures are on the disk: whoever is killed in between has not finished it.
    fn take(&mut self, event: Box<RunEvent>) -> Result<(), EvidenceError> {
        if self.waiting.is_empty() && !self.is_early(&event) {
            return self.append(&event);
        }
        self.waiting.push_back(event);
        Ok(())
    }

    fn take_painted(
        &mut self,
        at: StepIndex,
        picture: Option<Picture>,
    ) -> Result<(), EvidenceError> {
        if let Some(left) = self.state.unpainted().get_mut(&at) {
            *left = left.saturating_sub(1);
        }
        if let Some(picture) = picture {
            self.append(&RunEvent::PictureTaken { at, picture })?;
        }
        while let Some(event) = self.waiting.pop_front() {
            if self.is_early(&event) {
                self.waiting.push_front(event);
                break;
            }
            self.append(&event)?;
        }
        Ok(())
    }

    fn is_early(&self, event: &RunEvent) -> bool {
        let RunEvent::StepFinished { at, .. } = event else {
            return false;
        };
        self.state.unpainted().get(at).is_some_and(|left| *left > 0)
    }

    fn append(&mut self, event: &RunEvent) -> Result<(), EvidenceError> {
        let mut value =
            serde_json::to_value(event).map_err(|error| EvidenceError::Lost(error.to_string()))?;
        self.redactor.hide_known_secrets(&mut value);
        let is_end = matches!(
            event,
            RunEvent::StepFinished { .. } | RunEvent::RunFinished { .. }
        );
        // A step is acknowledged when it is on the disk, with every file that it names, not before.
        if is_end {
            self.files.sync_names()?;
        }
        self.journal.append(&value)?;
        if is_end {
            self.journal.sync()?;
        }
        self.tell(event);
        Ok(())
    }

    /// A listener that breaks down is dropped: it can't end the run.
    fn tell(&mut self, event: &RunEvent) {
        if let Some(mut listener) = self.listener.take() {
            let telling = std::panic::AssertUnwindSafe(|| listener(event));
            if std::panic::catch_unwind(telling).is_ok() {
                self.listener = Some(listener);
            }
        }
    }
}

/// The thread that looks at pictures and draws on them.
fn prepare_pictures(shots: &mpsc::Receiver<Shot>, orders: &mpsc::SyncSender<Order>) {
    while let Ok(Shot::Picture(at, new)) = shots.recv() {
        let Ok((picture, bytes)) = picture::prepare(*new) else {
            // A step without a picture says so by having none.
            let _ = orders.send(Order::Painted(at, None));
            continue;
        };
        let path = picture.file.clone();
        let _ = orders.send(Order::File { path, bytes });
        let _ = orders.send(Order::Painted(at, Some(picture)));
    }
}
