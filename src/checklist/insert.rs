//! One more expectation in a checklist's own text, everything else kept byte for byte.

use super::{
    model::Place,
    source::without_mark,
    yaml::{self, Kind, Node},
};

/// The text with `item` (`response: GET /api/quotes 2xx`) as the last expectation of the step that begins at a place.
///
/// `None` when there is no such step, when `item` is no single line of YAML, or when the file is written in a way in
/// which the line can't be put in without touching something else.
pub fn with_expectation(text: &str, step: Place, item: &str) -> Option<String> {
    let bare = without_mark(text);
    let mark = &text[..text.len() - bare.len()];
    let mut root = yaml::parse(bare).root?;
    let wanted = yaml::parse(item).root?;
    if item.contains(['\n', '\r']) {
        return None;
    }
    let pairs = step_at(&mut root, step)?;
    let (at, inserted) = match value_of(pairs, "expect") {
        Some(list) => into_list(bare, list, item)?,
        None => into_step(bare, pairs, item)?,
    };
    let changed = format!("{}{inserted}{}", &bare[..at], &bare[at..]);
    // Whatever the file's style is: what is read of it must be what was there, and the one line.
    let mut read = yaml::parse(&changed).root?;
    let taken = take_last(step_at(&mut read, step)?)?;
    (is_same(&taken, &wanted) && is_same(&read, &root)).then(|| format!("{mark}{changed}"))
}

fn step_at(root: &mut Node, place: Place) -> Option<&mut Vec<(Node, Node)>> {
    let Kind::Map(pairs) = &mut root.kind else {
        return None;
    };
    let steps = pairs.iter_mut().find(|(key, _)| key.written() == "steps");
    let Kind::List(steps) = &mut steps?.1.kind else {
        return None;
    };
    let step = steps.iter_mut().find(|step| step.place == place)?;
    match &mut step.kind {
        Kind::Map(pairs) => Some(pairs),
        Kind::Scalar { .. } | Kind::List(_) => None,
    }
}

fn value_of<'n>(pairs: &'n [(Node, Node)], key: &str) -> Option<&'n Node> {
    let pair = pairs.iter().find(|(name, _)| name.written() == key);
    pair.map(|(_, value)| value)
}

/// Where a list's next item goes, and what has to be written there.
fn into_list(text: &str, list: &Node, item: &str) -> Option<(usize, String)> {
    let Kind::List(items) = &list.kind else {
        return None;
    };
    if is_flow(text, list) {
        return Some(before_bracket(text, list, &format!("{{ {item} }}")));
    }
    let final_item = items.last()?;
    let dash = text[..final_item.bytes.start].rfind('-')?;
    let indent = indent_of(text, dash)?;
    let newline = newline_of(text);
    Some((
        line_end(text, final_item),
        format!("{newline}{indent}- {item}"),
    ))
}

/// The same for a step that expects nothing yet: behind what it does.
fn into_step(text: &str, pairs: &[(Node, Node)], item: &str) -> Option<(usize, String)> {
    let (first, _) = pairs.first()?;
    let step_start = first.bytes.start;
    if text[..step_start].trim_end().ends_with('{') {
        let (_, last) = pairs.last()?;
        let at = if is_flow(text, last) {
            bracket_end(text, last)
        } else {
            last.bytes.end
        };
        return Some((at, format!(", expect: [{{ {item} }}]")));
    }
    let done = value_of(pairs, "do");
    let anchor = done.or_else(|| value_of(pairs, "name"))?;
    let indent = " ".repeat(first.place.column - 1);
    let deeper = done
        .and_then(|done| extra_indent(text, done, first.place.column - 1))
        .unwrap_or(2);
    let newline = newline_of(text);
    let inserted = format!(
        "{newline}{indent}expect:{newline}{indent}{}- {item}",
        " ".repeat(deeper)
    );
    Some((line_end(text, anchor), inserted))
}

