//! Every detector over its fixtures: `fires*` is found, by nothing else; `quiet*` looks alike and is not.
//! `_healthy` are whole passes in which nothing is wrong, `_judged` are steps and what is said of them.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use insta::{Settings, assert_snapshot};
use jiff::civil::date;
use shippass::{
    checklist::PathPattern,
    config::{IgnoreRule, RequestPattern},
    detect::{self, Findings, RULES, Severity, Status},
    evidence::Run,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/detectors")
}

/// A recorded run and what it is to show.
struct Fixture {
    /// `html-for-json`, `_healthy`.
    folder: String,
    /// `fires-accept-asks-for-json.json`.
    file: String,
    run: Run,
    /// Detectors that flag it rightly beside its folder's own.
    also_found: BTreeSet<String>,
}

/// What a fixture says of itself beside its run.
#[derive(serde::Deserialize)]
struct Said {
    #[serde(default)]
    also_found: BTreeSet<String>,
}

impl Fixture {
    fn read(path: &Path) -> Self {
        let name =
            |part: Option<&std::ffi::OsStr>| part.expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(path).expect("a fixture");
        Self {
            folder: name(path.parent().and_then(Path::file_name)),
            file: name(path.file_name()),
            run: parsed(path, &text),
            also_found: parsed::<Said>(path, &text).also_found,
        }
    }

    fn inspect(&self) -> Findings {
        inspect(&self.run, &[])
    }

    /// Snapshots are named after the fixture.
    fn settings(&self) -> Settings {
        let mut settings = Settings::clone_current();
        settings.set_snapshot_suffix(format!("{}__{}", self.folder, self.file));
        settings
    }
}

fn parsed<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The fixtures of a folder, or of every detector when it is `*`, whose names begin like that.
fn fixtures(folder: &str, begin: &str) -> Vec<Fixture> {
    let folders: Vec<_> = match folder {
        "*" => RULES.iter().map(|rule| root().join(rule.name)).collect(),
        _ => vec![root().join(folder)],
    };
    let mut paths: Vec<_> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            name.starts_with(begin) && name.ends_with(".json")
        })
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "there are fixtures in {folder}");
    paths.iter().map(|path| Fixture::read(path)).collect()
}

fn inspect(run: &Run, ignore: &[IgnoreRule]) -> Findings {
    detect::inspect(run, ignore, date(2026, 11, 20))
}

/// Detectors that flag a step; a notice flags none.
fn flagging(findings: &Findings) -> BTreeSet<String> {
    let heavy = findings
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Notice);
    heavy.map(|finding| finding.detector.clone()).collect()
}

fn in_words(findings: &Findings) -> String {
    let mut text = String::new();
    for finding in &findings.findings {
        let _ = write!(
            text,
            "{} {:?}: {}\n  at {}",
            finding.id, finding.severity, finding.title, finding.at.step
        );
        for also in &finding.also_at {
            let _ = write!(text, ", {}", also.step);
        }
        let _ = write!(text, "\n  {}\n", finding.detail);
        for signal in &finding.signals {
            let _ = writeln!(text, "  - {signal}");
        }
        let _ = writeln!(
            text,
            "  requests {:?}, console {:?}",
            finding.requests, finding.console
        );
    }
    for noise in &findings.noise {
        let _ = writeln!(text, "noise ({}): {}", noise.rule, noise.what);
    }
    text
}

#[test]
fn what_is_wrong_is_found_by_its_own_detector_and_by_nothing_else() {
    for fixture in fixtures("*", "fires") {
        let findings = fixture.inspect();
        // One that speaks of other findings stands beside them.
        let spoken_of = fixture.run.past.iter().flat_map(|past| &past.flagged);
        let spoken_of: BTreeSet<_> = spoken_of.map(|it| it.detector.clone()).collect();
        let others: BTreeSet<_> = flagging(&findings)
            .difference(&spoken_of)
            .cloned()
            .collect();
        let own = BTreeSet::from([fixture.folder.clone()]);
        assert_eq!(others, own, "{}", fixture.file);
        fixture
            .settings()
            .bind(|| assert_snapshot!(in_words(&findings)));
    }
}

