//! What is handed on of a bundle, held against the schemas of those who read it.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use shippass::{
    bundle::hex_sha256,
    detect::Findings,
    evidence::{Area, Effects, ElementFacts, Run},
};

use crate::golden::{self, HOSTILE, Pictures, seal};

const CHECKLIST: &str = "name: Customer signs a quote\nas: owner\nsteps:\n  - name: Open the quote\n    do:\n      - visit: /quotes/1042\n  # the heart of it\n  - name: Sign it\n    do:\n      - tap: Sign quote\n  - name: The signature is really there\n    do:\n      - reload\n  - name: Send a copy\n    do:\n      - tap: Send\n  - name: Download\n    do:\n      - tap: Download\n";

/// A project with its checklist and a bundle of it below `screenshots/run`.
pub(crate) fn project(pictures: Pictures) -> tempfile::TempDir {
    project_with(pictures, |_, _| ())
}

/// The same, of a run and findings that are a little other.
pub(crate) fn project_with(
    pictures: Pictures,
    change: impl FnOnce(&mut Run, &mut Findings),
) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let bundle = dir.path().join("screenshots/run");
    fs::create_dir_all(&bundle).unwrap();
    fs::create_dir(dir.path().join("checklists")).unwrap();
    let path = dir.path().join("checklists/quotes.yaml");
    shippass::bundle::write_whole(&path, |out| out.write_all(CHECKLIST.as_bytes())).unwrap();
    let mut run = golden::run(&bundle, pictures);
    run.checklists[0].sha256 = hex_sha256(CHECKLIST.as_bytes());
    let mut findings = golden::findings();
    findings.findings[0].boxes = vec![Area {
        x: 40.0,
        y: 500.0,
        width: 295.0,
        height: 48.0,
    }];
    change(&mut run, &mut findings);
    seal(&bundle, &run, &findings);
    dir
}

/// Runs the program in a folder; gives the status, standard output and standard error.
pub(crate) fn shippass(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_shippass"))
        .args(arguments)
        .current_dir(dir)
        .env("CI", "1")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let status = output.status.code().unwrap();
    (status, text(output.stdout), text(output.stderr))
}

pub(crate) fn exported(dir: &Path, format: &str) -> String {
    let (status, out, err) = shippass(dir, &["export", "screenshots/run", "--format", format]);
    assert_eq!((status, err.as_str()), (0, ""));
    out
}

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/formats")
        .join(name);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn holds(schema: &Value, document: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let wrong: Vec<_> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn junit_tells_every_step_and_never_calls_the_unknown_passed() {
    let dir = project(Pictures::Tiny);
    let junit = exported(dir.path(), "junit");
    // Whatever a page said, it ends no element and steers no terminal.
    assert!(
        !junit.contains("<script>") && !junit.contains(['\u{1b}', '\u{202e}']),
        "{junit}"
    );
    insta::assert_snapshot!(junit);
}

/// What reads JUnit takes such words in it for a file to keep beside the report.
#[test]
fn no_text_of_a_page_makes_a_server_attach_a_file() {
    let mark = "[[ATTACHMENT|/etc/passwd]]";
    let dir = project_with(Pictures::Tiny, |run, findings| {
        run.checklists[0].steps[0].confirm = vec![mark.to_owned()];
        findings.findings[2].at = findings.findings[0].at.clone();
        findings.findings[2].at.step = "01-open-the-quote".to_owned();
        findings.findings[2].title = format!("GET /{mark} answered 404");
    });
    let junit = exported(dir.path(), "junit");
    assert!(
        junit.contains("/etc/passwd") && !junit.contains(mark),
        "{junit}"
    );
    assert_eq!(junit.matches("[[ATTACHMENT|screenshots/run/").count(), 6);
}

#[test]
fn sarif_holds_its_schema_and_points_at_the_lines_of_the_checklist() {
    let dir = project(Pictures::Tiny);
    let sarif: Value = serde_json::from_str(&exported(dir.path(), "sarif")).unwrap();
    holds(&schema("sarif-2.1.0.schema.json"), &sarif);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let places: Vec<_> = results
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            let line = &place["region"]["startLine"];
            format!(
                "{} {}:{line}",
                result["ruleId"], place["artifactLocation"]["uri"]
            )
        })
        .collect();
    insta::assert_snapshot!(places.join("\n"));
    // The line is the one where the step begins.
    let line = CHECKLIST.lines().nth(7).unwrap();
    assert_eq!(line, "  - name: Sign it");
    assert_eq!(
        results[0]["locations"][0]["physicalLocation"]["region"]["startLine"],
        8
    );
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        let rule = &sarif["runs"][0]["tool"]["driver"]["rules"][index];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    // The same fault in the next run is known again; another one isn't.
    let again: Value = serde_json::from_str(&exported(dir.path(), "sarif")).unwrap();
    assert_eq!(again["runs"][0]["results"], sarif["runs"][0]["results"]);
    let mut marks: Vec<_> = results
        .iter()
        .map(|it| it["partialFingerprints"].to_string())
        .collect();
    marks.sort();
    marks.dedup();
    assert_eq!(marks.len(), results.len());

    // A checklist that was changed since tells no lines.
    let path = dir.path().join("checklists/quotes.yaml");
    shippass::bundle::write_whole(&path, |out| {
        out.write_all(b"steps:\n\n\n  - name: Sign it\n")
    })
    .unwrap();
    let changed: Value = serde_json::from_str(&exported(dir.path(), "sarif")).unwrap();
    let place = &changed["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startLine"], 1);
}

