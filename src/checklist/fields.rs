//! Maps with known keys: which there are, which a later version will read, and what an unknown one was meant to be.

use super::{
    mistake::quote,
    nearest::{list_words, nearest},
    reader::Reader,
    yaml::{Kind, Node},
};

/// The keys that a map may have.
pub(crate) struct Shape {
    /// What the map is, for messages: `a step`.
    pub(crate) what: &'static str,
    /// The keys that are read.
    pub(crate) keys: &'static [&'static str],
    /// Keys that a later version will read.
    pub(crate) later: &'static [&'static str],
    /// What to do about a key that belongs somewhere else.
    pub(crate) elsewhere: fn(&str) -> Option<String>,
}

/// For shapes with no keys that are often put in the wrong place.
pub(crate) fn nowhere(_: &str) -> Option<String> {
    None
}

/// A map whose keys have been looked at.
pub(crate) struct Fields<'n> {
    node: &'n Node,
    what: &'static str,
    pairs: &'n [(Node, Node)],
    /// Keys that unknown ones were probably meant to be: they are not missing.
    misspelt: Vec<&'static str>,
    has_unknown: bool,
}

impl<'n> Fields<'n> {
    /// The value of a key, if the key is there.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.pairs
            .iter()
            .find(|(found, _)| found.written() == key)
            .map(|(_, value)| value)
    }

    /// The value of a key that must be there; `example` shows how to write it.
    pub(crate) fn require(
        &self,
        reader: &mut Reader<'_>,
        key: &str,
        example: &str,
    ) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() && !self.misspelt.contains(&key) {
            let message = format!("{} needs `{key}`", self.what);
            reader.error(self.node, message, &format!("write `{example}`"));
        }
        found
    }

    /// Whether there were unknown keys, which have their messages already.
    pub(crate) fn has_unknown(&self) -> bool {
        self.has_unknown
    }

    /// The whole map, for messages.
    pub(crate) fn node(&self) -> &'n Node {
        self.node
    }
}

impl Reader<'_> {
    /// A map of known keys; unknown ones are noted here.
    pub(crate) fn fields<'n>(
        &mut self,
        node: &'n Node,
        shape: &Shape,
        example: &str,
    ) -> Option<Fields<'n>> {
        let Kind::Map(pairs) = &node.kind else {
            self.wrong(node, shape.what, "a map", example);
            return None;
        };
        let mut misspelt = Vec::new();
        let mut has_unknown = false;
        for (key, value) in pairs {
            if !shape.keys.contains(&key.written()) {
                has_unknown = true;
                misspelt.extend(self.unknown_key(key, value, shape));
            }
        }
        Some(Fields {
            node,
            what: shape.what,
            pairs,
            misspelt,
            has_unknown,
        })
    }

    /// Notes an unknown key, and gives the one that it was probably meant to be.
    fn unknown_key(&mut self, key: &Node, value: &Node, shape: &Shape) -> Option<&'static str> {
        let word = key.written();
        if shape.later.contains(&word) {
            self.not_yet(key);
            return None;
        }
        let keys = || shape.keys.iter().copied();
        let elsewhere = (shape.elsewhere)(word);
        let near = nearest(word, keys()).filter(|_| elsewhere.is_none());
        let help = match (elsewhere, near) {
            (Some(help), _) => help,
            (None, _) if word.starts_with(|first: char| first.is_whitespace()) => {
                "what stands before it looks like a space and is none to YAML (U+00A0); type plain spaces".to_owned()
            }
            (None, _) if word.starts_with("//") => "a comment begins with `#`".to_owned(),
            (None, Some(near)) => format!("did you mean `{near}`?"),
            // `see: {total}` is a map to YAML.
            (None, None) if value.is_nothing() && self.is_cut_by_comma(key) => format!(
                "a text in braces goes in quotes; {} takes {}",
                shape.what,
                list_words(keys(), "and")
            ),
            (None, None) => format!("{} takes {}", shape.what, list_words(keys(), "and")),
        };
        let message = format!("unknown key {} in {}", quote(word), shape.what);
        self.error(key, message, &help);
        near
    }

    /// Notes a word of the contract that a later version will read.
    pub(crate) fn not_yet(&mut self, at: &Node) {
        let message = format!(
            "{} is not in this version of shippass yet",
            quote(at.written())
        );
        let help = "take it out for now; it is refused rather than left undone without a word";
        self.error(at, message, help);
    }
}
