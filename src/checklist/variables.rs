//! `${NAME}` and `${NAME:-default}`: filling values in, and remembering which were used.

use std::collections::{BTreeMap, BTreeSet};

use super::{include::Arguments, model::Place, reference::Reference};

/// The shortest value that can be searched for and hidden, in characters.
const SHORTEST_SECRET: usize = 3;

/// A secret that is written out in a file must be longer, lest a `Pin: 1234` hides every 1234.
const SHORTEST_LITERAL: usize = 6;

/// Whether a value may be seen in messages, the bundle and the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// It is a secret.
    Hidden,
    /// It names something that must stay readable: a target's URL, a path.
    Shown,
}

/// What becomes of a variable that has no value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It is a mistake.
    #[default]
    Refused,
    /// What it stands in is left out.
    LeftOut,
    /// Its name stands for it.
    Named,
}

/// The environment's values, and what was used of them so far, over all files.
#[derive(Default)]
pub(crate) struct Variables {
    values: BTreeMap<String, String>,
    /// What becomes of those that aren't among them.
    missing: Missing,
    /// Name and value, and whether some use must stay visible.
    used: BTreeMap<(String, String), Exposure>,
    /// Variables that have had their warning.
    warned: BTreeSet<String>,
    /// What the file that is read was given, when another one runs it.
    arguments: Option<Arguments>,
}

/// Something about one `${…}` in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remark {
    /// Where `${` begins, in bytes of the written text.
    pub(crate) at: usize,
    /// How long the reference is, in bytes.
    pub(crate) length: usize,
    /// What about it.
    pub(crate) what: Trouble,
}

/// What can be said about a reference to a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It isn't set and has no default.
    Unset(String),
    /// It isn't set, and who runs this file doesn't give it either.
    NotGiven(String),
    /// It is set to nothing and has no default.
    Empty(String),
    /// `${` without an end, a name or in a form that isn't known.
    Malformed,
    /// White space at the start or the end of the value, so many characters.
    WhiteSpace(String, usize),
    /// Too short to be found and hidden.
    TooShort(String),
}

impl Trouble {
    /// Whether the text can't be used.
    pub(crate) fn is_error(&self) -> bool {
        !matches!(self, Self::WhiteSpace(..) | Self::TooShort(_))
    }

    /// The message and what to do, never with a value.
    pub(crate) fn words(&self) -> (String, String) {
        match self {
            Self::Unset(name) if matches!(name.as_str(), "totp" | "inbox") => (
                format!("`${{{name}}}` is only known while a persona signs in"),
                "it goes into `fill`, `paste` or `visit` of a persona's `sign_in`: `fill: { Code: \"${totp}\" }`"
                    .to_owned(),
            ),
            Self::Unset(name) | Self::NotGiven(name) => (
                format!("the variable `{name}` is not set"),
                format!("set it in the environment, or give a default: ${{{name}:-…}}"),
            ),
            Self::Empty(name) => (
                format!("the variable `{name}` is set to nothing"),
                format!("give it a value in the environment, or a default: ${{{name}:-…}}"),
            ),
            Self::Malformed => (
                "this `${` doesn't begin a variable that can be read".to_owned(),
                "write ${NAME} or ${NAME:-default}, the name of letters, digits and `_`; a literal `${` is written `$${`".to_owned(),
            ),
            Self::WhiteSpace(name, count) => (
                format!(
                    "the value of `{name}` has {count} character{} of white space at its ends",
                    if *count == 1 { "" } else { "s" }
                ),
                "set it again without them; a line break often comes along from `echo` or a dashboard. It is used as it is".to_owned(),
            ),
            Self::TooShort(name) => (
                format!("the value of `{name}` is too short to be found and hidden"),
                format!("a secret needs {SHORTEST_SECRET} characters or more; what is no secret can stand here as it is"),
            ),
        }
    }
}

impl Variables {
    /// Variables with these values.
    pub(crate) fn new(values: BTreeMap<String, String>) -> Self {
        Self {
            values,
            ..Self::default()
        }
    }

    /// What becomes of variables without a value from here on.
    pub(crate) fn treat_missing(&mut self, missing: Missing) {
        self.missing = missing;
    }

    /// Whether a text may lack because of a variable that isn't set, without a mistake.
    pub(crate) fn leaves_out(&self) -> bool {
        self.missing == Missing::LeftOut
    }

    /// From here on these arguments go before the environment; answers those that did until now.
    pub(super) fn enter(&mut self, arguments: Arguments) -> Option<Arguments> {
        self.arguments.replace(arguments)
    }

