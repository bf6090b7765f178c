//! A checklist that was walked as several personas: its passes stand beside each other.

use std::ops::Range;

use crate::bundle::{ChecklistEntry, StepEntry};

/// The checklists in groups: passes of one file that follow each other, each as somebody else.
pub(super) fn groups(checklists: &[ChecklistEntry]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for (index, checklist) in checklists.iter().enumerate() {
        match groups.last_mut() {
            Some(group) if is_same(&checklists[group.start], checklist) => group.end = index + 1,
            _ => groups.push(index..index + 1),
        }
    }
    groups
}

/// Whether two entries are one checklist as two personas.
fn is_same(one: &ChecklistEntry, other: &ChecklistEntry) -> bool {
    !one.file.is_empty()
        && one.persona.is_some()
        && other.persona.is_some()
        && one.persona != other.persona
        && (&one.file, &one.sha256, &one.name) == (&other.file, &other.sha256, &other.name)
        && (&one.engine, &one.device) == (&other.engine, &other.device)
        && one.steps.len() == other.steps.len()
}

/// What a step is called in all its passes: signing in names a persona, which stands above its column.
pub(super) fn name_of<'s>(steps: &[&'s StepEntry]) -> &'s str {
    let Some((first, others)) = steps.split_first() else {
        return "";
    };
    if others.iter().all(|step| step.name == first.name) {
        &first.name
    } else {
        "Sign in"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checklist(file: &str, persona: Option<&str>) -> ChecklistEntry {
        ChecklistEntry {
            name: "Quotes".to_owned(),
            file: file.to_owned(),
            sha256: "0".repeat(64),
            persona: persona.map(str::to_owned),
            tier: None,
            engine: None,
            device: None,
            steps: Vec::new(),
        }
    }

    #[test]
    fn passes_of_one_file_stand_together() {
        let (owner, member) = (Some("owner"), Some("member"));
        let lists = [
            checklist("a.yaml", owner),
            checklist("a.yaml", member),
            checklist("b.yaml", owner),
            checklist("b.yaml", None),
            checklist("b.yaml", None),
        ];
        assert_eq!(groups(&lists), [0..2, 2..3, 3..4, 4..5]);
        assert!(groups(&[]).is_empty());
    }
}
