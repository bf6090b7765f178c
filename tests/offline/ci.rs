//! The GitHub action and the lines of `docs/ci.md`, done as a runner does them.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde_json::Value;
use shippass::detect::Findings;

use crate::golden::{self, Pictures, seal};
use crate::support::write_program;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

fn action() -> Value {
    yaml(&fs::read_to_string(root().join("action.yml")).unwrap())
}

/// A runner's folder, with a `shippass` whose `run` gives the golden bundle and ends as it is told.
struct Runner {
    folder: tempfile::TempDir,
    inputs: BTreeMap<String, String>,
    status: String,
}

impl Runner {
    fn new(ends_with: i32, inputs: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let golden = folder.path().join("golden");
        fs::create_dir(&golden).unwrap();
        seal(
            &golden,
            &golden::run(&golden, Pictures::Tiny),
            &golden::findings(),
        );
        let program = folder.path().join("shippass");
        let real = env!("CARGO_BIN_EXE_shippass");
        let text = format!(
            "#!/bin/sh\nif [ \"$1\" = run ]; then\n  printf '<%s>' \"$@\" > arguments\n  mkdir -p \"$(dirname \"$3\")\"\n  \
             [ {ends_with} = 3 ] || cp -r golden \"$3\"\n  exit {ends_with}\nfi\nexec {real} \"$@\"\n"
        );
        write_program(&program, &text);
        let mut all = BTreeMap::new();
        for (name, input) in action()["inputs"].as_object().unwrap() {
            all.insert(name.clone(), input["default"].as_str().unwrap().to_owned());
        }
        for (name, value) in inputs {
            assert!(
                all.insert((*name).to_owned(), (*value).to_owned())
                    .is_some(),
                "{name}"
            );
        }
        Self {
            folder,
            inputs: all,
            status: String::new(),
        }
    }

    fn filled(&self, text: &str) -> String {
        let mut text = text.replace("${{ steps.walk.outputs.status }}", &self.status);
        for (name, value) in &self.inputs {
            text = text.replace(&format!("${{{{ inputs.{name} }}}}"), value);
        }
        assert!(!text.contains("${{"), "{text}");
        text
    }

    /// Does one step by its name; gives its exit status.
    fn step(&mut self, name: &str) -> i32 {
        let action = action();
        let steps = action["runs"]["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["name"] == name).unwrap();
        let path = format!("{}:/usr/bin:/bin", self.folder.path().display());
        let output = self.folder.path().join("output");
        let mut command = Command::new("bash");
        // As a runner calls it.
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c"]);
        command.arg(step["run"].as_str().unwrap());
        command
            .env_clear()
            .env("PATH", path)
            .env("CI", "1")
            .current_dir(self.folder.path());
        command.env("GITHUB_OUTPUT", &output);
        command.env("GITHUB_STEP_SUMMARY", self.folder.path().join("summary.md"));
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            command.env(name, self.filled(value.as_str().unwrap()));
        }
        let status = command.status().unwrap().code().unwrap();
        if let Some(status) = fs::read_to_string(&output)
            .unwrap_or_default()
            .strip_prefix("status=")
        {
            status.trim_end().clone_into(&mut self.status);
        }
        status
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }
}

#[test]
fn no_input_is_ever_a_part_of_a_script() {
    for step in action()["runs"]["steps"].as_array().unwrap() {
        if let Some(script) = step["run"].as_str() {
            assert_eq!(step["shell"], "bash", "{script}");
            assert!(!script.contains("${{"), "{script}");
        }
    }
}