    /// Back to the arguments of before; answers what became of the last ones.
    pub(super) fn leave(&mut self, before: Option<Arguments>) -> Arguments {
        std::mem::replace(&mut self.arguments, before).unwrap_or_default()
    }

    /// Notes a name that has no value in a file that another one runs.
    pub(super) fn miss(&mut self, name: &str, place: Place) {
        if let Some(arguments) = &mut self.arguments {
            arguments.miss(name, place);
        }
    }

    /// Fills in a text. It is `None` when an error is among the remarks.
    pub(crate) fn fill(
        &mut self,
        written: &str,
        exposure: Exposure,
    ) -> (Option<String>, Vec<Remark>) {
        let mut filled = String::with_capacity(written.len());
        let mut remarks = Vec::new();
        let mut is_left_out = false;
        // In an address, what stands before `@` or behind `?` is no name of a place but a key to it.
        let userinfo_end = written.rfind('@').unwrap_or(0);
        let query_start = written.find('?').unwrap_or(written.len());
        let mut at = 0;
        while let Some(found) = written[at..].find("${") {
            let begin = at + found;
            if written[at..begin].ends_with('$') {
                // `$${` is a literal `${`: one dollar has been written to say so.
                filled.push_str(&written[at..begin]);
                filled.push('{');
                at = begin + 2;
                continue;
            }
            filled.push_str(&written[at..begin]);
            let Some(reference) = Reference::read(&written[begin..]) else {
                remarks.push(remark(begin, 2, Trouble::Malformed));
                at = begin + 2;
                continue;
            };
            let exposure = if begin < userinfo_end || begin > query_start {
                Exposure::Hidden
            } else {
                exposure
            };
            match self.value_of(&reference, exposure) {
                Ok((value, trouble)) => {
                    filled.push_str(&value);
                    remarks.extend(trouble.map(|what| remark(begin, reference.length, what)));
                }
                Err(what) => match self.missing {
                    Missing::LeftOut => is_left_out = true,
                    Missing::Named => filled.push_str(reference.name),
                    Missing::Refused => remarks.push(remark(begin, reference.length, what)),
                },
            }
            at = begin + reference.length;
        }
        filled.push_str(&written[at..]);
        let is_usable = !is_left_out && !remarks.iter().any(|remark| remark.what.is_error());
        (is_usable.then_some(filled), remarks)
    }

    fn value_of(
        &mut self,
        reference: &Reference<'_>,
        exposure: Exposure,
    ) -> Result<(String, Option<Trouble>), Trouble> {
        let name = reference.name.to_owned();
        if let Some(value) = self.arguments.as_mut().and_then(|given| given.take(&name)) {
            return Ok((value.to_owned(), None));
        }
        let value = match (self.values.get(reference.name), reference.default) {
            (Some(value), _) if !value.is_empty() => value.clone(),
            // A default stands in the file for everyone to read: it is no secret.
            (_, Some(default)) => return Ok((default.to_owned(), None)),
            (Some(_), None) => return Err(Trouble::Empty(name)),
            (None, None) if self.arguments.is_some() => return Err(Trouble::NotGiven(name)),
            (None, None) => return Err(Trouble::Unset(name)),
        };
        let used = self
            .used
            .entry((name.clone(), value.clone()))
            .or_insert(exposure);
        if exposure == Exposure::Shown {
            *used = Exposure::Shown;
        }
        let trouble = trouble_of(reference.name, &value, exposure)
            .filter(|_| self.warned.insert(reference.name.to_owned()));
        Ok((value, trouble))
    }

    /// Makes a value a secret that didn't come from the environment.
    pub(crate) fn hide(&mut self, name: &str, value: &str) {
        if value.chars().count() >= SHORTEST_LITERAL {
            let key = (name.to_owned(), value.to_owned());
            self.used.entry(key).or_insert(Exposure::Hidden);
        }
    }

    /// Name and value of each secret that was used, and its trimmed form where that differs.
    ///
    /// A value that must stay readable somewhere, such as a target's URL, is no secret elsewhere.
    pub(crate) fn secrets(&self) -> Vec<(String, String)> {
        let shown: BTreeSet<&str> = self
            .used
            .iter()
            .filter(|(_, exposure)| **exposure == Exposure::Shown)
            .map(|((_, value), _)| value.as_str())
            .collect();
        let mut seen = BTreeSet::new();
        let mut secrets = Vec::new();
        for (name, value) in self.used.keys() {
            let trimmed = value.trim();
            let is_short = trimmed.chars().count() < SHORTEST_SECRET;
            if is_short || shown.contains(value.as_str()) || !seen.insert(value) {
                continue;
            }
            secrets.push((name.clone(), value.clone()));
            if trimmed != value {
                secrets.push((name.clone(), trimmed.to_owned()));
            }
        }
        secrets
    }
}

