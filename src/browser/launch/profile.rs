//! The folder of one browser: its profile, its temporary files, its downloads. It goes with the browser.
//!
//! A lock inside says that somebody still answers for it: shippass and the guard hold it together, and the
//! kernel lets go of it when both are dead. So a sweep needs neither pids nor clocks to know what is left over.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use super::processes;
use crate::browser::BrowserError;

const PREFIX: &str = "shippass-profile-";
/// How many characters of the name are random.
const RANDOM: usize = 8;
const LOCK: &str = "run.lock";
const DATA: &str = "data";
const TEMPORARY: &str = "tmp";
const DOWNLOADS: &str = "downloads";

/// The longest path of a socket on every Unix, less what Chromium appends to its temporary folder.
const LONGEST_TEMPORARY: usize = 103 - "/.org.chromium.Chromium.XXXXXX/SingletonSocket".len();

/// A folder that this process answers for.
#[derive(Debug)]
pub(super) struct ProfileFolder {
    root: PathBuf,
    /// `None` as long as it isn't made.
    lock: Option<File>,
}

impl ProfileFolder {
    /// Gives one in `base` a name that nobody has. It is made when somebody is there who will remove it.
    pub(super) fn planned(base: &Path) -> Result<Self, BrowserError> {
        let id = ulid::Ulid::generate().to_string().to_lowercase();
        let name = format!("{PREFIX}{}", &id[id.len() - RANDOM..]);
        match std::path::absolute(base.join(name)) {
            Ok(root) => Ok(Self { root, lock: None }),
            Err(source) => Err(no_profile(base, source)),
        }
    }

    /// Makes it, for this user's eyes only.
    pub(super) fn make(&mut self) -> Result<(), BrowserError> {
        match make_locked(&self.root) {
            Ok(lock) => {
                self.lock = Some(lock);
                Ok(())
            }
            Err(source) => Err(no_profile(self.root.parent().unwrap_or(&self.root), source)),
        }
    }

    /// All of it: what the guard removes.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The browser's profile.
    pub(super) fn data(&self) -> PathBuf {
        self.root.join(DATA)
    }

    /// The place for temporary files, unless Chromium's socket there would have too long a path.
    pub(super) fn temporary(&self) -> Option<PathBuf> {
        let folder = self.root.join(TEMPORARY);
        (folder.as_os_str().as_bytes().len() <= LONGEST_TEMPORARY).then_some(folder)
    }
}

fn no_profile(base: &Path, source: io::Error) -> BrowserError {
    BrowserError::NoProfile {
        folder: base.to_owned(),
        source,
    }
}

fn make_locked(root: &Path) -> io::Result<File> {
    // Removed again when it can't be made whole.
    let folder = tempfile::Builder::new()
        .prefix(root.file_name().unwrap_or_default())
        .rand_bytes(0)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(root.parent().unwrap_or(root))?;
    // A sweep looks at a folder once its lock has its name: never before it is locked.
    let unnamed = folder.path().join("run.lock.new");
    let mut lock = File::create_new(&unnamed)?;
    writeln!(
        lock,
        "pid {} since {}",
        std::process::id(),
        jiff::Timestamp::now()
    )?;
    share(&lock)?;
    fs::rename(unnamed, folder.path().join(LOCK))?;
    for part in [DATA, TEMPORARY, DOWNLOADS] {
        DirBuilder::new()
            .mode(0o700)
            .create(folder.path().join(part))?;
    }
    let _ = folder.keep();
    Ok(lock)
}

/// Where the browser with this profile puts downloads.
pub(super) fn downloads_beside(profile: &Path) -> PathBuf {
    profile.with_file_name(DOWNLOADS)
}

/// Answers for the folder as long as the file is held, together with whoever does already.
pub(super) fn answer_for(root: &Path) -> io::Result<File> {
    let lock = File::open(root.join(LOCK))?;
    share(&lock)?;
    Ok(lock)
}

fn share(lock: &File) -> io::Result<()> {
    match lock.lock_shared() {
        // Where there are no locks a sweep gets none either, and leaves the folder alone.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        locked => locked,
    }
}

