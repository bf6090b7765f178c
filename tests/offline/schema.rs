//! The published schemas: kept equal to the tables, and held against files as an editor holds them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use shippass::{
    bundle::{BundleDocument, bundle_schema},
    checklist::checklist_schema,
    config::config_schema,
    detect,
    handoff::compare::comparison_schema,
};

use super::golden;

/// From the package's folder, where tests are run.
const FIXTURES: &str = "tests/fixtures/checklists";

/// Files that are read as meant and that other readers of YAML take for something else: `see: ~`.
const TEXTS_TO_US_ALONE: &[&str] = &["texts-that-others-take-for-nothing.yaml"];

/// Refused files whose mistake no schema can see: it lies in other files, in variables, or in what YAML drops.
const BEYOND_A_SCHEMA: &[&str] = &[
    "config-device-out-of-range.yaml",
    "config-url-from-a-bad-variable.yaml",
    "config-variable-not-set.yaml",
    "late-texts-in-a-checklist.yaml",
    "query-unknown-database.yaml",
    "response-from-a-variable.yaml",
    "unknown-persona.yaml",
    "variable-in-a-block-text.yaml",
    "variable-malformed.yaml",
    "variable-not-set.yaml",
    "variable-set-to-nothing.yaml",
    "variables-of-other-tools.yaml",
];

