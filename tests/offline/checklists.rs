//! Checklists and configurations: what is accepted, what is refused and with which words.
//!
//! A fixture whose name begins with `config-` is a configuration, any other is a checklist.

use std::{fmt::Write as _, path::Path};

use shippass::{
    checklist::{Mistake, Source},
    config::{Environment, Project, Target, TargetKind, read_project},
};

/// The configuration that the fixtures' checklists belong to.
const CONFIG: Source<'static> = Source {
    name: "shippass.yaml",
    text: "targets:
  preview: { url: \"${PREVIEW_URL}\", kind: preview }
personas:
  owner: { sign_in: { do: [{ visit: /sign-in }] }, proof: [{ see: Hello }] }
  member: { sign_in: { do: [{ visit: /sign-in }] }, proof: [{ see: Hello }] }
databases: { app: \"${APP_DATABASE_URL}\", ledger: \"sqlite:ledger.db\" }
",
};

const DETECTORS: &[&str] = &["html-for-json", "http-error", "page-crash"];

/// What the password is set to; no message may ever show it.
const PASSWORD: &str = "correct horse battery";

fn environment() -> Environment {
    let pairs = [
        ("PREVIEW_URL", "https://preview.example"),
        ("OWNER_EMAIL", "ada@example.com"),
        ("PASSWORD", PASSWORD),
        ("BYPASS", "bypass-bypass"),
        ("TOTP", "JBSWY3DPEHPK3PXP"),
        ("APP_DATABASE_URL", "postgres://localhost/app"),
        ("EMPTY", ""),
        ("SHORT", "1"),
        ("PADDED", "padded value\n"),
        ("PADDED_URL", "https://preview.example\n"),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Environment::from(pairs.to_vec())
}

fn read(name: &str, text: &str) -> Result<Project, Vec<Mistake>> {
    let source = Source { name, text };
    if name.starts_with("config-") {
        read_project(Some(source), &[], &environment(), DETECTORS)
    } else {
        read_project(Some(CONFIG), &[source], &environment(), DETECTORS)
    }
}

fn read_file(path: &Path) -> (String, String) {
    let name = path.file_name().expect("a file").to_string_lossy();
    let text = std::fs::read_to_string(path).expect("a readable fixture");
    (name.into_owned(), text)
}

fn show(mistakes: &[Mistake]) -> String {
    let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    mistakes.join("\n\n")
}

/// What was read: the checklist, or the configuration with its secrets' names.
fn tree(name: &str, project: &Project) -> String {
    let mut tree = if name.starts_with("config-") {
        format!("{:#?}", project.config)
    } else {
        format!(
            "{:#?}\nsecrets: {:?}",
            project.checklists, project.config.secrets
        )
    };
    if !project.warnings.is_empty() {
        let _ = write!(tree, "\n\n{}", show(&project.warnings));
    }
    tree
}

fn fixtures(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/checklists")
        .join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the fixtures")
        .map(|entry| entry.expect("a fixture").path())
        .collect();
    files.sort();
    files.iter().map(|path| read_file(path)).collect()
}

#[test]
fn accepted_files_are_read_as_meant() {
    insta::with_settings!({ omit_expression => true }, {
        insta::glob!("../fixtures/checklists/accepted", "*.yaml", |path| {
            let (name, text) = read_file(path);
            match read(&name, &text) {
                Ok(project) => insta::assert_snapshot!(tree(&name, &project)),
                Err(mistakes) => panic!("{name} is refused:\n{}", show(&mistakes)),
            }
        });
    });
}

#[test]
fn refused_files_say_what_to_write_instead() {
    insta::with_settings!({ omit_expression => true }, {
        insta::glob!("../fixtures/checklists/refused", "*.yaml", |path| {
            let (name, text) = read_file(path);
            match read(&name, &text) {
                Ok(_) => panic!("{name} is accepted"),
                Err(mistakes) => insta::assert_snapshot!(show(&mistakes)),
            }
        });
    });
}

#[test]
fn no_message_shows_a_secret_or_lacks_help() {
    let files = fixtures("refused");
    assert!(files.len() >= 150, "{} refused fixtures", files.len());
    for (name, text) in files {
        let mistakes = read(&name, &text).expect_err("refused");
        for mistake in &mistakes {
            assert!(mistake.help.is_some(), "{name}: {mistake}");
            let first = mistake.message.chars().next().expect("a message");
            assert!(
                !first.is_uppercase() && !mistake.message.ends_with('.'),
                "{name}: {mistake}"
            );
        }
        let shown = show(&mistakes);
        for secret in [PASSWORD, "hunter2", "padded value"] {
            assert!(!shown.contains(secret), "{name} shows {secret}:\n{shown}");
        }
    }
}

#[test]
fn byte_order_mark_and_windows_line_breaks_change_nothing() {
    for (name, text) in fixtures("accepted") {
        let plain = tree(&name, &read(&name, &text).expect("accepted"));
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let windows = tree(&name, &read(&name, &windows).expect("accepted"));
        let without_hash = |tree: &str| -> String {
            let lines = tree.lines().filter(|line| !line.contains("sha256:"));
            lines.fold(String::new(), |text, line| text + line + "\n")
        };
        assert_eq!(without_hash(&plain), without_hash(&windows), "{name}");
    }
    for (name, text) in fixtures("refused") {
        let Err(plain) = read(&name, &text) else {
            continue;
        };
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let windows = read(&name, &windows).expect_err("refused");
        if !text.contains('\u{feff}') {
            assert_eq!(show(&plain), show(&windows), "{name}");
        }
    }
}

#[test]
fn secrets_are_known_and_readable_addresses_are_none() {
    let text = fixtures("accepted")
        .into_iter()
        .find(|(name, _)| name == "variables.yaml")
        .expect("the fixture")
        .1;
    let project = read("variables.yaml", &text).expect("accepted");
    let secrets = &project.config.secrets;
    let value = |name: &str| {
        let secret = secrets.iter().find(|secret| secret.name == name);
        secret.map(|secret| secret.value.as_str())
    };
    assert_eq!(value("PASSWORD"), Some(PASSWORD));
    assert_eq!(value("OWNER_EMAIL"), Some("ada@example.com"));
    assert_eq!(value("COMPANY"), None, "a default stands in the file");
    assert_eq!(value("PREVIEW_URL"), None);
    assert!(!format!("{:?}", project.config).contains(PASSWORD));
}

#[test]
fn without_a_configuration_no_persona_is_known() {
    let text = "name: A\nas: owner\nsteps: [{ name: One, do: [{ visit: / }] }]\n";
    let source = Source {
        name: "a.yaml",
        text,
    };
    let mistakes = read_project(None, &[source], &environment(), DETECTORS).expect_err("unknown");
    assert_eq!(mistakes.len(), 1);
    assert_eq!(mistakes[0].message, "unknown persona `owner`");
}

#[test]
fn every_mistake_of_every_file_is_reported() {
    let config = Source {
        name: "shippass.yaml",
        text: "devise: 375x812@3\npersonas: { owner: {} }\n",
    };
    let one = Source {
        name: "one.yaml",
        text: "name: A\nas: owner\nsteps: [{ name: One, do: [{ tpa: x }] }]\n",
    };
    let two = Source {
        name: "two.yaml",
        text: "name: [\n",
    };
    let mistakes = read_project(Some(config), &[one, two], &environment(), DETECTORS);
    let mistakes = mistakes.expect_err("mistakes");
    let files: Vec<&str> = mistakes
        .iter()
        .map(|mistake| mistake.file.as_str())
        .collect();
    assert_eq!(
        files,
        ["shippass.yaml", "shippass.yaml", "one.yaml", "two.yaml"]
    );
}

#[test]
fn a_target_is_picked_by_name_or_because_it_is_the_only_one() {
    let project = |text: &str| {
        let source = Source {
            name: "shippass.yaml",
            text,
        };
        read_project(Some(source), &[], &environment(), DETECTORS).expect("accepted")
    };
    let one = project("targets: { preview: { url: https://a.example, kind: preview } }\n");
    assert_eq!(one.target(None).expect("the only one").name, "preview");
    let error = one.target(Some("previw")).expect_err("unknown");
    assert_eq!(error.to_string(), "there is no target `previw`");
    assert_eq!(error.help(), "did you mean `preview`?");
    let two = project(
        "targets: { a: { url: https://a.example, kind: preview }, b: { url: https://b.example, kind: local } }\n",
    );
    assert_eq!(
        two.target(Some("b")).expect("declared").url.as_str(),
        "https://b.example/"
    );
    let error = two.target(None).expect_err("several");
    assert_eq!(error.help(), "pick one with `--target`: `a` or `b`");
    assert!(
        project("device: laptop\n")
            .target(None)
            .expect_err("none")
            .help()
            .contains("--url")
    );
}

/// A small generator (`SplitMix64`), so that every run sees the same files.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % limit as u64).expect("below a usize")
    }
}