/// Removes the folder, the lock last, so that what is left by a removal that was cut short is still swept.
pub(super) fn remove(root: &Path) -> io::Result<()> {
    for part in [DATA, TEMPORARY, DOWNLOADS] {
        // The removal of the whole tells what stands in the way.
        let _ = fs::remove_dir_all(root.join(part));
    }
    // A process that was just killed may have added a file behind the first pass.
    match fs::remove_dir_all(root).or_else(|_| fs::remove_dir_all(root)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Ends and removes what runs left behind whose shippass and guard are both dead; answers the folders removed.
pub fn sweep_leftovers() -> Vec<PathBuf> {
    sweep(&std::env::temp_dir())
}

pub(super) fn sweep(base: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(base) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter(|entry| {
            entry
                .file_name()
                .as_encoded_bytes()
                .starts_with(PREFIX.as_bytes())
        })
        .map(|entry| entry.path())
        .filter(|root| sweep_one(root))
        .collect()
}

/// Removes one folder if it is ours, is whole and nobody answers for it.
fn sweep_one(root: &Path) -> bool {
    let is_ours = fs::symlink_metadata(root)
        .is_ok_and(|facts| facts.is_dir() && facts.uid() == rustix::process::getuid().as_raw());
    if !is_ours {
        return false;
    }
    let Ok(lock) = OpenOptions::new().read(true).open(root.join(LOCK)) else {
        return false;
    };
    if lock.try_lock().is_err() {
        return false;
    }
    processes::end_browser_of(&root.join(DATA));
    remove(root).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(base: &Path) -> ProfileFolder {
        let mut folder = ProfileFolder::planned(base).expect("a name");
        assert!(!folder.root().exists(), "only planned");
        folder.make().expect("made");
        folder
    }

    #[test]
    fn a_folder_is_swept_when_nobody_answers_for_it_any_more() {
        let base = tempfile::tempdir().expect("a folder");
        let folder = made(base.path());
        let root = folder.root().to_owned();
        let guards_hold = answer_for(&root).expect("locked");
        assert!(sweep(base.path()).is_empty(), "shippass and guard live");
        drop(folder);
        assert!(sweep(base.path()).is_empty(), "the guard lives");
        drop(guards_hold);
        assert_eq!(sweep(base.path()), std::slice::from_ref(&root));
        assert!(!root.exists());
    }

    #[test]
    fn folders_that_are_not_ours_stay() {
        let base = tempfile::tempdir().expect("a folder");
        let unmarked = base.path().join("shippass-profile-unmarked");
        let other = base.path().join("other-profile-x");
        for folder in [&unmarked, &other] {
            fs::create_dir(folder).expect("made");
        }
        File::create(other.join(LOCK)).expect("made");
        let target = tempfile::tempdir().expect("a folder");
        File::create(target.path().join(LOCK)).expect("made");
        let link = base.path().join("shippass-profile-link");
        std::os::unix::fs::symlink(target.path(), &link).expect("a link");
        assert!(sweep(base.path()).is_empty());
        assert!(unmarked.exists() && other.exists() && target.path().join(LOCK).exists());
    }

    #[test]
    fn others_cannot_look_into_a_profile() {
        let base = tempfile::tempdir().expect("a folder");
        let folder = made(base.path());
        for path in [folder.root(), &folder.data()] {
            let mode = fs::metadata(path).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{}", path.display());
        }
    }

    #[test]
    fn temporary_files_go_elsewhere_when_their_paths_would_be_too_long_for_a_socket() {
        let base = tempfile::tempdir().expect("a folder");
        let long = base.path().join("x".repeat(60));
        fs::create_dir(&long).expect("made");
        assert!(made(&long).temporary().is_none());
        assert!(
            ProfileFolder::planned(Path::new("/tmp"))
                .expect("a name")
                .temporary()
                .is_some()
        );
    }

    #[test]
    fn a_place_without_room_for_a_profile_is_named() {
        let mut folder = ProfileFolder::planned(Path::new("/nowhere")).expect("a name");
        let error = folder.make().expect_err("no such folder");
        assert!(error.to_string().contains("/nowhere"), "{error}");
        assert!(error.help().expect("a help").contains("TMPDIR"));
    }
}
