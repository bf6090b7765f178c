//! A bundle written, sealed and read back; what was changed after the seal is found; old bundles still open.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use shippass::bundle::{
    BundleError, BundlePaths, DifferenceKind, check_whole, open, seal, write_derived,
};

use crate::golden::{self, Pictures};

const NEWEST: &str = "tests/fixtures/bundles/v1";

fn sealed() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    dir
}

fn write(dir: &Path) {
    let run = golden::run(dir, Pictures::Tiny);
    write_derived(dir, &run, &golden::findings()).unwrap();
    seal(dir, "<!doctype html><title>report</title>\n").unwrap();
}

fn read(path: PathBuf) -> String {
    fs::read_to_string(path).unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test changes a sealed bundle"
)]
fn change(dir: &Path, name: &str, bytes: &[u8]) {
    fs::write(dir.join(name), bytes).unwrap();
}

#[test]
fn the_document_is_the_contract() {
    let dir = sealed();
    insta::assert_snapshot!(read(BundlePaths::new(dir.path()).document()));
}

#[test]
fn console_and_redaction_hold_every_line_and_every_count() {
    let dir = sealed();
    let paths = BundlePaths::new(dir.path());
    insta::assert_snapshot!(read(paths.console()) + &read(paths.redaction()));
}

#[test]
fn the_archive_is_har_1_2_with_bodies_and_redirects() {
    let dir = sealed();
    let text = read(BundlePaths::new(dir.path()).har());

    let archive = har::from_str(&text).unwrap();
    let har::Spec::V1_2(log) = archive.log else {
        panic!("not HAR 1.2");
    };
    let pages: Vec<_> = log.pages.unwrap().into_iter().map(|page| page.id).collect();
    assert!(
        log.entries
            .iter()
            .all(|entry| pages.contains(entry.pageref.as_ref().unwrap()))
    );
    let redirects: Vec<_> = log.entries.iter().map(|it| it.response.status).collect();
    assert_eq!(redirects, [200, 200, 200, 307, 200, 0, 200, 0, 500, 404]);
    let signed = &log.entries[4].response;
    assert_eq!(signed.content.text.as_deref(), Some(golden::SIGN_IN_PAGE));
    let logo = &log.entries[2].response.content;
    assert_eq!(logo.encoding.as_deref(), Some("base64"));
    assert_eq!(logo.text.as_deref(), Some("iVBORwABAv8="));
    let missing = &log.entries[6].response.content;
    assert_eq!((missing.size, &missing.text), (-1, &None));

    let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&whole).unwrap());
}

#[test]
fn a_body_that_is_gone_from_disk_is_never_taken_for_empty() {
    let dir = tempfile::tempdir().unwrap();
    let run = golden::run(dir.path(), Pictures::Tiny);
    fs::remove_dir_all(dir.path().join("bodies")).unwrap();
    write_derived(dir.path(), &run, &golden::findings()).unwrap();
    let har: serde_json::Value =
        serde_json::from_str(&read(BundlePaths::new(dir.path()).har())).unwrap();
    let content = &har["log"]["entries"][0]["response"]["content"];
    assert_eq!(content.get("text"), None);
    let comment = content["comment"].as_str().unwrap();
    assert!(comment.contains("can't be read"), "{comment}");
}

#[test]
fn a_bundle_reads_back_as_it_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let run = golden::run(dir.path(), Pictures::Tiny);
    let written = write_derived(dir.path(), &run, &golden::findings()).unwrap();
    assert_eq!(open(dir.path()).unwrap().manifest, None);
    assert!(matches!(
        check_whole(dir.path()),
        Err(BundleError::NotSealed { .. })
    ));

    let manifest = seal(dir.path(), "").unwrap();
    let bundle = open(dir.path()).unwrap();
    assert_eq!(bundle.document, written);
    assert_eq!(bundle.manifest, Some(manifest));
    assert_eq!(check_whole(dir.path()).unwrap(), []);
}

#[test]
fn whatever_was_changed_after_the_seal_is_found() {
    let dir = sealed();
    change(dir.path(), "network.har", b"{}");
    change(dir.path(), "screens/extra.jpg", b"");
    fs::remove_file(dir.path().join("console.ndjson")).unwrap();
    fs::create_dir(dir.path().join("signoff")).unwrap();
    change(dir.path(), "signoff/statement.json", b"{}");
    let found: Vec<_> = check_whole(dir.path())
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        found,
        [
            "console.ndjson: missing",
            "network.har: altered",
            "screens/extra.jpg: added after sealing",
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_file_is_found_even_if_its_bytes_are_the_same() {
    let dir = sealed();
    let har = BundlePaths::new(dir.path()).har();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(&har, elsewhere.path().join("har")).unwrap();
    fs::remove_file(&har).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("har"), &har).unwrap();
    let found = check_whole(dir.path()).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, DifferenceKind::NotPlain);
}

#[test]
fn unknown_fields_are_kept_and_unknown_formats_refused() {
    let dir = sealed();
    let paths = BundlePaths::new(dir.path());
    let text = read(paths.document());

    let more = text.replacen('{', "{\n  \"verdicts\": [1],", 1);
    change(dir.path(), "bundle.json", more.as_bytes());
    let bundle = open(dir.path()).unwrap();
    assert_eq!(bundle.raw["verdicts"][0], 1);

    let newer = text.replacen("shippass-bundle/1", "shippass-bundle/2", 1);
    change(dir.path(), "bundle.json", newer.as_bytes());
    let error = open(dir.path()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("has the format `shippass-bundle/2`")
    );
    assert!(error.help().contains("newer shippass"));

    change(
        dir.path(),
        "bundle.json",
        &text.as_bytes()[..text.len() / 2],
    );
    assert!(matches!(open(dir.path()), Err(BundleError::Invalid { .. })));
}

#[test]
fn a_manifest_that_names_a_file_twice_is_refused() {
    let dir = sealed();
    let mut manifest = open(dir.path()).unwrap().manifest.unwrap();
    manifest.files.push(manifest.files[0].clone());
    let text = serde_json::to_vec(&manifest).unwrap();
    change(dir.path(), "manifest.json", &text);
    assert!(matches!(
        check_whole(dir.path()),
        Err(BundleError::NamedTwice { .. })
    ));
}

#[test]
fn every_bundle_version_ever_released_still_opens() {
    let mut opened = 0;
    for entry in fs::read_dir("tests/fixtures/bundles").unwrap() {
        let dir = entry.unwrap().path();
        let bundle = open(&dir).unwrap();
        assert_eq!(bundle.document.counts.steps, 7, "{}", dir.display());
        assert_eq!(bundle.document.findings[0].id, "f1");
        assert_eq!(check_whole(&dir).unwrap(), [], "{}", dir.display());
        opened += 1;
    }
    assert!(opened > 0);
}

/// For a new format: name a new folder, run this once, and leave the old folders in place.
#[test]
#[ignore = "writes the fixture of the newest format"]
fn write_the_fixture_of_the_newest_format() {
    let dir = Path::new(NEWEST);
    assert!(!dir.exists(), "{} is written once and kept", dir.display());
    fs::create_dir_all(dir).unwrap();
    write(dir);
}
