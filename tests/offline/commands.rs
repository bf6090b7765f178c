//! The command line as a script meets it: what is said, where, and with which exit status.

use std::process::{Command, Output};

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::File::create(path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
            .expect("written");
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shippass"));
        let output: Output = command
            .args(arguments)
            .current_dir(self.0.path())
            .env("CI", "1")
            .env_remove("PREVIEW_URL")
            .output()
            .expect("the binary runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code().unwrap_or(-1),
            text(&output.stdout),
            text(&output.stderr),
        )
    }
}

const GOOD: &str = "name: Quotes\nsteps:\n  - name: Open\n    do:\n      - visit: /\n";

#[test]
fn check_counts_what_is_good() {
    let desk = Desk::new();
    desk.write("checklists/quotes.yaml", GOOD);
    let (status, out, err) = desk.run(&["check"]);
    assert_eq!(
        (status, out.trim(), err.as_str()),
        (0, "no mistakes in 1 checklist with 1 step", "")
    );
}

#[test]
fn check_says_where_a_mistake_stands_and_what_to_write() {
    let desk = Desk::new();
    desk.write(
        "checklists/quotes.yaml",
        "name: Quotes\nsteps:\n  - name: Open\n    do:\n      - tpa: Save\n",
    );
    let (status, out, err) = desk.run(&["check"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(
        err.contains("checklists/quotes.yaml:5:9") && err.contains("did you mean `tap`"),
        "{err}"
    );
}

#[test]
fn nothing_is_started_while_a_variable_is_unset() {
    let desk = Desk::new();
    desk.write(
        "shippass.yaml",
        "targets:\n  preview:\n    url: ${PREVIEW_URL}\n    kind: preview\n",
    );
    desk.write("checklists/quotes.yaml", GOOD);
    let (status, _, err) = desk.run(&["run", "--target", "preview"]);
    assert_eq!(status, 2, "{err}");
    assert!(
        err.contains("PREVIEW_URL") && err.contains("shippass.yaml:3:"),
        "{err}"
    );
    assert!(
        !desk.0.path().join("screenshots").exists(),
        "no bundle was begun"
    );
}

#[test]
fn unknown_names_list_the_known_ones() {
    let desk = Desk::new();
    desk.write(
        "shippass.yaml",
        "targets:\n  preview:\n    url: http://127.0.0.1:9\n    kind: local\n",
    );
    desk.write("checklists/quotes.yaml", GOOD);
    for (arguments, wanted) in [
        (&["run", "--target", "previw"][..], "preview"),
        (&["run", "--device", "iphne-15"], "iphone-15"),
        (&["explain", "html-for-jsn"], "html-for-json"),
        (&["demo", "--fault", "sign-bouncd"], "sign-bounced"),
    ] {
        let (status, _, err) = desk.run(arguments);
        assert_eq!(status, 2, "{arguments:?}: {err}");
        assert!(
            err.contains("error:") && err.contains(wanted),
            "{arguments:?}: {err}"
        );
    }
}

#[test]
fn a_folder_that_holds_something_is_not_written_into() {
    let desk = Desk::new();
    desk.write("checklists/quotes.yaml", GOOD);
    desk.write("out/precious.txt", "keep me");
    let (status, _, err) = desk.run(&["run", "--url", "http://127.0.0.1:9", "--out", "out"]);
    assert_eq!(status, 2, "{err}");
    assert!(
        err.contains("isn't empty") && err.contains("--out"),
        "{err}"
    );
}

#[test]
fn init_without_an_address_writes_an_example_and_overwrites_nothing() {
    let desk = Desk::new();
    let (status, out, err) = desk.run(&["init"]);
    assert_eq!(status, 0, "{err}");
    assert!(
        out.contains("shippass.yaml") && out.contains("shippass run"),
        "{out}"
    );
    let (status, out, err) = desk.run(&["check"]);
    assert_eq!(
        (status, out.trim(), err.as_str()),
        (0, "no mistakes in 1 checklist with 1 step", "")
    );
    let (status, _, err) = desk.run(&["init"]);
    assert!(
        status == 2 && err.contains("there is a shippass.yaml already"),
        "{err}"
    );

    let other = Desk::new();
    other.write("app/checklists/first-look.yaml", GOOD);
    let arguments = ["init", "--config", "app/shippass.yaml"];
    let (status, _, err) = other.run(&arguments);
    assert!(
        status == 2 && err.contains("first-look.yaml already"),
        "{err}"
    );
    assert!(!other.0.path().join("app/shippass.yaml").exists());
    let (status, _, err) = other.run(&["init", "ftp://files.example"]);
    assert!(status == 2 && err.contains("https://"), "{err}");
}

#[test]
fn every_command_has_help_with_an_example() {
    let desk = Desk::new();
    for command in [
        "run",
        "demo",
        "inspect",
        "check",
        "init",
        "doctor",
        "detectors",
        "explain",
        "schema",
        "completions",
    ] {
        let (status, out, _) = desk.run(&[command, "--help"]);
        assert_eq!(status, 0);
        assert!(out.contains("Example:"), "{command}: {out}");
    }
    let (status, out, _) = desk.run(&["--version"]);
    assert_eq!(
        (status, out.trim()),
        (0, concat!("shippass ", env!("CARGO_PKG_VERSION")))
    );
    let (status, out, _) = desk.run(&["completions", "bash"]);
    assert!(status == 0 && out.contains("shippass"));
    let (status, out, _) = desk.run(&["explain", "html-for-json"]);
    assert!(status == 0 && out.contains("Signed. Thank you."), "{out}");
    let (status, out, _) = desk.run(&["detectors"]);
    assert!(
        status == 0 && out.lines().count() == shippass::detect::RULES.len(),
        "{out}"
    );
}
