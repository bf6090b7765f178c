//! Items that say what they are about by one word: `- tap: Sign in`, `- see: Signed`.

use super::{
    mistake::quote,
    nearest::{list_words, nearest},
    reader::Reader,
    yaml::{Kind, Node},
};

/// One word and how to read what belongs to it.
pub(super) struct Word<T> {
    /// The word.
    pub(super) name: &'static str,
    /// An item with it, for messages.
    pub(super) example: &'static str,
    /// Reads what stands behind the word.
    pub(super) decode: fn(&mut Reader<'_>, &Node) -> Option<T>,
}

/// The words that an item can be about.
pub(super) struct Vocabulary<T: 'static> {
    /// What such a word is called: `verb`.
    pub(super) noun: &'static str,
    /// The words of this version.
    pub(super) words: &'static [Word<T>],
    /// The words that a later version will have.
    pub(super) later: &'static [&'static str],
    /// Keys that may stand beside the word.
    pub(super) beside: &'static [&'static str],
    /// Words that other tools use, and the ones that stand for them here.
    pub(super) others: &'static [(&'static str, &'static str)],
    /// What to do about a word that is none here.
    pub(super) elsewhere: fn(&str) -> Option<String>,
}

impl<T> Vocabulary<T> {
    /// All words of this version.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.words.iter().map(|word| word.name)
    }

    /// The word that stands here for one of another tool.
    pub(super) fn own_word(&self, other: &str) -> Option<&'static str> {
        let (_, own) = self.others.iter().find(|(word, _)| *word == other)?;
        self.find(own).map(|word| word.name)
    }

    /// Reads one item.
    pub(super) fn decode(&self, reader: &mut Reader<'_>, item: &Node) -> Option<T> {
        match &item.kind {
            Kind::Scalar { .. } if !item.is_nothing() => self.decode_bare(reader, item),
            Kind::Map(pairs) => self.decode_map(reader, item, pairs),
            _ => {
                let message = if item.is_nothing() {
                    format!("an item without a {}", self.noun)
                } else {
                    format!("an item wants a {}, found {}", self.noun, item.found())
                };
                reader.error(item, message, &self.suggest_any());
                None
            }
        }
    }

    /// `- back`: the word alone.
    fn decode_bare(&self, reader: &mut Reader<'_>, item: &Node) -> Option<T> {
        let written = item.written();
        if let Some(word) = self.find(written) {
            return (word.decode)(reader, &Node::nothing(item));
        }
        let (first, rest) = written
            .split_once(char::is_whitespace)
            .unwrap_or((written, ""));
        let known = self
            .find(first)
            .filter(|_| !rest.is_empty())
            .or_else(|| self.find(written.split_once(':')?.0));
        if let Some(word) = known {
            let message = format!("`{}` wants a colon and a space behind it", word.name);
            let help = format!("write `{}`", word.example);
            reader.error(item, message, &help);
            return None;
        }
        self.unknown(reader, item);
        None
    }

    fn decode_map(
        &self,
        reader: &mut Reader<'_>,
        item: &Node,
        pairs: &[(Node, Node)],
    ) -> Option<T> {
        let mut words = Vec::new();
        for (key, value) in pairs {
            if let Some(word) = self.find(key.written()) {
                words.push((word, key, value));
            } else if !self.beside.contains(&key.written()) {
                self.unknown(reader, key);
            }
        }
        match words.as_slice() {
            [] => {
                let is_beside = |key: &Node| self.beside.contains(&key.written());
                if pairs.iter().all(|(key, _)| is_beside(key)) {
                    let message = format!("an item without a {}", self.noun);
                    reader.error(item, message, &self.suggest_any());
                }
                None
            }
            [(word, key, value)] if value.is_nothing() => {
                (word.decode)(reader, &Node::nothing(key))
            }
            [(word, _, value)] => (word.decode)(reader, value),
            [(first, ..), (second, key, _), ..] => {
                self.refuse_two(reader, key, first, second);
                None
            }
        }
    }

    fn refuse_two(&self, reader: &mut Reader<'_>, key: &Node, first: &Word<T>, second: &Word<T>) {
        let message = format!(
            "two {}s in one item, `{}` and `{}`",
            self.noun, first.name, second.name
        );
        let help = format!(
            "write two items: begin `{}` on a line with its own `- `",
            second.name
        );
        reader.error(key, message, &help);
    }

    fn find(&self, name: &str) -> Option<&'static Word<T>> {
        self.words.iter().find(|word| word.name == name)
    }

    fn unknown(&self, reader: &mut Reader<'_>, at: &Node) {
        let written = at.written();
        if self.later.contains(&written) {
            return reader.not_yet(at);
        }
        let others = || self.others.iter().map(|(other, _)| *other);
        let same = |near: &str| {
            let (_, own) = self.others.iter().find(|(other, _)| *other == near)?;
            self.find(own)
        };
        let help = if let Some(help) = (self.elsewhere)(written) {
            help
        } else if let Some(word) = same(written) {
            format!("that is `{}` here: `{}`", word.name, word.example)
        } else if let Some(word) = nearest(written, self.names()).and_then(|near| self.find(near)) {
            format!("did you mean `{}`? Write `{}`", word.name, word.example)
        } else if let Some(word) = nearest(written, others()).and_then(same) {
            format!("did you mean `{}`? Write `{}`", word.name, word.example)
        } else {
            self.suggest_any()
        };
        let message = format!("unknown {} {}", self.noun, quote(written));
        reader.error(at, message, &help);
    }

    fn suggest_any(&self) -> String {
        let example = self.words.first().map_or("", |word| word.example);
        format!(
            "an item begins with one of {}: `{example}`",
            list_words(self.names(), "or")
        )
    }
}
