//! A disk that keeps what it must, and what else it may, when the power goes.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::trace::Call;
use crate::signoff::folder::write;

/// What of the things that nobody synced has come to the disk by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unsynced {
    Nothing,
    /// Names, but not what the files hold.
    Names,
    /// What files hold, but no names.
    Bytes,
}

pub(super) const WORST: [Unsynced; 3] = [Unsynced::Nothing, Unsynced::Names, Unsynced::Bytes];

/// Files, and folders as `None`, by their paths below the root.
pub(super) type State = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// Each thing as it is, and as it was when it was last synced.
enum Node {
    File { now: Vec<u8>, synced: Vec<u8> },
    Folder { now: Names, synced: Names },
}

type Names = BTreeMap<String, usize>;

/// A folder and all below it.
pub(super) struct Disk {
    root: PathBuf,
    /// The first one is the root.
    nodes: Vec<Node>,
}

impl Disk {
    /// What is there has been there for long.
    pub(super) fn new(root: &Path) -> Self {
        let mut disk = Self {
            root: root.to_owned(),
            nodes: Vec::new(),
        };
        disk.load(root);
        disk
    }

    fn load(&mut self, folder: &Path) -> usize {
        let at = self.add(Node::Folder {
            now: Names::new(),
            synced: Names::new(),
        });
        let mut names = Names::new();
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let node = if path.is_dir() {
                self.load(&path)
            } else {
                let now = fs::read(&path).unwrap();
                self.add(Node::File {
                    synced: now.clone(),
                    now,
                })
            };
            names.insert(entry.file_name().into_string().unwrap(), node);
        }
        self.nodes[at] = Node::Folder {
            now: names.clone(),
            synced: names,
        };
        at
    }

    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// What a call changes; elsewhere is none of ours.
    pub(super) fn take(&mut self, call: &Call) {
        match call {
            Call::Opened {
                path,
                made,
                emptied,
            } => {
                if *made && self.find(path).is_none() {
                    let file = self.add(Node::File {
                        now: Vec::new(),
                        synced: Vec::new(),
                    });
                    self.name(path, Some(file));
                }
                if *emptied && let Some(now) = self.bytes(path) {
                    now.clear();
                }
            }
            // All of them only append.
            Call::Wrote { path, bytes } => {
                if let Some(now) = self.bytes(path) {
                    now.extend(bytes);
                }
            }
            Call::Cut { path, length } => {
                if let Some(now) = self.bytes(path) {
                    now.resize(*length, 0);
                }
            }
            Call::Synced { path } => {
                if let Some(at) = self.find(path) {
                    match &mut self.nodes[at] {
                        Node::File { now, synced } => synced.clone_from(now),
                        Node::Folder { now, synced } => synced.clone_from(now),
                    }
                }
            }
            Call::Renamed { from, to } => {
                let node = self.find(from);
                self.name(from, None);
                self.name(to, node);
            }
            Call::Removed { path } => self.name(path, None),
            Call::MadeFolder { path } => {
                let folder = self.add(Node::Folder {
                    now: Names::new(),
                    synced: Names::new(),
                });
                self.name(path, Some(folder));
            }
            Call::Told(_) => {}
        }
    }

    fn bytes(&mut self, path: &Path) -> Option<&mut Vec<u8>> {
        let at = self.find(path)?;
        match &mut self.nodes[at] {
            Node::File { now, .. } => Some(now),
            Node::Folder { .. } => None,
        }
    }

    fn find(&self, path: &Path) -> Option<usize> {
        let mut at = 0;
        for name in path.strip_prefix(&self.root).ok()? {
            let Node::Folder { now, .. } = &self.nodes[at] else {
                return None;
            };
            at = *now.get(name.to_str()?)?;
        }
        Some(at)
    }

    fn name(&mut self, path: &Path, node: Option<usize>) {
        let folder = path.parent().and_then(|folder| self.find(folder));
        let name = path.file_name().and_then(|name| name.to_str());
        let (Some(folder), Some(name)) = (folder, name) else {
            return;
        };
        if let Node::Folder { now, .. } = &mut self.nodes[folder] {
            match node {
                Some(node) => now.insert(name.to_owned(), node),
                None => now.remove(name),
            };
        }
    }

    /// What is there when the power comes back.
    pub(super) fn state(&self, unsynced: Unsynced) -> State {
        let mut state = State::new();
        let mut folders = vec![(PathBuf::new(), 0)];
        while let Some((path, at)) = folders.pop() {
            let Node::Folder { now, synced } = &self.nodes[at] else {
                continue;
            };
            let names = if unsynced == Unsynced::Names {
                now
            } else {
                synced
            };
            for (name, &node) in names {
                let path = path.join(name);
                match &self.nodes[node] {
                    Node::Folder { .. } => {
                        state.insert(path.clone(), None);
                        folders.push((path, node));
                    }
                    Node::File { now, synced } => {
                        let bytes = if unsynced == Unsynced::Bytes {
                            now
                        } else {
                            synced
                        };
                        state.insert(path, Some(bytes.clone()));
                    }
                }
            }
        }
        state
    }
}

/// Puts it into a new folder.
pub(super) fn lay_out(state: &State) -> tempfile::TempDir {
    let folder = crate::journal::quick_folder();
    for (name, bytes) in state {
        let path = folder.path().join(name);
        match bytes {
            Some(bytes) => write(&path, bytes),
            None => fs::create_dir_all(path).unwrap(),
        }
    }
    folder
}
