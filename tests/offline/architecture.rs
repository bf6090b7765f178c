//! The house stays as it was drawn: who may import whom, which crate belongs to which room, how long
//! a file may be.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A room and the rooms that it may import from.
const MAY_IMPORT: [(&str, &[&str]); 15] = [
    ("checklist", &[]),
    ("config", &["checklist"]),
    ("evidence", &["checklist", "config"]),
    ("browser", &["evidence", "checklist", "config"]),
    ("detect", &["evidence", "checklist", "config"]),
    ("truth", &["evidence", "checklist", "config"]),
    (
        "runner",
        &["browser", "truth", "evidence", "checklist", "config"],
    ),
    ("bundle", &["detect", "evidence", "checklist", "config"]),
    (
        "report",
        &["bundle", "detect", "evidence", "checklist", "config"],
    ),
    (
        "handoff",
        &["bundle", "detect", "evidence", "checklist", "config"],
    ),
    ("signoff", &["bundle", "detect", "evidence"]),
    (
        "review",
        &["bundle", "detect", "evidence", "checklist", "config"],
    ),
    ("demo", &[]),
    (
        "cli",
        &[
            "report",
            "handoff",
            "signoff",
            "review",
            "bundle",
            "runner",
            "detect",
            "browser",
            "evidence",
            "config",
            "checklist",
            "demo",
        ],
    ),
    ("main", &["cli"]),
];

/// A crate and the rooms that may use it.
const CRATES: [(&str, &[&str]); 23] = [
    ("arboard", &["cli"]),
    ("embedded_graphics", &["handoff"]),
    ("fantoccini", &["browser"]),
    ("tokio_tungstenite", &["browser"]),
    ("granit_parser", &["checklist"]),
    ("tabled", &["report"]),
    ("indicatif", &["report"]),
    ("maud", &["report", "handoff"]),
    ("axum", &["demo", "review"]),
    ("qrcode", &["cli"]),
    ("subtle", &["review"]),
    ("sqlx", &["demo", "truth"]),
    ("jsonschema", &["config"]),
    ("clap", &["cli"]),
    ("image", &["evidence", "review", "handoff"]),
    ("quick_junit", &["handoff"]),
    ("zip", &["bundle"]),
    ("aho_corasick", &["evidence"]),
    ("totp_rs", &["config"]),
    ("rmcp", &["cli"]),
    (
        "schemars",
        &["evidence", "detect", "bundle", "handoff", "cli"],
    ),
    ("ssh_key", &["signoff"]),
    ("signature", &["signoff"]),
];

const LONGEST: usize = 400;
const FORBIDDEN_NAMES: [&str; 9] = [
    "utils", "util", "helpers", "common", "core", "misc", "manager", "handler", "imp",
];

struct Source {
    /// From `src`, `/` between folders.
    path: String,
    text: String,
}