/// How much deeper than their key the items of a list stand.
fn extra_indent(text: &str, list: &Node, key: usize) -> Option<usize> {
    let Kind::List(items) = &list.kind else {
        return None;
    };
    if is_flow(text, list) {
        return None;
    }
    let dash = text[..items.first()?.bytes.start].rfind('-')?;
    indent_of(text, dash)?.len().checked_sub(key)
}

/// What stands before a dash in its line, when it is nothing but space.
fn indent_of(text: &str, dash: usize) -> Option<&str> {
    let start = text[..dash].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let indent = &text[start..dash];
    indent.bytes().all(|byte| byte == b' ').then_some(indent)
}

fn is_flow(text: &str, node: &Node) -> bool {
    text[node.bytes.start..].starts_with(['[', '{'])
}

/// Just behind the bracket that closes a list or map.
fn bracket_end(text: &str, node: &Node) -> usize {
    let end = node.bytes.end;
    let is_behind = text[..end].ends_with([']', '}']);
    if !is_behind && text[end..].starts_with([']', '}']) {
        end + 1
    } else {
        end
    }
}

/// Before the closing bracket, with a comma where there is none.
fn before_bracket(text: &str, list: &Node, item: &str) -> (usize, String) {
    let whole = &text[..bracket_end(text, list)];
    let inside = whole.strip_suffix(']').unwrap_or(whole);
    let at = inside.trim_end().len();
    let comma = if inside[..at].ends_with([',', '[']) {
        ""
    } else {
        ","
    };
    let space = if inside[..at].ends_with('[') { "" } else { " " };
    (at, format!("{comma}{space}{item}"))
}

/// The end of the last line that a node stands in, a comment behind it counted in.
fn line_end(text: &str, node: &Node) -> usize {
    let end = text[..end_of(text, node).min(text.len())].trim_end().len();
    let rest = &text[end..];
    end + rest.find(['\n', '\r']).unwrap_or(rest.len())
}

/// A block ends where its last part does; what the parser tells of it is where the next thing begins.
fn end_of(text: &str, node: &Node) -> usize {
    if is_flow(text, node) {
        return bracket_end(text, node);
    }
    let last = match &node.kind {
        Kind::Scalar { .. } => None,
        Kind::List(items) => items.last(),
        Kind::Map(pairs) => pairs
            .last()
            .map(|(key, value)| if value.is_nothing() { key } else { value }),
    };
    last.map_or(node.bytes.end, |last| end_of(text, last))
}

