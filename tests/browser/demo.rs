//! The demo: healthy means clean, each fault is found by its own detector and by nothing else.

use std::{
    collections::BTreeSet,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::Value;
use shippass::demo::Fault;

use crate::support::{Ended, Workshop};

fn demo(faults: &[&str]) -> Ended {
    let workshop = Workshop::new();
    let mut arguments = vec!["demo", "--out", "out", "--format", "json"];
    arguments.extend(faults.iter().flat_map(|fault| ["--fault", fault]));
    let ended = workshop.shippass(&arguments);
    // The folder goes with the workshop; what is asked of it is read before.
    let kept = tempfile::tempdir().expect("a temporary folder").keep();
    std::fs::rename(&ended.bundle, kept.join("out")).expect("moved");
    Ended {
        bundle: kept.join("out"),
        ..ended
    }
}

/// Two browsers at a time: a pass waits as much as it works.
fn in_two_lanes<T: Sync>(items: &[T], walk: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    walk(item);
                }
            });
        }
    });
}

fn forget(ended: &Ended) {
    std::fs::remove_dir_all(ended.bundle.parent().expect("a folder")).expect("removed");
}

#[test]
#[ignore = "needs a browser driver"]
fn the_healthy_app_is_clean_ten_times_in_a_row() {
    let rounds: Vec<u32> = (1..=10).collect();
    in_two_lanes(&rounds, |round| {
        let ended = demo(&["none"]);
        let document = ended.document();
        assert_eq!(
            ended.status,
            0,
            "round {round}: {:#?}\n{}",
            ended.steps(),
            ended.stderr
        );
        assert_eq!(document["findings"], serde_json::json!([]), "round {round}");
        assert!(
            ended.statuses().iter().all(|status| status == "clean"),
            "{:#?}",
            ended.steps()
        );
        forget(&ended);
    });
}

/// Faults that are seen on different pages by different detectors are walked together: a pass costs half a minute.
const TOGETHER: &[&[Fault]] = &[
    &[Fault::EarlyReturn, Fault::OldCommit],
    &[Fault::SignBounced, Fault::DeadButton],
    &[Fault::SaveLost, Fault::NewlineInEnv],
    &[Fault::KeyMissing, Fault::MoneyReformat],
    &[Fault::CorsProductionOnly, Fault::MoneyAsText],
    &[Fault::WrongHost, Fault::ExtensionNoise],
    &[Fault::ViewportDesktop],
    &[Fault::ClippedTotal, Fault::FreeLockedOut],
    &[Fault::EmojiCrash, Fault::CrossTenant],
];

#[test]
fn each_fault_is_walked_once_and_never_with_one_that_the_same_detector_finds() {
    let walked: BTreeSet<_> = TOGETHER.concat().into_iter().collect();
    assert_eq!(walked, Fault::ALL.iter().copied().collect());
    assert_eq!(TOGETHER.concat().len(), Fault::ALL.len());
    for faults in TOGETHER {
        let caught: Vec<_> = faults.iter().flat_map(|it| it.caught_by()).collect();
        let distinct: BTreeSet<_> = caught.iter().collect();
        assert_eq!(caught.len(), distinct.len(), "{faults:?}");
    }
}

