//! A real disk that is too small: a tmpfs of a few kilobytes in a mount namespace of its own, so that it is gone with whoever
//! looks at it. Where no file system may be mounted, the limit is the system's own on the size of a file (`ulimit -f`).

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Tells a copy of the test program where its disk is to be.
const PLACE: &str = "SHIPPASS_TEST_SMALL_DISK";
/// Ample for what is recorded here.
const AMPLE: u64 = 256 << 10;

/// How a disk is kept small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Mounted,
    /// No file gets larger.
    Limited,
}

/// A disk whose size can be set.
#[derive(Debug)]
pub(crate) struct SmallDisk {
    path: PathBuf,
    way: Way,
    kib: u64,
}

/// Runs a test that is ignored otherwise where it may mount a disk, or where files are limited.
pub(crate) fn on_a_small_disk(test: &str) {
    let place = tempfile::tempdir().expect("a folder");
    run_by(way_to_mount(place.path()).unwrap_or(&["env"]), test, &place);
}

/// What a command starts with that may mount.
pub(crate) fn way_to_mount(place: &Path) -> Option<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [
        &["unshare", "--mount"],
        &["unshare", "--user", "--map-root-user", "--mount"],
    ];
    ways.into_iter().find(|way| {
        let mut command = Command::new(way[0]);
        command
            .args(&way[1..])
            .args(["mount", "-t", "tmpfs", "none"]);
        let status = command.arg(place).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    })
}

/// Runs it with that before it.
#[expect(
    clippy::print_stderr,
    reason = "a test that is green keeps it to itself unless it is asked"
)]
pub(crate) fn run_by(way: &[&str], test: &str, place: &tempfile::TempDir) {
    let program = std::env::current_exe().expect("this program");
    let output = Command::new(way[0])
        .args(&way[1..])
        .arg(program)
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env(PLACE, place.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{errors}"
    );
    eprint!("{errors}");
}

impl SmallDisk {
    /// The disk that a copy of the test program was given; `None` when it runs by itself.
    #[expect(
        clippy::disallowed_methods,
        reason = "tells a copy of the test what to do"
    )]
    pub(crate) fn given() -> Option<Self> {
        let path = PathBuf::from(std::env::var(PLACE).ok()?);
        let mut disk = Self {
            path,
            way: Way::Mounted,
            kib: AMPLE,
        };
        if !disk.mount(&format!("size={AMPLE}k")) {
            disk.way = Way::Limited;
        }
        Some(disk)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is a disk, and not a limit.
    fn is_mounted(&self) -> bool {
        self.way == Way::Mounted
    }

    /// Empties it.
    pub(crate) fn empty(&mut self) {
        for entry in fs::read_dir(&self.path).expect("a folder").flatten() {
            let path = entry.path();
            let gone = if entry.file_type().expect("a kind").is_dir() {
                fs::remove_dir_all(path)
            } else {
                fs::remove_file(path)
            };
            gone.expect("gone");
        }
        self.resize(AMPLE);
    }

    /// What lies on it, in whole kilobytes.
    pub(crate) fn used(&self) -> u64 {
        let output = Command::new("du").arg("-sk").arg(&self.path).output();
        let output = output.expect("du runs").stdout;
        let text = String::from_utf8_lossy(&output);
        let first = text.split_whitespace().next();
        first.and_then(|kib| kib.parse().ok()).expect("a number")
    }

    /// Leaves room for so much more; a limit is one on each file.
    pub(crate) fn leave(&mut self, kib: u64) {
        let taken = if self.is_mounted() { self.used() } else { 0 };
        self.resize(taken + kib);
    }

    /// Makes all the room that is needed.
    pub(crate) fn make_room(&mut self) {
        self.resize(AMPLE);
    }

    fn resize(&mut self, kib: u64) {
        self.kib = kib;
        if self.is_mounted() {
            assert!(self.mount(&format!("remount,size={kib}k")), "remounted");
        }
    }

    /// Mounts it, or mounts it in another way; answers whether that went well.
    pub(crate) fn mount(&self, options: &str) -> bool {
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", options, "none"]);
        let status = command.arg(&self.path).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }

    /// The program, in the folder above the disk.
    pub(crate) fn shippass(&self, arguments: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_shippass");
        let mut command = if self.is_mounted() {
            Command::new(program)
        } else {
            // A file that would get too large is an error then, and no signal.
            let script = "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"";
            let mut command = Command::new("sh");
            let blocks = (self.kib * 2).to_string();
            command.args(["-c", script, "sh", &blocks, program]);
            command
        };
        command
            .args(arguments)
            .current_dir(&self.path)
            .env("CI", "1")
            .env("NO_COLOR", "1")
            .env_remove("SSH_AUTH_SOCK");
        command
    }
}
