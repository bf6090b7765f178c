//! `shippass pack`, and zips that nobody should trust: not one of them leaves a byte behind.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use flate2::{Compression, Crc, write::DeflateEncoder};
use serde_json::{Value, json};
use shippass::bundle::{self, check_whole, hex_sha256};

use crate::golden::{self, Pictures, seal};

fn golden_bundle(dir: &Path) {
    let run = golden::run(dir, Pictures::Tiny);
    seal(dir, &run, &golden::findings());
}

struct Said {
    status: i32,
    out: String,
    err: String,
}

/// Runs the program with a folder of its own for temporary files.
fn shippass(arguments: &[&str], temporary: &Path) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_shippass"))
        .args(arguments)
        .current_dir(temporary)
        .env("TMPDIR", temporary)
        .env("CI", "1")
        .output()
        .unwrap();
    Said {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Copies a folder in another order, so that nothing but names and bytes is the same.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let mut entries: Vec<_> = fs::read_dir(from).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.file_name()));
    for entry in entries {
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place);
        } else {
            fs::copy(entry.path(), &place).unwrap();
            let file = fs::File::options().write(true).open(&place).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        }
    }
}

#[test]
fn the_same_bundle_gives_the_same_bytes_and_comes_out_as_it_went_in() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (dir.path().join("one"), dir.path().join("other"));
    fs::create_dir(&one).unwrap();
    golden_bundle(&one);
    fs::create_dir(one.join("signoff")).unwrap();
    fs::File::create(one.join("signoff/walk.ndjson")).unwrap();
    copy(&one, &other);
    let said = shippass(&["pack", "one"], dir.path());
    assert_eq!(
        (said.status, said.out.trim()),
        (0, "one.zip"),
        "{}",
        said.err
    );
    let said = shippass(&["pack", "other", "--out", "again.zip"], dir.path());
    assert_eq!(said.status, 0, "{}", said.err);
    let zip = fs::read(dir.path().join("one.zip")).unwrap();
    assert!(zip == fs::read(dir.path().join("again.zip")).unwrap());

    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&zip)).unwrap();
    assert_eq!(archive.by_index(0).unwrap().name().unwrap(), "report.html");
    assert!(archive.by_name("signoff/walk.ndjson").is_ok());
    let opened = bundle::Opened::at(&dir.path().join("one.zip")).unwrap();
    assert_eq!(check_whole(opened.folder()).unwrap(), []);
    let folder = opened.folder().to_owned();
    drop(opened);
    assert!(
        !folder.exists(),
        "what was unpacked goes with whoever looked"
    );
}

