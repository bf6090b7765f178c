//! A disk that is too small, one that takes nothing, and things that stand in a file's place: exit status 3, a message that
//! says so, and a bundle that opens.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use shippass::{
    bundle::{
        AcceptedFolder, AcceptedStep, Said, WalkEntry, WalkLog, check_whole, hex_sha256, open,
        read_walk,
    },
    detect::StepRef,
    evidence::{JOURNAL, read_run},
};

use crate::{
    recorded::{quotes, seal},
    signoff::prepared::{ADA, KEYS, sealed, walk_all},
    support::{
        kills,
        reviewing::{Reviewed, Reviewing},
        small_disk::{SmallDisk, on_a_small_disk, run_by, way_to_mount},
    },
};

/// How many sizes of a disk are tried.
const SIZES: u64 = 60;

#[derive(Debug)]
struct Ended {
    status: i32,
    out: String,
    err: String,
}

fn ended(mut command: Command) -> Ended {
    let output = command.stdin(Stdio::null()).output().unwrap();
    Ended {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Whether it failed; then it says why and what to do.
fn has_failed(status: i32, err: &str) -> bool {
    if matches!(status, 0 | 1) {
        return false;
    }
    assert_eq!(status, 3, "{err}");
    let is_told = [
        "No space left",
        "disk is full",
        "File too large",
        "Read-only",
    ];
    assert!(is_told.iter().any(|why| err.contains(why)), "{err}");
    assert!(err.contains("error: ") && err.contains("\nhelp: "), "{err}");
    true
}

fn review(disk: &SmallDisk, named: &str) -> Result<Reviewing, Reviewed> {
    Reviewing::start(disk.shippass(&["review", named, "--no-open"]))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place);
        } else {
            fs::copy(entry.path(), &place).unwrap();
        }
    }
}

