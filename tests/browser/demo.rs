//! The demo: healthy means clean, each fault is found by its own detector and by nothing else.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

use shippass::demo::Fault;

use crate::support::{Ended, Workshop};

fn demo(fault: &str) -> Ended {
    let workshop = Workshop::new();
    let ended = workshop.shippass(&["demo", "--fault", fault, "--out", "out", "--format", "json"]);
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
        let ended = demo("none");
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

#[test]
#[ignore = "needs a browser driver"]
fn each_fault_is_found_by_its_own_detector_and_by_nothing_else() {
    in_two_lanes(Fault::ALL, |fault| {
        let ended = demo(fault.name());
        let found = ended.detectors();
        let failed = ended.statuses().iter().any(|status| status == "failed");
        let report = format!(
            "{}: {found:?}\n{:#?}\n{}",
            fault.name(),
            ended.steps(),
            ended.stderr
        );
        let noise = ended.document()["noise"].as_array().map_or(0, Vec::len);
        match fault.caught_by() {
            ["expectation"] => {
                assert!(failed, "{report}");
                assert_eq!(found, BTreeSet::new(), "{report}");
            }
            ["noise"] => {
                assert!(noise > 0, "{report}");
                assert_eq!(found, BTreeSet::new(), "{report}");
            }
            detectors => {
                let wanted: BTreeSet<_> = detectors.iter().map(|&name| name.to_owned()).collect();
                assert_eq!(found, wanted, "{report}");
            }
        }
        let is_wrong = !matches!(fault.caught_by(), [] | ["noise"]);
        assert_eq!(ended.status, i32::from(is_wrong || failed), "{report}");
        forget(&ended);
    });
}

#[test]
#[ignore = "needs a browser driver"]
fn all_faults_together_are_each_found() {
    let ended = demo("all");
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