/// What to warn of in a value that can be used.
fn trouble_of(name: &str, value: &str, exposure: Exposure) -> Option<Trouble> {
    let length = value.trim().chars().count();
    let stray = value.chars().count() - length;
    if stray > 0 {
        return Some(Trouble::WhiteSpace(name.to_owned(), stray));
    }
    let is_short = (1..SHORTEST_SECRET).contains(&length);
    (is_short && exposure == Exposure::Hidden).then(|| Trouble::TooShort(name.to_owned()))
}

fn remark(at: usize, length: usize, what: Trouble) -> Remark {
    Remark { at, length, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        let pairs = [
            ("EMAIL", "ada@example.com"),
            ("PADDED", " secret\n"),
            ("EMPTY", ""),
            ("ONE", "1"),
            ("URL", "https://preview.example"),
        ];
        Variables::new(
            pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        )
    }

    fn fill(written: &str) -> (Option<String>, Vec<Trouble>) {
        let (filled, remarks) = variables().fill(written, Exposure::Hidden);
        (
            filled,
            remarks.into_iter().map(|remark| remark.what).collect(),
        )
    }

    #[test]
    fn values_and_defaults_are_filled_in() {
        let clean = |text: &str| (Some(text.to_owned()), Vec::new());
        assert_eq!(fill("to ${EMAIL}!"), clean("to ada@example.com!"));
        assert_eq!(fill("${NONE:-by default}"), clean("by default"));
        assert_eq!(fill("${EMPTY:-by default}"), clean("by default"));
        assert_eq!(fill("${NONE:-}"), clean(""));
        assert_eq!(fill("$4500 and $$"), clean("$4500 and $$"));
        assert_eq!(fill("$${EMAIL}"), clean("${EMAIL}"));
    }

    #[test]
    fn troubles_are_told_apart() {
        let name = |name: &str| name.to_owned();
        assert_eq!(fill("${NONE}"), (None, vec![Trouble::Unset(name("NONE"))]));
        assert_eq!(
            fill("${EMPTY}"),
            (None, vec![Trouble::Empty(name("EMPTY"))])
        );
        for written in ["${}", "${1X}", "${EMAIL", "${EMAIL:?no}", "${A-b}"] {
            assert_eq!(fill(written), (None, vec![Trouble::Malformed]), "{written}");
        }
        let (filled, troubles) = fill("${PADDED}");
        assert_eq!(filled.as_deref(), Some(" secret\n"));
        assert_eq!(troubles, [Trouble::WhiteSpace(name("PADDED"), 2)]);
        assert_eq!(fill("${ONE}").1, [Trouble::TooShort(name("ONE"))]);
    }

    #[test]
    fn what_has_no_value_may_be_left_out_or_stand_by_its_name() {
        let mut variables = variables();
        variables.treat_missing(Missing::LeftOut);
        assert_eq!(
            variables.fill("to ${NONE}", Exposure::Hidden),
            (None, Vec::new())
        );
        variables.treat_missing(Missing::Named);
        let named = variables.fill("to ${NONE}${EMPTY} ${EMAIL}", Exposure::Hidden);
        assert_eq!(
            named,
            (Some("to NONEEMPTY ada@example.com".to_owned()), Vec::new())
        );
        let (malformed, remarks) = variables.fill("${", Exposure::Hidden);
        assert!(malformed.is_none() && remarks.len() == 1);
    }

    #[test]
    fn secrets_are_what_was_used_and_need_not_be_read() {
        let mut variables = variables();
        variables.fill("${PADDED} ${ONE} ${URL}/x", Exposure::Hidden);
        variables.fill("${URL}/${NONE:-default}", Exposure::Shown);
        variables.fill("https://me:${PADDED}@host/?${EMAIL}", Exposure::Shown);
        variables.hide("Password", "hunter2");
        variables.hide("Pin", "1234");
        let secrets = variables.secrets();
        let expected = [
            ("EMAIL", "ada@example.com"),
            ("PADDED", " secret\n"),
            ("PADDED", "secret"),
            ("Password", "hunter2"),
        ];
        assert_eq!(
            secrets,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn no_message_holds_a_value() {
        let (_, remarks) = variables().fill("${PADDED}", Exposure::Hidden);
        let (message, help) = remarks[0].what.words();
        assert!(!message.contains("secret") && !help.contains(" secret\n"));
    }
}
