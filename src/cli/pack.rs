//! `shippass pack`: a bundle in one file, for whoever looks at it next.

use std::path::{Path, PathBuf};

use super::{Exit, arguments::PackArguments, failure::Failure, terminal::Terminal};
use crate::bundle;

pub(super) fn main(arguments: &PackArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let folder = arguments.bundle.as_path();
    let out = arguments.out.clone().unwrap_or_else(|| beside(folder));
    let packed = bundle::pack(folder, &out)?;
    terminal.print(&out.display().to_string());
    terminal.say(&format!(
        "{} files in {} kB",
        packed.files,
        packed.size.div_ceil(1_000)
    ));
    terminal.say(
        "unpack it anywhere and open report.html; `shippass review` and `verify` take it as it is",
    );
    Ok(Exit::Clean)
}

/// `screenshots/01k9xq` is packed into `screenshots/01k9xq.zip`.
fn beside(folder: &Path) -> PathBuf {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = whole
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let file = format!("{}.zip", name.as_deref().unwrap_or("bundle"));
    match folder.parent() {
        Some(parent) if folder.file_name().is_some() => parent.join(file),
        // `.` and `..` have no name of their own.
        _ => whole.with_file_name(file),
    }
}
