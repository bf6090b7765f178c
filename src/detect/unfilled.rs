//! What is wrong with a value that should never have left the program: a word for nothing, an
//! object's name, a control character, a template nobody filled in.

use std::sync::LazyLock;

use regex::Regex;

/// Words that mean that a value was never there.
const NOTHING: [&str; 4] = ["undefined", "null", "NaN", "Invalid Date"];

/// `[object Object]`, `[object Promise]`: an object that was put into a text.
static OBJECT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\[object [A-Z][A-Za-z]+\]"));
/// `{{id}}`, `${id}`, wherever they stand.
static TEMPLATE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\{\{\s*[A-Za-z_$][\w.$-]*\s*\}\}|\$\{\s*[A-Za-z_$][\w.$-]*\s*\}"));
/// `{id}` and nothing else; a GUID in braces is none.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\{[A-Za-z_]\w*\}$"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the three patterns above are tested")
}

/// Where a value stands, as far as it decides what is legal there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// A segment of a URL's path.
    Path,
    /// A name or a value of a URL's query.
    Query,
    /// A header's value.
    Header,
    /// A string of a JSON body.
    Body,
    /// A string of a JSON body that is a text by its name: an output, a note, a line of code.
    Text,
}

/// What is wrong with a value, in words that go before `in its path`.
pub(super) fn flaw_of(value: &str, spot: Spot) -> Option<String> {
    control_flaw(value, spot)
        .or_else(|| nothing_flaw(value, spot))
        .or_else(|| object_flaw(value))
        .or_else(|| template_flaw(value, spot))
}

/// A control character; line breaks are legal inside texts.
pub(super) fn control_flaw(value: &str, spot: Spot) -> Option<String> {
    let core = value.trim_matches(['\r', '\n']);
    let has_ends = core.len() != value.len();
    let is_flawed = match spot {
        Spot::Path | Spot::Header => value.contains(['\r', '\n']),
        // A document of several lines may end with one: a GraphQL query, a note.
        Spot::Query => has_ends && !core.contains('\n'),
        // What was typed into a large field may end with one too; a value like an id was pasted.
        Spot::Body => has_ends && is_like_an_id(core),
        Spot::Text => false,
    };
    if is_flawed {
        return Some(line_break_in_words(value, core));
    }
    let is_wrong = |next: &char| next.is_control() && !is_legal(*next, spot);
    let control = value.chars().find(is_wrong)?;
    Some(match control {
        '\0' => "a zero byte (%00)".to_owned(),
        other => format!("a control character (U+{:04X})", u32::from(other)),
    })
}

/// Names, keys, hosts, redacted values: no spaces, and nothing that only a terminal prints.
fn is_like_an_id(text: &str) -> bool {
    let is_text = |next: char| next.is_whitespace() || next.is_control();
    !text.is_empty() && !text.contains(is_text)
}

/// Tabs and line breaks belong to texts, escapes to what a terminal has printed.
fn is_legal(control: char, spot: Spot) -> bool {
    match spot {
        Spot::Path => false,
        Spot::Query | Spot::Header => matches!(control, '\t' | '\r' | '\n'),
        Spot::Body | Spot::Text => {
            matches!(control, '\t' | '\r' | '\n' | '\u{B}' | '\u{C}' | '\u{1B}')
        }
    }
}

fn line_break_in_words(value: &str, core: &str) -> String {
    let name = if value.contains('\n') {
        "a line break (%0A)"
    } else {
        "a carriage return (%0D)"
    };
    if core.is_empty() {
        format!("nothing but {name}")
    } else if value.ends_with(['\r', '\n']) {
        format!("{name} at the end of `{}`", core.escape_debug())
    } else {
        format!("{name} in `{}`", core.escape_debug())
    }
}

/// A word for nothing as the whole value, or nothing but such words: `NaN-NaN-NaN`, `undefined.png`.
fn nothing_flaw(value: &str, spot: Spot) -> Option<String> {
    let bare = match spot {
        Spot::Header => value
            .split_once(' ')
            .filter(|(scheme, _)| ["Bearer", "Basic", "Token"].contains(scheme))
            .map_or(value, |(_, credentials)| credentials),
        _ => value,
    };
    let is_nothing = NOTHING.contains(&bare)
        || (!matches!(spot, Spot::Body | Spot::Text) && is_nothing_but(bare))
        || (spot == Spot::Path && is_file_of_nothing(bare));
    is_nothing.then(|| format!("`{value}`"))
}

