//! A human in the middle, at a terminal of a test's own.

use std::{
    io::{Read, Write},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use shippass::evidence::read_run;

use crate::support::{Site, Workshop, page};

const PAGE: &str = "<label>Code <input name=code oninput='out.textContent = this.value.length + \" signs\"'></label><p id=out></p>";

const LIST: &str = "name: Test
steps:
  - name: Look
    do:
      - visit: /
      - ask: Look at the page
  - name: Tell
    do:
      - ask: { tell: The code from the SMS, into: Code }
    expect:
      - see: 6 signs
";

/// A run on a pseudo-terminal, which util-linux's `script` makes.
struct OnTerminal {
    workshop: Workshop,
    child: Child,
    _site: Site,
}

impl OnTerminal {
    fn start(list: &str) -> Self {
        let site = Site::serve(Router::new().route("/", get(|| async { page(PAGE) })));
        let workshop = Workshop::new();
        workshop.write("list.yaml", list);
        let binary = env!("CARGO_BIN_EXE_shippass");
        // A shell that waited for it would take the interrupt for its own.
        let line = format!("exec {binary} run --url {} --out out list.yaml", site.url);
        let child = Command::new("script")
            .args(["-qefc", &line, "/dev/null"])
            .current_dir(workshop.path())
            .env_remove("CI")
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script runs");
        Self {
            workshop,
            child,
            _site: site,
        }
    }

    /// Reads what stands on the terminal until a text does.
    fn wait_for(&mut self, text: &str) {
        let mut seen = Vec::new();
        let out = self.child.stdout.as_mut().expect("a pipe");
        let mut byte = [0];
        while out.read(&mut byte).is_ok_and(|length| length == 1) {
            seen.push(byte[0]);
            if seen.ends_with(text.as_bytes()) {
                return;
            }
        }
        panic!("{text} never came:\n{}", String::from_utf8_lossy(&seen));
    }

    fn type_in(&mut self, text: &str) {
        let keys = self.child.stdin.as_mut().expect("a pipe");
        keys.write_all(text.as_bytes()).expect("typed");
        keys.flush().expect("typed");
    }

    fn end(&mut self) -> i32 {
        let mut rest = Vec::new();
        let out = self.child.stdout.as_mut().expect("a pipe");
        out.read_to_end(&mut rest).expect("read");
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status.code().unwrap_or(-1);
            }
            assert!(started.elapsed() < Duration::from_secs(30), "still running");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn bundle(&self) -> std::path::PathBuf {
        self.workshop.path().join("out")
    }
}

#[test]
#[ignore = "needs a browser driver"]
fn what_a_person_tells_is_typed_and_written_nowhere() {
    let mut run = OnTerminal::start(LIST);
    run.wait_for("Look at the page (press Enter when it is done): ");
    run.type_in("\r");
    run.wait_for("The code from the SMS, for “Code” (type it here): ");
    run.type_in("482913\r");
    assert_eq!(run.end(), 0);
    let journal = std::fs::read_to_string(run.bundle().join("journal.ndjson")).expect("a journal");
    assert!(!journal.contains("“482913”") && !journal.contains("\"482913\""));
    let seen = read_run(&run.bundle()).expect("readable");
    let told = &seen.checklists[0].steps[1].actions[0];
    assert_eq!(told.what, "ask a person: The code from the SMS, for “Code”");
    assert!(
        told.typed[0]
            .typed
            .starts_with("[redacted:told by a person:"),
        "{told:?}"
    );
}

#[test]
#[ignore = "needs a browser driver"]
fn a_run_that_waits_for_a_person_can_be_interrupted() {
    let mut run = OnTerminal::start(LIST);
    run.wait_for("Look at the page (press Enter when it is done): ");
    // Ctrl-C, which the terminal turns into a signal.
    run.type_in("\u{3}");
    assert_eq!(run.end(), 4);
    assert!(run.bundle().join("manifest.json").is_file());
}

#[test]
#[ignore = "needs a browser driver"]
fn without_a_person_the_step_is_not_run_and_the_next_visit_goes_on() {
    let site = Site::serve(Router::new().route("/", get(|| async { page(PAGE) })));
    let workshop = Workshop::new();
    let after = "  - name: Goes on\n    do:\n      - visit: /\n  - name: Goes on too\n    expect:\n      - see: Code\n";
    workshop.write("list.yaml", &format!("{LIST}{after}"));
    for (arguments, why) in [(&[][..], "`CI` is set"), (&["-q"], "`-q` says")] {
        let mut all = vec!["run", "--url", &site.url, "--out", "out", "list.yaml"];
        all.extend(arguments);
        let ended = workshop.shippass(&all);
        assert_eq!(
            ended.statuses(),
            ["not-run", "not-run", "clean", "clean"],
            "{:#?}",
            ended.steps()
        );
        assert!(ended.why("Look").contains(why), "{:#?}", ended.steps());
        assert!(
            ended
                .why("Look")
                .contains("“Look at the page” needs a person")
        );
        std::fs::remove_dir_all(&ended.bundle).expect("removed");
    }
    let mut command = workshop.command(&["run", "--url", &site.url, "--out", "out", "list.yaml"]);
    let output = command
        .env_remove("CI")
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    let ended = workshop.ended(&output);
    assert!(
        ended.why("Look").contains("standard input is no terminal"),
        "{:#?}",
        ended.steps()
    );
}
