//! A checklist's own keys and its steps.

use std::{collections::BTreeSet, sync::mpsc, thread};

use super::{
    action::{VERBS, actions},
    check::{CHECKS, expectations},
    dialog::dialog,
    element::{given, locator},
    fields::Shape,
    identity::{sha256, sha256_of_all, step_id},
    include::{Inclusion, Surroundings, included, run_alone},
    mistake::{Mistake, quote},
    model::{Check, Checklist, Expectation, Locator, Named, Step},
    nearest::{list_words, nearest},
    query::Query,
    reader::{Parsed, Reader},
    source::Source,
    variables::Variables,
    yaml::{Kind, Node},
};

pub(super) const CHECKLIST: Shape = Shape {
    what: "a checklist",
    keys: &["name", "as", "mask", "steps"],
    later: &[],
    elsewhere: no_checklist_key,
};

pub(super) const STEP: Shape = Shape {
    what: "a step",
    keys: &["name", "fresh", "dialog", "do", "expect", "confirm", "mask"],
    later: &[],
    elsewhere: no_step_key,
};

/// The names that a checklist may refer to; `None` where they aren't known.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Declared<'d> {
    /// Who may walk.
    pub(crate) personas: Option<&'d BTreeSet<String>>,
    /// What may be asked.
    pub(crate) databases: Option<&'d BTreeSet<String>>,
}

/// What was read of a checklist.
pub(crate) struct ChecklistReading {
    /// The checklist, when neither it nor what it runs holds an error.
    pub(crate) checklist: Option<Checklist>,
    /// Every mistake of the file, then those of the files that it runs.
    pub(crate) mistakes: Vec<Mistake>,
    /// The files that it runs, and that those run.
    pub(crate) parts: Vec<String>,
}

/// How many files lie parsed until they are read.
const AHEAD: usize = 16;

