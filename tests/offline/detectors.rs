//! Every detector over its fixtures: `fires*` is found, by nothing else; `quiet*` looks alike and is not.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use insta::{assert_snapshot, glob};
use jiff::civil::date;
use shippass::{
    checklist::PathPattern,
    config::{IgnoreRule, RequestPattern},
    detect::{self, Findings, RULES, Severity},
    evidence::Run,
};

fn read(path: &Path) -> Run {
    let text = fs::read_to_string(path).expect("a fixture");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn inspect(run: &Run, ignore: &[IgnoreRule]) -> Findings {
    detect::inspect(run, ignore, date(2026, 11, 20))
}

fn detector_of(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name).expect("a folder");
    folder.to_string_lossy().into_owned()
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
    glob!("../fixtures/detectors", "*/fires*.json", |path| {
        let findings = inspect(&read(path), &[]);
        let found: BTreeSet<_> = findings
            .findings
            .iter()
            .filter(|finding| finding.severity > Severity::Notice)
            .map(|finding| finding.detector.clone())
            .collect();
        assert_eq!(
            found,
            BTreeSet::from([detector_of(path)]),
            "{}",
            path.display()
        );
        assert_snapshot!(in_words(&findings));
    });
}

#[test]
fn what_only_looks_wrong_is_not_found() {
    glob!("../fixtures/detectors", "*/quiet*.json", |path| {
        let findings = inspect(&read(path), &[]);
        let detector = detector_of(path);
        let wrong: Vec<_> = findings
            .findings
            .iter()
            .filter(|finding| finding.detector == detector && finding.severity > Severity::Notice)
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", path.display());
    });
}

#[test]
fn the_same_fault_is_one_finding_that_names_every_step() {
    glob!("../fixtures/detectors", "*/fires-once*.json", |path| {
        assert_eq!(
            inspect(&read(path), &[]).findings.len(),
            1,
            "{}",
            path.display()
        );
    });
}

#[test]
fn an_accepted_finding_is_filed_with_its_reason_until_the_rule_ends() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/detectors/http-error/fires-key-never-set.json");
    let run = read(&path);
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

#[test]
fn every_detector_explains_itself_in_the_documentation() {
    let mut text = "# Detectors\n\nWhat shippass flags by itself. `shippass explain NAME` prints the same text.\n".to_owned();
    for rule in RULES {
        text += "\n";
        text += &rule.to_markdown();
    }
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
