//! `shippass.yaml` from its text: the keys at its top.

use std::collections::BTreeSet;

use super::{
    contract::{Files, contracts},
    databases::databases,
    driver::webdriver,
    ignore::ignore_rules,
    model::{Config, Device},
    personas::personas,
    signoff::signoff,
    targets::targets,
};
use crate::checklist::{
    Kind, Mistake, Node, PathPattern, Reader, Shape, Source, Variables, given, has_variable,
};

pub(super) const CONFIG: Shape = Shape {
    what: "the configuration",
    keys: &[
        "targets",
        "personas",
        "device",
        "api",
        "contract",
        "ignore",
        "webdriver",
        "databases",
        "signoff",
    ],
    later: &[],
    elsewhere: no_config_key,
};

/// What was read of a configuration.
pub(super) struct ConfigReading {
    /// The configuration, when it holds no error.
    pub(super) config: Option<Config>,
    /// The personas' names, as far as they could be read; `None` when the file is no YAML.
    pub(super) personas: Option<BTreeSet<String>>,
    /// The databases' names, likewise.
    pub(super) databases: Option<BTreeSet<String>>,
    /// Every mistake.
    pub(super) mistakes: Vec<Mistake>,
}

/// Reads a configuration.
pub(super) fn read_config(
    source: Source<'_>,
    variables: &mut Variables,
    detectors: &[&str],
    files: Files<'_>,
) -> ConfigReading {
    let (mut reader, root) = Reader::open(source, variables);
    let personas = root.as_ref().map(|root| declared(root, "personas"));
    let databases = root.as_ref().map(|root| declared(root, "databases"));
    let config = root.and_then(|root| config(&mut reader, &root, detectors, files));
    let config = config.filter(|_| !reader.has_errors());
    ConfigReading {
        config,
        personas,
        databases,
        mistakes: reader.finish(),
    }
}

/// The declared names, whether or not what stands behind them can be read.
fn declared(root: &Node, section: &str) -> BTreeSet<String> {
    let Kind::Map(pairs) = &root.kind else {
        return BTreeSet::new();
    };
    pairs
        .iter()
        .filter(|(key, _)| key.written() == section)
        .filter_map(|(_, value)| match &value.kind {
            Kind::Map(names) => Some(names),
            _ => None,
        })
        .flatten()
        .map(|(name, _)| name.written().trim().to_owned())
        .collect()
}

fn no_config_key(key: &str) -> Option<String> {
    Some(match key {
        "steps" | "as" | "name" => {
            format!(
                "`{key}` belongs to a checklist; if this is one, name it without `--config`: `shippass check FILE`"
            )
        }
        "url" | "kind" | "origins" | "commit" | "access" => {
            format!("`{key}` belongs to a target: `targets: {{ preview: {{ {key}: … }} }}`")
        }
        "sign_in" | "tier" => {
            format!("`{key}` belongs to a persona: `personas: {{ owner: {{ {key}: … }} }}`")
        }
        "target" => "that is `targets` here, a map of name to target".to_owned(),
        "persona" => "that is `personas` here, a map of name to persona".to_owned(),
        "env" | "environment" => {
            "values come from the environment by themselves: write `${OWNER_EMAIL}` where one is wanted"
                .to_owned()
        }
        "base_url" | "baseUrl" | "baseURL" => {
            "that goes under `targets`: `targets: { preview: { url: …, kind: preview } }`".to_owned()
        }
        "browser" | "engine" => "the engine is chosen on the command line: `--engine chromium`".to_owned(),
        "timeout" | "retries" => "waiting is never written: every action and every expectation waits by itself".to_owned(),
        "checklists" | "tests" | "specs" => "checklists lie in the folder `checklists/`, or are named on the command line".to_owned(),
        "viewport" => "that is `device` here: `device: 375x812@3`".to_owned(),
        _ => return None,
    })
}

fn config(
    reader: &mut Reader<'_>,
    root: &Node,
    detectors: &[&str],
    files: Files<'_>,
) -> Option<Config> {
    let example = "targets: { preview: { url: https://preview.example, kind: preview } }";
    let fields = reader.fields(root, &CONFIG, example)?;
    let targets = fields.get("targets").map(|node| targets(reader, node));
    let personas = fields.get("personas").map(|node| personas(reader, node));
    let device = fields.get("device").map(|node| device(reader, node));
    let api = fields.get("api").map(|node| api(reader, node));
    let contract = fields
        .get("contract")
        .map(|node| contracts(reader, node, files));
    let ignore = fields
        .get("ignore")
        .map(|node| ignore_rules(reader, node, detectors));
    let webdriver = fields.get("webdriver").map(|node| webdriver(reader, node));
    let databases = fields.get("databases").map(|node| databases(reader, node));
    // Whoever signs or verifies reads it alone; a run only sees whether it is right.
    let signoff = fields.get("signoff").map(|node| signoff(reader, node));
    // A mistake in the file is noted all the same, and nothing is made of it then.
    let may_lack = reader.variables().leaves_out();
    taken(signoff, may_lack)?;
    Some(Config {
        file: Some(reader.source().name.to_owned()),
        targets: targets.unwrap_or_default(),
        personas: personas.unwrap_or_default(),
        device: taken(device, may_lack)?.unwrap_or_default(),
        api: taken(api, may_lack)?.unwrap_or_default(),
        contract: taken(contract, may_lack)?.unwrap_or_default(),
        ignore: taken(ignore, may_lack)?.unwrap_or_default(),
        webdriver: taken(webdriver, may_lack)?,
        databases: databases.unwrap_or_default(),
        secrets: Vec::new(),
    })
}

/// What was given; a part that a missing variable keeps from being read is as good as not given where that may be.
#[expect(
    clippy::option_option,
    reason = "not given and not readable are two things"
)]
fn taken<T>(value: Option<Option<T>>, may_lack: bool) -> Option<Option<T>> {
    match value {
        Some(None) if may_lack => Some(None),
        value => given(value),
    }
}

fn device(reader: &mut Reader<'_>, node: &Node) -> Option<Device> {
    let text = reader.shown_text(node, "`device`", "device: 375x812@3")?;
    match Device::parse(&text) {
        Ok(device) => Some(device),
        Err(error) if has_variable(node.written()) => {
            let message = "the variable's value is no device".to_owned();
            reader.error(node, message, &error.help());
            None
        }
        Err(error) => {
            reader.error(node, error.to_string(), &error.help());
            None
        }
    }
}

fn api(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<PathPattern>> {
    let items = reader.list(node, "`api`", "api: [/api/**]")?;
    let patterns: Vec<Option<PathPattern>> = items
        .iter()
        .map(|item| {
            let text = reader.shown_text(item, "a path of `api`", "api: [/api/**]")?;
            path_pattern(reader, item, &text)
        })
        .collect();
    patterns.into_iter().collect()
}

/// A path pattern, or a whole address with wildcards.
pub(super) fn path_pattern(
    reader: &mut Reader<'_>,
    node: &Node,
    text: &str,
) -> Option<PathPattern> {
    let is_path = text.starts_with(['/', '*']) || text.contains("://");
    if is_path && !text.contains(char::is_whitespace) {
        return Some(PathPattern::new(text));
    }
    let help = "write a path as `/api/**`: `*` is one segment, `**` any number";
    reader.error(
        node,
        "the path must begin with `/` and hold no white space".to_owned(),
        help,
    );
    None
}
