//! What the YAML parser refuses, in words that say what to write instead.

use granit_parser::{ErrorKind, ScanError};

use super::problem::{DEEPEST, Problem};
use crate::checklist::{mistake::Weight, model::Place};

/// Puts an error of the parser into words.
pub(super) fn explain(text: &str, error: &ScanError) -> Problem {
    let mark = error.marker();
    let place = Place {
        line: mark.line(),
        column: mark.col() + 1,
    };
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return too_deep(place);
    }
    let (message, help) = words(error.kind());
    let line = text.lines().nth(place.line.saturating_sub(1));
    if line.is_some_and(has_bare_variable_in_braces) {
        let help = "a variable within `{ }` or `[ ]` goes in quotes: { Email: \"${OWNER_EMAIL}\" }";
        return problem(place, message, help);
    }
    let before = |line: &str| line.chars().take(place.column - 1).collect::<String>();
    if text.trim_start().starts_with("```") || line.is_some_and(|line| line.starts_with("```")) {
        return problem(
            place,
            "a fence of Markdown stands in the file",
            "take out the lines that begin with ```",
        );
    }
    if line.is_some_and(|line| before(line).trim_end().ends_with([']', '}'])) && help == INDENT {
        let help =
            "a text that begins with a bracket or a brace goes in quotes: `see: \"[x] Done\"`";
        return problem(place, "something follows a closing bracket", help);
    }
    match text.lines().take(place.line).position(is_cut_in_braces) {
        Some(at) => {
            let help = format!(
                "on line {} a ` #` begins a comment and takes the closing bracket with it; a text with ` #` goes in quotes",
                at + 1
            );
            problem(place, message, &help)
        }
        None => problem(place, message, help),
    }
}

/// Lists and maps within each other, more than anyone needs.
pub(super) fn too_deep(place: Place) -> Problem {
    problem(
        place,
        &format!("lists and maps stand more than {DEEPEST} deep in each other here"),
        "nothing in a checklist needs more than ten; is a bracket or an indent wrong?",
    )
}

fn problem(place: Place, message: &str, help: &str) -> Problem {
    Problem {
        weight: Weight::Error,
        place,
        end: Place {
            column: place.column + 1,
            ..place
        },
        message: message.to_owned(),
        help: help.to_owned(),
    }
}

/// Whether a comment that touches its `#` begins in a line while a brace or bracket of that line is open.
fn is_cut_in_braces(line: &str) -> bool {
    let mut quote = None;
    let mut open = 0_usize;
    let mut previous = ' ';
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        if let Some(sign) = quote {
            quote = (sign != character).then_some(sign);
            continue;
        }
        match character {
            '"' | '\'' if !previous.is_alphanumeric() => quote = Some(character),
            '{' | '[' => open += 1,
            '}' | ']' => open = open.saturating_sub(1),
            '#' if matches!(previous, ' ' | '\t') => {
                let touches = characters.peek().is_some_and(|next| next.is_alphanumeric());
                return open > 0 && touches;
            }
            _ => {}
        }
        previous = character;
    }
    false
}

/// Whether a line holds `${` outside quotes, behind an opening brace or bracket.
fn has_bare_variable_in_braces(line: &str) -> bool {
    let mut quote = None;
    let mut is_within_braces = false;
    let mut previous = ' ';
    for character in line.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '{') if previous == '$' && is_within_braces => return true,
            (None, '{' | '[') if previous != '$' => is_within_braces = true,
            _ => {}
        }
        previous = character;
    }
    false
}

const QUOTE_WHOLE: &str =
    "a text with quotes inside goes in the other kind of quotes as a whole: 'Press \"Save\" now'";
const BACKSLASH: &str =
    "in double quotes a backslash is written twice; in single quotes it is a plain character";
const SPACES: &str = "indent with spaces; two for each level read well";
const INDENT: &str =
    "what belongs together begins in the same column; items of a list begin with `- `";

fn words(kind: &ErrorKind) -> (&'static str, &'static str) {
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => ("a tab can't indent in YAML", SPACES),
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::InvalidMappingValueWhitespace
        | ErrorKind::FlowMappingValueAdjacentCollection => (
            "a `:` stands where YAML can take none",
            "a text with `: ` in it goes in quotes: `see: \"Total: $4,500\"`; a key begins on a line of its own; or the line above lacks its colon",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => (
            "this line has no `:` where YAML wants a key",
            "write `key: value`, with a space behind the colon; a key and its colon stand on one line",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::BlockEntryInFlowCollection => (
            "an item `- ` can't begin here",
            "begin it on a line of its own, below its key; a text that begins with `- ` goes in quotes",
        ),
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => (
            "a quote opens and isn't closed",
            "close it; in single quotes an apostrophe is written twice: 'It''s done'",
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            ("something follows a closing quote", QUOTE_WHOLE)
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => (
            "a backslash in double quotes begins no known character",
            BACKSLASH,
        ),
        other => structure_words(other),
    }
}

fn structure_words(kind: &ErrorKind) -> (&'static str, &'static str) {
    match kind {
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => (
            "a bracket or brace opens and isn't closed",
            "close it; a text that begins with one goes in quotes",
        ),
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::MisplacedFlowCollectionEnd
        | ErrorKind::MismatchedFlowCollectionEnd { .. } => (
            "a comma or the closing bracket is missing here, or there is one too many",
            "close each bracket or brace once and put commas between entries; a text that holds one goes in quotes; look at the line above too",
        ),
        ErrorKind::UnexpectedCharacter { .. }
        | ErrorKind::PlainScalarStartsWithDashFlowIndicator => (
            "a text can't begin with this character in YAML",
            "put the text in quotes: `see: \"@ada\"`",
        ),
        ErrorKind::MissingAnchorOrAliasName | ErrorKind::UnknownAnchor => (
            "a `&` or `*` at the start means something else to YAML",
            "put the text in quotes: `see: \"* required\"`",
        ),
        ErrorKind::UndeclaredTagHandle
        | ErrorKind::ExpectedTagBang
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidGlobalTagCharacter
        | ErrorKind::InvalidTagEscape => (
            "a `!` at the start is a tag to YAML, and those are not read",
            "put the text in quotes: `see: \"!important\"`",
        ),
        ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::ExpectedNodeContent
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::MappingKeyNotAllowed => ("this line doesn't fit the ones above it", INDENT),
        ErrorKind::CommentInterceptedScalar | ErrorKind::CommentNotSeparated => (
            "a comment stands in the middle of something",
            "put a space before `#`, and the comment on a line of its own; a text with `#` goes in quotes",
        ),
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => (
            "a text that begins with `|` or `>` is a block to YAML",
            "put the text in quotes, or begin the block on the next line",
        ),
        ErrorKind::DirectiveDisallowed
        | ErrorKind::MissingDocumentEndBeforeDirective
        | ErrorKind::MissingDirectiveName
        | ErrorKind::InvalidDirectiveName => (
            "a line that begins with `%` is a directive to YAML, and those are not read",
            "take the line out; a text that begins with `%` goes in quotes",
        ),
        ErrorKind::InvalidDocumentEnd | ErrorKind::ExpectedDocumentStart => (
            "the YAML has ended above, and more follows",
            "everything in a file belongs to one map; check the indent and the brackets above",
        ),
        ErrorKind::BomInsideDocument => (
            "an invisible mark (U+FEFF) stands in the middle of the file",
            "delete the character; it came along from another file",
        ),
        _ => (
            "this is no YAML here",
            "check quotes, brackets and indents; a text with signs of its own goes in quotes",
        ),
    }
}
