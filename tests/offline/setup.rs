//! `scripts/setup` on machines that lack something, played by stand-ins for the system's own programs.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use crate::support::write_program;

/// A machine whose programs are the given scripts, and nothing else but a shell's own tools.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new(programs: &[(&str, &str)]) -> Self {
        let machine = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        for tool in ["sed", "env", "touch", "sh", "echo", "grep"] {
            let real = ["/usr/bin", "/bin"]
                .iter()
                .map(|folder| Path::new(folder).join(tool))
                .find(|path| path.exists());
            std::os::unix::fs::symlink(
                real.expect("a usual tool"),
                machine.folder.path().join(tool),
            )
            .expect("linked");
        }
        for (name, body) in programs {
            machine.install(name, body);
        }
        machine
    }

    fn install(&self, name: &str, body: &str) {
        let path = self.folder.path().join(name);
        write_program(&path, &format!("#!/bin/sh\n{body}\n"));
    }

    fn setup(&self) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/setup");
        Command::new("/bin/sh")
            .arg(script)
            .env_clear()
            .env("PATH", self.folder.path())
            .env("BIN", self.folder.path())
            .env("APPLICATIONS", self.folder.path().join("Applications"))
            .output()
            .expect("a shell")
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An apt-get that installs by making the programs.
const APT: &str = r#"echo "apt-get $*" >&2
case "$*" in *chromium*) for name in chromium chromedriver; do echo '#!/bin/sh' > "$BIN/$name"; /bin/chmod +x "$BIN/$name"; done;; esac"#;

#[test]
fn root_installs_what_is_missing_and_a_second_call_does_nothing() {
    let machine = Machine::new(&[
        ("cargo", ""),
        ("cc", ""),
        ("uname", "echo Linux"),
        ("id", "echo 0"),
        ("apt-get", APT),
    ]);
    let first = machine.setup();
    assert!(first.status.success(), "{}", said(&first));
    assert!(
        said(&first)
            .contains("apt-get install -y -qq --no-install-recommends chromium chromium-driver"),
        "{}",
        said(&first)
    );
    let second = machine.setup();
    assert!(second.status.success());
    assert_eq!(said(&second), "");
}

#[test]
fn the_databases_of_the_tests_are_nobody_elses_business() {
    let machine = Machine::new(&[
        ("cargo", ""),
        ("cc", ""),
        ("chromium", ""),
        ("chromedriver", ""),
        ("apt-get", "echo apt-get >&2; exit 1"),
    ]);
    let output = machine.setup();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output), "");
}

#[test]
fn somebody_else_uses_sudo() {
    let machine = Machine::new(&[
        ("cargo", ""),
        ("cc", ""),
        ("uname", "echo Linux"),
        ("id", "echo 1000"),
        ("apt-get", APT),
        (
            "sudo",
            r#"[ "$1" = -n ] && shift; echo "sudo $*" >&2; "$@""#,
        ),
        ("true", ""),
    ]);
    let output = machine.setup();
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("sudo apt-get update"),
        "{}",
        said(&output)
    );
}

#[test]
fn without_sudo_the_command_to_run_is_said() {
    let machine = Machine::new(&[
        ("cargo", ""),
        ("cc", ""),
        ("uname", "echo Linux"),
        ("id", "echo 1000"),
        ("apt-get", APT),
    ]);
    let output = machine.setup();
    assert_eq!(output.status.code(), Some(3));
    assert!(
        said(&output).contains("apt-get install chromium chromium-driver"),
        "{}",
        said(&output)
    );
}

#[test]
fn on_macos_the_brew_command_is_said() {
    let machine = Machine::new(&[("cargo", ""), ("cc", ""), ("uname", "echo Darwin")]);
    let output = machine.setup();
    assert_eq!(output.status.code(), Some(3));
    assert!(
        said(&output).contains("brew install --cask google-chrome chromedriver"),
        "{}",
        said(&output)
    );
}

#[test]
fn on_macos_the_browser_is_no_command() {
    let machine = Machine::new(&[
        ("cargo", ""),
        ("cc", ""),
        ("uname", "echo Darwin"),
        ("chromedriver", ""),
    ]);
    let chrome = "Applications/Google Chrome.app/Contents/MacOS";
    fs::create_dir_all(machine.folder.path().join(chrome)).expect("a folder");
    machine.install(&format!("{chrome}/Google Chrome"), "");
    let output = machine.setup();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output), "");
}

/// An apt-get without a package `chromium`, and another one that is only a stand-in.
const UBUNTU: [(&str, &str); 6] = [
    ("cargo", ""),
    ("uname", "echo Linux"),
    ("id", "echo 0"),
    (
        "apt-get",
        r#"echo "apt-get $*" >&2
case "$*" in *" chromium "*) exit 100;; *gcc*) echo '#!/bin/sh' > "$BIN/cc"; /bin/chmod +x "$BIN/cc";; esac"#,
    ),
    (
        "apt-cache",
        "echo 'Description-en: Transitional package - chromium-browser -> chromium snap'",
    ),
    ("chromedriver", ""),
];

#[test]
fn a_snaps_stand_in_is_not_installed_and_what_to_do_is_said() {
    let machine = Machine::new(&UBUNTU);
    let output = machine.setup();
    assert_eq!(output.status.code(), Some(3));
    let said = said(&output);
    assert!(!said.contains("chromium-chromedriver"), "{said}");
    assert!(
        said.contains("as a snap only") && said.contains("snap install chromium"),
        "{said}"
    );
    assert!(
        machine.folder.path().join("cc").exists(),
        "the rest is installed: {said}"
    );
}

#[test]
fn with_a_snap_the_folder_that_it_sees_is_said() {
    let machine = Machine::new(&UBUNTU);
    machine.install("cc", "");
    machine.install("chromium-browser", "exec /snap/bin/chromium \"$@\"");
    let output = machine.setup();
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("export TMPDIR=~/snap/chromium/common/tmp"),
        "{}",
        said(&output)
    );
}

#[test]
fn without_a_toolchain_it_says_where_to_get_one() {
    let output = Machine::new(&[("uname", "echo Linux")]).setup();
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("rustup"), "{}", said(&output));
}
