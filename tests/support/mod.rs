//! What several tests need: the binary run in a folder of its own, and a small web site on a free port.

pub(crate) mod assistant;
pub(crate) mod recorded;
pub(crate) mod reviewing;
pub(crate) mod small_disk;

use std::{
    collections::BTreeSet,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// How often a process is killed where that is asked for (`make crashes`); a few times otherwise.
#[expect(clippy::disallowed_methods, reason = "tells how many are wanted")]
pub(crate) fn kills() -> Option<u32> {
    std::env::var("SHIPPASS_KILLS").ok()?.parse().ok()
}

/// A folder with checklists and a configuration, in which the binary is run.
pub(crate) struct Workshop {
    folder: tempfile::TempDir,
}

/// Writes a program. A child does it: were the file open for writing in here, a child that another test starts at that moment
/// would hold it open too, and the system runs nothing that somebody may still write.
pub(crate) fn write_program(path: &Path, text: &str) {
    let mut child = Command::new("sh")
        .args(["-c", "cat > \"$1\" && chmod 755 \"$1\"", "sh"])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(text.as_bytes()).expect("written");
    drop(input);
    assert!(
        child.wait().expect("it ends").success(),
        "{}",
        path.display()
    );
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) bundle: PathBuf,
}

impl Workshop {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> &Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::File::create(&path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
            .expect("written");
        self
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shippass"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env("CI", "1")
            .env_remove("NO_COLOR");
        command
    }

    /// Runs the binary; the bundle goes to `out` in the folder.
    pub(crate) fn shippass(&self, arguments: &[&str]) -> Ended {
        let output = self.command(arguments).output().expect("the binary runs");
        self.ended(&output)
    }

    pub(crate) fn ended(&self, output: &Output) -> Ended {
        Ended {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            bundle: self.path().join("out"),
        }
    }
}

impl Ended {
    pub(crate) fn document(&self) -> Value {
        let path = self.bundle.join("bundle.json");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!(
                "{}: {error}\n{}\n{}",
                path.display(),
                self.stdout,
                self.stderr
            )
        });
        serde_json::from_str(&text).expect("bundle.json is JSON")
    }

    /// The names of all detectors that found something of weight.
    pub(crate) fn detectors(&self) -> BTreeSet<String> {
        let document = self.document();
        let findings = document["findings"].as_array().expect("findings");
        findings
            .iter()
            .filter(|finding| finding["severity"] != "notice")
            .map(|finding| finding["detector"].as_str().expect("a name").to_owned())
            .collect()
    }

    /// Every step as `status name: why`.
    pub(crate) fn steps(&self) -> Vec<String> {
        let document = self.document();
        let mut lines = Vec::new();
        for checklist in document["checklists"].as_array().expect("checklists") {
            for step in checklist["steps"].as_array().expect("steps") {
                let why = step["why"]
                    .as_str()
                    .map(|why| format!(": {why}"))
                    .unwrap_or_default();
                lines.push(format!(
                    "{} {}{why}",
                    text(&step["status"]),
                    text(&step["name"])
                ));
            }
        }
        lines
    }

    pub(crate) fn statuses(&self) -> Vec<String> {
        self.steps()
            .iter()
            .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
            .collect()
    }

    pub(crate) fn why(&self, step: &str) -> String {
        let lines = self.steps();
        let line = lines.iter().find(|line| line.contains(step));
        line.unwrap_or_else(|| panic!("no step {step} in {lines:#?}"))
            .clone()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A site of a few pages on a free loopback port, for as long as the value lives.
pub(crate) struct Site {
    pub(crate) url: String,
    _runtime: tokio::runtime::Runtime,
}

impl Site {
    pub(crate) fn serve(router: axum::Router) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            _runtime: runtime,
        }
    }
}

/// What a finger needs, so that a test page is as healthy as its body.
const TOUCHABLE: &str = "a{display:inline-block;min-width:24px;min-height:24px}\
     input:not([type=checkbox],[type=radio]),select,textarea{font-size:16px;min-height:28px}";

/// A page of a phone app around a body.
pub(crate) fn page(body: &str) -> axum::response::Html<String> {
    axum::response::Html(format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <link rel=icon href='data:,'><title>Test page</title><style>{TOUCHABLE}</style></head><body>{body}</body></html>"
    ))
}
