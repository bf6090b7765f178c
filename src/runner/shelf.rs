//! Sessions that are kept between runs: a file for each target and persona, for its owner's eyes only.

use std::{
    fs::{self, DirBuilder, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use url::Url;

use super::sessions::KeptSession;
use crate::browser::Stored;
use crate::config::Target;
use crate::evidence::hex_sha256;

const FORMAT: &str = "shippass-session/1";

/// Where sessions lie between runs.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    troubles: Mutex<Vec<String>>,
}

/// What a file holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    format: String,
    saved: Timestamp,
    home: String,
    stored: Stored,
}

impl Shelf {
    /// Opens the folder, or makes it; nobody else can look into it.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
        Ok(Self {
            folder,
            troubles: Mutex::default(),
        })
    }

    /// What couldn't be kept or used, in words.
    pub fn troubles(&self) -> Vec<String> {
        let troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.clone()
    }

    /// The session of an earlier run; not to be trusted before its proof has held.
    pub(super) fn take(&self, target: &Target, persona: &str) -> Option<KeptSession> {
        let path = self.path(target, persona);
        let kept = match read(&path) {
            Ok(kept) => kept?,
            Err(why) => {
                self.trouble(&format!(
                    "the session kept in {} isn't used: {why}",
                    path.display()
                ));
                return None;
            }
        };
        let home = Url::parse(&kept.home).ok()?;
        let is_of_target = target
            .all_origins()
            .contains(&home.origin().ascii_serialization());
        is_of_target.then(|| KeptSession {
            stored: kept.stored,
            home,
            origin: format!("kept since {}", kept.saved.strftime("%Y-%m-%d %H:%M UTC")),
        })
    }

    /// Keeps a session for the next run.
    pub(super) fn put(&self, target: &Target, persona: &str, session: &KeptSession) {
        let path = self.path(target, persona);
        let kept = Kept {
            format: FORMAT.to_owned(),
            saved: Timestamp::now(),
            home: session.home.to_string(),
            stored: session.stored.clone(),
        };
        if let Err(error) = self.write(&path, &kept) {
            self.trouble(&format!(
                "the session of {persona} couldn't be kept: {error}"
            ));
        }
    }

    /// Removes a session that is no good any more.
    pub(super) fn remove(&self, target: &Target, persona: &str) {
        let path = self.path(target, persona);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                self.trouble(&format!("{} couldn't be removed: {error}", path.display()));
            }
            _ => {}
        }
    }

    fn write(&self, path: &Path, kept: &Kept) -> io::Result<()> {
        // A temporary file is its owner's alone (0600), and takes the other's place whole or not at all.
        let mut file = NamedTempFile::new_in(&self.folder)?;
        file.write_all(serde_json::to_string(kept)?.as_bytes())?;
        file.persist(path)?;
        Ok(())
    }

    fn path(&self, target: &Target, persona: &str) -> PathBuf {
        let whose = format!("{}\n{}\n{persona}", target.name, target.url);
        let name = hex_sha256(whose.as_bytes());
        self.folder.join(format!("{}.json", &name[..24]))
    }

    fn trouble(&self, words: &str) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.push(words.to_owned());
    }
}

fn read(path: &Path) -> Result<Option<Kept>, String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let mode = fs::metadata(path).map_err(|error| error.to_string())?;
    if mode.permissions().mode() & 0o077 != 0 {
        return Err("others than its owner can read it".to_owned());
    }
    let kept: Kept = serde_json::from_str(&text)
        .map_err(|_| "it holds no session that can be read".to_owned())?;
    if kept.format != FORMAT {
        return Err("another version of shippass wrote it".to_owned());
    }
    Ok(Some(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        Target::from_url(Url::parse("http://localhost:3000/").expect("an address"))
    }

    fn session(home: &str) -> KeptSession {
        KeptSession {
            stored: Stored::default(),
            home: Url::parse(home).expect("an address"),
            origin: String::new(),
        }
    }

    fn only_file(folder: &Path) -> PathBuf {
        let mut files = fs::read_dir(folder).expect("a folder");
        files.next().expect("a file").expect("an entry").path()
    }

    #[test]
    fn what_is_kept_is_its_owners_alone_and_comes_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = folder.path().join("state/sessions");
        let shelf = Shelf::open(below.clone()).expect("made");
        shelf.put(&target(), "owner", &session("http://localhost:3000/inbox"));
        let file = only_file(&below);
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&below), mode(&file)), (0o700, 0o600));
        let taken = shelf.take(&target(), "owner").expect("kept");
        assert_eq!(taken.home.path(), "/inbox");
        assert!(
            taken.origin.starts_with("kept since 20"),
            "{}",
            taken.origin
        );
        assert!(shelf.take(&target(), "member").is_none());
        shelf.remove(&target(), "owner");
        assert!(shelf.take(&target(), "owner").is_none());
        assert_eq!(shelf.troubles(), Vec::<String>::new());
    }

    #[test]
    fn what_others_could_read_or_nobody_can_is_not_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let shelf = Shelf::open(folder.path().to_owned()).expect("there");
        shelf.put(&target(), "owner", &session("http://localhost:3000/"));
        let file = only_file(folder.path());
        fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("set");
        assert!(shelf.take(&target(), "owner").is_none());
        fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("set");
        fs::OpenOptions::new()
            .append(true)
            .open(&file)
            .and_then(|mut file| file.write_all(b"}"))
            .expect("written");
        assert!(shelf.take(&target(), "owner").is_none());
        let troubles = shelf.troubles().join("\n");
        assert!(
            troubles.contains("others than its owner") && troubles.contains("no session"),
            "{troubles}"
        );
    }

    #[test]
    fn a_home_elsewhere_is_not_gone_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let shelf = Shelf::open(folder.path().to_owned()).expect("there");
        shelf.put(&target(), "owner", &session("http://elsewhere.example/"));
        assert!(shelf.take(&target(), "owner").is_none());
    }
}
