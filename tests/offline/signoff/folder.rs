//! A folder that is changed and put back as it was.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

#[expect(
    clippy::disallowed_methods,
    reason = "the test changes what was sealed"
)]
pub(crate) fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Files by their paths in a folder.
pub(super) fn files_of(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap();
                let name = name.to_str().unwrap().to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// A folder with the files that it should hold.
pub(crate) struct Folder {
    pub(super) root: PathBuf,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

impl Folder {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            files: files_of(root),
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8]) {
        write(&self.path(name), bytes);
    }

    pub(super) fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// Changes a file's bytes, which must be others then.
    pub(super) fn edit(&self, name: &str, edit: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = self.files[name].clone();
        edit(&mut bytes);
        assert_ne!(bytes, self.files[name], "{name} is changed");
        self.put(name, &bytes);
    }

    pub(super) fn text(&self, name: &str) -> String {
        String::from_utf8(self.files[name].clone()).unwrap()
    }

    pub(super) fn replace(&self, name: &str, from: &str, to: &str) {
        self.edit(name, |bytes| {
            *bytes = self.text(name).replacen(from, to, 1).into_bytes();
        });
    }

    /// The names of files in a folder of it.
    pub(super) fn below(&self, folder: &str) -> Vec<&str> {
        let names = self.files.keys().map(String::as_str);
        names.filter(|name| name.starts_with(folder)).collect()
    }

    /// Puts everything back.
    pub(crate) fn restore(&self) {
        let signoff = self.path("signoff");
        if signoff.is_symlink() {
            fs::remove_file(&signoff).unwrap();
        }
        // A link is not followed: what it points at is none of ours.
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let path = entry.path();
                let name = path.strip_prefix(&self.root).unwrap().to_string_lossy();
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_symlink() || !self.files.contains_key(&*name) {
                    fs::remove_file(&path).unwrap();
                }
            }
        }
        for (name, bytes) in &self.files {
            if fs::read(self.path(name)).ok().as_ref() != Some(bytes) {
                self.put(name, bytes);
            }
        }
    }
}