fn mutate(text: &str, random: &mut Random) -> String {
    const SIGNS: &[char] = &[
        ':', '-', '{', '}', '[', ']', '"', '\'', '#', '&', '*', '!', '|', '>', '%', '@', '`', '$',
        ',', '?', '~', ' ', '\t', '\n', '\r', '\0', '\u{feff}', '\u{85}', '\u{2028}', 'é', '🦀',
        'x', '0', '\u{202e}',
    ];
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(characters.len().max(1)).min(characters.len());
        let sign = SIGNS[random.below(SIGNS.len())];
        match random.below(4) {
            0 if at < characters.len() => {
                characters.remove(at);
            }
            1 if at < characters.len() => characters[at] = sign,
            2 => {
                let end = (at + random.below(20)).min(characters.len());
                characters.drain(at..end);
            }
            _ => characters.insert(at, sign),
        }
    }
    characters.into_iter().collect()
}

#[test]
fn mutated_files_never_panic_and_every_mistake_is_within_the_file() {
    let files = fixtures("accepted");
    let mut random = Random(42);
    let mut refused = 0;
    for round in 0..4000 {
        let (name, text) = &files[round % files.len()];
        let mutant = mutate(text, &mut random);
        let Err(mistakes) = read(name, &mutant) else {
            continue;
        };
        refused += 1;
        let text = mutant.strip_prefix('\u{feff}').unwrap_or(&mutant);
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let lines: Vec<&str> = text.split('\n').collect();
        for mistake in mistakes {
            let line = lines.get(mistake.place.line - 1);
            let length = line.map_or(0, |line| line.chars().count());
            let is_within = line.is_some() && (1..=length + 1).contains(&mistake.place.column);
            assert!(is_within, "round {round}: {mistake}\nin {mutant:?}");
            let ends = mistake.indent + mistake.width;
            assert!(
                ends <= mistake.line.chars().count() + 1,
                "round {round}: {mistake}\nin {mutant:?}"
            );
        }
    }
    assert!(refused > 1000, "only {refused} mutants were refused");
}

