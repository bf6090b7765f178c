//! A bundle in one file: the same bundle gives the same bytes, whenever and wherever it is packed.

use std::{
    fs::{self, File},
    io::{self, BufWriter},
    path::Path,
};

use zip::{CompressionMethod, DateTime, System, ZipWriter, write::SimpleFileOptions};

use super::{
    error::BundleError,
    open::check_whole,
    paths::{BundlePaths, MANIFEST, REPORT, SIGNOFF},
    whole_file::write_seekable,
};

/// How well texts are pressed together; the same everywhere, since other levels give other bytes.
const LEVEL: i64 = 6;

/// What was packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packed {
    /// How many files are in it.
    pub files: usize,
    /// The size of the zip in bytes.
    pub size: u64,
}

/// Packs a whole bundle into a zip, sign-off included; refuses one that isn't what was sealed.
pub fn pack(dir: &Path, zip: &Path) -> Result<Packed, BundleError> {
    refuse_altered(dir)?;
    refuse_inside(dir, zip)?;
    let paths = BundlePaths::new(dir);
    let names = names(&paths)?;
    write_seekable(zip, |out| write_zip(&paths, &names, out))?;
    let size = fs::metadata(zip).map_err(|source| BundleError::Read {
        path: zip.to_owned(),
        source,
    })?;
    Ok(Packed {
        files: names.len(),
        size: size.len(),
    })
}

/// Refuses a bundle that isn't what was sealed: what is handed on must be what was seen.
pub fn refuse_altered(dir: &Path) -> Result<(), BundleError> {
    let differences = check_whole(dir)?;
    if differences.is_empty() {
        return Ok(());
    }
    Err(BundleError::Altered {
        dir: dir.to_owned(),
        differences,
    })
}

/// Refuses a place inside the bundle: a file more there, and it is no longer what was sealed.
pub fn refuse_inside(dir: &Path, path: &Path) -> Result<(), BundleError> {
    let Ok(dir) = dir.canonicalize() else {
        return Ok(());
    };
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // The nearest folder that is there already tells where the rest will be.
    let there = absolute.ancestors().find_map(|it| it.canonicalize().ok());
    if there.is_some_and(|there| there.starts_with(&dir)) {
        return Err(BundleError::Inside {
            path: path.to_owned(),
        });
    }
    Ok(())
}

/// Everything in it, the report first: it is what a person looks for.
fn names(paths: &BundlePaths) -> Result<Vec<String>, BundleError> {
    let manifest = super::open::open(paths.root())?.manifest;
    let sealed = manifest.into_iter().flat_map(|manifest| manifest.files);
    let mut names: Vec<_> = sealed.map(|file| file.path).collect();
    names.push(MANIFEST.to_owned());
    signoff_names(paths, SIGNOFF, &mut names)?;
    names.sort_by_key(|name| (name != REPORT, name.clone()));
    Ok(names)
}

/// The sign-off speaks of the seal and so is no part of it.
fn signoff_names(
    paths: &BundlePaths,
    folder: &str,
    names: &mut Vec<String>,
) -> Result<(), BundleError> {
    let place = paths.root().join(folder);
    let unreadable = |source| BundleError::Read {
        path: place.clone(),
        source,
    };
    let entries = match fs::read_dir(&place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(unreadable)?,
    };
    for entry in entries {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        let kind = entry.file_type().map_err(unreadable)?;
        let name = entry.file_name().into_string().ok();
        let name = name.map(|name| format!("{folder}/{name}"));
        match name.filter(|name| paths.inside(name).is_some()) {
            Some(name) if kind.is_dir() => signoff_names(paths, &name, names)?,
            Some(name) if kind.is_file() => names.push(name),
            Some(_) => return Err(BundleError::NotPlain { path }),
            None => return Err(BundleError::UnfitName { path }),
        }
    }
    Ok(())
}

fn write_zip(paths: &BundlePaths, names: &[String], out: &mut BufWriter<File>) -> io::Result<()> {
    let mut zip = ZipWriter::new(out);
    for name in names {
        zip.start_file(name, options(name))?;
        io::copy(&mut paths.open(name)?, &mut zip)?;
    }
    zip.finish()?;
    Ok(())
}

/// No clock, no owner, no umask: only names and bytes.
fn options(name: &str) -> SimpleFileOptions {
    // Pictures are pressed together already.
    let method = match name.rsplit('.').next() {
        Some("jpg" | "png" | "bin") => CompressionMethod::Stored,
        _ => CompressionMethod::Deflated,
    };
    let level = (method == CompressionMethod::Deflated).then_some(LEVEL);
    SimpleFileOptions::default()
        .compression_method(method)
        .compression_level(level)
        .last_modified_time(DateTime::default())
        .system(System::Unix)
        .unix_permissions(0o644)
}
