//! The real-device pass: what a phone said of itself, what was looked at there, and the photos that it gave.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::{
    digest::hex_sha256,
    error::BundleError,
    paths::{PHONE, SIGNOFF},
    signoff_files::{is_hex, read_signoff},
    signoff_write::make_folder,
    walk::Walk,
    whole_file::{remove, write_whole},
};
use crate::detect::StepRef;

/// What a real phone said of itself, by its own browser.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Phone {
    /// `innerWidth` in CSS pixels.
    pub width: u32,
    /// `innerHeight` in CSS pixels.
    pub height: u32,
    /// `devicePixelRatio`.
    pub scale: f64,
    /// Whether it takes touches.
    #[serde(default)]
    pub touch: bool,
    /// Its user agent.
    pub user_agent: String,
}

/// What was looked at on one phone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PhonePass {
    /// The phone.
    pub phone: Phone,
    /// Steps that were opened there.
    pub steps: BTreeSet<StepRef>,
    /// Files of the photos that it gave, each once.
    pub photos: Vec<String>,
}

impl PhonePass {
    /// A phone that was there before goes on where it was.
    pub(super) fn take_up(passes: &mut Vec<Self>, phone: Phone) {
        let before = passes.iter().position(|pass| pass.phone == phone);
        let pass = before.map(|at| passes.remove(at));
        passes.push(pass.unwrap_or(Self {
            phone,
            ..Self::default()
        }));
    }

    /// Leaves out phones that did nothing. One that came back stands last, and has said nothing by that.
    pub(super) fn keep_what_was_said(passes: &mut Vec<Self>) {
        passes.retain(|pass| !pass.steps.is_empty() || !pass.photos.is_empty());
        passes.sort_by(|one, other| {
            let key = |pass: &Self| (pass.phone.user_agent.clone(), pass.steps.clone());
            key(one).cmp(&key(other))
        });
    }
}

/// The file of a photo in a bundle: `signoff/phone/<sha256>.jpg`.
fn photo_file(jpeg: &[u8]) -> String {
    format!("{SIGNOFF}/{PHONE}/{}.jpg", hex_sha256(jpeg))
}

/// The digest in the name of a photo's file; `None` when that is no photo's name.
pub fn photo_digest(file: &str) -> Option<&str> {
    let name = file.strip_prefix(SIGNOFF)?.strip_prefix('/')?;
    let name = name.strip_prefix(PHONE)?.strip_prefix('/')?;
    name.strip_suffix(".jpg").filter(|stem| is_hex(stem, 64))
}

/// Writes a photo; answers its file in the bundle. It counts once the walk names it.
///
/// # Errors
///
/// It can't be written, or something that is no folder stands in its folder's place.
pub fn write_photo(dir: &Path, jpeg: &[u8]) -> Result<String, BundleError> {
    let folder = folder_of(dir);
    make_folder(&folder)?;
    if !is_plain_folder(&folder) {
        return Err(BundleError::NotPlain { path: folder });
    }
    let file = photo_file(jpeg);
    write_whole(&dir.join(&file), |out| out.write_all(jpeg))?;
    Ok(file)
}

/// Removes photos that were written, and cut off before the walk named them; nothing that was signed, and nothing else.
pub(super) fn clear_loose_photos(dir: &Path, walk: &Walk) -> Result<(), BundleError> {
    if !is_plain_folder(&folder_of(dir)) {
        return Ok(());
    }
    let files = read_signoff(dir)?;
    let statements = files.earlier.values().chain([&files.signed]);
    let statements: Vec<&[u8]> = statements
        .filter_map(|signed| signed.statement.as_deref())
        .collect();
    let named: BTreeSet<&String> = walk.photos().collect();
    let is_signed = |sha256: &str| {
        let mut statements = statements.iter();
        statements.any(|bytes| memmem::find(bytes, sha256.as_bytes()).is_some())
    };
    let photos = files.photos.iter();
    let loose = photos.filter(|(path, sha256)| {
        photo_digest(path) == Some(sha256) && !named.contains(path) && !is_signed(sha256)
    });
    let is_photo =
        |path: &&String| Path::new(path).parent() == Some(&Path::new(SIGNOFF).join(PHONE));
    let torn = files.cut_off.iter().filter(is_photo);
    loose
        .map(|(path, _)| path)
        .chain(torn)
        .try_for_each(|path| remove(&dir.join(path)))
}

fn folder_of(dir: &Path) -> PathBuf {
    dir.join(SIGNOFF).join(PHONE)
}

fn is_plain_folder(folder: &Path) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;
    use crate::bundle::{BundlePaths, Said, WalkEntry, WalkLog, whole_file::beside};

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder_of(dir)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_photo_that_no_word_names_is_cleared_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        let mut log = WalkLog::open(dir, "ab").unwrap();
        let kept = write_photo(dir, b"kept").unwrap();
        let said = Said::Photographed {
            step: StepRef::default(),
            file: kept.clone(),
        };
        let at = "2026-11-21T12:00:00Z".parse().unwrap();
        log.append(WalkEntry { at, said }).unwrap();
        drop(log);
        let loose = write_photo(dir, b"loose").unwrap();
        drop(fs::File::create(beside(&dir.join(&loose))).unwrap());
        let signed = write_photo(dir, b"signed").unwrap();
        let statement = format!("…{}…", photo_digest(&signed).unwrap());
        write_whole(
            &BundlePaths::new(dir).signoff().join("statement.json"),
            |out| out.write_all(statement.as_bytes()),
        )
        .unwrap();
        write_whole(&folder_of(dir).join("mine.jpg"), |out| out.write_all(b"x")).unwrap();

        let log = WalkLog::open(dir, "ab").unwrap();
        let mut left = [kept.as_str(), signed.as_str(), "signoff/phone/mine.jpg"]
            .map(|file| file.rsplit('/').next().unwrap().to_owned());
        left.sort();
        assert_eq!(names(dir), left);
        assert_eq!(log.walk().photos().collect::<Vec<_>>(), [&kept]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_folder_leads_nowhere() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(dir.path().join(SIGNOFF)).unwrap();
        std::os::unix::fs::symlink(other.path(), folder_of(dir.path())).unwrap();
        let refused = write_photo(dir.path(), b"x").unwrap_err();
        assert!(matches!(refused, BundleError::NotPlain { .. }), "{refused}");
        assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
    }

    #[test]
    fn only_a_photos_own_name_holds_a_digest() {
        let file = photo_file(b"x");
        assert_eq!(photo_digest(&file), Some(hex_sha256(b"x").as_str()));
        for name in [
            "signoff/phone/x.jpg",
            "signoff/phone/../../x.jpg",
            "screens/a.jpg",
            &file.replace(".jpg", ".png"),
            &file.to_uppercase(),
        ] {
            assert_eq!(photo_digest(name), None, "{name}");
        }
    }
}
