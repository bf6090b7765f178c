//! `run`: another checklist's steps in the place of a step, with arguments.

mod arguments;
mod library;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    mistake::{quote, quote_path},
    model::{Named, Step},
    nearest::{list_words, nearest},
    reader::Reader,
    source::Source,
    steps::read_part,
    yaml::Node,
};
pub(super) use arguments::Arguments;
pub(super) use library::Inclusion;
pub(crate) use library::{Absent, Library, Surroundings, normal};
use library::{DEEPEST, MOST_RUNS};
pub(super) use written::{RUN, refuse, run_alone};
use written::{Run, read_run};

/// The steps of the checklist that a `run` names; `None` when there is a mistake, which has been noted.
pub(super) fn included(
    reader: &mut Reader<'_>,
    node: &Node,
    inclusion: &mut Inclusion<'_>,
) -> Option<Vec<Step>> {
    let Run { at, name, with } = read_run(reader, node)?;
    let text = open(reader, at, &name, inclusion)?;
    let values = with
        .iter()
        .map(|(key, value)| (key.written().to_owned(), value.clone()));
    let outer = reader
        .variables()
        .enter(Arguments::new(values.collect::<BTreeMap<_, _>>()));
    let source = Source {
        name: &name,
        text: &text,
    };
    let part = read_part(source, reader.variables(), inclusion);
    let arguments = reader.variables().leave(outer);
    let is_given = check_arguments(reader, at, &name, &with, &arguments, part.is_some());
    let mut part = part.filter(|_| is_given)?;
    let is_same = same_personas(reader, at, &name, &part.personas, inclusion);
    for step in &mut part.steps {
        step.mask.extend_from_slice(&part.mask);
    }
    is_same.then_some(part.steps)
}

/// Takes the file's text from the library, unless that would never end.
fn open(
    reader: &mut Reader<'_>,
    at: &Node,
    name: &str,
    inclusion: &mut Inclusion<'_>,
) -> Option<String> {
    if let Some(ring) = inclusion.ring(name) {
        let message = format!("these checklists run each other in a ring: {ring}");
        reader.error(
            at,
            message,
            "take one of the runs out, or move what both need into a third file",
        );
        return None;
    }
    inclusion.runs += 1;
    let too_many = if inclusion.chain.len() > DEEPEST {
        Some(format!(
            "checklists run each other more than {DEEPEST} deep here"
        ))
    } else {
        (inclusion.runs > MOST_RUNS).then(|| {
            format!("this checklist runs more than {MOST_RUNS} others, those counted that they run")
        })
    };
    if let Some(message) = too_many {
        // Once is enough: every further run would say it again.
        if inclusion.runs <= MOST_RUNS + 1 {
            reader.error(at, message, "write the steps out where they are needed");
        }
        return None;
    }
    let root = inclusion.chain.first().map_or(name, |link| &link.file);
    let absent = match inclusion.surroundings.library.text(root, name) {
        Ok(text) => return Some(text),
        Err(absent) => absent,
    };
    let (message, help) = match absent {
        Absent::NotThere => (
            format!("there is no checklist at {}", quote_path(name)),
            "the path begins in this file's own folder",
        ),
        Absent::Outside => (
            format!("{} doesn't belong to the project", quote_path(name)),
            "run files that lie in the folder of `shippass.yaml` or below it",
        ),
        Absent::Unreadable(why) => (
            format!("{} can't be read: {why}", quote_path(name)),
            "look at the permissions of the file",
        ),
        Absent::NoText(mistake) => {
            inclusion.mistakes.push(*mistake);
            return None;
        }
    };
    reader.error(at, message, help);
    None
}

/// Whether each argument is used and each name has a value; what isn't is noted.
fn check_arguments(
    reader: &mut Reader<'_>,
    at: &Node,
    file: &str,
    with: &[(&Node, String)],
    arguments: &Arguments,
    is_whole: bool,
) -> bool {
    let missing: Vec<_> = arguments.missing().collect();
    // A file with a mistake in it wasn't read to its end: what seems unused may be used there.
    let unused = with
        .iter()
        .map(|(key, _)| *key)
        .filter(|key| !arguments.is_used(key.written()))
        .filter(|_| is_whole || !missing.is_empty());
    let mut meant = BTreeSet::new();
    let mut is_good = true;
    for key in unused {
        is_good = false;
        let near = nearest(key.written(), missing.iter().map(|(name, _)| *name));
        meant.extend(near);
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("take it out, or use it there as `${{{}}}`", key.written()),
        };
        let message = format!(
            "the argument {} isn't used in {}",
            quote(key.written()),
            quote_path(file)
        );
        reader.error(key, message, &help);
    }
    for (name, place) in missing {
        is_good = false;
        if meant.contains(name) {
            continue;
        }
        let message = format!(
            "{} uses `${{{name}}}` on line {}, which is neither given here nor set in the environment",
            quote_path(file),
            place.line
        );
        let help = format!("give it: `run: {{ checklist: …, with: {{ {name}: … }} }}`");
        reader.error(at, message, &help);
    }
    is_good
}

/// Whether the file that is run is walked as nobody else than the one that runs it.
fn same_personas(
    reader: &mut Reader<'_>,
    at: &Node,
    file: &str,
    own: &[Named],
    inclusion: &Inclusion<'_>,
) -> bool {
    let Some(outer) = inclusion.personas() else {
        return true;
    };
    let outer: BTreeSet<&str> = outer.iter().map(String::as_str).collect();
    let own: BTreeSet<&str> = own.iter().map(|named| named.name.as_str()).collect();
    if own.is_empty() || own == outer {
        return true;
    }
    let walked = if outer.is_empty() {
        "signed out".to_owned()
    } else {
        format!("as {}", list_words(outer, "and"))
    };
    let message = format!(
        "{} is for {}, and this checklist is walked {walked}",
        quote_path(file),
        list_words(own, "and")
    );
    reader.error(
        at,
        message,
        "take `as` out of the file that is run, or make the two equal",
    );
    false
}