/// Runs a test to which a limit on files is no use. Many a developer may mount nothing at all: there it is skipped, and says so, but
/// not where all of the crash tests are asked for.
fn on_a_mounted_disk(test: &str) {
    let place = tempfile::tempdir().unwrap();
    if let Some(way) = way_to_mount(place.path()) {
        return run_by(way, test, &place);
    }
    let why = "no file system can be mounted here: it wants root, or the right to `unshare --user --map-root-user --mount`";
    assert!(kills().is_none(), "{test}: {why}");
    // Past what a test that is green keeps to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}

/// Tries sizes from nothing to more than what `write` needs, evenly; answers how many were too small.
fn at_each_size(
    disk: &mut SmallDisk,
    prepare: &dyn Fn(&Path),
    mut write: impl FnMut(&mut SmallDisk) -> bool,
) -> u64 {
    disk.empty();
    prepare(disk.path());
    let before = disk.used();
    assert!(!write(disk), "with room it succeeds");
    let need = disk.used() - before + 8;
    // No disk is smaller or larger by less than a page.
    let sizes = SIZES.min(need / 4 + 1);
    let mut too_small = 0;
    for size in 0..sizes {
        disk.empty();
        prepare(disk.path());
        disk.leave(1 + need * size / (sizes - 1));
        too_small += u64::from(write(disk));
    }
    let _ = writeln!(
        std::io::stderr(),
        "{too_small} of {sizes} sizes were too small, {need} KiB are enough"
    );
    too_small
}

#[test]
fn what_is_made_of_bundles_on_a_disk_of_any_size() {
    on_a_small_disk("full_disk::make_of_bundles");
}

#[test]
#[ignore = "the test above gives it a disk"]
fn make_of_bundles() {
    let Some(mut disk) = SmallDisk::given() else {
        return;
    };
    let parts = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    for (name, list) in [
        ("a", "Customer signs"),
        ("b", "Owner sends"),
        ("c", "Owner counts"),
    ] {
        let mut lists = quotes();
        list.clone_into(&mut lists[0].name);
        lists[0].file = format!("checklists/{name}.yaml");
        seal(
            &parts.path().join(name),
            &format!("01JD5M3Q8ZK4V7T2N9XW6R1Y{name}"),
            &lists,
            |_| 4,
        );
        names.push(parts.path().join(name).to_str().unwrap().to_owned());
    }
    let merge = ["merge", &names[0], &names[1], &names[2], "--out", "whole"];
    let mut opened = 0;
    let too_small = at_each_size(&mut disk, &|_| (), |disk| {
        let said = ended(disk.shippass(&merge));
        let is_too_small = has_failed(said.status, &said.err);
        disk.make_room();
        let whole = disk.path().join("whole");
        if !is_too_small {
            assert_eq!(check_whole(&whole).unwrap(), []);
        } else if read_run(&whole).is_ok() {
            let said = ended(disk.shippass(&["inspect", "whole"]));
            assert!(matches!(said.status, 0 | 1), "{}{}", said.out, said.err);
            review(disk, "whole")
                .unwrap_or_else(|ended| panic!("{}", ended.stderr))
                .stop();
            assert_eq!(check_whole(&whole).unwrap(), []);
            opened += 1;
        }
        is_too_small
    });
    assert!(too_small > 20 && opened > 20, "{too_small} {opened}");

    let pack = ["pack", &names[0], "--out", "a.zip"];
    let too_small = at_each_size(&mut disk, &|_| (), |disk| {
        let said = ended(disk.shippass(&pack));
        let is_too_small = has_failed(said.status, &said.err);
        let left = fs::read_dir(disk.path()).unwrap().count();
        assert_eq!(
            left,
            usize::from(!is_too_small),
            "a zip that is whole, or none"
        );
        is_too_small
    });
    assert!(too_small > 10, "{too_small}");
}

#[test]
fn a_killed_run_is_sealed_and_a_zip_unpacked_on_a_disk_of_any_size() {
    on_a_small_disk("full_disk::lay_open");
}

#[test]
#[ignore = "the test above gives it a disk"]
fn lay_open() {
    let Some(mut disk) = SmallDisk::given() else {
        return;
    };
    let made = tempfile::tempdir().unwrap();
    let (bundle, zip) = (made.path().join("bundle"), made.path().join("qa.zip"));
    seal(&bundle, "01JD5M3Q8ZK4V7T2N9XW6R1YHB", &quotes(), |_| 4);
    shippass::bundle::pack(&bundle, &zip).unwrap();
    for entry in fs::read_dir(&bundle).unwrap().map(Result::unwrap) {
        // A killed run has what it recorded, and nothing that follows from it.
        if entry.file_type().unwrap().is_file() && entry.file_name() != JOURNAL {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    for (named, folder) in [("bundle", "bundle"), ("qa.zip", "qa")] {
        let prepare = |disk: &Path| {
            if named == "bundle" {
                copy(&bundle, &disk.join("bundle"));
            } else {
                fs::copy(&zip, disk.join("qa.zip")).unwrap();
            }
        };
        let too_small = at_each_size(&mut disk, &prepare, |disk| {
            let (status, err) = match review(disk, named) {
                Ok(open) => (open.stop().status, String::new()),
                Err(ended) => (ended.status, ended.stderr),
            };
            let is_too_small = has_failed(status, &err);
            if is_too_small {
                disk.make_room();
                review(disk, named)
                    .unwrap_or_else(|ended| panic!("{}", ended.stderr))
                    .stop();
            }
            let folder = disk.path().join(folder);
            assert_eq!(check_whole(&folder).unwrap(), []);
            assert!(open(&folder).unwrap().document.run.complete);
            is_too_small
        });
        assert!(too_small > 20, "{named}: {too_small}");
    }
}

#[test]
fn a_bundle_is_signed_well_or_not_at_all_on_a_disk_of_any_size() {
    on_a_small_disk("full_disk::sign");
}

#[test]
#[ignore = "the test above gives it a disk"]
fn sign() {
    let Some(mut disk) = SmallDisk::given() else {
        return;
    };
    let made = tempfile::tempdir().unwrap();
    sealed(made.path(), 4);
    walk_all(made.path());
    let key = KEYS.path("ada");
    let sign = [
        "sign",
        "bundle",
        "--yes",
        "--key",
        key.to_str().unwrap(),
        "--signer",
        ADA,
    ];
    let home = tempfile::tempdir().unwrap();
    let allowed = home.path().join("allowed");
    let line = format!("{ADA} {}\n", KEYS.public("ada"));
    shippass::bundle::write_whole(&allowed, |out| out.write_all(line.as_bytes())).unwrap();
    let verify = [
        "verify",
        "bundle",
        "--allowed-signers",
        allowed.to_str().unwrap(),
    ];
    let prepare = |disk: &Path| copy(made.path(), &disk.join("bundle"));
    let too_small = at_each_size(&mut disk, &prepare, |disk| {
        let mut command = disk.shippass(&sign);
        command
            .env("HOME", home.path())
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let said = ended(command);
        let is_too_small = has_failed(said.status, &said.err);
        // To verify needs no room.
        let told = ended(disk.shippass(&verify));
        assert_eq!(
            told.status,
            i32::from(is_too_small),
            "{}{}",
            told.out,
            told.err
        );
        if is_too_small {
            disk.make_room();
            assert_eq!(ended(disk.shippass(&sign)).status, 0);
            assert_eq!(ended(disk.shippass(&verify)).status, 0);
        }
        is_too_small
    });
    assert!(too_small > 0, "{too_small}");
}

#[test]
fn what_was_said_and_accepted_before_the_disk_was_full_is_there_and_nothing_else() {
    on_a_mounted_disk("full_disk::say_and_accept");
}

#[test]
#[ignore = "the test above gives it a disk"]
fn say_and_accept() {
    let Some(mut disk) = SmallDisk::given() else {
        return;
    };
    let root = disk.path().to_owned();
    let open = || AcceptedFolder::open(&root, "Quotes", ("375x812@3", "chromium")).unwrap();
    let accept = |size: usize| {
        let picture = vec![7; size];
        let step = AcceptedStep {
            happenings: None,
            shapes: None,
            masked: Vec::new(),
            picture: hex_sha256(&picture),
            requests: Vec::new(),
            run: "01M7".to_owned(),
            commit: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let ids = ["01-open", "02-sign", "03-see"];
        let steps = ids.map(|id| (id.to_owned(), step.clone(), picture.clone()));
        open().accept(steps.into())
    };
    let sizes = || {
        ["01-open", "02-sign", "03-see"].map(|id| open().step(id).map(|(_, picture)| picture.len()))
    };
    let too_small = at_each_size(&mut disk, &|_| accept(30_000).unwrap(), |_| {
        let accepted = accept(80_000);
        let now = if accepted.is_ok() { 80_000 } else { 30_000 };
        assert_eq!(sizes(), [Some(now); 3], "all of it, or nothing");
        accepted.is_err()
    });
    assert!(too_small > 20, "{too_small}");

    let too_small = at_each_size(&mut disk, &|_| (), |disk| {
        let folder = disk.path().join("bundle");
        let Ok(mut log) = WalkLog::open(&folder, "ab") else {
            return true;
        };
        let mut say = |round: usize| {
            log.append(WalkEntry {
                at: jiff::Timestamp::UNIX_EPOCH,
                said: Said::Commented {
                    step: StepRef::default(),
                    text: format!("{round} {}", "word ".repeat(round * 17)),
                },
            })
        };
        let mut kept = 0;
        while kept < 60 && say(kept).is_ok() {
            kept += 1;
        }
        let walk = read_walk(&folder, "ab").unwrap();
        let comments = walk.steps.values().map(|step| step.comments.len());
        assert_eq!(
            comments.sum::<usize>(),
            kept,
            "what was acknowledged, and no more"
        );
        disk.make_room();
        say(60).unwrap();
        kept < 60
    });
    assert!(too_small > 5, "{too_small}");
}

#[test]
fn a_disk_that_takes_nothing_is_said_and_what_only_reads_goes_on() {
    on_a_mounted_disk("full_disk::read_only");
}

#[test]
#[ignore = "the test above gives it a disk"]
fn read_only() {
    let Some(mut disk) = SmallDisk::given() else {
        return;
    };
    disk.empty();
    sealed(&disk.path().join("bundle"), 4);
    walk_all(&disk.path().join("bundle"));
    shippass::bundle::pack(&disk.path().join("bundle"), &disk.path().join("qa.zip")).unwrap();
    copy(&disk.path().join("bundle"), &disk.path().join("killed"));
    for name in ["manifest.json", "bundle.json", "signoff/walk.ndjson"] {
        fs::remove_file(disk.path().join("killed").join(name)).unwrap();
    }
    assert!(disk.mount("remount,ro"), "read-only now");
    let key = KEYS.path("ada");
    let key = key.to_str().unwrap();
    for arguments in [
        &["review", "bundle", "--no-open"][..],
        &["review", "killed", "--no-open"],
        &["review", "qa.zip", "--no-open"],
        &["sign", "bundle", "--yes", "--key", key, "--signer", ADA],
        &["pack", "bundle", "--out", "other.zip"],
        &["merge", "bundle", "--out", "whole"],
        &[
            "run",
            "--url",
            "http://127.0.0.1:9",
            "--out",
            "run",
            "list.yaml",
        ],
    ] {
        let said = ended(disk.shippass(arguments));
        if arguments[0] == "run" {
            // Its checklist couldn't even be put there.
            assert_eq!(said.status, 2, "{arguments:?}: {}", said.err);
            continue;
        }
        assert!(
            has_failed(said.status, &said.err),
            "{arguments:?}: {}{}",
            said.out,
            said.err
        );
    }
    for arguments in [
        &["verify", "bundle"][..],
        &["verify", "qa.zip"],
        &["inspect", "killed"],
        &["export", "qa.zip", "--format", "junit"],
    ] {
        let said = ended(disk.shippass(arguments));
        assert!(
            matches!(said.status, 0 | 1),
            "{arguments:?}: {}{}",
            said.out,
            said.err
        );
    }
    assert!(disk.mount("remount,rw"), "as before");
    for named in ["bundle", "killed", "qa.zip"] {
        review(&disk, named)
            .unwrap_or_else(|ended| panic!("{}", ended.stderr))
            .stop();
    }
}

/// Something else stands where a file is to be written; once it is gone the bundle opens.
#[test]
fn a_folder_in_a_files_place_is_said_and_costs_nothing() {
    for place in [
        "bundle.json",
        "network.har",
        ".network.har.part",
        "report.html",
        ".report.html.part",
        ".manifest.json.part",
        "manifest.json",
        "signoff/walk.ndjson",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let bundle = dir.path().join("bundle");
        seal(&bundle, "01JD5M3Q8ZK4V7T2N9XW6R1YHB", &quotes(), |_| 4);
        let in_the_way = bundle.join(place);
        fs::remove_file(bundle.join("manifest.json")).unwrap();
        let _ = fs::remove_file(&in_the_way);
        fs::create_dir_all(in_the_way.join("inside")).unwrap();
        let review = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_shippass"));
            command
                .args(["review", "bundle", "--no-open"])
                .current_dir(dir.path())
                .env("CI", "1");
            Reviewing::start(command)
        };
        let Err(ended) = review() else {
            panic!("{place} is in the way");
        };
        assert!(matches!(ended.status, 2 | 3), "{place}: {}", ended.stderr);
        assert!(
            ended
                .stderr
                .contains(place.trim_start_matches('.').trim_end_matches(".part")),
            "{place}: {}",
            ended.stderr
        );
        assert!(
            ended.stderr.contains("\nhelp: "),
            "{place}: {}",
            ended.stderr
        );
        fs::remove_dir_all(&in_the_way).unwrap();
        review()
            .unwrap_or_else(|ended| panic!("{place}: {}", ended.stderr))
            .stop();
        assert_eq!(check_whole(&bundle).unwrap(), []);
    }
}
