//! The checks of `expect`. One more check is a variant of `Check` and a row of `CHECKS`.

use std::time::Duration;

use super::{
    action::{EntryForm, VERBS},
    denied::{DENIED_EXAMPLE, denied},
    element::{entries, given, locator},
    fetch::{FETCH_EXAMPLE, fetch},
    fields::{Shape, nowhere},
    mistake::quote,
    model::{Check, Expectation, Sight},
    pattern::{PatternError, ResponsePattern},
    query::{QUERY_EXAMPLE, query},
    reader::{Reader, found},
    reference::has_variable,
    vocabulary::{Vocabulary, Word},
    yaml::{Kind, Node},
};

/// What can be expected.
pub(super) static CHECKS: Vocabulary<Check> = Vocabulary {
    noun: "check",
    words: &[
        Word {
            name: "see",
            example: "- see: Signed",
            decode: |reader, node| sight(reader, node, "`see`", "- see: Signed").map(Check::See),
        },
        Word {
            name: "not_see",
            example: "- not_see: Something went wrong",
            decode: |reader, node| {
                let example = "- not_see: Something went wrong";
                sight(reader, node, "`not_see`", example).map(Check::NotSee)
            },
        },
        Word {
            name: "url",
            example: "- url: /quotes/*",
            decode: url,
        },
        Word {
            name: "title",
            example: "- title: \"Quotes *\"",
            decode: |reader, node| {
                let title = reader.text(node, "`title`", "- title: \"Quotes *\"")?;
                Some(Check::Title(title))
            },
        },
        Word {
            name: "value",
            example: "- value: { Email: ada@example.com }",
            decode: |reader, node| entries(reader, node, &VALUE).map(Check::Value),
        },
        Word {
            name: "count",
            example: COUNT_EXAMPLE,
            decode: count,
        },
        Word {
            name: "enabled",
            example: "- enabled: Sign in",
            decode: |reader, node| {
                locator(reader, node, "`enabled`", "- enabled: Sign in").map(Check::Enabled)
            },
        },
        Word {
            name: "disabled",
            example: "- disabled: Sign in",
            decode: |reader, node| {
                locator(reader, node, "`disabled`", "- disabled: Sign in").map(Check::Disabled)
            },
        },
        Word {
            name: "response",
            example: "- response: POST /api/quotes/*/sign 200 json",
            decode: |reader, node| response(reader, node, "response").map(Check::Response),
        },
        Word {
            name: "no_response",
            example: "- no_response: POST /api/charges",
            decode: |reader, node| response(reader, node, "no_response").map(Check::NoResponse),
        },
        Word {
            name: "fetch",
            example: FETCH_EXAMPLE,
            decode: |reader, node| fetch(reader, node).map(Check::Fetch),
        },
        Word {
            name: "query",
            example: QUERY_EXAMPLE,
            decode: |reader, node| query(reader, node).map(Check::Query),
        },
        Word {
            name: "denied",
            example: DENIED_EXAMPLE,
            decode: |reader, node| denied(reader, node).map(Check::Denied),
        },
    ],
    later: &[],
    beside: &["within"],
    others: &[
        ("visible", "see"),
        ("shows", "see"),
        ("contains", "see"),
        ("assert", "see"),
        ("expect", "see"),
        ("exists", "see"),
        ("hidden", "not_see"),
        ("not_visible", "not_see"),
        ("dont_see", "not_see"),
        ("absent", "not_see"),
        ("path", "url"),
        ("location", "url"),
        ("request", "response"),
        ("no_request", "no_response"),
        ("not_response", "no_response"),
        ("has_value", "value"),
        ("to_be_visible", "see"),
        ("to_have_text", "see"),
        ("to_be_hidden", "not_see"),
        ("to_have_url", "url"),
        ("to_have_value", "value"),
        ("assert_visible", "see"),
        ("should_see", "see"),
        ("see_not", "not_see"),
        ("api", "fetch"),
        ("sql", "query"),
        ("forbidden", "denied"),
        ("not_allowed", "denied"),
        ("database", "query"),
        ("read", "fetch"),
    ],
    elsewhere: no_check,
};

pub(super) const COUNT: Shape = Shape {
    what: "`count`",
    keys: &["of", "is"],
    later: &[],
    elsewhere: |key| match key {
        "see" | "element" | "name" | "role" | "label" | "test_id" | "css" => Some(format!(
            "what is counted goes under `of`: `{COUNT_EXAMPLE}`"
        )),
        "equals" | "number" | "count" => Some("that is `is` here".to_owned()),
        "nth" => Some("`nth` picks one element, `count` counts all of them".to_owned()),
        _ => None,
    },
};

const COUNT_EXAMPLE: &str = "- count: { of: { role: listitem }, is: 3 }";

const VALUE: EntryForm = EntryForm {
    subject: "`value`",
    text: "text",
    may_be_empty: true,
    example: "- value: { Email: ada@example.com }",
    item: "- { field: { label: Email }, text: ada@example.com }",
};

/// The longest time that an expectation may be given.
const LONGEST: Duration = Duration::from_hours(1);