#[test]
fn a_zip_is_inspected_and_exported_as_its_folder_is() {
    let dir = tempfile::tempdir().unwrap();
    let one = dir.path().join("one");
    fs::create_dir(&one).unwrap();
    golden_bundle(&one);
    shippass(&["pack", "one"], dir.path());
    for command in [&["inspect"][..], &["export", "--format", "sarif"]] {
        let of = |name| {
            let arguments: Vec<_> = command.iter().copied().chain([name]).collect();
            shippass(&arguments, dir.path())
        };
        let (folder, zip) = (of("one"), of("one.zip"));
        assert_eq!(
            (folder.status, &folder.out),
            (zip.status, &zip.out),
            "{}",
            zip.err
        );
        assert!(!zip.out.is_empty());
    }
    let left = fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(left, 2, "nothing unpacked is left behind");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test alters a bundle")]
fn what_is_not_what_was_sealed_is_not_handed_on() {
    let dir = tempfile::tempdir().unwrap();
    golden_bundle(dir.path());
    let of = dir.path().to_str().unwrap();
    let inside = dir.path().join("screens/out.zip");
    let temporary = tempfile::tempdir().unwrap();
    for command in [&["pack"][..], &["prompt"], &["export", "--format", "junit"]] {
        let mut arguments: Vec<_> = command.to_vec();
        arguments.extend([of, "--out", inside.to_str().unwrap()]);
        let said = shippass(&arguments, temporary.path());
        assert_eq!(said.status, 2, "{}", said.err);
        assert!(
            said.err.contains("lies in the bundle itself"),
            "{}",
            said.err
        );
    }
    assert_eq!(check_whole(dir.path()).unwrap(), []);
    fs::write(dir.path().join("console.ndjson"), "{}").unwrap();
    fs::File::create(dir.path().join("more.txt")).unwrap();
    for command in [&["pack"][..], &["prompt"], &["export", "--format", "junit"]] {
        let arguments: Vec<_> = command.iter().copied().chain([of]).collect();
        let said = shippass(&arguments, temporary.path());
        assert_eq!((said.status, said.out.as_str()), (2, ""), "{}", said.err);
        let what = "is not what was sealed: console.ndjson: altered; more.txt: added after sealing";
        assert!(said.err.contains(what), "{}", said.err);
    }
    fs::remove_file(dir.path().join("manifest.json")).unwrap();
    let said = shippass(&["pack", of], temporary.path());
    assert_eq!(said.status, 2);
    assert!(said.err.contains("it has no manifest.json"), "{}", said.err);
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_sign_off_is_not_packed_wherever_it_leads() {
    let dir = tempfile::tempdir().unwrap();
    let one = dir.path().join("one");
    fs::create_dir(&one).unwrap();
    golden_bundle(&one);
    fs::create_dir_all(one.join("signoff/phone")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", one.join("signoff/phone/a.jpg")).unwrap();
    let said = shippass(&["pack", "one"], dir.path());
    assert_eq!(said.status, 2, "{}", said.err);
    assert!(
        said.err.contains("signoff/phone/a.jpg is not a plain file"),
        "{}",
        said.err
    );
    assert_eq!(below(dir.path()), [one]);
}

/// A file of a zip, as it says it is and as it is.
#[derive(Clone)]
struct Entry {
    name: Vec<u8>,
    /// The name before its bytes, where it isn't the one in the list.
    name_before: Option<Vec<u8>>,
    bytes: Vec<u8>,
    method: u16,
    mode: u32,
    flags: u16,
    /// The size and the checksum that the list tells, where they aren't the true ones.
    told_size: Option<u32>,
    told_crc: Option<u32>,
    /// Says that its bytes are those of the first file.
    is_overlapping: bool,
    /// Isn't in the list.
    is_hidden: bool,
}

fn file(name: impl Into<Vec<u8>>, bytes: impl Into<Vec<u8>>) -> Entry {
    Entry {
        name: name.into(),
        name_before: None,
        bytes: bytes.into(),
        method: 8,
        mode: 0o100_644,
        flags: 0,
        told_size: None,
        told_crc: None,
        is_overlapping: false,
        is_hidden: false,
    }
}

fn pressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Writes a zip by hand: no library would.
fn zip_of(entries: &[Entry]) -> Vec<u8> {
    let (mut zip, mut list, mut count) = (Vec::new(), Vec::new(), 0_u16);
    for entry in entries {
        let data = if entry.method == 8 {
            pressed(&entry.bytes)
        } else {
            entry.bytes.clone()
        };
        let mut crc = Crc::new();
        crc.update(&entry.bytes);
        let crc = entry.told_crc.unwrap_or(crc.sum());
        let size = entry
            .told_size
            .unwrap_or(u32::try_from(entry.bytes.len()).unwrap());
        let mut facts = Vec::new();
        for half in [20, entry.flags, entry.method, 0, 33] {
            facts.extend(u16::to_le_bytes(half));
        }
        for whole in [crc, u32::try_from(data.len()).unwrap(), size] {
            facts.extend(whole.to_le_bytes());
        }
        let start = if entry.is_overlapping {
            0
        } else {
            u32::try_from(zip.len()).unwrap()
        };
        let before = entry.name_before.as_ref().unwrap_or(&entry.name);
        let length = |name: &[u8]| u16::try_from(name.len()).unwrap().to_le_bytes();
        if !entry.is_overlapping {
            zip.extend(b"PK\x03\x04");
            zip.extend(&facts);
            zip.extend(length(before));
            zip.extend([0, 0]);
            zip.extend(before);
            zip.extend(&data);
        }
        if !entry.is_hidden {
            list.extend(b"PK\x01\x02");
            // Made on Unix, so that the mode counts.
            list.extend([20, 3]);
            list.extend(&facts);
            list.extend(length(&entry.name));
            list.extend([0; 8]);
            list.extend((entry.mode << 16).to_le_bytes());
            list.extend(start.to_le_bytes());
            list.extend(&entry.name);
            count += 1;
        }
    }
    let start = u32::try_from(zip.len()).unwrap();
    zip.extend(&list);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend(count.to_le_bytes());
    zip.extend(count.to_le_bytes());
    zip.extend(u32::try_from(list.len()).unwrap().to_le_bytes());
    zip.extend(start.to_le_bytes());
    zip.extend([0, 0]);
    zip
}

fn manifest_of(entries: &[Entry]) -> Value {
    let files = entries.iter().map(|entry| {
        json!({
            "path": String::from_utf8_lossy(&entry.name),
            "sha256": hex_sha256(&entry.bytes),
            "size": entry.told_size.map_or(entry.bytes.len() as u64, u64::from),
        })
    });
    json!({ "format": "shippass-manifest/1", "files": files.collect::<Vec<_>>() })
}

/// A zip of these files and a manifest that names every one of them.
fn sealed(entries: &[Entry]) -> Vec<u8> {
    let mut all = entries.to_vec();
    all.push(file("manifest.json", manifest_of(entries).to_string()));
    zip_of(&all)
}

fn good() -> Entry {
    file("bundle.json", r#"{"format":"shippass-bundle/1"}"#)
}

/// A whole one but for what is done to its second file.
fn with(change: impl FnOnce(&mut Entry)) -> Vec<u8> {
    let mut other = file(
        "bodies/a.txt",
        "some text that is a little longer than its name",
    );
    change(&mut other);
    sealed(&[good(), other])
}

fn named(name: impl Into<Vec<u8>>) -> Vec<u8> {
    sealed(&[good(), file(name, "x")])
}

/// Names that lead out of the folder, mean two things on two systems, or deceive who reads them.
fn bad_names() -> Vec<(String, Vec<u8>)> {
    let names: Vec<Vec<u8>> = vec![
        b"../outside.txt".to_vec(),
        b"bodies/../../outside.txt".to_vec(),
        b"..".to_vec(),
        b"/tmp/outside.txt".to_vec(),
        b"//server/outside.txt".to_vec(),
        b"..\\outside.txt".to_vec(),
        b"bodies\\a.txt".to_vec(),
        b"c:outside.txt".to_vec(),
        b"C:\\outside.txt".to_vec(),
        b"./a.txt".to_vec(),
        b"bodies//a.txt".to_vec(),
        b"bodies/".to_vec(),
        b"".to_vec(),
        b".hidden".to_vec(),
        b"-rf".to_vec(),
        b"a b.txt".to_vec(),
        b"a\0.txt".to_vec(),
        b"a\n.txt".to_vec(),
        b"\x1b[2J.txt".to_vec(),
        "\u{202e}gpj.exe".into(),
        "größe.txt".into(),
        b"\xff\xfe.txt".to_vec(),
        b"A.txt".to_vec(),
        b"BUNDLE.JSON".to_vec(),
        b"a/b/c/d/e/f.txt".to_vec(),
        b"con".to_vec(),
        b"aux.txt".to_vec(),
        b"bodies/com1.json".to_vec(),
        b"bodies/a.".to_vec(),
        b"a".repeat(300),
        b"a".repeat(60_000),
    ];
    let shown = |name: &[u8]| {
        let name = String::from_utf8_lossy(name);
        let start: String = name.chars().take(40).collect();
        format!("the name {start:?}")
    };
    names
        .into_iter()
        .map(|name| (shown(&name), named(name)))
        .collect()
}

fn bad_files() -> Vec<(String, Vec<u8>)> {
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("a link", with(|it| it.mode = 0o120_777)),
        ("a pipe", with(|it| it.mode = 0o010_644)),
        ("a device", with(|it| it.mode = 0o020_644)),
        (
            "a folder that isn't called one",
            with(|it| it.mode = 0o040_755),
        ),
        ("encrypted", with(|it| it.flags = 1)),
        ("encrypted strongly", with(|it| it.flags = 0x41)),
        ("pressed with bzip2", with(|it| it.method = 12)),
        (
            "pressed with something unheard of",
            with(|it| it.method = 99),
        ),
        ("another checksum", with(|it| it.told_crc = Some(7))),
        (
            "more comes out than it says",
            with(|it| it.told_size = Some(3)),
        ),
        (
            "less comes out than it says",
            with(|it| it.told_size = Some(3_000)),
        ),
        (
            "two gigabytes are promised",
            with(|it| it.told_size = Some(u32::MAX - 1)),
        ),
        (
            "another name before the bytes",
            with(|it| it.name_before = Some(b"bodies/b.txt".to_vec())),
        ),
        (
            "a way out before the bytes",
            with(|it| it.name_before = Some(b"../out/b.txt".to_vec())),
        ),
        (
            "the bytes of another file",
            with(|it| it.is_overlapping = true),
        ),
        (
            "a file that the list leaves out",
            with(|it| it.is_hidden = true),
        ),
        (
            "a name twice",
            sealed(&[good(), file("a.txt", "one"), file("a.txt", "two")]),
        ),
        (
            "a file below a file",
            sealed(&[good(), file("a", "one"), file("a/b", "two")]),
        ),
        (
            "a bomb",
            sealed(&[good(), file("bodies/a.txt", vec![0; 100 << 20])]),
        ),
    ];
    cases
        .into_iter()
        .map(|(what, zip)| (what.to_owned(), zip))
        .collect()
}

fn bad_wholes() -> Vec<(String, Vec<u8>)> {
    let whole = sealed(&[good()]);
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut zip = whole.clone();
        change(&mut zip);
        zip
    };
    let many: Vec<_> = (0..20_001).map(|it| file(format!("f{it}"), "")).collect();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("another file", b"PK is how this text begins".to_vec()),
        ("an empty zip", zip_of(&[])),
        ("cut off in the middle", whole[..whole.len() / 2].to_vec()),
        ("cut off by a byte", whole[..whole.len() - 1].to_vec()),
        (
            "something before its beginning",
            [b"#!/bin/sh\n", &whole[..]].concat(),
        ),
        ("something behind its end", [&whole[..], b"more"].concat()),
        (
            "a comment",
            changed(&|zip| {
                let at = zip.len() - 2;
                zip[at] = 4;
                zip.extend(b"more");
            }),
        ),
        (
            "a second end in its comment",
            changed(&|zip| {
                let end = zip[zip.len() - 22..].to_vec();
                let at = zip.len() - 2;
                zip[at] = 22;
                zip.extend(end);
            }),
        ),
        (
            "a list that begins elsewhere",
            changed(&|zip| {
                let at = zip.len() - 6;
                zip[at] ^= 0xFF;
            }),
        ),
        (
            "more files in its list than there are",
            changed(&|zip| {
                let at = zip.len() - 12;
                zip[at] = 200;
                zip[at - 2] = 200;
            }),
        ),
        (
            "sizes of 64 bits",
            changed(&|zip| {
                let at = zip.len() - 12;
                zip[at - 2..at + 10].fill(0xFF);
            }),
        ),
        ("too many files", sealed(&many)),
    ];
    cases
        .into_iter()
        .map(|(what, zip)| (what.to_owned(), zip))
        .collect()
}

fn bad_manifests() -> Vec<(String, Vec<u8>)> {
    let manifest = |text: String| zip_of(&[good(), file("manifest.json", text)]);
    let mut twice = manifest_of(&[good()]);
    let first = twice["files"][0].clone();
    twice["files"].as_array_mut().unwrap().push(first);
    let mut other_format = manifest_of(&[good()]);
    other_format["format"] = json!("shippass-manifest/9");
    let mut more = manifest_of(&[good()]);
    more["files"]
        .as_array_mut()
        .unwrap()
        .push(json!({"path": "gone.txt", "sha256": "", "size": 1}));
    let mut other_size = manifest_of(&[good()]);
    other_size["files"][0]["size"] = json!(1);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("no manifest", zip_of(&[good()])),
        ("a manifest that is no JSON", manifest("{".to_owned())),
        (
            "a manifest of another format",
            manifest(other_format.to_string()),
        ),
        (
            "a manifest that names a file twice",
            manifest(twice.to_string()),
        ),
        (
            "a manifest that names a file that is missing",
            manifest(more.to_string()),
        ),
        (
            "a manifest that gives another size",
            manifest(other_size.to_string()),
        ),
        (
            "a file that the manifest doesn't name",
            zip_of(&[
                good(),
                file("more.txt", "x"),
                file("manifest.json", manifest_of(&[good()]).to_string()),
            ]),
        ),
        (
            "a manifest without an end",
            manifest(format!(
                "{}{}",
                manifest_of(&[good()]),
                " ".repeat(17 << 20)
            )),
        ),
    ];
    cases
        .into_iter()
        .map(|(what, zip)| (what.to_owned(), zip))
        .collect()
}