/// Reads checklists, and what they run. Parsing takes longest, so another thread is some files ahead with it.
pub(crate) fn read_checklists(
    sources: &[Source<'_>],
    variables: &mut Variables,
    surroundings: Surroundings<'_>,
) -> Vec<ChecklistReading> {
    let mut read = |parsed| read_checklist(parsed, variables, surroundings);
    thread::scope(|scope| {
        let (ahead, parsed) = mpsc::sync_channel(AHEAD);
        let parse_all = move || {
            for source in sources {
                // Nobody listens any more only when reading has ended.
                if ahead.send(Parsed::of(*source)).is_err() {
                    break;
                }
            }
        };
        match thread::Builder::new().spawn_scoped(scope, parse_all) {
            Ok(_) => parsed.iter().map(&mut read).collect(),
            // A system that gives no thread gets its checklists read too.
            Err(_) => sources.iter().map(|it| read(Parsed::of(*it))).collect(),
        }
    })
}

fn read_checklist(
    parsed: Parsed<'_>,
    variables: &mut Variables,
    surroundings: Surroundings<'_>,
) -> ChecklistReading {
    let mut inclusion = Inclusion::new(surroundings);
    let (checklist, mut mistakes) = read_one(parsed, variables, &mut inclusion);
    mistakes.append(&mut inclusion.mistakes);
    let parts = inclusion.files.into_iter().map(|(name, _)| name).collect();
    ChecklistReading {
        checklist,
        mistakes,
        parts,
    }
}

/// Reads a checklist that another one runs; its mistakes are left with the inclusion.
pub(super) fn read_part(
    source: Source<'_>,
    variables: &mut Variables,
    inclusion: &mut Inclusion<'_>,
) -> Option<Checklist> {
    if !inclusion.files.iter().any(|(name, _)| name == source.name) {
        let hash = sha256(source.text.as_bytes());
        inclusion.files.push((source.name.to_owned(), hash));
    }
    let (checklist, mistakes) = read_one(Parsed::of(source), variables, inclusion);
    inclusion.mistakes.extend(mistakes);
    checklist
}

fn read_one(
    parsed: Parsed<'_>,
    variables: &mut Variables,
    inclusion: &mut Inclusion<'_>,
) -> (Option<Checklist>, Vec<Mistake>) {
    inclusion.enter(parsed.name());
    let (mut reader, root) = Reader::of(parsed, variables);
    let checklist = root.and_then(|root| checklist(&mut reader, &root, inclusion));
    let checklist = checklist.filter(|_| !reader.has_errors());
    inclusion.leave();
    (checklist, reader.finish())
}

fn checklist(
    reader: &mut Reader<'_>,
    root: &Node,
    inclusion: &mut Inclusion<'_>,
) -> Option<Checklist> {
    let fields = reader.fields(root, &CHECKLIST, "name: Customer signs a quote")?;
    let name = fields
        .require(reader, "name", "name: Customer signs a quote")
        .and_then(|node| reader.name(node, "`name`", "name: Customer signs a quote"));
    let personas = inclusion.declared().personas;
    let walkers = fields.get("as").map(|node| walkers(reader, node, personas));
    let walkers = given(walkers).map(Option::unwrap_or_default);
    if let Some(walkers) = &walkers {
        inclusion.walked_as(walkers);
    }
    let mask = fields.get("mask").map(|node| masked(reader, node));
    let steps = fields
        .require(
            reader,
            "steps",
            "steps: [{ name: Open it, do: [{ visit: / }] }]",
        )
        .and_then(|node| steps(reader, node, inclusion));
    let source = reader.source();
    Some(Checklist {
        name: name?,
        file: source.name.to_owned(),
        sha256: sha256_of_all(source.text, &inclusion.files),
        personas: walkers?,
        mask: given(mask)?.unwrap_or_default(),
        steps: steps?,
    })
}

fn no_checklist_key(key: &str) -> Option<String> {
    Some(match key {
        "persona" | "personas" | "user" => "that is `as` here: `as: owner`".to_owned(),
        "title" => "that is `name` here".to_owned(),
        "masks" | "masked" | "hide" => "that is `mask` here: `mask: [{ css: time }]`".to_owned(),
        "do" | "expect" | "confirm" | "fresh" => {
            format!("`{key}` belongs to a step: `steps: [{{ name: …, {key}: … }}]`")
        }
        "targets" | "device" | "ignore" | "webdriver" => {
            format!("`{key}` belongs into `shippass.yaml`")
        }
        _ => return None,
    })
}

fn no_step_key(key: &str) -> Option<String> {
    Some(match key {
        "as" => "`as` belongs to the whole checklist, beside its `name`".to_owned(),
        "alert" | "prompt" | "popup" => "that is `dialog` here: `dialog: accept`".to_owned(),
        "actions" | "action" => "that is `do` here".to_owned(),
        "checks" | "then" | "assert" | "assertions" | "expected" => {
            "that is `expect` here".to_owned()
        }
        "title" => "that is `name` here".to_owned(),
        "description" | "note" => {
            "say it in `name`, or as a sentence that a human confirms: `confirm: [The page opens]`"
                .to_owned()
        }
        "steps" => {
            "steps don't stand in each other; steps that several checklists share go into a file of their own, put in by `run`".to_owned()
        }
        "timeout" | "wait" | "within" | "retries" => {
            "waiting is never written; an item of `expect` may have `within: 10s` beside it"
                .to_owned()
        }
        word if VERBS.names().any(|verb| verb == word) => {
            format!("`{word}` is a verb: put `- {word}: …` under `do`")
        }
        word if CHECKS.names().any(|check| check == word) => {
            format!("`{word}` is a check: put `- {word}: …` under `expect`")
        }
        word => {
            let own = VERBS.own_word(word)?;
            format!("that is the verb `{own}` here: put `- {own}: …` under `do`")
        }
    })
}

/// The personas of `as`: one, or a list of them.
fn walkers(
    reader: &mut Reader<'_>,
    node: &Node,
    personas: Option<&BTreeSet<String>>,
) -> Option<Vec<Named>> {
    let nodes = match &node.kind {
        Kind::List(_) => reader.list(node, "`as`", "as: [owner, member]")?,
        _ => std::slice::from_ref(node),
    };
    let mut seen = BTreeSet::new();
    let mut walkers = Vec::new();
    for node in nodes {
        let Some(name) = reader.name(node, "`as`", "as: owner") else {
            continue;
        };
        if let Some(personas) = personas.filter(|personas| !personas.contains(&name)) {
            unknown_persona(reader, node, personas);
        } else if !seen.insert(name.clone()) {
            let message = format!("{} stands in `as` twice", quote(&name));
            reader.error(
                node,
                message,
                "each persona walks the checklist once; keep one",
            );
        }
        walkers.push(Named {
            name,
            place: node.place,
        });
    }
    (walkers.len() == nodes.len()).then_some(walkers)
}

fn unknown_persona(reader: &mut Reader<'_>, node: &Node, personas: &BTreeSet<String>) {
    let written = node.written().trim();
    let names = || personas.iter().map(String::as_str);
    let help = match nearest(written, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if personas.is_empty() => {
            "no persona is declared; `shippass.yaml` has them under `personas`, and without `as` a checklist is walked signed out".to_owned()
        }
        None => format!(
            "declared in `shippass.yaml`: {}",
            list_words(names(), "and")
        ),
    };
    reader.error(node, format!("unknown persona {}", quote(written)), &help);
}

/// Every database that is asked must be declared.
fn check_databases(
    reader: &mut Reader<'_>,
    expectations: &[Expectation],
    databases: &BTreeSet<String>,
) {
    let names = || databases.iter().map(String::as_str);
    for expectation in expectations {
        let Check::Query(Query { db, .. }) = &expectation.check else {
            continue;
        };
        if databases.contains(&db.name) {
            continue;
        }
        let help = match nearest(&db.name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if databases.is_empty() => {
                "no database is declared; `shippass.yaml` has them under `databases: { app: ${APP_DATABASE_URL} }`".to_owned()
            }
            None => format!("declared in `shippass.yaml`: {}", list_words(names(), "and")),
        };
        reader.error_at(db, format!("unknown database {}", quote(&db.name)), &help);
    }
}

fn steps(reader: &mut Reader<'_>, node: &Node, inclusion: &mut Inclusion<'_>) -> Option<Vec<Step>> {
    let items = reader.list(node, "`steps`", "- name: Open the quote")?;
    let steps: Vec<Option<Vec<Step>>> = items
        .iter()
        .map(|item| step(reader, item, inclusion))
        .collect();
    let mut steps = steps.into_iter().collect::<Option<Vec<_>>>()?.concat();
    for (index, step) in steps.iter_mut().enumerate() {
        step.id = step_id(index + 1, &step.name);
    }
    Some(steps)
}

/// Reads a step, which is several when it runs another checklist. They get their ids when all are known.
fn step(reader: &mut Reader<'_>, node: &Node, inclusion: &mut Inclusion<'_>) -> Option<Vec<Step>> {
    let fields = reader.fields(node, &STEP, "- name: Open the quote")?;
    let name = fields
        .require(reader, "name", "name: Open the quote")
        .and_then(|node| reader.name(node, "`name`", "name: Open the quote"));
    let fresh = fields
        .get("fresh")
        .map(|node| reader.boolean(node, "`fresh`"));
    let dialog = fields.get("dialog").map(|node| dialog(reader, node));
    let run = fields.get("do").and_then(run_alone);
    let included = run.map(|run| included(reader, run, inclusion));
    let done = fields.get("do").filter(|_| run.is_none());
    let done = done.map(|node| actions(reader, node));
    let expected = fields.get("expect").map(|node| expectations(reader, node));
    if let (Some(Some(asked)), Some(databases)) = (&expected, inclusion.declared().databases) {
        check_databases(reader, asked, databases);
    }
    let confirm = fields.get("confirm").map(|node| sentences(reader, node));
    let mask = fields.get("mask").map(|node| masked(reader, node));
    if run.is_none() && done.is_none() && expected.is_none() && confirm.is_none() {
        let message = "the step does nothing and looks at nothing".to_owned();
        let help = "give it `do`, `expect` or `confirm`";
        reader.error(fields.node(), message, help);
    }
    let step = Step {
        id: String::new(),
        name: name?,
        fresh: given(fresh)?.unwrap_or(false),
        dialog: given(dialog)?,
        actions: given(done)?.unwrap_or_default(),
        expectations: given(expected)?.unwrap_or_default(),
        confirm: given(confirm)?.unwrap_or_default(),
        mask: given(mask)?.unwrap_or_default(),
        place: node.place,
    };
    Some(match given(included)? {
        Some(included) => in_place_of(step, included),
        None => vec![step],
    })
}

/// The steps of a checklist that a step runs: they bear its name and place, its `fresh` and what it looks at.
fn in_place_of(outer: Step, mut included: Vec<Step>) -> Vec<Step> {
    for step in &mut included {
        step.name = format!("{}: {}", outer.name, step.name);
        step.place = outer.place;
        step.dialog = step.dialog.take().or_else(|| outer.dialog.clone());
        step.mask.extend_from_slice(&outer.mask);
    }
    if let Some(first) = included.first_mut() {
        first.fresh |= outer.fresh;
    }
    if let Some(last) = included.last_mut() {
        last.expectations.extend(outer.expectations);
        last.confirm.extend(outer.confirm);
    }
    included
}

/// Elements that the comparison of pictures leaves out.
fn masked(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Locator>> {
    let example = "mask: [{ css: time }]";
    let items = reader.list(node, "`mask`", example)?;
    let elements: Vec<Option<Locator>> = items
        .iter()
        .map(|item| locator(reader, item, "an element of `mask`", example))
        .collect();
    elements.into_iter().collect()
}

fn sentences(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<String>> {
    let example = "- Nothing is cut off at the right edge";
    let items = reader.list(node, "`confirm`", example)?;
    let sentences: Vec<Option<String>> = items
        .iter()
        .map(|item| reader.text(item, "a sentence of `confirm`", example))
        .collect();
    sentences.into_iter().collect()
}
