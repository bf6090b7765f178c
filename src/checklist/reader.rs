//! Reads a tree piece by piece, collecting every mistake on the way instead of stopping at the first.

use super::{
    mistake::{Mistake, Weight, quote},
    model::{Named, Place},
    reference::has_variable,
    source::{Lines, Source, without_mark},
    variables::{Exposure, Remark, Trouble, Variables},
    yaml::{self, Kind, Node, Problem, Tree},
};

/// How many errors, and how many warnings, are told of one file.
const MOST_MISTAKES: usize = 100;

/// A file whose YAML has been parsed.
pub(super) struct Parsed<'a> {
    source: Source<'a>,
    tree: Tree,
}

impl<'a> Parsed<'a> {
    pub(super) fn of(source: Source<'a>) -> Self {
        let tree = yaml::parse(without_mark(source.text));
        Self { source, tree }
    }

    /// The name of the file, as messages use it.
    pub(super) fn name(&self) -> &'a str {
        self.source.name
    }
}

/// Reads one file.
pub(crate) struct Reader<'a> {
    source: Source<'a>,
    lines: Lines<'a>,
    mistakes: Vec<Mistake>,
    errors: usize,
    warnings: usize,
    variables: &'a mut Variables,
}

impl<'a> Reader<'a> {
    /// The name of the file, as messages use it.
    pub(super) fn source_name(&self) -> &'a str {
        self.source.name
    }

    /// Opens a file; without a root it isn't YAML, and the mistakes say why.
    pub(crate) fn open(source: Source<'a>, variables: &'a mut Variables) -> (Self, Option<Node>) {
        Self::of(Parsed::of(source), variables)
    }

    /// The same, of a file that is parsed already.
    pub(super) fn of(
        Parsed { source, tree }: Parsed<'a>,
        variables: &'a mut Variables,
    ) -> (Self, Option<Node>) {
        let mut reader = Self {
            source,
            lines: Lines::new(without_mark(source.text), tree.hidden),
            mistakes: Vec::new(),
            errors: 0,
            warnings: 0,
            variables,
        };
        for Problem {
            weight,
            place,
            end,
            message,
            help,
        } in tree.problems
        {
            reader.note(weight, (place, end), message, &help);
        }
        (reader, tree.root)
    }

    /// Every mistake of the file, in its order.
    pub(crate) fn finish(mut self) -> Vec<Mistake> {
        self.mistakes.sort_by_key(|mistake| mistake.place);
        let untold = self.errors.saturating_sub(MOST_MISTAKES);
        if let Some(last) = self.mistakes.last().filter(|_| untold > 0) {
            let mut more = last.clone();
            more.weight = Weight::Error;
            more.message = format!("{untold} more mistakes in this file are not shown");
            more.help = Some("mend these first".to_owned());
            self.mistakes.push(more);
        }
        self.mistakes
    }

    /// Whether an error has been noted.
    pub(crate) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The file's name.
    pub(crate) fn source(&self) -> Source<'a> {
        self.source
    }

    /// Notes an error under a node.
    pub(crate) fn error(&mut self, at: &Node, message: String, help: &str) {
        self.note(Weight::Error, (at.place, at.end), message, help);
    }

    /// Notes an error under a name that was read before.
    pub(crate) fn error_at(&mut self, at: &Named, message: String, help: &str) {
        let end = Place {
            column: at.place.column + at.name.chars().count(),
            ..at.place
        };
        self.note(Weight::Error, (at.place, end), message, help);
    }

    /// Notes something worth a look under a node; it stops nothing.
    pub(crate) fn warning(&mut self, at: &Node, message: String, help: &str) {
        self.note(Weight::Warning, (at.place, at.end), message, help);
    }

    fn note(&mut self, weight: Weight, (place, end): (Place, Place), message: String, help: &str) {
        let count = match weight {
            Weight::Error => &mut self.errors,
            Weight::Warning => &mut self.warnings,
        };
        *count += 1;
        if *count > MOST_MISTAKES {
            return;
        }
        let shown = self.lines.show(place, end);
        self.mistakes.push(Mistake {
            weight,
            file: self.source.name.to_owned(),
            place: shown.place,
            line: shown.line,
            indent: shown.indent,
            width: shown.width,
            message,
            help: (!help.is_empty()).then(|| help.to_owned()),
        });
    }

    /// Notes that something else was wanted here.
    pub(crate) fn wrong(&mut self, at: &Node, subject: &str, wanted: &str, example: &str) {
        let message = format!("{subject} wants {wanted}, found {}", at.found());
        self.error(at, message, &format!("write `{example}`"));
    }

    /// A text with its variables filled in; anything empty is a mistake.
    pub(crate) fn text(&mut self, node: &Node, subject: &str, example: &str) -> Option<String> {
        self.filled(node, subject, example, Exposure::Hidden)
    }

    /// A text whose variables stay visible, because it names something that must be readable.
    pub(crate) fn shown_text(
        &mut self,
        node: &Node,
        subject: &str,
        example: &str,
    ) -> Option<String> {
        self.filled(node, subject, example, Exposure::Shown)
    }

    fn filled(
        &mut self,
        node: &Node,
        subject: &str,
        example: &str,
        exposure: Exposure,
    ) -> Option<String> {
        let written = self.scalar(node, subject, example)?;
        if written.trim().is_empty() {
            let message = format!("{subject} wants a text, and this one is empty");
            self.error(node, message, &format!("write `{example}`"));
            return None;
        }
        self.fill(node, exposure)
    }

    /// A text that may be empty when it is written so: `""`.
    pub(crate) fn text_or_empty(
        &mut self,
        node: &Node,
        subject: &str,
        example: &str,
    ) -> Option<String> {
        self.scalar(node, subject, example)?;
        self.fill(node, Exposure::Hidden)
    }

    /// A name as it is written. It can hold no variable, since it becomes part of file names and headings.
    pub(crate) fn name(&mut self, node: &Node, subject: &str, example: &str) -> Option<String> {
        let written = self.scalar(node, subject, example)?.trim().to_owned();
        if written.is_empty() {
            let message = format!("{subject} wants a text, and this one is empty");
            self.error(node, message, &format!("write `{example}`"));
            return None;
        }
        if has_variable(&written) {
            let message = format!("{subject} can't hold a variable");
            let help = "it becomes a heading and part of a file's name; write it out";
            self.error(node, message, help);
            return None;
        }
        Some(written)
    }

    /// The written text of a scalar; the first place where a wrong type is told.
    fn scalar<'n>(&mut self, node: &'n Node, subject: &str, example: &str) -> Option<&'n str> {
        match &node.kind {
            Kind::Scalar { text, .. } if !node.is_nothing() => Some(text),
            Kind::Map(_) => {
                let message = format!("{subject} wants a text, found a map");
                let help = format!(
                    "write `{example}`; a text with `: ` or braces in it goes in quotes as a whole"
                );
                self.error(node, message, &help);
                None
            }
            _ => {
                self.wrong(node, subject, "a text", example);
                None
            }
        }
    }

    fn fill(&mut self, node: &Node, exposure: Exposure) -> Option<String> {
        let (filled, remarks) = self.variables.fill(node.written(), exposure);
        for remark in remarks.iter().take(MOST_MISTAKES) {
            if let Trouble::NotGiven(name) = &remark.what {
                // Who runs this file has to give it: the mistake is told there.
                let (place, _) = self.places_of(node, remark);
                self.variables.miss(name, place);
                continue;
            }
            let weight = if remark.what.is_error() {
                Weight::Error
            } else {
                Weight::Warning
            };
            let (message, help) = remark.what.words();
            self.note(weight, self.places_of(node, remark), message, &help);
        }
        filled
    }

    /// Where a `${…}` stands in the file; the whole text where escapes make that unsure.
    fn places_of(&self, node: &Node, remark: &Remark) -> (Place, Place) {
        let text = without_mark(self.source.text);
        let slice = text.get(node.bytes.clone()).unwrap_or_default();
        let written = node.written();
        let reference = &written[remark.at..remark.at + remark.length];
        let earlier = written[..remark.at].matches(reference).count();
        let Some((at, _)) = slice.match_indices(reference).nth(earlier) else {
            return (node.place, node.end);
        };
        let before = &slice[..at];
        let line_start = before.rfind(['\n', '\r']).map(|at| at + 1);
        let characters = before[line_start.unwrap_or(0)..].chars().count();
        let place = Place {
            line: node.place.line + count_line_breaks(before),
            column: characters + line_start.map_or(node.place.column, |_| 1),
        };
        let end = Place {
            column: place.column + reference.chars().count(),
            ..place
        };
        (place, end)
    }

    /// Whether a key stands without a colon: `500` in `{ Amount: $4,500 }`, where the comma parts entries.
    pub(crate) fn is_cut_by_comma(&self, key: &Node) -> bool {
        let text = without_mark(self.source.text);
        let behind = text.get(key.bytes.end..).unwrap_or_default().trim_start();
        behind.starts_with([',', '}'])
    }

    /// The variables, for a file that this one runs.
    pub(crate) fn variables(&mut self) -> &mut Variables {
        self.variables
    }

    /// Makes a value a secret that is written out, under a name that says so.
    pub(crate) fn hide(&mut self, name: &str, value: &str) {
        self.variables.hide(name, value);
    }

    /// The items of a list that holds at least one.
    pub(crate) fn list<'n>(
        &mut self,
        node: &'n Node,
        subject: &str,
        example: &str,
    ) -> Option<&'n [Node]> {
        match &node.kind {
            Kind::List(items) if items.is_empty() => {
                let message = format!("{subject} is an empty list");
                self.error(node, message, &format!("put something in it: `{example}`"));
                None
            }
            Kind::List(items) => Some(items),
            Kind::Map(pairs) if pairs.iter().any(|(key, _)| key.written().starts_with('-')) => {
                let message = format!("{subject} wants a list, and here a dash touches its item");
                self.error(
                    node,
                    message,
                    &format!("put a space behind it: `{example}`"),
                );
                None
            }
            _ if example.starts_with("- ") => {
                let message = format!("{subject} wants a list, found {}", node.found());
                let help = format!("write each item on a line of its own: `{example}`");
                self.error(node, message, &help);
                None
            }
            _ => {
                self.wrong(node, subject, "a list", example);
                None
            }
        }
    }

    /// The pairs of a map with free keys, at least one.
    pub(crate) fn pairs<'n>(
        &mut self,
        node: &'n Node,
        subject: &str,
        example: &str,
    ) -> Option<&'n [(Node, Node)]> {
        match &node.kind {
            Kind::Map(pairs) if pairs.is_empty() => {
                let message = format!("{subject} is an empty map");
                self.error(node, message, &format!("put something in it: `{example}`"));
                None
            }
            Kind::Map(pairs) => Some(pairs),
            _ => {
                self.wrong(node, subject, "a map", example);
                None
            }
        }
    }

    /// A yes or no.
    pub(crate) fn boolean(&mut self, node: &Node, subject: &str) -> Option<bool> {
        match node.written() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                let message = format!("{subject} wants `true` or `false`, found {}", found(node));
                let word = node.written().to_ascii_lowercase();
                let meant = !matches!(word.as_str(), "no" | "off" | "n" | "false" | "0");
                let help = format!("write `{}: {meant}`", subject.trim_matches('`'));
                self.error(node, message, &help);
                None
            }
        }
    }

    /// A whole number from 0.
    pub(crate) fn number(&mut self, node: &Node, subject: &str, example: &str) -> Option<usize> {
        let number = node.written().parse().ok();
        if number.is_none() {
            let found = found(node);
            let message = format!("{subject} wants a whole number, found {found}");
            self.error(node, message, &format!("write `{example}`"));
        }
        number
    }

    /// A whole number from 1.
    pub(crate) fn count(&mut self, node: &Node, subject: &str, example: &str) -> Option<usize> {
        let count = node.written().parse().ok().filter(|count| *count > 0);
        if count.is_none() {
            let message = format!(
                "{subject} wants a whole number from 1, found {}",
                found(node)
            );
            self.error(node, message, &format!("write `{example}`"));
        }
        count
    }
}

fn count_line_breaks(text: &str) -> usize {
    let returns = text.matches('\r').count();
    let pairs = text.matches("\r\n").count();
    text.matches('\n').count() + returns - pairs
}

/// What stands here, as it is written when it is short enough to repeat.
pub(crate) fn found(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar { text, .. } if !node.is_nothing() => quote(text),
        _ => node.found().to_owned(),
    }
}