#[test]
fn what_only_looks_wrong_is_not_found() {
    let mut flagged = String::new();
    for fixture in fixtures("*", "quiet") {
        let findings = fixture.inspect();
        let found = flagging(&findings);
        if found != fixture.also_found {
            let Fixture { folder, file, .. } = &fixture;
            let _ = writeln!(
                flagged,
                "{folder}/{file}: {found:?}\n{}",
                in_words(&findings)
            );
        }
    }
    assert!(flagged.is_empty(), "{flagged}");
}

#[test]
fn the_same_fault_is_one_finding_that_names_every_step() {
    for fixture in fixtures("*", "fires-once") {
        assert_eq!(fixture.inspect().findings.len(), 1, "{}", fixture.file);
    }
}

#[test]
fn a_healthy_pass_is_clean_and_its_noise_is_filed() {
    for fixture in fixtures("_healthy", "") {
        let findings = fixture.inspect();
        let judged = detect::judge_all(&fixture.run, &findings);
        let is_clean = judged
            .iter()
            .flatten()
            .all(|judgement| judgement.status == Status::Clean);
        assert!(is_clean, "{}: {judged:#?}", fixture.file);
        assert!(findings.findings.is_empty(), "{}", fixture.file);
        fixture
            .settings()
            .bind(|| assert_snapshot!(in_words(&findings)));
    }
}

#[test]
fn a_step_is_what_is_worst_about_it_and_nothing_unseen_is_clean() {
    for fixture in fixtures("_judged", "") {
        let mut text = String::new();
        let judged = detect::judge_all(&fixture.run, &fixture.inspect());
        for (checklist, judged) in fixture.run.checklists.iter().zip(judged) {
            for (step, judgement) in checklist.steps.iter().zip(judged) {
                let why = judgement.why.as_deref().unwrap_or("-");
                let _ = writeln!(text, "{}: {:?}, {why}", step.id, judgement.status);
            }
        }
        fixture.settings().bind(|| assert_snapshot!(text));
    }
}

#[test]
fn an_accepted_finding_is_filed_with_its_reason_until_the_rule_ends() {
    let run = Fixture::read(&root().join("http-error/fires-key-never-set.json")).run;
    let rule = |path: &str, until| IgnoreRule {
        detector: "http-error".to_owned(),
        request: Some(RequestPattern {
            method: Some("POST".to_owned()),
            path: PathPattern::new(path),
        }),
        why: "the key comes next week".to_owned(),
        until,
    };
    let accepted = inspect(&run, &[rule("/api/transcribe", Some(date(2026, 11, 20)))]);
    assert!(accepted.findings.is_empty());
    assert_eq!(accepted.noise[0].rule, "ignored: the key comes next week");
    assert_eq!(
        inspect(&run, &[rule("/api/transcribe", Some(date(2026, 11, 19)))])
            .findings
            .len(),
        1
    );
    assert_eq!(inspect(&run, &[rule("/api/other", None)]).findings.len(), 1);
}

/// A rule for one request and what was wrong with it.
fn accepting(detector: &str, path: &str) -> IgnoreRule {
    IgnoreRule {
        detector: detector.to_owned(),
        request: Some(RequestPattern {
            method: None,
            path: PathPattern::new(path),
        }),
        why: "the key comes next week".to_owned(),
        until: None,
    }
}

fn filed(findings: &Findings) -> Vec<String> {
    let noise = findings.noise.iter();
    noise
        .map(|it| format!("{}: {}", it.rule, it.what))
        .collect()
}

#[test]
fn what_an_accepted_finding_brought_about_is_accepted_with_it() {
    let mut run = Fixture::read(&root().join("failure-shown/quiet-told-by-its-request.json")).run;
    let rules = [accepting("http-error", "/api/transcribe")];
    let findings = inspect(&run, &rules);
    assert!(findings.findings.is_empty(), "{}", in_words(&findings));
    let why = "ignored: the key comes next week";
    let accepted = [
        format!("{why}: POST /api/transcribe answered 500"),
        format!("{why}: the page said “Transcription failed.”"),
    ];
    assert_eq!(filed(&findings), accepted);

    // Another request that went wrong explains the message as well, and nobody has accepted that one.
    let step = &mut run.checklists[0].steps[1];
    let mut other = step.exchanges[0].clone();
    other.id = "e2".to_owned();
    other.url = other.url.replace("transcribe", "summary");
    step.exchanges.push(other);
    let findings = inspect(&run, &rules);
    assert_eq!(filed(&findings), accepted[..1]);
    assert_eq!(findings.findings.len(), 1);
    let detail = &findings.findings[0].detail;
    assert!(detail.contains("Transcription failed."), "{detail}");
}