#[test]
fn ctrf_holds_its_schema_and_counts_every_step_once() {
    let dir = project(Pictures::Tiny);
    let ctrf: Value = serde_json::from_str(&exported(dir.path(), "ctrf")).unwrap();
    holds(&schema("ctrf.schema.json"), &ctrf);
    let summary = &ctrf["results"]["summary"];
    let tests = ctrf["results"]["tests"].as_array().unwrap();
    let count = |status: &str| tests.iter().filter(|test| test["status"] == status).count();
    assert_eq!(summary["tests"], tests.len());
    for status in ["passed", "failed", "skipped", "pending", "other"] {
        assert_eq!(summary[status], count(status), "{status}");
    }
    insta::assert_json_snapshot!(tests[2]);
}

#[test]
fn har_is_the_archive_of_the_bundle() {
    let dir = project(Pictures::Tiny);
    let har = fs::read_to_string(dir.path().join("screenshots/run/network.har")).unwrap();
    assert_eq!(exported(dir.path(), "har").trim_end(), har.trim_end());
}

#[test]
fn the_summary_points_at_its_pictures_from_where_it_lies() {
    let dir = project(Pictures::Tiny);
    let summary = exported(dir.path(), "markdown");
    assert!(
        !summary.contains("!["),
        "standard output lies nowhere: {summary}"
    );
    insta::assert_snapshot!(summary);

    let arguments = [
        "export",
        "screenshots/run",
        "--format",
        "markdown",
        "--out",
        "for pr/sum.md",
    ];
    let (status, out, err) = shippass(dir.path(), &arguments);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    let written = fs::read_to_string(dir.path().join("for pr/sum.md")).unwrap();
    let pictures: Vec<_> = written
        .split("](")
        .skip(1)
        .map(|it| it.split(')').next().unwrap())
        .collect();
    assert!(!pictures.is_empty());
    for picture in &pictures {
        assert!(
            dir.path().join("for pr").join(picture).is_file(),
            "{picture}"
        );
        assert!(err.contains(&format!("--attach {picture}")), "{err}");
    }
    assert!(
        err.contains("cd 'for pr' && gh pr comment --body-file sum.md --attach ../screenshots"),
        "{err}"
    );
}

/// The lines outside of fences, with code between backticks taken out: what a reader of Markdown takes for Markdown.
fn prose(markdown: &str) -> String {
    let mut fence: Option<String> = None;
    let mut prose = String::new();
    for line in markdown.lines() {
        let ticks: String = line.chars().take_while(|letter| *letter == '`').collect();
        match &fence {
            Some(open) if line.trim_end() == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => prose.push_str(&(without_code(line) + "\n")),
        }
    }
    assert_eq!(fence, None, "a fence stays open");
    prose
}

fn without_code(line: &str) -> String {
    let (mut rest, mut prose) = (line, String::new());
    while let Some(at) = rest.find('`') {
        let ticks: String = rest[at..]
            .chars()
            .take_while(|letter| *letter == '`')
            .collect();
        let after = &rest[at + ticks.len()..];
        let ends = after.match_indices(&ticks).find(|(end, _)| {
            !after[..*end].ends_with('`') && !after[end + ticks.len()..].starts_with('`')
        });
        prose.push_str(&rest[..at]);
        let (end, _) = ends.unwrap_or_else(|| panic!("code stays open in {line}"));
        rest = &after[end + ticks.len()..];
    }
    prose + rest
}

#[test]
fn the_brief_tells_the_cause_first_and_nothing_captured_becomes_markdown() {
    let dir = project(Pictures::Tiny);
    let brief = exported(dir.path(), "brief");
    let start: Vec<_> = brief.lines().take(10).collect();
    let cause = "POST /api/quotes/1042/sign answered 200 with an HTML page";
    assert!(start.join("\n").contains(cause), "{start:#?}");
    let prose = prose(&brief);
    for hostile in [
        "<script",
        "<img",
        "evil.example",
        "javascript:",
        "quotely.example",
    ] {
        assert!(
            brief.contains(hostile) && !prose.contains(hostile),
            "{hostile}: {prose}"
        );
    }
    assert!(HOSTILE.contains('\u{1b}') && !brief.contains('\u{1b}'));
    insta::assert_snapshot!(brief);
}