fn schemas() -> [(&'static str, Value); 4] {
    [
        ("checklist", checklist_schema()),
        ("config", config_schema(&detect::names())),
        ("bundle", bundle_schema()),
        ("comparison", comparison_schema()),
    ]
}

fn validator(schema: &Value) -> jsonschema::Validator {
    assert!(jsonschema::meta::is_valid(schema), "a good schema");
    jsonschema::draft202012::new(schema).expect("a schema")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// A file as an editor's reader of YAML sees it, and whether it is a configuration.
fn read(path: &Path) -> (String, bool, Result<Value, String>) {
    let name = path.file_name().expect("a name").to_string_lossy();
    let is_config = name.starts_with("config-") || name == "shippass.yaml";
    let text = fs::read_to_string(path).unwrap_or_default();
    let value = serde_saphyr::from_str(&text).map_err(|error| error.to_string());
    (name.into_owned(), is_config, value)
}

fn complaints(validator: &jsonschema::Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn committed_schemas_are_those_of_the_tables() {
    let mut stale = Vec::new();
    for (name, schema) in schemas() {
        let file = format!("{name}.schema.json");
        let text = format!("{schema:#}\n");
        let committed = Path::new("schema").join(&file);
        if fs::read_to_string(&committed).ok().as_deref() != Some(text.as_str()) {
            let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
            fs::File::create(&fresh)
                .and_then(|mut out| std::io::Write::write_all(&mut out, text.as_bytes()))
                .expect("written");
            stale.push(format!("cp {} {}", fresh.display(), committed.display()));
        }
    }
    assert!(
        stale.is_empty(),
        "schemas that aren't what the tables say; read the fresh ones, then\n{}",
        stale.join("\n")
    );
}

#[test]
fn good_files_are_valid() {
    let [checklist, config, ..] = schemas().map(|(_, schema)| validator(&schema));
    let folders = ["tests/fixtures/checklists/accepted", "checklists"];
    let mut good: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| files(Path::new(folder)))
        .collect();
    for case in fs::read_dir(Path::new(FIXTURES).join("runs")).expect("the cases") {
        let case = case.expect("a case").path();
        let name = case.file_name().expect("a name").to_string_lossy();
        if name.starts_with("accepted-") {
            good.extend(files(&case));
        }
    }
    assert!(good.len() > 30, "{}", good.len());
    for path in good {
        let (name, is_config, value) = read(&path);
        if TEXTS_TO_US_ALONE.contains(&name.as_str()) {
            continue;
        }
        let value = value.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let validator = if is_config { &config } else { &checklist };
        let complaints = complaints(validator, &value);
        assert!(complaints.is_empty(), "{}: {complaints:#?}", path.display());
    }
}

#[test]
fn bad_files_are_not_valid_unless_no_schema_can_tell() {
    let [checklist, config, ..] = schemas().map(|(_, schema)| validator(&schema));
    let mut missed = BTreeSet::new();
    let mut told = 0;
    for path in files(&Path::new(FIXTURES).join("refused")) {
        let (name, is_config, value) = read(&path);
        let Ok(value) = value else { continue };
        let validator = if is_config { &config } else { &checklist };
        if validator.is_valid(&value) {
            missed.insert(name);
        } else {
            told += 1;
        }
    }
    assert!(told > 60, "{told} bad files are told by a schema");
    let known: BTreeSet<String> = BEYOND_A_SCHEMA
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    assert_eq!(missed, known);
}

#[test]
fn every_example_is_valid_where_it_stands() {
    for (_, schema) in schemas() {
        let mut examples = Vec::new();
        collect_examples(&schema, &mut examples);
        for (place, example) in examples {
            let mut place = place.clone();
            place["$defs"] = schema["$defs"].clone();
            let complaints = complaints(&validator(&place), example);
            assert!(complaints.is_empty(), "{example}: {complaints:#?}");
        }
    }
}

/// Every schema that has examples, with each of them.
fn collect_examples<'s>(schema: &'s Value, found: &mut Vec<(&'s Value, &'s Value)>) {
    match schema {
        Value::Object(map) => {
            let examples = map.get("examples").and_then(Value::as_array);
            found.extend(
                examples
                    .into_iter()
                    .flatten()
                    .map(|example| (schema, example)),
            );
            map.values()
                .for_each(|value| collect_examples(value, found));
        }
        Value::Array(values) => values
            .iter()
            .for_each(|value| collect_examples(value, found)),
        _ => {}
    }
}

#[test]
fn bundles_are_valid() {
    let [_, _, bundle, _] = schemas().map(|(_, schema)| validator(&schema));
    let folder = tempfile::tempdir().expect("a folder");
    let run = golden::run(folder.path(), golden::Pictures::Tiny);
    let document = BundleDocument::new(&run, &golden::findings()).to_string();
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let complaints = complaints(&bundle, &document);
    assert!(complaints.is_empty(), "{complaints:#?}");
    let mut broken = document;
    broken["checklists"][0]["steps"][0]["status"] = "passed".into();
    assert!(!bundle.is_valid(&broken), "nothing is ever passed");
}

#[test]
fn every_map_that_is_read_has_a_schema() {
    let sources: Vec<(PathBuf, String)> = rust_files(Path::new("src"));
    let schemas: String = sources
        .iter()
        .filter(|(path, _)| path.to_string_lossy().contains("schema"))
        .map(|(_, text)| text.as_str())
        .collect();
    let mut shapes = 0;
    for (path, text) in &sources {
        for line in text
            .lines()
            .filter(|line| line.contains(": Shape = Shape {"))
        {
            let name = line
                .split("const ")
                .nth(1)
                .and_then(|rest| rest.split(':').next());
            let name = name.expect("a constant's name");
            shapes += 1;
            assert!(
                schemas.contains(&format!("&{name}")),
                "{name} of {} isn't in a schema",
                path.display()
            );
        }
    }
    assert!(shapes >= 10, "{shapes} shapes found");
}

fn rust_files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else {
            let text = fs::read_to_string(&path).expect("source code");
            found.push((path, text));
        }
    }
    found
}

#[test]
fn the_editors_line_changes_nothing() {
    use shippass::{
        checklist::Source,
        config::{Environment, read_project},
    };
    let text = "# yaml-language-server: $schema=../schema/checklist.schema.json\nname: A\nsteps: [{ name: One, do: [back] }]\n";
    let source = Source {
        name: "a.yaml",
        text,
    };
    let project = read_project(None, &[source], &Environment::default(), &[]).expect("accepted");
    assert!(project.warnings.is_empty());
}
