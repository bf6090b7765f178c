//! Events of the YAML parser into a tree, within fixed budgets.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    ops::Range,
};

use granit_parser::{Event, Parser, ScalarStyle, Span, options};

use super::{
    cut::Cut,
    node::{Kind, Node},
    problem::{
        DEEPEST, LARGEST, MOST_NODES, Problem, empty, property, second_document, too_large,
        too_many_nodes,
    },
    sensitive::{sensitive_ranges, sensitive_ranges_by_words},
    syntax,
};
use crate::checklist::{
    mistake::{Weight, quote},
    model::Place,
};

/// What was read of a file.
#[derive(Debug)]
pub(in crate::checklist) struct Tree {
    /// The root; `None` when the file is no YAML.
    pub(in crate::checklist) root: Option<Node>,
    /// What is wrong with the YAML itself.
    pub(in crate::checklist) problems: Vec<Problem>,
    /// Byte ranges that messages must mask.
    pub(in crate::checklist) hidden: Vec<Range<usize>>,
}

/// Reads a text without a byte order mark.
pub(in crate::checklist) fn parse(text: &str) -> Tree {
    if text.len() > LARGEST {
        return Tree::refused(text, too_large());
    }
    let mut builder = Builder::new(text);
    let options = options! {
        disallow_directives: true,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        emit_comments: false,
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let outcome = match event {
            Ok((event, span)) => builder.take(&event, &span),
            Err(error) => Err(syntax::explain(text, &error)),
        };
        if let Err(problem) = outcome {
            return Tree::refused(text, problem);
        }
    }
    let Some(root) = builder.root else {
        return Tree::refused(text, empty());
    };
    let mut problems = builder.problems;
    let mut hidden = sensitive_ranges(&root);
    let (secret, plain): (Vec<Cut>, Vec<Cut>) = builder
        .cuts
        .into_iter()
        .partition(|cut| cut.is_within(&hidden));
    problems.extend(plain.iter().map(|cut| cut.warning(text, false)));
    problems.extend(secret.iter().map(|cut| cut.warning(text, true)));
    hidden.extend(secret.iter().map(Cut::lost));
    Tree {
        hidden,
        problems,
        root: Some(root),
    }
}

impl Tree {
    fn refused(text: &str, problem: Problem) -> Self {
        Self {
            root: None,
            problems: vec![problem],
            hidden: sensitive_ranges_by_words(text),
        }
    }
}

/// A list or map whose end hasn't come yet.
struct Open {
    place: Place,
    end: Place,
    start: usize,
    /// Nodes so far; in a map keys and values take turns.
    nodes: Vec<Node>,
    /// The keys so far; `None` in a list.
    keys: Option<Keys>,
}

/// The keys of a map whose end hasn't come yet.
#[derive(Default)]
struct Keys {
    /// Where each stands.
    places: BTreeMap<String, Place>,
    /// Which nodes are keys that can't stand; each has its message.
    refused: Vec<usize>,
}

impl Open {
    /// The key whose value is awaited.
    fn key(&self) -> Option<&Node> {
        let is_awaited = self.keys.is_some() && !self.nodes.len().is_multiple_of(2);
        self.nodes.last().filter(|_| is_awaited)
    }
}