impl Source {
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.trim_end_matches(".rs")
    }

    /// The code without comments and tests.
    fn code(&self) -> impl Iterator<Item = &str> {
        let end = self
            .text
            .find("#[cfg(test)]\nmod tests {")
            .unwrap_or(self.text.len());
        self.text[..end]
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 50, "the sources are found");
    files
        .into_iter()
        .map(|path| Source {
            text: fs::read_to_string(&path).expect("a source"),
            path: path
                .strip_prefix(&root)
                .expect("below src")
                .to_string_lossy()
                .replace('\\', "/"),
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn is_test(source: &Source) -> bool {
    source.path.ends_with("/tests.rs") || source.path.contains("/tests/")
}

/// The rooms that a line of code names: `use crate::evidence::{…}`, `crate::browser::page`.
fn rooms_in(line: &str) -> Vec<&str> {
    line.match_indices("crate::")
        .filter_map(|(at, word)| {
            let rest = &line[at + word.len()..];
            let end = rest
                .find(|next: char| !next.is_alphanumeric() && next != '_')
                .unwrap_or(rest.len());
            (end > 0).then(|| &rest[..end])
        })
        .collect()
}

fn wrong_imports(source: &Source) -> Vec<String> {
    let allowed = MAY_IMPORT
        .iter()
        .find(|(room, _)| *room == source.room())
        .map_or(&[][..], |(_, rooms)| rooms);
    let mut wrong = Vec::new();
    for line in source.code() {
        for room in rooms_in(line) {
            let is_room = MAY_IMPORT.iter().any(|(known, _)| *known == room);
            if is_room && room != source.room() && !allowed.contains(&room) {
                wrong.push(format!(
                    "{} imports from {room}: {}",
                    source.path,
                    line.trim()
                ));
            }
        }
    }
    wrong
}

#[test]
fn imports_go_down_and_never_round() {
    let wrong: Vec<_> = sources()
        .iter()
        .filter(|source| !is_test(source))
        .flat_map(wrong_imports)
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

/// What a coding assistant may ask for leads to no room in which a human confirms or signs, and writes nothing by itself.
#[test]
fn the_server_for_assistants_can_neither_confirm_nor_sign() {
    const NEVER: [&str; 11] = [
        "signoff",
        "review::",
        "sign::",
        "gate",
        "WalkLog",
        "Verdict",
        "write_whole",
        "write_signoff",
        "Recorder",
        "File::create",
        "OpenOptions",
    ];
    let sources = sources();
    let files: Vec<_> = sources
        .iter()
        .filter(|source| source.path.starts_with("cli/mcp/"))
        .collect();
    assert!(files.len() > 5, "its files are found");
    let mut wrong = Vec::new();
    for source in files {
        for line in source.code() {
            if NEVER.iter().any(|never| line.contains(never)) {
                wrong.push(format!("{}: {}", source.path, line.trim()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_import_check_sees_an_import_that_goes_up() {
    let up = Source {
        path: "evidence/run.rs".to_owned(),
        text: "use crate::browser::{Session};\n".to_owned(),
    };
    assert_eq!(wrong_imports(&up).len(), 1);
    let inline = Source {
        path: "detect/x.rs".to_owned(),
        text: "let x = crate::browser::page();".to_owned(),
    };
    assert_eq!(wrong_imports(&inline).len(), 1);
    let down = Source {
        path: "browser/x.rs".to_owned(),
        text: "use crate::evidence::Run;\n// crate::cli\n".to_owned(),
    };
    assert_eq!(wrong_imports(&down).len(), 0);
}

fn uses(source: &Source, name: &str) -> bool {
    let mark = format!("{name}::");
    source.code().any(|line| {
        line.match_indices(&mark).any(|(at, _)| {
            !line[..at].ends_with(|next: char| next.is_alphanumeric() || next == '_' || next == ':')
        })
    })
}

/// The names under `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join(manifest)).expect("a manifest");
    let part = text.split("[dependencies]").nth(1).expect("dependencies");
    let lines = part.lines().take_while(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| line.split_once(" = "));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// They are compiled there by their paths, and nothing else would say that one is missing.
#[test]
fn the_crates_of_the_lowest_rooms_are_those_of_the_fuzz_targets_too() {
    let there = dependencies("fuzz/Cargo.toml");
    let sources = sources();
    let lowest = || {
        let rooms = sources
            .iter()
            .filter(|source| matches!(source.room(), "checklist" | "config"));
        rooms.filter(|source| !is_test(source))
    };
    let missing: Vec<_> = dependencies("Cargo.toml")
        .into_iter()
        .filter(|name| lowest().any(|source| uses(source, &name.replace('-', "_"))))
        .filter(|name| !there.contains(name))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn each_crate_stays_in_its_room() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !is_test(source)) {
        for (name, rooms) in CRATES {
            if uses(source, name) && !rooms.contains(&source.room()) {
                wrong.push(format!("{} uses {name}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn files_are_short_open_with_what_they_hold_and_have_a_good_name() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > LONGEST && !is_test(&source) {
            wrong.push(format!("{} has {lines} lines", source.path));
        }
        if !source.text.starts_with("//!") {
            wrong.push(format!("{} doesn't say what it holds", source.path));
        }
        for part in source.path.trim_end_matches(".rs").split('/') {
            if FORBIDDEN_NAMES.contains(&part) {
                wrong.push(format!("{} is called {part}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn nothing_sleeps_and_nothing_unwraps() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !is_test(source)) {
        for line in source.code() {
            let sleeps = line.contains("sleep(") && source.room() != "demo";
            if sleeps || line.contains(".unwrap()") {
                wrong.push(format!("{}: {}", source.path, line.trim()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_detector_is_listed_and_has_fixtures_of_both_kinds() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/detectors");
    for rule in shippass::detect::RULES {
        let names: Vec<_> = fs::read_dir(fixtures.join(rule.name))
            .unwrap_or_else(|error| panic!("{}: {error}", rule.name))
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        for kind in ["fires", "quiet"] {
            let count = names.iter().filter(|name| name.starts_with(kind)).count();
            assert!(
                count >= 5,
                "{} has {count} fixtures that begin with {kind}",
                rule.name
            );
        }
    }
    let files = sources();
    let with_rules = files
        .iter()
        .filter(|source| source.text.contains("const RULE: Rule"));
    assert_eq!(
        with_rules.count(),
        shippass::detect::RULES.len(),
        "each detector is in the list"
    );
}
