//! Bundles of two devices merged: each step is reviewed, accepted, signed and required as what it was walked on.

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use shippass::signoff::{Requirement, verify};

use super::door::Served;
use crate::{
    golden::{self, Pictures},
    signoff::prepared::{ADA, expectations, sign, walk_all, write_run},
};

/// The first checklist alone, on a device of this width.
fn walked_at(dir: &Path, width: u32, height: u32) {
    let files = tempfile::tempdir().unwrap();
    let mut run = golden::run(files.path(), Pictures::Tiny);
    run.checklists.truncate(1);
    run.checklists[0]
        .steps
        .retain(|step| step.not_run.is_none());
    run.device.name = format!("{width}x{height}@3");
    (run.device.width, run.device.height) = (width, height);
    write_run(dir, &run);
}

fn merged() -> tempfile::TempDir {
    let parts = tempfile::tempdir().unwrap();
    walked_at(&parts.path().join("phone"), 375, 812);
    walked_at(&parts.path().join("large"), 430, 932);
    let out = tempfile::tempdir().unwrap();
    fs::remove_dir(out.path()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_shippass"));
    let merged = command
        .current_dir(parts.path())
        .args(["merge", "phone", "large", "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&merged.stderr).into_owned();
    assert!(matches!(merged.status.code(), Some(0 | 1)), "{told}");
    out
}

#[test]
fn each_step_of_a_merged_bundle_belongs_to_its_own_device() {
    let bundle = merged();
    let steps = shippass::bundle::open(bundle.path())
        .unwrap()
        .document
        .counts
        .steps
        / 2;
    walk_all(bundle.path());
    let accepted = tempfile::tempdir().unwrap();
    let served = Served::of(bundle, accepted.path());
    let facts: Value = serde_json::from_str(&served.ask("/api/facts").body).unwrap();
    let devices = [0, 1].map(|list: usize| facts["checklists"][list]["device"].clone());
    assert_eq!(devices, ["375x812@3", "430x932@3"]);
    let (seat, held) = served.sit(false);
    assert_eq!(served.post("/api/accept", &seat, "{}").status, 200);
    drop(held);
    let folder = |path: &Path| -> Vec<String> {
        let entries = fs::read_dir(path).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let lists = folder(accepted.path());
    assert_eq!(lists.len(), 1, "{lists:?}");
    let places = folder(&accepted.path().join(&lists[0]));
    assert_eq!(places, ["375x812-3-chromium", "430x932-3-chromium"]);

    sign(served.bundle.path(), "ada", ADA);
    let mut expected = expectations();
    let device = |name: &str| Requirement::Device(name.to_owned());
    expected.required = vec![device("375x812@3"), device("430x932@3")];
    let verified = verify(served.bundle.path(), &expected).unwrap();
    assert_eq!(verified.refusals, [], "{:?}", verified.refusals);
    let signoff = verified.statement.unwrap().predicate.shippass_signoff;
    let widths: Vec<u32> = (signoff.steps.iter())
        .map(|step| signoff.viewport_of(step).width)
        .collect();
    assert_eq!(widths, [vec![375; steps], vec![430; steps]].concat());
    let smoke = &signoff.ladder[2].by;
    for part in [
        format!("{steps} steps as owner at 375 px"),
        format!("{steps} steps as owner at 430 px"),
    ] {
        assert!(smoke.contains(&part), "{smoke}");
    }
    expected.required = vec![device("390x844@3")];
    let refused = verify(served.bundle.path(), &expected).unwrap().refusals;
    assert_eq!(refused.len(), 1, "{refused:?}");
}
