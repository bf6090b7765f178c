//! The environment: the one place that reads it.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use crate::checklist::Variables;

/// The values that `${NAME}` can stand for.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    values: BTreeMap<String, String>,
    is_forgiving: bool,
}

impl Environment {
    /// The variables of this process; those that are no UTF-8 text are left out.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the environment is read"
    )]
    pub fn capture() -> Self {
        let text = |value: std::ffi::OsString| value.into_string().ok();
        let pairs = std::env::vars_os();
        let pairs = pairs.filter_map(|(name, value)| Some((text(name)?, text(value)?)));
        Self::from(pairs.collect::<Vec<_>>())
    }

    /// For what opens no page: that a variable isn't set is no mistake. What it stands in is left out of the
    /// configuration; in a checklist its name stands for it.
    #[must_use]
    pub fn forgiving(self) -> Self {
        Self {
            is_forgiving: true,
            ..self
        }
    }

    /// Whether variables may lack.
    pub(super) fn is_forgiving(&self) -> bool {
        self.is_forgiving
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Where programs keep what outlives them and belongs to no project (XDG base directories, or the platform's
    /// equal); `None` when not even a home is known.
    pub fn state_folder(&self) -> Option<PathBuf> {
        let absolute = |name: &str| {
            let path = PathBuf::from(self.get(name)?);
            path.is_absolute().then_some(path)
        };
        let below_home = if cfg!(target_os = "macos") {
            "Library/Application Support"
        } else {
            ".local/state"
        };
        absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(below_home)))
    }

    pub(super) fn variables(&self) -> Variables {
        Variables::new(self.values.clone())
    }
}

impl From<Vec<(String, String)>> for Environment {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self {
            values: pairs.into_iter().collect(),
            is_forgiving: false,
        }
    }
}

// Values may be secrets: only names are ever shown.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_value() {
        let environment =
            Environment::from(vec![("TOKEN".to_owned(), "hunter2hunter2".to_owned())]);
        assert_eq!(format!("{environment:?}"), r#"{"TOKEN"}"#);
    }

    #[test]
    fn state_lies_where_the_platform_wants_it_and_nowhere_near() {
        let folder = |pairs: &[(&str, &str)]| {
            let owned = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Environment::from(owned.collect::<Vec<_>>()).state_folder()
        };
        let given = [("HOME", "/home/ada"), ("XDG_STATE_HOME", "/var/ada")];
        assert_eq!(folder(&given), Some(PathBuf::from("/var/ada")));
        let relative = [("HOME", "/home/ada"), ("XDG_STATE_HOME", "state")];
        assert!(folder(&relative).is_some_and(|path| path.starts_with("/home/ada")));
        assert_eq!(folder(&[]), None);
    }

    #[test]
    fn the_process_environment_is_captured() {
        assert!(Environment::capture().get("PATH").is_some());
    }
}
