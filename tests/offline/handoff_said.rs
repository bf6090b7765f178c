//! What a hand-off says is so: of runs that were cut off, of bundles that were merged, of walks too long for one sheet.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use shippass::{
    checklist::Source,
    config::{Environment, read_project},
    detect::Findings,
    evidence::{DeviceFacts, Run, StepRun},
};

use crate::{
    golden::Pictures,
    handoff::{exported, project_with, shippass},
    replayed::put,
    support::{assistant::Assistant, write_program},
};

/// Only the steps before the fault, and what is planned behind them.
fn without_fault(run: &mut Run, findings: &mut Findings) {
    run.checklists.truncate(1);
    run.checklists[0].steps.truncate(2);
    for step in &mut run.checklists[0].steps {
        step.console.clear();
    }
    *findings = Findings::default();
}

fn unrun(id: &str, name: &str, why: &str) -> StepRun {
    StepRun {
        id: id.to_owned(),
        name: name.to_owned(),
        not_run: Some(why.to_owned()),
        ..StepRun::default()
    }
}

fn json(dir: &Path, format: &str) -> Value {
    serde_json::from_str(&exported(dir, format)).unwrap()
}

#[test]
fn steps_that_never_ran_are_handed_over_and_nothing_is_called_clean() {
    let dir = project_with(Pictures::Tiny, |run, findings| {
        without_fault(run, findings);
        run.info.cut_short = Some("interrupted".to_owned());
        let steps = &mut run.checklists[0].steps;
        steps.push(unrun(
            "02-type",
            "Type",
            "it types, and production is only looked at",
        ));
        steps.push(unrun("03-sign-it", "Sign it", "the run was interrupted"));
        steps.push(unrun(
            "04-send",
            "Send",
            "it types, and production is only looked at",
        ));
    });
    let (status, out, err) = shippass(dir.path(), &["prompt", "screenshots/run", "--out", "out"]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let prompt = fs::read_to_string(dir.path().join("out/prompt.md")).unwrap();
    let brief = exported(dir.path(), "brief");
    for text in [&prompt, &brief] {
        assert!(!text.contains("every step is clean"), "{text}");
        let mut lines = text.lines();
        assert_eq!(
            lines.next().unwrap(),
            "# Nothing to mend was seen; 3 steps never ran"
        );
        assert!(
            text.contains("- step-3, step 3 and 1 more: Never ran: `it types, and production is only looked at`"),
            "{text}"
        );
        assert!(
            text.contains(
                "- step 3 `Type`, step 5 `Send`: `it types, and production is only looked at`"
            ),
            "{text}"
        );
        assert!(
            text.contains("- step-4, step 4: Never ran: `the run was interrupted`"),
            "{text}"
        );
        assert!(text.contains("The run was cut short"), "{text}");
    }
    let summary = exported(dir.path(), "markdown");
    assert!(
        summary.contains(
            "Never ran: `it types, and production is only looked at`, and in 1 more step"
        ),
        "{summary}"
    );
}

#[test]
fn steps_that_never_ran_take_no_room_from_what_was_seen() {
    let dir = project_with(Pictures::Tiny, |run, findings| {
        without_fault(run, findings);
        let steps = &mut run.checklists[0].steps;
        for number in 2..14 {
            let why = format!("step {number} needs what {} makes", number - 1);
            steps.push(unrun(&format!("{number:02}-later"), "Later", &why));
        }
        let mut failed = steps[1].clone();
        failed.id = "14-sign-it".to_owned();
        failed.name = "Sign it".to_owned();
        failed.undecided.push("the answer never arrived".to_owned());
        steps.push(failed);
    });
    let brief = exported(dir.path(), "brief");
    assert!(
        brief.starts_with("# 1 thing to mend; 12 steps never ran\n\n- step-15, step 15: "),
        "{brief}"
    );
    let (told, unrun) = brief.split_once("\n## Never ran\n").unwrap();
    assert!(told.contains("\n## step-15: "), "{brief}");
    assert!(!told.contains("are told below"), "{brief}");
    assert_eq!(unrun.matches("`Later`").count(), 12, "{brief}");
    assert_eq!(unrun.trim().lines().count(), 12, "{brief}");
}

#[test]
fn a_run_that_was_cut_short_between_clean_steps_is_not_clean() {
    let dir = project_with(Pictures::Tiny, |run, findings| {
        without_fault(run, findings);
        run.info.cut_short = Some("shard 2/2 is missing".to_owned());
    });
    let (status, out, err) = shippass(dir.path(), &["prompt", "screenshots/run"]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    assert!(
        err.contains("nothing was flagged, but the run was cut short (shard 2/2 is missing)"),
        "{err}"
    );
    let brief = exported(dir.path(), "brief");
    assert!(
        brief.starts_with("# Nothing to mend was seen; the run was cut short\n"),
        "{brief}"
    );
}

const RUNS_ANOTHER: &str = "name: Customer signs a quote\nsteps:\n  - name: Open the quote\n    do: [visit: /quotes/1042]\n\n  - name: Sign it\n    do:\n      - run: ../parts/sign.yaml\n";
const PART: &str =
    "name: Signing\nsteps:\n  - name: Tap\n    do: [{ run: { checklist: shared/tap.yaml } }]\n";
const PART_OF_PART: &str = "name: Tapping\nsteps:\n  - name: Once\n    do: [tap: Sign]\n";

#[test]
fn a_checklist_that_runs_others_is_pointed_at_where_its_steps_stand() {
    let files = [
        ("checklists/quotes.yaml", RUNS_ANOTHER),
        ("parts/sign.yaml", PART),
        ("parts/shared/tap.yaml", PART_OF_PART),
    ];
    let sources = files.map(|(name, text)| Source { name, text });
    let project = read_project(None, &sources, &Environment::default(), &[]).unwrap();
    let hash = project.checklists[0].sha256.clone();
    let dir = project_with(Pictures::Tiny, |run, _| run.checklists[0].sha256 = hash);
    for (name, text) in files {
        put(dir.path(), name, text.as_bytes());
    }
    let line = || {
        let sarif = json(dir.path(), "sarif");
        let first = sarif["runs"][0]["results"][0].clone();
        assert_eq!(first["ruleId"], "html-for-json");
        first["locations"][0]["physicalLocation"]["region"]["startLine"].clone()
    };
    assert_eq!(line(), 6);
    assert!(exported(dir.path(), "brief").contains("(`checklists/quotes.yaml`:6)"));
    // What is run has been changed since: the walk was another one.
    put(
        dir.path(),
        "parts/shared/tap.yaml",
        b"name: Tapping\nsteps: []\n",
    );
    assert_eq!(line(), 1);
}

/// What `gh` does with the line, but for GitHub: both kinds of files are there, and each picture is where the text has it.
const GH: &str = "#!/bin/sh\nset -eu\n[ \"$1 $2 $3\" = 'pr comment --body-file' ]\nbody=$4\nshift 4\nwhile [ $# -gt 0 ]; do\n  [ \"$1\" = --attach ] && [ -f \"$2\" ]\n  grep -qF -e \"]($2)\" -e \"](<$2>)\" \"$body\"\n  echo \"$2\"\n  shift 2\ndone\n";

#[test]
fn the_line_for_a_pull_request_does_what_it_says() {
    let dir = project_with(Pictures::Tiny, |_, _| ());
    fs::create_dir(dir.path().join("my (last) runs")).unwrap();
    fs::rename(
        dir.path().join("screenshots/run"),
        dir.path().join("my (last) runs/it's one"),
    )
    .unwrap();
    fs::create_dir(dir.path().join("bin")).unwrap();
    write_program(&dir.path().join("bin/gh"), GH);
    for out in ["sum.md", "for pr/new/sum it's.md", "-x/-y.md"] {
        let out_option = format!("--out={out}");
        let arguments = [
            "export",
            "my (last) runs/it's one",
            "--format",
            "markdown",
            &out_option,
        ];
        let (status, _, err) = shippass(dir.path(), &arguments);
        assert_eq!(status, 0, "{err}");
        let line = err
            .split_once("to put it under a pull request: ")
            .unwrap()
            .1;
        let path = format!("{}:/usr/bin:/bin", dir.path().join("bin").display());
        let done = Command::new("sh")
            .args(["-ec", line])
            .env("PATH", path)
            .current_dir(dir.path())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(
            done.status.success(),
            "{line}{}",
            String::from_utf8_lossy(&done.stderr)
        );
        assert!(told.lines().count() > 1, "{line}{told}");
    }
    // There is no way to say it.
    let (status, _, err) = shippass(
        dir.path(),
        &[
            "export",
            "my (last) runs/it's one",
            "--format",
            "markdown",
            "--out",
            "a#b/c/sum.md",
        ],
    );
    assert_eq!(status, 0, "{err}");
    assert!(
        err.contains("cd 'a#b/c' && gh pr comment"),
        "the way up has none: {err}"
    );
    fs::rename(dir.path().join("my (last) runs"), dir.path().join("run #7")).unwrap();
    let (_, _, err) = shippass(
        dir.path(),
        &[
            "export",
            "run #7/it's one",
            "--format",
            "markdown",
            "--out",
            "sum.md",
        ],
    );
    assert!(
        err.contains("`gh` can't attach the pictures: a `#`"),
        "{err}"
    );
    let text = fs::read_to_string(dir.path().join("sum.md")).unwrap();
    assert!(text.contains("(<run %237/it's one/screens/"), "{text}");
}

/// As `merge` writes it: the first bundle's device stands for all, and what was walked elsewhere says so.
fn merged() -> tempfile::TempDir {
    project_with(Pictures::Real, |run, findings| {
        run.checklists.truncate(1);
        "production".clone_into(&mut run.target.kind);
        let phone = run.device.clone();
        run.device = DeviceFacts {
            name: "1125x2436@1".to_owned(),
            width: 1_125,
            height: 2_436,
            scale: 1.0,
            ..phone.clone()
        };
        let wide = run.checklists[0].clone();
        run.checklists[0].device = Some(phone);
        run.checklists.insert(0, wide);
        for finding in &mut findings.findings {
            finding.at.checklist = 1;
        }
    })
}

#[test]
fn what_was_walked_on_another_device_is_boxed_and_told_there() {
    let dir = merged();
    let arguments = [
        "prompt",
        "screenshots/run",
        "--finding",
        "f1",
        "--out",
        "out",
    ];
    let (status, _, err) = shippass(dir.path(), &arguments);
    assert_eq!((status, err.as_str()), (0, ""));
    let whole = image::open(dir.path().join("out/f1.jpg"))
        .unwrap()
        .into_rgb8();
    let rows: Vec<u32> = whole
        .enumerate_pixels()
        .filter(|(_, _, dot)| dot.0[0] > 180 && dot.0[1] < 80 && dot.0[2] < 110)
        .map(|(_, y, _)| y)
        .collect();
    // At 500 CSS pixels, of which each is three dots; and the picture is 1,568 high instead of 2,436.
    let [first, last] = [rows.iter().min().unwrap(), rows.iter().max().unwrap()];
    assert!(
        (950..980).contains(first) && (1_040..1_075).contains(last),
        "{first} to {last}"
    );

    let prompt = fs::read_to_string(dir.path().join("out/prompt.md")).unwrap();
    let seen = prompt
        .lines()
        .find(|line| line.starts_with("- Seen: "))
        .unwrap();
    assert!(
        seen.contains(" as `375x812@3` in `chromium` ") && !seen.contains("1125x2436@1"),
        "{seen}"
    );
    // Named even where it is the default: `shippass.yaml` may have another one.
    assert!(
        prompt.contains(
            "`shippass run --target preview --as owner --device 375x812@3 --allow-production checklists/quotes.yaml`"
        ),
        "{prompt}"
    );
    let first = shippass(
        dir.path(),
        &["prompt", "screenshots/run", "--step", "2", "--out", "wide"],
    );
    assert_eq!(first.0, 0, "{}", first.2);
    let wide = fs::read_to_string(dir.path().join("wide/prompt.md")).unwrap();
    assert!(
        wide.contains("--as owner --device 1125x2436@1 --allow-production checklists/"),
        "{wide}"
    );

    let junit = exported(dir.path(), "junit");
    assert!(
        junit.contains("<testsuite name=\"Customer signs a quote (as owner) on 375x812@3\""),
        "{junit}"
    );
    for device in ["1125x2436@1", "375x812@3"] {
        assert_eq!(
            junit
                .matches(&format!("<property name=\"device\" value=\"{device}\""))
                .count(),
            1,
            "{junit}"
        );
    }
    let ctrf = json(dir.path(), "ctrf");
    let tests = ctrf["results"]["tests"].as_array().unwrap();
    let (first, last) = (&tests[0], tests.last().unwrap());
    assert_eq!(
        (&first["device"], &last["device"]),
        (&"1125x2436@1".into(), &"375x812@3".into())
    );
    let summary = exported(dir.path(), "markdown");
    assert!(
        summary.contains("as `1125x2436@1` in `chromium`")
            && summary.contains(", as `375x812@3` in `chromium`"),
        "{summary}"
    );

    // The same fault on another device is another one.
    let marks: Vec<_> = json(dir.path(), "sarif")["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["partialFingerprints"].to_string())
        .collect();
    let mut once = marks.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), marks.len(), "{marks:#?}");
}

/// A walk of so many clean steps before the golden ones, with names in other scripts.
fn long(clean: usize) -> tempfile::TempDir {
    project_with(Pictures::Tiny, |run, _| {
        let mut list = run.checklists[0].clone();
        let open = list.steps[1].clone();
        list.steps = (0..clean)
            .map(|number| StepRun {
                id: format!("{number:03}-podpisz"),
                name: format!("Подписать {number}…"),
                console: Vec::new(),
                ..open.clone()
            })
            .collect();
        "Long".clone_into(&mut list.name);
        run.checklists.push(list);
    })
}

#[test]
fn a_sheet_that_has_no_room_for_all_says_what_is_on_it() {
    let dir = long(150);
    let (status, out, err) = shippass(dir.path(), &["prompt", "screenshots/run", "--out", "out"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let text = fs::read_to_string(dir.path().join("out/prompt.md")).unwrap();
    let what = "120 of the walk's 157 steps, first of all those that aren't clean";
    assert!(
        text.contains("## 120 of the walk's 157 steps\n") && text.contains(what),
        "{text}"
    );
    assert!(
        out.contains(what) && !out.contains("the whole walk"),
        "{out}"
    );
}

#[test]
fn an_assistant_hears_of_what_is_open_before_what_is_clean() {
    // The open ones stand first in this walk; so let them be the last.
    let dir = project_with(Pictures::Tiny, |run, findings| {
        let signing = run.checklists.remove(0);
        let mut list = signing.clone();
        "Long".clone_into(&mut list.name);
        list.steps = (0..130)
            .map(|number| StepRun {
                id: format!("{number:03}-x"),
                ..signing.steps[0].clone()
            })
            .collect();
        run.checklists = vec![list, signing];
        for finding in &mut findings.findings {
            finding.at.checklist = 1;
        }
    });
    let mut assistant = Assistant::start(dir.path());
    let answer = assistant.ask(
        "tools/call",
        &serde_json::json!({ "name": "list_findings", "arguments": {} }),
    );
    let holds = &answer["result"]["structuredContent"]["holds"];
    let steps = holds["steps"].as_array().unwrap();
    assert_eq!(
        (steps.len(), &holds["steps_left_out"]),
        (100, &36.into()),
        "{holds}"
    );
    let open = steps
        .iter()
        .filter(|step| step["status"] != "clean")
        .count();
    assert!(open >= 3 && steps[99]["number"] == 136, "{holds}");
    assert_eq!(assistant.status(), 0);
}

#[test]
fn a_bundle_is_named_behind_clipboard_too() {
    let dir = project_with(Pictures::Tiny, |_, _| ());
    let (_, out, err) = shippass(
        dir.path(),
        &["prompt", "--out", "out", "--clipboard", "screenshots/run"],
    );
    assert!(
        out.contains("out/prompt.md") && !err.contains("invalid value"),
        "{err}"
    );
}

#[test]
fn zips_are_compared_as_their_folders_are() {
    let dir = project_with(Pictures::Tiny, |_, _| ());
    assert_eq!(
        shippass(dir.path(), &["pack", "screenshots/run", "--out", "a.zip"]).0,
        0
    );
    let (status, out, err) = shippass(
        dir.path(),
        &[
            "compare",
            "a.zip",
            "screenshots/run",
            "--html",
            "differs.html",
        ],
    );
    assert_eq!(status, 0, "{out}{err}");
    assert!(fs::metadata(dir.path().join("differs.html")).unwrap().len() > 10_000);
}

#[test]
fn a_shard_says_that_it_is_a_part() {
    let dir = project_with(Pictures::Tiny, |run, _| {
        run.info.shard = Some("2/4".parse().unwrap());
    });
    assert!(
        exported(dir.path(), "markdown")
            .contains("This is shard 2/4: the checklists of the other shards are not in it.")
    );
    let junit = exported(dir.path(), "junit");
    assert!(
        junit.contains("<testsuites name=\"shippass, shard 2/4\""),
        "{junit}"
    );
    assert!(
        junit.contains("<property name=\"shard\" value=\"2/4\""),
        "{junit}"
    );
}
