//! A stranger's folder keeps nobody waiting: a pipe, a device or a link in a file's place is refused before it is opened.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::symlink,
    path::Path,
    process::Command,
    thread,
};

use super::{
    commands::Desk,
    folder::write,
    prepared::{ADA, KEYS},
};

const COMMANDS: [&[&str]; 6] = [
    &["verify", "bundle", "--allowed-signers", "allowed"],
    &["prompt", "bundle"],
    &["review", "bundle", "--no-open"],
    &["sign", "bundle", "--yes", "--signer", ADA, "--key", "key"],
    &["export", "bundle", "--format", "markdown"],
    &["inspect", "bundle"],
];

fn make_pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

/// Runs commands on what would keep them waiting; whoever opens the pipe gets its end, so that the test ends too.
fn meets_a_pipe(pipe: &Path, check: impl FnOnce()) {
    let place = pipe.to_owned();
    let writer = thread::spawn(move || {
        let opened = OpenOptions::new().write(true).open(place);
        drop(opened);
    });
    check();
    // Reading and writing at once waits for nobody, and lets the writer go.
    let both = OpenOptions::new().read(true).write(true).open(pipe);
    writer.join().unwrap();
    drop(both);
}

fn is_refused_by_all(desk: &Desk, name: &str, how: &str) {
    for arguments in COMMANDS {
        let (status, out, err) = desk.run(arguments);
        let told = out + &err;
        let what = format!("{name} as {how}, {arguments:?}: {status} {told}");
        // What is recorded is all that `inspect` reads.
        if arguments[0] == "inspect" && name != "journal.ndjson" {
            continue;
        }
        // Whoever answers for what was sealed says that it was altered; to the others it is a wrong thing to name.
        let answers = matches!(arguments[0], "verify" | "sign");
        assert_eq!(status, if answers { 5 } else { 2 }, "{what}");
        assert!(told.contains("not a plain file"), "{what}");
    }
}

#[test]
fn a_pipe_or_a_link_in_the_place_of_a_file_is_refused_and_never_opened() {
    let outside = tempfile::tempdir().unwrap();
    make_pipe(&outside.path().join("pipe"));
    for name in [
        "bundle.json",
        "manifest.json",
        "journal.ndjson",
        "network.har",
    ] {
        let desk = Desk::new();
        symlink(KEYS.path("ada"), desk.path("key")).unwrap();
        let place = desk.bundle().join(name);
        let facts = fs::read(&place).unwrap();

        fs::remove_file(&place).unwrap();
        make_pipe(&place);
        meets_a_pipe(&place, || is_refused_by_all(&desk, name, "a pipe"));

        fs::remove_file(&place).unwrap();
        let pipe = outside.path().join("pipe");
        symlink(&pipe, &place).unwrap();
        meets_a_pipe(&pipe, || is_refused_by_all(&desk, name, "a link to a pipe"));

        fs::remove_file(&place).unwrap();
        write(&desk.path("elsewhere"), &facts);
        symlink(desk.path("elsewhere"), &place).unwrap();
        is_refused_by_all(&desk, name, "a link to its own bytes");
    }
}

#[test]
fn facts_larger_than_any_are_not_read() {
    let desk = Desk::new();
    let place = desk.bundle().join("bundle.json");
    let file = File::create(&place).unwrap();
    file.set_len(1 << 40).unwrap();
    let (status, out, err) = desk.run(&["prompt", "bundle"]);
    assert_eq!(status, 2, "{out}{err}");
    assert!(err.contains("larger than 64 MiB"), "{err}");
}
