//! A bundle opened to be handed on: whole, or not at all.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use super::failure::Failure;
use crate::bundle::{self, Bundle, Opened, refuse_altered};
use crate::evidence::{JOURNAL, Run, read_run};
use crate::handoff::{BundleView, StepLines};

/// No checklist that can be read is larger.
const LARGEST_CHECKLIST: u64 = 1 << 20;

/// A bundle that is what was sealed.
pub(super) struct Handed {
    opened: Opened,
    bundle: Bundle,
    run: Run,
    lines: StepLines,
}

/// Makes a folder for what is handed on.
pub(super) fn make_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|source| Failure::Io {
        what: format!("make the folder {}", folder.display()),
        source,
    })
}

impl Handed {
    /// Opens a folder or a zip.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let opened = Opened::at(path)?;
        let bundle = bundle::open(opened.folder())?;
        refuse_altered(opened.folder())?;
        // The first bundles kept no journal: their facts and pictures are all there is.
        let run = match bundle.paths.inside(JOURNAL) {
            Some(journal) if journal.exists() => read_run(opened.folder())?,
            _ => Run::default(),
        };
        let lines = StepLines::find(&bundle.document, &read_checklist);
        Ok(Self {
            opened,
            bundle,
            run,
            lines,
        })
    }

    /// The folder that holds it, also when that is unpacked.
    pub(super) fn folder(&self) -> &Path {
        self.opened.folder()
    }

    /// Its files as a folder sees them from outside; `None` where they lie in a zip.
    pub(super) fn seen_from(&self, folder: &Path) -> Option<String> {
        if self.opened.is_packed() {
            return None;
        }
        relative(folder, self.folder())
    }

    /// It as the hand-off reads it.
    pub(super) fn view<'a>(&'a self, folder: Option<&'a str>) -> BundleView<'a> {
        BundleView {
            document: &self.bundle.document,
            run: &self.run,
            folder,
            lines: &self.lines,
            paths: &self.bundle.paths,
        }
    }
}

/// A checklist of this project; a name that leads elsewhere isn't followed, since a stranger may have written it.
fn read_checklist(name: &str) -> Option<String> {
    let path = Path::new(name);
    let is_ours = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let found = fs::symlink_metadata(path).ok()?;
    let is_readable = found.is_file() && found.len() <= LARGEST_CHECKLIST;
    (is_ours && is_readable)
        .then(|| fs::read_to_string(path).ok())
        .flatten()
}

/// The way from one folder to another, `/` between its parts.
fn relative(from: &Path, to: &Path) -> Option<String> {
    let (from, to) = (whole(from)?, whole(to)?);
    let shared = from
        .components()
        .zip(to.components())
        .take_while(|(one, other)| one == other)
        .count();
    if shared == 0 {
        return None;
    }
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to
        .components()
        .skip(shared)
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<_> = up.chain(down).collect();
    Some(parts.join("/"))
}

fn whole(path: &Path) -> Option<PathBuf> {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    path.canonicalize().ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;

    #[test]
    fn the_way_between_two_folders() {
        let dir = tempfile::tempdir().unwrap();
        let (one, other) = (dir.path().join("a/b"), dir.path().join("c"));
        fs::create_dir_all(&one).unwrap();
        fs::create_dir_all(&other).unwrap();
        assert_eq!(relative(&one, &other).unwrap(), "../../c");
        assert_eq!(relative(dir.path(), &one).unwrap(), "a/b");
        assert_eq!(relative(&one, &one).unwrap(), "");
    }

    #[test]
    fn a_checklist_is_read_from_this_project_only() {
        assert!(read_checklist("Cargo.toml").is_some());
        let absolute = std::path::absolute("Cargo.toml").unwrap();
        for name in [
            absolute.to_str().unwrap(),
            "src/../Cargo.toml",
            "/dev/zero",
            "src",
            "",
        ] {
            assert_eq!(read_checklist(name), None, "{name}");
        }
    }
}
