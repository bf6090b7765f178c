//! What the doctor found, line by line.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Ok,
    /// A run may be made; what it shows may be wrong.
    Warn,
    /// No run can be made, or not this one.
    Fail,
}

impl Health {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

#[derive(Debug)]
struct Line {
    health: Health,
    what: String,
    found: String,
    mend: Option<String>,
}

/// Every line, in the order in which it was found.
#[derive(Debug, Default)]
pub(super) struct Report {
    lines: Vec<Line>,
}

impl Report {
    pub(super) fn ok(&mut self, what: impl Into<String>, found: impl Into<String>) {
        self.add(Health::Ok, what, found, None);
    }

    pub(super) fn warn(
        &mut self,
        what: impl Into<String>,
        found: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.add(Health::Warn, what, found, Some(mend.into()));
    }

    pub(super) fn fail(
        &mut self,
        what: impl Into<String>,
        found: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.add(Health::Fail, what, found, Some(mend.into()));
    }

    fn add(
        &mut self,
        health: Health,
        what: impl Into<String>,
        found: impl Into<String>,
        mend: Option<String>,
    ) {
        self.lines.push(Line {
            health,
            what: what.into(),
            found: found.into(),
            mend: mend.filter(|mend| !mend.is_empty()),
        });
    }

    /// Whether something has to be mended before a run.
    pub(super) fn has_failed(&self) -> bool {
        self.lines.iter().any(|line| line.health == Health::Fail)
    }

    /// For people: one line each, and below it how to mend.
    pub(super) fn to_text(&self) -> String {
        let widths = self.lines.iter().map(|line| line.what.chars().count());
        let width = widths.max().unwrap_or(0);
        let mut text = String::new();
        for line in &self.lines {
            let word = line.health.word();
            let found = line.found.replace('\n', " ");
            // Writing to a text can't fail.
            let _ = writeln!(text, "{word:4}  {:width$}  {found}", line.what);
            if let Some(mend) = &line.mend {
                let _ = writeln!(text, "{:indent$}mend: {mend}", "", indent = width + 8);
            }
        }
        text
    }

    /// For scripts.
    pub(super) fn to_json(&self) -> String {
        let lines = self.lines.iter().map(|line| {
            json!({
                "health": line.health.word(),
                "what": line.what,
                "found": line.found,
                "mend": line.mend,
            })
        });
        let report = json!({"ok": !self.has_failed(), "checks": lines.collect::<Vec<Value>>()});
        format!("{report:#}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_in_columns_with_the_mending_below() {
        let mut report = Report::default();
        report.ok("browser", "there");
        report.warn("${A}", "two\nlines", "set it again");
        assert!(!report.has_failed());
        report.fail("driver", "not there", "install it");
        assert!(report.has_failed());
        assert_eq!(
            report.to_text(),
            "ok    browser  there\n\
             warn  ${A}     two lines\n               mend: set it again\n\
             fail  driver   not there\n               mend: install it\n"
        );
    }
}
