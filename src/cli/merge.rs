//! `shippass merge BUNDLE… --out DIR`: several bundles as one.

use std::sync::Arc;

use super::{
    Exit,
    arguments::{Global, MergeArguments},
    conclude,
    failure::Failure,
    inspect::{configuration_in, day_of},
    past,
    terminal::Terminal,
};
use crate::bundle::Merge;
use crate::config::Environment;
use crate::evidence::{Recorder, Redactor};

pub(super) fn main(
    arguments: &MergeArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    // Each part was redacted when it was walked: secrets that are set are looked for once more, others needn't be.
    let config = configuration_in(&Environment::capture().forgiving(), global)?;
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
    // Whoever opens the folder later must not take it for the whole.
    let last = match &written {
        Ok(()) => merge.end(),
        Err(error) => merge.broken_off(error),
    };
    let finished = recorder.finish(last);
    written?;
    finished?;
    let (today, is_of_shards) = (day_of(merge.finished()), merge.is_of_shards());
    // The plans of all of them stand in the new journal: a thousand needn't be in memory twice while it is judged.
    drop((merge, recorder));
    let judged = conclude::conclude(folder, &config.ignore, &redactor, today)?;
    if is_of_shards {
        past::remember(&past::history(), &judged, terminal);
    }
    conclude::print(folder, &judged, arguments.format, terminal)?;
    if judged.is_clean() {
        return Ok(Exit::Clean);
    }
    Ok(Exit::Flagged)
}
