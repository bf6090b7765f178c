//! `shippass detectors` and `shippass explain NAME`.

use super::{Exit, failure::Failure, terminal::Terminal};
use crate::detect;

pub(super) fn list(terminal: &Terminal) -> Exit {
    let width = detect::RULES
        .iter()
        .map(|rule| rule.name.len())
        .max()
        .unwrap_or(0);
    let lines: Vec<_> = detect::RULES
        .iter()
        .map(|rule| format!("{:width$}  {}", rule.name, rule.what))
        .collect();
    terminal.print(&lines.join("\n"));
    Exit::Clean
}

pub(super) fn explain(name: &str, terminal: &Terminal) -> Result<Exit, Failure> {
    let Some(rule) = detect::explain(name) else {
        return Err(Failure::UnknownDetector {
            name: name.to_owned(),
        });
    };
    terminal.print(&rule.to_markdown());
    Ok(Exit::Clean)
}
