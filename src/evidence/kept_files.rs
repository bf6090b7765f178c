//! Bodies and pictures on the disk: each whole, and there before the record that names it counts.

use std::{
    collections::{BTreeSet, HashSet},
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{error::EvidenceError, synced::sync_folder};

/// The files of a run's folder beside its journal.
#[derive(Debug)]
pub(super) struct KeptFiles {
    root: PathBuf,
    /// Files that stand already: bodies are named by their hash.
    written: HashSet<String>,
    /// Folders that have got names since they were synced.
    unsynced: BTreeSet<PathBuf>,
}

impl KeptFiles {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            written: HashSet::new(),
            unsynced: BTreeSet::new(),
        }
    }

    /// Writes a file beside its place and moves it there, unless it stands already.
    pub(super) fn write(&mut self, name: String, bytes: &[u8]) -> Result<(), EvidenceError> {
        if self.written.contains(&name) {
            return Ok(());
        }
        let path = self.root.join(&name);
        let write = || -> io::Result<Vec<PathBuf>> {
            let folders = self.folders_of(&path)?;
            let partial = path.with_extension("partial");
            let mut file = File::create(&partial)?;
            file.write_all(bytes)?;
            file.sync_data()?;
            fs::rename(&partial, &path)?;
            Ok(folders)
        };
        let folders = write().map_err(|source| failed(&path, source))?;
        self.unsynced.extend(folders);
        self.written.insert(name);
        Ok(())
    }

    /// Puts the names of all new files on the disk; what they hold is there already.
    pub(super) fn sync_names(&mut self) -> Result<(), EvidenceError> {
        for folder in std::mem::take(&mut self.unsynced) {
            sync_folder(&folder).map_err(|source| failed(&folder, source))?;
        }
        Ok(())
    }

    /// The folders that get a name with a file: its own, and the one above each that is made now.
    fn folders_of(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        let Some(folder) = path.parent() else {
            return Ok(Vec::new());
        };
        let mut folders = vec![folder.to_path_buf()];
        let above = folder.ancestors().zip(folder.ancestors().skip(1));
        let new = above.take_while(|(below, _)| **below != *self.root && !below.is_dir());
        folders.extend(new.map(|(_, above)| above.to_path_buf()));
        fs::create_dir_all(folder)?;
        Ok(folders)
    }
}

fn failed(path: &Path, source: io::Error) -> EvidenceError {
    EvidenceError::Io {
        what: "write",
        path: path.to_path_buf(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_that_got_a_name_is_synced_once() {
        let root = tempfile::tempdir().expect("a folder");
        let mut files = KeptFiles::new(root.path());
        let at = |name: &str| root.path().join(name);
        for name in ["screens/a/01.jpg", "screens/a/02.jpg", "bodies/ab.txt"] {
            files.write(name.to_owned(), b"x").expect("written");
        }
        let folders = [
            root.path().to_path_buf(),
            at("bodies"),
            at("screens"),
            at("screens/a"),
        ];
        assert_eq!(files.unsynced, folders.into());
        files.sync_names().expect("synced");
        assert!(files.unsynced.is_empty());
        // What stands is neither written nor synced again; a folder that stands has only its own new name.
        files.write("bodies/ab.txt".to_owned(), b"y").expect("kept");
        files
            .write("screens/a/03.jpg".to_owned(), b"x")
            .expect("written");
        assert_eq!(files.unsynced, [at("screens/a")].into());
        assert_eq!(fs::read(at("bodies/ab.txt")).expect("read"), b"x");
    }
}