/// The items of an `expect`.
pub(super) fn expectations(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Expectation>> {
    let items = reader.list(node, "`expect`", "- see: Signed")?;
    let expectations: Vec<Option<Expectation>> =
        items.iter().map(|item| expectation(reader, item)).collect();
    expectations.into_iter().collect()
}

/// One check and for how long it may take to come true.
pub(super) fn expectation(reader: &mut Reader<'_>, item: &Node) -> Option<Expectation> {
    let check = CHECKS.decode(reader, item);
    let limit = match &item.kind {
        Kind::Map(pairs) => pairs.iter().find(|(key, _)| key.written() == "within"),
        _ => None,
    };
    let within = given(limit.map(|(_, value)| duration(reader, value)));
    Some(Expectation {
        check: check?,
        within: within?,
    })
}

fn no_check(word: &str) -> Option<String> {
    Some(match word {
        "in" | "nth" | "role" | "name" | "label" | "test_id" | "css" | "text" => format!(
            "`{word}` belongs into what is looked for: `- see: {{ text: Signed, in: {{ role: dialog }} }}`"
        ),
        "timeout" | "wait" => "that is `within` here: `within: 5s`".to_owned(),
        word if VERBS.names().any(|verb| verb == word) => {
            format!("`{word}` is a verb, it belongs under `do` of the step")
        }
        _ => return None,
    })
}

pub(super) const TEXT_IN: Shape = Shape {
    what: "what is to be seen",
    keys: &["text", "in"],
    later: &[],
    elsewhere: nowhere,
};

/// Reads what is to be seen: a text, an element, or a text in an element.
pub(super) fn sight(
    reader: &mut Reader<'_>,
    node: &Node,
    subject: &str,
    example: &str,
) -> Option<Sight> {
    match &node.kind {
        Kind::Scalar { .. } if !node.is_nothing() => {
            reader.text(node, subject, example).map(Sight::Text)
        }
        Kind::Map(pairs) if pairs.iter().any(|(key, _)| key.written() == "text") => {
            let example = "{ text: Signed, in: { role: dialog } }";
            let fields = reader.fields(node, &TEXT_IN, example)?;
            let text = fields
                .get("text")
                .and_then(|node| reader.text(node, "`text`", example));
            let place = fields
                .get("in")
                .map(|node| locator(reader, node, "`in`", "in: { role: dialog }"));
            Some(match given(place)? {
                Some(place) => Sight::TextIn(text?, place),
                None => Sight::Text(text?),
            })
        }
        _ => locator(reader, node, subject, example).map(Sight::Element),
    }
}

fn url(reader: &mut Reader<'_>, node: &Node) -> Option<Check> {
    let pattern = reader.text(node, "`url`", "- url: /quotes/*")?;
    let pattern = pattern.trim();
    if pattern.starts_with(['/', '*']) || pattern.contains("://") {
        return Some(Check::Url(pattern.to_owned()));
    }
    let help = "write a path as `/quotes/*`, or a whole address as `https://preview.example/**`";
    reader.error(node, "the path must begin with `/`".to_owned(), help);
    None
}

fn count(reader: &mut Reader<'_>, node: &Node) -> Option<Check> {
    let fields = reader.fields(node, &COUNT, COUNT_EXAMPLE)?;
    let of = fields.require(reader, "of", COUNT_EXAMPLE);
    let is = fields.require(reader, "is", COUNT_EXAMPLE);
    let locator = of.and_then(|node| locator(reader, node, "`of`", "of: { role: listitem }"));
    let number = is.and_then(|node| reader.number(node, "`is`", "is: 3"));
    let (of_node, locator) = (of?, locator?);
    if locator.nth.is_some() {
        let help = "take `nth` out: it picks one element, `count` counts all of them";
        reader.error(of_node, "`nth` in what is counted".to_owned(), help);
        return None;
    }
    Some(Check::Count {
        of: locator,
        is: number?,
    })
}

fn response(reader: &mut Reader<'_>, node: &Node, word: &str) -> Option<ResponsePattern> {
    let example = format!("- {word}: POST /api/quotes 200 json");
    let line = reader.text(node, &format!("`{word}`"), &example)?;
    let error = match line.parse::<ResponsePattern>() {
        Ok(pattern) => return Some(pattern),
        Err(error) => error,
    };
    let help = match &error {
        PatternError::Method(method) if is_method(&method.to_ascii_uppercase()) => {
            "write the method in capitals: `POST /api/quotes 200 json`"
        }
        PatternError::Path(_) => {
            "a path begins with `/`, `*` is one segment and `**` any number: `GET /api/** 2xx`"
        }
        _ => "write method, path, then status and kind if they matter: `POST /api/quotes 200 json`",
    };
    // A filled-in value could be a secret: it is not repeated.
    let message = if has_variable(node.written()) {
        "with its variables filled in, this line names no response".to_owned()
    } else {
        error.to_string()
    };
    reader.error(node, message, help);
    None
}

fn is_method(word: &str) -> bool {
    matches!(
        word,
        "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS"
    )
}

/// Reads a time limit: a whole number and its unit.
fn duration(reader: &mut Reader<'_>, node: &Node) -> Option<Duration> {
    let written = node.written();
    let digits = written.len()
        - written
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .len();
    let (number, unit) = written.split_at(digits);
    let duration = number.parse::<u64>().ok().and_then(|number| {
        Some(match unit {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "m" => Duration::from_secs(number.checked_mul(60)?),
            _ => return None,
        })
    });
    let Some(duration) = duration else {
        let help = if !number.is_empty() && unit.is_empty() && number.len() < 10 {
            format!("the unit is missing: write `within: {number}s`")
        } else {
            "write a whole number and `ms`, `s` or `m`: `within: 5s`, `within: 500ms`".to_owned()
        };
        reader.error(
            node,
            format!("`within` wants a time, found {}", found(node)),
            &help,
        );
        return None;
    };
    if duration.is_zero() || duration > LONGEST {
        let message = format!("{} is no time to wait for something", quote(written));
        reader.error(node, message, "give it from `1ms` to `60m`: `within: 5s`");
        return None;
    }
    Some(duration)
}
