//! The verification ladder: build, tests, signed-in smoke at width, ground truth; each shown by something of the bundle, or not.

use std::fmt::{self, Write as _};

use super::statement::{RealDevice, Rung};
use crate::bundle::BundleDocument;
use crate::detect::Status;
use crate::evidence::{About, EngineFacts, ExpectationOutcome, Run};

/// How many truths are named; the rest is counted.
const NAMED: usize = 3;

/// All rungs, from the lowest.
pub(super) fn ladder(
    document: &BundleDocument,
    run: Option<&Run>,
    phones: &[RealDevice],
) -> Vec<Rung> {
    vec![
        build(document),
        not_shown(
            "tests",
            "no result of a test suite is part of this bundle".to_owned(),
        ),
        smoke(document, phones),
        truth(run),
    ]
}

fn shown(rung: &str, by: String) -> Rung {
    Rung {
        rung: rung.to_owned(),
        shown: true,
        by,
    }
}

fn not_shown(rung: &str, by: String) -> Rung {
    Rung {
        rung: rung.to_owned(),
        shown: false,
        by,
    }
}

/// A deployment that answers with a commit was built from something that calls itself so.
fn build(document: &BundleDocument) -> Rung {
    let target = &document.target;
    match (&target.commit, &target.commit_source) {
        (Some(commit), Some(source)) => shown(
            "build",
            format!("the deployment answered and said that it serves {commit} ({source})"),
        ),
        (_, Some(why)) => not_shown("build", format!("the commit isn't known: {why}")),
        (_, None) => not_shown("build", "the deployment doesn't tell its commit".to_owned()),
    }
}

/// What was walked signed in at one width in one browser.
struct Pass<'a> {
    width: u32,
    engine: &'a EngineFacts,
    personas: Vec<&'a str>,
    steps: usize,
}

impl<'a> Pass<'a> {
    fn new(width: u32, engine: &'a EngineFacts) -> Self {
        Self {
            width,
            engine,
            personas: Vec::new(),
            steps: 0,
        }
    }
}

impl fmt::Display for Pass<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (steps, personas) = (self.steps, self.personas.join(", "));
        let (width, EngineFacts { name, version, .. }) = (self.width, self.engine);
        write!(
            f,
            "{steps} steps as {personas} at {width} px, measured in the page of {name} {version}"
        )
    }
}

/// A real phone adds to this rung and doesn't reach it alone: nobody measured who was signed in there.
fn smoke(document: &BundleDocument, phones: &[RealDevice]) -> Rung {
    let name = "signed-in smoke at width";
    let mut passes: Vec<Pass<'_>> = Vec::new();
    for list in &document.checklists {
        let Some(persona) = &list.persona else {
            continue;
        };
        let steps = list.steps.iter();
        let ran = steps.filter(|step| step.status != Status::NotRun).count();
        if ran == 0 {
            continue;
        }
        let (width, engine) = (document.device_of(list).width, document.engine_of(list));
        let is_there = |pass: &Pass<'_>| pass.width == width && pass.engine == engine;
        if !passes.iter().any(is_there) {
            passes.push(Pass::new(width, engine));
        }
        for pass in passes.iter_mut().filter(|pass| is_there(pass)) {
            pass.steps += ran;
            if !pass.personas.contains(&persona.as_str()) {
                pass.personas.push(persona);
            }
        }
    }
    if passes.is_empty() {
        return not_shown(name, "nobody was signed in".to_owned());
    }
    passes.retain(|pass| pass.width > 0);
    if passes.is_empty() {
        return not_shown(name, "the viewport wasn't measured".to_owned());
    }
    let by: Vec<String> = passes.iter().map(ToString::to_string).collect();
    let mut by = by.join("; ");
    for phone in phones.iter().filter(|phone| !phone.steps.is_empty()) {
        let steps = match phone.steps.len() {
            1 => "1 step".to_owned(),
            more => format!("{more} steps"),
        };
        let _ = write!(
            by,
            "; the reviewer opened {steps} on a phone of their own that says it is {} px wide",
            phone.width
        );
    }
    shown(name, by)
}

/// What the server keeps was asked for, and was there.
fn truth(run: Option<&Run>) -> Rung {
    let name = "ground truth";
    let Some(run) = run else {
        return not_shown(
            name,
            "the bundle holds no journal to tell it from".to_owned(),
        );
    };
    let asked = run
        .steps()
        .flat_map(|(_, step)| &step.expectations)
        .filter(|expectation| expectation.about == About::Kept)
        .filter(|expectation| expectation.outcome == ExpectationOutcome::Held);
    let held: Vec<&str> = asked.map(|expectation| expectation.what.as_str()).collect();
    if held.is_empty() {
        return not_shown(
            name,
            "no step read an API or the database again and found what the page had said".to_owned(),
        );
    }
    let mut by = held[..held.len().min(NAMED)].join("; ");
    if held.len() > NAMED {
        let _ = write!(by, "; and {} more", held.len() - NAMED);
    }
    shown(name, by)
}
