//! What a checklist that another one runs is given: values for its `${…}` that go before the environment's.

use std::collections::{BTreeMap, BTreeSet};

use crate::checklist::model::Place;

/// The arguments of one `run`, and what became of them.
#[derive(Debug, Default)]
pub(in crate::checklist) struct Arguments {
    values: BTreeMap<String, String>,
    used: BTreeSet<String>,
    /// Names that neither the arguments nor the environment have, and where each is used first.
    missing: BTreeMap<String, Place>,
}

impl Arguments {
    /// Arguments by name; they are no secrets.
    pub(in crate::checklist) fn new(values: BTreeMap<String, String>) -> Self {
        Self {
            values,
            ..Self::default()
        }
    }

    /// The value given for a name, which counts as used from now on.
    pub(in crate::checklist) fn take(&mut self, name: &str) -> Option<&str> {
        let value = self.values.get(name)?;
        self.used.insert(name.to_owned());
        Some(value)
    }

    /// Notes a name without a value.
    pub(in crate::checklist) fn miss(&mut self, name: &str, place: Place) {
        self.missing.entry(name.to_owned()).or_insert(place);
    }

    /// Whether a value was asked for.
    pub(in crate::checklist) fn is_used(&self, name: &str) -> bool {
        self.used.contains(name)
    }

    /// Names without a value, each with the place where it is used first.
    pub(in crate::checklist) fn missing(&self) -> impl Iterator<Item = (&str, Place)> {
        self.missing
            .iter()
            .map(|(name, place)| (name.as_str(), *place))
    }
}