/// With all faults on, a pass waits more than it works: it goes beside the others.
#[test]
#[ignore = "needs a browser driver"]
fn each_fault_is_found_by_its_own_detector_and_by_nothing_else_and_all_together_are() {
    let mut passes: Vec<Option<&[Fault]>> = vec![None];
    passes.extend(TOGETHER.iter().copied().map(Some));
    in_two_lanes(&passes, |pass| {
        let Some(faults) = pass else {
            return all_faults_together_are_each_found();
        };
        let names: Vec<_> = faults.iter().map(|fault| fault.name()).collect();
        let ended = demo(&names);
        let steps = ended.steps();
        let report = format!("{names:?}: {steps:#?}\n{}", ended.stderr);
        let caught = || faults.iter().flat_map(|fault| fault.caught_by()).copied();
        let wanted = caught().filter(|by| !matches!(*by, "expectation" | "noise"));
        let wanted: BTreeSet<_> = wanted.map(str::to_owned).collect();
        assert_eq!(ended.detectors(), wanted, "{report}");
        let failed = ended.statuses().iter().any(|status| status == "failed");
        if caught().any(|by| by == "expectation") {
            assert!(failed, "{report}");
        }
        let document = ended.document();
        let noise = document["noise"].as_array().map_or(0, Vec::len);
        assert_eq!(noise > 0, caught().any(|by| by == "noise"), "{report}");
        assert_eq!(
            ended.status,
            i32::from(failed || !wanted.is_empty()),
            "{report}"
        );
        let findings = document["findings"].as_array().expect("findings");
        for detector in &wanted {
            let finding = findings.iter().find(|it| it["detector"] == **detector);
            let finding = finding.expect("it was found");
            let [id, title] = ["id", "title"].map(|key| finding[key].as_str().expect("a text"));
            hands_over(&ended, &["--finding", id], title, &report);
        }
        if wanted.is_empty() && failed {
            let why = why_it_failed(&document).expect("a reason");
            hands_over(&ended, &[], &why, &report);
        }
        forget(&ended);
    });
}

/// What the demo's owner types to sign in.
const PASSWORD: &str = "vN7-rT2q-Lk9x-Wd4m-Hs6b";

/// The prompt pack tells the cause in its first ten lines, no secret anywhere, and its pictures fit a model's eye.
fn hands_over(ended: &Ended, about: &[&str], cause: &str, report: &str) {
    let kept = tempfile::tempdir().expect("a temporary folder");
    let pack = kept.path().join("pack");
    let output = Command::new(env!("CARGO_BIN_EXE_shippass"))
        .arg("prompt")
        .arg(&ended.bundle)
        .args(about)
        .arg("--out")
        .arg(&pack)
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{report}{output:?}");
    let text = std::fs::read_to_string(pack.join("prompt.md")).expect("a prompt");
    let start: Vec<_> = text.lines().take(10).collect();
    let start = start.join("\n");
    let known: String = cause.chars().take(60).collect();
    assert!(
        start.contains(&known),
        "{known:?} isn't in\n{start}\n{report}"
    );
    assert!(!text.contains(PASSWORD), "{report}");
    for entry in std::fs::read_dir(&pack).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "jpg") {
            let (width, height) = image::image_dimensions(&path).expect("a picture");
            assert!(width.max(height) <= 1_568, "{}", path.display());
        }
    }
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains(" tokens together"), "{said}");
}

fn why_it_failed(document: &Value) -> Option<String> {
    let checklists = document["checklists"].as_array()?.iter();
    let mut steps = checklists.flat_map(|list| list["steps"].as_array().into_iter().flatten());
    let failed = steps.find(|step| step["status"] == "failed")?;
    failed["why"].as_str().map(str::to_owned)
}

fn all_faults_together_are_each_found() {
    let ended = demo(&["all"]);
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let found = ended.detectors();
    let document = ended.document();
    let findings = document["findings"].as_array().expect("findings");
    // A bucket whose name ends in a line break doesn't exist, so its own rules for origins are never asked: the browser
    // blocks the upload because of the line break, and that is one finding.
    let upload = findings
        .iter()
        .find(|it| it["detector"] == "malformed-request");
    let upload = upload
        .and_then(|it| it["detail"].as_str())
        .unwrap_or_default();
    assert!(upload.contains("was blocked by the browser"), "{upload}");
    for fault in Fault::ALL {
        let names = fault.caught_by().iter();
        for detector in
            names.filter(|name| !matches!(**name, "expectation" | "noise" | "cors-blocked"))
        {
            assert!(
                found.contains(*detector),
                "{} not in {found:?}",
                fault.name()
            );
        }
    }
    forget(&ended);
}