#[test]
fn a_flagged_walk_is_told_and_kept_and_the_job_fails_as_the_walk_did() {
    let hostile = "a; touch owned\n\nb c/$(touch owned).yaml";
    let mut runner = Runner::new(
        1,
        &[
            ("target", "preview"),
            ("checklists", hostile),
            ("as", "owner"),
        ],
    );
    assert_eq!(runner.step("Walk"), 0);
    assert_eq!(
        runner.read("arguments"),
        "<run><--out><screenshots/ci><--target><preview><--as><owner><a; touch owned><b c/$(touch owned).yaml>"
    );
    assert_eq!(runner.step("What was found"), 0);
    assert!(
        runner
            .read("summary.md")
            .starts_with("## shippass: 7 steps, 1 failed")
    );
    assert!(
        runner
            .read("screenshots/ci.xml")
            .contains("<testsuites name=\"shippass\"")
    );
    let sarif: Value = serde_json::from_str(&runner.read("screenshots/ci.sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(runner.folder.path().join("screenshots/ci.zip").is_file());
    assert_eq!(runner.step("How it ended"), 1);
    assert!(!runner.folder.path().join("owned").exists());
}

#[test]
fn parts_are_walked_by_themselves_and_made_one() {
    let mut runner = Runner::new(0, &[("shard", "2/4"), ("device", "iphone-15")]);
    assert_eq!(runner.step("Walk"), 0);
    assert_eq!(
        runner.read("arguments"),
        "<run><--out><screenshots/ci><--shard><2/4><--device><iphone-15>"
    );
    let mut runner = Runner::new(0, &[("merge", "part-*\n\nno; touch owned/*")]);
    let part = runner.folder.path().join("part-1");
    fs::create_dir(&part).unwrap();
    let mut run = golden::run(&part, Pictures::Tiny);
    run.checklists.truncate(1);
    seal(&part, &run, &Findings::default());
    assert_eq!(runner.step("Walk"), 0);
    assert_eq!(runner.step("What was found"), 0);
    assert_eq!(
        runner.step("How it ended"),
        1,
        "what was walked there is flagged"
    );
    assert!(
        runner
            .read("summary.md")
            .starts_with("## shippass: 6 steps")
    );
    assert!(!runner.folder.path().join("owned").exists());
    let mut nothing = Runner::new(0, &[("merge", "parts/*/ci")]);
    assert_eq!((nothing.step("Walk"), nothing.step("How it ended")), (0, 2));
}

/// A job whose walk finds something fails, and keeps all the same what it built and what it found.
#[test]
fn what_was_built_and_found_is_kept_whatever_was_found() {
    let action = action();
    let steps = action["runs"]["steps"].as_array().unwrap();
    let at = |name: &str| steps.iter().position(|step| step["name"] == name).unwrap();
    let saved = at("The program, kept for the next run");
    assert!(at("Set up") < saved && saved < at("Walk"));
    assert_eq!(steps[saved]["uses"], "actions/cache/save@v4");
    assert_eq!(
        steps[saved]["with"]["path"],
        steps[at("The program, kept from an earlier run")]["with"]["path"]
    );
    for name in ["What was found", "The bundle"] {
        assert_eq!(steps[at(name)]["if"], "always()", "{name}");
    }
}

#[test]
fn a_walk_without_a_bundle_fails_with_its_own_status_and_no_other() {
    let mut runner = Runner::new(
        3,
        &[("url", "http://localhost:1/"), ("expect-commit", "9c1f0e2")],
    );
    assert_eq!(runner.step("Walk"), 0);
    assert_eq!(
        runner.read("arguments"),
        "<run><--out><screenshots/ci><--url><http://localhost:1/><--expect-commit><9c1f0e2>"
    );
    assert_eq!(runner.step("What was found"), 0);
    assert_eq!(runner.step("How it ended"), 3);
    let mut runner = Runner::new(0, &[]);
    assert_eq!((runner.step("Walk"), runner.step("How it ended")), (0, 0));
}

#[test]
fn what_the_documentation_shows_is_yaml_and_its_commands_are_understood() {
    let text = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let blocks: Vec<_> = text
        .split("```yaml\n")
        .skip(1)
        .map(|it| it.split("```").next().unwrap())
        .collect();
    assert_eq!(blocks.len(), 5);
    let inputs = action()["inputs"].as_object().unwrap().clone();
    let mut calls = 0;
    for workflow in &blocks[..2] {
        let workflow = yaml(workflow);
        let jobs = workflow["jobs"].as_object().unwrap().values();
        let steps = jobs.flat_map(|job| job["steps"].as_array().unwrap());
        for step in steps.filter(|step| step["uses"] == "OWNER/shippass@main") {
            let with = step["with"].as_object().unwrap();
            assert!(
                with.keys().all(|name| inputs.contains_key(name)),
                "{with:?}"
            );
            calls += 1;
        }
    }
    assert_eq!(calls, 3);

    let gate = yaml(blocks[2])["jobs"]["signed-off"]["steps"][3]["run"].clone();
    let jobs: Vec<_> = blocks[3..].iter().map(|it| yaml(it)).collect();
    assert_eq!(jobs[0]["shippass"]["cache"]["when"], "always");
    let lines: Vec<_> = jobs
        .iter()
        .flat_map(|jobs| jobs.as_object().unwrap().values())
        .flat_map(|job| {
            ["script", "after_script"].map(|part| job[part].as_array().unwrap().clone())
        })
        .flatten()
        .collect();
    assert_eq!(lines.len(), 7);
    for line in lines.iter().chain([&gate]) {
        let line = line
            .as_str()
            .unwrap()
            .replace("$CI_NODE_INDEX/$CI_NODE_TOTAL", "1/4")
            .replace("$COMMIT", "9c1f0e2d");
        let words = line.strip_prefix(".cache/shippass/bin/").unwrap_or(&line);
        let words = words.strip_prefix("shippass ").unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let words = words.split(' ').map(|word| word.trim_matches('"'));
        let output = Command::new(env!("CARGO_BIN_EXE_shippass"))
            .args(words)
            .current_dir(elsewhere.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // There is no project there; but what was meant is understood.
        assert!(!said.contains("Usage:"), "{line}: {said}");
        assert_eq!(output.status.code(), Some(2), "{line}: {said}");
    }
}