#[test]
fn a_loss_is_not_accepted_with_whatever_else_went_wrong_before_it() {
    let mut run = Fixture::read(&root().join("not-persisted/fires-query-a-step-later.json")).run;
    let avatar = serde_json::json!({
        "id": "e99", "url": "https://preview.example/api/avatar", "outcome": { "answered": { "status": 404 } }
    });
    let avatar = serde_json::from_value(avatar).expect("an exchange");
    run.checklists[0].steps[1].exchanges.push(avatar);
    // Unless it is accepted, it may have been what lost it.
    let found = |rules: &[_]| flagging(&inspect(&run, rules));
    assert_eq!(found(&[]), BTreeSet::from(["http-error".to_owned()]));
    let accepted = found(&[accepting("http-error", "/api/avatar")]);
    assert_eq!(accepted, BTreeSet::from(["not-persisted".to_owned()]));
}

#[test]
fn ignore_rules_that_are_over_or_of_no_use_are_told_and_all_from_the_fourth_on() {
    let run = Fixture::read(&root().join("http-error/fires-key-never-set.json")).run;
    let rule = |path: &str, until| IgnoreRule {
        detector: "http-error".to_owned(),
        request: Some(RequestPattern {
            method: None,
            path: PathPattern::new(path),
        }),
        why: "known".to_owned(),
        until,
    };
    let told = |rules: &[IgnoreRule]| {
        let findings = inspect(&run, rules);
        let told: Vec<_> = findings.ignore.iter().map(ToString::to_string).collect();
        told
    };
    let used = rule("/api/transcribe", Some(date(2026, 12, 31)));
    let unused = rule("/api/other", None);
    let over = rule("/api/**", Some(date(2026, 11, 19)));
    let in_use = "http-error /api/transcribe (known) accepted 1 finding and ends on 2026-12-31";
    let others = [
        "http-error /api/other (known) accepted nothing in this run; take it out if it is mended",
        "http-error /api/** (known) ended on 2026-11-19 and no longer holds; take it out",
    ];
    assert_eq!(told(std::slice::from_ref(&used)), [""; 0]);
    assert_eq!(told(&[used.clone(), unused.clone(), over.clone()]), others);
    let all = told(&[used, unused.clone(), over, unused]);
    assert_eq!(all, [in_use, others[0], others[1], others[0]]);
}

/// How each detector does on its fixtures, counted anew each time.
fn scores() -> String {
    let mut text = "\n## How they do on recorded passes\n\nCounted by the tests over `tests/fixtures/detectors`: recorded steps with one thing wrong, \
                    and healthy ones that look alike.\n\n\
                    | detector | faulty | caught | missed | healthy | flagged |\n|---|--:|--:|--:|--:|--:|\n"
        .to_owned();
    let mut sums = [0; 5];
    for rule in RULES {
        let found = |begin: &str| {
            let fixtures = fixtures(rule.name, begin);
            let found = fixtures
                .iter()
                .filter(|fixture| flagging(&fixture.inspect()).contains(rule.name));
            (fixtures.len(), found.count())
        };
        let ((faulty, caught), (healthy, flagged)) = (found("fires"), found("quiet"));
        let row = [faulty, caught, faulty - caught, healthy, flagged];
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
        let _ = writeln!(
            text,
            "| `{}` | {} |",
            rule.name,
            row.map(|it| it.to_string()).join(" | ")
        );
    }
    let _ = writeln!(
        text,
        "| all | {} |",
        sums.map(|it| it.to_string()).join(" | ")
    );
    let [_, _, missed, _, flagged] = sums;
    assert_eq!((missed, flagged), (0, 0), "{text}");
    text
}

#[test]
fn every_detector_explains_itself_in_the_documentation() {
    let mut text = "# Detectors\n\nWhat shippass flags by itself. `shippass explain NAME` prints the same text.\n".to_owned();
    for rule in RULES {
        text += "\n";
        text += &rule.to_markdown();
    }
    text += &scores();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/detectors.md");
    let written = fs::read_to_string(&path).unwrap_or_default();
    if written != text {
        let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("detectors.md");
        fs::File::create(&fresh)
            .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
            .expect("written");
        panic!(
            "docs/detectors.md is not what the rules say; copy {} over it",
            fresh.display()
        );
    }
}
