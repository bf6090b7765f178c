//! What may be named: files and folders of the project, which is the folder that the server was started in.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
    time::SystemTime,
};

use super::refusal::Refusal;
use crate::cli::past::BUNDLES;

/// The project's folder.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// With every link followed.
    root: PathBuf,
}

impl Place {
    /// The folder that the program stands in.
    pub(super) fn here() -> io::Result<Self> {
        let root = Path::new(".").canonicalize()?;
        Ok(Self { root })
    }

    /// A file or folder of the project, as a path from its root; a way out is refused before anything is looked at,
    /// and so is a link that leads out.
    pub(super) fn inside(&self, named: &str) -> Result<PathBuf, Refusal> {
        let outside = || {
            Refusal::new(format!(
                "error: `{}` lies outside the project's folder\nhelp: name what lies below it, such as `screenshots/01k9xq` or `checklists/quotes.yaml`",
                named.escape_debug()
            ))
        };
        let path = Path::new(named);
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let mut depth = 0_usize;
        for part in below.components() {
            depth = match part {
                Component::Normal(_) => depth + 1,
                Component::CurDir => depth,
                Component::ParentDir => depth.checked_sub(1).ok_or_else(outside)?,
                Component::Prefix(_) | Component::RootDir => return Err(outside()),
            };
        }
        let whole = self.root.join(below).canonicalize().map_err(|_| {
            Refusal::new(format!(
                "error: there is no `{}` in the project's folder\nhelp: `list_checklists` names the checklists; bundles lie in `{BUNDLES}/`",
                named.escape_debug()
            ))
        })?;
        match whole.strip_prefix(&self.root) {
            Ok(path) if path.as_os_str().is_empty() => Ok(PathBuf::from(".")),
            Ok(path) => Ok(path.to_owned()),
            Err(_) => Err(outside()),
        }
    }

    /// The bundle that is named; the newest one when none is.
    pub(super) fn bundle(&self, named: Option<&str>) -> Result<PathBuf, Refusal> {
        match named {
            Some(named) => self.inside(named),
            None => newest(&self.root.join(BUNDLES))
                .and_then(|name| self.inside(&format!("{BUNDLES}/{name}")).ok())
                .ok_or_else(|| {
                    Refusal::new(format!(
                        "error: there is no bundle in `{BUNDLES}/` yet\nhelp: make one with `run_checklists`, or name one that lies elsewhere in the project"
                    ))
                }),
        }
    }
}

/// The name of the bundle that was finished last.
fn newest(folder: &Path) -> Option<String> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    let finished = |path: PathBuf| -> Option<SystemTime> {
        fs::symlink_metadata(path.join("bundle.json"))
            .ok()?
            .modified()
            .ok()
    };
    let bundles = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        Some((finished(entry.path())?, name))
    });
    bundles.max().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;

    fn place() -> (tempfile::TempDir, Place) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        fs::create_dir_all(root.join("screenshots/one")).unwrap();
        fs::create_dir(folder.path().join("other")).unwrap();
        let root = root.canonicalize().unwrap();
        (folder, Place { root })
    }

    #[test]
    fn what_lies_below_is_named_from_the_root() {
        let (_folder, place) = place();
        let whole = place.root.join("screenshots/one");
        for named in [
            "screenshots/one",
            "./screenshots/../screenshots/one/",
            whole.to_str().unwrap(),
        ] {
            let path = place.inside(named).unwrap();
            assert_eq!(path, Path::new("screenshots/one"), "{named}");
        }
        assert_eq!(place.inside(".").unwrap(), Path::new("."));
    }

    #[test]
    fn no_way_leads_out() {
        let (folder, place) = place();
        std::os::unix::fs::symlink(folder.path().join("other"), place.root.join("link")).unwrap();
        let beside = folder.path().join("other");
        for named in [
            "..",
            "../other",
            "screenshots/../../other",
            "/",
            "/etc/passwd",
            beside.to_str().unwrap(),
            "link",
            "link/.",
        ] {
            let refusal = place.inside(named).unwrap_err();
            assert!(
                format!("{refusal:?}").contains("outside"),
                "{named}: {refusal:?}"
            );
        }
        let missing = format!(
            "{:?}",
            place.inside("screenshots/two\u{1b}[2J").unwrap_err()
        );
        assert!(
            missing.contains("there is no") && !missing.contains('\u{1b}'),
            "{missing}"
        );
    }

    #[test]
    fn the_newest_bundle_is_taken_where_none_is_named() {
        let (_folder, place) = place();
        assert!(place.bundle(None).is_err());
        let document = place.root.join("screenshots/one/bundle.json");
        fs::File::create_new(document).unwrap();
        assert_eq!(place.bundle(None).unwrap(), Path::new("screenshots/one"));
    }
}
