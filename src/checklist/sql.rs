//! As much of SQL as is needed to tell one statement from several, and reading from writing at a glance.
//!
//! The database decides; this only says early, and with a place, what it would refuse.

/// What a text of SQL holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statements {
    /// How many there are.
    pub(crate) count: usize,
    /// Where the first one ends, in bytes: before its semicolon.
    pub(crate) end: usize,
    /// The words of the first one in lower case, without what stands in quotes and comments.
    pub(crate) words: Vec<String>,
}

impl Statements {
    /// Looks through a text.
    pub(crate) fn of(sql: &str) -> Self {
        let mut statements = Self {
            count: 0,
            end: sql.len(),
            words: Vec::new(),
        };
        let mut is_begun = false;
        let mut word = String::new();
        let mut rest = sql;
        while let Some(next) = rest.chars().next() {
            let length = skipped(rest).unwrap_or(next.len_utf8());
            let is_word = length == next.len_utf8() && (next.is_alphanumeric() || next == '_');
            if is_word {
                word.extend(next.to_lowercase());
            } else if !word.is_empty() {
                statements.take(&mut word);
            }
            if next == ';' {
                if is_begun && statements.count == 1 {
                    statements.end = sql.len() - rest.len();
                }
                is_begun = false;
            } else if !is_begun && !next.is_whitespace() && !is_comment(rest) {
                is_begun = true;
                statements.count += 1;
            }
            rest = &rest[length..];
        }
        statements.take(&mut word);
        statements
    }

    fn take(&mut self, word: &mut String) {
        let word = std::mem::take(word);
        if self.count == 1 && !word.is_empty() {
            self.words.push(word);
        }
    }

    /// Whether the order of the rows is asked for.
    pub(crate) fn is_ordered(&self) -> bool {
        self.words.windows(2).any(|pair| pair == ["order", "by"])
    }
}

fn is_comment(text: &str) -> bool {
    text.starts_with("--") || (text.starts_with("/*") && !is_executable(text))
}

/// MySQL runs what stands in `/*! … */`.
fn is_executable(text: &str) -> bool {
    text.starts_with("/*!") || text.starts_with("/*M!")
}

/// How many bytes a quoted text or a comment takes here; `None` when none begins here.
fn skipped(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    match first {
        '\'' | '"' | '`' => Some(quoted(text, first)),
        '-' if text.starts_with("--") => Some(text.find('\n').unwrap_or(text.len())),
        '/' if is_comment(text) => Some(comment(text)),
        '$' => dollar_quoted(text),
        _ => None,
    }
}

/// Up to the closing mark; two of them are one inside.
fn quoted(text: &str, mark: char) -> usize {
    let mut at = 1;
    while let Some(found) = text[at..].find(mark) {
        at += found + 1;
        if !text[at..].starts_with(mark) {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// Comments of `PostgreSQL` may stand in each other.
fn comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// `$$ … $$` and `$tag$ … $tag$`.
fn dollar_quoted(text: &str) -> Option<usize> {
    let end = text[1..].find('$')? + 2;
    let tag = &text[..end];
    let is_tag = tag[1..end - 1]
        .chars()
        .all(|next| next.is_alphanumeric() || next == '_');
    let close = text[end..].find(tag).filter(|_| is_tag)?;
    Some(end + close + tag.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(sql: &str) -> usize {
        Statements::of(sql).count
    }

    #[test]
    fn statements_are_counted_past_quotes_and_comments() {
        for one in [
            "select 1",
            " select 1 ; ",
            "select 1; -- done",
            "select 1; /* done; */",
            "select ';' || \"a;b\" || `c;d`",
            "select 'it''s; fine'",
            "select $$a;b$$, $tag$;$$;$tag$",
            "/* a /* b; */ c; */ select 1",
            "-- why; not\nselect 1",
            "select $1 from t",
        ] {
            assert_eq!(count(one), 1, "{one}");
        }
        assert_eq!(count("select 1; drop table quotes"), 2);
        assert_eq!(count("select '; select 2"), 1);
        assert_eq!(count("select 1;;select 2;"), 2);
        assert_eq!(count("select 1 /*! ; drop table quotes */"), 2);
        assert_eq!(count("  -- nothing\n"), 0);
        assert_eq!(count(""), 0);
    }

    #[test]
    fn words_are_those_of_the_statement_itself() {
        let words = Statements::of("/* x */ SELECT a, 'order by' FROM \"by\" -- order by").words;
        assert_eq!(words, ["select", "a", "from"]);
        assert!(Statements::of("select 1\nORDER  BY 1").is_ordered());
        assert!(!Statements::of("select 'order by'").is_ordered());
        let behind = "select 1 /* ; */ ; -- done;";
        assert_eq!(&behind[..Statements::of(behind).end], "select 1 /* ; */ ");
        assert_eq!(
            Statements::of("insert into t values (1)").words[0],
            "insert"
        );
    }
}
