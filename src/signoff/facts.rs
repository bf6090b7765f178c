//! The facts of a bundle as a statement repeats them: made in one place, for whoever signs and whoever verifies.

use std::collections::BTreeSet;

use super::statement::{Engine, NotRun, RealDevice, Subject, Target, Viewport};
use crate::bundle::{BundleDocument, ChecklistEntry, PhonePass, StepEntry, Walk, photo_digest};
use crate::detect::{Status, StepRef};
use crate::evidence::{DeviceFacts, EngineFacts};

/// The manifest by its digest, and the commit when it is known.
pub(super) fn subjects(document: &BundleDocument, manifest: &str) -> Vec<Subject> {
    let subject = |name: &str, algorithm: &str, digest: &str| Subject {
        name: name.to_owned(),
        digest: [(algorithm.to_owned(), digest.to_owned())].into(),
    };
    let mut subjects = vec![subject("manifest.json", "sha256", manifest)];
    let commit = document.target.commit.as_deref();
    subjects.extend(commit.map(|commit| subject("git", "gitCommit", commit)));
    subjects
}

/// Each checklist's file once.
pub(super) fn configuration(document: &BundleDocument) -> Vec<Subject> {
    let checklists = &document.checklists;
    let files: BTreeSet<(&str, &str)> = checklists
        .iter()
        .map(|checklist| (checklist.file.as_str(), checklist.sha256.as_str()))
        .collect();
    files
        .into_iter()
        .map(|(file, sha256)| Subject {
            name: file.to_owned(),
            digest: [("sha256".to_owned(), sha256.to_owned())].into(),
        })
        .collect()
}

/// The browser.
pub(super) fn engine(engine: &EngineFacts) -> Engine {
    Engine {
        name: engine.name.clone(),
        version: engine.version.clone(),
        driver: engine.driver.clone(),
    }
}

/// The viewport as it was measured.
pub(super) fn viewport(device: &DeviceFacts) -> Viewport {
    Viewport {
        name: device.name.clone(),
        width: device.width,
        height: device.height,
        scale: device.scale,
    }
}

/// Browser and viewport of a checklist, each where it isn't the run's own.
pub(super) fn apart(list: &ChecklistEntry) -> (Option<Engine>, Option<Viewport>) {
    (
        list.engine.as_ref().map(engine),
        list.device.as_ref().map(viewport),
    )
}

/// The deployment.
pub(super) fn target(document: &BundleDocument) -> Target {
    let target = &document.target;
    Target {
        name: target.name.clone(),
        kind: target.kind.clone(),
        url: target.url.clone(),
        commit: target.commit.clone(),
        commit_source: target.commit_source.clone(),
        expected_commit: target.expected_commit.clone(),
        expected_from: target.expected_from.clone(),
    }
}

/// What never ran.
pub(super) fn not_run(document: &BundleDocument) -> Vec<NotRun> {
    each_step(document)
        .filter(|(_, _, step)| step.status == Status::NotRun)
        .map(|(seq, _, step)| NotRun {
            seq,
            name: step.name.clone(),
            why: step.why.clone(),
        })
        .collect()
}

/// What was looked at on real phones; one that only took up the walk has shown nothing.
pub(super) fn real_devices(document: &BundleDocument, walk: &Walk) -> Vec<RealDevice> {
    let passes = walk.phones.iter();
    let passes = passes.filter(|pass| !pass.steps.is_empty() || !pass.photos.is_empty());
    passes.map(|pass| real_device(document, pass)).collect()
}

fn real_device(document: &BundleDocument, pass: &PhonePass) -> RealDevice {
    let phone = &pass.phone;
    let opened = each_step(document).filter(|(_, at, _)| pass.steps.contains(at));
    let photos = pass.photos.iter().filter_map(|file| photo_digest(file));
    RealDevice {
        width: phone.width,
        height: phone.height,
        scale: phone.scale,
        touch: phone.touch,
        user_agent: phone.user_agent.clone(),
        steps: opened.map(|(seq, ..)| seq).collect(),
        photos: photos.map(str::to_owned).collect(),
    }
}

/// Every step with its place in the run.
pub(super) fn each_step(
    document: &BundleDocument,
) -> impl Iterator<Item = (usize, StepRef, &StepEntry)> {
    let checklists = document.checklists.iter().enumerate();
    let steps = checklists.flat_map(|(index, checklist)| {
        checklist.steps.iter().map(move |step| {
            let at = StepRef {
                checklist: index,
                step: step.id.clone(),
            };
            (at, step)
        })
    });
    steps
        .enumerate()
        .map(|(at, (place, step))| (at + 1, place, step))
}