/// What stands below a folder, itself left out.
fn below(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test writes hostile files")]
fn a_hostile_zip_is_refused_and_leaves_nothing_behind() {
    let cases: Vec<_> = [bad_names(), bad_files(), bad_wholes(), bad_manifests()].concat();
    assert!(cases.len() >= 70, "{}", cases.len());
    let around = tempfile::tempdir().unwrap();
    let temporary = around.path().join("a/b/c");
    fs::create_dir_all(&temporary).unwrap();
    let zip = around.path().join("hostile.zip");
    let mut answers = Vec::new();
    for (what, bytes) in cases {
        fs::write(&zip, bytes).unwrap();
        let mut first_lines = Vec::new();
        for command in [&["inspect"][..], &["review", "--no-open"], &["verify"]] {
            let arguments = [command, &[zip.to_str().unwrap()]].concat();
            let said = shippass(&arguments, &temporary);
            // A zip that isn't what was sealed is altered, and to say so is what `verify` is for.
            let (status, told) = match (command[0], said.status) {
                ("verify", 5) => (5, &said.out),
                _ => (2, &said.err),
            };
            let other = if status == 5 { &said.err } else { &said.out };
            assert_eq!(
                (said.status, other.as_str()),
                (status, ""),
                "{what}: {told}"
            );
            let begin = if status == 5 { "ALTERED: " } else { "error: " };
            assert!(
                told.starts_with(begin) && told.contains("\nhelp: "),
                "{what}: {told}"
            );
            assert!(
                told.len() < 1_500 && !told.contains(['\u{1b}', '\u{202e}']),
                "{what}: {told}"
            );
            assert_eq!(below(&temporary), Vec::<PathBuf>::new(), "{what}");
            assert_eq!(below(around.path()).len(), 2, "{what}: written beside it");
            let line = told
                .lines()
                .nth(usize::from(status == 5))
                .unwrap_or_default();
            let line = line.replace(zip.to_str().unwrap(), "hostile.zip");
            first_lines.push((status, line.chars().take(160).collect::<String>()));
        }
        answers.push(what);
        for (at, (status, line)) in first_lines.iter().enumerate() {
            let is_new = first_lines[..at].iter().all(|(_, before)| before != line);
            if is_new {
                let by = ["inspect", "review", "verify"][at];
                answers.push(format!("  {by} {status}: {line}"));
            }
        }
    }
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test writes a zip by hand")]
fn the_zip_that_the_hostile_ones_are_made_of_is_none_itself() {
    let dir = tempfile::tempdir().unwrap();
    let zip = dir.path().join("good.zip");
    fs::write(&zip, with(|_| ())).unwrap();
    let opened = bundle::Opened::at(&zip).unwrap();
    assert_eq!(check_whole(opened.folder()).unwrap(), []);
}