/// A reader whose time grows with the square of a file's size would be at these for hours.
#[test]
fn hostile_files_are_answered() {
    let million = 1_000_000;
    let hostile = [
        "[".repeat(million),
        "{a: ".repeat(million / 4),
        "- ".repeat(million / 2),
        "a:\n".repeat(million / 3),
        format!("[{}]", "a,".repeat(million / 2 - 1)),
        format!("[{}]", "a #b\n,".repeat(million / 6)),
        format!("name: {}", "${".repeat(million / 2)),
        format!("name: \"{}\"", "${A:-".repeat(million / 5)),
        format!("name: {}", "x".repeat(million)),
        format!("{}: 1", "x".repeat(million)),
        format!("{{{}}}", "a: {}, ".repeat(20_000)),
        format!("steps: [{}]", "{tpa: x}, ".repeat(12_000)),
        format!("a: &a [x]\nb: [{}]", "*a, ".repeat(20_000)),
        "\"".repeat(million),
        "#".repeat(million),
        "\n".repeat(million),
        "x".repeat(3 * million),
        "? ".repeat(million / 2),
        format!("name: |\n{}", "  a\n".repeat(million / 4)),
    ];
    for text in &hostile {
        let mistakes = read("hostile.yaml", text).expect_err("refused");
        let start: String = text.chars().take(20).collect();
        assert!(
            mistakes.len() <= 201,
            "{start}: {} mistakes",
            mistakes.len()
        );
        let shown = show(&mistakes);
        assert!(shown.len() < 200_000, "{start}: {} bytes", shown.len());
    }
}

#[test]
fn whatever_lies_on_a_production_host_is_production() {
    let text = "targets:
  live: { url: https://www.example, kind: production, origins: [https://api.example] }
  here: { url: \"http://localhost:3000\", kind: production }
";
    let source = Source {
        name: "shippass.yaml",
        text,
    };
    let project = read_project(Some(source), &[], &environment(), DETECTORS).expect("accepted");
    let kind = |url: &str| {
        let target = Target::from_url(url.parse().expect("an address"));
        project.by_its_host(target).kind
    };
    for url in [
        "https://www.example/app",
        "http://www.example:8080/",
        "https://api.example/",
        "http://localhost:3000/x",
    ] {
        assert_eq!(kind(url), TargetKind::Production, "{url}");
    }
    for url in ["https://preview.www.example/", "https://example/"] {
        assert_eq!(kind(url), TargetKind::Preview, "{url}");
    }
    assert_eq!(kind("http://localhost:3001/"), TargetKind::Local);
}
