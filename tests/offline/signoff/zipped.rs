//! Reviewing and verifying a bundle in a zip: the reviewer's words stay in a folder beside it, and nothing is overwritten.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{fs, path::Path};

use shippass::bundle::{Said, check_whole, open, pack};
use shippass::detect::StepRef;

use super::{
    commands::Desk,
    folder::{files_of, write},
    prepared::{ADA, KEYS, Walker, sealed, walk_all},
};
use crate::support::reviewing::{Reviewed, Reviewing};

/// A desk on which the bundle lies as `qa.zip` and nothing else.
fn posted() -> Desk {
    let desk = Desk::new();
    post(&desk);
    desk
}

/// Packs the bundle into `qa.zip` and takes it away.
fn post(desk: &Desk) {
    pack(&desk.bundle(), &desk.path("qa.zip")).unwrap();
    fs::remove_dir_all(desk.bundle()).unwrap();
}

fn review(desk: &Desk, named: &str) -> Result<Reviewing, Reviewed> {
    Reviewing::start(desk.shippass(&["review", named, "--no-open"]))
}

fn refusal(desk: &Desk, named: &str) -> Reviewed {
    match review(desk, named) {
        Ok(_) => panic!("{named} is refused"),
        Err(ended) => ended,
    }
}

fn names(desk: &Desk) -> Vec<String> {
    let entries = fs::read_dir(desk.0.path()).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_zip_is_reviewed_in_a_folder_beside_it_signed_there_and_verified_packed_again() {
    let desk = posted();
    let zip = fs::read(desk.path("qa.zip")).unwrap();
    let folder = desk.path("qa");
    let first = review(&desk, "qa.zip").unwrap();
    let left = first.ask("state")["left"].as_u64().unwrap();
    assert!(left > 0);
    let ended = first.stop();
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let told = "qa.zip is unpacked: your words are kept in qa, and the zip stays as it is";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
    assert_eq!(names(&desk), ["allowed", "qa", "qa.zip"]);
    assert_eq!(check_whole(&folder).unwrap(), []);

    walk_all(&folder);
    let said = fs::read(folder.join("signoff/walk.ndjson")).unwrap();
    let again = review(&desk, "qa.zip").unwrap();
    assert_eq!(again.ask("state")["left"], 0, "the words are still there");
    let ended = again.stop();
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    for told in [
        "qa.zip was unpacked before: the review goes on in qa",
        "nothing is missing; `shippass sign qa` signs it",
    ] {
        assert!(ended.stderr.contains(told), "{}", ended.stderr);
    }
    assert!(
        fs::read(folder.join("signoff/walk.ndjson"))
            .unwrap()
            .starts_with(&said)
    );
    assert_eq!(
        fs::read(desk.path("qa.zip")).unwrap(),
        zip,
        "the zip stays as it is"
    );

    let key = KEYS.path("ada");
    let sign = |named| {
        desk.run(&[
            "sign",
            named,
            "--yes",
            "--key",
            key.to_str().unwrap(),
            "--signer",
            ADA,
        ])
    };
    let (status, _, err) = sign("qa.zip");
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("`shippass review` unpacks a zip"), "{err}");
    let (status, _, err) = sign("qa");
    assert_eq!(status, 0, "{err}");

    pack(&folder, &desk.path("signed.zip")).unwrap();
    let verify = |named: &str, more: &[&str]| {
        let arguments = ["verify", named, "--allowed-signers", "allowed"];
        desk.run(&[&arguments[..], more].concat())
    };
    let of_folder = verify("qa", &["--require", "persona=owner"]);
    let of_zip = verify("signed.zip", &["--require", "persona=owner"]);
    assert_eq!((of_folder.0, of_zip.0), (0, 0), "{}{}", of_zip.1, of_zip.2);
    assert_eq!(of_zip.1, of_folder.1.replace(": qa\n", ": signed.zip\n"));
    assert_eq!(verify("signed.zip", &["--require", "engine=webkit"]).0, 1);
    assert_eq!(verify("qa.zip", &[]).0, 1, "nobody has signed that one");
    assert_eq!(names(&desk), ["allowed", "qa", "qa.zip", "signed.zip"]);
    // Whoever gets the signed one under the same name doesn't lose what is in it.
    fs::rename(desk.path("signed.zip"), desk.path("bob.zip")).unwrap();
    review(&desk, "bob.zip").unwrap().stop();
    assert!(desk.path("bob/signoff/statement.json.sig").is_file());
}

