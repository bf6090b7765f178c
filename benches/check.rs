//! `make bench`: what `shippass check` does with 1,000 checklists of 20 steps, beside another reader of YAML that
//! takes the same files into a tree and looks at nothing in it, side by side in one run.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program to run by hand"
)]

mod figures;

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::Instant,
};

use shippass::{
    config::{Environment, load_project},
    detect,
};

use figures::median;

const CHECKLISTS: usize = 1000;
const STEPS: usize = 20;
const ROUNDS: usize = 5;
/// The most that checking all of them may take, in seconds.
const MOST: f64 = 0.5;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let files = write_project(folder.path());
    let config = folder.path().join("shippass.yaml");
    let environment = Environment::from(vec![("EMAIL".to_owned(), "ada@example.com".to_owned())]);
    let detectors = detect::names();
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let begun = Instant::now();
        let project = load_project(Some(&config), &[], &environment, &detectors).unwrap();
        let checked = begun.elapsed().as_secs_f64();
        assert_eq!(project.checklists.len(), CHECKLISTS);
        assert!(
            project
                .checklists
                .iter()
                .all(|list| list.steps.len() == STEPS)
        );
        let begun = Instant::now();
        for file in &files {
            let text = fs::read_to_string(file).unwrap();
            let tree: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
            assert!(tree["steps"].is_array());
        }
        let parsed = begun.elapsed().as_secs_f64();
        // The first round warms caches and isn't counted.
        if round > 0 {
            ours.push(checked);
            plain.push(parsed);
        }
    }
    let (ours, plain) = (median(ours), median(plain));
    println!(
        "{CHECKLISTS} checklists of {STEPS} steps, median of {ROUNDS}: checked in {ours:.3} s (at most {MOST}), only parsed by serde-saphyr in {plain:.3} s, ratio {:.2}",
        ours / plain
    );
}

/// A configuration and its checklists, each with everything that a real one has.
fn write_project(folder: &Path) -> Vec<PathBuf> {
    let config = "targets: { preview: { url: https://preview.example, kind: preview } }\n\
                  personas: { owner: { sign_in: { do: [{ visit: /sign-in }] } } }\n";
    write(&folder.join("shippass.yaml"), config);
    fs::create_dir(folder.join("checklists")).unwrap();
    (0..CHECKLISTS)
        .map(|number| {
            let file = folder.join(format!("checklists/{number:04}.yaml"));
            write(&file, &checklist(number));
            file
        })
        .collect()
}

fn checklist(number: usize) -> String {
    let mut text = format!("name: Customer signs quote {number}\nas: owner\nsteps:\n");
    for step in 0..STEPS {
        let _ = write!(
            text,
            "  - name: Step {step} of quote {number}\n    do:\n      - visit: /quotes/{number}?step={step}\n      \
             - fill: {{ Your name: Ada Lovelace, Email: \"${{EMAIL}}\" }}\n      - tap: {{ role: button, name: Sign quote }}\n    expect:\n      \
             - see: \"Quote {number}\"\n        within: 10s\n      - not_see: Something went wrong\n      \
             - response: POST /api/quotes/{number}/sign 200 json\n    confirm:\n      \
             - The total reads $4,500.00 and nothing is cut off at the right edge\n"
        );
    }
    text
}

fn write(path: &Path, text: &str) {
    let mut file = fs::File::create(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}
