//! `shippass run --resume`: a run that was cut off, and what it takes to go on with it.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::browser::Browser;
use crate::bundle::{BundlePaths, is_reviewed, unseal};
use crate::config::{Device, Project, Target};
use crate::evidence::{
    EngineFacts, EvidenceError, Run, RunInfo, TargetFacts, hold_journal, read_run,
};
use crate::runner::{Plan, RunnerError};

/// What the name of a target stands for that isn't in the configuration.
const UNNAMED: &str = "url";

/// A run that was cut off.
pub(super) struct Resumed {
    pub(super) folder: PathBuf,
    pub(super) run: Run,
    is_sealed: bool,
}

impl Resumed {
    /// Reads it.
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let run = read_run(folder).map_err(|error| match error {
            EvidenceError::Refused { .. } => Failure::Evidence(error),
            error => Failure::NotResumable {
                folder: folder.to_owned(),
                why: error.to_string(),
            },
        })?;
        let resumed = Self {
            folder: folder.to_owned(),
            run,
            is_sealed: BundlePaths::new(folder).is_sealed(),
        };
        if !resumed.run.info.merged.is_empty() {
            return Err(resumed.refusal(
                "it was merged from several runs: complete those, then merge them into a new folder",
            ));
        }
        if is_reviewed(folder)? {
            return Err(resumed.refusal("somebody has reviewed it already"));
        }
        Ok(resumed)
    }

    /// Takes the seal off that it may have got as far as it had come; from here on it is a run that goes on.
    pub(super) fn unseal(&self) -> Result<(), Failure> {
        // Whoever is still writing or sealing it is left alone.
        let held = hold_journal(&self.folder)?;
        unseal(&self.folder)?;
        drop(held);
        Ok(())
    }

    /// Its checklists' files, each once.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = Vec::new();
        for list in &self.run.checklists {
            let file = PathBuf::from(&list.file);
            if !files.contains(&file) {
                files.push(file);
            }
        }
        files
    }

    /// Its device; the configuration's when it came to none.
    pub(super) fn device(&self, project: &Project) -> Result<Device, Failure> {
        match self.run.device.name.as_str() {
            "" => Ok(project.config.device.clone()),
            name => Ok(Device::parse(name)?),
        }
    }

    /// Its target, when it is where it was.
    pub(super) fn choose_target(&self, project: &Project) -> Result<Target, Failure> {
        let before = &self.run.target;
        let target = if before.name == UNNAMED {
            let url = before.url.parse();
            Target::from_url(url.map_err(|_| self.refusal("its address can't be read"))?)
        } else {
            project.target(Some(&before.name))?.clone()
        };
        if target.all_origins().first() != before.origins.first() {
            let then = before.origins.first().map_or("nowhere", String::as_str);
            let why = format!("it walked {then}, and `{}` is elsewhere now", before.name);
            return Err(self.refusal(&why));
        }
        Ok(target)
    }

    /// The persona that all of its checklists were walked as, when somebody wanted one.
    pub(super) fn persona(&self, project: &Project) -> Option<String> {
        let mut walked = self.run.checklists.iter();
        let declared = |name: &String| {
            let lists = project.checklists.iter();
            let mut named = lists.flat_map(|list| &list.personas);
            named.any(|persona| persona.name != *name)
        };
        let first = walked.clone().find_map(|list| list.persona.clone())?;
        let is_only = walked.all(|list| list.persona.as_ref().is_none_or(|name| *name == first));
        (is_only && declared(&first)).then_some(first)
    }

    /// What it had learned of its target.
    pub(super) fn target(&self) -> Option<&TargetFacts> {
        let target = &self.run.target;
        target.final_url.is_some().then_some(target)
    }

    /// What two browsers saw doesn't go together.
    pub(super) fn goes_with(&self, browser: &Browser<'_>) -> Result<(), RunnerError> {
        let session = browser.session()?;
        let (before, now) = (&self.run.engine, session.engine());
        let named = |engine: &EngineFacts| format!("{} {}", engine.name, engine.version);
        if before.version.is_empty() || named(now) == named(before) {
            return Ok(());
        }
        Err(RunnerError::OtherBrowser {
            before: named(before),
            now: named(now),
        })
    }

    /// The plan without what is walked already.
    pub(super) fn left_of(&self, mut plan: Plan) -> Result<Plan, Failure> {
        plan.resume(&self.run).map_err(|why| self.refusal(&why))?;
        let RunInfo {
            finished,
            cut_short,
            ..
        } = &self.run.info;
        let has_ended = self.is_sealed && finished.is_some() && cut_short.is_none();
        // One that was cut off behind its last step lacks only its end.
        if has_ended && plan.to_walk().next().is_none() {
            return Err(self.refusal("every step of it was walked"));
        }
        Ok(plan)
    }

    fn refusal(&self, why: &str) -> Failure {
        Failure::NotResumable {
            folder: self.folder.clone(),
            why: why.to_owned(),
        }
    }
}
