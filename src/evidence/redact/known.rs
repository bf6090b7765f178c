//! Secrets whose value is known: from the environment, typed, or seen in a cookie or an answer.

use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};

use super::encodings::forms;

/// Shorter values stand everywhere by chance.
pub(super) const SHORTEST: usize = 8;

/// A code that is shorter stands everywhere by chance even on its own.
const SHORTEST_CODE: usize = 4;

/// How far a known secret is looked for.
///
/// The last scan refuses the whole run, so it looks only for what is a secret for certain. What was merely seen under a
/// secret's name may be an id or a word that stood on a page before, and no page is worth the run: it is hidden
/// wherever it is written from then on. What stood there earlier is held by the rules that need not know a value: the
/// names of keys, headers, cookies and fields, and the shapes of tokens, clean at first sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Wherever it stands, and by the last scan too.
    Everywhere,
    /// In what is written from now on: it may have stood somewhere before it was known to be one.
    FromNowOn,
    /// Likewise, and only where no letter or digit touches it: a one-time code is short.
    Alone,
}

#[derive(Debug)]
struct Secret {
    name: String,
    value: String,
    reach: Reach,
}

/// The known secrets and the machine that finds them.
#[derive(Debug, Default)]
pub(super) struct Known {
    secrets: Vec<Secret>,
    finder: Option<Arc<Finder>>,
}

/// Finds every form of every known secret in one pass.
#[derive(Debug)]
pub(super) struct Finder {
    automaton: AhoCorasick,
    /// For each pattern the secret's index.
    owners: Vec<usize>,
    /// Name, value and reach.
    owned: Vec<(String, String, Reach)>,
}

impl Known {
    /// Takes another one; false when it was known or is too short to be looked for.
    pub(super) fn add(&mut self, name: &str, value: &str, reach: Reach) -> bool {
        let shortest = match reach {
            Reach::Everywhere | Reach::FromNowOn => SHORTEST,
            Reach::Alone => SHORTEST_CODE,
        };
        let is_new = value.chars().count() >= shortest
            && !self.secrets.iter().any(|known| known.value == value);
        if is_new {
            self.secrets.push(Secret {
                name: name.to_owned(),
                value: value.to_owned(),
                reach,
            });
            self.finder = None;
        }
        is_new
    }

    /// The finder over all that is known now.
    pub(super) fn finder(&mut self) -> Option<Arc<Finder>> {
        if self.finder.is_none() && !self.secrets.is_empty() {
            self.finder = Finder::new(self.secrets.iter()).map(Arc::new);
        }
        self.finder.clone()
    }

    /// The finder for the last scan.
    pub(super) fn scan_finder(&self) -> Option<Arc<Finder>> {
        let mut scanned = self
            .secrets
            .iter()
            .filter(|secret| secret.reach == Reach::Everywhere)
            .peekable();
        scanned.peek()?;
        Finder::new(scanned).map(Arc::new)
    }
}

impl Finder {
    fn new<'s>(secrets: impl Iterator<Item = &'s Secret>) -> Option<Self> {
        let mut patterns = Vec::new();
        let mut owners = Vec::new();
        let mut owned = Vec::new();
        for (index, secret) in secrets.enumerate() {
            let forms = match secret.reach {
                Reach::Alone => std::iter::once(secret.value.clone().into_bytes()).collect(),
                Reach::Everywhere | Reach::FromNowOn => forms(&secret.value),
            };
            owners.extend(forms.iter().map(|_| index));
            patterns.extend(forms);
            owned.push((secret.name.clone(), secret.value.clone(), secret.reach));
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns)
            .ok()?;
        Some(Self {
            automaton,
            owners,
            owned,
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
            let (name, value, reach) = self.owner(found.pattern().as_usize());
            if reach == Reach::Alone && !stands_alone(text, found.range()) {
                continue;
            }
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

    fn owner(&self, pattern: usize) -> (&str, &str, Reach) {
        let owner = self.owners.get(pattern).copied().unwrap_or_default();
        self.owned
            .get(owner)
            .map_or(("secret", "", Reach::Everywhere), |(name, value, reach)| {
                (name, value, *reach)
            })
    }
}

/// Whether neither a letter nor a digit touches a part of a text.
fn stands_alone(text: &str, part: std::ops::Range<usize>) -> bool {
    let before = text
        .get(..part.start)
        .and_then(|text| text.chars().next_back());
    let after = text.get(part.end..).and_then(|text| text.chars().next());
    !before.into_iter().chain(after).any(char::is_alphanumeric)
}
