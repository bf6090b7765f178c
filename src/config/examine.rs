//! A configuration as `doctor` looks at it: what it takes from the environment, whether or not it can be read.

use std::{collections::BTreeMap, path::Path};

use super::{
    environment::Environment,
    error::ProjectError,
    load::{ProjectFolder, files_beside, find_config, name_of, read_text},
    model::Config,
    project::read_files,
};
use crate::checklist::{Mistake, Source, variables_of};

/// What there is to say of a configuration.
#[derive(Debug)]
pub struct Examined {
    /// The file as messages name it; `None` when there is none.
    pub file: Option<String>,
    /// The variables that it uses, by name.
    pub variables: Vec<UsedVariable>,
    /// The configuration, an empty one when there is no file; or its mistakes.
    pub config: Result<Config, Vec<Mistake>>,
}

/// A variable that a configuration uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedVariable {
    /// Its name.
    pub name: String,
    /// Whether every use brings a default.
    pub has_default: bool,
    /// What it is set to, as far as that may be said.
    pub state: VariableState,
}

/// What a variable is set to, never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableState {
    /// To something.
    Set,
    /// To something with so many characters of white space at its ends.
    Padded(usize),
    /// To nothing.
    Empty,
    /// Not at all.
    Unset,
}

/// Looks at a configuration; without a path at `shippass.yaml` in the current folder, if there is one.
pub fn examine(
    path: Option<&Path>,
    environment: &Environment,
    detectors: &[&str],
) -> Result<Examined, ProjectError> {
    let Some(found) = find_config(path)? else {
        return Ok(Examined {
            file: None,
            variables: Vec::new(),
            config: Ok(Config::default()),
        });
    };
    let name = name_of(&found);
    let text = match read_text(&found)? {
        Ok(text) => text,
        Err(mistake) => {
            return Ok(Examined {
                file: Some(name),
                variables: Vec::new(),
                config: Err(vec![*mistake]),
            });
        }
    };
    let source = Source {
        name: &name,
        text: &text,
    };
    let library = ProjectFolder::of(path);
    let files = files_beside(path);
    let read = read_files(Some(source), &[], &library, &files, environment, detectors);
    Ok(Examined {
        variables: used(&text, environment),
        config: read.into_project().map(|project| project.config),
        file: Some(name),
    })
}

fn used(text: &str, environment: &Environment) -> Vec<UsedVariable> {
    let mut uses: BTreeMap<String, bool> = BTreeMap::new();
    for (name, has_default) in variables_of(text) {
        *uses.entry(name).or_insert(true) &= has_default;
    }
    let state = |name: &str| match environment.get(name) {
        None => VariableState::Unset,
        Some("") => VariableState::Empty,
        Some(value) => match value.chars().count() - value.trim().chars().count() {
            0 => VariableState::Set,
            count => VariableState::Padded(count),
        },
    };
    uses.into_iter()
        .map(|(name, has_default)| UsedVariable {
            state: state(&name),
            name,
            has_default,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_use_counts_and_no_value_is_told() {
        let text = "a: \"${PADDED} ${UNSET:-x}\" # ${COMMENT}\nb: [\"$${LITERAL}\", \"${UNSET:-y}${EMPTY}\"]\nc: { \"${KEY}\": \"${EMPTY:-z}\" }\n";
        let environment = Environment::from(vec![
            ("PADDED".to_owned(), "hunter2\n".to_owned()),
            ("EMPTY".to_owned(), String::new()),
            ("KEY".to_owned(), "k".to_owned()),
        ]);
        let told: Vec<_> = used(text, &environment)
            .into_iter()
            .map(|variable| (variable.name, variable.has_default, variable.state))
            .collect();
        let expected = [
            ("EMPTY", false, VariableState::Empty),
            ("KEY", false, VariableState::Set),
            ("PADDED", false, VariableState::Padded(1)),
            ("UNSET", true, VariableState::Unset),
        ];
        let expected = expected.map(|(name, has, state)| (name.to_owned(), has, state));
        assert_eq!(told, expected);
    }
}