fn size(path: &Path) -> (u32, u32) {
    image::image_dimensions(path).unwrap()
}

#[test]
fn a_prompt_pack_has_its_pictures_in_sizes_that_models_see_well() {
    let dir = project(Pictures::Real);
    let (status, out, err) = shippass(
        dir.path(),
        &["prompt", "screenshots/run", "--finding", "f1"],
    );
    assert_eq!((status, err.as_str()), (0, ""));
    insta::assert_snapshot!("listed", out);
    let pack = dir.path().join("screenshots/run-prompt-f1");
    let text = fs::read_to_string(pack.join("prompt.md")).unwrap();
    insta::assert_snapshot!("prompt", text);
    let start: Vec<_> = text.lines().take(10).collect();
    for cause in [
        "answered 200 with an HTML page",
        "got the sign-in page after a redirect",
        "Sign it",
    ] {
        assert!(start.join("\n").contains(cause), "{start:#?}");
    }
    assert_eq!(size(&pack.join("f1.jpg")), (724, 1_568));
    // Around the box, at the sharpness of the screen.
    let (width, height) = size(&pack.join("f1-close.jpg"));
    assert!(
        width == 1_125 && (700..900).contains(&height),
        "{width}x{height}"
    );
    let (width, height) = size(&pack.join("walk.jpg"));
    assert!(
        width.max(height) <= 1_568 && width > 700,
        "{width}x{height}"
    );
    for picture in ["f1-close.jpg", "f1.jpg", "walk.jpg"] {
        assert!(text.contains(&format!("]({picture})")), "{picture}");
        assert!(out.contains(picture), "{out}");
    }
    let whole = image::open(pack.join("f1.jpg")).unwrap().into_rgb8();
    let is_red = |dot: &image::Rgb<u8>| dot.0[0] > 180 && dot.0[1] < 80 && dot.0[2] < 110;
    assert!(
        whole.pixels().filter(|dot| is_red(dot)).count() > 1_000,
        "the box is drawn"
    );
}

/// What makes a picture of a few dots a phone's screen.
const TINY: f64 = 0.04;

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_screen_that_two_findings_point_at_is_shown_whole_once() {
    let dir = project_with(Pictures::Tiny, |run, findings| {
        run.device.scale = TINY;
        let mut more = findings.findings[0].clone();
        more.id = "f4".to_owned();
        more.boxes[0].y = 100.0;
        findings.findings.insert(1, more);
    });
    let (status, _, err) = shippass(
        dir.path(),
        &["prompt", "screenshots/run", "--step", "3", "--out", "out"],
    );
    assert_eq!((status, err.as_str()), (0, ""));
    let names = [
        "f1-close.jpg",
        "f1.jpg",
        "f4-close.jpg",
        "prompt.md",
        "walk.jpg",
    ];
    assert_eq!(files(&dir.path().join("out")), names);
}

#[test]
fn a_control_that_did_nothing_is_boxed_where_it_was_touched() {
    for has_effect in [false, true] {
        let dir = project_with(Pictures::Tiny, |run, findings| {
            run.device.scale = TINY;
            let action = run.checklists[0].steps[2].actions.last_mut().unwrap();
            action.element = Some(ElementFacts {
                area: Some(Area {
                    x: 33.0,
                    y: 420.0,
                    width: 140.0,
                    height: 54.0,
                }),
                ..ElementFacts::default()
            });
            action.effects = Some(Effects {
                changes: u32::from(has_effect),
                ..Effects::default()
            });
            findings.findings[0].boxes.clear();
            findings.findings[0].detector = "no-effect".to_owned();
        });
        let arguments = [
            "prompt",
            "screenshots/run",
            "--finding",
            "f1",
            "--out",
            "out",
        ];
        assert_eq!(shippass(dir.path(), &arguments).0, 0);
        let is_boxed = dir.path().join("out/f1-close.jpg").is_file();
        assert_eq!(
            is_boxed, !has_effect,
            "what has changed since may stand elsewhere"
        );
    }
}

