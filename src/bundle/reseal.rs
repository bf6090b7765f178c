//! Around the seal of a run that was cut off: what is cleared away before it is sealed, and how a seal is taken off when the
//! run goes on.

use std::{ffi::OsStr, fs, path::Path};

use super::{
    error::BundleError,
    paths::BundlePaths,
    signoff_files::{SignoffFiles, read_signoff},
    walk::Walk,
    walk_log::{WalkLog, manifest_of, walk_of},
    whole_file::remove,
};

/// Removes files that a killed run was just writing; refuses a folder in which anything but plain files lies.
///
/// # Errors
///
/// A link, a pipe or a device is in it, or it can't be read or written.
pub fn clear_unfinished(dir: &Path) -> Result<(), BundleError> {
    let signoff = BundlePaths::new(dir).signoff();
    let mut folders = vec![dir.to_owned()];
    let mut unfinished = Vec::new();
    while let Some(folder) = folders.pop() {
        let unreadable = |source| BundleError::Read {
            path: folder.clone(),
            source,
        };
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let kind = entry.file_type().map_err(unreadable)?;
            let path = entry.path();
            if path == signoff && kind.is_dir() {
                // Whoever signs clears up after themselves.
            } else if kind.is_dir() {
                folders.push(path);
            } else if !kind.is_file() {
                return Err(BundleError::NotPlain { path });
            } else if is_unfinished(&path) {
                unfinished.push(path);
            }
        }
    }
    unfinished.iter().try_for_each(|path| remove(path))
}

/// Derived files are written as `.bundle.json.part`, bodies and pictures as `….partial`.
fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    match path.extension().and_then(OsStr::to_str) {
        Some("part") => name.to_string_lossy().starts_with('.'),
        extension => extension == Some("partial"),
    }
}

/// Whether a human has said or signed anything of a bundle; to have looked at it says nothing.
///
/// # Errors
///
/// The sign-off can't be read.
pub fn is_reviewed(dir: &Path) -> Result<bool, BundleError> {
    let SignoffFiles {
        signed,
        earlier,
        walk,
        photos,
        ..
    } = read_signoff(dir)?;
    if signed.statement.is_some() || !earlier.is_empty() || !photos.is_empty() {
        return Ok(true);
    }
    // A walk that can't be read may hold words. Of which seal they speak makes them no fewer.
    let walk = walk.unwrap_or_default();
    let said = match manifest_of(&walk) {
        Ok(None) => return Ok(false),
        Ok(Some(manifest)) => walk_of(&walk, &manifest).ok(),
        Err(_) => None,
    };
    Ok(said.is_none_or(|walk| walk.without_looking() != Walk::default()))
}

/// Takes the seal off a run that goes on. A walk in which nothing was said goes with it: it speaks of that seal.
///
/// # Errors
///
/// Somebody has said or signed something, has the walk open, or a file can't be removed.
pub fn unseal(dir: &Path) -> Result<(), BundleError> {
    let paths = BundlePaths::new(dir);
    let reviewed = || BundleError::Reviewed {
        dir: dir.to_owned(),
    };
    if is_reviewed(dir)? {
        return Err(reviewed());
    }
    if let Some(walk) = read_signoff(dir)?.walk {
        let manifest = manifest_of(&walk).ok().flatten();
        // Held until it is gone, so that no page says anything meanwhile.
        let log = WalkLog::open(dir, &manifest.unwrap_or_default())?;
        if log.walk().clone().without_looking() != Walk::default() {
            return Err(reviewed());
        }
        remove(&paths.walk())?;
        // Whatever else may lie there stays.
        let _ = fs::remove_dir(paths.signoff());
    }
    remove(&paths.manifest())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;
    use crate::{
        bundle::{
            digest::hex_sha256,
            walk::{Said, Surface, WalkEntry},
            whole_file::write_whole,
        },
        detect::StepRef,
    };

    fn looked() -> Said {
        Said::Looked {
            step: StepRef::default(),
            on: Surface::Page,
            ms: 900,
        }
    }

    fn commented() -> Said {
        Said::Commented {
            step: StepRef::default(),
            text: "cut off at the right".to_owned(),
        }
    }

    /// A sealed folder with a walk in which this was said.
    fn walked(said: Said) -> (tempfile::TempDir, WalkLog) {
        let dir = tempfile::tempdir().unwrap();
        write_whole(&dir.path().join("manifest.json"), |out| {
            out.write_all(b"{}")
        })
        .unwrap();
        let mut log = WalkLog::open(dir.path(), &hex_sha256(b"{}")).unwrap();
        let at = jiff::Timestamp::UNIX_EPOCH;
        log.append(WalkEntry { at, said }).unwrap();
        (dir, log)
    }

    #[test]
    fn a_seal_that_was_only_looked_at_comes_off_and_no_word_is_ever_lost() {
        let (dir, log) = walked(looked());
        assert!(!is_reviewed(dir.path()).unwrap());
        let open = unseal(dir.path()).unwrap_err();
        assert!(matches!(open, BundleError::InUse { .. }), "{open}");
        drop(log);
        unseal(dir.path()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        unseal(dir.path()).unwrap();
        // Nor does it hinder anything where the seal went first.
        let (dir, log) = walked(looked());
        drop(log);
        fs::remove_file(dir.path().join("manifest.json")).unwrap();
        unseal(dir.path()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);

        let (dir, log) = walked(commented());
        drop(log);
        assert!(is_reviewed(dir.path()).unwrap());
        let said = unseal(dir.path()).unwrap_err();
        assert!(matches!(said, BundleError::Reviewed { .. }), "{said}");
        assert!(BundlePaths::new(dir.path()).is_sealed());
        // What was said of a seal that is gone was said all the same.
        fs::remove_file(dir.path().join("manifest.json")).unwrap();
        assert!(is_reviewed(dir.path()).unwrap());
        assert!(unseal(dir.path()).is_err());
        assert!(BundlePaths::new(dir.path()).walk().is_file());
    }

    #[test]
    fn only_what_was_just_being_written_is_cleared_away() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("screens/a")).unwrap();
        fs::create_dir(dir.path().join("signoff")).unwrap();
        let left = [
            ".manifest.json.part",
            "bodies.partial",
            "screens/a/01.partial",
        ];
        let kept = ["bundle.json", "part", "screens/a/01.jpg", "signoff/.x.part"];
        for name in left.iter().chain(&kept) {
            drop(fs::File::create(dir.path().join(name)).unwrap());
        }
        clear_unfinished(dir.path()).unwrap();
        assert!(left.iter().all(|name| !dir.path().join(name).exists()));
        assert!(kept.iter().all(|name| dir.path().join(name).exists()));
    }
}
