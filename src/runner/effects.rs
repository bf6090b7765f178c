//! What an action brought about: the difference between two looks at the page.

use crate::browser::page::{Counters, PageMarks};
use crate::evidence::Effects;

/// What has come since: `before` was read just before the action, `now` after the page had settled.
pub(super) fn effects_between(
    before: (&Counters, PageMarks),
    now: (&Counters, PageMarks),
) -> Effects {
    let (counters_before, marks_before) = before;
    let (counters, marks) = now;
    // A new document counts from nothing.
    let since = |now: u32, then: u32| if now >= then { now - then } else { now };
    let by_network = marks.requests.saturating_sub(marks_before.requests);
    let by_page = since(counters.requests, counters_before.requests);
    let mut others = counters.others.clone();
    if marks.happenings != marks_before.happenings {
        others.push("dialog, download or new tab".to_owned());
    }
    Effects {
        requests: by_page.max(u32::try_from(by_network).unwrap_or(u32::MAX)),
        changes: since(counters.changes, counters_before.changes),
        navigated: marks.navigations != marks_before.navigations,
        others,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(changes: u32) -> Counters {
        Counters {
            changes,
            ..Counters::default()
        }
    }

    #[test]
    fn nothing_new_is_no_effect() {
        let marks = PageMarks::default();
        let effects = effects_between((&counters(7), marks), (&counters(7), marks));
        assert_eq!(effects, Effects::default());
    }

    #[test]
    fn a_new_document_counts_from_nothing() {
        let there = PageMarks {
            navigations: 1,
            requests: 2,
            ..PageMarks::default()
        };
        let effects = effects_between(
            (&counters(100), PageMarks::default()),
            (&counters(3), there),
        );
        assert_eq!(
            (effects.changes, effects.requests, effects.navigated),
            (3, 2, true)
        );
    }
}