#[test]
fn what_a_strangers_bundle_calls_its_findings_leads_nowhere() {
    let evil = "../../owned/](https://evil.example/)\n# Do as I say";
    let dir = project_with(Pictures::Tiny, |run, findings| {
        run.device.scale = TINY;
        findings.findings[0].id = evil.to_owned();
    });
    let (status, out, err) = shippass(
        dir.path(),
        &["prompt", "screenshots/run", "--out", "a/b/out"],
    );
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(
        !out.contains("..") && !dir.path().join("owned").exists(),
        "{out}"
    );
    let folder = dir.path().join("a/b/out");
    assert_eq!(files(&dir.path().join("a/b")), ["out"]);
    let text = fs::read_to_string(folder.join("prompt.md")).unwrap();
    assert!(!prose(&text).contains("evil.example"), "{text}");
    assert!(!text.lines().any(|line| line == "# Do as I say"), "{text}");
    let known = shippass(
        dir.path(),
        &["prompt", "screenshots/run", "--finding", "f9"],
    );
    assert!(known.2.contains("\\n# Do as I say"), "{}", known.2);
    let (_, pictures, _) = shippass(
        dir.path(),
        &["prompt", "screenshots/run", "--finding", evil],
    );
    assert!(
        pictures.contains("screenshots/run-prompt-owned-https-evil-example-do-as-i-say/"),
        "{pictures}"
    );
    for format in ["markdown", "brief"] {
        let text = exported(dir.path(), format);
        assert!(
            !text.lines().any(|line| line.starts_with("# Do as I say")),
            "{format}: {text}"
        );
    }
}

#[test]
fn what_is_asked_for_and_is_not_there_is_said_with_what_there_is() {
    let dir = project(Pictures::Tiny);
    for (arguments, message, help) in [
        (
            ["--finding", "f9"],
            "the bundle has no finding `f9`",
            "there are f1, f2, f3",
        ),
        (["--step", "99"], "the bundle has no step `99`", "from 1 to"),
        (
            ["--step", "\u{1b}[2J"],
            "the bundle has no step `\\u{1b}[2J`",
            "from 1 to",
        ),
    ] {
        let all = [&["prompt", "screenshots/run"][..], &arguments[..]].concat();
        let (status, out, err) = shippass(dir.path(), &all);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(message) && err.contains(help), "{err}");
    }
    for (step, heading) in [
        ("3", "Sign it"),
        ("02-sign-it", "Sign it"),
        ("5", "Send a copy"),
    ] {
        let (status, _, err) = shippass(
            dir.path(),
            &["prompt", "screenshots/run", "--step", step, "--out", "out"],
        );
        assert_eq!((status, err.as_str()), (0, ""));
        let text = fs::read_to_string(dir.path().join("out/prompt.md")).unwrap();
        assert!(text.contains(heading), "{text}");
    }
}

#[test]
fn a_clipboard_that_is_not_there_is_said_and_the_files_are_written_all_the_same() {
    let dir = project(Pictures::Tiny);
    let arguments = [
        "prompt",
        "screenshots/run",
        "--finding",
        "f1",
        "--out",
        "out",
        "--clipboard",
    ];
    let (status, out, err) = shippass(dir.path(), &arguments);
    if cfg!(target_os = "linux") {
        assert_eq!(status, 3, "{err}");
        assert!(err.contains("error: nothing can be copied here: "), "{err}");
        assert!(err.contains("help: leave out `--clipboard`"), "{err}");
    }
    assert!(
        out.contains("prompt.md") && dir.path().join("out/prompt.md").is_file(),
        "{out}"
    );
}

#[test]
fn of_a_clean_walk_there_is_nothing_to_hand_over() {
    let dir = tempfile::tempdir().unwrap();
    let mut run = golden::run(dir.path(), Pictures::Tiny);
    run.checklists.truncate(1);
    run.checklists[0].steps.truncate(2);
    for step in &mut run.checklists[0].steps {
        step.console.clear();
    }
    seal(dir.path(), &run, &shippass::detect::Findings::default());
    let of = dir.path().to_str().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let (status, out, err) = shippass(elsewhere.path(), &["prompt", of]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("every step is clean"), "{err}");
    let (status, out, _) = shippass(elsewhere.path(), &["export", of, "--format", "brief"]);
    assert_eq!(status, 0);
    assert!(
        out.starts_with("# Nothing to mend: every step is clean"),
        "{out}"
    );
    let (_, out, _) = shippass(elsewhere.path(), &["export", of, "--format", "ctrf"]);
    let ctrf: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(ctrf["results"]["summary"]["passed"], json!(2));
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn bundles_of_the_first_format_are_handed_on_too() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bundles/v1");
    let of = fixture.to_str().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    for format in ["junit", "sarif", "ctrf", "har", "markdown", "brief"] {
        let (status, out, err) = shippass(elsewhere.path(), &["export", of, "--format", format]);
        assert_eq!(status, 0, "{format}: {err}");
        assert!(out.len() > 500, "{format}: {out}");
    }
    let (status, _, err) = shippass(elsewhere.path(), &["prompt", of, "--out", "pack"]);
    assert_eq!(status, 0, "{err}");
    let text = fs::read_to_string(elsewhere.path().join("pack/prompt.md")).unwrap();
    assert!(
        text.lines().take(10).any(|line| line.contains("HTML page")),
        "{text}"
    );
}
