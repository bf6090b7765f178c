//! What somebody wants to review, as a sealed folder in which their words can be kept: a zip is unpacked, and a run that was
//! cut off is sealed as far as it came.

use std::path::{Path, PathBuf};

use super::{
    arguments::Global,
    conclude::conclude,
    failure::Failure,
    inspect::{configuration, day_of, end_of},
    signoff_words::count,
    terminal::Terminal,
};
use crate::bundle::{
    BundleDocument, BundleError, BundlePaths, Difference, DifferenceKind, open, paths::MANIFEST,
    unpack_beside, unseal,
};
use crate::evidence::{JOURNAL, Redactor, RunInfo, read_run, refuse_refused};
use crate::review::ReviewError;

/// The folder to review; says what was done to get there, and what can't be done with it.
pub(super) fn lay_open(
    named: &Path,
    global: &Global,
    terminal: &Terminal,
) -> Result<PathBuf, Failure> {
    let folder = if named.is_file() {
        beside(named, terminal)?
    } else {
        named.to_owned()
    };
    let paths = BundlePaths::new(&folder);
    refuse_refused(&folder)?;
    if !paths.is_sealed() && folder.join(JOURNAL).symlink_metadata().is_ok() {
        seal_so_far(&folder, global, terminal)?;
    }
    if let Ok(bundle) = open(&folder)
        && !bundle.document.run.complete
    {
        let info = read_run(&folder)?.info;
        terminal.say(&incomplete(&bundle.document, &folder, &info));
    }
    Ok(folder)
}

/// The zip stays as it is; what is said from now on stays in the folder.
fn beside(zip: &Path, terminal: &Terminal) -> Result<PathBuf, Failure> {
    let beside = unpack_beside(zip)?;
    let (zip, folder) = (zip.display(), beside.folder.display());
    terminal.say(&if beside.is_new {
        format!("{zip} is unpacked: your words are kept in {folder}, and the zip stays as it is")
    } else {
        format!("{zip} was unpacked before: the review goes on in {folder}")
    });
    Ok(beside.folder)
}

/// Makes of a journal what the run itself would have made of it, had it ended there in order.
fn seal_so_far(folder: &Path, global: &Global, terminal: &Terminal) -> Result<(), Failure> {
    unseal(folder).map_err(|error| match error {
        // What was said was said of a seal: somebody took it away.
        BundleError::Reviewed { dir } => Failure::Review(ReviewError::Altered {
            dir,
            differences: vec![Difference {
                path: MANIFEST.to_owned(),
                kind: DifferenceKind::Missing,
            }],
        }),
        error => error.into(),
    })?;
    let config = configuration(global)?;
    let redactor = Redactor::new(config.secret_values());
    let today = day_of(end_of(&read_run(folder)?));
    let judged = conclude(folder, &config.ignore, &redactor, today)?;
    if judged.document().run.complete {
        terminal.say("the run came to its end and was cut off while its report was written: that is done now");
    } else {
        terminal.say("the run was cut off: what it saw until then is judged and sealed now");
    }
    Ok(())
}

/// What a run that didn't come to its plan's end is good for, and how it is completed.
fn incomplete(document: &BundleDocument, folder: &Path, info: &RunInfo) -> String {
    let steps = document.checklists.iter().flat_map(|list| &list.steps);
    let ended = steps.filter(|step| step.started.is_some()).count();
    let steps = count(document.counts.steps, "step");
    let why = format!(
        "this run is incomplete: {ended} of {steps} began; only a rejection of it can be signed"
    );
    let help = if info.merged.is_empty() {
        let folder = folder.display();
        format!(
            "`shippass run --resume {folder}` completes it, as long as nobody has said anything here"
        )
    } else {
        let parts = count(info.merged.len(), "bundle");
        let cut = info.cut_short.as_deref().unwrap_or("the merge was cut off");
        format!(
            "it was merged from {parts}: {cut}\n\
             merge them again into a new folder, with `shippass merge BUNDLE… --out DIR`; one that is incomplete itself is \
             completed before, with `shippass run --resume BUNDLE`"
        )
    };
    format!("{why}\n{help}")
}