#[test]
fn what_stands_in_the_folders_place_is_never_overwritten() {
    let desk = posted();
    let refused = |why: &str| {
        let before = files_of(desk.0.path());
        let ended = refusal(&desk, "qa.zip");
        assert_eq!(ended.status, 2, "{}", ended.stderr);
        let told =
            format!("error: qa.zip can't be unpacked: qa is there already, and {why}\nhelp: ");
        assert!(ended.stderr.starts_with(&told), "{}", ended.stderr);
        assert_eq!(files_of(desk.0.path()), before);
    };
    write(&desk.path("qa"), b"notes");
    refused("it is no folder");
    fs::remove_file(desk.path("qa")).unwrap();
    fs::create_dir(desk.path("qa")).unwrap();
    refused("it doesn't hold the same bundle");
    fs::remove_dir(desk.path("qa")).unwrap();
    sealed(&desk.path("qa"), 5);
    walk_all(&desk.path("qa"));
    refused("it doesn't hold the same bundle");
    fs::remove_dir_all(desk.path("qa")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("allowed", desk.path("qa")).unwrap();
        refused("it is no folder");
        fs::remove_file(desk.path("qa")).unwrap();
    }

    // A zip that came back with words, beside the folder that it was packed from, which has none or others.
    sealed(&desk.bundle(), 4);
    fs::rename(desk.bundle(), desk.path("qa")).unwrap();
    let ended = review(&desk, "qa.zip").unwrap().stop();
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    sealed(&desk.bundle(), 4);
    walk_all(&desk.bundle());
    post(&desk);
    refused("it lacks what was said or signed in the zip");
    let step = open(&desk.path("qa")).unwrap().document.checklists[0].steps[0]
        .id
        .clone();
    Walker::new(&desk.path("qa")).say(Said::Commented {
        step: StepRef { checklist: 0, step },
        text: "another word".to_owned(),
    });
    refused("it lacks what was said or signed in the zip");
}

#[test]
fn an_unpacking_that_was_killed_or_fails_leaves_no_half_of_a_folder() {
    let desk = posted();
    write(&desk.path(".qa.part/bundle.json"), b"half of");
    review(&desk, "qa.zip").unwrap().stop();
    assert_eq!(names(&desk), ["allowed", "qa", "qa.zip"]);
    assert_eq!(check_whole(&desk.path("qa")).unwrap(), []);

    fs::remove_dir_all(desk.path("qa")).unwrap();
    // Pictures are stored as they are, so a byte of one is a byte of the zip.
    let mut zip = fs::read(desk.path("qa.zip")).unwrap();
    let picture = zip.windows(3).position(|bytes| bytes == [0xFF, 0xD8, 0xFF]);
    zip[picture.unwrap() + 40] ^= 1;
    write(&desk.path("qa.zip"), &zip);
    let ended = refusal(&desk, "qa.zip");
    assert_eq!(ended.status, 2, "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("qa.zip is not what was sealed: screens/"),
        "{}",
        ended.stderr
    );
    assert_eq!(names(&desk), ["allowed", "qa.zip"]);
}

/// The same bundle, its files packed without asking whether they are what was sealed.
fn packed_as_it_is(dir: &Path, zip: &Path) {
    let mut out = zip::ZipWriter::new(fs::File::create(zip).unwrap());
    for (name, bytes) in files_of(dir) {
        let options = zip::write::SimpleFileOptions::default();
        out.start_file(name, options).unwrap();
        std::io::Write::write_all(&mut out, &bytes).unwrap();
    }
    out.finish().unwrap();
}

#[test]
fn a_zip_that_was_tampered_with_is_altered_for_verify_as_its_folder_would_be() {
    let desk = Desk::walked();
    assert_eq!(desk.sign("ada", ADA).0, 0);
    let whole = files_of(&desk.bundle());
    let flip = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        bytes
    };
    let put_back = |name: &str| match whole.get(name) {
        Some(bytes) => write(&desk.bundle().join(name), bytes),
        None => fs::remove_file(desk.bundle().join(name)).unwrap(),
    };
    let mut count = 0;
    let mut altered = |what: &str, name: &str, bytes: Option<Vec<u8>>| {
        match bytes {
            Some(bytes) => write(&desk.path("bundle").join(name), &bytes),
            None => fs::remove_file(desk.path("bundle").join(name)).unwrap(),
        }
        packed_as_it_is(&desk.bundle(), &desk.path("x.zip"));
        let (status, out, err) = desk.run(&["verify", "x.zip", "--allowed-signers", "allowed"]);
        assert_eq!(status, 5, "{what} {name}: {out}{err}");
        assert!(
            out.starts_with("ALTERED: x.zip\n  - "),
            "{what} {name}: {out}"
        );
        count += 1;
        if count % 4 != 0 {
            put_back(name);
            return;
        }
        let ended = refusal_or_open(&desk, "x.zip");
        let is_of_signoff = name.starts_with("signoff/");
        assert_eq!(
            ended.status,
            if is_of_signoff { 1 } else { 2 },
            "{what} {name}: {}",
            ended.stderr
        );
        let _ = fs::remove_dir_all(desk.path("x"));
        put_back(name);
    };
    for (name, bytes) in &whole {
        // What was said is read by a review; a walk that can't be read isn't opened at all.
        if name == "signoff/walk.ndjson" || bytes.is_empty() {
            continue;
        }
        altered("flipped", name, Some(flip(bytes)));
        if name != "manifest.json" && !name.starts_with("signoff/") {
            altered("removed", name, None);
            altered("longer", name, Some([&bytes[..], b" "].concat()));
        }
    }
    altered("added", "bodies/more.txt", Some(b"more".to_vec()));
    assert!(count >= 30, "{count}");
    packed_as_it_is(&desk.bundle(), &desk.path("x.zip"));
    assert_eq!(
        desk.run(&["verify", "x.zip", "--allowed-signers", "allowed"])
            .0,
        0
    );
}

fn refusal_or_open(desk: &Desk, named: &str) -> Reviewed {
    match review(desk, named) {
        Ok(open) => {
            let ended = open.stop();
            assert!(matches!(ended.status, 0 | 1), "{}", ended.stderr);
            Reviewed { status: 1, ..ended }
        }
        Err(ended) => ended,
    }
}
