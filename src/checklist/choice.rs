//! One word out of a few: `left`, `offline`, `dismiss`.

use super::{
    nearest::{list_words, nearest},
    reader::{Reader, found},
    yaml::Node,
};

impl Reader<'_> {
    /// What the written word stands for.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        node: &Node,
        subject: &str,
        words: &[(&'static str, T)],
        example: &str,
    ) -> Option<T> {
        let written = node.written().trim();
        if let Some((_, meant)) = words.iter().find(|(word, _)| *word == written) {
            return Some(*meant);
        }
        let names = || words.iter().map(|(word, _)| *word);
        let help = match nearest(written, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write `{example}`"),
        };
        let message = format!(
            "{subject} is one of {}, found {}",
            list_words(names(), "or"),
            found(node)
        );
        self.error(node, message, &help);
        None
    }
}
