//! `shippass merge BUNDLE… --out DIR`: several bundles as one.

use std::{path::Path, sync::Arc};

use super::{
    Exit,
    arguments::{Global, MergeArguments},
    conclude,
    failure::Failure,
    inspect::{configuration, day_of},
    pass,
    terminal::Terminal,
};
use crate::bundle::{History, Merge};
use crate::evidence::{Recorder, Redactor};

pub(super) fn main(
    arguments: &MergeArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let config = configuration(global)?;
    let redactor = Arc::new(Redactor::new(config.secret_values()));
    let merge = Merge::of(&arguments.bundles)?;
    if let Some(why) = merge.cut_short() {
        terminal.say(&format!("warning: {}", redactor.text(&why)));
    }
    let folder = &arguments.out;
    let recorder = Recorder::create(folder, Arc::clone(&redactor), |_| ())?;
    let id = ulid::Ulid::generate().to_string();
    let written = merge.write(id, folder, &recorder);
    // The recorder's threads end whatever came of it; what a journal couldn't give is told first.
    let finished = recorder.finish(merge.end());
    written?;
    finished?;
    let today = day_of(merge.finished());
    let judged = conclude::conclude(folder, &config.ignore, &redactor, today)?;
    if merge.is_of_shards() {
        let history = History::of(Path::new(pass::BUNDLES));
        if let Err(error) = history.add(&judged.as_past()) {
            terminal.say(&pass::forgotten(&error));
        }
    }
    pass::print(folder, &judged, arguments.format, terminal);
    if judged.is_clean() {
        return Ok(Exit::Clean);
    }
    Ok(Exit::Flagged)
}
