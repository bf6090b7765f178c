//! On which line of its checklist's file a step stands.

use std::collections::BTreeMap;

use super::view::BundleView;
use crate::bundle::{BundleDocument, StepEntry};
use crate::checklist::{Place, sha256_as_written, step_places};
use crate::detect::StepRef;

/// The id of the step that signs a persona in.
const SIGN_IN: &str = "00-sign-in";

/// The lines of a bundle's steps; those that aren't known stand on the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepLines(BTreeMap<(usize, String), usize>);

impl StepLines {
    /// Finds steps in the files that were walked; one that has been changed since, or runs one that was, tells nothing.
    pub fn find(document: &BundleDocument, read: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut lines = BTreeMap::new();
        for (index, list) in document.checklists.iter().enumerate() {
            let Some(text) = read(&list.file) else {
                continue;
            };
            if sha256_as_written(&list.file, &text, read).as_ref() != Some(&list.sha256) {
                continue;
            }
            let places = step_places(&text);
            for (step, line) in list.steps.iter().zip(lines_of(&list.steps, &places)) {
                lines.insert((index, step.id.clone()), line);
            }
        }
        Self(lines)
    }

    /// The line of a step, from 1.
    pub fn of(&self, at: &StepRef) -> usize {
        let key = (at.checklist, at.step.clone());
        self.0.get(&key).copied().unwrap_or(1)
    }
}

/// A line for each step. Steps follow the file's order; those of a checklist that it runs stand where it is run, and a
/// sign-in that nobody wrote stands at the top.
fn lines_of(steps: &[StepEntry], written: &[(String, Place)]) -> Vec<usize> {
    let own = steps.iter().filter(|step| step.id != SIGN_IN).count();
    let is_plain = own == written.len();
    let mut written = written.iter().peekable();
    let mut last = 1;
    let lines = steps.iter().map(|step| {
        let is_next = |(name, _): &&(String, Place)| {
            step.id != SIGN_IN && (is_plain || is_named(&step.name, name))
        };
        if let Some((_, place)) = written.next_if(is_next) {
            last = place.line;
        }
        last
    });
    lines.collect()
}

fn is_named(step: &str, written: &str) -> bool {
    let rest = step.strip_prefix(written);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(": "))
}

impl BundleView<'_> {
    /// The line of a step, from 1.
    pub(super) fn line_of(&self, checklist: usize, step: &str) -> usize {
        self.lines.of(&StepRef {
            checklist,
            step: step.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use serde_json::json;

    use super::*;

    fn lines(walked: &[&str], written: &[(&str, usize)]) -> Vec<usize> {
        let steps: Vec<StepEntry> = walked
            .iter()
            .map(|name| {
                let id = if *name == "Sign in" { SIGN_IN } else { name };
                let step = json!({
                    "id": id, "name": name, "status": "clean", "why": null, "started": null,
                    "duration_ms": 0, "screens": [], "confirm": [], "findings": [],
                });
                serde_json::from_value(step).unwrap()
            })
            .collect();
        let place = |line| Place { line, column: 1 };
        let written: Vec<_> = written
            .iter()
            .map(|(name, line)| ((*name).to_owned(), place(*line)))
            .collect();
        lines_of(&steps, &written)
    }

    #[test]
    fn steps_of_another_checklist_stand_where_it_is_run() {
        let written = [("Open", 4), ("Sign it", 8), ("Done", 11)];
        let walked = ["Sign in", "Open", "Sign it: Type", "Sign it: Tap", "Done"];
        assert_eq!(lines(&walked, &written), [1, 4, 8, 8, 11]);
    }

    #[test]
    fn names_that_were_filled_in_are_found_by_their_order() {
        let written = [("Open ${quote}", 3), ("Sign ${quote}", 6)];
        assert_eq!(
            lines(&["Sign in", "Open 1042", "Sign 1042"], &written),
            [1, 3, 6]
        );
    }
}