struct Builder<'a> {
    text: &'a str,
    open: Vec<Open>,
    root: Option<Node>,
    problems: Vec<Problem>,
    cuts: Vec<Cut>,
    nodes: usize,
    documents: usize,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            open: Vec::new(),
            root: None,
            problems: Vec::new(),
            cuts: Vec::new(),
            nodes: 0,
            documents: 0,
        }
    }

    /// Takes one event; an error ends the reading.
    fn take(&mut self, event: &Event<'_>, span: &Span) -> Result<(), Problem> {
        let (place, end) = places(span);
        if event.is_node() {
            self.nodes += 1;
            if self.nodes > MOST_NODES {
                return Err(too_many_nodes(place));
            }
            self.refuse_tag(event, span);
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(second_document(place));
                }
            }
            Event::Scalar(text, style, ..) => {
                let is_plain = *style == ScalarStyle::Plain;
                // The parser says `~` where nothing is written.
                let is_nothing = is_plain && bytes(span).is_empty();
                let text = if is_nothing { "" } else { text.as_ref() };
                let kind = Kind::Scalar {
                    text: text.to_owned(),
                    is_plain,
                };
                let cut = self.look_for_cut(span).filter(|_| is_plain);
                // Where a comment took the place of a text, its bytes are what a secret was written in.
                let lost = cut.as_ref().filter(|_| is_nothing).map(Cut::lost);
                self.cuts.extend(cut);
                self.place(Node {
                    kind,
                    place,
                    end,
                    bytes: lost.unwrap_or_else(|| bytes(span)),
                });
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.take_alias(span),
            Event::Anchor(..) => self
                .problems
                .push(property(place, "an anchor (`&name`)", "&")),
            Event::SequenceStart(..) => self.begin(span, None)?,
            Event::MappingStart(..) => self.begin(span, Some(Keys::default()))?,
            Event::SequenceEnd | Event::MappingEnd => self.finish(bytes(span).end),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, span: &Span, keys: Option<Keys>) -> Result<(), Problem> {
        let (place, end) = places(span);
        if self.open.len() == DEEPEST {
            return Err(syntax::too_deep(place));
        }
        self.open.push(Open {
            place,
            end,
            start: bytes(span).start,
            nodes: Vec::new(),
            keys,
        });
        Ok(())
    }

    fn finish(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let start = open.start;
        // A caret under a whole block would run over; the first key or bracket is enough.
        let first = open.nodes.first();
        let marked = first.filter(|first| first.place == open.place);
        let caret = marked.map_or(open.end, |first| first.end);
        let kind = match open.keys {
            Some(keys) => Kind::Map(pair_up(open.nodes, &keys.refused)),
            None => Kind::List(open.nodes),
        };
        self.place(Node {
            kind,
            place: open.place,
            end: caret,
            bytes: start..end.max(start),
        });
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, node: Node) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        if let Some(keys) = &mut open.keys
            && open.nodes.len().is_multiple_of(2)
        {
            let problem = check_key(&node, &mut keys.places);
            if problem.is_some() {
                keys.refused.push(open.nodes.len());
            }
            self.problems.extend(problem);
        }
        open.nodes.push(node);
    }

    fn take_alias(&mut self, span: &Span) {
        let (place, end) = places(span);
        let written = span.slice(self.text).unwrap_or_default();
        self.problems.push(Problem {
            weight: Weight::Error,
            place,
            end,
            message: format!("{} is an alias to YAML, and aliases are not read", quote(written)),
            help: "a text that begins with `*` goes in quotes; what was meant to be shared is written out".to_owned(),
        });
        self.place(Node {
            kind: Kind::Scalar {
                text: written.to_owned(),
                is_plain: true,
            },
            place,
            end,
            bytes: bytes(span),
        });
    }

    /// Tags, as anchors, change what a value is; nothing here needs them.
    fn refuse_tag(&mut self, event: &Event<'_>, span: &Span) {
        let (place, _) = places(span);
        if event.tag().is_some() {
            let place = span.tag_start().map_or(place, |mark| Place {
                line: mark.line(),
                column: mark.col() + 1,
            });
            self.problems.push(property(place, "a tag (`!name`)", "!"));
        }
    }

    /// A text that is cut at ` #`, as in `see: Quote #1042`, or lost to it, as in `- #1042`.
    fn look_for_cut(&self, span: &Span) -> Option<Cut> {
        let bytes = bytes(span);
        let (place, end) = places(span);
        if !bytes.is_empty() {
            Cut::behind(self.text, bytes, end)
        } else if let Some(key) = self.open.last().and_then(Open::key) {
            Cut::instead_of_text(self.text, key.bytes.clone(), key.end)
        } else {
            Cut::instead_of_item(self.text, bytes.start, place)
        }
    }
}

/// Keys with their values, but for those that can't stand: of two equal keys the first one stays.
fn pair_up(nodes: Vec<Node>, refused: &[usize]) -> Vec<(Node, Node)> {
    let mut pairs = Vec::with_capacity(nodes.len() / 2);
    let mut refused = refused.iter().peekable();
    let mut nodes = nodes.into_iter().enumerate();
    while let (Some((at, key)), Some((_, value))) = (nodes.next(), nodes.next()) {
        if refused.next_if_eq(&&at).is_none() {
            pairs.push((key, value));
        }
    }
    pairs
}

fn check_key(key: &Node, keys: &mut BTreeMap<String, Place>) -> Option<Problem> {
    let Kind::Scalar { text, .. } = &key.kind else {
        return Some(Problem {
            weight: Weight::Error,
            place: key.place,
            end: key.end,
            message: format!("a key must be a text, and this one is {}", key.found()),
            help: "braces and brackets in a text need quotes around the whole of it: \"{like this}\"; to `fill`, `choose` or \
                   `upload` an element that is named otherwise, write a list: [{ field: { css: \"#total\" }, text: … }]"
                .to_owned(),
        });
    };
    match keys.entry(text.clone()) {
        Entry::Vacant(entry) => {
            entry.insert(key.place);
            None
        }
        Entry::Occupied(first) => Some(Problem {
            weight: Weight::Error,
            place: key.place,
            end: key.end,
            message: format!("the key {} stands here a second time", quote(text)),
            help: format!(
                "the first is on line {}; keep one of them",
                first.get().line
            ),
        }),
    }
}

/// Where a span begins and ends; the parser counts columns from 0.
fn places(span: &Span) -> (Place, Place) {
    let place = |mark: granit_parser::Marker| Place {
        line: mark.line(),
        column: mark.col() + 1,
    };
    (place(span.start), place(span.end))
}

fn bytes(span: &Span) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}