fn newline_of(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// Takes the last item of `expect` out again, and the key when it was the only one.
fn take_last(pairs: &mut Vec<(Node, Node)>) -> Option<Node> {
    let at = pairs
        .iter()
        .position(|(key, _)| key.written() == "expect")?;
    let Kind::List(items) = &mut pairs[at].1.kind else {
        return None;
    };
    let taken = items.pop()?;
    if items.is_empty() {
        pairs.remove(at);
    }
    Some(taken)
}

/// Whether two trees say the same, wherever it stands.
fn is_same(one: &Node, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::List(one), Kind::List(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_same(one, other))
        }
        (Kind::Map(one), Kind::Map(other)) => {
            let is_same_pair = |(one, other): (&(Node, Node), &(Node, Node))| {
                is_same(&one.0, &other.0) && is_same(&one.1, &other.1)
            };
            one.len() == other.len() && one.iter().zip(other).all(is_same_pair)
        }
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "response: POST /api/sign 2xx json";

    /// Puts the line into the step whose place is that of the mark `§`, and takes the mark out.
    fn put(marked: &str) -> Option<String> {
        let at = marked.find('§').expect("a mark");
        let before = &marked[..at];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let place = Place {
            line: before.matches('\n').count() + 1,
            column: before[line_start..]
                .trim_start_matches('\u{feff}')
                .chars()
                .count()
                + 1,
        };
        with_expectation(&marked.replace('§', ""), place, LINE)
    }

    /// `+` stands for the one line, or part of a line, that is new.
    fn assert_put(marked: &str, expected: &str) {
        let text = put(marked).unwrap_or_else(|| panic!("refused: {marked}"));
        assert_eq!(text, expected.replace('+', LINE), "{marked}");
    }

    #[test]
    fn the_line_goes_behind_the_last_expectation_of_its_step() {
        assert_put(
            "# mine\nname: A\nsteps:\n  - §name: One   # first\n    do: [ back ]\n    expect:\n      - see: x  # why\n      # and\n\n    confirm: [ y ]\n  - name: Two\n    expect: [ see: z ]\n",
            "# mine\nname: A\nsteps:\n  - name: One   # first\n    do: [ back ]\n    expect:\n      - see: x  # why\n      - +\n      # and\n\n    confirm: [ y ]\n  - name: Two\n    expect: [ see: z ]\n",
        );
        assert_put(
            "name: A\nsteps:\n- §name: One\n  expect:\n  - see: |\n      two\n      lines\n  - query: { db: app,\n      sql: x,\n      rows: [[1]]\n    } # so\n",
            "name: A\nsteps:\n- name: One\n  expect:\n  - see: |\n      two\n      lines\n  - query: { db: app,\n      sql: x,\n      rows: [[1]]\n    } # so\n  - +\n",
        );
        assert_put(
            "name: A\nsteps:\n- §name: One\n  expect:\n  - see: last",
            "name: A\nsteps:\n- name: One\n  expect:\n  - see: last\n  - +",
        );
    }

    #[test]
    fn a_step_that_expects_nothing_gets_an_expect_behind_what_it_does() {
        assert_put(
            "name: A\nsteps:\n  - §name: One\n    do:\n      - visit: /   # home\n    confirm:\n      - y\n  - name: Two\n",
            "name: A\nsteps:\n  - name: One\n    do:\n      - visit: /   # home\n    expect:\n      - +\n    confirm:\n      - y\n  - name: Two\n",
        );
        assert_put(
            "name: A\nsteps:\n  - §do:\n    - back\n    name: One\n",
            "name: A\nsteps:\n  - do:\n    - back\n    expect:\n    - +\n    name: One\n",
        );
        assert_put(
            "\u{feff}name: A\r\nsteps:\r\n  - §name: One\r\n    do: [back]\r\n",
            "\u{feff}name: A\r\nsteps:\r\n  - name: One\r\n    do: [back]\r\n    expect:\r\n      - +\r\n",
        );
    }

    #[test]
    fn brackets_are_kept_as_they_are() {
        assert_put(
            "name: A\nsteps:\n  - §name: One\n    expect: [see: x]\n",
            "name: A\nsteps:\n  - name: One\n    expect: [see: x, { + }]\n",
        );
        assert_put(
            "name: A\nsteps:\n  - §name: One\n    expect: [\n      { see: x },\n    ]\n",
            "name: A\nsteps:\n  - name: One\n    expect: [\n      { see: x }, { + }\n    ]\n",
        );
        assert_put(
            "name: A\nsteps: [§{ name: One, do: [back] }, { name: Two }]\n",
            "name: A\nsteps: [{ name: One, do: [back], expect: [{ + }] }, { name: Two }]\n",
        );
    }

    #[test]
    fn what_would_touch_something_else_is_refused() {
        // The comment would swallow the item.
        assert_eq!(
            put("name: A\nsteps:\n  - §name: One\n    expect: [ see: x # note\n    ]\n"),
            None
        );
        let text = "name: A\nsteps:\n  - name: One\n";
        let step = Place { line: 3, column: 5 };
        assert!(with_expectation(text, step, LINE).is_some());
        for wrong in ["see: x\nname: B", "see: [", "", "see: \"x", "a\r- b"] {
            assert_eq!(with_expectation(text, step, wrong), None, "{wrong:?}");
        }
        let nowhere = Place { line: 1, column: 1 };
        assert_eq!(with_expectation(text, nowhere, LINE), None);
    }
}
