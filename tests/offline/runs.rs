//! `run`: checklists that run other ones, read from real folders.
//!
//! A folder of the fixtures whose name begins with `accepted-` is accepted, any other is refused.

use std::{
    fs,
    path::{Path, PathBuf},
};

use shippass::{
    checklist::Mistake,
    config::{Environment, Project, ProjectError, load_project},
};

/// From the package's folder, where tests are run.
const FIXTURES: &str = "tests/fixtures/checklists/runs";

fn environment() -> Environment {
    let pairs = [
        ("PREVIEW_URL", "https://preview.example"),
        ("OWNER_EMAIL", "ada@example.com"),
        ("PASSWORD", "correct horse battery"),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Environment::from(pairs.to_vec())
}

fn load(folder: &Path, files: &[&str]) -> Result<Project, Vec<Mistake>> {
    let config = folder.join("shippass.yaml");
    let files: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
    match load_project(Some(&config), &files, &environment(), &[]) {
        Ok(project) => Ok(project),
        Err(ProjectError::Mistakes(mistakes)) => Err(mistakes),
        Err(error) => panic!("{error}"),
    }
}

fn show(mistakes: &[Mistake]) -> String {
    let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    mistakes.join("\n\n")
}

/// A project of these files in a folder of its own.
fn project(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let config = ("shippass.yaml", "device: 375x812@3\n".to_owned());
    for (name, text) in files.iter().chain([&config]) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::File::create(path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
            .expect("written");
    }
    folder
}

/// A checklist that runs others.
fn running(parts: &[&str]) -> String {
    let steps = parts
        .iter()
        .map(|part| format!("  - name: Go\n    do: [{{ run: {part} }}]\n"));
    format!("name: A\nsteps:\n{}", steps.collect::<String>())
}

const LEAF: &str = "name: Leaf\nsteps: [{ name: Look, do: [{ visit: / }] }]\n";

#[test]
fn checklists_run_others() {
    let mut folders: Vec<_> = fs::read_dir(FIXTURES)
        .expect("the fixtures")
        .map(|entry| entry.expect("a fixture").path())
        .collect();
    folders.sort();
    for folder in folders {
        let name = folder.file_name().expect("a name").to_string_lossy();
        let shown = match load(&folder, &[]) {
            Ok(project) => {
                assert!(name.starts_with("accepted-"), "{name} is accepted");
                format!(
                    "{:#?}\nsecrets: {:?}",
                    project.checklists, project.config.secrets
                )
            }
            Err(mistakes) => {
                assert!(!name.starts_with("accepted-"), "{}", show(&mistakes));
                show(&mistakes)
            }
        };
        insta::assert_snapshot!(name.as_ref(), shown);
    }
}

#[test]
fn what_another_checklist_runs_is_walked_by_itself_only_when_it_is_named() {
    let folder = project(&[
        ("checklists/a.yaml", running(&["parts/leaf.yaml"])),
        ("checklists/parts/leaf.yaml", LEAF.to_owned()),
        ("checklists/z.yaml", LEAF.to_owned()),
    ]);
    let walked = |files: &[&str]| -> Vec<String> {
        let project = load(folder.path(), files).expect("accepted");
        let names = project.checklists.iter().map(|list| list.file.clone());
        names
            .map(|file| file.rsplit_once("checklists/").expect("there").1.to_owned())
            .collect()
    };
    assert_eq!(walked(&[]), ["a.yaml", "z.yaml"]);
    assert_eq!(walked(&["checklists/parts"]), ["parts/leaf.yaml"]);
    let both = ["checklists", "checklists/parts/leaf.yaml"];
    assert_eq!(walked(&both), ["a.yaml", "parts/leaf.yaml", "z.yaml"]);
}

#[test]
fn the_hash_covers_what_is_run() {
    let hash = |leaf: &str| {
        let folder = project(&[
            ("checklists/a.yaml", running(&["leaf.yaml", "leaf.yaml"])),
            ("checklists/leaf.yaml", leaf.to_owned()),
        ]);
        let project = load(folder.path(), &[]).expect("accepted");
        project.checklists[0].sha256.clone()
    };
    assert_eq!(hash(LEAF), hash(LEAF));
    assert_ne!(hash(LEAF), hash(&LEAF.replace("Look", "See")));
    // sha256sum a.yaml leaf.yaml | cut -d' ' -f1 | sha256sum
    let expected = "d62706d5b66b73fe64a63e63f57b6d8de8050cc8f00928702dbfb4f7312356c0";
    assert_eq!(hash(LEAF), expected);
}

#[test]
fn checklists_do_not_run_each_other_without_end() {
    let names: Vec<String> = (0..=9).map(|at| format!("checklists/{at}.yaml")).collect();
    let chain = |length: usize| -> Vec<(&str, String)> {
        let file = |at: usize| {
            let text = if at + 1 == length {
                LEAF.to_owned()
            } else {
                running(&[&format!("{}.yaml", at + 1)])
            };
            (names[at].as_str(), text)
        };
        (0..length).map(file).collect()
    };
    load(project(&chain(9)).path(), &[]).expect("eight deep");
    let deep = project(&chain(10));
    let mistakes = load(deep.path(), &[]).expect_err("nine deep");
    assert_eq!(mistakes.len(), 1, "{}", show(&mistakes));
    assert_eq!(
        mistakes[0].message,
        "checklists run each other more than 8 deep here"
    );

    let doubling: Vec<(&str, String)> = (0..8)
        .map(|at| {
            let next = format!("{}.yaml", at + 1);
            (names[at].as_str(), running(&[next.as_str(); 10]))
        })
        .chain([(names[8].as_str(), LEAF.to_owned())])
        .collect();
    let wide = project(&doubling);
    let mistakes = load(wide.path(), &["checklists/0.yaml"]).expect_err("ten million steps");
    assert_eq!(mistakes.len(), 1, "{}", show(&mistakes));
    assert!(mistakes[0].message.contains("more than 200 others"));
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_of_the_project() {
    let outside = project(&[("leaf.yaml", LEAF.to_owned())]);
    let folder = project(&[("checklists/a.yaml", running(&["link.yaml"]))]);
    let link = folder.path().join("checklists/link.yaml");
    std::os::unix::fs::symlink(outside.path().join("leaf.yaml"), link).expect("a link");
    let mistakes = load(folder.path(), &["checklists/a.yaml"]).expect_err("outside");
    let message = &mistakes[0].message;
    assert!(
        message.ends_with("doesn't belong to the project"),
        "{message}"
    );
}