fn is_nothing_but(value: &str) -> bool {
    let mut words = value.split(['-', '_', ',', ':', ';', '|', '@', '~', '/', 'T']);
    words.all(|word| NOTHING.contains(&word.trim()))
}

/// `undefined.png`, `null@2x.webp`.
fn is_file_of_nothing(segment: &str) -> bool {
    segment.split_once('.').is_some_and(|(stem, extension)| {
        let stem = stem.split('@').next().unwrap_or(stem);
        let is_extension = (1..=5).contains(&extension.len())
            && extension.chars().all(|next| next.is_ascii_alphanumeric());
        is_extension && NOTHING.contains(&stem)
    })
}

fn object_flaw(value: &str) -> Option<String> {
    let object = OBJECT.find(value)?;
    Some(format!("`{}`", object.as_str()))
}

/// In a body, templates are texts that somebody edits; only a value that is nothing else counts.
fn template_flaw(value: &str, spot: Spot) -> Option<String> {
    let template = TEMPLATE.find(value).map(|found| found.as_str());
    let found = match spot {
        Spot::Body | Spot::Text => template.filter(|template| *template == value.trim()),
        _ => template.or_else(|| PLACEHOLDER.is_match(value).then_some(value)),
    };
    found.map(|found| format!("an unfilled template (`{found}`)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_flawed(value: &str, spot: Spot) -> bool {
        flaw_of(value, spot).is_some()
    }

    #[test]
    fn in_a_path() {
        for value in [
            "undefined",
            "null",
            "NaN",
            "undefined.png",
            "null@2x.webp",
            "NaN-NaN-NaN",
            "photos\n",
            "a\nb",
            "\0",
            "[object Object]",
            "{{id}}",
            "${id}",
            "{id}",
            "report-{{ id }}.pdf",
        ] {
            assert!(is_flawed(value, Spot::Path), "{value:?}");
        }
        for value in [
            "",
            "nullable",
            "undefined-behaviour",
            "is-null",
            "nan",
            "NaN-bread",
            "Null",
            "undefined.behaviour.explained",
            "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
            "a{b}c",
            "[redacted:path:1a2b]",
        ] {
            assert!(!is_flawed(value, Spot::Path), "{value:?}");
        }
    }

    #[test]
    fn in_a_query() {
        for value in [
            "null",
            "eu-west-1\n",
            "\r\n",
            "undefined,undefined",
            "[redacted:query:1a2b]\n",
            "NaN,NaN",
        ] {
            assert!(is_flawed(value, Spot::Query), "{value:?}");
        }
        for value in [
            "undefined behaviour",
            "is.null",
            "first line\nsecond line\n",
            "Name eq null",
            "a\tb",
            "query {\n  me\n}\n",
        ] {
            assert!(!is_flawed(value, Spot::Query), "{value:?}");
        }
    }

    #[test]
    fn in_a_header() {
        for value in ["undefined", "Bearer null", "[object Object]", "{{token}}"] {
            assert!(is_flawed(value, Spot::Header), "{value:?}");
        }
        for value in [
            "Bearer [redacted:header:1a2b]",
            "",
            "text/plain",
            "not null",
        ] {
            assert!(!is_flawed(value, Spot::Header), "{value:?}");
        }
    }

    #[test]
    fn in_a_body() {
        for value in [
            "undefined",
            "NaN",
            "Invalid Date",
            "photos\n",
            "hello [object Object]",
            "{{name}}",
            "a\0b",
        ] {
            assert!(is_flawed(value, Spot::Body), "{value:?}");
        }
        for value in [
            "Thanks for the visit.\n",
            "two\nlines\n",
            "Hi {{first_name}}, your quote",
            "\n",
            "\u{1b}[31mred\u{1b}[0m",
            "NaN-NaN",
            "{name}",
        ] {
            assert!(!is_flawed(value, Spot::Body), "{value:?}");
        }
    }
}
