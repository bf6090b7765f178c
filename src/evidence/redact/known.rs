//! Secrets whose value is known: from the environment, typed, or seen in a cookie or an answer.

use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};

use super::encodings::forms;

/// Shorter values stand everywhere by chance.
pub(super) const SHORTEST: usize = 8;

/// The known secrets and the machine that finds them.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Name and value.
    secrets: Vec<(String, String)>,
    finder: Option<Arc<Finder>>,
}

/// Finds every form of every known secret in one pass.
#[derive(Debug)]
pub(super) struct Finder {
    automaton: AhoCorasick,
    /// For each pattern the secret's index.
    owners: Vec<usize>,
    names: Vec<String>,
    values: Vec<String>,
}

impl Known {
    /// Takes another one; false when it was known or is too short to be looked for.
    pub(super) fn add(&mut self, name: &str, value: &str) -> bool {
        let is_new = value.chars().count() >= SHORTEST
            && !self.secrets.iter().any(|(_, known)| known == value);
        if is_new {
            self.secrets.push((name.to_owned(), value.to_owned()));
            self.finder = None;
        }
        is_new
    }

    /// The finder over all that is known now.
    pub(super) fn finder(&mut self) -> Option<Arc<Finder>> {
        if self.finder.is_none() && !self.secrets.is_empty() {
            self.finder = Finder::new(&self.secrets).map(Arc::new);
        }
        self.finder.clone()
    }
}

impl Finder {
    fn new(secrets: &[(String, String)]) -> Option<Self> {
        let mut patterns = Vec::new();
        let mut owners = Vec::new();
        for (index, (_, value)) in secrets.iter().enumerate() {
            for form in forms(value) {
                patterns.push(form);
                owners.push(index);
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns)
            .ok()?;
        let (names, values) = secrets.iter().cloned().unzip();
        Some(Self {
            automaton,
            owners,
            names,
            values,
        })
    }

    /// Where the first one stands: offset, length, name.
    pub(super) fn find<'f>(&'f self, bytes: &[u8]) -> Option<(usize, usize, &'f str)> {
        let found = self.automaton.find(bytes)?;
        Some((
            found.start(),
            found.len(),
            self.owner(found.pattern().as_usize()).0,
        ))
    }

    /// Replaces each one with what `replacement` makes of its name and value; `None` when there is none.
    pub(super) fn replace(
        &self,
        text: &str,
        mut replacement: impl FnMut(&str, &str) -> String,
    ) -> Option<String> {
        let mut out = String::new();
        let mut end = 0;
        for found in self.automaton.find_iter(text) {
            let (name, value) = self.owner(found.pattern().as_usize());
            out.push_str(text.get(end..found.start())?);
            out.push_str(&replacement(name, value));
            end = found.end();
        }
        if end == 0 {
            return None;
        }
        out.push_str(text.get(end..)?);
        Some(out)
    }

    fn owner(&self, pattern: usize) -> (&str, &str) {
        let owner = self.owners.get(pattern).copied().unwrap_or_default();
        (
            self.names.get(owner).map_or("secret", String::as_str),
            self.values.get(owner).map_or("", String::as_str),
        )
    }
}
